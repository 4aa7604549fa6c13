"""Several processes serve one port: all answer, what dies comes back, all end when told to."""

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.workers import shared_out
from index.settings import Settings
from tests.api.conftest import wait_until_ready
from tests.api.test_serve import address_of, process

QUESTION = {"question": "what did Harker say about schools?"}
PATIENCE_S = 90


@pytest.fixture(scope="module")
def two(digest_settings: Settings) -> Settings:
    """Settings of two processes."""
    return digest_settings.model_copy(update={"workers": 2, "log": "off", "threads": 1})


@contextmanager
def serving(settings: Settings) -> Iterator[tuple[str, int]]:
    """The address of a server, and the id of its first process."""
    with process(settings) as running:
        address = address_of(running)
        with httpx.Client(base_url=address, timeout=60) as client:
            wait_until_ready(client)
        yield address, running.pid
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=PATIENCE_S) == 0


@pytest.fixture(scope="module")
def address(two: Settings, digest_engine: object) -> Iterator[str]:
    with serving(two) as (address, _):
        yield address


def figures(address: str) -> str:
    """What /metrics says on a connection of its own, once the process that accepts it can answer."""
    with httpx.Client(base_url=address, timeout=60) as client:
        while "byline_ready 1.0" not in (text := client.get("/metrics").text):
            time.sleep(0.1)
        return text


def pid_in(text: str) -> int:
    return int(re.findall(r'byline_worker_info{pid="(\d+)"}', text)[0])


def workers_of(address: str, without: int = 0) -> set[int]:
    """The ids of two processes that answer, neither of them `without`."""
    found: set[int] = set()
    end = time.monotonic() + PATIENCE_S
    while len(found) < 2:
        assert time.monotonic() < end, f"only {found} answers"
        found.add(pid_in(figures(address)))
        found -= {without}
    return found


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_both_answer_and_count_together(address: str) -> None:
    workers = workers_of(address)
    counted = 'byline_requests_total{method="POST",route="/v1/ask",status="200"}'
    for _ in range(6):
        asked = httpx.post(f"{address}v1/ask", json=QUESTION, timeout=60)
        assert asked.status_code == 200
        assert asked.json()["citations"]
    seen: dict[int, float] = {}
    end = time.monotonic() + PATIENCE_S
    while set(seen) != workers:
        assert time.monotonic() < end
        text = figures(address)
        seen[pid_in(text)] = float(next(line for line in text.splitlines() if line.startswith(counted)).split()[-1])
    assert set(seen.values()) == {6.0}


def test_a_process_that_dies_is_replaced(address: str) -> None:
    killed, left = workers_of(address)
    os.kill(killed, signal.SIGKILL)
    assert left in workers_of(address, without=killed)
    assert not is_running(killed)


@pytest.mark.usefixtures("digest_engine")
def test_what_is_being_answered_is_answered_before_all_end(two: Settings) -> None:
    with process(two) as running:
        address = address_of(running)
        workers = workers_of(address)
        with httpx.stream("POST", f"{address}v1/ask", json={**QUESTION, "stream": True}, timeout=60) as response:
            lines = response.iter_lines()
            assert next(lines) == "event: status"
            running.send_signal(signal.SIGTERM)
            assert "event: done" in list(lines)
        began = time.monotonic()
        assert running.wait(timeout=PATIENCE_S) == 0
        assert time.monotonic() - began < 30
        assert not any(map(is_running, workers))


def test_without_an_index_it_ends_and_says_so(two: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with process(two.model_copy(update={"home": tmp_path})) as running:
        assert running.wait(timeout=PATIENCE_S) != 0
    assert "NoSnapshot" in capfd.readouterr().err


def test_processors_are_shared_out(two: Settings) -> None:
    most = os.cpu_count() or 2
    assert shared_out(two).asks_at_once == max(1, most // 2)
    assert shared_out(two.model_copy(update={"workers": 64})).asks_at_once == max(1, most // 64)
    assert shared_out(two.model_copy(update={"asks_at_once": 7})).asks_at_once == 7
