"""From passages to the sentences that answer.

In: hits and the question. Out: the hits in the order that a cross-encoder gives them, and `Candidate` sentences, best
first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from index.embedding import Vectors
from index.records import SentenceRecord
from index.snapshot import Snapshot
from index.tokens import tokens
from rag.lexicon import Lexicon
from rag.rerank import Reranker
from rag.retrieve import Hit

_COSINE, _COVERAGE, _PASSAGE = 0.5, 0.25, 0.5


_RELEVANCE = 0.1
"""What one unit of the reranker's logit adds to the fused score, which lies between 0 and 1."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with where it stands and how well it fits."""

    section_id: str
    sentence: SentenceRecord
    score: float
    cosine: float
    coverage: float


def rerank(reranker: Reranker, question: str, hits: Sequence[Hit], share: float = 1.0) -> list[Hit]:
    """The hits in the order of what retrieval and the reranker say of them together, the reranker by its share.

    The reranker reads each passage under its header: without the people and the title it orders worse than retrieval.
    """
    scores = reranker.score(question, [hit.passage.indexed_text for hit in hits])
    read = [
        replace(hit, relevance=relevance, score=hit.score + share * _RELEVANCE * relevance)
        for hit, relevance in zip(hits, scores, strict=True)
    ]
    return sorted(read, key=lambda hit: (-hit.score, hit.passage.row))


def rank_sentences(
    snapshot: Snapshot, lexicon: Lexicon, hits: Sequence[Hit], vector: Vectors, stems: Sequence[str]
) -> list[Candidate]:
    """Rank the sentences of the hits by meaning, by the question's words in them and by their passage."""
    found: list[tuple[Hit, SentenceRecord]] = []
    for hit in hits:
        passage = hit.passage
        for sentence in snapshot.sentences(passage.section_id)[passage.first : passage.last + 1]:
            if sentence.row is not None:
                found.append((hit, sentence))
    if not found:
        return []
    rows = np.array([sentence.row for _, sentence in found])
    cosines = snapshot.sentence_vectors[rows].astype(np.float32) @ vector
    candidates = [
        _candidate(hit, sentence, float(cosine), lexicon, stems)
        for (hit, sentence), cosine in zip(found, cosines, strict=True)
    ]
    return sorted(
        candidates, key=lambda candidate: (-candidate.score, candidate.section_id, candidate.sentence.ordinal)
    )


def _candidate(hit: Hit, sentence: SentenceRecord, cosine: float, lexicon: Lexicon, stems: Sequence[str]) -> Candidate:
    covered = coverage(sentence.text, stems, lexicon)
    score = _COSINE * cosine + _COVERAGE * covered + _PASSAGE * hit.score
    return Candidate(hit.passage.section_id, sentence, score, cosine, covered)


def coverage(text: str, stems: Sequence[str], lexicon: Lexicon) -> float:
    """Share of the question's stems that a text has, each weighted by its rarity; 0 for a question without any."""
    wanted = dict.fromkeys(stems)
    total = sum(lexicon.idf(token) for token in wanted)
    present = _stems(text)
    return sum(lexicon.idf(token) for token in wanted if token in present) / total if total else 0.0


@lru_cache(maxsize=8192)
def _stems(text: str) -> frozenset[str]:
    return frozenset(tokens(text))
