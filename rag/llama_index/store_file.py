"""A vector store on disk: one JSON file with its own checksum, replaced in one atomic step.

In: the rows of a store. Out: a file, and the rows again. Nothing in the file is code; a file that was damaged or cut
short is refused before any of it is used.
"""

import base64
import hashlib
import json
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from index.files import replace_text
from rag.errors import DamagedStore
from rag.llama_index.rows import Vectors


class StoredRows(BaseModel):
    """What a store holds. Vector i belongs to `rows[i]` and `nodes[i]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    next_row: int
    """The first row number never given."""
    rows: tuple[int, ...]
    nodes: tuple[str, ...]
    """Each node without its vector, as JSON."""
    dimensions: int
    vectors: str
    """float32, little-endian, row by row, base64."""

    def unpack(self) -> Vectors:
        """The vectors, shape (rows, dimensions)."""
        flat = np.frombuffer(base64.b64decode(self.vectors), dtype="<f4")
        return flat.reshape(len(self.rows), self.dimensions).astype(np.float32)


def pack(vectors: Vectors) -> str:
    """Vectors as `StoredRows.vectors` has them."""
    return base64.b64encode(vectors.astype("<f4").tobytes()).decode("ascii")


def save(path: Path, stored: StoredRows) -> None:
    """Write a store into a file; its folder is made where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    store = stored.model_dump_json()
    replace_text(path, json.dumps({"sha256": _checksum(store), "store": store}))


def load(path: Path) -> StoredRows:
    """Read a store from a file.

    Raises:
        DamagedStore: the file is not there, or is not what was written.
    """
    try:
        file = json.loads(path.read_text(encoding="utf-8"))
        if file["sha256"] != _checksum(file["store"]):
            raise DamagedStore(f"{path} is damaged: its checksum differs. Fill the store anew and persist it.")
        return StoredRows.model_validate_json(file["store"])
    except OSError as error:
        raise DamagedStore(f"{path} cannot be read: {error.strerror}. Persist a store there first.") from error
    except (ValueError, TypeError, KeyError, AttributeError, ValidationError) as error:
        raise DamagedStore(f"{path} is no vector store of ours, or is cut short. Fill the store anew.") from error


def _checksum(store: str) -> str:
    return hashlib.sha256(store.encode("utf-8")).hexdigest()
