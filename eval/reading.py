"""How well volumes were read, against files of their true structure.

In: truth files (of the form of eval/structure/*.json) and the full texts. Out: a `ReadingReport`: boundary F1,
the share of prose characters given to the right piece and to the right people, people named wrongly and people missed.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.errors import EvalError
from index.catalogue import CatalogueEntry, Profile, load_catalogue
from index.errors import MissingText
from index.model import Section, Volume
from index.names import fold
from index.reading import read_volume
from index.settings import Settings
from index.texts import SourceText, read_text

_PROSE = frozenset({"essay", "story", "post", "foreword", "introduction", "conclusion", "chapter intro", "bio"})


class TrueSection(BaseModel):
    """One piece as a careful reader has it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    title: str
    authors: list[str] = Field(default_factory=list)
    role: str | None = None
    kind: str
    start_line: int
    end_line: int


class Truth(BaseModel):
    """The true structure of one volume."""

    model_config = ConfigDict(extra="allow", frozen=True)

    file: str
    sections: list[TrueSection]


class VolumeReading(BaseModel):
    """How one volume was read."""

    volume: str
    sections: int
    true_sections: int
    boundary_precision: float
    boundary_recall: float
    boundary_f1: float
    right_section: float
    right_people: float
    people_spurious: list[str]
    people_missed: list[str]


class ReadingReport(BaseModel):
    """All volumes that a truth file was given for."""

    profiles: bool
    volumes: list[VolumeReading]


def eval_reading(settings: Settings, truths: Sequence[Path], profiles: bool = True) -> ReadingReport:
    """Read each volume that a truth file describes and compare.

    Args:
        settings: where the texts and the catalogue are.
        truths: truth files.
        profiles: False leaves the reading profiles of the catalogue out, to see what the general rules do alone.

    Raises:
        EvalError: a truth file is malformed.
        MissingText: a volume's full text is not there.
    """
    entries = {entry.file: entry for entry in load_catalogue(settings.seeds / "catalogue.toml")}
    return ReadingReport(
        profiles=profiles,
        volumes=[_read_one(settings, _load(path), entries, profiles) for path in truths],
    )


def _load(path: Path) -> Truth:
    try:
        return Truth.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise EvalError(f"{path} is no truth file: {error}. See eval/structure for the form.") from error


def _read_one(settings: Settings, truth: Truth, entries: dict[str, CatalogueEntry], profiles: bool) -> VolumeReading:
    entry = entries.get(truth.file)
    if entry is None:
        raise MissingText(f"The catalogue has no volume whose file is {truth.file}. Add it, or leave that truth out.")
    source = read_text(settings.texts / entry.file)
    volume = read_volume(entry if profiles else entry.model_copy(update={"profile": Profile()}), source)
    return compare(volume, source, truth)


def compare(volume: Volume, source: SourceText, truth: Truth) -> VolumeReading:
    """Compare a volume as read with its true structure."""
    found = {section.lines[0] for section in volume.sections}
    true = {section.start_line for section in truth.sections}
    hits = len(found & true)
    precision, recall = hits / len(found), hits / len(true)
    section_share, people_share = _shares(volume, source, truth)
    named = {fold(a.name) for section in volume.sections for a in section.byline.authors}
    known = {fold(name) for section in truth.sections for name in section.authors}
    signed = {fold(name) for section in truth.sections if section.kind in _PROSE for name in section.authors}
    return VolumeReading(
        volume=volume.id,
        sections=len(found),
        true_sections=len(true),
        boundary_precision=round(precision, 4),
        boundary_recall=round(recall, 4),
        boundary_f1=round(2 * precision * recall / (precision + recall), 4) if hits else 0.0,
        right_section=round(section_share, 4),
        right_people=round(people_share, 4),
        people_spurious=sorted(named - known),
        people_missed=sorted(signed - named),
    )


def _shares(volume: Volume, source: SourceText, truth: Truth) -> tuple[float, float]:
    """Share of the characters of true prose that we gave to the right piece, and to the right people."""
    lines = source.text.split("\n")
    owners = _owners(volume.sections, len(lines))
    total = right_section = right_people = 0
    for section in truth.sections:
        if section.kind not in _PROSE:
            continue
        people = {fold(name) for name in section.authors}
        for number in range(section.start_line, section.end_line + 1):
            size = len(lines[number - 1].strip())
            owner = owners[number]
            total += size
            right_section += size * (owner is not None and owner.lines[0] == section.start_line)
            right_people += size * (owner is not None and {fold(a.name) for a in owner.byline.authors} == people)
    return (right_section / total, right_people / total) if total else (1.0, 1.0)


def _owners(sections: Sequence[Section], lines: int) -> list[Section | None]:
    owners: list[Section | None] = [None] * (lines + 2)
    for section in sections:
        for number in range(section.lines[0], section.lines[1] + 1):
            owners[number] = section
    return owners
