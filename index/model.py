"""The words of the domain as values: volumes, sections, people, bylines, sentences, passages.

Offsets are character offsets into the UTF-8 decoded source file, as Python slices it; line numbers are 1-based.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Edition = Literal["full text", "digest"]


class Kind(StrEnum):
    """What a section is."""

    ESSAY = "essay"
    STORY = "story"
    POST = "post"
    FOREWORD = "foreword"
    INTRODUCTION = "introduction"
    CONCLUSION = "conclusion"
    CHAPTER_INTRO = "chapter intro"
    BIO = "bio"
    NOTES = "notes"
    CONTENTS = "contents"
    FRONT_MATTER = "front matter"


PROSE_KINDS = frozenset(
    {Kind.ESSAY, Kind.STORY, Kind.POST, Kind.FOREWORD, Kind.INTRODUCTION, Kind.CONCLUSION, Kind.CHAPTER_INTRO, Kind.BIO}
)
"""Kinds whose sentences may be cited."""


class Voice(StrEnum):
    """Whose words a sentence is, and what it is doing on the page."""

    OWN = "own"
    QUOTED = "quoted"
    REPORTED = "reported"
    EPIGRAPH = "epigraph"
    VERSE = "verse"
    PULL_QUOTE = "pull quote"
    NOTE = "note"
    MORAL = "moral"
    HEADING = "heading"
    BOILERPLATE = "boilerplate"


CITABLE_VOICES = frozenset({Voice.OWN, Voice.QUOTED, Voice.REPORTED, Voice.EPIGRAPH, Voice.VERSE, Voice.MORAL})
"""Voices whose sentences may appear in an answer."""


class BylineBasis(StrEnum):
    """How we know who wrote a section."""

    PRINTED = "printed"
    SIGNED = "signed"
    INFERRED = "inferred"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of source characters, `source[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PageStart:
    """Where a page of the printed or paginated text starts, and what is printed as its number."""

    offset: int
    label: str


def page_of(pages: Sequence[PageStart], offset: int) -> str | None:
    """The label of the page that a character is on; None before the first and where there are none."""
    position = bisect_right(pages, offset, key=lambda page: page.offset)
    return pages[position - 1].label if position else None


@dataclass(frozen=True, slots=True)
class Author:
    """A name on a byline: without honorific, with the honorific and the role as printed beside it."""

    name: str
    honorific: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Byline:
    """Who wrote a section, and the span that says so (`evidence` is None where nobody does)."""

    authors: tuple[Author, ...] = ()
    basis: BylineBasis = BylineBasis.UNKNOWN
    evidence: Span | None = None
    as_printed: str = ""


@dataclass(frozen=True, slots=True)
class NoteRef:
    """A footnote that a sentence calls: its number as printed, and the sentence that holds it."""

    number: str
    section_id: str
    ordinal: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the reading text and the source spans that hold its words, in order.

    More than one span where something that is not the sentence (a pull quote, a footnote block) stands in between.
    """

    text: str
    spans: tuple[Span, ...]
    voice: Voice = Voice.OWN
    speaker: str | None = None
    paragraph: int = 0
    is_list_item: bool = False
    notes: tuple[NoteRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One piece of a volume with its sentences in reading order."""

    id: str
    volume_id: str
    title: str
    kind: Kind
    span: Span
    lines: tuple[int, int]
    byline: Byline = Byline()
    parent: str | None = None
    sentences: tuple[Sentence, ...] = ()
    source_lines: tuple[int, int] | None = None
    """For a digest: the lines of the full text that the piece stands for."""


@dataclass(frozen=True, slots=True)
class Role:
    """An office or occupation as printed, and where: the span of the byline of a section."""

    text: str
    section_id: str
    evidence: Span | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who wrote something here, under every name and role that the texts print."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    section_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Volume:
    """One volume as read: its record from the catalogue and its sections in order."""

    id: str
    title: str
    editors: tuple[str, ...]
    publisher: str
    year: int | None
    rights: str
    credit: str
    file: str
    edition: Edition
    sha256: str
    source: str = field(repr=False)
    sections: tuple[Section, ...] = ()
    pages: tuple[PageStart, ...] = ()
    """Empty where the format has no pages."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of sentences of one section: what is embedded and ranked.

    `header` names people, section and volume; `first` and `last` are sentence ordinals within the section.
    """

    section_id: str
    first: int
    last: int
    header: str
    text: str

    @property
    def indexed_text(self) -> str:
        """The text that the engines see: header, then the words."""
        return f"{self.header}\n{self.text}"
