"""Errors of the OpenAI-compatible routes in the form that OpenAI's clients read.

In: problem+json responses, from the routes or from whatever refused the request before them. Out: `{"error": …}`.
"""

import re
from typing import Any

from pydantic import BaseModel, Field
from starlette.types import ASGIApp

from api.error_forms import ErrorForm
from api.problems import documented

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


class OpenAIErrors(ErrorForm):
    """ASGI middleware that turns problems into OpenAI's errors where its clients ask."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, _is_ours, _form)


def _form(problem: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    status = 400 if problem["status"] == 422 else problem["status"]
    return status, error_of(problem).model_dump()


def _is_ours(path: str) -> bool:
    return any(path == ours or path.startswith(ours + "/") for ours in PATHS)
