"""Every error is an RFC 9457 problem with a sentence that says what to do."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.openai_errors import PATHS as OPENAI_PATHS
from index.settings import Settings
from rag.answer import Answer, Ask
from rag.engine import Engine
from tests.api.conftest import Served, wait_until_ready

MIB = 1024 * 1024
JSON = {"Content-Type": "application/json"}


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """The problem that a response holds, checked to be well formed."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert set(found) == {"type", "title", "status", "detail", "instance"}
    assert found["status"] == status
    assert found["title"]
    assert found["detail"].endswith(".")
    return found


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("{}", "`question` is missing"),
        ('{"question": 7}', "`question`"),
        ('{"question": ""}', "question"),
        ('{"question": " \\n "}', "question"),
        ('{"question": "a\\u0000b"}', "NUL"),
        ('{"question": "a\\ud800b"}', "surrogates"),
        ('{"question": "a", "history": [{"role": "user", "content": "\\udfff"}]}', "surrogates"),
        ('{"question": "a", "history": [{"role": "writer", "content": "b"}]}', "`history[0].role`"),
        ('{"question": "a", "colour": "red"}', "`colour` is not a field"),
        ('{"question": "a", "\\ud800": "red"}', "surrogates"),
        ('{"question": "a", "stream": "perhaps"}', "`stream`"),
        ("[]", "the body"),
    ],
)
def test_a_body_that_cannot_be_used_names_the_field(client: httpx.Client, body: str, named: str) -> None:
    assert named in problem(client.post("/v1/ask", content=body, headers=JSON), 422)["detail"]


def test_a_question_of_ten_thousand_words_is_too_long(client: httpx.Client) -> None:
    found = problem(client.post("/v1/ask", json={"question": "why " * 10_000}), 422)
    assert found["type"] == "urn:byline:problem:question-too-long"


@pytest.mark.parametrize("body", [b'{"question": ', b"\xff\xfe", b"[" * 100_000, b'{"question": "\x00'])
def test_what_is_not_json_is_refused(client: httpx.Client, body: bytes) -> None:
    assert "not JSON" in problem(client.post("/v1/ask", content=body, headers=JSON), 400)["detail"]


def test_a_body_of_another_type_is_refused(client: httpx.Client) -> None:
    response = client.post("/v1/ask", content=b'{"question": "a"}', headers={"Content-Type": "text/plain"})
    assert "Content-Type: application/json" in problem(response, 422)["detail"]


def test_a_body_that_is_too_large_is_refused(client: httpx.Client) -> None:
    assert "1 MiB" in problem(client.post("/v1/ask", json={"question": "a" * MIB}), 413)["detail"]


def test_a_body_of_unknown_length_that_is_too_large_is_refused(client: httpx.Client) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"question": "'
        yield from (b"a" * 65_536 for _ in range(17))

    assert "1 MiB" in problem(client.post("/v1/ask", content=chunks(), headers=JSON), 413)["detail"]


@pytest.mark.parametrize(
    "path", ["/nothing", "/static/nothing.js", "/static/../app.py", "/v1/sections/%00", "/v1/a%ff"]
)
def test_what_is_not_there_is_not_found(client: httpx.Client, path: str) -> None:
    problem(client.get(path), 404)


def test_a_wrong_method_names_the_right_one(client: httpx.Client) -> None:
    response = client.get("/v1/ask")
    assert "POST" in problem(response, 405)["detail"]
    assert response.headers["allow"] == "POST"


def test_a_filter_for_nobody_is_not_found(client: httpx.Client) -> None:
    body = {"question": "what about schools?", "filters": {"sections": ["no-such-section"]}}
    assert "no-such-section" in problem(client.post("/v1/ask", json=body), 404)["detail"]


def test_a_composer_that_is_off_is_not_found(client: httpx.Client) -> None:
    body = {"question": "what about schools?", "composer": "llm"}
    assert "BYLINE_LLM" in problem(client.post("/v1/ask", json=body), 404)["detail"]


class BrokenEngine(Engine):
    """An engine with a fault of ours."""

    def ask(self, ask: Ask) -> Answer:
        """Fail as a fault would."""
        raise RuntimeError("a secret")


def test_a_fault_of_ours_tells_nothing_about_the_inside(served: Served, engine: Engine, settings: Settings) -> None:
    with served(lambda: BrokenEngine(engine.snapshot, settings)) as client:
        wait_until_ready(client)
        response = client.post("/v1/ask", json={"question": "what about schools?"})
    assert "secret" not in json.dumps(problem(response, 500))
    assert response.headers["x-content-type-options"] == "nosniff"


def test_problems_are_documented(client: httpx.Client) -> None:
    routes = client.get("/openapi.json").json()["paths"]
    assert {"/v1/ask", "/v1/sections/{section_id}", "/v1/volumes", "/v1/people", "/healthz", "/readyz"} <= set(routes)
    for path, operations in routes.items():
        media_type = "application/json" if path.startswith(OPENAI_PATHS) else "application/problem+json"
        for operation in operations.values():
            failures = {status: found for status, found in operation["responses"].items() if status >= "400"}
            assert all(list(found["content"]) == [media_type] for found in failures.values()), path
            assert path == "/healthz" or "503" in failures, path
            taken = operation.get("requestBody", {}).get("content", {})
            assert not taken or "413" in failures, path
            assert "application/json" not in taken or "400" in failures, path
    assert "422" in routes["/v1/ask"]["post"]["responses"]
    assert "404" in routes["/v1/sections/{section_id}"]["get"]["responses"]
