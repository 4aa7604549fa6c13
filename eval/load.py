"""How `byline serve` holds when more is asked than it can answer.

In: settings and questions. Out: a `LoadReport` of four measures of one server, a process of its own on this machine:

- *quiet*: one client asks one question after the other.
- *capacity*: what is answered in a second when just as many clients ask as are answered at once, so that nobody waits
  and nothing is refused. (Refusing takes time, too: under sixteen clients that do not heed Retry-After a fifth of it.)
- *flat out*: sixteen clients ask their next question as soon as they have an answer or a refusal, while /healthz is
  asked a hundred times a second.
- *overload*: questions arrive at twice the capacity, whatever becomes of those before (an open arrival rate with
  exponential gaps); a time counts from the moment at which a question was due, so that no wait is hidden.

A connection that was kept and turns out closed is opened anew and asked once more, as browsers and HTTP libraries do: a
server closes what was idle for long, and may do so in the moment in which it is used again.
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

from api.limits import ASKS_AT_ONCE
from eval.errors import EvalError
from eval.schema import Question
from eval.speed_process import memory
from eval.speed_server import body_of, connection_to, request, server
from eval.speed_times import Times, sum_up
from index.build import Progress
from index.settings import Settings

_CLIENTS = 16
_HEALTH_EVERY_S = 0.01
_OVERLOAD = 2.0
_SENDERS = 256
_OK = 200
_REFUSALS = frozenset({429, 503})
_CLOSED = (BrokenPipeError, http.client.RemoteDisconnected)
"""What shows, before a byte of an answer, that the server had closed a connection."""


class FlatOut(BaseModel):
    """What sixteen clients got, and how soon /healthz answered meanwhile; times in milliseconds."""

    seconds: float
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
    """One server under four loads."""

    quiet: Times
    capacity: float
    """Answers a second."""
    flat_out: FlatOut
    overload: Overload


def measure_load(settings: Settings, questions: Sequence[Question], seconds: float, log: Progress) -> LoadReport:
    """Start a server, measure it for two and a quarter times so many seconds, and end it.

    Raises:
        EvalError: the server ended by itself, or gave no answer at all.
    """
    bodies = [body_of(question) for question in questions]
    at_once = settings.asks_at_once or ASKS_AT_ONCE
    with server(settings.model_copy(update={"log": "off"})) as (process, port):
        log.stage("one client", None)
        quiet = _times(_closed_loop(port, bodies, seconds / 2, 1), _OK)
        log.stage(f"{at_once} clients", None)
        capacity = _times(_closed_loop(port, bodies, seconds / 4, at_once), _OK).count / (seconds / 4)
        log.stage("sixteen clients flat out", None)
        flat_out = _flat_out(port, bodies, seconds / 2)
        log.stage("twice the capacity", None)
        before = memory(process.pid)
        overload = _overload(port, bodies, seconds, _OVERLOAD * capacity)
        after = memory(process.pid)
    overload.memory_before = before.now if before else None
    overload.memory_after = after.now if after else None
    return LoadReport(quiet=quiet, capacity=round(capacity, 2), flat_out=flat_out, overload=overload)


def _closed_loop(port: int, bodies: Sequence[bytes], seconds: float, clients: int) -> list[tuple[int, float]]:
    """Clients that ask their next question when they have an answer; each begins elsewhere among the questions."""
    end = time.monotonic() + seconds
    starts = [len(bodies) * client // clients for client in range(clients)]
    with ThreadPoolExecutor(clients) as pool:
        asking = [
            pool.submit(_ask_until, port, cycle([*bodies[first:], *bodies[:first]]).__next__, end) for first in starts
        ]
        return [item for client in asking for item in client.result()]


def _flat_out(port: int, bodies: Sequence[bytes], seconds: float) -> FlatOut:
    with ThreadPoolExecutor(1) as pool:
        health = pool.submit(_watch_health, port, time.monotonic() + seconds)
        asked = _closed_loop(port, bodies, seconds, _CLIENTS)
    return FlatOut(
        seconds=seconds,
        statuses=_statuses(asked),
        answers=_times(asked, _OK),
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
        status = ask_once(own.connection, body)
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
        status = ask_once(connection, next_body())
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


def ask_once(connection: http.client.HTTPConnection, body: bytes) -> int:
    """The status of a question; 0 where a new connection broke, or one that was kept when the answer had begun."""
    was_kept = connection.sock is not None
    try:
        return request(connection, "POST", "/v1/ask", body)
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return ask_once(connection, body) if was_kept and isinstance(error, _CLOSED) else 0


def _times(asked: Sequence[tuple[int, float]], status: int) -> Times:
    times = [milliseconds for got, milliseconds in asked if got == status]
    if not times:
        raise EvalError(f"The server answered none of {len(asked)} requests. Look at its log.")
    return sum_up(times)


def _statuses(asked: Sequence[tuple[int, float]]) -> dict[int, int]:
    return dict(sorted(Counter(status for status, _ in asked).items()))
