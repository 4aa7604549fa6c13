"""The operator's view of a text: what was understood of it.

In: a file or its bytes, with or without an entry in the catalogue. Out: an `Outline`: its pieces with bylines and how
we know them, the share of each voice, and doubts.
"""

from collections import Counter
from pathlib import Path

from pydantic import BaseModel

from index.catalogue import AddedEntry, CatalogueEntry, load_collection
from index.errors import CatalogueError
from index.model import PROSE_KINDS, BylineBasis, Edition, Kind, PageStart, Section, Sentence, Voice, page_of
from index.names import fold, parse_byline
from index.reading import read_volume
from index.settings import Settings
from index.slugs import slug
from index.texts import SourceText, read_bytes, read_text

_BYLINE_REACH = 4
"""How many lines from the beginning or the end of a piece a second byline is looked for."""
_BYLINE_WORDS = 20
_SIGNABLE = PROSE_KINDS - {Kind.BIO, Kind.CHAPTER_INTRO}


class Piece(BaseModel):
    """One piece as understood."""

    id: str
    title: str
    kind: str
    parent: str | None
    lines: tuple[int, int]
    page: str | None
    """The page that it starts on, where the format has pages."""
    authors: list[str]
    byline: str
    as_printed: str
    sentences: int


class Outline(BaseModel):
    """What was understood of one text."""

    file: str
    edition: str
    title: str
    pieces: list[Piece]
    voices: dict[str, float]
    """Share of the characters of prose in each voice, 0–1."""
    doubts: list[str]


def outline(path: Path, settings: Settings) -> Outline:
    """Read one file and say what was understood.

    Raises:
        TextError: the file cannot be read; named after what is wrong.
    """
    entry, edition = _entry_of(path, settings)
    return outline_source(entry, read_text(path, edition))


def outline_bytes(name: str, data: bytes) -> Outline:
    """Say what is understood of bytes that no catalogue knows, such as those of standard input.

    Raises:
        TextError: they cannot be read; named after what is wrong.
    """
    return outline_source(blank_entry(Path(name), "0" * 64), read_bytes(name, data))


def outline_source(entry: CatalogueEntry, source: SourceText) -> Outline:
    """Say what is understood of a text."""
    volume = read_volume(entry, source)
    return Outline(
        file=volume.file,
        edition=volume.edition,
        title=volume.title,
        pieces=[_piece(section, volume.pages) for section in volume.sections],
        voices=_voices(volume.sections),
        doubts=_doubts(volume.sections),
    )


def blank_entry(path: Path, sha256: str) -> AddedEntry:
    """An entry for a file that no catalogue has heard of."""
    return AddedEntry(id=slug(path.stem) or "text", title=path.stem, file=str(path), sha256=sha256)


def _entry_of(path: Path, settings: Settings) -> tuple[CatalogueEntry, Edition]:
    """The catalogue's entry for a file, or a blank one for a file it has never heard of."""
    try:
        entries = load_collection(settings.seeds, settings.home)
    except CatalogueError:
        entries = ()
    for entry in entries:
        if entry.file in (path.name, str(path.resolve())):
            return entry, "full text"
        if path.name == f"{entry.id}.md":
            return entry, "digest"
    return blank_entry(path.resolve(), "0" * 64), "full text"


def _piece(section: Section, pages: tuple[PageStart, ...]) -> Piece:
    return Piece(
        id=section.id,
        title=section.title,
        kind=section.kind.value,
        parent=section.parent,
        lines=section.lines,
        page=page_of(pages, section.span.start),
        authors=[author.name for author in section.byline.authors],
        byline=section.byline.basis.value,
        as_printed=section.byline.as_printed,
        sentences=len(section.sentences),
    )


def _voices(sections: tuple[Section, ...]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for section in sections:
        if section.kind in PROSE_KINDS:
            for sentence in section.sentences:
                counts[sentence.voice.value] += len(sentence.text)
    total = sum(counts.values()) or 1
    return {voice: round(count / total, 4) for voice, count in counts.most_common()}


def _doubts(sections: tuple[Section, ...]) -> list[str]:
    doubts = []
    for section in sections:
        where = f"{section.title!r} (lines {section.lines[0]}–{section.lines[1]})"
        if section.kind in _SIGNABLE and section.byline.basis is BylineBasis.UNKNOWN:
            doubts.append(f"{where}: nothing says who wrote it.")
        if section.kind in PROSE_KINDS and len(section.sentences) < 3:
            doubts.append(f"{where}: hardly any prose; is it a piece of its own?")
        if rivals := _rivals(section):
            printed = " or ".join(repr(line) for line in (section.byline.as_printed, *rivals))
            doubts.append(f"{where}: two lines could be the byline: {printed}.")
    return doubts


def _rivals(section: Section) -> list[str]:
    """Lines near the beginning or the end that have the shape of a byline and name nobody who is on it."""
    if section.kind not in _SIGNABLE or section.byline.basis not in (BylineBasis.PRINTED, BylineBasis.SIGNED):
        return []
    writers = {fold(author.name) for author in section.byline.authors}
    speakers = {fold(sentence.speaker) for sentence in section.sentences if sentence.speaker}
    reach = {*range(_BYLINE_REACH), *range(len(section.sentences) - _BYLINE_REACH, len(section.sentences))}
    near = [sentence for number, sentence in enumerate(section.sentences) if number in reach]
    return [line.text for line in near if _names_others(line, section, writers | speakers)]


def _names_others(line: Sentence, section: Section, known: set[str]) -> bool:
    if line.voice not in (Voice.HEADING, Voice.OWN) or len(line.text.split()) > _BYLINE_WORDS:
        return False
    if line.is_list_item or line.text[-1:] in ".!?" or fold(line.text) == fold(section.title):
        return False
    named = {fold(author.name) for author in parse_byline(line.text)}
    return bool(named) and not any(writer in fold(line.text) for writer in known)
