"""How `byline serve` holds when more is asked than it can answer.

In: settings and questions. Out: a `LoadReport` of three measures of one server, a process of its own on this machine:

- *quiet*: one client asks one question after the other.
- *flat out*: sixteen clients ask their next question as soon as they have an answer or a refusal, while /healthz is
  asked a hundred times a second. What is answered in a second is the capacity.
- *overload*: questions arrive at twice the capacity, whatever becomes of those before (an open arrival rate with
  exponential gaps); a time counts from the moment at which a question was due, so that no wait is hidden.
"""

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

from pydantic import BaseModel

from eval.schema import Question
from eval.speed_process import memory
from eval.speed_server import body_of, connection_to, request, server
from eval.speed_times import Times, sum_up
from index.build import Progress
from index.errors import EvalError
from index.settings import Settings

_CLIENTS = 16
_HEALTH_EVERY_S = 0.01
_OVERLOAD = 2.0
_SENDERS = 256
_OK = 200
_REFUSALS = frozenset({429, 503})


class FlatOut(BaseModel):
    """What sixteen clients got, and how soon /healthz answered meanwhile; times in milliseconds."""

    seconds: float
    capacity: float
    """Answers a second."""
    statuses: dict[int, int]
    answers: Times
    health: Times


class Overload(BaseModel):
    """What an open arrival rate of twice the capacity got; times in milliseconds from when each was due."""

    seconds: float
    per_second: float
    statuses: dict[int, int]
    answers: Times
    refusals: Times | None
    memory_before: float | None
    """Resident memory of the server in MiB."""
    memory_after: float | None


class LoadReport(BaseModel):
    """One server under three loads."""

    quiet: Times
    flat_out: FlatOut
    overload: Overload


def measure_load(settings: Settings, questions: Sequence[Question], seconds: float, log: Progress) -> LoadReport:
    """Start a server, measure it for about two and a half times so many seconds, and end it.

    Raises:
        EvalError: the server ended by itself, or gave no answer at all.
    """
    bodies = [body_of(question) for question in questions]
    with server(settings.model_copy(update={"log": "off"})) as (process, port):
        log.stage("one client", None)
        quiet = _quiet(port, bodies, seconds / 2)
        log.stage("sixteen clients flat out", None)
        flat_out = _flat_out(port, bodies, seconds / 2)
        log.stage("twice the capacity", None)
        before = memory(process.pid)
        overload = _overload(port, bodies, seconds, _OVERLOAD * flat_out.capacity)
        after = memory(process.pid)
    overload.memory_before = before.now if before else None
    overload.memory_after = after.now if after else None
    return LoadReport(quiet=quiet, flat_out=flat_out, overload=overload)


def _quiet(port: int, bodies: Sequence[bytes], seconds: float) -> Times:
    asked = _ask_until(port, cycle(bodies).__next__, time.monotonic() + seconds)
    return _times(asked, _OK)


def _flat_out(port: int, bodies: Sequence[bytes], seconds: float) -> FlatOut:
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(_CLIENTS + 1) as pool:
        health = pool.submit(_watch_health, port, end)
        clients = [
            pool.submit(_ask_until, port, cycle([*bodies[first:], *bodies[:first]]).__next__, end)
            for first in (len(bodies) * client // _CLIENTS for client in range(_CLIENTS))
        ]
        asked = [item for client in clients for item in client.result()]
    answers = _times(asked, _OK)
    return FlatOut(
        seconds=seconds,
        capacity=round(answers.count / seconds, 2),
        statuses=_statuses(asked),
        answers=answers,
        health=_times(health.result(), _OK),
    )


def _overload(port: int, bodies: Sequence[bytes], seconds: float, per_second: float) -> Overload:
    draw = random.Random(0)  # noqa: S311 - arrivals, not a secret
    own, asked, lock = threading.local(), list[tuple[int, float]](), threading.Lock()
    connections: list[http.client.HTTPConnection] = []

    def ask(body: bytes, due: float) -> None:
        if not hasattr(own, "connection"):
            own.connection = connection_to(port)
            connections.append(own.connection)
        status = _status(own.connection, body)
        with lock:
            asked.append((status, (time.monotonic() - due) * 1000))

    next_body = cycle(bodies).__next__
    began = due = time.monotonic()
    with ThreadPoolExecutor(_SENDERS) as pool:
        while due < began + seconds:
            time.sleep(max(0.0, due - time.monotonic()))
            pool.submit(ask, next_body(), due)
            due += draw.expovariate(per_second)
    for connection in connections:
        connection.close()
    refused = [item for item in asked if item[0] in _REFUSALS]
    return Overload(
        seconds=seconds,
        per_second=round(per_second, 2),
        statuses=_statuses(asked),
        answers=_times(asked, _OK),
        refusals=sum_up([milliseconds for _, milliseconds in refused]) if refused else None,
        memory_before=None,
        memory_after=None,
    )


def _ask_until(port: int, next_body: Callable[[], bytes], end: float) -> list[tuple[int, float]]:
    """One client: status and milliseconds of each question."""
    asked = []
    connection = connection_to(port)
    while time.monotonic() < end:
        began = time.monotonic()
        status = _status(connection, next_body())
        asked.append((status, (time.monotonic() - began) * 1000))
    connection.close()
    return asked


def _watch_health(port: int, end: float) -> list[tuple[int, float]]:
    asked = []
    connection = connection_to(port)
    while (began := time.monotonic()) < end:
        status = request(connection, "GET", "/healthz")
        asked.append((status, (time.monotonic() - began) * 1000))
        time.sleep(_HEALTH_EVERY_S)
    connection.close()
    return asked


def _status(connection: http.client.HTTPConnection, body: bytes) -> int:
    """The status of a question, 0 where the connection broke; the next one begins anew."""
    try:
        return request(connection, "POST", "/v1/ask", body)
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0


def _times(asked: Sequence[tuple[int, float]], status: int) -> Times:
    times = [milliseconds for got, milliseconds in asked if got == status]
    if not times:
        raise EvalError(f"The server answered none of {len(asked)} requests. Look at its log.")
    return sum_up(times)


def _statuses(asked: Sequence[tuple[int, float]]) -> dict[int, int]:
    return dict(sorted(Counter(status for status, _ in asked).items()))
