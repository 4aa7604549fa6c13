"""A set of questions is asked through the engine and summed up; gates say what was missed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.errors import EvalError
from eval.metrics import Row, score
from eval.runner import MEASURES, EvalReport, check_gates, figures, run_eval
from rag.answer import Answer
from rag.engine import Engine
from tests.eval.conftest import SOURCE

Make = Callable[..., Any]

QUESTIONS = (
    {
        "id": "t-1",
        "question": "what did Harker say about schools?",
        "kind": "author_topic",
        "answerable": True,
        "gold": [
            {
                "doc": "001",
                "section": "Demand management as the driver for reforming child protection responses",
                "authors": ["Lisa Harker"],
                "start_line": 238,
                "end_line": 242,
            }
        ],
        "facts": [["teachers"]],
    },
    {"id": "t-2", "question": "how far can a zebra jump on Neptune?", "kind": "unanswerable", "answerable": False},
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    return path


@pytest.fixture
def rows(question: Make, answer: Make, silence: Answer) -> list[Row]:
    """Right, wrong, rightly silent, wrongly silent."""
    nothing = {"answerable": False, "gold": [], "facts": [], "kind": "unanswerable"}
    pairs = (
        (question(), answer()),
        (question(facts=[["nine"]]), answer()),
        (question(**nothing), silence),
        (question(), silence),
    )
    return [score(asked, given, lambda _: SOURCE, ms) for (asked, given), ms in zip(pairs, (1, 2, 3, 40), strict=True)]


@pytest.fixture
def report(rows: list[Row]) -> EvalReport:
    return EvalReport(generation="gen-1", questions=len(rows), overall=figures(rows), by_kind={}, rows=rows)


def test_figures_are_means_over_the_rows_that_they_apply_to(rows: list[Row]) -> None:
    found = figures(rows)
    assert found["right"] == 0.5
    assert found["facts"] == pytest.approx(1 / 3, abs=1e-3)
    assert found["section_hit"] == found["author_accuracy"] == found["offsets_valid"] == found["sentences_cited"] == 1.0
    assert found["abstain_recall"] == 1.0
    assert found["false_abstain"] == pytest.approx(1 / 3, abs=1e-3)
    assert (found["ms_p50"], found["ms_p95"]) == (3.0, 40.0)


def test_a_figure_that_applies_to_no_row_is_left_out(rows: list[Row]) -> None:
    assert "abstain_recall" not in figures(rows[:1])
    assert "section_hit" not in figures(rows[2:3])
    assert set(figures(rows)) <= set(MEASURES)


def test_no_rows_have_figures(rows: list[Row]) -> None:
    assert set(figures([])) <= {"words"}


@pytest.mark.parametrize(
    ("gates", "missed"),
    [
        ([], []),
        (["right=0.5"], []),
        (["right=0.51"], ["right"]),
        (["right=0.9", "facts=0.1", "offsets_valid=1.1"], ["right", "offsets_valid"]),
    ],
)
def test_a_missed_gate_is_a_sentence(report: EvalReport, gates: list[str], missed: list[str]) -> None:
    sentences = check_gates(report, gates)
    assert [sentence.split()[0] for sentence in sentences] == missed
    assert all(sentence.endswith(".") for sentence in sentences)


@pytest.mark.parametrize("gate", ["right", "right=", "right=half", "=0.5", "", "wrong=0.5", "right==0.5"])
def test_a_malformed_gate_is_refused(report: EvalReport, gate: str) -> None:
    with pytest.raises(EvalError, match=r"--min .*\.$"):
        check_gates(report, [gate])


def test_a_gate_that_is_no_number_gates_nothing(report: EvalReport) -> None:
    with pytest.raises(EvalError):
        check_gates(report, ["right=nan"])


def test_every_question_is_asked_and_told_of(digest_engine: Engine, file: Path) -> None:
    steps: list[int] = []
    report = run_eval(digest_engine, [file, file], lambda: steps.append(1))
    assert (report.questions, len(steps)) == (4, 4)
    assert [row.id for row in report.rows] == ["t-1", "t-2", "t-1", "t-2"]
    assert set(report.by_kind) == {"author_topic", "unanswerable"}
    assert report.generation == digest_engine.snapshot.generation
    assert report.overall["right"] == 1.0


def test_over_the_full_texts_the_passage_is_hit(engine: Engine, file: Path) -> None:
    harker, _ = run_eval(engine, [file]).rows
    assert harker.right
    assert harker.passage_hit
    assert (harker.author_accuracy, harker.offsets_valid, harker.sentences_cited) == (1.0, 1.0, 1.0)


def test_a_report_survives_json(report: EvalReport) -> None:
    assert EvalReport.model_validate_json(report.model_dump_json()) == report
