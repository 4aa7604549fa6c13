"""What documents that change do to those who ask meanwhile is measured as they meet it."""

import pytest
from rich.console import Console

from eval.documents import DocumentsReport, _Asked, _is_mixed, _Version, measure_documents
from eval.documents_show import show_documents
from eval.schema import load_questions
from index.settings import PACKAGE_ROOT, RERANK_OFF
from rag.engine import Engine
from tests.conftest import SilentProgress

QUESTIONS = PACKAGE_ROOT / "eval" / "questions" / "first.jsonl"


@pytest.fixture(scope="module")
def report(digest_engine: Engine) -> DocumentsReport:
    settings = digest_engine.settings.model_copy(update={"rerank": RERANK_OFF})
    return measure_documents(settings, load_questions([QUESTIONS]), 3, 1, SilentProgress(), undisturbed_seconds=3)


def test_requests_are_counted_by_what_became_of_them(report: DocumentsReport) -> None:
    assert report.asked == sum(report.statuses.values()) > 0
    assert set(report.statuses) <= {200, 503}, "a busy machine may refuse some; none is lost"
    assert report.failed == report.asked - report.statuses[200]
    assert report.about_the_document > 0
    assert report.mixed == 0


def test_an_answer_from_two_generations_would_be_seen() -> None:
    versions = [_Version("forty", 10, 20), _Version("ninety", 18, 30)]

    def asked(sent: float, answered: float, *figures: str) -> _Asked:
        return _Asked(sent, sent, answered, 200, frozenset(figures))

    sound = [asked(1, 2), asked(11, 12, "forty"), asked(19, 19.5, "ninety"), asked(19, 21, "forty"), asked(40, 41)]
    assert not any(_is_mixed(one, versions) for one in sound)
    mixed = [
        asked(19, 19.5, "forty", "ninety"),
        asked(11, 12, "ninety"),
        asked(21, 22, "forty"),
        asked(40, 41, "ninety"),
    ]
    assert all(_is_mixed(one, versions) for one in mixed)


def test_every_change_is_timed(report: DocumentsReport) -> None:
    assert [change.action for change in report.changes] == ["send", "replace", "delete"]
    assert len({change.generation for change in report.changes}) == 3
    console = Console(record=True, width=140)
    show_documents(console, report)
    assert "failed" in console.export_text()
