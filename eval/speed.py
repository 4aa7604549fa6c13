"""How fast answers come over HTTP, beside the time of one bare query embedding in the same run.

In: an engine and questions. Out: a `SpeedReport`. A real server on a free port is asked by a real client, one question
after another, after every kind of work has been done once.
"""

import time
from collections.abc import Sequence
from itertools import cycle, islice
from threading import Thread

import httpx
import uvicorn
from pydantic import BaseModel

from api.app import create_app
from api.opening import Opening
from api.serve import listen
from eval.runner import quantile
from eval.schema import Question
from rag.engine import Engine


class SpeedReport(BaseModel):
    """Milliseconds at the median and at the 95th percentile."""

    questions: int
    embedding_p50: float
    embedding_p95: float
    ask_p50: float
    ask_p95: float


def measure_speed(engine: Engine, questions: Sequence[Question], count: int) -> SpeedReport:
    """Ask `count` questions, beginning again where there are fewer, and embed each bare."""
    chosen = list(islice(cycle(questions), count))
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_app(Opening(lambda: engine)), log_level="critical"))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=60) as client:
            _wait_until_ready(client)
            asked = [_timed_ask(client, question) for question in chosen]
            embedded = [_timed_embedding(engine, question) for question in chosen]
    finally:
        server.should_exit = True
        thread.join()
    return SpeedReport(
        questions=count,
        embedding_p50=quantile(embedded, 0.5),
        embedding_p95=quantile(embedded, 0.95),
        ask_p50=quantile(asked, 0.5),
        ask_p95=quantile(asked, 0.95),
    )


def _wait_until_ready(client: httpx.Client) -> None:
    while client.get("/readyz").status_code != 200:
        time.sleep(0.05)


def _timed_ask(client: httpx.Client, question: Question) -> float:
    body = {"question": question.question, "history": [turn.model_dump() for turn in question.history]}
    began = time.perf_counter()
    client.post("/v1/ask", json=body).raise_for_status()
    return (time.perf_counter() - began) * 1000


def _timed_embedding(engine: Engine, question: Question) -> float:
    began = time.perf_counter()
    engine.embedder.embed([question.question])
    return (time.perf_counter() - began) * 1000
