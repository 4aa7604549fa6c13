"""Reading a contents page: evidence for titles, authors and pages, never prose.

In: the blocks of a volume. Out: the entries of its contents page and the range of blocks that the page takes up.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz.distance import Indel

from index.blocks import Block
from index.model import Author
from index.names import fold, parse_byline

_PAGE = r"(?P<page>\d{1,4}|[ivxlc]{1,6})"
_ENTRY = re.compile(
    rf"^(?:#+\s*)?(?P<title>\S.*?)(?:\s*\|\s*(?:page|p\.)\s*|\t+\s*|\s*\.{{3,}}\s*|\s{{3,}}){_PAGE}\s*$", re.I
)
_NUMBER = re.compile(r"^(?:chapter\s+)?(?:(?:\d{1,2}|[IVX]{1,5})[.):]\s*)(?=\S)", re.I)
_BARE_NUMBER = re.compile(r"^\d{1,2}\s+(?=\S)")
_HEADS = frozenset({"contents", "table of contents"})
_ANONYMOUS = re.compile(r"^anonymous\b", re.I)
_WORTH_MATCHING = 0.7
_SMALL = frozenset({"a", "an", "the", "of", "and", "to", "in", "for", "on", "is", "it", "its"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a contents page."""

    title: str
    page: str
    authors: tuple[Author, ...] = ()
    anonymous: bool = False

    @property
    def has_writer(self) -> bool:
        """Whether the page says who wrote it, be it only "Anonymous"."""
        return bool(self.authors) or self.anonymous


@dataclass(frozen=True, slots=True)
class Contents:
    """A contents page: its entries and its blocks `first … last`, both included."""

    entries: tuple[Entry, ...]
    first: int
    last: int


def strip_number(title: str) -> str:
    """A title without the number of its chapter ("2. …", "I. …", "4 …")."""
    return _NUMBER.sub("", title.strip(), count=1)


def find_contents(blocks: list[Block]) -> Contents | None:
    """The contents page, if the volume prints one with at least three entries."""
    for index, block in enumerate(blocks):
        if fold(block.text).strip(".:") in _HEADS and not block.is_bullet:
            contents = _read_page(blocks, index)
            if contents:
                return contents
    return None


def _read_page(blocks: list[Block], head: int) -> Contents | None:
    entries: list[Entry] = []
    last = head
    for index in range(head + 1, len(blocks)):
        block = blocks[index]
        if len(entries) >= 3 and any(title_similarity(entry.title, block.text) >= 0.95 for entry in entries):
            break
        added = _read_block(block, entries)
        if added:
            last = index
        elif index - last > 3:
            break
    return Contents(_without_numbers(entries), head, last) if len(entries) >= 3 else None


def _without_numbers(entries: list[Entry]) -> tuple[Entry, ...]:
    """The entries without bare numbers before their titles, where most of them have one."""
    numbered = [entry for entry in entries if _BARE_NUMBER.match(entry.title)]
    if len(numbered) * 2 <= len(entries):
        return tuple(entries)
    return tuple(replace(entry, title=_BARE_NUMBER.sub("", entry.title, count=1)) for entry in entries)


def _read_block(block: Block, entries: list[Entry]) -> bool:
    """Add what the block says to `entries`; whether it said anything."""
    found = False
    for line in block.raw.split("\n"):
        if match := _ENTRY.match(line.rstrip()):
            entries.append(_entry(match.group("title"), match.group("page")))
            found = True
        elif entries and (authors := parse_byline(line.replace("*", "").strip())):
            entries[-1] = Entry(entries[-1].title, entries[-1].page, authors)
            found = True
    return found or (bool(entries) and not any(char.isalnum() for char in block.text))


def _entry(title: str, page: str) -> Entry:
    title = strip_number(title.replace("*", "").strip(" .\t"))
    for dash in (" - ", " – ", " — "):
        head, found, tail = title.rpartition(dash)
        if not found:
            continue
        if _ANONYMOUS.match(tail):
            return Entry(head, page, anonymous=True)
        if authors := parse_byline(tail):
            return Entry(head, page, authors)
    return Entry(title, page)


def title_similarity(entry: str, heading: str) -> float:
    """How surely a heading is the title of a contents entry, 0–1.

    Equal but for case, punctuation and number: 1. One the beginning or the end of the other, at three words or more:
    0.9. The same words but for the small ones: 0.9. Else the ratio of matching characters, or 0 where it is low.
    """
    left, right = _title_key(entry), _title_key(heading)
    if not left.squeezed or not right.squeezed or len(right.words) > 2 * len(left.words) + 8:
        return 0.0
    if left.squeezed == right.squeezed:
        return 1.0
    shorter, longer = sorted((left.words, right.words), key=len)
    if len(shorter) >= 3 and (longer[: len(shorter)] == shorter or longer[-len(shorter) :] == shorter):
        return 0.9
    content = set(shorter) - _SMALL
    if len(content) >= 2 and content == set(longer) - _SMALL:
        return 0.9
    return min(0.89, Indel.normalized_similarity(left.squeezed, right.squeezed, score_cutoff=_WORTH_MATCHING))


@dataclass(frozen=True, slots=True)
class _TitleKey:
    words: tuple[str, ...]
    squeezed: str


@lru_cache(maxsize=16384)
def _title_key(title: str) -> _TitleKey:
    folded = fold(strip_number(title))
    return _TitleKey(tuple(re.findall(r"\w+", folded)), re.sub(r"[\W_]+", "", folded))
