"""What a cross-encoder knows besides its score: linear probes on what it thinks half way through.

In: the hidden states of a pair of question and passage. Out: how likely the passage answers the question, and for each
of its sentences how likely it belongs to the answer. The model reads anyway; the probes cost one product of a vector.

A linear probe (Alain and Bengio 2016, https://arxiv.org/abs/1610.01644) is a logistic model on states of a layer that
is not trained itself. Those of rag/probes.json are fitted by `byline calibrate`.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

PROBES: Final = Path(__file__).with_name("probes.json")
LAYERS: Final = (8, 9)
"""The states after these layers are probed, counted from 0: the last ones know little but the score."""
_DIGITS = 4

Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class States:
    """Hidden states of one pair."""

    whole: Numbers
    """Of the first token and of the mean sentence, shape (2 · layers · dimensions,)."""
    sentences: Numbers
    """Means over the tokens of each sentence, shape (sentences, layers · dimensions); NaN where it was cut off."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of one passage for one question."""

    relevance: float
    """The model's own score."""
    answers: float | None = None
    """Log-odds that the passage answers; None where nothing was probed."""
    sentences: tuple[float | None, ...] = ()
    """Log-odds of each sentence that it belongs to the answer; None for one that was cut off."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A logistic model: log-odds = intercept + weights · states."""

    intercept: float
    weights: Numbers

    def log_odds(self, states: Numbers) -> Numbers:
        """Of states of shape (n, d) or (d,): shape (n,) or ()."""
        return np.asarray(self.intercept + states @ self.weights, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Probes:
    """Whether a passage answers, and which of its sentences do."""

    passage: Probe
    sentence: Probe

    def reading(self, relevance: float, states: States) -> Reading:
        """The score of a pair with what the probes say of its states."""
        told = self.sentence.log_odds(states.sentences).tolist() if len(states.sentences) else []
        answers = float(self.passage.log_odds(states.whole))
        return Reading(relevance, answers, tuple(None if value != value else value for value in told))  # NaN is cut off

    def save(self, path: Path = PROBES) -> None:
        """Write them where `load_probes` reads."""
        data = {name: _written(probe) for name, probe in (("passage", self.passage), ("sentence", self.sentence))}
        path.write_text(json.dumps({"layers": LAYERS, **data}) + "\n", encoding="utf-8")


def load_probes(path: Path = PROBES) -> Probes:
    """The probes in force."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Probes(*(_read(data[name]) for name in ("passage", "sentence")))


def pooled(layers: Numbers, starts: NDArray[np.int64], ends: NDArray[np.int64], spans: list[tuple[int, int]]) -> States:
    """Pool the states of a pair.

    Args:
        layers: shape (layers, tokens, dimensions).
        starts: where each token begins in the passage, in characters; shape (tokens,). A token of the question begins
            and ends at -1.
        ends: where it ends.
        spans: of each sentence, in characters.
    """
    flat = layers.transpose(1, 0, 2).reshape(layers.shape[1], -1)
    sentences = np.full((len(spans), flat.shape[1]), np.nan, dtype=np.float32)
    sizes = np.zeros(len(spans), dtype=np.float32)
    for place, (start, end) in enumerate(spans):
        inside = (starts < end) & (ends > start)
        if inside.any():
            sentences[place] = flat[inside].mean(axis=0)
            sizes[place] = inside.sum()
    total = float(sizes.sum())
    mean = (np.nan_to_num(sentences) * sizes[:, None]).sum(axis=0) / max(1.0, total)
    return States(np.concatenate([flat[0], mean]).astype(np.float32), sentences)


def _written(probe: Probe) -> dict[str, object]:
    weights = [round(float(weight), _DIGITS) for weight in probe.weights]
    return {"intercept": round(probe.intercept, _DIGITS), "weights": weights}


def _read(data: dict[str, object]) -> Probe:
    intercept, weights = data["intercept"], data["weights"]
    assert isinstance(intercept, float)
    return Probe(intercept, np.array(weights, dtype=np.float32))
