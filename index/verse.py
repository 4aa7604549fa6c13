"""Finding verse: lines that end where their writer wants and not where the page does.

In: the blocks of a piece. Out: the runs of blocks that are a poem or a stanza, and whose it is where a line says so.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index.blocks import Block
from index.boundaries import ends_sentence
from index.names import find_names

_LEAST_LINES = 4
_MOST_WORDS = 10
_OPENS = re.compile(r"[“‘\"'…]*[A-ZÀ-Þ][\w’']*[,!]?\s")
_NO_VERSE = re.compile(r"[\t|@]|https?:|www\.|\d\s*$|[:;]\s*$")
_SMALL_WORD = re.compile(r"\s[a-z]")
_BY = re.compile(r"\bby\s|^\W*[–—-]\s*")


@dataclass(frozen=True, slots=True)
class Verse:
    """A poem or stanza: its first and last block, the block that says whose it is, and who that is."""

    first: int
    last: int
    source: int | None = None
    speaker: str | None = None


def find_verse(blocks: Sequence[Block], used: Collection[int]) -> tuple[Verse, ...]:
    """The verse among the blocks not in `used`: four lines or more, in one block or each in its own.

    Every line is short, begins with a capital and has small words; some run on into the next, and the last ends a
    sentence. Lists, addresses, contents and rows of short sentences do not look like that.
    """
    found: list[Verse] = []
    first = 0
    while first < len(blocks):
        last = _last_of_run(blocks, first, used)
        first = _first_line(blocks, first, last)
        if last >= first and _is_verse([line for block in blocks[first : last + 1] for line in _lines(block)]):
            found.append(_with_source(blocks, first, last))
        first = max(first, last) + 1
    return tuple(found)


def _last_of_run(blocks: Sequence[Block], first: int, used: Collection[int]) -> int:
    """The last of the blocks from `first` on whose lines could be verse; one before `first` where there is none."""
    last = first
    while last < len(blocks) and last not in used and _may_be_verse(blocks[last]):
        last += 1
    return last - 1


def _first_line(blocks: Sequence[Block], first: int, last: int) -> int:
    """The first of a run that does not end a sentence: a short paragraph may stand before a stanza."""
    while first < last and blocks[first].lines[0] == blocks[first].lines[1] and ends_sentence(blocks[first].text):
        first += 1
    return first


def _lines(block: Block) -> list[str]:
    return [line.strip() for line in block.raw.split("\n")]


def _may_be_verse(block: Block) -> bool:
    if block.is_bullet or block.heading_level or block.is_caps or block.is_bold or block.word_count > 200:
        return False
    return all(
        len(line.split()) <= _MOST_WORDS and _OPENS.match(line) and not _NO_VERSE.search(line) for line in _lines(block)
    )


def _is_verse(lines: Sequence[str]) -> bool:
    if len(lines) < _LEAST_LINES or not ends_sentence(lines[-1]):
        return False
    worded = sum(bool(_SMALL_WORD.search(line)) for line in lines)
    run_on = sum(line[-1:] == "," or line[-1:].isalpha() for line in lines[:-1])
    marked = sum(not line[-1:].isalnum() for line in lines)
    return 4 * worded >= 3 * len(lines) and run_on >= 1 and 2 * marked >= len(lines)


def _with_source(blocks: Sequence[Block], first: int, last: int) -> Verse:
    """The verse with the poet whom the next line names ("– Ada Moss", "from “The Lamp” by Ada Moss")."""
    if last + 1 < len(blocks) and blocks[last + 1].word_count <= 14 and _BY.search(blocks[last + 1].raw):
        names = find_names(blocks[last + 1].text)
        if names:
            return Verse(first, last, last + 1, names[-1].name)
    return Verse(first, last)
