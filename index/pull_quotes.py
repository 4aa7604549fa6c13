"""Finding pull quotes: lines set apart that repeat words of the piece they stand in.

In: the blocks of a piece. Out: the indices of those that only repeat.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property

from index.blocks import Block
from index.names import fold

_MIN_WORDS = 5
_MIN_BARE_WORDS = 6
_SET_APART_SHARE = 0.7
_MAX_WORDS = 80
_RUN = 3
"""Words in a row that count as shared."""
_MOST_PLACES = 500
"""How many places of one run of words are looked at; a phrase that common tells nothing."""


def find_pull_quotes(blocks: list[Block], used: set[int]) -> frozenset[int]:
    """Blocks not in `used` that repeat the rest of the piece.

    A block set apart (italic, bold or in quotation marks) need only match in most of its words, since printers trim
    what they pull out; any other short block must occur word for word in a longer one. Blocks that are repeated as a
    whole (a refrain, an entry printed twice) were pulled out of nothing.
    """
    candidates = [i for i, block in enumerate(blocks) if i not in used and _may_be_pulled(block)]
    if not candidates:
        return frozenset()
    words = [_words(block.text) for block in blocks]
    apart = frozenset(i for i, block in enumerate(blocks) if _set_apart(block))
    trimmed = apart.intersection(candidates)
    text = _Stream([words[i] for i in range(len(blocks)) if i not in used and i not in trimmed])
    plain = _Stream([words[i] for i in range(len(blocks)) if i not in apart])
    return frozenset(
        i for i in candidates if (_has_most(text, words[i]) if i in apart else _has_within(plain, words[i], blocks[i]))
    )


def _may_be_pulled(block: Block) -> bool:
    return (
        _MIN_WORDS <= block.word_count <= _MAX_WORDS
        and not block.is_bullet
        and not block.heading_level
        and block.lines[1] - block.lines[0] <= 3
    )


def _set_apart(block: Block) -> bool:
    return block.is_italic or block.is_bold or (block.text[:1] in '“"‘' and block.text[-1:] in '”"’')


class _Stream:
    """The words of some blocks in a row, found by any three of them."""

    def __init__(self, blocks: Sequence[Sequence[str]]) -> None:
        """Take the words of each block."""
        self.words = [word for block in blocks for word in block]
        self._blocks = blocks

    @cached_property
    def _places(self) -> dict[tuple[str, ...], list[int]]:
        found: dict[tuple[str, ...], list[int]] = {}
        for place, run in enumerate(zip(self.words, self.words[1:], self.words[2:], strict=False)):
            found.setdefault(run, []).append(place)
        return found

    @cached_property
    def _edges(self) -> frozenset[int]:
        """Where a block begins, counted in words; the end is one too."""
        edges = [0]
        for block in self._blocks:
            edges.append(edges[-1] + len(block))
        return frozenset(edges)

    def places(self, words: Sequence[str]) -> list[int]:
        """Where the first three of `words` stand in a row."""
        return self._places.get(tuple(words[:_RUN]), [])[:_MOST_PLACES]

    def occurrences(self, words: Sequence[str]) -> Iterator[int]:
        """Where all of `words` stand in a row; at least three."""
        return (place for place in self.places(words) if self.words[place : place + len(words)] == words)

    def is_whole(self, first: int, last: int) -> bool:
        """Whether the words `first … last - 1` are a block, or several."""
        return first in self._edges and last in self._edges


def _has_within(stream: _Stream, words: list[str], block: Block) -> bool:
    if len(words) < _MIN_BARE_WORDS or block.gap == 0:
        return False
    return any(not stream.is_whole(place, place + len(words)) for place in stream.occurrences(words))


def _has_most(stream: _Stream, words: list[str]) -> bool:
    """Whether the stream has all the words in a row, or most of them in runs of three or more, near and in order."""
    size, start, place = _longest_run(stream, words)
    if size < _RUN:
        return False
    if size == len(words):
        return True
    window = stream.words[max(0, place - start - 10) : place + len(words) + 20]
    runs = SequenceMatcher(None, words, window, autojunk=False).get_matching_blocks()
    return sum(run.size for run in runs if run.size >= _RUN) >= _SET_APART_SHARE * len(words)


def _longest_run(stream: _Stream, words: list[str]) -> tuple[int, int, int]:
    """The longest run of words that both have, the first of several: its length, and where it is in each."""
    best = (0, 0, 0)
    for start in range(len(words) - _RUN + 1):
        for place in stream.places(words[start:]):
            size = _RUN
            while words[start + size : start + size + 1] == stream.words[place + size : place + size + 1] != []:
                size += 1
            if size > best[0]:
                best = (size, start, place)
    return best


def _words(text: str) -> list[str]:
    return fold(text).replace(".", " ").replace("-", " ").split()
