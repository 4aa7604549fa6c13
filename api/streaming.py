"""POST /v1/ask as server-sent events: the stages, the sentences as they pass the gate, the whole answer.

In: what happens to a question. Out: the bytes of `status`, `sentence`, `done` and `error` events.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import Request
from fastapi.sse import format_sse_event
from pydantic import BaseModel, Field

from api.event_stream import MEDIA_TYPE, EventStream, event_schema, schema_of
from api.problems import Problem, problem_within
from rag.answer import Answer, AnswerSentence, Citation
from rag.watch import Stage


class StatusEvent(BaseModel):
    """The data of a `status` event."""

    stage: Stage = Field(description="The stage that has begun; a comparison comes through some of them again.")


class SentenceEvent(BaseModel):
    """The data of a `sentence` event: one sentence of the answer, which has passed the gate."""

    index: int = Field(
        description="Its place in the answer, from 0. A place that came before replaces that sentence and all after it "
        "(only where a language model failed, and the texts' own words follow).",
        examples=[0],
    )
    frame: str = Field(description="Our attribution before the sentence, where one is due; never the texts' words.")
    text: str = Field(description="The sentence.")
    citations: list[int] = Field(description="The ids of the citations that carry it.", examples=[[1]])
    sources: list[Citation] = Field(description="Those of the citations that no sentence before it has brought.")


STREAMED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer. With `stream`, or asked for as `text/event-stream`, as events: `status` and "
        "`sentence` as things happen, then `done` with the answer, or `error` with a problem. Comments keep the "
        "connection alive.",
        "content": {
            MEDIA_TYPE: {
                "itemSchema": {
                    "oneOf": [
                        event_schema(schema_of(model), name)
                        for name, model in (
                            ("status", StatusEvent),
                            ("sentence", SentenceEvent),
                            ("done", Answer),
                            ("error", Problem),
                        )
                    ]
                },
                "example": 'event: status\ndata: {"stage":"understand"}\n\n'
                'event: sentence\ndata: {"index":0,"frame":"…","text":"…","citations":[1],"sources":[{"id":1}]}\n\n'
                'event: done\ndata: {"id":"…","status":"answered"}\n\n',
            }
        },
    }
}
"""What a route that may stream answers with, for `responses=`."""


def wants_stream(request: Request) -> bool:
    """Whether a request asks for events by its Accept header."""
    accepted = (part.split(";")[0].strip().lower() for part in request.headers.get("accept", "").split(","))
    return MEDIA_TYPE in accepted


def stream_answer(request: Request, work: Callable[[], Awaitable[Answer]]) -> EventStream:
    """The response that does the work and tells how it goes."""
    return EventStream(work, AskForm(request))


class AskForm:
    """An `api.event_stream.Form`: events of POST /v1/ask."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._brought: set[int] = set()
        self._next = 0

    def stage(self, stage: Stage) -> bytes:
        """A `status` event."""
        return _event("status", StatusEvent(stage=stage))

    def sentence(self, index: int, sentence: AnswerSentence, citations: Sequence[Citation]) -> bytes:
        """A `sentence` event; what replaces sentences that came before brings all its sources."""
        if index < self._next:
            self._brought.clear()
        self._next = index + 1
        sources = [citation for citation in citations if citation.id not in self._brought]
        self._brought.update(citation.id for citation in sources)
        return _event("sentence", SentenceEvent(index=index, sources=sources, **sentence.model_dump()))

    def done(self, answer: Answer) -> bytes:
        """The `done` event."""
        return _event("done", answer)

    def failed(self, error: Exception) -> bytes:
        """The `error` event."""
        return _event("error", Problem.model_validate(problem_within(self._request, error)))


def _event(name: str, data: BaseModel) -> bytes:
    return format_sse_event(event=name, data_str=data.model_dump_json())
