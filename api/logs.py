"""The log: one line of JSON a request and a message, on standard error.

In: requests as they end, and what modules log. Out: lines with the time (RFC 3339, UTC), the level, the request's id,
route, status and duration. No question, no quotation, no answer and no key stands in it; `BYLINE_LOG_QUESTIONS` adds
the questions. A request's id is the client's `X-Request-ID`, or a new one; the response carries it.
"""

import json
import logging
import re
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import route_of
from rag.answer import Answer

HEADER: Final = "X-Request-ID"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
_request_id: ContextVar[str] = ContextVar("request_id", default="")
_FIELDS: Final = "fields"
_log = logging.getLogger("byline.requests")


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON; what a client sent cannot begin another line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if name := request_id():
            line["request_id"] = name
        line |= getattr(record, _FIELDS, {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


def log_as_json() -> None:
    """Write every log of this process as lines of JSON to standard error: our requests, and warnings of all others."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    _log.setLevel(logging.INFO)


def request_id() -> str:
    """The id of the request that is being answered; empty outside of one."""
    return _request_id.get()


def log_question(answer: Answer) -> None:
    """Write down what was asked, beside the id of the request that asked it."""
    _log.info("asked", extra={_FIELDS: {"request_id": _request_id.get(), "question": answer.question}})


class RequestLog:
    """ASGI middleware that gives every request its id and writes a line when it ends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its id."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        given = _id_of(scope)
        began = time.perf_counter()
        status: int | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = given
            await send(message)

        token = _request_id.set(given)
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            milliseconds = round((time.perf_counter() - began) * 1000, 1)
            told = {"request_id": given, **_told(scope, status), "ms": milliseconds}
            _log.info("request", extra={_FIELDS: told})
            _request_id.reset(token)


def _id_of(scope: Scope) -> str:
    given = Headers(scope=scope).get(HEADER, "")
    return given if _GIVEN_ID.fullmatch(given) else token_hex(8)


def _told(scope: Scope, status: int | None) -> dict[str, Any]:
    """What the line of a request says; a path may hold what is asked, so that only its route is told."""
    key = scope.get("state", {}).get("key")
    return {
        "method": scope["method"],
        "route": route_of(scope),
        "status": status,
        "client": (scope.get("client") or ("",))[0],
        "key": key.id if key is not None else None,
    }
