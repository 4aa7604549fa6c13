"""The log says what happened and not what was asked; figures count it."""

import json
import logging
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.keys import Keys, Scope
from api.logs import JsonLines
from index.settings import Settings
from rag.engine import Engine
from tests.api.conftest import Served, wait_until_ready

SECRET = "zebrafish and the harbour master"
REQUESTS = "byline.requests"


@pytest.fixture
def client(served: Served, digest_engine: Engine, tmp_path: Path) -> Iterator[httpx.Client]:
    with served(lambda: digest_engine, Settings(home=tmp_path)) as client:
        wait_until_ready(client)
        yield client


def _lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == REQUESTS]


def _lines_of(caplog: pytest.LogCaptureFixture, ids: Collection[str], count: int) -> list[dict[str, object]]:
    """The lines of requests with these ids; a line is written after its response was sent."""
    ends = time.monotonic() + 10.0
    while True:
        lines = [line for line in _lines(caplog) if line["request_id"] in ids]
        if len(lines) >= count or time.monotonic() > ends:
            return lines
        time.sleep(0.02)


def test_a_request_has_an_id_that_the_client_may_give(client: httpx.Client) -> None:
    given = client.get("/v1/volumes", headers={"X-Request-ID": "desk-7/a.b"})
    assert given.headers["x-request-id"] == "desk-7/a.b"
    made = {client.get("/healthz").headers["x-request-id"] for _ in range(3)}
    assert len(made) == 3
    for bad in ("a b", "x" * 129, '{"a":1}', "a;b"):
        assert client.get("/healthz", headers={"X-Request-ID": bad}).headers["x-request-id"] != bad
    assert "x-request-id" in client.post("/v1/ask", content=b"{").headers


def test_the_log_tells_of_requests_and_not_of_questions(
    client: httpx.Client, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key, token = Keys(tmp_path).create("desk", [Scope.ASK])
    held = {"Authorization": f"Bearer {token}", "X-Request-ID": "r-1"}
    with caplog.at_level(logging.INFO, REQUESTS):
        client.post("/v1/ask", json={"question": f"what about {SECRET}?"}, headers=held).raise_for_status()
        client.get(f"/v1/sections/{SECRET}", headers=held)
        client.get(f"/{SECRET}?q={SECRET}", headers=held)
        client.get("/v1/volumes", headers={"Authorization": f"Bearer {token}x", "X-Request-ID": "r-2"})
        lines = _lines_of(caplog, ("r-1", "r-2"), 4)
    assert [(line["route"], line["status"], line["key"]) for line in lines] == [
        ("/v1/ask", 200, key.id),
        ("/v1/sections/{section_id:whole}", 404, key.id),
        ("none", 404, key.id),
        ("none", 401, None),
    ]
    assert lines[0]["request_id"] == "r-1"
    assert isinstance(lines[0]["ms"], float)
    assert "zebrafish" not in json.dumps(lines)
    assert token not in json.dumps(lines)


def test_questions_are_logged_where_that_is_asked_for(
    served: Served, digest_engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.INFO),
        served(lambda: digest_engine, Settings(home=tmp_path, log_questions=True)) as client,
    ):
        wait_until_ready(client)
        client.post("/v1/ask", json={"question": f"what about {SECRET}?"}, headers={"X-Request-ID": "r-2"})
    (line,) = (line for line in _lines(caplog) if "question" in line)
    assert line["question"] == f"what about {SECRET}?"


def test_a_line_is_one_line_whatever_it_holds() -> None:
    record = logging.LogRecord("a", logging.WARNING, "f", 1, 'it said "%s"', ('x\n{"level": "info"}\u2028',), None)
    line = JsonLines().format(record)
    assert "\n" not in line
    assert "\u2028" not in line
    assert json.loads(line)["message"] == 'it said "x\n{"level": "info"}\u2028"'


def test_figures_count_requests_answers_and_stages(client: httpx.Client, digest_engine: Engine) -> None:
    client.post("/v1/ask", json={"question": "what did Harker say about schools?"}).raise_for_status()
    client.post("/v1/ask", json={"question": "what is said about zebrafish quarks?"}).raise_for_status()
    client.get("/v1/sections/nowhere")
    client.get("/nowhere")
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }

    def value(name: str, **labels: str) -> float | None:
        return samples.get((name, *sorted(labels.items())))

    assert value("byline_requests_total", route="/v1/ask", method="POST", status="200") == 2
    assert value("byline_requests_total", route="/v1/sections/{section_id:whole}", method="GET", status="404") == 1
    assert value("byline_requests_total", route="none", method="GET", status="404") == 1
    assert value("byline_answers_total", status="answered", reason="", composer="extractive") == 1
    assert value("byline_answers_total", status="abstained", reason="not_in_collection", composer="extractive") == 1
    assert value("byline_stage_seconds_count", stage="retrieve") == 2
    assert value("byline_ready") == 1
    assert value("byline_questions_waiting") == 0
    assert value("byline_generation_info", generation=digest_engine.snapshot.generation) == 1
    assert "zebrafish" not in response.text
