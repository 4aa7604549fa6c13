"""Errors of the OpenAI-compatible routes in the form that OpenAI's clients read.

In: problem+json responses, from the routes or from whatever refused the request before them. Out: `{"error": …}`.
"""

import json
import re
from typing import Any

from fastapi import Request
from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import MEDIA_TYPE, documented, fault_of

PATHS = ("/v1/chat/completions", "/v1/models")
_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


class ErrorDetail(BaseModel):
    """What happened, in OpenAI's words."""

    message: str = Field(description="A sentence that says what happened, to which field, and what to do next.")
    type: str = Field(description="The kind of error.", examples=["invalid_request_error"])
    param: str | None = Field(description="The field at fault, where it is known.", examples=["messages[0].content"])
    code: str | None = Field(description="What happened, for programs.", examples=["question_too_long"])


class ErrorBody(BaseModel):
    """An error, as OpenAI's clients read one."""

    error: ErrorDetail


def documented_errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the errors that a route can answer with, for `responses=` of a FastAPI route."""
    return {
        status: {"description": problem["description"], "model": ErrorBody}
        for status, problem in documented(*statuses).items()
    }


def error_of(problem: dict[str, Any]) -> ErrorBody:
    """The error that a problem is."""
    status, kind = problem["status"], str(problem["type"])
    named = re.match(r"`([^`]+)`", problem["detail"])
    code = kind.removeprefix("urn:byline:problem:").replace("-", "_") if kind.startswith("urn:") else None
    return ErrorBody(
        error=ErrorDetail(
            message=problem["detail"],
            type=_TYPES.get(status, "invalid_request_error" if status < 500 else "server_error"),
            param=named.group(1) if named else None,
            code=code,
        )
    )


class OpenAIErrors:
    """ASGI middleware that turns problems into OpenAI's errors where its clients ask."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and put what comes back as a problem into the other form."""
        if scope["type"] != "http" or not _is_ours(scope["path"]):
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
                    await _response(json.loads(body), Headers(raw=start["headers"]))(scope, receive, send)

        try:
            await self._app(scope, receive, send_in_form)
        except Exception:
            if not has_begun:
                await _response(json.loads(bytes(fault_of(Request(scope)).body)), Headers())(scope, receive, send)
            raise


def _response(problem: dict[str, Any], headers: Headers) -> JSONResponse:
    kept = {name: value for name, value in headers.items() if name not in ("content-type", "content-length")}
    status = 400 if problem["status"] == 422 else problem["status"]
    return JSONResponse(error_of(problem).model_dump(), status, kept)


def _is_ours(path: str) -> bool:
    return any(path == ours or path.startswith(ours + "/") for ours in PATHS)


def _is_problem(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type") == MEDIA_TYPE
