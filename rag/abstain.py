"""Whether the evidence is thick enough to answer.

In: what retrieval and ranking found. Out: a probability that the passages answer the question, from a logistic model
over four features; the model is fitted on training questions only, by `byline calibrate`, and kept in
rag/calibration.json where anybody can read it.
"""

import json
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.lexicon import Lexicon
from rag.rank import Candidate, coverage
from rag.retrieve import Hit

CALIBRATION = Path(__file__).with_name("calibration.json")
FEATURES = ("cosine", "sentence_cosine", "coverage", "scope_coverage")


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well the best passages fit the question; each feature is 0–1 or a cosine."""

    cosine: float
    sentence_cosine: float
    coverage: float
    scope_coverage: float

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


NO_EVIDENCE = Evidence(0.0, 0.0, 0.0, 0.0)


def weigh(
    hits: Sequence[Hit], candidates: Sequence[Candidate], stems: Sequence[str], lexicon: Lexicon, known: Collection[str]
) -> Evidence:
    """Measure the evidence.

    Args:
        hits: the best passages.
        candidates: their sentences.
        stems: what the question is about.
        lexicon: word statistics, for the rarity by which each stem counts.
        known: those of the stems that occur anywhere in the scope looked at.
    """
    if not hits or not candidates:
        return NO_EVIDENCE
    total = sum(lexicon.idf(token) for token in dict.fromkeys(stems))
    found = sum(lexicon.idf(token) for token in dict.fromkeys(stems) if token in known)
    return Evidence(
        cosine=max(hit.cosine for hit in hits[:5]),
        sentence_cosine=max(candidate.cosine for candidate in candidates),
        coverage=max(coverage(hit.passage.text, stems, lexicon) for hit in hits[:5]) if stems else 1.0,
        scope_coverage=found / total if total else 1.0,
    )


NEUTRAL = Calibration(0.0, (1.0,) * len(FEATURES), 0.0)
"""Answers everything; what is in force while a new calibration is fitted."""


def load_calibration() -> Calibration:
    """The fitted model."""
    data = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    weights = tuple(float(data["weights"][name]) for name in FEATURES)
    return Calibration(float(data["intercept"]), weights, float(data["threshold"]))
