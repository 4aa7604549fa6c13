"""Traces, as a collector on this machine receives them."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from zlib import decompress

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from api.tracing import STANDARD_ENDPOINTS, Traces
from index.settings import Settings
from rag.engine import Engine
from tests.api.conftest import Served, wait_until_ready

SECRET = "what did Harker say about schools and zebras?"
SERVER, INTERNAL = 2, 1


class Collector(ThreadingHTTPServer):
    """Takes spans over OTLP/HTTP."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.services: set[str] = set()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = decompress(body, 31)
                collector.take(self.path, ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        super().__init__(("127.0.0.1", 0), Handler)

    def take(self, path: str, request: ExportTraceServiceRequest) -> None:
        assert path == "/v1/traces"
        for resource in request.resource_spans:
            named = {item.key: item.value.string_value for item in resource.resource.attributes}
            self.services.add(named["service.name"])
            self.spans += [span for scope in resource.scope_spans for span in scope.spans]

    def requests(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.kind == SERVER and span.name == name]

    def within(self, span: Span) -> list[Span]:
        """The stages of a request in the order in which they begin."""
        inner = [other for other in self.spans if other.parent_span_id == span.span_id]
        return sorted(inner, key=lambda other: other.start_time_unix_nano)


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        threading.Thread(target=collector.serve_forever, daemon=True).start()
        yield collector
        collector.shutdown()


@pytest.fixture
def traced(
    served: Served, digest_engine: Engine, collector: Collector, tmp_path: Path
) -> Callable[[Callable[[httpx.Client], None]], None]:
    """Ask a traced server, and end it, so that all of its spans have arrived."""
    settings = Settings(home=tmp_path, otel_endpoint=f"http://127.0.0.1:{collector.server_port}")

    def asked(ask: Callable[[httpx.Client], None]) -> None:
        engine = Engine(digest_engine.snapshot, digest_engine.settings)
        engine.__dict__.update(digest_engine.__dict__, observers=[])
        with served(lambda: engine, settings) as client:
            wait_until_ready(client)
            ask(client)

    return asked


def attributes(span: Span) -> dict[str, object]:
    return {item.key: item.value.string_value or item.value.int_value for item in span.attributes}


def test_a_question_is_a_span_with_its_stages_in_it(traced: Callable[..., None], collector: Collector) -> None:
    caller = "4bf92f3577b34da6a3ce929d0e0e4736"

    def ask(client: httpx.Client) -> None:
        for stream in (False, True):
            headers = {"traceparent": f"00-{caller}-00f067aa0ba902b7-01", "X-Request-ID": f"desk-{stream}"}
            body = {"question": SECRET, "stream": stream}
            assert client.post("/v1/ask", json=body, headers=headers).status_code == 200

    traced(ask)
    assert collector.services == {"byline"}
    spans = collector.requests("POST /v1/ask")
    assert {attributes(span)["byline.request_id"] for span in spans} == {"desk-False", "desk-True"}
    for span in spans:
        assert span.trace_id.hex() == caller
        assert attributes(span)["http.response.status_code"] == 200
        assert attributes(span)["byline.status"] in ("answered", "abstained")
        stages = collector.within(span)
        assert [stage.name for stage in stages][:3] == ["understand", "retrieve", "rerank"]
        assert {stage.kind for stage in stages} == {INTERNAL}
        for stage, after in pairwise(stages):
            assert stage.start_time_unix_nano < stage.end_time_unix_nano == after.start_time_unix_nano
        assert span.start_time_unix_nano <= stages[0].start_time_unix_nano
        assert stages[-1].end_time_unix_nano <= span.end_time_unix_nano
    said = b"".join(span.SerializeToString() for span in collector.spans)
    assert not any(word in said for word in (b"Harker", b"zebra", b"schools"))


def test_what_is_refused_and_what_is_not_there_are_spans_without_names(
    traced: Callable[..., None], collector: Collector
) -> None:
    def ask(client: httpx.Client) -> None:
        client.get("/v1/people/lisa-harker-the-spy")
        client.post("/v1/ask", json={"question": ""})
        client.get("/what/did/harker/say")

    traced(ask)
    (person,) = collector.requests("GET /v1/people/{person_id}")
    assert attributes(person)["http.response.status_code"] == 404
    (empty,) = collector.requests("POST /v1/ask")
    assert attributes(empty)["http.response.status_code"] == 422
    assert len(collector.requests("GET none")) == 1
    assert b"harker" not in b"".join(span.SerializeToString() for span in collector.spans)


def test_a_collector_that_is_not_there_holds_nobody_up(served: Served, digest_engine: Engine, tmp_path: Path) -> None:
    with served(lambda: digest_engine, Settings(home=tmp_path, otel_endpoint="http://127.0.0.1:9")) as client:
        wait_until_ready(client)
        assert client.get("/v1/volumes").status_code == 200
        began = time.monotonic()
    assert time.monotonic() - began < 20


def test_without_an_endpoint_nothing_of_it_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in STANDARD_ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    assert Traces.of(Settings(home=tmp_path)) is None
    look = (
        "import sys; from api.app import create_app; from api.opening import Opening;"
        "from index.settings import Settings;"
        "create_app(Opening(lambda: None), Settings());"
        "sys.exit(any(name.startswith('opentelemetry.sdk') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", look], check=False, timeout=120).returncode == 0


def test_the_standard_variable_turns_it_on_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STANDARD_ENDPOINTS[-1], "http://127.0.0.1:9")
    traces = Traces.of(Settings(home=tmp_path))
    assert traces is not None
    traces.close()
