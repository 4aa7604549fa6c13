"""Whether the evidence is thick enough to answer.

In: what retrieval and ranking found. Out: a probability that the passages answer the question, from a logistic model
over four features; the model is fitted on training questions only, by `byline calibrate`, and kept in
rag/calibration.json where anybody can read it.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag.lexicon import Lexicon
from rag.rank import Candidate, coverage
from rag.retrieve import Hit

CALIBRATION = Path(__file__).with_name("calibration.json")
FEATURES = ("cosine", "sentence_cosine", "coverage", "sentence_coverage", "unknown")


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well the best passages fit the question; each feature is 0–1 or a cosine."""

    cosine: float
    sentence_cosine: float
    coverage: float
    sentence_coverage: float
    unknown: float

    def values(self) -> tuple[float, ...]:
        """The features in the order of `FEATURES`."""
        return tuple(getattr(self, name) for name in FEATURES)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model: probability = 1 / (1 + exp(-(intercept + weights · features)))."""

    intercept: float
    weights: tuple[float, ...]
    threshold: float

    def probability(self, evidence: Evidence) -> float:
        """How likely it is that the evidence answers the question."""
        logit = self.intercept + sum(w * x for w, x in zip(self.weights, evidence.values(), strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


NO_EVIDENCE = Evidence(0.0, 0.0, 0.0, 0.0, 1.0)


def weigh(hits: Sequence[Hit], candidates: Sequence[Candidate], stems: Sequence[str], lexicon: Lexicon) -> Evidence:
    """Measure the evidence: best cosines, and the share of the question's words, by rarity, that the best passage and
    the best sentence have and that the whole collection lacks."""
    if not hits or not candidates:
        return NO_EVIDENCE
    return Evidence(
        cosine=max(hit.cosine for hit in hits[:5]),
        sentence_cosine=max(candidate.cosine for candidate in candidates),
        coverage=max(coverage(hit.passage.text, stems, lexicon) for hit in hits[:5]) if stems else 1.0,
        sentence_coverage=max(candidate.coverage for candidate in candidates) if stems else 1.0,
        unknown=_unknown_share(stems, lexicon),
    )


def _unknown_share(stems: Sequence[str], lexicon: Lexicon) -> float:
    total = sum(lexicon.idf(token) for token in stems)
    return sum(lexicon.idf(token) for token in stems if not lexicon.knows(token)) / total if total else 0.0


@lru_cache(maxsize=1)
def load_calibration() -> Calibration:
    """The model in use."""
    data = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    weights = tuple(float(data["weights"][name]) for name in FEATURES)
    return Calibration(float(data["intercept"]), weights, float(data["threshold"]))
