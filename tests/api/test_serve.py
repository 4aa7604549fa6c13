"""Serving starts on a free port, says where, and ends when told to."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.errors import PortInUse
from api.keys import Keys, Scope
from api.serve import QUESTION_TO_TRY, listen, serve
from index.errors import NoSnapshot, SettingsError
from index.settings import Settings
from rag.engine import Engine

SERVE = "from api.serve import serve; from index.settings import load_settings; serve(load_settings())"


@contextmanager
def process(settings: Settings, port: int = 0) -> Iterator[subprocess.Popen[str]]:
    """A server in a process of its own, ended at the end whatever happens."""
    own = {f"BYLINE_{name.upper()}": str(value) for name, value in settings.model_dump(mode="json").items()}
    with subprocess.Popen(
        [sys.executable, "-c", SERVE],
        env=os.environ | own | {"BYLINE_PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").is_success
    except httpx.TransportError:
        return False


def address_of(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().split()[-1]


@pytest.mark.usefixtures("engine")
def test_it_says_where_it_answers_and_what_to_try(settings: Settings) -> None:
    with process(settings) as running:
        address = address_of(running)
        assert running.stdout is not None
        assert QUESTION_TO_TRY in running.stdout.readline()
        answered = httpx.post(f"{address}v1/ask", json={"question": QUESTION_TO_TRY}, timeout=60)
    assert answered.status_code == 200


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_when_told_to(settings: Settings, signal_number: int) -> None:
    with process(settings) as running:
        address = httpx.URL(address_of(running))
        running.send_signal(signal_number)
        assert running.wait(timeout=20) == 0
    listen(address.host, address.port or 0).close()


@pytest.mark.usefixtures("engine")
def test_it_ends_cleanly_when_told_to_before_it_is_ready(settings: Settings) -> None:
    port = free_port()
    with process(settings, port) as running:
        while not answers(port):
            time.sleep(0.01)
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=20) == 0


def test_a_port_in_use_is_named_with_the_setting_that_changes_it(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=f"Port {port} .* BYLINE_PORT"):
            serve(settings.model_copy(update={"host": "127.0.0.1", "port": port}))


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_a_host_that_is_not_here_is_named(host: str) -> None:
    with pytest.raises(SettingsError, match=f"BYLINE_HOST={host}"):
        listen(host, 0)


def test_without_an_index_it_ends_and_says_so(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(NoSnapshot):
        Engine.open(settings.model_copy(update={"home": tmp_path}))
    with pytest.raises(NoSnapshot):
        serve(settings.model_copy(update={"home": tmp_path, "port": 0}))


def test_without_keys_it_does_not_serve_others(tmp_path: Path, settings: Settings) -> None:
    everywhere = settings.model_copy(update={"home": tmp_path, "host": "0.0.0.0", "port": 0})
    with pytest.raises(SettingsError, match="no key was ever made"):
        serve(everywhere)
    with pytest.raises(NoSnapshot):
        serve(everywhere.model_copy(update={"open": True}))
    Keys(tmp_path).create("desk", [Scope.ASK])
    with pytest.raises(NoSnapshot):
        serve(everywhere)
