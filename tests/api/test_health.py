"""The service says how it is, and stays quick while it works."""

import time
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from threading import Event

import httpx

from index.errors import NoSnapshot
from index.settings import Settings
from rag.answer import Answer, Ask
from rag.engine import Engine
from tests.api.conftest import Served, wait_until_ready

QUESTION = {"question": "what did Harker say about schools?"}


def test_it_is_up_before_it_is_ready(served: Served, engine: Engine) -> None:
    index_is_open = Event()

    def open_late() -> Engine:
        index_is_open.wait(60)
        return engine

    with served(open_late) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        early = [client.get("/readyz"), client.post("/v1/ask", json=QUESTION), client.get("/v1/volumes")]
        index_is_open.set()
        wait_until_ready(client)
        ready = client.get("/readyz")
    assert [response.status_code for response in early] == [503, 503, 503]
    assert all("retry-after" in response.headers for response in early)
    assert ready.json() == {"status": "ready", "generation": engine.snapshot.generation}


def test_it_says_why_it_will_not_be_ready(served: Served) -> None:
    def open_nothing() -> Engine:
        raise NoSnapshot("There is no index in /nowhere. Run `byline index`.")

    with served(open_nothing) as client:
        while "being opened" in (detail := client.get("/readyz").json()["detail"]):
            time.sleep(0.01)
        assert client.get("/healthz").status_code == 200
    assert detail == "There is no index in /nowhere. Run `byline index`."


class HeldEngine(Engine):
    """An engine whose asks wait for an event."""

    may_answer: Event

    def ask(self, ask: Ask) -> Answer:
        """Wait, then answer."""
        self.may_answer.wait(60)  # so that a test that fails ends
        return super().ask(ask)


def test_asks_that_wait_keep_nothing_else_waiting(served: Served, engine: Engine, settings: Settings) -> None:
    held = HeldEngine(engine.snapshot, settings.model_copy(update={"rerank": "off"}))
    held.may_answer = Event()
    # A slow machine takes over a second to send 64 questions, after which a queue is a standing one and kept short.
    patient = settings.model_copy(update={"queue_steady": 64})
    with served(lambda: held, patient) as client, ThreadPoolExecutor(64) as threads:
        wait_until_ready(client)
        asks = [threads.submit(client.post, "/v1/ask", json=QUESTION) for _ in range(64)]
        with httpx.Client(base_url=client.base_url, timeout=5) as other:
            seen = [
                other.get(path).status_code for path in ("/healthz", "/readyz", "/v1/volumes", "/", "/static/app.js")
            ]
        held.may_answer.set()
        answers = [ask.result().status_code for ask in asks]
    assert seen == [200] * len(seen)
    assert answers == [200] * len(answers)


def test_health_is_quick_while_eight_asks_run(client: httpx.Client) -> None:
    end = time.monotonic() + 3

    def ask_until_the_end() -> None:
        with httpx.Client(base_url=client.base_url, timeout=60) as asking:
            while time.monotonic() < end:
                assert asking.post("/v1/ask", json=QUESTION).status_code in (200, 503), (
                    "too much is refused, not failed"
                )

    with ThreadPoolExecutor(8) as threads:
        asks = [threads.submit(ask_until_the_end) for _ in range(8)]
        waits = []
        while time.monotonic() < end:
            began = time.perf_counter()
            client.get("/healthz").raise_for_status()
            waits.append(time.perf_counter() - began)
            time.sleep(0.01)
        for ask in asks:
            ask.result()
    assert quantiles(waits, n=20)[-1] < 0.25, f"p95 of /healthz was {quantiles(waits, n=20)[-1] * 1000:.0f} ms"
