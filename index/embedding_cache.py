"""Vectors of texts seen before, so that an unchanged text is never embedded again.

In: the identity of the model and texts. Out: their vectors, where known. Kept in SQLite, which survives a crash.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.model_files import text_key

Vectors = NDArray[np.float32]


class EmbeddingCache:
    """A table of (model, text) → vector."""

    def __init__(self, path: Path, model_sha256: str) -> None:
        self._model = bytes.fromhex(model_sha256)
        self._connection = _open_or_start_anew(path)
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors (model BLOB, text BLOB, vector BLOB, PRIMARY KEY (model, text)) "
            "WITHOUT ROWID"
        )

    def get(self, texts: Sequence[str]) -> dict[int, Vectors]:
        """Known vectors by position in `texts`."""
        known = {}
        for position, text in enumerate(texts):
            row = self._connection.execute(
                "SELECT vector FROM vectors WHERE model = ? AND text = ?", (self._model, text_key(text))
            ).fetchone()
            if row:
                known[position] = np.frombuffer(row[0], dtype=np.float32)
        return known

    def put(self, items: Iterable[tuple[str, Vectors]]) -> None:
        """Remember vectors, in one transaction."""
        with self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                ((self._model, text_key(text), np.asarray(vector, np.float32).tobytes()) for text, vector in items),
            )

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()


def _open_or_start_anew(path: Path) -> sqlite3.Connection:
    """Open the cache; a file that is no database is put aside, since all that it can cost is time."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        path.replace(path.with_suffix(".damaged"))
        connection = sqlite3.connect(path)
    return connection
