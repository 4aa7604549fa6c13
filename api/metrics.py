"""What operators see: requests, answers, stages, the queue and the generation, as Prometheus reads them.

In: requests as they end and answers as they are given. Out: the text of /metrics (Prometheus exposition format). Where
several processes serve, what is counted and timed is that of all of them, and what is read off (the queue, the
generation, the caches, the process) that of the one that is asked, which `byline_worker` names.
"""

import os
import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.ending import pass_on
from api.limits import Queue
from api.opening import Opening
from api.workers import METRICS_FOLDER
from index.errors import BylineError
from rag.answer import Answer

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
_NO_ROUTE = "none"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The figures of one service; thread-safe."""

    def __init__(self, opening: Opening, queue: Queue) -> None:
        """Count from nothing, and look at these whenever somebody reads."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "byline_requests", "Requests that ended.", ("route", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "byline_request_seconds", "How long requests took.", ("route",), buckets=_SECONDS, registry=self._registry
        )
        self._answers = Counter(
            "byline_answers",
            "Answers and abstentions, the latter by reason.",
            ("status", "reason", "composer"),
            registry=self._registry,
        )
        self._stages = Histogram(
            "byline_stage_seconds", "How long stages took.", ("stage",), buckets=_SECONDS, registry=self._registry
        )
        self._shown = self._registry
        if METRICS_FOLDER in os.environ:
            self._shown = CollectorRegistry()
            MultiProcessCollector(self._shown)  # type: ignore[no-untyped-call]
        self._shown.register(_State(opening, queue))
        ProcessCollector(registry=self._shown)

    def count_answer(self, answer: Answer) -> None:
        """Count an answer and what its stages took."""
        self._answers.labels(answer.status, answer.reason or "", answer.composer).inc()
        for stage, milliseconds in answer.timings_ms.items():
            self._stages.labels(stage).observe(milliseconds / 1000)

    def count_request(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request that ended."""
        route = route_of(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def response(self) -> Response:
        """All figures, for whoever scrapes them."""
        return Response(generate_latest(self._shown), headers={"Content-Type": CONTENT_TYPE_LATEST})


class Metered:
    """ASGI middleware that counts every request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and count it when it ends; 499 is one whose client went away before an answer."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began = time.perf_counter()

        def ended(status: int) -> None:
            self._metrics.count_request(scope, status, time.perf_counter() - began)

        return await pass_on(self._app, scope, receive, send, ended)


def route_of(scope: Scope) -> str:
    """The route of a request as the API names it, so that labels stay few whatever is asked for."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else _NO_ROUTE


class _State(Collector):
    """What is read off when somebody asks."""

    def __init__(self, opening: Opening, queue: Queue) -> None:
        self._opening = opening
        self._queue = queue

    def collect(self) -> Iterator[Metric]:
        """The queue, the generation and the caches of the engine."""
        yield InfoMetricFamily("byline_worker", "The process that is asked.", {"pid": str(os.getpid())})
        yield GaugeMetricFamily("byline_questions_running", "Questions being worked on.", self._queue.running)
        yield GaugeMetricFamily("byline_questions_waiting", "Questions that wait.", self._queue.waiting)
        yield CounterMetricFamily("byline_switches", "Generations served after the first.", self._opening.switches)
        try:
            snapshot = self._opening.engine().snapshot
        except BylineError:
            yield GaugeMetricFamily("byline_ready", "Whether questions can be answered.", 0)
            return
        yield GaugeMetricFamily("byline_ready", "Whether questions can be answered.", 1)
        yield InfoMetricFamily("byline_generation", "The index that answers.", {"generation": snapshot.generation})
        hits = CounterMetricFamily("byline_cache_hits", "Look-ups that a cache answered.", labels=("cache",))
        misses = CounterMetricFamily("byline_cache_misses", "Look-ups that it did not.", labels=("cache",))
        for name, cached in (("sentences", snapshot.sentences), ("source", snapshot.source), ("pages", snapshot.pages)):
            info = cached.cache_info()
            hits.add_metric((name,), info.hits)
            misses.add_metric((name,), info.misses)
        yield from (hits, misses)
