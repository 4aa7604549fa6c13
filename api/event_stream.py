"""Server-sent events of one answer, as it comes about.

In: work that answers a question, and the form of its events. Out: a response that sends each event as soon as there is
one, a comment where there is none for long, and stops the work when the client goes away.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from anyio import create_task_group, move_on_after
from fastapi.sse import KEEPALIVE_COMMENT
from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.tracing import StageWatch
from api.waiting import until_gone
from rag.answer import Answer, AnswerSentence, Citation
from rag.watch import Stage, Watch, watched_by

MEDIA_TYPE = "text/event-stream"
HEARTBEAT_S = 15.0
_MODELS = "#/components/schemas/{model}"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

_log = logging.getLogger(__name__)


def event_schema(data: Mapping[str, Any], name: str | None = None) -> dict[str, Any]:
    """How OpenAPI describes an event whose data is JSON of a schema, for `itemSchema` (OpenAPI 3.2).

    Args:
        data: the schema.
        name: the event's name; None where it has none.
    """
    as_json = {"type": "string", "contentMediaType": "application/json", "contentSchema": data}
    if name is None:
        return {"type": "object", "required": ["data"], "properties": {"data": as_json}}
    properties = {"event": {"const": name}, "data": as_json}
    return {"type": "object", "required": ["event", "data"], "properties": properties}


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model; those that it is made of are those of the document (`with_parts`)."""
    schema = model.model_json_schema(ref_template=_MODELS, mode="serialization")
    schema.pop("$defs", None)
    return schema


def with_parts(document: dict[str, Any], *models: type[BaseModel]) -> dict[str, Any]:
    """An OpenAPI document with the schemas that these models are made of; those that it has stay."""
    schemas = document["components"]["schemas"]
    for model in models:
        parts = model.model_json_schema(ref_template=_MODELS, mode="serialization").get("$defs", {})
        schemas |= {name: part for name, part in parts.items() if name not in schemas}
    return document


class Form(Protocol):
    """How the events of one answer are written; each method returns what is sent, which may be nothing."""

    def stage(self, stage: Stage) -> bytes:
        """A stage begins."""
        ...

    def sentence(self, index: int, sentence: AnswerSentence, citations: Sequence[Citation]) -> bytes:
        """A sentence has passed the gate; see `Watch.say`."""
        ...

    def done(self, answer: Answer) -> bytes:
        """The answer is complete."""
        ...

    def failed(self, error: Exception) -> bytes:
        """The answer failed after the response had begun."""
        ...


class EventStream(Response):
    """A response of server-sent events.

    What fails before the first event is raised, so that it gets the status that it would get without a stream.
    """

    media_type = MEDIA_TYPE

    def __init__(self, work: Callable[[], Awaitable[Answer]], form: Form, heartbeat_s: float | None = None) -> None:
        """Prepare to do the work; nothing happens before the response is called."""
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._work = work
        self._form = form
        self._heartbeat_s = HEARTBEAT_S if heartbeat_s is None else heartbeat_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do the work and send its events."""
        told: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
        watch = _Telling(self._form, asyncio.get_running_loop(), told)
        failure: Exception | None = None
        async with create_task_group() as tasks:

            async def stop_with_client() -> None:
                await until_gone(receive)
                watch.cancel()
                tasks.cancel_scope.cancel()

            tasks.start_soon(stop_with_client)
            tasks.start_soon(self._answer, watch, told)
            first = await self._next(told)
            if isinstance(first, Exception):
                failure = first
            else:
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                await self._send_on(first, told, send)
            tasks.cancel_scope.cancel()
        if failure is not None:
            raise failure

    async def _answer(self, watch: Watch, told: "asyncio.Queue[bytes | Exception | None]") -> None:
        try:
            with watched_by(watch):
                told.put_nowait(self._form.done(await self._work()))
        except Exception as error:
            told.put_nowait(error)
        told.put_nowait(None)

    async def _next(self, told: "asyncio.Queue[bytes | Exception | None]") -> bytes | Exception | None:
        """The next event, or a sign of life; None at the end."""
        with move_on_after(self._heartbeat_s):
            return await told.get()
        return KEEPALIVE_COMMENT

    async def _send_on(
        self, event: bytes | Exception | None, told: "asyncio.Queue[bytes | Exception | None]", send: Send
    ) -> None:
        while event is not None:
            if isinstance(event, Exception):
                event = self._form.failed(event)
            if event:
                await send({"type": "http.response.body", "body": event, "more_body": True})
            event = await self._next(told)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Telling(StageWatch):
    """A watch, called in the engine's thread, that puts what happens into a queue of the event loop."""

    def __init__(
        self, form: Form, loop: asyncio.AbstractEventLoop, told: "asyncio.Queue[bytes | Exception | None]"
    ) -> None:
        super().__init__()
        self._form = form
        self._loop = loop
        self._told = told
        self._last: Stage | None = None

    def reach(self, stage: Stage) -> None:
        """Tell of a stage, once where it follows on itself."""
        super().reach(stage)
        if stage != self._last:
            self._tell(self._form.stage(stage))
        self._last = stage

    def say(self, index: int, sentence: AnswerSentence, citations: Sequence[Citation]) -> None:
        """Tell of a sentence."""
        self._tell(self._form.sentence(index, sentence, citations))

    def _tell(self, event: bytes) -> None:
        if event:
            self._loop.call_soon_threadsafe(self._told.put_nowait, event)
