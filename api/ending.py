"""How a request ends, for the middleware that wants to know.

In: a request to pass on. Out: the status of its response, told when it has ended.
"""

from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

FAILED: Final = 500
GONE: Final = 499
"""The status, in no standard, of a request whose client went away before an answer."""


async def pass_on(app: ASGIApp, scope: Scope, receive: Receive, send: Send, ended: Callable[[int], None]) -> None:
    """Pass a request on, and tell its status when all of its response is sent, its client is gone, or it failed."""
    status = GONE

    async def note_status(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)

    try:
        await app(scope, receive, note_status)
    except Exception:
        status = FAILED
        raise
    finally:
        ended(status)
