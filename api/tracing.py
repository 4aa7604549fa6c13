"""Traces by OpenTelemetry, where somebody collects them: a span for each request, and one for each stage within it.

In: requests, the stages that they reach, their answers. Out: spans over OTLP/HTTP, as OpenTelemetry's semantic
conventions for HTTP describe them. No question, no path and no name stands in them: the route is the API's, and of an
answer only its status, its reason and its composer are told. A caller's `traceparent` (W3C Trace Context) is gone on
with. OpenTelemetry (`byline[otel]`) is imported only where an endpoint is set.
"""

import os
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.ending import pass_on
from api.logs import request_id
from api.metrics import route_of
from index.errors import MissingExtra
from index.settings import Settings
from rag.answer import Answer
from rag.watch import Stage, Watch

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

STANDARD_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_EXPORT_S: Final = 3
"""A collector that does not answer is waited for so long, also when the service ends."""


@dataclass
class _Told:
    """What happened to a request, in nanoseconds since 1970."""

    stages: list[tuple[Stage, int]] = field(default_factory=list)
    answered: int | None = None
    facts: dict[str, str] = field(default_factory=dict)


_told: ContextVar[_Told | None] = ContextVar("told", default=None)


class StageWatch(Watch):
    """A watch that notes when stages begin, where requests are traced."""

    def reach(self, stage: Stage) -> None:
        """A stage begins."""
        super().reach(stage)
        if (told := _told.get()) is not None:
            told.stages.append((stage, time.time_ns()))


def note_answer(answer: Answer) -> None:
    """Note that a request has its answer; to be called where its stages are reached."""
    if (told := _told.get()) is not None:
        told.answered = time.time_ns()
        facts = {"status": answer.status, "reason": answer.reason, "composer": answer.composer}
        told.facts = {f"byline.{name}": value for name, value in facts.items() if value}


class Traces:
    """Where spans go."""

    def __init__(self, exporter: "SpanExporter") -> None:
        """Send spans through an exporter, in batches, from a thread of its own."""
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        service = {
            "service.name": os.environ.get("OTEL_SERVICE_NAME", "byline"),
            "service.version": version("byline"),
        }
        self._provider = TracerProvider(resource=Resource.create(service))
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("byline")

    @classmethod
    def of(cls, settings: Settings) -> "Traces | None":
        """Traces to the endpoint of the settings or of OpenTelemetry's own variables; None where neither names one.

        Raises:
            MissingExtra: OpenTelemetry is not installed.
        """
        if not settings.otel_endpoint and not any(os.environ.get(name) for name in STANDARD_ENDPOINTS):
            return None
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        except ImportError as error:
            raise MissingExtra(
                "Traces need OpenTelemetry. Install `byline[otel]`, or unset BYLINE_OTEL_ENDPOINT and "
                "OTEL_EXPORTER_OTLP_ENDPOINT."
            ) from error
        endpoint = f"{settings.otel_endpoint.rstrip('/')}/v1/traces" if settings.otel_endpoint else None
        return cls(OTLPSpanExporter(endpoint=endpoint, timeout=_EXPORT_S))

    def begin(self, headers: Headers, method: str) -> "Span":
        """The span of a request that begins."""
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        caller = TraceContextTextMapPropagator().extract(dict(headers))
        return self._tracer.start_span(method, caller, SpanKind.SERVER, {"http.request.method": method})

    def end(self, span: "Span", scope: Scope, status: int, told: _Told) -> None:
        """End the span of a request, with one of each stage that it reached within it."""
        from opentelemetry.trace import StatusCode, set_span_in_context

        end = time.time_ns()
        within = set_span_in_context(span)
        begins = [*(began for _, began in told.stages[1:]), told.answered or end]
        for (stage, began), ended in zip(told.stages, begins, strict=bool(told.stages)):
            self._tracer.start_span(stage, within, start_time=began).end(ended)
        route = route_of(scope)
        span.update_name(f"{scope['method']} {route}")
        span.set_attributes({"http.route": route, "http.response.status_code": status, **told.facts})
        span.set_attribute("byline.request_id", request_id())
        if status >= 500:
            span.set_status(StatusCode.ERROR)
        span.end(end)

    def close(self) -> None:
        """Send what has not been sent yet, and end."""
        self._provider.shutdown()


class Traced:
    """ASGI middleware that makes every request a span."""

    def __init__(self, app: ASGIApp, traces: Traces) -> None:
        self._app = app
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; its span ends when all of its response is sent, or its client is gone (499)."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        span = self._traces.begin(Headers(scope=scope), scope["method"])
        told = _Told()
        token = _told.set(told)
        try:
            await pass_on(self._app, scope, receive, send, lambda status: self._traces.end(span, scope, status, told))
        finally:
            _told.reset(token)
