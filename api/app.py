"""The HTTP application: an engine being opened goes in, routes and the chat page come out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypedDict

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import FileResponse

from api.body_limit import BodyLimit
from api.conversations import Keeping, conversations
from api.documents import documents, jobs
from api.event_stream import with_parts
from api.feedback import feedback
from api.guard import Guard
from api.guarded_schema import describe_guard
from api.headers import SecurityHeaders
from api.ingest.service import Ingesting
from api.keys import Keys
from api.limits import ASKS_AT_ONCE, Queue, Rates, Turns
from api.linked_schema import describe_links
from api.logs import HEADER, RequestLog, log_question
from api.mcp.door import HEADERS_SENT, McpDoor
from api.mcp.errors import McpErrors
from api.metrics import Metered, Metrics
from api.openai_api import openai_routes
from api.openai_errors import OpenAIErrors
from api.openai_schemas import ChatChunk
from api.opening import Opening
from api.origins import origins_of
from api.problems import install_problems, without_invented
from api.routes import state, v1
from api.search import searching
from api.slack.attached import AttachedSlack
from api.tracing import Traced, Traces, note_answer
from index.settings import Settings

WEB = Path(__file__).parent / "web"
_METHODS = ("GET", "POST", "PUT", "DELETE")
_SENT = ("Authorization", "Content-Type", HEADER, *HEADERS_SENT)
_SHOWN = ("Retry-After", "Location", HEADER, HEADERS_SENT[0])


class ServiceState(TypedDict):
    """What requests share, as `request.state`."""

    opening: Opening
    asking: CapacityLimiter
    keeping: Keeping
    ingesting: Ingesting


def create_app(opening: Opening, settings: Settings | None = None) -> FastAPI:
    """Build the application; it starts `opening` when it starts, and serves meanwhile.

    Without settings it asks nobody for a key and keeps to the default limits.

    Example:
        >>> app = create_app(Opening(lambda: Engine.open(load_settings())))
    """

    limits = settings or Settings.model_construct()
    at_once = limits.asks_at_once or ASKS_AT_ONCE
    queue = Queue(at_once, limits.queue, limits.queue_steady)
    origins = origins_of(limits.origins)
    door = McpDoor(queue, limits.ask_seconds, origins)
    metrics = Metrics(opening, queue)
    opening.observe(metrics.count_answer)
    traces = Traces.of(settings) if settings is not None else None
    if traces is not None:
        opening.observe(note_answer)
    if limits.log_questions:
        opening.observe(log_question)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[ServiceState]:
        opening.start()
        keeping, ingesting = Keeping(), Ingesting(opening, settings)
        ingesting.resume()
        asking = CapacityLimiter(at_once)
        async with door.opened(), slack.running(asking):
            yield {
                "opening": opening,
                "asking": asking,
                "keeping": keeping,
                "ingesting": ingesting,
            }
        opening.stop()
        ingesting.close()
        keeping.close()
        if traces is not None:
            await to_thread.run_sync(traces.close)

    app = FastAPI(
        title="Byline",
        summary="Answers questions about texts by many hands, and never loses the byline.",
        version=version("byline"),
        docs_url=None,  # FastAPI's pages of documentation load scripts from other hosts
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(v1)
    app.include_router(searching)
    app.include_router(feedback)
    app.include_router(documents)
    app.include_router(jobs)
    app.include_router(openai_routes)
    app.include_router(conversations)
    app.include_router(state)
    app.add_api_route("/", _page, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/static", StaticFiles(directory=WEB))
    app.router.routes.append(door.route)
    app.add_api_route("/metrics", metrics.response, methods=["GET"], include_in_schema=False)
    slack = AttachedSlack(app, opening, settings)
    app.add_middleware(BodyLimit)
    app.add_middleware(Turns, queue=queue, seconds=limits.ask_seconds)
    if settings is not None:
        keys, rates = Keys(settings.home), Rates(settings.rate)
        app.add_middleware(
            Guard, opening=opening, keys=keys, rates=rates, is_open=settings.open, signed_paths=slack.signed_paths
        )
    if origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=origins, allow_methods=_METHODS, allow_headers=_SENT, expose_headers=_SHOWN
        )
    app.add_middleware(OpenAIErrors)
    app.add_middleware(McpErrors)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Metered, metrics=metrics)
    if traces is not None:
        app.add_middleware(Traced, traces=traces)
    app.add_middleware(RequestLog)
    install_problems(app)
    described = app.openapi
    app.openapi = lambda: _true(described())  # type: ignore[method-assign]
    return app


def _true(document: dict[str, Any]) -> dict[str, Any]:
    """The description as FastAPI makes it, with what it cannot know and without what it supposes."""
    return describe_links(describe_guard(with_parts(without_invented(document), ChatChunk)))


async def _page() -> FileResponse:
    return FileResponse(WEB / "index.html")
