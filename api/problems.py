"""Errors as RFC 9457 problem+json: an exception goes in, a response comes out that says what to do next."""

import json
import logging
import math
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Match

from api.headers import SECURITY_HEADERS
from index.errors import BylineError
from rag.errors import TooMuch

_log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
MAX_FIELDS_NAMED = 3
RETRY_AFTER_S = 2
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


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
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _DESCRIPTIONS[status], "content": content} for status in statuses}


def with_problem(document: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI document with the schema that `documented` refers to."""
    document["components"]["schemas"]["Problem"] = Problem.model_json_schema()
    return document


def without_invented(document: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI document without the answers that FastAPI supposes, and which no route of ours gives."""
    for operations in document["paths"].values():
        for operation in operations.values():
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        document.get("components", {}).get("schemas", {}).pop(name, None)
    return document


def install_problems(app: FastAPI) -> None:
    """Make every error that `app` answers with a problem."""
    app.add_exception_handler(BylineError, _on_byline_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_unexpected_error)


_DESCRIPTIONS = {
    400: "The body is not JSON in UTF-8.",
    404: "There is no such section, volume, person, conversation or model.",
    401: "There is no key in the request, or it is unknown or revoked.",
    403: "The key may not do this, or none of the volumes that it may see is in the collection.",
    409: "What is asked does not fit what is here already.",
    413: "The body is larger than 1 MiB.",
    415: "The body is of a type that is not taken.",
    421: "No key was ever made, and the request does not come from this machine under its own name.",
    422: "The question or another field cannot be used; the detail names it.",
    429: "This key or address asks more often than it may; Retry-After says when to come again.",
    500: "An error that is ours.",
    504: "The answer took longer than an answer may.",
    503: (
        "More is asked than can be answered now, no index is open, as yet or at all, or the database of conversations "
        "does not answer."
    ),
}


def type_of(error: BylineError) -> str:
    """The type of the problem that an error of ours is."""
    return "urn:byline:problem:" + "-".join(_words_of(error)).lower()


def title_of(error: BylineError) -> str:
    """The title of the problem that an error of ours is."""
    return " ".join(_words_of(error)).capitalize()


def _words_of(error: BylineError) -> list[str]:
    return re.findall("[A-Z][a-z]*", type(error).__name__)


def problem_of(request: Request, error: BylineError) -> ProblemResponse:
    """The response that an error of ours is."""
    return _respond(
        request,
        error.status,
        str(error),
        kind=type_of(error),
        title=title_of(error),
        headers=_headers_of(error),
    )


def _headers_of(error: BylineError) -> dict[str, str]:
    if error.status == 401:
        return {"WWW-Authenticate": 'Bearer realm="byline"'}
    if isinstance(error, TooMuch):
        return {"Retry-After": str(max(1, math.ceil(error.retry_after)))}
    return {"Retry-After": str(RETRY_AFTER_S)} if error.status == 503 else {}


def _on_byline_error(request: Request, error: Exception) -> ProblemResponse:
    return problem_of(request, cast(BylineError, error))


def _on_invalid_request(request: Request, error: Exception) -> ProblemResponse:
    faults = cast(RequestValidationError, error).errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return _respond(request, 400, _BAD_JSON)
    return _respond(
        request,
        422,
        faults_in_words(faults) + ". Correct this and send the request again; /openapi.json describes every field.",
        kind="urn:byline:problem:invalid-request",
        title="Invalid request",
    )


def _on_http_error(request: Request, error: Exception) -> ProblemResponse:
    error = cast(HTTPException, error)
    headers = dict(error.headers or {})
    if "Allow" in headers:
        headers["Allow"] = ", ".join(_methods_of(request))
    details = {
        400: _BAD_JSON,
        404: f"There is nothing at {request.url.path}. The routes are listed in /openapi.json.",
        405: f"{request.method} does not work here. Use {headers.get('Allow', 'a method listed in /openapi.json')}.",
        413: "The body is larger than 1 MiB. Send a shorter question, or fewer earlier messages in `history`.",
    }
    return _respond(request, error.status_code, details.get(error.status_code, error.detail), headers=headers)


def _methods_of(request: Request) -> list[str]:
    """What a path can be asked with, by all of its routes."""
    routes = request.app.routes
    return [
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]


def _on_unexpected_error(request: Request, error: Exception) -> ProblemResponse:
    return fault_of(request)


def problem_within(request: Request, error: Exception) -> dict[str, Any]:
    """The problem that an error is which came when the response had begun; a fault of ours is logged."""
    if not isinstance(error, BylineError):
        _log.error("an answer failed while it was streamed", exc_info=error)
    response = problem_of(request, error) if isinstance(error, BylineError) else fault_of(request)
    return cast(dict[str, Any], json.loads(bytes(response.body)))


def fault_of(request: Request) -> ProblemResponse:
    """The response to a fault of ours; it tells nothing about the inside."""
    return _respond(request, 500, FAULT, headers=SECURITY_HEADERS)


FAULT = "Something went wrong in Byline itself. Try again; if it happens again, report it with the server's log."
"""What is said of a fault of ours; it tells nothing about the inside."""
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


def faults_in_words(faults: Sequence[Any]) -> str:
    """What pydantic found wrong with the fields of a request, without a full stop; the first few of them."""
    return "; ".join(_fault_in_words(fault) for fault in faults[:MAX_FIELDS_NAMED])


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
