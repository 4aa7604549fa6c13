"""A server under load is measured as its clients meet it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from rich.console import Console

from eval.load import LoadReport, ask_once, measure_load
from eval.schema import load_questions
from eval.show import show_load
from eval.speed_server import connection_to
from index.settings import PACKAGE_ROOT, RERANK_OFF
from rag.engine import Engine
from tests.conftest import SilentProgress

QUESTIONS = PACKAGE_ROOT / "eval" / "questions" / "first.jsonl"


@pytest.fixture(scope="module")
def report(digest_engine: Engine) -> LoadReport:
    settings = digest_engine.settings.model_copy(update={"rerank": RERANK_OFF})
    return measure_load(settings, load_questions([QUESTIONS]), 8, SilentProgress())


def test_four_loads_are_measured_and_nothing_fails(report: LoadReport) -> None:
    assert report.quiet.count > 0
    assert report.flat_out.health.count > 20
    assert set(report.flat_out.statuses) <= {200, 503}
    assert set(report.overload.statuses) <= {200, 429, 503}
    assert report.overload.per_second == pytest.approx(2 * report.capacity, abs=0.02)


def test_the_report_names_what_is_asked_of_a_service(report: LoadReport) -> None:
    console = Console(record=True, width=120)
    show_load(console, report)
    shown = console.export_text()
    assert "/healthz meanwhile" in shown
    assert "times that of one client" in shown


class Closing(BaseHTTPRequestHandler):
    """Answers one request of a connection, says nothing of closing it, and closes it."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Mute(Closing):
    """Closes every connection without an answer."""

    def do_POST(self) -> None:
        """Answer nothing."""
        self.close_connection = True


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_a_kept_connection_that_was_closed_is_opened_anew() -> None:
    with _serving(Closing) as port, closing(connection_to(port)) as connection:
        assert [ask_once(connection, b"{}") for _ in range(3)] == [200] * 3


def test_a_server_that_does_not_answer_is_not_asked_for_ever() -> None:
    with _serving(Mute) as port, closing(connection_to(port)) as connection:
        assert [ask_once(connection, b"{}") for _ in range(3)] == [0] * 3
