"""The level that answers have reached over the full texts. What is raised here is raised for good."""

from pathlib import Path

import pytest

from eval.runner import EvalReport, check_gates, run_eval
from index.settings import PACKAGE_ROOT
from rag.engine import Engine

QUESTIONS = (PACKAGE_ROOT / "eval" / "questions" / "first.jsonl",)
LEAST = (
    "offsets_valid=1", "sentences_cited=1", "citation_recall=1", "citation_precision=1", "author_accuracy=1",
    "right=0.65", "facts=0.75", "section_hit=0.97", "auroc_answerable=0.75", "swap_changed=0.9", "swap_silent=0.8",
    "suppressed_cited=0.65",
)  # fmt: skip
MOST = ("attribution_error=0", "swap_misattributed=0", "swap_former_cited=0", "false_abstain=0.05", "words=130")


@pytest.fixture(scope="module")
def report(engine: Engine) -> EvalReport:
    """The training questions that came first, each also under another name and under none."""
    return run_eval(engine, QUESTIONS, swaps=True)


def test_answers_are_as_good_as_they_were(report: EvalReport) -> None:
    assert check_gates(report, LEAST, MOST) == []


def test_the_gates_would_see_a_fall(report: EvalReport) -> None:
    worse = report.model_copy(
        update={"overall": report.overall | {"right": 0.4, "attribution_error": 0.01, "swap_misattributed": 0.05}}
    )
    missed = check_gates(worse, LEAST, MOST)
    assert {sentence.split()[0] for sentence in missed} >= {"right", "attribution_error", "swap_misattributed"}


def test_the_questions_are_for_training_and_not_for_measuring() -> None:
    assert all(
        path.is_relative_to(PACKAGE_ROOT / "eval" / "questions") and path.is_file() for path in map(Path, QUESTIONS)
    )
