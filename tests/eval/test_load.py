"""A server under load is measured as its clients meet it."""

import pytest
from rich.console import Console

from eval.load import LoadReport, measure_load
from eval.schema import load_questions
from eval.show import show_load
from index.settings import PACKAGE_ROOT, RERANK_OFF
from rag.engine import Engine
from tests.conftest import SilentProgress

QUESTIONS = PACKAGE_ROOT / "eval" / "questions" / "first.jsonl"


@pytest.fixture(scope="module")
def report(digest_engine: Engine) -> LoadReport:
    settings = digest_engine.settings.model_copy(update={"rerank": RERANK_OFF})
    return measure_load(settings, load_questions([QUESTIONS]), 8, SilentProgress())


def test_three_loads_are_measured_and_nothing_fails(report: LoadReport) -> None:
    assert report.quiet.count > 0
    assert report.flat_out.health.count > 20
    assert set(report.flat_out.statuses) <= {200, 503}
    assert set(report.overload.statuses) <= {200, 429, 503}
    assert report.overload.per_second == pytest.approx(2 * report.flat_out.capacity, abs=0.02)


def test_the_report_names_what_is_asked_of_a_service(report: LoadReport) -> None:
    console = Console(record=True, width=120)
    show_load(console, report)
    shown = console.export_text()
    assert "/healthz meanwhile" in shown
    assert "times that of one client" in shown
