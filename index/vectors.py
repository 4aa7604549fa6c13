"""Dense search in FAISS: exact as far as that is fast enough; beyond, the best by sign bits, rescored exactly.

In: unit vectors, shape (rows, dimensions), float32. Out: the best rows of a query and their cosines. A filter is
applied by FAISS before ranking (an id selector), so that it never costs a result. A search runs on one thread, and
searches may run side by side.

A generation always holds the vectors themselves (`vectors.faiss`), and beyond 100,000 rows also their sign bits
(`codes.faiss`, one bit a dimension). Both are mapped, not read: opening costs no time and no memory. Which way a
search goes follows from how many rows it may return (`Rule`):

    rows in the index   rows in the mask   way
    at most 100,000     any                exact inner products of those rows
    more                at most 50,000     exact inner products of those rows
    more                more               the 8,000 rows of least Hamming distance, then their exact inner products

The numbers come from passages as `byline eval-search` makes them, 384 dimensions, faiss 1.15, processor time of one
thread while a 2-core machine was busy; a quiet one is faster, and that command says how much:

- An exact product takes 0.11 µs a row where rows are read in order and 0.25 µs where they lie scattered: 11 ms for all
  of 100,000 rows, 12 ms for 50,000 scattered ones. Among 1,000,000 rows the codes take 12 ms, 9 for the scan and 3 for
  rescoring: 8 ms where a mask holds runs of rows, a tenth of all, and 16 where such a mask is scattered row by row. So
  as many searches as can be are exact, and none of those takes longer than one by codes.
- Of 1,000,000 rows the 10 best are among the first 2,000, 5,000 and 8,000 by code in 97.0, 98.9 and 99.4 %, the 60
  best in 92.1, 96.9 and 98.3 %. Bits of centred vectors, or turned by ITQ (Gong and Lazebnik 2011), do not find more
  among 5,000.
- IVF over 1,024 lists has to visit 128 of them for 99.1 %, and took about 1.5 times as long as the codes; a filter
  by person empties lists. RaBitQ took three times as long; with fast scan it refuses filters, as PQ does. HNSW was
  left out: it takes minutes to build at this size.
"""

from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

FILE = "vectors.faiss"
CODES_FILE = "codes.faiss"
SENTENCES_FILE = "sentences.npy"
_BLOCK = 65_536
_MAPPED = faiss.IO_FLAG_MMAP_IFC

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rule:
    """Which way a search goes."""

    flat_rows: int = 100_000
    """Largest index without codes: every search of it is exact."""
    few_rows: int = 50_000
    """A mask of so many rows is searched exactly in an index of any size."""
    candidates: int = 8_000
    """How many rows the codes propose for exact scoring."""


RULE = Rule()


class VectorIndex:
    """Rows of unit vectors by inner product, which is the cosine."""

    def __init__(self, flat: faiss.Index, codes: faiss.IndexBinary | None, rule: Rule) -> None:
        self._flat = flat
        self._codes = codes
        self._rule = rule
        if codes is not None:
            # Counting distances is faster than a heap for thousands of candidates.
            codes.use_heap = False  # type: ignore[attr-defined]  # faiss's stubs leave it out

    @classmethod
    def build(cls, vectors: Vectors, rule: Rule = RULE) -> "VectorIndex":
        """Index the rows of `vectors`, shape (rows, dimensions), with codes where the rule wants them."""
        flat = faiss.IndexFlatIP(vectors.shape[1])
        flat.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(flat, _codes_of(vectors) if len(vectors) > rule.flat_rows else None, rule)

    @classmethod
    def load(cls, generation: Path, rule: Rule = RULE) -> "VectorIndex":
        """Map the index of a published generation, whose checksums have been verified."""
        flat = faiss.read_index(str(generation / FILE), _MAPPED)
        path = generation / CODES_FILE
        return cls(flat, faiss.read_index_binary(str(path), _MAPPED) if path.exists() else None, rule)

    def save(self, generation: Path) -> None:
        """Write the index into a generation."""
        faiss.write_index(self._flat, str(generation / FILE))
        if self._codes is not None:
            faiss.write_index_binary(self._codes, str(generation / CODES_FILE))

    def rows(self, rows: Rows) -> Vectors:
        """The vectors of rows, shape (rows, dimensions)."""
        found: Vectors = self._flat.reconstruct_batch(rows)
        return found

    def is_exact(self, mask: Mask | None = None) -> bool:
        """Whether a search among the rows where `mask` compares the query with each of them."""
        return self._codes is None or (mask is not None and int(np.count_nonzero(mask)) <= self._rule.few_rows)

    def search(self, query: Vectors, count: int, mask: Mask | None = None) -> tuple[Rows, Vectors]:
        """Rows and cosines of the best `count` rows for one query, shape (dimensions,); only rows where `mask`.

        The rows come best first; there are fewer than `count` only where the mask holds fewer.
        """
        faiss.omp_set_num_threads(1)  # holds for the calling thread only
        vector = query.reshape(1, -1).astype(np.float32)
        if self.is_exact(mask):
            return self._best(vector, count, None if mask is None else np.flatnonzero(mask))
        return self._best(vector, count, self._candidates(vector, max(self._rule.candidates, count), mask))

    def _best(self, vector: Vectors, count: int, among: Rows | None) -> tuple[Rows, Vectors]:
        """The exactly best rows, all or `among` these."""
        parameters = None if among is None else _only(faiss.IDSelectorArray(among))
        scores, rows = self._flat.search(vector, count, params=parameters)
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def _candidates(self, vector: Vectors, count: int, mask: Mask | None) -> Rows:
        """The rows whose signs agree most with those of the query, in the order of the file."""
        assert self._codes is not None
        parameters = None if mask is None else _only(_bitmap(mask))
        _, rows = self._codes.search(_signs(vector), count, params=parameters)
        found: Rows = np.sort(rows[0][rows[0] >= 0])
        return found


def _only(selector: faiss.IDSelector) -> faiss.SearchParameters:
    return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # faiss adds it at run time


def _bitmap(mask: Mask) -> faiss.IDSelector:
    """A selector that costs one bit a row; one of row numbers costs a look-up a row."""
    bits = np.packbits(mask, bitorder="little")
    return faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]  # faiss takes the array at run time


def _codes_of(vectors: Vectors) -> faiss.IndexBinaryFlat:
    codes = faiss.IndexBinaryFlat(8 * _signs(vectors[:1]).shape[1])
    for start in range(0, len(vectors), _BLOCK):
        codes.add(_signs(vectors[start : start + _BLOCK]))
    return codes


def _signs(vectors: Vectors) -> NDArray[np.uint8]:
    """A bit a dimension: whether it is positive."""
    return np.packbits(vectors > 0, axis=1)
