"""Dense search: exact inner products in FAISS, one vector a row.

In: unit vectors, shape (rows, dimensions), float32. Out: the best rows of a query. A filter is applied by FAISS
before ranking (an id selector), so that it never costs a result. Searches run on one thread each.
"""

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

FILE = "vectors.faiss"
SENTENCES_FILE = "sentences.npy"
Vectors = NDArray[np.float32]


class VectorIndex:
    """A flat inner-product index, exact; with unit vectors the score is the cosine."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index
        faiss.omp_set_num_threads(1)

    @classmethod
    def build(cls, vectors: Vectors) -> "VectorIndex":
        """Index the rows of `vectors`, shape (rows, dimensions)."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def load(cls, generation: Path) -> "VectorIndex":
        """Open the index of a published generation, whose checksum has been verified."""
        return cls(faiss.read_index(str(generation / FILE), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY))

    def save(self, generation: Path) -> None:
        """Write the index into a generation."""
        faiss.write_index(self._index, str(generation / FILE))

    def search(
        self, query: Vectors, count: int, mask: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], Vectors]:
        """Rows and cosines of the best `count` rows for one query, shape (dimensions,); only rows where `mask`."""
        parameters = None
        if mask is not None:
            selector = faiss.IDSelectorBatch(np.flatnonzero(mask).astype(np.int64))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # faiss adds it at run time
        scores, rows = self._index.search(query.reshape(1, -1).astype(np.float32), count, params=parameters)
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]
