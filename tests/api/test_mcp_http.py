"""/mcp is the same service behind the same door: keys, limits, turns, hosts; and cancelled work stops."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult, TextResourceContents

from api.body_limit import MAX_BODY_BYTES
from api.headers import SECURITY_HEADERS
from api.keys import Keys, Scope
from index.settings import PACKAGE_ROOT, Settings
from rag.engine import Engine
from tests.api.command import MAIN
from tests.api.conftest import Served, wait_until_ready
from tests.api.mcp_client import MODES, WITHIN_S, calling, talk_over_http, text_of
from tests.api.test_guard import Door, door
from tests.api.test_limits import HeldEngine, held
from tests.api.test_mcp import HARKER, STOPS_WITHIN_S, without_times
from tests.api.test_streaming import LONG, WatchedEngine, wait_for_end
from tests.pages import DOCS, blocks

__all__ = ["door", "held"]
MINE = "shining-a-light"
ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


def url_of(client: httpx.Client) -> str:
    return str(client.base_url.join("/mcp"))


def post(client: httpx.Client, body: Any = HELLO, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/mcp", content=content, headers=ACCEPT | headers)


@pytest.mark.parametrize("mode", MODES)
def test_the_answers_are_those_of_the_api(client: httpx.Client, mode: str) -> None:
    asked = talk_over_http(url_of(client), calling("ask", {"question": HARKER}), mode=mode)
    whole = client.post("/v1/ask", json={"question": HARKER}).json()
    assert without_times(asked.structured_content) == without_times(whole)
    section_id = whole["citations"][0]["section_id"]
    read = talk_over_http(url_of(client), calling("section", {"section_id": section_id}), mode=mode)
    assert read.structured_content == client.get(f"/v1/sections/{section_id}").json()


@pytest.mark.parametrize("mode", MODES)
def test_stages_are_told_while_the_answer_comes_about(client: httpx.Client, mode: str) -> None:
    told: list[str | None] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append(message)

    async def asking(mcp: Client) -> CallToolResult:
        return await mcp.call_tool("ask", {"question": "what did Lisa Harker say?"}, progress_callback=note)

    assert not talk_over_http(url_of(client), asking, mode=mode).is_error
    assert told[:6] == ["understand", "retrieve", "rerank", "rank", "compose", "ground"]


@pytest.mark.parametrize("mode", MODES)
def test_work_stops_when_a_call_is_cancelled(served: Served, engine: Engine, mode: str) -> None:
    watched = WatchedEngine.of(engine)

    async def leaving(mcp: Client) -> float:
        async def leave_at_reranking(progress: float, total: float | None, message: str | None) -> None:
            if message == "rerank":
                calls.cancel()

        with anyio.CancelScope() as calls:
            await mcp.call_tool("ask", {"question": LONG}, progress_callback=leave_at_reranking)
        left = time.perf_counter()
        with anyio.fail_after(20):
            while not watched.ended:
                await anyio.sleep(0.001)
        return left

    with served(lambda: watched) as client:
        wait_until_ready(client)
        left = talk_over_http(url_of(client), leaving, mode=mode)
        end, stopped = wait_for_end(watched, 1)
        assert stopped, "it was answered all the same"
        assert end - left < STOPS_WITHIN_S
        assert "byline_questions_running 0.0" in client.get("/metrics").text


def test_work_stops_when_a_client_with_a_session_goes_away_without_a_word(served: Served, engine: Engine) -> None:
    watched = WatchedEngine.of(engine)
    with served(lambda: watched) as client:
        wait_until_ready(client)
        session = {"Mcp-Session-Id": post(client).headers["mcp-session-id"]}
        asked = {"name": "ask", "arguments": {"question": LONG}}
        call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": asked}
        post(client, {"jsonrpc": "2.0", "method": "notifications/initialized"}, **session)
        with client.stream("POST", "/mcp", content=json.dumps(call), headers=ACCEPT | session) as response:
            assert response.status_code == 200
            _until(lambda: bool(watched.begun))
        left = time.perf_counter()
        end, stopped = wait_for_end(watched, 1)
    assert stopped
    assert end - left < STOPS_WITHIN_S


def refusal(door: Door, headers: dict[str, str], status: int) -> dict[str, Any]:
    """The problem that is answered instead; the official client hears its sentence."""
    refused = post(door.client, **headers)
    assert refused.status_code == status, refused.text
    error = refused.json()
    assert (error["jsonrpc"], error["id"]) == ("2.0", None)
    for mode in MODES:
        with pytest.raises(MCPError) as heard:
            talk_over_http(url_of(door.client), calling("volumes"), headers, mode)
        assert heard.value.message == error["error"]["message"]
    problem: dict[str, Any] = error["error"]["data"]
    return problem


def test_a_key_is_needed_as_everywhere_else(door: Door) -> None:
    assert not talk_over_http(url_of(door.client), calling("volumes")).is_error
    held = door.holding([Scope.ASK])
    assert refusal(door, {}, 401)["type"] == "urn:byline:problem:key-needed"
    assert "unknown" in refusal(door, {"Authorization": "Bearer byl_nonsense"}, 401)["detail"]
    assert "scope ask" in refusal(door, door.holding([Scope.INGEST]), 403)["detail"]
    for mode in MODES:
        assert not talk_over_http(url_of(door.client), calling("volumes"), held, mode).is_error


@pytest.mark.parametrize("mode", MODES)
def test_a_key_for_some_volumes_sees_nothing_of_the_others(door: Door, digest_engine: Engine, mode: str) -> None:
    held = door.holding([Scope.ASK], [MINE])
    refs = digest_engine.snapshot.section_refs
    others = [name for name, ref in refs.items() if ref.volume_id != MINE]
    quote = next(
        sentence.text
        for name in others
        if refs[name].volume_id == "rethinking-childrens-services" and refs[name].authors
        for sentence in digest_engine.snapshot.sentences(name)
        if len(sentence.text.split()) > 12
    )
    seen = list[str]()

    async def looking(mcp: Client) -> None:
        async def given(name: str, **arguments: Any) -> Any:
            result = await mcp.call_tool(name, arguments)
            seen.append(result.model_dump_json())
            return result.structured_content

        assert [each["id"] for each in (await given("volumes"))["volumes"]] == [MINE]
        people = await given("people")
        assert {ref["volume_id"] for each in people["people"] for ref in each["sections"]} == {MINE}
        assert people["others"] == 0
        assert all(each["volume_id"] == MINE for each in (await given("ask", question=HARKER))["citations"])
        found = await given("search", question=HARKER, limit=20)
        assert {passage["volume_id"] for passage in found["passages"]} <= {MINE}
        assert (await given("quote", quote=quote))["verdict"] == "not_here"
        resources = [each.uri for each in (await mcp.list_resources()).resources]
        assert resources == [f"byline://sections/{name}" for name, ref in refs.items() if ref.volume_id == MINE]
        (contents,) = (await mcp.read_resource(resources[0])).contents
        assert isinstance(contents, TextResourceContents)
        for other in (others[0], "nowhere/at-all"):
            refused = await mcp.call_tool("section", {"section_id": other})
            assert refused.is_error
            assert text_of(refused) == f"There is no section {other!r}. `volumes` and `people` list what there is."
            with pytest.raises(MCPError, match="There is no section"):
                await mcp.read_resource(f"byline://sections/{other}")
        for name, value in (("volumes", "adcs-blog"), ("people", "Lisa Harker"), ("sections", others[0])):
            refused = await mcp.call_tool("ask", {"question": HARKER, "filters": {name: [value]}})
            assert refused.is_error

    talk_over_http(url_of(door.client), looking, held, mode)
    for volume in digest_engine.snapshot.volumes():
        assert volume.id == MINE or not any(f'"{volume.title}"' in each for each in seen)
    assert not any("Lisa" in each or "Lorraine" in each for each in seen)
    whole = talk_over_http(url_of(door.client), calling("volumes"), door.holding([Scope.ASK]), mode)
    assert len(whole.structured_content["volumes"]) == 5


def test_a_revoked_key_stops_working_within_its_session(door: Door) -> None:
    held = door.holding([Scope.ASK])
    session = {"Mcp-Session-Id": post(door.client, **held).headers["mcp-session-id"]}
    listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    assert post(door.client, listing, **held, **session).status_code == 200
    door.keys.revoke("test")
    assert post(door.client, listing, **held, **session).status_code == 401


def test_a_session_belongs_to_the_key_that_began_it(door: Door) -> None:
    mine, other = door.holding([Scope.ASK]), door.holding([Scope.ASK], [MINE])
    session = {"Mcp-Session-Id": post(door.client, **mine).headers["mcp-session-id"]}
    listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    assert post(door.client, listing, **other, **session).status_code == 404
    assert door.client.delete("/mcp", headers=other | session).status_code == 404
    assert post(door.client, listing, **mine, **session).status_code == 200
    assert door.client.delete("/mcp", headers=mine | session).status_code == 200
    assert post(door.client, listing, **mine, **session).status_code == 404


def test_another_name_of_the_host_and_pages_of_other_origins_are_refused(
    served: Served, digest_engine: Engine, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, rate="off", origins="https://reader.example")
    with served(lambda: digest_engine, settings) as client:
        wait_until_ready(client)
        assert post(client, Host="byline.example").json()["error"]["data"]["type"] == "urn:byline:problem:foreign-host"
        for origin in ("https://byline.example", "null", "http://127.0.0.1:1", "http://localhost", "x"):
            refused = post(client, Origin=origin)
            assert refused.status_code == 403
            assert refused.json()["error"]["data"]["type"] == "urn:byline:problem:foreign-page"
        own = str(client.base_url).rstrip("/")
        assert [post(client, Origin=origin).status_code for origin in (own, "https://reader.example")] == [200, 200]
        asking = {
            "Origin": "https://reader.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "mcp-session-id, mcp-protocol-version, mcp-method, authorization",
        }
        preflight = client.options("/mcp", headers=asking)
        assert preflight.status_code == 200
        shown = post(client, Origin="https://reader.example").headers["access-control-expose-headers"]
        assert "Mcp-Session-Id" in shown


def test_its_responses_carry_the_headers_of_all_others(client: httpx.Client) -> None:
    response = post(client)
    assert response.headers["content-type"].startswith("text/event-stream")
    for name in SECURITY_HEADERS.keys() - {"Cache-Control"}:
        assert response.headers[name] == SECURITY_HEADERS[name]
    assert "no-cache" in response.headers["cache-control"]
    assert response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"[]", {}, 400),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}', {}, 400),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}', {"Mcp-Session-Id": "none"}, 404),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}', {"Mcp-Protocol-Version": "1999-01-01"}, 400),
        (b"{}", {"Content-Type": "text/plain"}, 400),
        (b"{}", {"Accept": "text/html"}, 406),
        (b" " * (MAX_BODY_BYTES + 1), {}, 413),
    ],
)
def test_what_is_no_message_is_refused_and_never_a_fault_of_ours(
    client: httpx.Client, body: bytes, headers: dict[str, str], status: int
) -> None:
    assert post(client, body, **headers).status_code == status
    assert 400 <= post(client, body, **{"Mcp-Protocol-Version": "2026-07-28"} | headers).status_code < 500


def test_a_key_that_asks_too_often_is_told_so(served: Served, digest_engine: Engine, tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    held = {"Authorization": f"Bearer {keys.create('test', [Scope.ASK])[1]}"}
    with served(lambda: digest_engine, Settings(home=tmp_path, rate="1/m burst 2")) as client:
        wait_until_ready(client)
        statuses = [post(client, **held) for _ in range(4)]
    assert [each.status_code for each in statuses] == [200, 200, 429, 429]
    assert int(statuses[-1].headers["retry-after"]) >= 1


def test_its_requests_are_counted_under_their_route(client: httpx.Client) -> None:
    post(client)
    counted = 'byline_requests_total{method="POST",route="/mcp",status="200"}'
    _until(lambda: counted in client.get("/metrics").text)


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("mode", MODES)
def test_calls_that_work_take_turns_with_questions_and_the_rest_does_not(
    served: Served, held: HeldEngine, tmp_path: Path, mode: str
) -> None:
    async def busy(mcp: Client) -> list[CallToolResult]:
        results: list[CallToolResult] = []

        async def ask() -> None:
            results.append(await mcp.call_tool("ask", {"question": HARKER}))

        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(ask)
            await anyio.to_thread.run_sync(
                lambda: _until(lambda: "byline_questions_waiting 2.0" in client.get("/metrics").text)
            )
            refused = await mcp.call_tool("search", {"question": HARKER})
            assert refused.is_error
            assert "Retry-After: " in text_of(refused)
            assert client.post("/v1/ask", json={"question": HARKER}).status_code == 503, "it is the same queue"
            for name in ("volumes", "people"):
                assert not (await mcp.call_tool(name)).is_error, "what is only looked up is not refused"
            held.may_answer.set()
        return results

    with served(lambda: held, Settings(home=tmp_path, asks_at_once=1, queue=2, queue_steady=2, rate="off")) as client:
        held.may_answer.set()
        wait_until_ready(client)
        held.may_answer.clear()
        results = talk_over_http(url_of(client), busy, mode=mode)
        assert [result.is_error for result in results] == [False] * 3
        assert "byline_questions_running 0.0" in client.get("/metrics").text


def test_a_call_that_takes_too_long_is_stopped(served: Served, held: HeldEngine, tmp_path: Path) -> None:
    with served(lambda: held, Settings(home=tmp_path, ask_seconds=0.3)) as client:
        wait_until_ready(client)
        result = talk_over_http(url_of(client), calling("ask", {"question": HARKER}))
        assert result.is_error
        assert "longer than an answer may take" in text_of(result)
        held.may_answer.set()


def test_a_tool_that_has_no_index_yet_says_so(served: Served, digest_engine: Engine) -> None:
    opens = Event()

    def open_engine() -> Engine:
        opens.wait(WITHIN_S)
        return digest_engine

    with served(open_engine) as client:
        result = talk_over_http(url_of(client), calling("volumes"))
        assert result.is_error
        assert "still being opened" in text_of(result)
        opens.set()
        wait_until_ready(client)
        assert not talk_over_http(url_of(client), calling("volumes")).is_error


def test_a_service_that_nobody_speaks_mcp_to_does_not_load_it() -> None:
    code = "import sys, api.app; print([name for name in ('mcp', 'torch', 'cryptography') if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE_ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


PAGE = DOCS / "mcp.md"
SERVER = "http://127.0.0.1:8000"


def test_every_block_of_the_guide_over_http_runs_and_prints_what_is_said(
    served: Served, digest_engine: Engine, tmp_path: Path
) -> None:
    with served(lambda: digest_engine, Settings(home=tmp_path, rate="off")) as client:
        wait_until_ready(client)
        url = str(client.base_url).rstrip("/")
        script = 'set -euo pipefail; set -a\nbyline() { "$PYTHON" -c "$MAIN" "$@"; }\n'
        told = [block for block in blocks(PAGE) if block.language in ("sh", "python")]
        for number, block in enumerate(told):
            code = block.code.replace(SERVER, url)
            if block.language == "python":
                (tmp_path / f"{number}.py").write_text(code, "utf-8")
                code = f'"$PYTHON" {number}.py\n'
            script += f"{code}printf '\\036'\n"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BYLINE_")}
        own = {"BYLINE_HOME": str(tmp_path), "PYTHON": sys.executable, "MAIN": MAIN, "PYTHONPATH": str(PACKAGE_ROOT)}
        done = subprocess.run(
            ["bash", "-c", script], cwd=tmp_path, env=clean | own, capture_output=True, text=True, timeout=WITHIN_S * 2
        )
        assert done.returncode == 0, done.stderr
        assert len(told) == 3
        for block, printed in zip(told, done.stdout.split("\036"), strict=False):
            assert all(words in printed for words in block.prints), printed


def test_the_client_that_the_guide_sets_up_over_http_is_answered(door: Door) -> None:
    registered = json.loads([block.code for block in blocks(PAGE) if block.language == "json"][1])["mcpServers"]
    assert registered["byline"]["url"].removeprefix(SERVER) == "/mcp"
    headers = registered["byline"]["headers"]
    assert headers.keys() == {"Authorization"}
    held = {name: value.replace("byl_…", door.holding([Scope.ASK])[name][7:]) for name, value in headers.items()}
    assert held["Authorization"].startswith("Bearer byl_")
    assert not talk_over_http(url_of(door.client), calling("volumes"), held).is_error
