"""Composing an answer from sentences of the texts: which, how many, in what order, under whose name.

In: ranked candidates. Out: `Part`s, one for each piece quoted from, each a run of sentences in reading order.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.embedding import Vectors
from index.model import CITABLE_VOICES
from index.records import SectionRecord, SentenceRecord
from index.snapshot import Snapshot
from rag.question import Sort
from rag.rank import Candidate

_LEANS = re.compile(
    r"(?:this|these|that|those|it|its|they|their|he|she|his|her|but|however|also|such|yet|so|and|instead|again|then|here|"
    r"there|both|another|second|secondly|third|thirdly|similarly|nevertheless|moreover|as a result|because of)\b",
    re.I,
)
_FIGURE = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|half|quarter|third)\b", re.I
)
_FIGURE_BONUS = 0.08
_NEAR_BONUS = 0.06
_OTHER_PIECE = 0.85
"""A second piece is quoted only where its best sentence scores this share of the best."""
_SUMMARY_WORDS = 204
_LEAST_SUMMARY_WORDS = 6
_ENDS = 0.15
"""What standing at the beginning or the end of a piece counts, beside a cosine."""
_REPETITION = 0.5
"""What being like a sentence already chosen costs."""
_LIST_WORDS = 200


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
    Sort.SUMMARY: Budget(7, _SUMMARY_WORDS, 1),
}
WINDOWS = {Sort.TOPIC: (75, 35), Sort.REASON: (75, 35), Sort.LIST: (120, 70)}
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
on others, answers where four are likely were right in 0.70 at a fixed length and in 0.79 with half as many words again,
while the others gained nothing by more words."""
_OVERRUN = 15
"""A further run may be so many words too long: a sentence is never cut."""
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
) -> list[Part]:
    """Choose the sentences that answer and put them in order, the best piece first."""
    if not candidates:
        return []
    windows = WINDOWS | SEVERAL_WINDOWS if asks_several else WINDOWS
    budgets = BUDGETS | SEVERAL_BUDGETS if asks_several else BUDGETS
    if sort in windows:
        steps = _steps(candidates) if sort in _GROWING else 0
        sizes = [size + steps * more for size, more in zip(windows[sort], _MORE_WORDS, strict=True)]
        chosen = _windows(snapshot, candidates, sizes)
    else:
        chosen = _picks(snapshot, candidates, sort, budget or budgets[sort])
    return [
        Part(snapshot.section(section_id), tuple(found[ordinal] for ordinal in sorted(found)))
        for section_id, found in chosen.items()
    ]


def _steps(candidates: Sequence[Candidate]) -> int:
    """By how many steps an answer is longer than usual, since more sentences than usual are likely to belong to it."""
    likely = sum(candidate.told != 0 and candidate.told > _LIKELY for candidate in candidates)
    return max(0, min(likely - _USUAL, _MOST_STEPS))


def _windows(snapshot: Snapshot, candidates: Sequence[Candidate], sizes: Sequence[int]) -> Chosen:
    """Runs of sentences around the best ones, each of at most so many words: whoever argues does so in a row."""
    scores = {(c.section_id, c.sentence.ordinal): c.score for c in candidates}
    chosen: Chosen = {}
    spare = 0
    for size in sizes:
        left = [c for c in candidates if c.sentence.ordinal not in chosen.get(c.section_id, {})]
        best = next((c for c in left if not chosen or _may_join(c, chosen, candidates[0])), None)
        if best is None:
            break
        taken = chosen.get(best.section_id, {})
        run = _grown(snapshot, best, scores, size + spare, taken)
        words = sum(len(sentence.text.split()) for sentence in run)
        if chosen and words > size + spare + _OVERRUN:
            continue
        chosen.setdefault(best.section_id, {}).update({sentence.ordinal: sentence for sentence in run})
        spare = max(0, size + spare - words)
    return chosen


def _may_join(candidate: Candidate, chosen: Chosen, best: Candidate) -> bool:
    """A second piece is quoted only where it is nearly as good."""
    return candidate.section_id in chosen or candidate.score >= _OTHER_PIECE * best.score


def _grown(
    snapshot: Snapshot,
    best: Candidate,
    scores: Mapping[tuple[str, int], float],
    words: int,
    taken: Mapping[int, SentenceRecord],
) -> Sequence[SentenceRecord]:
    """The sentence and its neighbours, the better side first, until the words are used up; a list is a whole run."""
    sentences = snapshot.sentences(best.section_id)
    seed = [s for s in _with_context(snapshot, best, taken) if s.ordinal not in taken]
    if len(seed) > 1 and seed[-1].is_list_item:
        return seed
    first, last = seed[0].ordinal, seed[-1].ordinal
    left = words - sum(len(sentence.text.split()) for sentence in sentences[first : last + 1])
    while True:
        beside = [
            place
            for place in (first - 1, last + 1)
            if 0 <= place < len(sentences)
            and place not in taken
            and sentences[place].voice in CITABLE_VOICES
            and len(sentences[place].text.split()) <= left
        ]
        if not beside:
            return [sentence for sentence in sentences[first : last + 1] if sentence.voice in CITABLE_VOICES]
        place = max(beside, key=lambda place: scores.get((best.section_id, place), 0.0))
        first, last = min(first, place), max(last, place)
        left -= len(sentences[place].text.split())


def _picks(snapshot: Snapshot, candidates: Sequence[Candidate], sort: Sort, budget: Budget) -> Chosen:
    """The best sentences one by one, each with what it leans on."""
    chosen: Chosen = {}
    words = 0
    least = candidates[0].score - (1 - _OTHER_PIECE) * abs(candidates[0].score)
    for candidate in sorted(candidates, key=lambda c: -_score(c, sort, candidates[0])):
        if sum(map(len, chosen.values())) >= budget.sentences or words >= budget.words:
            break
        if candidate.section_id not in chosen and (len(chosen) >= budget.parts or candidate.score < least):
            continue
        for sentence in _with_context(snapshot, candidate, chosen.get(candidate.section_id, {})):
            size = len(sentence.text.split())
            if not chosen or words + size <= budget.words:
                chosen.setdefault(candidate.section_id, {})[sentence.ordinal] = sentence
                words += size
    return chosen


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
        yield from (item for item in _whole_list(sentences, sentence.ordinal) if item.ordinal not in chosen)
        return
    before = _before(sentences, sentence)
    if before is not None and before.ordinal not in chosen and _LEANS.match(sentence.text):
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


def _whole_list(sentences: Sequence[SentenceRecord], ordinal: int) -> list[SentenceRecord]:
    """A list with its lead-in, given any sentence of it, up to the words a list may take."""
    first = ordinal
    while first > 0 and sentences[first].is_list_item:
        first -= 1
    found = [sentences[first]]
    for sentence in sentences[first + 1 :]:
        if not sentence.is_list_item or sentence.voice not in CITABLE_VOICES:
            break
        found.append(sentence)
    kept: list[SentenceRecord] = []
    words = 0
    for sentence in found:
        words += len(sentence.text.split())
        if words > _LIST_WORDS and sentence.ordinal != ordinal:
            continue
        kept.append(sentence)
    return kept


def summarise(snapshot: Snapshot, section_id: str) -> list[Part]:
    """The main points of one piece: near to what the whole is about, unlike each other, and from its ends rather.

    Maximal marginal relevance (Carbonell and Goldstein, 1998) with the cosine to the mean of the piece's sentences as
    relevance; whoever writes says what matters first and last.
    """
    section = snapshot.section(section_id)
    citable = [
        s for s in section.sentences if s.voice in CITABLE_VOICES and len(s.text.split()) >= _LEAST_SUMMARY_WORDS
    ]
    if not citable:
        return []
    vectors = _vectors(snapshot, citable)
    middle = vectors.mean(axis=0)
    worth = vectors @ (middle / max(float(np.linalg.norm(middle)), 1e-9)) + _ENDS * _stands_at_an_end(len(citable))
    repeats = np.zeros(len(citable), dtype=np.float32)
    chosen: list[int] = []
    words = 0
    for _ in citable:
        best = int(np.argmax(worth - _REPETITION * repeats))
        size = len(citable[best].text.split())
        worth[best] = -np.inf
        if chosen and words + size > _SUMMARY_WORDS:
            if words > _SUMMARY_WORDS - _OVERRUN * 2:
                break
            continue
        chosen.append(best)
        words += size
        repeats = np.maximum(repeats, vectors @ vectors[best])
    return [Part(section, tuple(citable[place] for place in sorted(chosen)))]


def _vectors(snapshot: Snapshot, sentences: Sequence[SentenceRecord]) -> Vectors:
    """The vectors of sentences, shape (sentences, dimensions); zeros where one has none."""
    vectors = np.zeros((len(sentences), snapshot.sentence_vectors.shape[1]), dtype=np.float32)
    for place, sentence in enumerate(sentences):
        if sentence.row is not None:
            vectors[place] = snapshot.sentence_vectors[sentence.row]
    return vectors


def _stands_at_an_end(count: int) -> Vectors:
    """1 for the first and the last eighth of so many sentences, 0 between, shape (count,)."""
    place = np.arange(count)
    return ((place < count / 8) | (place > count * 7 / 8)).astype(np.float32)
