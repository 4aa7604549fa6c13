"""Aligning a quotation with the source, word by word.

In: the numbers of the quotation's words with their joints, and those of a stretch of source. Out: the place in the
stretch that takes the fewest changes, and every change. The quotation may begin and end anywhere in the stretch
(Sellers, "The theory and computation of evolutionary distances", 1980); a word replaced, added, missing, or changed in
place with its neighbour (Damerau, 1964) counts one. At an omission any number of source words is free, at an insertion
a few. Time and memory are quotation × stretch; a row of the table is one step of numpy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from index.concordance import Numbers
from rag.quote_words import Joint

MOST_INSERTED_FOR = 6
"""So many words of the source may an insertion in brackets stand for."""
_CHANGE = 4096
"""What a change costs; a word that is the same earns 1, so that of ways with as few changes the one that keeps more
words is taken. More than the words of any quotation."""
_Row = NDArray[np.int32]


class Change(StrEnum):
    """What became of words on their way from the source into the quotation."""

    SAME = "same"
    REPLACED = "replaced"
    ADDED = "added"
    """In the quotation only."""
    MISSING = "missing"
    """In the source only."""
    SWAPPED = "swapped"
    LEFT_OUT = "left out"
    """In the source only, where the quotation says so."""


@dataclass(frozen=True, slots=True)
class Step:
    """Words `quote[first:last]` stand for words `source[start:end]`; either may be empty."""

    change: Change
    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where a quotation fits best: `source[start:end]`, by these steps in order."""

    cost: int
    start: int
    end: int
    steps: tuple[Step, ...]


def align(quote: Numbers, joints: Sequence[Joint], source: Numbers) -> Alignment:
    """The best place for a quotation of at least one word in a stretch of source."""
    rows, relaxed = _table(quote, joints, source)
    last = rows[-1]
    end = int(last.argmin())
    if end + 1 < len(last) and last[end + 1] == last[end]:
        end += 1  # a last word replaced rather than added
    steps = _trace(quote, joints, source, rows, relaxed, end)
    spoken = [step for step in steps if step.end > step.start]
    start = spoken[0].start if spoken else end
    return Alignment(-(-int(last[end]) // _CHANGE), start, spoken[-1].end if spoken else end, tuple(steps))


def _table(quote: Numbers, joints: Sequence[Joint], source: Numbers) -> tuple[list[_Row], list[_Row]]:
    """Fewest changes for `quote[:i]` ending at `source[:j]`, a row for each i; and the rows as joints relax them."""
    missing = _CHANGE * np.arange(len(source) + 1, dtype=np.int32)
    rows = [np.zeros(len(source) + 1, dtype=np.int32)]
    relaxed: list[_Row] = []
    for i, (number, joint) in enumerate(zip(quote, joints, strict=True)):
        before = _relax(rows[-1], joint) if i else rows[-1]
        relaxed.append(before)
        same = source == number
        row = before + _CHANGE
        np.minimum(row[1:], before[:-1] + np.where(same, -1, _CHANGE), out=row[1:])
        if i and not joint:
            swapped = same[:-1] & (source[1:] == quote[i - 1])
            np.minimum(row[2:], relaxed[-2][:-2] + _CHANGE, out=row[2:], where=swapped)
        rows.append(np.minimum.accumulate(row - missing) + missing)
    return rows, relaxed


def _relax(row: _Row, joint: Joint) -> _Row:
    if joint is Joint.OMISSION:
        return np.minimum.accumulate(row)
    if joint is Joint.INSERTION:
        least = row.copy()
        for step in range(1, MOST_INSERTED_FOR + 1):
            np.minimum(least[step:], row[:-step], out=least[step:])
        return least
    return row


def _trace(
    quote: Numbers, joints: Sequence[Joint], source: Numbers, rows: list[_Row], relaxed: list[_Row], j: int
) -> list[Step]:
    """The steps of the best way, in order; the same words rather than others, others rather than fewer or more."""
    steps, i = list[Step](), len(quote)
    while i:
        cost, before = rows[i][j], relaxed[i - 1]
        same = j > 0 and source[j - 1] == quote[i - 1]
        if j and before[j - 1] + (-1 if same else _CHANGE) == cost:
            steps.append(Step(Change.SAME if same else Change.REPLACED, i - 1, i, j - 1, j))
            i, j = i - 1, j - 1
        elif _is_swapped(quote, joints, source, i, j) and relaxed[i - 2][j - 2] + _CHANGE == cost:
            steps.append(Step(Change.SWAPPED, i - 2, i, j - 2, j))
            i, j = i - 2, j - 2
        elif j and rows[i][j - 1] + _CHANGE == cost:
            steps.append(Step(Change.MISSING, i, i, j - 1, j))
            j -= 1
            continue
        else:
            steps.append(Step(Change.ADDED, i - 1, i, j, j))
            i -= 1
        if i and joints[i]:
            nearest = j - int((rows[i][j::-1] == relaxed[i][j]).argmax())
            if nearest < j:
                steps.append(Step(Change.LEFT_OUT, i, i, nearest, j))
                j = nearest
    return steps[::-1]


def _is_swapped(quote: Numbers, joints: Sequence[Joint], source: Numbers, i: int, j: int) -> bool:
    return bool(
        i > 1 and j > 1 and not joints[i - 1] and source[j - 1] == quote[i - 2] and source[j - 2] == quote[i - 1]
    )
