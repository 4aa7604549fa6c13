"""From passages to the sentences that answer.

In: hits and the question. Out: the hits in the order that a cross-encoder gives them, and `Candidate` sentences, best
first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, repeat

import numpy as np

from index.embedding import Vectors
from index.model import CITABLE_VOICES
from index.records import PassageRecord, SentenceRecord
from index.snapshot import Snapshot
from index.tokens import tokens
from rag.lexicon import Lexicon
from rag.rerank import Page, Reranker
from rag.retrieve import Hit

_COSINE, _COVERAGE, _PASSAGE = 0.5, 0.25, 0.5


_RELEVANCE = 0.1
"""What one unit of the reranker's logit adds to the fused score, which lies between 0 and 1."""
_TOLD = 0.1
"""What one unit of a sentence's log-odds of belonging to the answer adds to its score."""
_OPENING = 0.2
_OPENING_SENTENCES, _OPENING_SHARE = 10, 3
"""What the score of a piece's first sentence loses; the next lose less, and from the tenth on, or after a third of the
piece, none: openings set the scene. Of the sentences that training questions' answers quoted, 0.17 of the first six of
a piece stated a fact that was asked for, and 0.33 of those from the tenth on."""
_UNTOLD = -3.0
"""What counts for a sentence that the reranker did not read."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with where it stands and how well it fits."""

    section_id: str
    sentence: SentenceRecord
    score: float
    cosine: float
    coverage: float
    told: float = 0.0
    """Log-odds of belonging to the answer, as the reranker's probes have it; 0 without."""


def read(snapshot: Snapshot, reranker: Reranker, question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits in their order, each with what the reranker makes of it.

    The reranker reads each passage under its header: without the people and the title it orders worse than retrieval.
    """
    readings = reranker.read(question, [page_of(snapshot, hit.passage) for hit in hits])
    return [replace(hit, reading=reading) for hit, reading in zip(hits, readings, strict=True)]


def rerank(hits: Sequence[Hit], share: float = 1.0) -> list[Hit]:
    """Hits that were read, in the order of what retrieval and the reranker say of them together, the reranker by its
    share.
    """
    found = [replace(hit, score=hit.score + share * _RELEVANCE * (hit.relevance or 0.0)) for hit in hits]
    return sorted(found, key=lambda hit: (-hit.score, hit.passage.row))


def rank_sentences(
    snapshot: Snapshot, lexicon: Lexicon, hits: Sequence[Hit], vector: Vectors, stems: Sequence[str]
) -> list[Candidate]:
    """Rank the sentences of the hits by meaning, by the question's words in them and by their passage."""
    found: list[tuple[Hit, SentenceRecord, float, float]] = []
    for hit in hits:
        ends = min(_OPENING_SENTENCES, len(snapshot.sentences(hit.passage.section_id)) / _OPENING_SHARE)
        for sentence, told in zip(_sentences(snapshot, hit.passage), _told(hit), strict=False):
            if sentence.row is not None:
                found.append((hit, sentence, told, max(0.0, 1.0 - sentence.ordinal / ends)))
    if not found:
        return []
    rows = np.array([sentence.row for _, sentence, _, _ in found])
    cosines = snapshot.sentence_vectors[rows].astype(np.float32) @ vector
    is_told = any(hit.reading and hit.reading.sentences for hit in hits)
    candidates = [
        _candidate(hit, sentence, float(cosine), told if is_told else 0.0, opens, lexicon, stems)
        for (hit, sentence, told, opens), cosine in zip(found, cosines, strict=True)
    ]
    return sorted(
        candidates, key=lambda candidate: (-candidate.score, candidate.section_id, candidate.sentence.ordinal)
    )


def _sentences(snapshot: Snapshot, passage: PassageRecord) -> list[SentenceRecord]:
    """The sentences whose words a passage is made of."""
    between = snapshot.sentences(passage.section_id)[passage.first : passage.last + 1]
    return [sentence for sentence in between if sentence.voice in CITABLE_VOICES]


def page_of(snapshot: Snapshot, passage: PassageRecord) -> Page:
    """A passage as the reranker reads it."""
    return Page(passage.header, tuple(sentence.text for sentence in _sentences(snapshot, passage)))


def _told(hit: Hit) -> Iterator[float]:
    """The log-odds of each sentence of a passage that it belongs to the answer."""
    told = hit.reading.sentences if hit.reading else ()
    return (_UNTOLD if value is None else value for value in chain(told, repeat(None)))


def _candidate(
    hit: Hit, sentence: SentenceRecord, cosine: float, told: float, opens: float, lexicon: Lexicon, stems: Sequence[str]
) -> Candidate:
    """A candidate; `opens` is 1 for the first sentence of a piece, and 0 after its opening."""
    covered = coverage(sentence.text, stems, lexicon)
    score = _COSINE * cosine + _COVERAGE * covered + _PASSAGE * hit.score + _TOLD * told - _OPENING * opens
    return Candidate(hit.passage.section_id, sentence, score, cosine, covered, told)


def coverage(text: str, stems: Sequence[str], lexicon: Lexicon) -> float:
    """Share of the question's stems that a text has, each weighted by its rarity; 0 for a question without any."""
    wanted = dict.fromkeys(stems)
    total = sum(lexicon.idf(token) for token in wanted)
    present = _stems(text)
    return sum(lexicon.idf(token) for token in wanted if token in present) / total if total else 0.0


@lru_cache(maxsize=8192)
def _stems(text: str) -> frozenset[str]:
    return frozenset(tokens(text))
