"""Finding where a quotation comes from that is not word for word.

In: a quotation as read. Out: the places that it comes nearest to, with every change. The rarer words propose places:
wherever one stands it votes, by its rarity, for the stretch in which the quotation would begin. The best stretches are
aligned word by word (rag/quote_align.py), and the nearest place is believed where it is near enough.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from index.concordance import Concordance, Numbers, Places
from rag.quote_align import Alignment, Change, Step, align
from rag.quote_words import Joint, Quotation

LEAST_WORDS = 3
"""Shorter quotations are only found word for word."""
_MOST_VOTES = 200_000
"""Rarer words vote first; no more once so many places have been looked at."""
_LEAST_WIDTH = 8
_STRETCHES = 12
_LEAST_VOTES = 0.5
"""A stretch is aligned that has this share of the votes of the best."""
_LONG = 100
_STRETCHES_OF_LONG = 4
_FURTHEST_OMISSION = 1500
"""Words of the source on either side that omissions may leap over."""
_SHARE = 3
"""One word in so many may differ, and three words in eight or more."""
_CERTAINTY = 6.0
"""Bits by which the words that agree must be rarer than any one place in the collection: odds of 1 in 64 by chance."""
_FREEDOM = {Joint.NONE: 0.0, Joint.INSERTION: 3.0, Joint.OMISSION: 10.5}
"""Bits that a joint gives away, since the words after it may stand in so many places."""
_NEIGHBOURS = 2
"""At its ends, so many words of the source may be one word of the quotation, besides the one that it stands for."""
_AS_SAID = (Change.SAME, Change.LEFT_OUT)

_Bits = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Near:
    """Where a quotation comes near: places `first … last - 1` of the concordance; steps count from `base`."""

    quotation: Quotation
    base: int
    first: int
    last: int
    steps: tuple[Step, ...]
    differences: int
    bits: float

    @property
    def is_believable(self) -> bool:
        """Whether few enough words differ, in all and between any two joints."""
        words = max(len(self.quotation.words), self.last - self.first - self.omitted)
        return self.differences <= _most_differences(words) and all(
            sum(step.change not in _AS_SAID for step in self.steps if first <= step.first < last)
            <= (last - first) // _SHARE
            for first, last in self.quotation.parts
        )

    @property
    def omitted(self) -> int:
        """Words of the source that the quotation says it leaves out."""
        return sum(step.end - step.start for step in self.steps if step.change is Change.LEFT_OUT)


def nearest(concordance: Concordance, quotations: Sequence[Quotation], sections: frozenset[str] | None) -> list[Near]:
    """The believable places with the fewest differences, best first, in the given sections or anywhere; often none.

    `quotations` are the ways to read one quotation; of ways that come equally near, the first counts.
    """
    found = [near for quotation in quotations for near in _look(concordance, quotation, sections)]
    least = min((near.differences for near in found), default=0)
    best = [near for near in found if near.differences == least]
    best = [near for near in best if near.quotation is best[0].quotation]
    unique = list({(near.first, near.last): near for near in best}.values())
    if not unique:
        return []
    places = np.array([(near.first, near.last) for near in unique], dtype=np.int64)
    new = concordance.is_new(places[:, 0], places[:, 1])
    return [near for near, is_new in zip(unique, new, strict=True) if is_new]


def _look(concordance: Concordance, quotation: Quotation, sections: frozenset[str] | None) -> Iterator[Near]:
    if len(quotation.words) < LEAST_WORDS:
        return
    numbers = concordance.numbers([word.word for word in quotation.words])
    bits = np.log2(len(concordance.stream) / np.maximum(concordance.counts(numbers), 1))
    needed = float(np.log2(len(concordance.stream))) + _CERTAINTY + sum(_FREEDOM[joint] for joint in quotation.joints)
    for base, end in _stretches(concordance, quotation, numbers, bits, sections):
        near = _near(concordance, quotation, align(numbers, quotation.joints, concordance.stream[base:end]), base, bits)
        if near.bits >= needed and near.is_believable:
            yield near


def _most_differences(words: int) -> int:
    return max(1 if words < 6 else 2 if words < 8 else 3, words // _SHARE if words >= 8 else 0)


def _stretches(
    concordance: Concordance, quotation: Quotation, numbers: Numbers, bits: _Bits, sections: frozenset[str] | None
) -> Iterator[tuple[int, int]]:
    """The stretches of single texts that most votes are for, first and last place."""
    places, starts, votes = _votes(concordance, numbers, bits)
    if sections is not None:
        inside = concordance.within(places, sections)
        places, starts, votes = places[inside], starts[inside], votes[inside]
    if not len(places):
        return
    size = len(numbers)
    width = max(_LEAST_WIDTH, size // 4)
    slack = size // 2 + _LEAST_WIDTH + (_FURTHEST_OMISSION if Joint.OMISSION in quotation.joints else 0)
    of = (starts + size) // width
    sums = np.bincount(of, weights=votes)
    sums[:-1] += sums[1:]
    most = _STRETCHES if size < _LONG else _STRETCHES_OF_LONG
    best = np.argpartition(-sums, most)[:most] if len(sums) > most else np.arange(len(sums))
    for bucket in best[sums[best] >= _LEAST_VOTES * sums[best].max()]:
        voting = np.flatnonzero((of == bucket) | (of == bucket + 1))
        low, high = concordance.extent(int(places[voting[votes[voting].argmax()]]))
        begin = int(bucket) * width - size
        yield max(low, begin - slack), min(high, begin + 2 * width + size + slack)


def _votes(concordance: Concordance, numbers: Numbers, bits: _Bits) -> tuple[Places, Places, _Bits]:
    """Where the rarer words stand, where the quotation would begin by that, and how many bits say so."""
    counts = concordance.counts(numbers)
    rarest_first = [position for position in np.argsort(counts, kind="stable") if counts[position]]
    spent = np.cumsum([counts[position] for position in rarest_first])
    voting = rarest_first[: max(1, int(np.searchsorted(spent, _MOST_VOTES)))]
    if not voting:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    places = [concordance.places(int(numbers[position])).astype(np.int64) for position in voting]
    starts = [found - position for found, position in zip(places, voting, strict=True)]
    votes = [np.full(len(found), bits[position]) for found, position in zip(places, voting, strict=True)]
    return np.concatenate(places), np.concatenate(starts), np.concatenate(votes)


def _near(concordance: Concordance, quotation: Quotation, alignment: Alignment, base: int, bits: _Bits) -> Near:
    steps = tuple(_respaced(concordance, quotation, alignment.steps, base))
    spoken = [step for step in steps if step.start < step.end]
    return Near(
        quotation,
        base,
        base + (spoken[0].start if spoken else alignment.start),
        base + (spoken[-1].end if spoken else alignment.end),
        steps,
        sum(step.change not in _AS_SAID for step in steps),
        sum(float(bits[step.first : step.last].sum()) for step in steps if step.change is Change.SAME),
    )


def _respaced(concordance: Concordance, quotation: Quotation, steps: Sequence[Step], base: int) -> Iterator[Step]:
    """The steps, where changed words that only have their spaces elsewhere ("well-being", "wellbeing") are the same."""
    for as_said, run in groupby(steps, lambda step: step.change in _AS_SAID):
        changed = list(run)
        first, last = changed[0].first, changed[-1].last
        quoted = "".join(word.word for word in quotation.words[first:last])
        for start, end in [] if as_said or not quoted else _reaches(changed, len(quotation.words)):
            if base + start > 0 and quoted == "".join(concordance.words(base + start, base + end)):
                yield Step(Change.SAME, first, last, start, end)
                break
        else:
            yield from changed


def _reaches(changed: Sequence[Step], size: int) -> Iterator[tuple[int, int]]:
    """The source words that changed words may be; at either end of a quotation, with neighbours that it left free."""
    start, end = changed[0].start, changed[-1].end
    for before in range(_NEIGHBOURS + 1 if changed[0].first == 0 else 1):
        for after in range(_NEIGHBOURS + 1 if changed[-1].last == size else 1):
            yield start - before, end + after
