"""Composing an answer from sentences of the texts: which, how many, in what order, under whose name.

In: ranked candidates. Out: `Part`s, one for each piece quoted from, each a run of sentences in reading order.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.model import CITABLE_VOICES
from index.records import SectionRecord, SentenceRecord
from index.snapshot import Snapshot
from index.tokens import tokens
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
_SUMMARY_WORDS = 200
_LIST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Budget:
    """How much an answer to one sort of question may say."""

    sentences: int
    words: int
    parts: int


BUDGETS = {
    Sort.TOPIC: Budget(4, 120, 2),
    Sort.REASON: Budget(4, 120, 2),
    Sort.FIGURE: Budget(3, 90, 2),
    Sort.LIST: Budget(5, 150, 1),
    Sort.WHO: Budget(2, 80, 2),
    Sort.COMPARE: Budget(6, 200, 3),
    Sort.SUMMARY: Budget(7, _SUMMARY_WORDS, 1),
}


@dataclass(frozen=True, slots=True)
class Part:
    """Sentences of one section, in reading order."""

    section: SectionRecord
    sentences: tuple[SentenceRecord, ...]


def compose(
    snapshot: Snapshot, candidates: Sequence[Candidate], sort: Sort, budget: Budget | None = None
) -> list[Part]:
    """Choose the sentences that answer and put them in order, the best piece first."""
    budget = budget or BUDGETS[sort]
    chosen: dict[str, dict[int, SentenceRecord]] = {}
    words = 0
    least = _OTHER_PIECE * candidates[0].score if candidates else 0.0
    ranked = sorted(candidates, key=lambda c: -_score(c, sort, candidates[0])) if candidates else []
    for candidate in ranked:
        if sum(map(len, chosen.values())) >= budget.sentences or words >= budget.words:
            break
        if candidate.section_id not in chosen and (len(chosen) >= budget.parts or candidate.score < least):
            continue
        for sentence in _with_context(snapshot, candidate, chosen.get(candidate.section_id, {})):
            size = len(sentence.text.split())
            if not chosen or words + size <= budget.words:
                chosen.setdefault(candidate.section_id, {})[sentence.ordinal] = sentence
                words += size
    return [
        Part(snapshot.section(section_id), tuple(found[ordinal] for ordinal in sorted(found)))
        for section_id, found in chosen.items()
    ]


def _score(candidate: Candidate, sort: Sort, best: Candidate) -> float:
    score = candidate.score
    if sort is Sort.FIGURE and _FIGURE.search(candidate.sentence.text):
        score += _FIGURE_BONUS
    if candidate.section_id == best.section_id and abs(candidate.sentence.ordinal - best.sentence.ordinal) <= 2:
        score += _NEAR_BONUS
    return score


def _with_context(
    snapshot: Snapshot, candidate: Candidate, chosen: dict[int, SentenceRecord]
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


def summarise(snapshot: Snapshot, section_id: str, stems: Sequence[str]) -> list[Part]:
    """The main points of one piece, spread over it: from each stretch, the sentence that says most of its matter."""
    section = snapshot.section(section_id)
    citable = [s for s in section.sentences if s.voice in CITABLE_VOICES and len(s.text.split()) >= 6]
    if not citable:
        return []
    weights = _section_weights(citable, stems)
    budget = BUDGETS[Sort.SUMMARY]
    stretches = min(budget.sentences, len(citable))
    chosen: list[SentenceRecord] = []
    words = 0
    for number in range(stretches):
        stretch = citable[number * len(citable) // stretches : (number + 1) * len(citable) // stretches]
        best = max(stretch, key=lambda sentence: _weight(sentence, weights))
        words += len(best.text.split())
        if chosen and words > budget.words:
            break
        chosen.append(best)
    return [Part(section, tuple(chosen))]


def _section_weights(sentences: Sequence[SentenceRecord], stems: Sequence[str]) -> dict[str, float]:
    counts: dict[str, float] = {}
    for sentence in sentences:
        for token in set(tokens(sentence.text)):
            counts[token] = counts.get(token, 0.0) + 1.0
    return {
        token: count + (5.0 if token in stems else 0.0)
        for token, count in counts.items()
        if count > 1 or token in stems
    }


def _weight(sentence: SentenceRecord, weights: dict[str, float]) -> float:
    found = set(tokens(sentence.text))
    words = len(sentence.text.split())
    lean = 0.7 if _LEANS.match(sentence.text) else 1.0
    return float(lean * sum(weights.get(token, 0.0) for token in found) / max(12, words) ** 0.7)
