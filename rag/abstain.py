"""Whether the evidence is thick enough to answer.

In: what retrieval and ranking found. Out: a probability that the passages answer the question, from a logistic model
over a few features; one is fitted with the reranker and one without, on training questions only, by `byline calibrate`,
and both are kept in rag/calibration.json where anybody can read them.
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
FEATURES = ("cosine", "sentence_cosine", "coverage", "scope_coverage", "elsewhere", "relevance", "answers")
SPEAKS_AGAINST = frozenset({"elsewhere"})
"""Features of which more makes an answer less likely; of all others more makes it likelier."""
_LOGITS = 10.0
"""A logit is divided by this, so that it weighs like the other features."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well the best passages fit the question."""

    cosine: float
    """Of the nearest passage."""
    sentence_cosine: float
    """Of the nearest sentence."""
    coverage: float
    """Share of the question's stems, by rarity, in the best of five passages."""
    scope_coverage: float
    """The same for everything that may answer."""
    elsewhere: float
    """How much nearer the nearest passage is that may not answer: by somebody else, or in another volume."""
    relevance: float
    """What the reranker says of the best passage, a tenth of its logit; 0 in fast mode."""
    answers: float
    """The highest log-odds that a passage answers, a tenth of them, as the reranker's probes have it; 0 without."""

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
        return probable(self.intercept + sum(w * x for w, x in zip(self.weights, evidence.values(), strict=True)))


def probable(log_odds: float) -> float:
    """The probability of log-odds, 0 to 1."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))


NO_EVIDENCE = Evidence(0.0, 0.0, 0.0, 0.0, 0.0, -1.0, -1.0)


def weigh(
    hits: Sequence[Hit],
    candidates: Sequence[Candidate],
    stems: Sequence[str],
    lexicon: Lexicon,
    known: Collection[str],
    nearest: float,
) -> Evidence:
    """Measure the evidence.

    Args:
        hits: the best passages.
        candidates: their sentences.
        stems: what the question is about.
        lexicon: word statistics, for the rarity by which each stem counts.
        known: those of the stems that occur anywhere in the scope looked at.
        nearest: cosine of the nearest passage of the whole collection.
    """
    if not hits or not candidates:
        return NO_EVIDENCE
    total = sum(lexicon.idf(token) for token in dict.fromkeys(stems))
    found = sum(lexicon.idf(token) for token in dict.fromkeys(stems) if token in known)
    cosine = max(hit.cosine for hit in hits)
    read = [hit.reading for hit in hits if hit.reading is not None]
    return Evidence(
        cosine=cosine,
        sentence_cosine=max(candidate.cosine for candidate in candidates),
        coverage=max(coverage(hit.passage.text, stems, lexicon) for hit in hits[:5]) if stems else 1.0,
        scope_coverage=found / total if total else 1.0,
        elsewhere=max(0.0, nearest - cosine),
        relevance=_tenth([reading.relevance for reading in read]),
        answers=_tenth([reading.answers for reading in read if reading.answers is not None]),
    )


def _tenth(logits: Sequence[float]) -> float:
    """A tenth of the best of some logits, between -1 and 1; 0 where there is none."""
    return max(-1.0, min(1.0, max(logits, default=0.0) / _LOGITS))


NEUTRAL = Calibration(0.0, (1.0,) * len(FEATURES), 0.0)
"""Answers everything; what is in force while a new calibration is fitted."""


def load_calibration(reranks: bool) -> Calibration:
    """The model fitted with the reranker, or the one fitted without."""
    data = json.loads(CALIBRATION.read_text(encoding="utf-8"))["reranked" if reranks else "fast"]
    weights = tuple(float(data["weights"][name]) for name in FEATURES)
    return Calibration(float(data["intercept"]), weights, float(data["threshold"]))
