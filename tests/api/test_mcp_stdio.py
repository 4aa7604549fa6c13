"""`byline mcp` on its pipes: the client that docs/mcp.md sets up, messages alone on standard output, how it ends."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp import StdioServerParameters, stdio_client

from index.settings import PACKAGE_ROOT, Settings
from rag.answer import Ask
from rag.engine import Engine
from tests.api.command import MAIN, byline
from tests.api.mcp_client import calling, talk
from tests.api.test_mcp import HARKER, without_times
from tests.pages import DOCS, blocks


def _environment(settings: Settings) -> dict[str, str]:
    return {"BYLINE_HOME": str(settings.home), "BYLINE_TEXTS": str(settings.texts), "PYTHONWARNINGS": "default"}


def test_the_client_that_the_guide_sets_up_is_answered_on_pipes(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    (guide, *_) = [block.code for block in blocks(DOCS / "mcp.md") if block.language == "json"]
    registered = json.loads(guide)["mcpServers"]["byline"]
    assert registered["env"].keys() == {"BYLINE_HOME", "BYLINE_TEXTS"}
    command = tmp_path / registered["command"]
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{MAIN}" "$@"\n', "utf-8")
    command.chmod(0o755)
    started = StdioServerParameters(
        command=str(command), args=registered["args"], env=_environment(settings), cwd=PACKAGE_ROOT
    )
    result = talk(stdio_client(started), calling("ask", {"question": HARKER}))
    answer = engine.ask(Ask(question=HARKER))
    assert without_times(result.structured_content) == without_times(answer.model_dump(mode="json"))


@pytest.fixture
def piped(engine: Engine, settings: Settings) -> Iterator["subprocess.Popen[str]"]:
    """The command with its pipes in our hands."""
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, "mcp"],
        cwd=PACKAGE_ROOT,
        env=_environment(settings) | {"BYLINE_LOG_QUESTIONS": "true"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        yield process
        process.kill()


def test_standard_output_holds_messages_only_and_logs_go_to_standard_error(piped: "subprocess.Popen[str]") -> None:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    asked = {"name": "ask", "arguments": {"question": HARKER}}
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": asked},
    ]
    assert piped.stdin is not None
    assert piped.stdout is not None
    assert piped.stderr is not None
    for message in messages:
        piped.stdin.write(json.dumps(message) + "\n")
    piped.stdin.write("this is no message\n")
    piped.stdin.flush()
    replies = [json.loads(piped.stdout.readline())]
    while replies[-1].get("id") != 2:
        replies.append(json.loads(piped.stdout.readline()))
    assert replies[-1]["result"]["structuredContent"]["status"] == "answered"
    piped.stdin.close()
    assert piped.wait(30) == 0, "it goes on when nobody speaks to it any longer"
    assert piped.stdout.read() == ""
    logged = [json.loads(line) for line in piped.stderr.read().splitlines()]
    assert HARKER in [line.get("question") for line in logged]


def test_an_interrupt_ends_the_command_while_it_waits(piped: "subprocess.Popen[str]") -> None:
    assert piped.stdin is not None
    assert piped.stdout is not None
    piped.stdin.write('{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
    piped.stdin.flush()
    assert json.loads(piped.stdout.readline())["id"] == 1
    piped.send_signal(signal.SIGINT)
    assert piped.wait(30) == -signal.SIGINT


def test_without_an_index_the_command_says_what_to_do(tmp_path: Path) -> None:
    ran = byline("mcp", settings=Settings(home=tmp_path))
    assert ran.code == 69
    assert "byline index" in ran.sentence
