"""What a published generation hands out: read-only views of volumes, people, sections and passages."""

from dataclasses import dataclass

from index.model import Author, Edition, NoteRef, Role, Span, Voice


@dataclass(frozen=True, slots=True)
class VolumeRecord:
    """A volume with the counts a reader asks for."""

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
    sections: int
    people: int


@dataclass(frozen=True, slots=True)
class SectionRef:
    """Enough of a section to name it and go there."""

    id: str
    title: str
    authors: tuple[str, ...]
    volume_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A writer with the pieces that carry the name."""

    id: str
    name: str
    aliases: tuple[str, ...]
    roles: tuple[Role, ...]
    sections: tuple[SectionRef, ...]


@dataclass(frozen=True, slots=True)
class SentenceRecord:
    """A sentence as stored."""

    ordinal: int
    text: str
    spans: tuple[Span, ...]
    voice: Voice
    speaker: str | None
    paragraph: int
    is_list_item: bool
    row: int | None
    """Row of its vector; None for what is never cited or too short to mean anything alone."""
    notes: tuple[NoteRef, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionRecord:
    """A section with its sentences, its source text and its neighbours."""

    id: str
    volume_id: str
    volume: str
    edition: Edition
    file: str
    title: str
    kind: str
    parent: str | None
    authors: tuple[Author, ...]
    byline: str
    byline_span: Span | None
    span: Span
    lines: tuple[int, int]
    text: str
    sentences: tuple[SentenceRecord, ...]
    previous: SectionRef | None
    next: SectionRef | None
    credit: str
    source_lines: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class PassageRecord:
    """A passage as ranked: `row` is its place in the vector and word indices."""

    row: int
    section_id: str
    first: int
    last: int
    header: str
    text: str

    @property
    def indexed_text(self) -> str:
        """The text that the engines saw: header, then the words."""
        return f"{self.header}\n{self.text}"
