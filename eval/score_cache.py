"""Scores of pairs that a reranker has read before, so that an evaluation asked again costs seconds.

In: a reranker and a file. Out: a reranker that reads each pair once. Kept in SQLite under a digest of the pair; neither
question nor text is written to the file.
"""

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from rag.rerank import Scorer


class ScoreCache:
    """A reranker that remembers; not for threads."""

    def __init__(self, reranker: Scorer, path: Path, model: str) -> None:
        """Remember in a file what a model, by its name, says."""
        self._reranker, self._model = reranker, model
        self._connection = sqlite3.connect(path)
        self._connection.execute("CREATE TABLE IF NOT EXISTS scores (pair BLOB PRIMARY KEY, score REAL) WITHOUT ROWID")

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """The reranker's scores, in the order of the texts."""
        keys = [_key(self._model, query, text) for text in texts]
        known = {key: found for key in keys if (found := self._known(key)) is not None}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        known |= dict(zip(new, self._reranker.score(query, list(new.values())), strict=True))
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO scores VALUES (?, ?)", [(k, known[k]) for k in new])
        return [known[key] for key in keys]

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def _known(self, key: bytes) -> float | None:
        row = self._connection.execute("SELECT score FROM scores WHERE pair = ?", (key,)).fetchone()
        return float(row[0]) if row else None


def _key(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode()).digest()
