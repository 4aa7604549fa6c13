"""How `byline serve` answers while documents are sent, replaced and deleted.

In: settings and questions. Out: a `DocumentsReport`. A server in a process of its own, over a copy of the index, is
asked at a steady rate whatever becomes of the requests before (an open arrival rate; a time counts from the moment at
which a request was due): first undisturbed, then while an invented document is sent, replaced and deleted over and
over. Every fifth question is about that document, each version of which gives another figure: an answer that cites two
of them, or one that was not there while it was made, is *mixed*.
"""

import http.client
import json
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from eval.errors import EvalError
from eval.schema import Question
from eval.speed_server import body_of, connection_to, server
from eval.speed_times import Times, sum_up
from index.build import Progress, build_index
from index.errors import BylineError
from index.manifest import CURRENT, current_generation
from index.settings import Settings

_SENDERS = 64
_EVERY = 5
_POLL_S = 0.1
_PATIENCE_S = 1800
_OK, _TAKEN = http.HTTPStatus.OK, http.HTTPStatus.ACCEPTED
_ID = "notes-of-a-cold-orchard"
_TEXT = """# Notes of a cold orchard

## The late frost

Frost at apple blossom costs the orchard {} crates of apples. A smudge pot in every fourth row saves half of them.
"""
_FIGURES = ("forty", "ninety")
_QUESTION = {"question": "how many crates of apples does frost at apple blossom cost the orchard?"}


class Change(BaseModel):
    """One change of the document; seconds from the request to the end of its job."""

    action: str
    seconds: float
    generation: str


class DocumentsReport(BaseModel):
    """What was asked and answered; times in milliseconds from when each request was due."""

    per_second: float
    asked: int
    """While documents changed."""
    statuses: dict[int, int]
    """Of them; 0 is a connection that broke."""
    failed: int
    """Those that were not answered with 200."""
    about_the_document: int
    """How many answers cited it."""
    mixed: int
    undisturbed: Times
    meanwhile: Times
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request: when it was due and was answered, by the monotonic clock, and what it cited of the document."""

    due: float
    sent: float
    answered: float
    status: int
    figures: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Version:
    """A figure that may be cited in answers asked for before `until` and answered after `since`."""

    figure: str
    since: float
    until: float


def measure_documents(
    settings: Settings,
    questions: Sequence[Question],
    per_second: float,
    rounds: int,
    log: Progress,
    undisturbed_seconds: float = 20,
) -> DocumentsReport:
    """Ask a server over a copy of the index while its documents change.

    Raises:
        EvalError: the server ended by itself, a job failed, or nothing was answered.
    """
    bodies = [body_of(question) for question in questions]
    with _copied(settings, log) as copy, server(copy.model_copy(update={"log": "off"})) as (_, port):
        log.stage("asking undisturbed", None)
        with _asking(port, bodies, per_second) as before:
            time.sleep(undisturbed_seconds)
        log.stage("asking while documents change", rounds * 3)
        with _asking(port, bodies, per_second) as meanwhile:
            changes, versions = _change(port, rounds, log)
    return DocumentsReport(
        per_second=per_second,
        asked=len(meanwhile),
        statuses=dict(sorted(Counter(asked.status for asked in meanwhile).items())),
        failed=sum(asked.status != _OK for asked in meanwhile),
        about_the_document=sum(bool(asked.figures) for asked in meanwhile),
        mixed=sum(_is_mixed(asked, versions) for asked in meanwhile),
        undisturbed=_times(before),
        meanwhile=_times(meanwhile),
        changes=changes,
    )


@contextmanager
def _copied(settings: Settings, log: Progress) -> Iterator[Settings]:
    """Settings whose home is a copy that is thrown away: its index, up to date, and the embeddings."""
    with tempfile.TemporaryDirectory(prefix="byline-documents-") as folder:
        home = Path(folder)
        (home / "models").symlink_to((settings.home / "models").resolve(), target_is_directory=True)
        with suppress(FileNotFoundError):
            shutil.copy2(settings.home / "embeddings.sqlite", home)
        with suppress(BylineError):
            generation = current_generation(settings.home)
            shutil.copytree(generation, home / generation.name)
            shutil.copy2(settings.home / CURRENT, home)
        copy = settings.model_copy(update={"home": home, "rate": "off"})
        build_index(copy, log)
        yield copy


@contextmanager
def _asking(port: int, bodies: Sequence[bytes], per_second: float) -> Iterator[list[_Asked]]:
    """Ask at this rate as long as the block lasts; what was asked is in the list when it has ended."""
    stop, asked = threading.Event(), list[_Asked]()

    def ask(body: bytes, due: float) -> None:
        sent = time.monotonic()
        status, figures = _ask(port, body)
        asked.append(_Asked(due, sent, time.monotonic(), status, figures))

    def send(pool: ThreadPoolExecutor) -> None:
        began, waiting = time.monotonic(), list[Future[None]]()
        for number in count():
            due = began + number / per_second
            if stop.wait(max(0.0, due - time.monotonic())):
                break
            body = json.dumps(_QUESTION).encode() if number % _EVERY == 0 else bodies[number % len(bodies)]
            waiting.append(pool.submit(ask, body, due))
        for future in waiting:
            future.result()

    with ThreadPoolExecutor(_SENDERS + 1) as pool:
        sending = pool.submit(send, pool)
        try:
            yield asked
        finally:
            stop.set()
            sending.result()


def _ask(port: int, body: bytes) -> tuple[int, frozenset[str]]:
    """The status of an answer, 0 where the connection broke, and the figures that it cites of the document.

    Every request has a connection of its own: one that is kept and idle is closed by the server after some seconds.
    """
    try:
        with closing(connection_to(port)) as connection:
            connection.request("POST", "/v1/ask", body, {"content-type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
    except (OSError, http.client.HTTPException):
        return 0, frozenset()
    quotes = (cited["quote"] for cited in answer.get("citations", ()) if cited["volume_id"] == _ID)
    return response.status, frozenset(word for quote in quotes for word in quote.split()) & frozenset(_FIGURES)


def _change(port: int, rounds: int, log: Progress) -> tuple[list[Change], list[_Version]]:
    """Send, replace and delete the document, so many times, with a pause after each."""
    changes: list[Change] = []
    versions: list[_Version] = []
    old, new = _FIGURES
    steps: tuple[tuple[str, str, str, str | None], ...] = (
        ("send", "POST", f"/v1/documents?filename=orchard.md&id={_ID}", old),
        ("replace", "PUT", f"/v1/documents/{_ID}", new),
        ("delete", "DELETE", f"/v1/documents/{_ID}", None),
    )
    held: tuple[str, float] | None = None
    with closing(connection_to(port)) as connection:
        for action, method, path, figure in steps * rounds:
            body = None if figure is None else _TEXT.format(figure).encode()
            began = time.monotonic()
            job = _done(connection, method, path, body)
            ended = time.monotonic()
            if held is not None:
                versions.append(_Version(*held, until=ended))
            held = (figure, began) if figure is not None else None
            changes.append(Change(action=action, seconds=round(ended - began, 2), generation=job["generation"]))
            log.advance()
            time.sleep(2)
    return changes, versions


def _done(connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None) -> dict[str, Any]:
    """The job of a change, when it is done."""
    taken = _json(connection, method, path, body)
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        job = _json(connection, "GET", f"/v1/jobs/{taken['id']}")
        if job["state"] == "failed":
            raise EvalError(f"{method} {path} failed: {job['message']}")
        if job["state"] == "done":
            return job
        time.sleep(_POLL_S)
    raise EvalError(f"{method} {path} was not done within {_PATIENCE_S} seconds.")


def _json(connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
    connection.request(method, path, body)
    response = connection.getresponse()
    found: dict[str, Any] = json.loads(response.read())
    if response.status not in (_OK, _TAKEN):
        raise EvalError(f"{method} {path} was answered with {response.status}: {found.get('detail')}")
    return found


def _is_mixed(asked: _Asked, versions: Sequence[_Version]) -> bool:
    """Whether an answer cites two versions of the document, or one that was not there while it was made."""
    held = {v.figure for v in versions if v.since <= asked.answered and asked.sent <= v.until}
    return len(asked.figures) > 1 or not asked.figures <= held


def _times(asked: Sequence[_Asked]) -> Times:
    times = [(one.answered - one.due) * 1000 for one in asked if one.status == _OK]
    if not times:
        raise EvalError(f"The server answered none of {len(asked)} requests. Look at its log.")
    return sum_up(times)
