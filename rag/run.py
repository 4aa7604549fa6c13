"""One question on its way through the engine: what is carried from step to step.

In: nothing; the steps fill it. Out: `Run`, what looking brought (`Found`) and what an answer is made from (`Draft`).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from index.embedding import Embedder, Vectors
from index.settings import Settings
from index.snapshot import Snapshot
from rag.abstain import NO_EVIDENCE, Calibration, Evidence
from rag.answer import Ask, Reason, Suggestion
from rag.compose import Part
from rag.lexicon import Lexicon
from rag.question import Understanding
from rag.rank import Candidate
from rag.rerank import Reranker
from rag.retrieve import Hit, Mask


class Tools(Protocol):
    """What the steps work with. It is asked for each thing anew: the engine, which has them, opens them when needed."""

    @property
    def snapshot(self) -> Snapshot:
        """The texts."""

    @property
    def settings(self) -> Settings:
        """What is set."""

    @property
    def calibration(self) -> Calibration:
        """What decides between answer and silence."""

    @property
    def embedder(self) -> Embedder:
        """What makes a vector of a question."""

    @property
    def reranker(self) -> Reranker | None:
        """What reads passages beside a question; None in fast mode."""

    @property
    def lexicon(self) -> Lexicon:
        """Names, titles and word statistics of the texts."""


@dataclass
class Run:
    """One question, as far as it has come; its copies for a part of the question share notes and timings."""

    tools: Tools
    ask: Ask
    understood: Understanding
    scope: Mask | None
    """The rows that filters and the question leave; None is all."""
    vector: Vectors
    focus: str | None
    """The section that a follow-up goes on about."""
    began: float
    """When, by `time.perf_counter()`."""
    notes: list[str] = field(default_factory=list)
    silence: str = ""
    """What an abstention says."""
    suggestions: list[Suggestion] = field(default_factory=list)
    """Whom an abstention suggests to ask."""
    timings: dict[str, float] = field(default_factory=dict)
    """Milliseconds that each stage took."""

    def clock(self, stage: str, began: float) -> None:
        """Count what has passed since `began`, by `time.perf_counter()`, to a stage."""
        self.timings[stage] = round(self.timings.get(stage, 0.0) + (time.perf_counter() - began) * 1000, 2)


@dataclass(frozen=True, slots=True)
class Found:
    """What looking in one scope brought."""

    hits: Sequence[Hit] = ()
    candidates: Sequence[Candidate] = ()
    evidence: Evidence = NO_EVIDENCE
    probability: float = 0.0


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answer is made from, how sure it is (0 to 1), and the reason for silence where there is none."""

    parts: Sequence[Part]
    probability: float
    reason: Reason | None = None
