"""Problems in the form that the clients of some paths read, who know no problem+json.

In: problem+json responses, from the routes or from whatever refused the request before them. Out: the other form.
"""

import json
from collections.abc import Callable
from typing import Any

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import MEDIA_TYPE, fault_of

Form = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]
"""The status and the body that a problem becomes."""


class ErrorForm:
    """ASGI middleware that turns problems into another form where the clients of that form ask."""

    def __init__(self, app: ASGIApp, is_ours: Callable[[str], bool], form: Form) -> None:
        """Put the problems of paths that are ours into the form."""
        self._app = app
        self._is_ours = is_ours
        self._form = form

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and put what comes back as a problem into the other form."""
        if scope["type"] != "http" or not self._is_ours(scope["path"]):
            return await self._app(scope, receive, send)
        start: Message | None = None
        body, has_begun = b"", False

        async def send_in_form(message: Message) -> None:
            nonlocal start, body, has_begun
            has_begun = True
            if message["type"] == "http.response.start" and _is_problem(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    await self._response(json.loads(body), Headers(raw=start["headers"]))(scope, receive, send)

        try:
            await self._app(scope, receive, send_in_form)
        except Exception:
            if not has_begun:
                await self._response(json.loads(bytes(fault_of(Request(scope)).body)), Headers())(scope, receive, send)
            raise

    def _response(self, problem: dict[str, Any], headers: Headers) -> JSONResponse:
        kept = {name: value for name, value in headers.items() if name not in ("content-type", "content-length")}
        status, body = self._form(problem)
        return JSONResponse(body, status, kept)


def _is_problem(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type") == MEDIA_TYPE
