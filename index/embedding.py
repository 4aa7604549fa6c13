"""Embedding texts with the exported model, in ONNX Runtime.

In: texts. Out: unit vectors, shape (texts, dimensions), float32. Batches are made of texts of like length.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession, SessionOptions
from tokenizers import Tokenizer

from index.errors import ModelError
from index.files import sha256_of
from index.model_files import ExportedModel

Vectors = NDArray[np.float32]
_BATCH = 32


class Embedder:
    """A sentence embedder; thread-safe."""

    def __init__(self, exported: ExportedModel, session: InferenceSession, tokenizer: Tokenizer) -> None:
        self.exported = exported
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def open(cls, folder: Path, threads: int = 2) -> "Embedder":
        """Open an exported model.

        Raises:
            ModelError: a file is missing or is not the one that was exported.
        """
        try:
            exported = ExportedModel(**json.loads((folder / "model.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(f"No exported model at {folder}. Run `byline index` to make it.") from error
        for name, expected in (("model.onnx", exported.onnx_sha256), ("tokenizer.json", exported.tokenizer_sha256)):
            if not (folder / name).is_file() or sha256_of(folder / name) != expected:
                raise ModelError(f"{folder / name} is damaged. Delete {folder} and run `byline index`.")
        return cls(exported, _session(folder / "model.onnx", threads), _tokenizer(folder, exported.max_tokens))

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] = lambda _: None) -> Vectors:
        """Unit vectors of the texts, in their order; `progress` is told how many more are done."""
        vectors = np.empty((len(texts), self.exported.dimensions), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            vectors[batch] = self._run([texts[index] for index in batch])
            progress(len(batch))
        return vectors

    def _run(self, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch(texts)
        feed = {
            "input_ids": np.array([item.ids for item in encoded], dtype=np.int64),
            "attention_mask": np.array([item.attention_mask for item in encoded], dtype=np.int64),
        }
        return np.asarray(self._session.run(None, feed)[0], dtype=np.float32)


def _session(path: Path, threads: int) -> InferenceSession:
    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _tokenizer(folder: Path, max_tokens: int) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(max_length=max_tokens)
    tokenizer.enable_padding()
    return tokenizer
