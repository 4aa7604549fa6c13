"""Finding passages: dense and lexical search over the same rows, filtered before ranking, fused.

In: a query and the rows it may look at. Out: `Hit`s, best first, each with the scores that put it there. Two engines
propose rows; what orders them looks at the passage, at its best sentence and at the piece as a whole, since a piece
says what it is about once and its passages say the rest.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embedding import Vectors
from index.records import PassageRecord
from index.snapshot import Snapshot
from index.tokens import tokens
from rag.probes import Reading

Mask = NDArray[np.bool_]
Scores = NDArray[np.float32]
Rows = NDArray[np.int64]
DEPTH = 60
"""How many rows each engine proposes."""
FOCUS = 0.25
"""What is added to a passage of the section that the conversation is about."""
_REPEATED = 0.9
"""Passages that share so much of their words (Jaccard) are one."""
SIGNALS = ("cosine", "sentence", "lexical", "section_coverage", "coverage")
WEIGHTS = (0.43, 0.14, 0.04, 0.27, 0.12)
"""What each signal counts; fitted and cross-validated on the training questions by `byline eval-fusion`."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its scores: cosine, BM25 as a share of the best of this query, and all signals fused."""

    passage: PassageRecord
    score: float
    cosine: float
    lexical: float
    reading: Reading | None = None
    """What the reranker says of it; None where none was asked."""

    @property
    def relevance(self) -> float | None:
        """The reranker's score."""
        return self.reading.relevance if self.reading else None


@dataclass(frozen=True, slots=True)
class Proposed:
    """Rows that the engines propose, shape (rows,), and their signals, shape (rows, signals), in `SIGNALS`' order."""

    rows: Rows
    signals: Scores


def retrieve(
    snapshot: Snapshot, query: str, vector: Vectors, mask: Mask | None, count: int, focus: str | None = None
) -> list[Hit]:
    """The best `count` passages among the rows where `mask`.

    Args:
        snapshot: where to look.
        query: the words to look for.
        vector: the query embedded, shape (dimensions,).
        mask: rows that may come back, shape (passages,); None means all.
        count: how many to return at most.
        focus: the section that the conversation is about; its passages are preferred, and all of them proposed.
    """
    if mask is not None and not mask.any():
        return []
    focused = snapshot.passage_mask(frozenset({focus})) if focus else None
    proposed = propose(snapshot, query, vector, mask, focused)
    fused: Scores = proposed.signals @ np.array(WEIGHTS, dtype=np.float32)
    if focused is not None:
        fused = fused + FOCUS * focused[proposed.rows].astype(np.float32)
    hits: list[Hit] = []
    seen: list[tuple[tuple[str, ...], frozenset[str]]] = []
    for place in np.lexsort((proposed.rows, -fused)):
        (passage,) = snapshot.passages([proposed.rows[place]])
        said = (snapshot.section_refs[passage.section_id].authors, frozenset(passage.text.split()))
        if any(_is_repeated(said, before) for before in seen):
            continue
        seen.append(said)
        hits.append(
            Hit(passage, float(fused[place]), float(proposed.signals[place, 0]), float(proposed.signals[place, 2]))
        )
        if len(hits) == count:
            break
    return hits


def _is_repeated(said: tuple[tuple[str, ...], frozenset[str]], before: tuple[tuple[str, ...], frozenset[str]]) -> bool:
    """Whether the same people say nearly the same words again; what others say in the same words is theirs."""
    return said[0] == before[0] and len(said[1] & before[1]) >= _REPEATED * len(said[1] | before[1])


def propose(
    snapshot: Snapshot, query: str, vector: Vectors, mask: Mask | None, focused: Mask | None = None
) -> Proposed:
    """The rows that either engine finds, and those focused on, with what speaks for each."""
    dense, cosines = snapshot.vectors.search(vector, DEPTH, mask)
    if focused is not None and (also := focused if mask is None else focused & mask).any():
        more, further = snapshot.vectors.search(vector, DEPTH, also)
        dense, first = np.unique(np.concatenate([dense, more]), return_index=True)
        cosines = np.concatenate([cosines, further])[first]
    stems = list(dict.fromkeys(tokens(query)))
    bm25 = snapshot.lexical.scores(stems, mask)
    rows = np.union1d(dense, _top(bm25, DEPTH)).astype(np.int64)
    cosine = np.full(len(rows), cosines.min(initial=1.0), dtype=np.float32)
    cosine[np.searchsorted(rows, dense)] = cosines
    signals = (
        cosine,
        _best_sentences(snapshot, rows, vector),
        bm25[rows] / max(float(bm25.max(initial=0.0)), 1e-9),
        *_coverage(snapshot, stems, rows),
    )
    return Proposed(rows, np.stack(signals, axis=1).astype(np.float32))


def _best_sentences(snapshot: Snapshot, rows: Rows, vector: Vectors) -> Scores:
    """Cosine of the nearest sentence of each passage; 0 where none is long enough to have a vector."""
    first, end = snapshot.sentence_rows[rows].T
    sizes = end - first
    starts = np.cumsum(sizes) - sizes
    wanted = np.repeat(first - starts, sizes) + np.arange(int(sizes.sum()))
    best = np.zeros(len(rows), dtype=np.float32)
    if len(wanted):
        cosines = snapshot.sentence_vectors[wanted].astype(np.float32) @ vector
        best[sizes > 0] = np.maximum.reduceat(cosines, starts[sizes > 0])
    return best


def _coverage(snapshot: Snapshot, stems: Sequence[str], rows: Rows) -> tuple[Scores, Scores]:
    """Share of the query's stems, by rarity, that the piece of each row has, and that the row itself has."""
    count = len(snapshot.passage_sections)
    sections = snapshot.section_numbers
    around, within = np.zeros(len(rows), dtype=np.float32), np.zeros(len(rows), dtype=np.float32)
    total = 0.0
    for token in stems:
        having = snapshot.lexical.rows_with(token)
        idf = math.log((count + 1) / (len(having) + 0.5))
        total += idf
        has, speaks_of_it = np.zeros(count, dtype=np.float32), np.zeros(count, dtype=np.float32)
        has[having], speaks_of_it[sections[having]] = idf, idf
        within += has[rows]
        around += speaks_of_it[sections[rows]]
    return (around / total, within / total) if total else (around, within)


def _top(scores: Scores, count: int) -> Rows:
    """The rows with the highest positive scores."""
    positive = np.flatnonzero(scores > 0)
    return positive[np.argsort(-scores[positive], kind="stable")][:count]
