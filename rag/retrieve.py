"""Finding passages: dense and lexical search over the same rows, filtered before ranking, fused.

In: a query and the rows it may look at. Out: `Hit`s, best first, each with the scores that put it there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embedding import Vectors
from index.records import PassageRecord
from index.snapshot import Snapshot
from index.tokens import tokens

Mask = NDArray[np.bool_]
DEPTH = 60
"""How many rows each engine contributes."""
LEXICAL_WEIGHT = 0.3
"""Share of the lexical score in the fused one: of 0.3, 0.45 and 0.6 the best for the training questions."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its scores: cosine, BM25 as a share of the best of this query, and the two fused."""

    passage: PassageRecord
    score: float
    cosine: float
    lexical: float


def retrieve(
    snapshot: Snapshot, query: str, vector: Vectors, mask: Mask | None, count: int, extra: Sequence[str] = ()
) -> list[Hit]:
    """The best `count` passages among the rows where `mask`.

    Args:
        snapshot: where to look.
        query: the words to look for.
        vector: the query embedded, shape (dimensions,).
        mask: rows that may come back, shape (passages,); None means all.
        count: how many to return at most.
        extra: further stems for the lexical engine.
    """
    if mask is not None and not mask.any():
        return []
    rows, cosines = snapshot.vectors.search(vector, DEPTH, mask)
    cosine = dict(zip(rows.tolist(), cosines.tolist(), strict=True))
    bm25 = snapshot.lexical.scores([*tokens(query), *extra], mask)
    best = float(bm25.max(initial=0.0))
    lexical = {int(row): float(bm25[row]) / best for row in _top(bm25, DEPTH)} if best > 0 else {}
    floor = min(cosine.values(), default=0.0)
    scored = {
        row: (1 - LEXICAL_WEIGHT) * cosine.get(row, floor) + LEXICAL_WEIGHT * lexical.get(row, 0.0)
        for row in cosine.keys() | lexical.keys()
    }
    chosen = sorted(scored, key=lambda row: (-scored[row], row))[:count]
    return [
        Hit(passage, scored[row], cosine.get(row, floor), lexical.get(row, 0.0))
        for row, passage in zip(chosen, snapshot.passages(chosen), strict=True)
    ]


def _top(scores: NDArray[np.float32], count: int) -> list[int]:
    positive = np.flatnonzero(scores > 0)
    order = positive[np.argsort(-scores[positive], kind="stable")]
    return [int(row) for row in order[:count]]
