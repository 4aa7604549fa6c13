"""Bursts wait, more than can be answered is refused at once, and no answer takes for ever."""

import math
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from threading import Event

import httpx
import pytest

from api.errors import RateExceeded, ServiceBusy
from api.limits import Queue, Rates
from index.settings import Settings
from rag.answer import Answer, Ask
from rag.engine import Engine
from rag.watch import watching
from tests.api.conftest import Served, wait_until_ready

QUESTION = {"question": "what did Harker say about schools?"}


class Clock:
    """A clock that goes when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


MEAN_S = 0.3


class Service:
    """A clock, a queue, and two turns that share a processor, on which a question alone takes 0.3 seconds or so."""

    def __init__(self, seed: int) -> None:
        self.clock = Clock()
        self.queue = Queue(at_once=2, burst=64, steady=0, clock=self.clock)
        self.refused = 0
        self._chance = random.Random(seed)

    def serve(self, load: float, seconds: float) -> list[float]:
        """Seconds that each answer took, of questions that come by chance at so many times the capacity."""
        end, comes = self.clock.now + seconds, self.clock.now
        inside: list[tuple[float, list[float]]] = []
        took = []
        while inside or comes < end:
            working = inside[:2]
            ends = min((self.clock.now + left[0] * len(working) for _, left in working), default=math.inf)
            moment = min(ends, comes if comes < end else math.inf)
            for _, left in working:
                left[0] -= (moment - self.clock.now) / len(working)
            self.clock.now = moment
            if moment == ends:
                done = min(working, key=lambda question: question[1][0])
                inside.remove(done)
                self.queue.leave()
                took.append(moment - done[0])
                continue
            comes += self._chance.expovariate(load / MEAN_S)
            try:
                self.queue.enter()
                inside.append((moment, [self._chance.triangular(0.1, 0.6, 0.2)]))
            except ServiceBusy:
                self.refused += 1
        return took


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


def _fill(queue: Queue) -> int:
    """How many come in until one is refused."""
    entered = 0
    while True:
        try:
            queue.enter()
        except ServiceBusy:
            return entered
        entered += 1


def test_a_burst_may_wait() -> None:
    queue = Queue(at_once=2, burst=10, steady=0)
    assert _fill(queue) == 12
    assert (queue.running, queue.waiting) == (2, 10)
    queue.leave()
    assert _fill(queue) == 1


def test_a_queue_that_does_not_empty_is_kept_short_until_it_does() -> None:
    clock = Clock()
    queue = Queue(at_once=2, burst=10, steady=1, clock=clock)
    _fill(queue)
    clock.now += 3
    for _ in range(9):
        queue.leave()
        assert _fill(queue) == 0 or queue.waiting == 1
    assert queue.waiting == 1
    for _ in range(3):
        queue.leave()
    assert _fill(queue) == 3, "those who were refused just now still want to be answered"
    for _ in range(3):
        queue.leave()
    clock.now += 6
    assert _fill(queue) == 12


@pytest.mark.parametrize("seed", range(8))
def test_at_twice_the_capacity_hardly_anybody_waits(seed: int) -> None:
    service = Service(seed)
    quiet = service.serve(0.1, 600)
    served = service.serve(2.0, 120)
    assert 0.5 < len(served) / (120 / MEAN_S) < 1, "as many are answered as before, nearly"
    assert _p95(served) < 2 * _p95(quiet)


def test_a_burst_after_an_overload_may_wait_again() -> None:
    service = Service(seed=0)
    service.serve(2.0, 60)
    service.clock.now += 6
    assert _fill(service.queue) == 66


def test_a_load_that_can_be_borne_is_borne() -> None:
    service = Service(seed=0)
    served = service.serve(0.5, 600)
    assert service.refused < 0.03 * len(served)


def test_how_long_to_stay_away_follows_from_how_long_answers_take() -> None:
    def told(seconds: float) -> float:
        clock = Clock()
        queue = Queue(at_once=2, burst=4, steady=4, clock=clock)
        for _ in range(40):
            queue.enter()
            clock.now += seconds
            queue.leave()
        clock.now += 60
        _fill(queue)
        with pytest.raises(ServiceBusy) as refused:
            queue.enter()
        return refused.value.retry_after

    assert told(0.2) == pytest.approx(8 * 0.2)
    assert told(4.0) == pytest.approx(7 * 4.0)


def test_a_bucket_is_emptied_by_one_and_filled_by_time() -> None:
    rates = Rates("50/s burst 2")
    rates.take("a")
    rates.take("a")
    with pytest.raises(RateExceeded) as refused:
        rates.take("a")
    assert 0 < refused.value.retry_after <= 0.1
    rates.take("b")
    time.sleep(0.05)
    rates.take("a")


def test_without_a_rate_and_without_a_name_nothing_is_counted() -> None:
    off, on = Rates("off"), Rates("1/h burst 1")
    for _ in range(20):
        off.take("a")
        on.take(None)


def test_more_names_than_are_remembered_need_no_more_memory() -> None:
    rates = Rates("1/h burst 1")
    for number in range(10_050):
        rates.take(f"address {number}")
    with pytest.raises(RateExceeded):
        rates.take("address 10049")


class HeldEngine(Engine):
    """An engine whose asks wait for an event, and look now and then whether they should go on."""

    may_answer: Event

    def ask(self, ask: Ask) -> Answer:
        """Wait, then answer."""
        while not self.may_answer.wait(0.02):
            watching().check()
        return super().ask(ask)


@pytest.fixture
def held(digest_engine: Engine) -> HeldEngine:
    engine = HeldEngine(digest_engine.snapshot, digest_engine.settings)
    engine.embedder, engine.reranker = digest_engine.embedder, None
    engine.may_answer = Event()
    return engine


def test_what_is_too_much_is_refused_at_once_and_the_rest_is_answered(
    served: Served, held: HeldEngine, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, asks_at_once=2, queue=3)
    with served(lambda: held, settings) as client, ThreadPoolExecutor(5) as threads:
        held.may_answer.set()
        wait_until_ready(client)
        client.post("/v1/ask", json=QUESTION).raise_for_status()
        held.may_answer.clear()
        asks = [threads.submit(client.post, "/v1/ask", json=QUESTION) for _ in range(5)]
        _until(lambda: "byline_questions_waiting 3.0" in client.get("/metrics").text)
        waits = []
        for _ in range(20):
            began = time.perf_counter()
            refused = client.post("/v1/ask", json=QUESTION)
            waits.append(time.perf_counter() - began)
            assert refused.status_code == 503
            assert refused.json()["type"] == "urn:byline:problem:service-busy"
            assert int(refused.headers["retry-after"]) >= 1
        assert client.get("/v1/volumes").status_code == 200, "what is only looked up is not refused"
        held.may_answer.set()
        assert [ask.result().status_code for ask in asks] == [200] * 5
    assert sorted(waits)[10] < 0.1


def test_an_answer_that_takes_too_long_is_stopped(served: Served, held: HeldEngine, tmp_path: Path) -> None:
    with served(lambda: held, Settings(home=tmp_path, ask_seconds=0.3)) as client:
        wait_until_ready(client)
        began = time.perf_counter()
        for body in (QUESTION, QUESTION | {"stream": True}):
            late = client.post("/v1/ask", json=body)
            assert (late.status_code == 504) or b"too long" in late.content.lower()
        assert time.perf_counter() - began < 10
        held.may_answer.set()
        assert "byline_questions_running 0.0" in client.get("/metrics").text


def test_a_client_that_goes_away_leaves_its_place(served: Served, held: HeldEngine, tmp_path: Path) -> None:
    with served(lambda: held, Settings(home=tmp_path, asks_at_once=1, queue=0)) as client:
        wait_until_ready(client)
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v1/ask", json=QUESTION, timeout=0.3)
        held.may_answer.set()
        _until(lambda: "byline_questions_running 0.0" in client.get("/metrics").text)
        assert client.post("/v1/ask", json=QUESTION).status_code == 200


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it never holds"
        time.sleep(0.02)
