"""/mcp: streamable HTTP, inside the application that answers everything else, and behind the same guard.

In: requests that the guard let in. Out: what the SDK's session manager answers. It is made by the first request: to
import the SDK takes a second, and a service that nobody speaks MCP to need not wait for it.

A client of the newest protocol cancels by closing its response, an older one by a message in its session, so sessions
are kept; each belongs to the key that began it. A tool counts as work when it is called, not when it is posted: what
only lists or reads, and a stream that stays open, takes no turn of a question's.
"""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from anyio import CapacityLimiter, Event, Lock, create_task_group, sleep_forever, to_thread
from anyio.abc import TaskGroup, TaskStatus
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from api.body_limit import MAX_BODY_BYTES
from api.errors import ForeignPage
from api.keys import Key
from api.limits import Queue, turn
from api.mcp.errors import PATH
from api.opening import Opening
from api.origins import is_foreign

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from api.mcp.desk import Context, Desk

HEADERS_SENT: Final = ("Mcp-Session-Id", "Mcp-Protocol-Version", "Mcp-Method", "Mcp-Name", "Last-Event-ID")
"""Headers of the protocol that pages of other origins must be allowed to send; the first is sent back too."""
_MOST_SESSIONS: Final = 1000


class McpDoor:
    """ASGI application that speaks MCP while it is `opened`."""

    def __init__(self, queue: Queue, seconds: float, origins: Collection[str]) -> None:
        """Work in turns with whoever shares the queue; pages of these origins may ask, and our own."""
        self._queue = queue
        self._seconds = seconds
        self._origins = frozenset(origins)
        self._tasks: TaskGroup | None = None
        self._manager: StreamableHTTPSessionManager | None = None
        self._making = Lock()
        self.route = Route(PATH, self)
        """Where it stands; what is counted and logged of its requests goes under its path."""

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Speak within this block; what still runs at its end is stopped."""
        async with create_task_group() as tasks:
            self._tasks = tasks
            yield
            tasks.cancel_scope.cancel()
        self._tasks = self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request.

        Raises:
            ForeignPage: it comes from a page of another origin.
        """
        scope["route"] = self.route
        self._refuse_foreign_page(Headers(scope=scope))
        async with self._making:
            if self._manager is None:
                assert self._tasks is not None
                self._manager = cast("StreamableHTTPSessionManager", await self._tasks.start(self._run))
        gone = Event()

        async def receive_and_note() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect":
                gone.set()
            return message

        request = Request(scope)
        request.state.gone = gone
        if key := cast(Key | None, getattr(request.state, "key", None)):
            scope["user"] = _owner(key)
        await self._manager.handle_request(scope, receive_and_note, send)

    def _refuse_foreign_page(self, headers: Headers) -> None:
        """Raise where a browser says that somebody else's page asks; the protocol demands it of every server."""
        origin = headers.get("origin")
        if origin is not None and is_foreign(origin, headers.get("host", ""), self._origins):
            raise ForeignPage(
                f"Pages of {origin[:80]!r} may not ask here. Whoever runs this service lets them with BYLINE_ORIGINS."
            )

    async def _run(self, *, task_status: "TaskStatus[StreamableHTTPSessionManager]") -> None:
        manager = await to_thread.run_sync(self._make)
        async with manager.run():
            task_status.started(manager)
            await sleep_forever()

    def _make(self) -> "StreamableHTTPSessionManager":
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from api.mcp.server import mcp_server

        return StreamableHTTPSessionManager(
            mcp_server(self._find_desk), max_request_body_size=MAX_BODY_BYTES, max_sessions=_MOST_SESSIONS
        )

    async def _find_desk(self, context: "Context") -> "Desk":
        from api.mcp.desk import Desk

        state = cast(Request, context.request).state
        engine = cast(Opening, state.opening).engine()
        take_turn = partial(turn, self._queue, self._seconds)
        return Desk(engine, cast(CapacityLimiter, state.asking), take_turn, cast(Event, state.gone).wait)


def _owner(key: Key) -> object:
    """Whose a session is, as the SDK keeps it."""
    from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
    from mcp.server.auth.provider import AccessToken

    return AuthenticatedUser(AccessToken(token="", client_id=key.id, scopes=sorted(key.scopes)))
