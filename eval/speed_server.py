"""How `byline serve` does as its users meet it: how soon it is ready, how fast under load, how much memory it holds.

In: settings and questions. Out: a `Served`. The server is a process of its own on a free port; its clients are threads
here, each of which asks its next question when it has its answer (a closed loop), on the same cores as the server. They
speak HTTP through the standard library, which takes a third of the processor time that httpx takes.
"""

import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from http import HTTPStatus
from typing import IO

from pydantic import BaseModel

from api.serve import GRACE_S, listen
from eval.errors import EvalError
from eval.schema import Question
from eval.speed_process import Memory, environment, memory
from eval.speed_times import Times, sum_up
from index.build import Progress
from index.settings import Settings

_HOST = "127.0.0.1"
_SERVE = "from api.cli import main; main()"
_PATIENCE_S = 300
_POLL_S = 0.005


class Load(BaseModel):
    """What some clients got who asked all at once."""

    clients: int
    seconds: float
    per_second: float
    """Answers a second, refusals left out."""
    times: Times
    refused: dict[int, int]
    """How many requests ended with another status than 200, by status."""


class Served(BaseModel):
    """One server from its start to its end. Seconds count from when its process was started."""

    ready_s: float
    first_answer_s: float
    memory_ready: Memory | None
    memory_after: Memory | None
    asked: int
    """How many questions lie between the two measures of memory."""
    loads: list[Load]


def measure_server(settings: Settings, questions: Sequence[Question], clients: Sequence[int], log: Progress) -> Served:
    """Start a server, ask all questions once for every number of clients, and end it.

    Raises:
        EvalError: the server ended by itself, or gave no answer at all.
    """
    bodies = [body_of(question) for question in questions]
    log.stage("starting a server", None)
    began = time.perf_counter()
    patient = settings.model_copy(update={"queue_steady": settings.queue, "log": "off"})
    with server(patient) as (process, port):
        ready = time.perf_counter() - began
        with closing(connection_to(port)) as connection:
            request(connection, "POST", "/v1/ask", bodies[0])
        first_answer = time.perf_counter() - began
        memory_ready = memory(process.pid)
        loads = []
        for count in clients:
            log.stage(f"asking over HTTP, {count} at once", len(bodies))
            loads.append(_load(port, bodies, count, log))
        memory_after = memory(process.pid)
    return Served(
        ready_s=round(ready, 2),
        first_answer_s=round(first_answer, 2),
        memory_ready=memory_ready,
        memory_after=memory_after,
        asked=len(bodies) * len(clients),
        loads=loads,
    )


def body_of(question: Question) -> bytes:
    """A question as POST /v1/ask takes it."""
    history = [turn.model_dump() for turn in question.history]
    return json.dumps({"question": question.question, "history": history}).encode()


@contextmanager
def server(settings: Settings) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A ready server and its port; it is ended at the end, whatever happens."""
    with closing(listen(_HOST, 0)) as free:
        port = int(free.getsockname()[1])
    variables = environment(settings.model_copy(update={"host": _HOST, "port": port}))
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-c", _SERVE, "serve"], env=variables, stdout=subprocess.DEVNULL, stderr=errors
        )
        try:
            _wait_until_ready(process, port, errors)
            yield process, port
        finally:
            process.terminate()
            try:
                process.wait(GRACE_S + 5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, errors: IO[bytes]) -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        with suppress(OSError, http.client.HTTPException), closing(connection_to(port)) as connection:
            if request(connection, "GET", "/readyz") == HTTPStatus.OK:
                return
        if process.poll() is not None:
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
            raise EvalError(f"The server ended by itself: {said or 'it said nothing.'} Try `byline serve`.")
        time.sleep(_POLL_S)
    raise EvalError(f"The server was not ready within {_PATIENCE_S} seconds. Try `byline serve`.")


def _load(port: int, bodies: Sequence[bytes], clients: int, log: Progress) -> Load:
    waiting = deque(bodies)
    with ThreadPoolExecutor(clients) as pool:
        began = time.perf_counter()
        shares = list(pool.map(lambda _: _ask_while(port, waiting, log), range(clients)))
        seconds = time.perf_counter() - began
    asked = [item for share in shares for item in share]
    times = [milliseconds for status, milliseconds in asked if status == HTTPStatus.OK]
    refused = Counter(status for status, _ in asked if status != HTTPStatus.OK)
    if not times:
        raise EvalError(f"The server answered none of {len(asked)} questions (status {min(refused)}). Look at its log.")
    return Load(
        clients=clients,
        seconds=round(seconds, 2),
        per_second=round(len(times) / seconds, 2),
        times=sum_up(times),
        refused=dict(refused),
    )


def _ask_while(port: int, waiting: deque[bytes], log: Progress) -> list[tuple[int, float]]:
    """One client: asks as long as questions are left; status and milliseconds of each."""
    asked = []
    with closing(connection_to(port)) as connection, suppress(IndexError):
        while True:
            body = waiting.popleft()
            began = time.perf_counter()
            status = request(connection, "POST", "/v1/ask", body)
            asked.append((status, (time.perf_counter() - began) * 1000))
            log.advance()
    return asked


def connection_to(port: int) -> http.client.HTTPConnection:
    """A connection to a server on this machine; close it."""
    return http.client.HTTPConnection(_HOST, port, timeout=_PATIENCE_S)


def request(connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None) -> int:
    """The status of the answer, which is read to its end."""
    connection.request(method, path, body, {"content-type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    return answer.status
