"""The HTTP application: an engine being opened goes in, routes and the chat page come out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

from anyio import CapacityLimiter
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.responses import FileResponse

from api.body_limit import BodyLimit
from api.headers import SecurityHeaders
from api.opening import Opening
from api.problems import install_problems
from api.routes import ASKS_AT_ONCE, state, v1

WEB = Path(__file__).parent / "web"


class ServiceState(TypedDict):
    """What requests share, as `request.state`."""

    opening: Opening
    asking: CapacityLimiter


def create_app(opening: Opening) -> FastAPI:
    """Build the application; it starts `opening` when it starts, and serves meanwhile.

    Example:
        >>> app = create_app(Opening(lambda: Engine.open(load_settings())))
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[ServiceState]:
        opening.start()
        yield {"opening": opening, "asking": CapacityLimiter(ASKS_AT_ONCE)}

    app = FastAPI(
        title="Byline",
        summary="Answers questions about texts by many hands, and never loses the byline.",
        version=version("byline"),
        docs_url=None,  # FastAPI's pages of documentation load scripts from other hosts
        redoc_url=None,
        lifespan=lifespan,
    )
    app.include_router(v1)
    app.include_router(state)
    app.add_api_route("/", _page, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/static", StaticFiles(directory=WEB))
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    install_problems(app)
    return app


async def _page() -> FileResponse:
    return FileResponse(WEB / "index.html")
