"""Lexical search: BM25 over stemmed words, persisted with the generation.

In: texts by row. Out: scores by row. bm25s (https://github.com/xhluca/bm25s) keeps the term weights as a sparse
matrix that is memory-mapped when served; `mask` restricts a query exactly, before ranking.
"""

from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from index.tokens import tokens

FOLDER = "lexical"


class LexicalIndex:
    """BM25 (Lucene's variant, k1 = 1.2, b = 0.75) over one text a row."""

    def __init__(self, engine: bm25s.BM25, rows: int) -> None:
        self._engine = engine
        self._rows = rows

    @classmethod
    def build(cls, texts: Sequence[str]) -> "LexicalIndex":
        """Index texts; row i is `texts[i]`."""
        engine = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        engine.index([tokens(text) or ["\x00"] for text in texts], show_progress=False)
        return cls(engine, len(texts))

    @classmethod
    def load(cls, generation: Path, rows: int) -> "LexicalIndex":
        """Open the index of a published generation."""
        return cls(bm25s.BM25.load(str(generation / FOLDER), mmap=True, load_corpus=False), rows)

    def save(self, generation: Path) -> None:
        """Write the index into a generation."""
        self._engine.save(str(generation / FOLDER), corpus=None, show_progress=False)

    def scores(self, query: Sequence[str], mask: NDArray[np.bool_] | None = None) -> NDArray[np.float32]:
        """BM25 scores of all rows, shape (rows,), for query stems; 0 where nothing matches or `mask` is False."""
        known = [token for token in query if token in self._engine.vocab_dict]
        if not known:
            return np.zeros(self._rows, dtype=np.float32)
        scores = np.asarray(self._engine.get_scores(known), dtype=np.float32)
        return scores if mask is None else np.where(mask, scores, np.float32(0))

    def rows_with(self, token: str) -> NDArray[np.int64]:
        """The rows that have a stem, in ascending order."""
        number = self._engine.vocab_dict.get(token)
        bounds = self._engine.scores["indptr"]
        if number is None or number + 1 >= len(bounds):  # bm25s counts an empty word of its own, which no row has
            return np.zeros(0, dtype=np.int64)
        first, end = bounds[number : number + 2]
        return np.sort(np.asarray(self._engine.scores["indices"][first:end], dtype=np.int64))
