"""Reading a volume: from its source text to sections with bylines and sentences.

In: a catalogue entry and a `SourceText`. Out: a `Volume`.
"""

import re
from dataclasses import replace

from index.catalogue import CatalogueEntry, Profile
from index.corrections import correct_bylines
from index.errors import MalformedDigest
from index.inference import infer_bylines
from index.model import PROSE_KINDS, BylineBasis, Kind, Section, Sentence, Span, Voice, Volume
from index.notes import link_notes
from index.prose import read_prose
from index.slugs import slug, unique
from index.structure import Piece, read_structure
from index.texts import SourceText

_STANDS_FOR = re.compile(
    r"<!--\s*lines\s+(?P<first>\d+)\s*[-–]\s*(?P<last>\d+)(?::\s*(?P<kind>[a-z ]+?)(?:,\s*in\s+(?P<parent>[^,]+?))?"
    r"(?:,\s*byline\s+(?P<basis>signed|inferred))?)?\s*-->"
)


def read_volume(entry: CatalogueEntry, source: SourceText) -> Volume:
    """Read a volume in whichever edition it is at hand.

    Raises:
        MalformedDigest: the source is a digest and one of its pieces does not say which lines it stands for.
        CatalogueError: a correction names a piece that is not there.
    """
    profile = entry.profile if source.edition == "full text" else Profile(byline="before")
    taken: set[str] = set()
    sections = tuple(
        _section(piece, source, entry.id, unique(slug(piece.title), taken))
        for piece in read_structure(source.text, profile, source.edition == "digest")
    )
    if source.edition == "digest":
        sections = tuple(_as_digest(section, source) for section in sections)
    else:
        sections = correct_bylines(infer_bylines(sections, entry.publisher), entry.correction)
    sections = link_notes(sections, source.text)
    return Volume(
        id=entry.id,
        title=entry.title,
        editors=entry.editors,
        publisher=entry.publisher,
        year=entry.year,
        rights=entry.rights,
        credit=entry.credit,
        file=source.file,
        edition=source.edition,
        sha256=source.sha256,
        source=source.text,
        sections=sections,
        pages=source.pages,
    )


def _section(piece: Piece, source: SourceText, volume_id: str, name: str) -> Section:
    span = Span(piece.blocks[0].span.start, piece.blocks[-1].span.end)
    return Section(
        id=f"{volume_id}/{name}",
        volume_id=volume_id,
        title=piece.title,
        kind=piece.kind,
        span=span,
        lines=source.lines_of(span),
        byline=piece.byline,
        parent=piece.parent,
        sentences=read_prose(piece, source.text),
    )


def _as_digest(section: Section, source: SourceText) -> Section:
    """A digest reports: its words are ours, about the people of the byline."""
    if section.kind not in PROSE_KINDS:
        return section
    match = _STANDS_FOR.search(source.text, section.span.start, section.span.end)
    if match is None:
        raise MalformedDigest(
            f"{source.file}: the piece {section.title!r} (line {section.lines[0]}) does not say which lines it stands "
            "for. Put <!-- lines FIRST-LAST: KIND --> under its byline."
        )
    return replace(
        section,
        kind=_kind(match.group("kind"), section, source),
        parent=match.group("parent") or section.parent,
        byline=replace(section.byline, basis=BylineBasis(match.group("basis") or section.byline.basis)),
        sentences=tuple(map(_reported, section.sentences)),
        source_lines=(int(match.group("first")), int(match.group("last"))),
    )


def _kind(printed: str | None, section: Section, source: SourceText) -> Kind:
    """The kind that a digest gives for a piece.

    Raises:
        MalformedDigest: there is no such kind.
    """
    try:
        return Kind(printed) if printed else section.kind
    except ValueError as error:
        kinds = ", ".join(kind.value for kind in Kind)
        raise MalformedDigest(
            f"{source.file}: {section.title!r} has the kind {printed!r}. The kinds are: {kinds}."
        ) from error


def _reported(sentence: Sentence) -> Sentence:
    return replace(sentence, voice=Voice.REPORTED) if sentence.voice in (Voice.OWN, Voice.QUOTED) else sentence
