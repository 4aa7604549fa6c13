"""A limit on request bodies: a larger one is refused as soon as its size is known, declared or counted.

Documents may be larger, and are limited where they are received. FastAPI's own `max_body_size` does the same, but
answers in plain text whatever the exception handlers say.
"""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.ingest.receiving import is_upload

MAX_BODY_BYTES = 1024 * 1024


class BodyLimit:
    """ASGI middleware in which reading more than `MAX_BODY_BYTES` of a body raises an HTTPException of status 413."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and count its body as it is read."""
        if scope["type"] != "http" or is_upload(scope["method"], scope["path"]):
            return await self._app(scope, receive, send)
        declared = Headers(scope=scope).get("content-length", "0")
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            if int(declared) > MAX_BODY_BYTES:
                raise HTTPException(413)
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise HTTPException(413)
            return message

        return await self._app(scope, receive_within_limit, send)
