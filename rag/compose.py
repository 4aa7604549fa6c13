"""Composing an answer from sentences of the texts: which, how many, in what order, under whose name.

In: ranked candidates. Out: `Part`s, one for each piece quoted from, each a run of sentences in reading order.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from index.model import CITABLE_VOICES
from index.records import SectionRecord, SentenceRecord
from index.snapshot import Snapshot
from rag.enumeration import Enumeration, lists, series
from rag.question import Sort
from rag.rank import Candidate

LEANS = re.compile(
    r"(?:this|these|that|those|it|its|they|their|he|she|his|her|but|however|also|such|yet|so|and|instead|again|then|here|"
    r"there|both|another|second|secondly|third|thirdly|similarly|nevertheless|moreover|as a result|because of)\b",
    re.I,
)
"""How a sentence begins that leans on the one before it."""
_FIGURE = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|half|quarter|third)\b", re.I
)
_FIGURE_BONUS = 0.08
_NEAR_BONUS = 0.06
_OTHER_PIECE = 0.85
"""A second piece is quoted only where its best sentence scores this share of the best."""
_LIST_WORDS = 200
LIST_OVERRUN = 40
"""A run that comes to a list takes all of it, where it is at most so many words too long."""
_LIST_BONUS = 0.05
"""What being part of an enumeration counts, where things are asked for."""
_NUMBER_BONUS = 0.15
"""What having the number of things that is asked for counts."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much an answer to one sort of question may say."""

    sentences: int
    words: int
    parts: int


BUDGETS = {
    Sort.FIGURE: Budget(2, 60, 1),
    Sort.WHO: Budget(2, 80, 2),
    Sort.COMPARE: Budget(6, 200, 3),
    Sort.SUMMARY: Budget(7, 200, 1),
}
WINDOWS = {Sort.TOPIC: (64, 24), Sort.REASON: (64, 24), Sort.LIST: (120, 70)}
"""Sorts that are answered by runs of sentences, and how many words each run may take; the first is the best."""
SEVERAL_WINDOWS = {Sort.TOPIC: (90, 70), Sort.REASON: (90, 70)}
SEVERAL_BUDGETS = {Sort.FIGURE: Budget(4, 110, 2)}
"""The same where a question asks several things."""
_GROWING = frozenset({Sort.TOPIC, Sort.REASON})
_LIKELY = -0.85
"""Of sentences of these log-odds to belong to the answer three in ten do."""
_USUAL = 3
_MORE_WORDS, _MOST_STEPS = (27, 18), 2
"""With each likely sentence beyond the usual three the runs take more words: on training questions with probes fitted
on others, answers where three or more are likely were right in 0.70 at a fixed length and in 0.79 with half as many
words again, while the others gained nothing by more words."""
OVERRUN = 15
"""A run may be so many words too long: a sentence is never cut."""
_HARDLY = -2.5
"""Sentences of smaller log-odds to belong to the answer are padding."""
_GAP_WORDS = 40
"""A sentence between two quoted ones is quoted too unless it is longer: of such sentences one in ten stated a fact that
the answer to a training question missed, twice as often as the one after a quotation."""
_IDLE = 2.0
"""A further sentence is idle beside a figure's where its log-odds are so much smaller."""
Chosen = dict[str, dict[int, SentenceRecord]]


@dataclass(frozen=True, slots=True)
class Part:
    """Sentences of one section, in reading order."""

    section: SectionRecord
    sentences: tuple[SentenceRecord, ...]


def compose(
    snapshot: Snapshot,
    candidates: Sequence[Candidate],
    sort: Sort,
    budget: Budget | None = None,
    asks_several: bool = False,
    number: int | None = None,
) -> list[Part]:
    """Choose the sentences that answer and put them in order, the best piece first.

    Args:
        snapshot: where the sentences stand.
        candidates: those that may answer, best first.
        sort: what is asked.
        budget: how much may be said; None is the sort's own.
        asks_several: whether the question asks several things.
        number: how many things a list should have, where the question says so.
    """
    if not candidates:
        return []
    windows = WINDOWS | SEVERAL_WINDOWS if asks_several else WINDOWS
    budgets = BUDGETS | SEVERAL_BUDGETS if asks_several else BUDGETS
    if sort in windows:
        steps = _steps(candidates) if sort in _GROWING else 0
        sizes = [size + steps * more for size, more in zip(windows[sort], _MORE_WORDS, strict=True)]
        if sort is Sort.LIST:
            candidates = _preferring_lists(snapshot, candidates, number)
        chosen = _windows(snapshot, candidates, sizes, sort is Sort.LIST)
    else:
        chosen = _picks(snapshot, candidates, sort, budget or budgets[sort])
    return [
        Part(snapshot.section(section_id), tuple(_closed(snapshot.sentences(section_id), found)))
        for section_id, found in chosen.items()
    ]


def _closed(sentences: Sequence[SentenceRecord], chosen: Mapping[int, SentenceRecord]) -> Iterable[SentenceRecord]:
    """What was chosen of a piece, in reading order, with single sentences left out between two of them unless long."""
    for ordinal in sorted(chosen):
        yield chosen[ordinal]
        if ordinal + 1 not in chosen and ordinal + 2 in chosen:
            between = sentences[ordinal + 1]
            if between.voice in CITABLE_VOICES and len(between.text.split()) <= _GAP_WORDS:
                yield between


def _steps(candidates: Sequence[Candidate]) -> int:
    """By how many steps an answer is longer than usual, since more sentences than usual are likely to belong to it."""
    likely = sum(candidate.told != 0 and candidate.told > _LIKELY for candidate in candidates)
    return max(0, min(likely - _USUAL, _MOST_STEPS))


def _preferring_lists(snapshot: Snapshot, candidates: Sequence[Candidate], number: int | None) -> list[Candidate]:
    """The candidates, those preferred that are part of an enumeration, of the number asked for above all."""
    preferred = []
    for candidate in candidates:
        found = _enumeration(snapshot.sentences(candidate.section_id), candidate.sentence.ordinal, counts=True)
        bonus = 0.0 if found is None else _LIST_BONUS + _NUMBER_BONUS * (len(found.items) == number)
        preferred.append(replace(candidate, score=candidate.score + bonus))
    return sorted(preferred, key=lambda candidate: -candidate.score)


def _enumeration(sentences: Sequence[SentenceRecord], ordinal: int, counts: bool) -> Enumeration | None:
    """What a sentence helps to enumerate, as its lead-in or an item; what is counted up in running text if `counts`."""
    if not counts and not sentences[ordinal].is_list_item and not sentences[ordinal].text.endswith(":"):
        return None
    found = chain(lists(sentences), series(sentences) if counts else ())
    return next((enumeration for enumeration in found if ordinal in enumeration.ordinals), None)


def _windows(
    snapshot: Snapshot, candidates: Sequence[Candidate], sizes: Sequence[int], lists_things: bool = False
) -> Chosen:
    """Runs of sentences around the best ones, each of at most so many words: whoever argues does so in a row."""
    ranked = {(c.section_id, c.sentence.ordinal): c for c in candidates}
    chosen: Chosen = {}
    spare = 0
    for size in sizes:
        left = [c for c in candidates if c.sentence.ordinal not in chosen.get(c.section_id, {})]
        best = next((c for c in left if not chosen or _may_join(c, chosen, candidates[0])), None)
        if best is None:
            break
        taken = chosen.get(best.section_id, {})
        run = _grown(snapshot, best, ranked, size + spare, taken, lists_things)
        words = sum(len(sentence.text.split()) for sentence in run)
        if chosen and words > size + spare + _overrun(run):
            continue
        chosen.setdefault(best.section_id, {}).update({sentence.ordinal: sentence for sentence in run})
        if lists_things and _enumeration(snapshot.sentences(best.section_id), best.sentence.ordinal, counts=True):
            break
        spare = size + spare - words if lists_things else max(0, size + spare - words)
    return chosen


def _may_join(candidate: Candidate, chosen: Chosen, best: Candidate) -> bool:
    """A second piece is quoted only where it is nearly as good."""
    return candidate.section_id in chosen or candidate.score >= _OTHER_PIECE * best.score


def _grown(
    snapshot: Snapshot,
    best: Candidate,
    ranked: Mapping[tuple[str, int], Candidate],
    words: int,
    taken: Mapping[int, SentenceRecord],
    lists_things: bool = False,
) -> Sequence[SentenceRecord]:
    """The sentence and its neighbours, the better side first, until the words are used up; a list is a whole run.

    No sentence joins that hardly belongs to the answer. None begins the run that leans on what is not quoted, but where
    all began with it.
    """
    sentences = snapshot.sentences(best.section_id)
    beside_it = {place: found for (section_id, place), found in ranked.items() if section_id == best.section_id}
    if found := _enumeration(sentences, best.sentence.ordinal, lists_things):
        return [sentences[place] for place in found.fitting(sentences, _LIST_WORDS) if place not in taken]
    whole = {place: found.ordinals for found in lists(sentences) for item in found.items for place in item}
    whole |= {found[0]: found for found in whole.values() if sentences[found[0]].text.endswith(":")}
    seed = [s for s in _with_context(snapshot, best, taken) if s.ordinal not in taken]
    first, last = seed[0].ordinal, seed[-1].ordinal
    left = words - sum(len(sentence.text.split()) for sentence in sentences[first : last + 1])
    while True:
        beside = [
            run
            for place in (first - 1, last + 1)
            if 0 <= place < len(sentences)
            and sentences[place].voice in CITABLE_VOICES
            and not taken.keys() & (run := [at for at in whole.get(place, [place]) if not first <= at <= last])
            and _size(sentences, run) <= left + (LIST_OVERRUN if len(run) > 1 else OVERRUN)
            and (len(run) > 1 or place not in beside_it or beside_it[place].told >= _HARDLY)
        ]
        if not beside:
            while first < seed[0].ordinal and LEANS.match(sentences[first].text):
                first += 1
            return [sentence for sentence in sentences[first : last + 1] if sentence.voice in CITABLE_VOICES]
        best_run = max(beside, key=lambda run: max(_worth(beside_it.get(place)) for place in run))
        first, last = min(first, best_run[0]), max(last, best_run[-1])
        left -= _size(sentences, best_run)


def _overrun(run: Iterable[SentenceRecord]) -> int:
    """By how many words a run may be too long."""
    return LIST_OVERRUN if any(sentence.is_list_item for sentence in run) else OVERRUN


def _worth(candidate: Candidate | None) -> float:
    """What speaks for a sentence; of one that was not ranked, nothing."""
    return candidate.score if candidate else 0.0


def _size(sentences: Sequence[SentenceRecord], places: Iterable[int]) -> int:
    """The words of the sentences at these places."""
    return sum(len(sentences[place].text.split()) for place in places)


def _picks(snapshot: Snapshot, candidates: Sequence[Candidate], sort: Sort, budget: Budget) -> Chosen:
    """The best sentences one by one, each with what it leans on where there is room; a side of a comparison does
    without what leans then.
    """
    chosen: Chosen = {}
    words = 0
    least = candidates[0].score - (1 - _OTHER_PIECE) * abs(candidates[0].score)
    told = None
    for candidate in sorted(candidates, key=lambda c: -_score(c, sort, candidates[0])):
        if sum(map(len, chosen.values())) >= budget.sentences or words >= budget.words:
            break
        if sort is Sort.FIGURE and told is not None and candidate.told < told - _IDLE:
            continue
        if candidate.section_id not in chosen and (len(chosen) >= budget.parts or candidate.score < least):
            continue
        context = list(_with_context(snapshot, candidate, chosen.get(candidate.section_id, {})))
        is_list = candidate.sentence.is_list_item or candidate.sentence.text.endswith(":")
        if context and (sort is Sort.COMPARE or not is_list) and words + _length(context) > budget.words:
            if sort is Sort.COMPARE and not is_list and chosen:
                continue
            context = [candidate.sentence]
        told = candidate.told if told is None else told
        for sentence in context:
            size = len(sentence.text.split())
            if not chosen or words + size <= budget.words:
                chosen.setdefault(candidate.section_id, {})[sentence.ordinal] = sentence
                words += size
    return chosen


def _length(sentences: Iterable[SentenceRecord]) -> int:
    """How many words sentences have together."""
    return sum(len(sentence.text.split()) for sentence in sentences)


def _score(candidate: Candidate, sort: Sort, best: Candidate) -> float:
    score = candidate.score
    if sort is Sort.FIGURE and _FIGURE.search(candidate.sentence.text):
        score += _FIGURE_BONUS
    if candidate.section_id == best.section_id and abs(candidate.sentence.ordinal - best.sentence.ordinal) <= 2:
        score += _NEAR_BONUS
    return score


def _with_context(
    snapshot: Snapshot, candidate: Candidate, chosen: Mapping[int, SentenceRecord]
) -> Iterable[SentenceRecord]:
    """The sentence, after the one it leans on; a list item brings its lead-in and its fellows."""
    sentences = snapshot.sentences(candidate.section_id)
    sentence = candidate.sentence
    if sentence.ordinal in chosen:
        return
    if sentence.is_list_item or sentence.text.endswith(":"):
        found = _enumeration(sentences, sentence.ordinal, counts=False)
        places = [sentence.ordinal] if found is None else found.fitting(sentences, _LIST_WORDS)
        yield from (sentences[place] for place in places if place not in chosen)
        return
    before = _before(sentences, sentence)
    if before is not None and before.ordinal not in chosen and LEANS.match(sentence.text):
        yield before
    yield sentence


def _before(sentences: Sequence[SentenceRecord], sentence: SentenceRecord) -> SentenceRecord | None:
    """The sentence before it in the same paragraph, if it may be cited."""
    for ordinal in range(sentence.ordinal - 1, -1, -1):
        before = sentences[ordinal]
        if before.paragraph != sentence.paragraph:
            return None
        if before.voice in CITABLE_VOICES:
            return before
    return None
