"""The HTTP application: an engine being opened goes in, routes and the chat page come out."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import FileResponse

from api.body_limit import BodyLimit
from api.conversations import conversations
from api.documents import documents, jobs
from api.event_stream import with_parts
from api.feedback import feedback
from api.guard import Guard
from api.guarded_schema import describe_guard
from api.headers import SecurityHeaders
from api.illustrated_schema import describe_for_strangers
from api.keys import Keys
from api.limits import Rates, Turns
from api.linked_schema import describe_links
from api.logs import HEADER, RequestLog
from api.mcp.door import HEADERS_SENT
from api.mcp.errors import McpErrors
from api.metrics import Metered
from api.openai_api import openai_routes
from api.openai_errors import OpenAIErrors
from api.openai_schemas import ChatChunk
from api.opening import Opening
from api.plain_parameters import describe_parameters_plainly
from api.problems import install_problems, with_problem, without_invented
from api.routes import state, v1
from api.search import searching
from api.service import Service
from api.tracing import Traced
from index.settings import Settings

WEB = Path(__file__).parent / "web"
_ROUTERS = (v1, searching, feedback, documents, jobs, openai_routes, conversations, state)
_METHODS = ("GET", "POST", "PUT", "DELETE")
_SENT = ("Authorization", "Content-Type", HEADER, *HEADERS_SENT)
_SHOWN = ("Retry-After", "Location", HEADER, HEADERS_SENT[0])


def create_app(opening: Opening, settings: Settings | None = None) -> FastAPI:
    """Build the application; it starts `opening` when it starts, and serves meanwhile.

    Without settings it asks nobody for a key and keeps to the default limits.

    Example:
        >>> app = create_app(Opening(lambda: Engine.open(load_settings())))
    """
    service = Service(opening, settings)
    app = _empty(service)
    _add_routes(app, service)
    service.attach_slack(app)
    _limit(app, service)
    _shape_responses(app)
    _watch(app, service)
    install_problems(app)
    _describe(app)
    return app


def _empty(service: Service) -> FastAPI:
    """An application without routes, which runs a service while it runs."""
    return FastAPI(
        title="Byline",
        summary="Answers questions about texts by many hands, and never loses the byline.",
        version=version("byline"),
        docs_url=None,  # FastAPI's pages of documentation load scripts from other hosts
        redoc_url=None,
        lifespan=service.running,
        generate_unique_id_function=lambda route: route.name,
    )


def _add_routes(app: FastAPI, service: Service) -> None:
    for router in _ROUTERS:
        app.include_router(router)
    app.add_api_route("/", _page, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/static", StaticFiles(directory=WEB))
    app.router.routes.append(service.door.route)
    app.add_api_route("/metrics", service.metrics.response, methods=["GET"], include_in_schema=False)


def _limit(app: FastAPI, service: Service) -> None:
    """Say who may ask, how much and from where; of middleware, what is added later sees a request earlier."""
    app.add_middleware(BodyLimit)
    app.add_middleware(Turns, queue=service.queue, seconds=service.limits.ask_seconds)
    if service.settings is not None:
        app.add_middleware(
            Guard,
            opening=service.opening,
            keys=Keys(service.settings.home),
            rates=Rates(service.settings.rate),
            is_open=service.settings.open,
            signed_paths=service.slack.signed_paths,
        )
    if service.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=service.origins,
            allow_methods=_METHODS,
            allow_headers=_SENT,
            expose_headers=_SHOWN,
        )


def _shape_responses(app: FastAPI) -> None:
    """Give errors the form that OpenAI's and MCP's clients expect, and every response its headers."""
    app.add_middleware(OpenAIErrors)
    app.add_middleware(McpErrors)
    app.add_middleware(SecurityHeaders)


def _watch(app: FastAPI, service: Service) -> None:
    """Count, trace and log every request, also one that is refused."""
    app.add_middleware(Metered, metrics=service.metrics)
    if service.traces is not None:
        app.add_middleware(Traced, traces=service.traces)
    app.add_middleware(RequestLog)


def _describe(app: FastAPI) -> None:
    """Let the description of the API be a true one."""
    described = app.openapi
    app.openapi = lambda: _true(described())  # type: ignore[method-assign]


def _true(document: dict[str, Any]) -> dict[str, Any]:
    """The description as FastAPI makes it, with what it cannot know and without what it supposes."""
    whole = with_problem(with_parts(without_invented(describe_parameters_plainly(document)), ChatChunk))
    return describe_for_strangers(describe_links(describe_guard(whole)))


async def _page() -> FileResponse:
    return FileResponse(WEB / "index.html")
