"""How soon the first sentence of a streamed answer comes, and how soon work stops for whoever goes away.

In: settings and questions. Out: a `StreamReport`. A server in a process of its own is asked each question whole, then
streamed, then streamed and left at a stage drawn by chance; that its work has stopped is seen in its /metrics.
"""

import http.client
import json
import random
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from pydantic import BaseModel

from eval.errors import EvalError
from eval.schema import Question
from eval.speed_server import body_of, connection_to, server
from eval.speed_times import Times, sum_up
from index.build import Progress
from index.settings import Settings

FINDING = ("understand", "retrieve", "rerank", "rank")
"""Stages of an answer after which its passages are known: the retrieval stage."""
_LEAVE_AT = ("understand", "retrieve", "rerank")
_RUNNING = re.compile(r"^byline_questions_running (\S+)$", re.M)
_PATIENCE_S = 60


class StreamReport(BaseModel):
    """What was measured, in milliseconds as a client sees them; abstentions are left out, which have no sentence."""

    asked: int
    answered: int
    finding: Times
    """The retrieval stage of the whole answers, as they say themselves: from the question to the passages, read."""
    whole: Times
    """Whole answers."""
    first_sentence: Times
    """From the request to the first streamed sentence."""
    ratio: float
    """The median of first sentence by retrieval stage, question by question."""
    ratio_p95: float
    stopped: Times
    """From going away to the end of the work on it."""


def measure_streaming(settings: Settings, questions: Sequence[Question], log: Progress, seed: int = 0) -> StreamReport:
    """Start a server, ask it everything in the three ways, and end it.

    Raises:
        EvalError: the server ended by itself, or answered nothing.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    finding, whole, first, stopped = list[float](), list[float](), list[float](), list[float]()
    log.stage("starting a server", None)
    with server(settings) as (_, port):
        log.stage("asking whole, streamed and in vain", len(questions))
        for question in questions:
            body = {**json.loads(body_of(question)), "stream": True}
            began = time.perf_counter()
            answer = _whole(port, body)
            took = (time.perf_counter() - began) * 1000
            if answer["status"] == "answered" and (sentence := _first_sentence(port, body)) is not None:
                whole.append(took)
                finding.append(sum(answer["timings_ms"].get(stage, 0.0) for stage in FINDING))
                first.append(sentence)
            stopped.append(_stopped_after(port, body, chance.choice(_LEAVE_AT)))
            log.advance()
    if not first:
        raise EvalError(f"None of {len(questions)} questions was answered. Give others.")
    ratios = sum_up([sentence / found for sentence, found in zip(first, finding, strict=True)])
    return StreamReport(
        asked=len(questions),
        answered=len(first),
        finding=sum_up(finding),
        whole=sum_up(whole),
        first_sentence=sum_up(first),
        ratio=ratios.p50,
        ratio_p95=ratios.p95,
        stopped=sum_up(stopped),
    )


def _whole(port: int, body: dict[str, Any]) -> dict[str, Any]:
    with closing(connection_to(port)) as connection:
        response = _ask(connection, {**body, "stream": False})
        answer: dict[str, Any] = json.loads(response.read())
        return answer


def _first_sentence(port: int, body: dict[str, Any]) -> float | None:
    """Milliseconds until the first sentence of a streamed answer; None where it has none. It is read to its end."""
    began, first = time.perf_counter(), None
    with closing(connection_to(port)) as connection:
        for name, _ in _events(_ask(connection, body)):
            if name == "sentence" and first is None:
                first = (time.perf_counter() - began) * 1000
    return first


def _stopped_after(port: int, body: dict[str, Any], stage: str) -> float:
    """Milliseconds from going away, when a stage is reached, to when nothing is being worked on."""
    with closing(connection_to(port)) as metrics:
        with closing(connection_to(port)) as connection:
            for name, data in _events(_ask(connection, body)):
                if name != "status" or data["stage"] == stage:
                    break
        gone = time.perf_counter()
        while _running(metrics):
            if time.perf_counter() - gone > _PATIENCE_S:
                raise EvalError(f"A question that nobody waits for was worked on for {_PATIENCE_S} seconds.")
        return (time.perf_counter() - gone) * 1000


def _ask(connection: http.client.HTTPConnection, body: dict[str, Any]) -> http.client.HTTPResponse:
    connection.request("POST", "/v1/ask", json.dumps(body), {"content-type": "application/json"})
    response = connection.getresponse()
    if response.status != http.HTTPStatus.OK:
        raise EvalError(f"The server answered {response.status}: {response.read().decode()[:200]}")
    return response


def _events(response: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    name = ""
    for line in response:
        field, _, value = line.decode().rstrip("\n").partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def _running(connection: http.client.HTTPConnection) -> bool:
    connection.request("GET", "/metrics")
    found = _RUNNING.search(connection.getresponse().read().decode())
    if found is None:
        raise EvalError("The server's /metrics do not say what is being worked on.")
    return float(found.group(1)) > 0
