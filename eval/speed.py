"""How fast Byline is: bare embedding, answers from the engine and over HTTP, cold start, memory, building the index.

In: settings and questions. Out: a `SpeedReport` with the machine it was measured on. Everything that is compared is
measured in one run. Answers are *fast* where no cross-encoder reranks and *full* as the settings have it.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TypeVar

from pydantic import BaseModel

from eval.busy import Watch
from eval.errors import EvalError
from eval.results import Machine, machine_facts
from eval.schema import Question
from eval.speed_build import Build, measure_builds
from eval.speed_server import Served, measure_server
from eval.speed_times import Times, sum_up
from index.build import Progress
from index.manifest import current_generation, read_manifest
from index.settings import RERANK_OFF, Settings
from rag.answer import Ask
from rag.engine import Engine

_Given = TypeVar("_Given")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure."""

    count: int = 200
    """Questions to ask in every measure, beginning again where there are fewer."""
    clients: tuple[int, ...] = (1, 4, 16)
    """How many clients ask at once, one measure after the other."""
    build: bool = False
    """Whether to build the index anew, beside LlamaIndex."""


class EngineTimes(BaseModel):
    """Times in this process, without HTTP, taken in turns over the same questions."""

    embedding: Times
    """One bare query embedding."""
    answer: Times


class SpeedReport(BaseModel):
    """What was measured, by mode (`fast`, `full`), and on what."""

    machine: Machine
    others: float
    """Cores that other processes kept busy while this was measured, on average."""
    counts: dict[str, int]
    """Sections, passages and so on of the index that was asked."""
    threads: int
    questions: int
    distinct: int
    """How many of the questions differ."""
    modes: dict[str, str]
    """What reranks, by mode."""
    engine: dict[str, EngineTimes]
    served: dict[str, Served]
    builds: list[Build]


def measure_speed(settings: Settings, questions: Sequence[Question], plan: Plan, log: Progress) -> SpeedReport:
    """Measure according to plan.

    Raises:
        SnapshotError: there is no index, or it cannot be used.
        EvalError: there are no questions, or a server or a build failed.
    """
    if not questions:
        raise EvalError("The files hold no questions. Name a file with some, as in eval/questions/.")
    watch, chosen, by_mode = Watch(), list(islice(cycle(questions), plan.count)), modes(settings)
    manifest = read_manifest(current_generation(settings.home))
    engine = {mode: time_engine(by_mode[mode], chosen, log) for mode in by_mode}
    served = {mode: measure_server(by_mode[mode], chosen, plan.clients, log) for mode in by_mode}
    builds = measure_builds(settings, log) if plan.build else []
    return SpeedReport(
        machine=machine_facts(),
        others=round(watch.others(), 2),
        counts=manifest.counts,
        threads=settings.threads,
        questions=len(chosen),
        distinct=len({question.model_dump_json(include={"question", "history"}) for question in chosen}),
        modes={mode: chosen_settings.rerank for mode, chosen_settings in by_mode.items()},
        engine=engine,
        served=served,
        builds=builds,
    )


def modes(settings: Settings) -> dict[str, Settings]:
    """Settings without a reranker, and as they are where that differs."""
    if settings.rerank == RERANK_OFF:
        return {"fast": settings}
    return {"fast": settings.model_copy(update={"rerank": RERANK_OFF}), "full": settings}


def time_engine(settings: Settings, questions: Sequence[Question], log: Progress) -> EngineTimes:
    """Embed every question and ask it, once the engine is warm. No second engine is open: its threads would disturb.

    Raises:
        SnapshotError: there is no index, or it cannot be used.
    """
    log.stage("asking the engine", len(questions))
    engine = Engine.open(settings)
    with closing(engine.snapshot):
        engine.warm()
        embedding, answers = [], []
        for question in questions:
            embedding.append(_timed(engine.embedder.embed, [question.question]))
            answers.append(_timed(engine.ask, Ask(question=question.question, history=question.history)))
            log.advance()
    return EngineTimes(embedding=sum_up(embedding), answer=sum_up(answers))


def _timed(work: Callable[[_Given], object], given: _Given) -> float:
    """Milliseconds that it takes."""
    began = time.perf_counter()
    work(given)
    return (time.perf_counter() - began) * 1000
