"""Vectors in FAISS under row numbers that are never given twice.

In: vectors, shape (rows, dimensions). Out: the best rows of a query. Rows can be removed; a restriction to some rows is
applied by FAISS before ranking (an id selector), so that it never costs a result.
"""

from collections.abc import Collection, Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class VectorRows:
    """Unit vectors by row, searched exactly. Row numbers only grow: a removed one never names another vector."""

    def __init__(self, next_row: int = 0) -> None:
        self.next_row = next_row
        self._index: faiss.IndexIDMap2 | None = None
        faiss.omp_set_num_threads(1)

    @property
    def dimensions(self) -> int | None:
        """Dimensions of the vectors; None where there are none yet."""
        return None if self._index is None else int(self._index.d)

    def add(self, vectors: Vectors) -> list[int]:
        """Add unit vectors of one length and tell their rows."""
        rows = np.arange(self.next_row, self.next_row + len(vectors), dtype=np.int64)
        self.put(rows, vectors)
        return rows.tolist()

    def put(self, rows: NDArray[np.int64], vectors: Vectors) -> None:
        """Add vectors under rows that they had before; rows given from now on are greater."""
        if not len(rows):
            return
        if self._index is None:
            self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), rows)
        self.next_row = max(self.next_row, int(rows.max()) + 1)

    def get(self, rows: Sequence[int]) -> Vectors:
        """The vectors of rows, in their order, shape (rows, dimensions)."""
        if self._index is None:
            return np.empty((0, 0), dtype=np.float32)
        vectors: Vectors = self._index.reconstruct_batch(np.array(rows, dtype=np.int64))
        return vectors

    def remove(self, rows: Collection[int]) -> None:
        """Forget vectors. With the last one, the length of vectors is open again."""
        if self._index is None or not rows:
            return
        self._index.remove_ids(np.fromiter(rows, dtype=np.int64, count=len(rows)))  # type: ignore[arg-type]
        if not self._index.ntotal:
            self._index = None

    def search(self, query: Vectors, count: int, among: Collection[int] | None = None) -> list[tuple[int, float]]:
        """Rows and cosines of the best `count` rows, best first, the older first of equals.

        Args:
            query: a unit vector, shape (dimensions,).
            count: how many to return at most.
            among: the rows that may come back; None means all.
        """
        if self._index is None:
            return []
        count = min(count, self._index.ntotal if among is None else len(among))
        if count <= 0:
            return []
        parameters = None
        if among is not None:
            selector = faiss.IDSelectorBatch(np.fromiter(among, dtype=np.int64, count=len(among)))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # faiss adds it at run time
        scores, rows = self._index.search(query.reshape(1, -1), count, params=parameters)
        found = [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))
