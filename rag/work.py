"""What a bibliography knows of a piece: its title, its people, the volume it stands in.

In: a section and its volume. Out: a `Work`, and for a citation of it a `Locator`. Every style is written from these.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from weakref import WeakKeyDictionary

from index.model import Kind, Voice, page_of
from index.names import fold, split_honorific
from index.records import SectionRecord, VolumeRecord
from index.slugs import slug
from index.snapshot import Snapshot
from rag.title_case import without_capitals

_PARTICLES = frozenset("van von zu de der den del della di da dos das du la le al el bin ibn ten ter".split())
_SUFFIXES = frozenset({"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"})
_BODY_WORDS = frozenset(
    """
    the and of for academy agency anonymous association authority board borough bureau centre charity club college
    commission committee company consulting council department federation forum foundation group guild inc institute
    limited llp ltd ministry network office partnership people plc press school service services society team trust
    union university
    """.split()
)
_GENERIC = frozenset("foreword introduction preface afterword conclusion prologue epilogue".split())
_BESIDE_GENERIC = frozenset("and & acknowledgements acknowledgments".split())
_IS_OF_A_NAME = re.compile(r"(?=[^\W\d_])(?![a-zà-öø-ÿ])[^\d&/@]+$")
_MOST_WORDS_OF_A_NAME = 6
_KEY_HASH = 4
_KEY_WORDS = 4


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody who wrote or edited: a person in parts, or a body as a whole (`family` is then empty)."""

    whole: str
    given: str = ""
    particle: str = ""
    family: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Locator:
    """Where in a piece the cited words stand: a printed page where there are any, else lines of the file."""

    page: str | None
    lines: tuple[int, int]
    file: str

    @property
    def in_words(self) -> str:
        """ "5", or "lines 12–14 of essays.txt"."""
        if self.page is not None:
            return self.page
        first, last = self.lines
        lines = f"line {first}" if first == last else f"lines {first}–{last}"
        return f"{lines} of {PurePath(self.file).name}"


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of a volume."""

    section_id: str
    title: str
    """As printed, but never all in capitals."""
    authors: tuple[Name, ...]
    are_authors_inferred: bool
    is_post: bool
    is_digest: bool
    volume: str
    editors: tuple[Name, ...]
    publisher: str
    year: int | None
    pages: tuple[str, str] | None
    """First and last page as printed; None where there are none."""

    @property
    def stands_for_writer(self) -> str:
        """What stands where the writers stand, in styles that would put the editors there; mostly nothing."""
        return "[writer not named]" if self.editors and not self.authors else ""

    @property
    def is_generic(self) -> bool:
        """Whether the title only says what the piece is, as in "Foreword"."""
        words = set(fold(self.title).split())
        return bool(words & _GENERIC) and words <= _GENERIC | _BESIDE_GENERIC

    @property
    def is_whole_volume(self) -> bool:
        """Whether the piece is all there is of its volume."""
        return fold(self.title) == fold(self.volume)

    @property
    def key(self) -> str:
        """A key for reference managers: who, when, a word of the title, and four figures for the section's id.

        It depends on nothing else in the collection, so that it stays when other texts come and go.
        """
        words = [word for word in slug(self.title).split("-") if word[0].isalpha()]
        word = max(words[:_KEY_WORDS], key=len, default="piece")
        year = self.year or "nd"
        if self.authors:
            who = slug(self.authors[0].family or self.authors[0].whole).replace("-", "")
            told = f"{who}{year}{word}"
        else:
            told = f"{word}{year}"
        place = hashlib.sha256(self.section_id.encode()).hexdigest()[:_KEY_HASH]
        return f"{told}-{place}{'-digest' if self.is_digest else ''}"


_works: WeakKeyDictionary[Snapshot, dict[str, Work]] = WeakKeyDictionary()


def work_of(snapshot: Snapshot, section: SectionRecord) -> Work:
    """The piece as a bibliography knows it; made once for every section of a snapshot."""
    known = _works.setdefault(snapshot, {})
    if section.id not in known:
        (volume,) = (volume for volume in snapshot.volumes() if volume.id == section.volume_id)
        known[section.id] = describe(section, volume, _pages(snapshot, section))
    return known[section.id]


def describe(section: SectionRecord, volume: VolumeRecord, pages: tuple[str, str] | None = None) -> Work:
    """The piece as a bibliography knows it."""
    return Work(
        section_id=section.id,
        title=without_capitals(section.title, (s.text for s in section.sentences if s.voice is Voice.OWN)),
        authors=tuple(parse_name(author.name) for author in section.authors),
        are_authors_inferred=section.byline == "inferred",
        is_post=section.kind == Kind.POST,
        is_digest=section.edition == "digest",
        volume=volume.title,
        editors=tuple(parse_name(editor) for editor in volume.editors),
        publisher=volume.publisher,
        year=volume.year,
        pages=pages,
    )


def parse_name(text: str) -> Name:
    """A name in its parts; whatever does not look like a person's is kept whole, as a body's.

    What is kept whole is printed right all the same, and at worst sorted under the wrong letter.
    """
    text = " ".join(text.split())
    whole = split_honorific(text)[1]
    words = whole.replace(",", " ").split()
    suffix = words.pop() if len(words) > 2 and words[-1] in _SUFFIXES else ""
    if not _is_person(words):
        return Name(text)
    start = len(words) - 1
    while start > 1 and words[start - 1].casefold() in _PARTICLES:
        start -= 1
    low = next((i for i in range(start, len(words)) if not words[i].islower()), start)
    return Name(whole, " ".join(words[:start]), " ".join(words[start:low]), " ".join(words[low:]), suffix)


def _is_person(words: list[str]) -> bool:
    if not 1 < len(words) <= _MOST_WORDS_OF_A_NAME or _BODY_WORDS & {word.casefold() for word in words}:
        return False
    return all(word.casefold() in _PARTICLES or _IS_OF_A_NAME.match(word) for word in words) and words[-1][0].isupper()


def _pages(snapshot: Snapshot, section: SectionRecord) -> tuple[str, str] | None:
    pages = snapshot.pages(section.volume_id)
    spans: Iterable[int] = [offset for s in section.sentences for span in s.spans for offset in (span.start, span.end)]
    if not pages or not spans:
        return None
    first, last = page_of(pages, min(spans)), page_of(pages, max(spans) - 1)
    return (first, last) if first is not None and last is not None else None
