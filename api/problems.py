"""Errors as RFC 9457 problem+json: an exception goes in, a response comes out that says what to do next."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from api.headers import SECURITY_HEADERS
from index.errors import BylineError

MEDIA_TYPE = "application/problem+json"
MAX_FIELDS_NAMED = 3
RETRY_AFTER_S = 2


class Problem(BaseModel):
    """An error, as RFC 9457 describes one."""

    type: str = Field(description="What kind of problem: `about:blank`, or `urn:byline:problem:` and a name.")
    title: str = Field(description="The kind of problem in a few words; the same for every problem of this type.")
    status: int = Field(description="The HTTP status of this response.")
    detail: str = Field(description="A sentence that says what happened, to which field, and what to do next.")
    instance: str = Field(description="The path that was asked for.")


class ProblemResponse(JSONResponse):
    """A JSON response of the media type for problems."""

    media_type = MEDIA_TYPE


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems that a route can answer with, for `responses=` of a FastAPI route."""
    content = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
    return {status: {"description": _DESCRIPTIONS[status], "content": content} for status in statuses}


def install_problems(app: FastAPI) -> None:
    """Make every error that `app` answers with a problem."""
    app.add_exception_handler(BylineError, _on_byline_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_unexpected_error)


_DESCRIPTIONS = {
    400: "The body is not JSON in UTF-8.",
    404: "There is no such section, volume or person.",
    413: "The body is larger than 1 MiB.",
    422: "The question or another field cannot be used; the detail names it.",
    500: "An error that is ours.",
    503: "No index is open: it is still being opened, or there is none that can be used.",
}


def _on_byline_error(request: Request, error: Exception) -> ProblemResponse:
    words = re.findall("[A-Z][a-z]*", type(error).__name__)
    status = cast(BylineError, error).status
    return _respond(
        request,
        status,
        str(error),
        kind="urn:byline:problem:" + "-".join(words).lower(),
        title=" ".join(words).capitalize(),
        headers={"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {},
    )


def _on_invalid_request(request: Request, error: Exception) -> ProblemResponse:
    faults = cast(RequestValidationError, error).errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return _respond(request, 400, _BAD_JSON)
    return _respond(
        request,
        422,
        "; ".join(_fault_in_words(fault) for fault in faults[:MAX_FIELDS_NAMED])
        + ". Correct this and send the request again; /openapi.json describes every field.",
        kind="urn:byline:problem:invalid-request",
        title="Invalid request",
    )


def _on_http_error(request: Request, error: Exception) -> ProblemResponse:
    error = cast(HTTPException, error)
    headers = error.headers or {}
    details = {
        400: _BAD_JSON,
        404: f"There is nothing at {request.url.path}. The routes are listed in /openapi.json.",
        405: f"{request.method} does not work here. Use {headers.get('Allow', 'a method listed in /openapi.json')}.",
        413: "The body is larger than 1 MiB. Send a shorter question, or fewer earlier messages in `history`.",
    }
    return _respond(request, error.status_code, details.get(error.status_code, error.detail), headers=dict(headers))


def _on_unexpected_error(request: Request, error: Exception) -> ProblemResponse:
    detail = "Something went wrong in Byline itself. Try again; if it happens again, report it with the server's log."
    return _respond(request, 500, detail, headers=SECURITY_HEADERS)


_BAD_JSON = 'The body is not JSON in UTF-8. Send an object such as {"question": "what did Harker say about schools?"}.'


def _respond(
    request: Request,
    status: int,
    detail: str,
    *,
    kind: str = "about:blank",
    title: str | None = None,
    headers: dict[str, str] | None = None,
) -> ProblemResponse:
    problem = Problem(
        type=kind,
        title=title or HTTPStatus(status).phrase,
        status=status,
        detail=_encodable(detail),
        instance=_encodable(request.url.path),
    )
    return ProblemResponse(problem.model_dump(), status, headers)


def _fault_in_words(fault: dict[str, Any]) -> str:
    field = _field_name(fault["loc"])
    match fault["type"]:
        case "missing":
            return f"{field} is missing"
        case "extra_forbidden":
            return f"{field} is not a field of this request"
        case "string_unicode":
            return f"{field} holds characters that are no text (lone surrogates)"
        case "model_attributes_type" if fault["loc"] == ("body",):
            return "the body is not a JSON object sent with the header Content-Type: application/json"
        case _:
            return f"{field} cannot be used: {fault['msg'][0].lower()}{fault['msg'][1:]}"


def _field_name(location: Sequence[str | int]) -> str:
    if tuple(location) == ("body",):
        return "the body"
    parts = [f"[{part}]" if isinstance(part, int) else f".{part[:80]}" for part in location if part != "body"]
    return f"`{''.join(parts).lstrip('.')}`"


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
