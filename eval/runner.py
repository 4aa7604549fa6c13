"""Asking every question of a set through the engine and summing up.

In: an engine and question files. Out: an `EvalReport` with a row for every question and figures by kind, and with what
is measured over all of them only: risk and coverage, and what comes of another name or none.
"""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import BaseModel

from eval.errors import EvalError
from eval.metrics import Row, score
from eval.risk import Risk, measure_risk
from eval.schema import Question, load_questions
from eval.swaps import SWAP_MEASURES, SwapReport, eval_swaps
from index.catalogue import load_catalogue
from rag.answer import Ask
from rag.engine import Engine

COLUMNS = (
    "right", "facts", "section_hit", "passage_hit", "author_accuracy", "offsets_valid", "sentences_cited",
    "abstain_recall", "false_abstain", "words", "ms_p50", "ms_p95",
)  # fmt: skip
RISK_MEASURES = ("auroc_right", "auroc_answerable", "aurc")
MEASURES = (
    *COLUMNS, "citation_recall", "citation_precision", "attribution_error", *RISK_MEASURES, *SWAP_MEASURES,
)  # fmt: skip
"""All that a gate can be set on; what eval.answering, eval.risk and eval.swaps measure is explained there."""


class EvalReport(BaseModel):
    """Figures over a set, by kind, and all rows."""

    generation: str
    questions: int
    overall: dict[str, float]
    by_kind: dict[str, dict[str, float]]
    rows: list[Row]
    risk: Risk | None = None
    swaps: SwapReport | None = None
    """None where no question was asked again under another name."""


def run_eval(
    engine: Engine, files: Sequence[Path], progress: Callable[[], object] = lambda: None, swaps: bool = False
) -> EvalReport:
    """Ask every question of the files; with `swaps`, also under another name and under none.

    `progress` is called once for every question, and with `swaps` twice.

    Raises:
        EvalError: a file is malformed.
    """
    engine.warm()
    rows = []
    questions = load_questions(files)
    for question in questions:
        rows.append(ask_one(engine, question))
        progress()
    kinds = dict.fromkeys(row.kind for row in rows)
    risk = measure_risk(rows)
    swapped = eval_swaps(engine, questions, progress) if swaps else None
    measured = {name: value for name in RISK_MEASURES if (value := getattr(risk, name)) is not None}
    return EvalReport(
        generation=engine.snapshot.generation,
        questions=len(rows),
        overall=figures(rows) | measured | (swapped.overall if swapped else {}),
        by_kind={kind: figures([row for row in rows if row.kind == kind]) for kind in sorted(kinds)},
        rows=rows,
        risk=risk,
        swaps=swapped,
    )


def ask_one(engine: Engine, question: Question) -> Row:
    """Ask one question and score the answer."""
    began = time.perf_counter()
    answer = engine.ask(Ask(question=question.question, history=question.history))
    elapsed = (time.perf_counter() - began) * 1000
    files = {entry.id: entry.file for entry in load_catalogue(engine.settings.seeds / "catalogue.toml")}
    return score(question, answer, engine.snapshot.source, elapsed, files, engine.snapshot.writer_names)


def figures(rows: Sequence[Row]) -> dict[str, float]:
    """The measures over some rows; a measure that applies to none of them is left out."""
    found = {
        "right": _mean([float(row.right) for row in rows]),
        "facts": _mean([row.facts for row in rows]),
        "section_hit": _mean([row.section_hit for row in rows]),
        "passage_hit": _mean([row.passage_hit for row in rows]),
        "author_accuracy": _mean([row.author_accuracy for row in rows]),
        "offsets_valid": _mean([row.offsets_valid for row in rows]),
        "sentences_cited": _mean([row.sentences_cited for row in rows]),
        "citation_recall": _mean([row.citation_recall for row in rows]),
        "citation_precision": _mean([row.citation_precision for row in rows]),
        "attribution_error": _mean([row.attribution_error for row in rows]),
        "abstain_recall": _mean([float(not row.answered) for row in rows if not row.answerable]),
        "false_abstain": _mean([float(not row.answered) for row in rows if row.answerable]),
        "words": statistics.median([row.words for row in rows if row.answered] or [0]),
        "ms_p50": quantile([row.ms for row in rows], 0.5) if rows else None,
        "ms_p95": quantile([row.ms for row in rows], 0.95) if rows else None,
    }
    return {name: round(value, 4) for name, value in found.items() if value is not None}


def check_gates(report: EvalReport, least: Sequence[str], most: Sequence[str] = ()) -> list[str]:
    """The gates that a report misses, each as a sentence: what must reach a value (`right=0.5`), and what must not
    exceed one (`attribution_error=0`).

    Raises:
        EvalError: a gate is malformed or names no measure of the report.
    """
    missed = []
    for gate in least:
        name, bound = _gate(report, "--min", gate)
        if report.overall[name] < bound:
            missed.append(f"{name} is {report.overall[name]:.3f}, below {bound:g}.")
    for gate in most:
        name, bound = _gate(report, "--max", gate)
        if report.overall[name] > bound:
            missed.append(f"{name} is {report.overall[name]:.3f}, above {bound:g}.")
    return missed


def _gate(report: EvalReport, option: str, gate: str) -> tuple[str, float]:
    name, _, value = gate.partition("=")
    try:
        bound = float(value)
        if not math.isfinite(bound):
            raise ValueError(value)
    except ValueError as error:
        raise EvalError(f"{option} {gate}: write it as MEASURE=NUMBER, as in {option} right=0.5.") from error
    if name not in MEASURES:
        raise EvalError(f"{option} {gate}: there is no measure {name!r}. The measures are {', '.join(MEASURES)}.")
    if name not in report.overall:
        hint = "ask with --swaps" if name in SWAP_MEASURES else "ask questions that it applies to"
        raise EvalError(f"{option} {gate}: nothing measured {name}; {hint}.")
    return name, bound


def _mean(values: Sequence[float | bool | None]) -> float | None:
    given = [float(value) for value in values if value is not None]
    return sum(given) / len(given) if given else None


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of the values do not exceed, rounded to a tenth; 0 where there are none."""
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 1) if values else 0.0
