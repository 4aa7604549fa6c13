"""The routes that OpenAI's clients know: chat completions, streamed or whole, and models.

In: messages. Out: the answer to the last of them as a message with marks, the answer itself beside it. `system`
messages and parameters of sampling are ignored; what an answer of ours cannot follow (several choices, a tool that must
be called, a format of JSON, an image) is an error that says so.
"""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from fastapi.sse import format_sse_event
from pydantic_core import to_json

from api.errors import ModelNotFound, UnsupportedParameter
from api.event_stream import MEDIA_TYPE, EventStream, event_schema, schema_of
from api.open_engine import OpenEngine
from api.openai_errors import ErrorBody, documented_errors, error_of
from api.openai_schemas import (
    LONGEST_MESSAGE,
    Annotation,
    AssistantMessage,
    ChatChunk,
    ChatCompletion,
    ChatMessage,
    ChatRequest,
    Choice,
    ChunkChoice,
    Delta,
    Model,
    ModelName,
    Models,
    UrlCitation,
    Usage,
)
from api.problems import problem_within
from api.waiting import while_waiting
from index.settings import LLM_OFF
from rag.answer import Answer, AnswerSentence, Ask, Citation, Filters, Turn
from rag.engine import Engine
from rag.errors import EmptyQuestion, UnreadableQuestion
from rag.message import Message, message_of, without_sources
from rag.watch import Stage

_PLAIN: ModelName = "byline"
_FAST: ModelName = "byline-fast"
_LLM: ModelName = "byline-llm"
_STREAMED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer. With `stream`, as events: chunks, then `[DONE]`.",
        "content": {
            MEDIA_TYPE: {
                "itemSchema": {
                    "anyOf": [
                        event_schema({"oneOf": [schema_of(ChatChunk), schema_of(ErrorBody)]}),
                        {"type": "object", "properties": {"data": {"const": "[DONE]"}}},
                    ]
                },
                "example": 'data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"…[1]"}}]}'
                "\n\ndata: [DONE]\n\n",
            }
        },
    }
}

openai_routes = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])


@openai_routes.post(
    "/chat/completions",
    response_model=ChatCompletion,
    responses={**_STREAMED, **documented_errors(400, 401, 403, 404, 413, 421, 429, 500, 503, 504)},
)
async def complete_chat(chat: ChatRequest, engine: OpenEngine, request: Request) -> ChatCompletion | Response:
    """Answer the last message in the light of those before it.

    `n` above 1, `tool_choice` that demands a call, `response_format` other than text, `logprobs`, audio and images are
    errors; every other parameter is ignored. `usage` counts words. Sentences of `byline-llm` leave when the whole
    answer is known, those of the other models as soon as they have passed the gate.
    """
    _refuse_what_cannot_be(chat)
    chosen = engine.fast if _model(engine, chat.model) == _FAST else engine
    ask = _ask_of(chat)
    limiter = cast(CapacityLimiter, request.state.asking)

    async def answered() -> Answer:
        return await to_thread.run_sync(chosen.ask, ask, limiter=limiter)

    completing = _Completing(
        chat, str(request.base_url).rstrip("/"), engine.snapshot.generation, is_held=chat.model == _LLM
    )
    if chat.stream:
        return EventStream(answered, _ChatForm(request, completing))
    return completing.whole(await while_waiting(request, answered))


@openai_routes.get("/models", responses=documented_errors(401, 403, 421, 429, 500, 503))
async def list_models(engine: OpenEngine) -> Models:
    """List the models that can be asked."""
    return Models(data=[Model(id=name, created=0) for name in _models(engine)])


@openai_routes.get("/models/{model}", responses=documented_errors(401, 403, 404, 421, 429, 500, 503))
async def read_model(model: str, engine: OpenEngine) -> Model:
    """Say whether a model can be asked."""
    return Model(id=_model(engine, model), created=0)


def _models(engine: Engine) -> list[ModelName]:
    return [_PLAIN, _FAST, *([_LLM] if engine.settings.llm != LLM_OFF else [])]


def _model(engine: Engine, name: str) -> ModelName:
    for known in _models(engine):
        if name == known:
            return known
    if name == _LLM:
        raise ModelNotFound("`model` byline-llm is off here: whoever runs this service names one in BYLINE_LLM.")
    raise ModelNotFound(f"`model` {name!r} does not exist. GET /v1/models lists those that do.")


def _refuse_what_cannot_be(chat: ChatRequest) -> None:
    """Raise where a parameter asks for what no answer here can be."""
    wants_call = chat.tool_choice not in (None, "none", "auto")
    wants_format = chat.response_format is not None and chat.response_format.get("type") != "text"
    for name, is_wanted, why in (
        ("n", chat.n not in (None, 1), "must be 1: there is one answer"),
        ("tool_choice", wants_call, "must be none or auto, and cannot demand a call: Byline calls no tools"),
        ("response_format", wants_format, "must be text: the words are those of the texts"),
        ("logprobs", bool(chat.logprobs), "must be false: nothing is sampled"),
        ("modalities", set(chat.modalities or ()) - {"text"}, "must be text: Byline does not speak"),
    ):
        if is_wanted:
            raise UnsupportedParameter(f"`{name}` {why}. Change it, or leave it out.")


def _ask_of(chat: ChatRequest) -> Ask:
    """The question and its history; what an assistant has begun to say to the question is not read."""
    turns: list[Turn] = []
    for place, message in enumerate(chat.messages):
        text = _text(message, f"messages[{place}]")
        if message.role == "assistant":
            turns.append(Turn(role="assistant", content=without_sources(text)))
        elif message.role == "user":
            turns.append(Turn(role="user", content=text))
    while turns and turns[-1].role != "user":
        turns.pop()
    if not turns:
        raise UnsupportedParameter("`messages` must hold a message of the user: the last one is the question.")
    return Ask(
        question=turns[-1].content,
        history=turns[:-1],
        filters=chat.byline.filters if chat.byline else Filters(),
        composer="llm" if chat.model == _LLM else None,
    )


def _text(message: ChatMessage, where: str) -> str:
    if message.role in ("tool", "function"):
        raise UnsupportedParameter(f"`{where}.role` is {message.role}, but Byline calls no tools. Leave it out.")
    if isinstance(message.content, list):
        for place, part in enumerate(message.content):
            if part.type not in ("text", "refusal"):
                raise UnsupportedParameter(
                    f"`{where}.content[{place}]` is of the type {part.type[:80]!r}. Send text only: Byline reads no "
                    "images, sounds or files here."
                )
        text = "\n".join((part.text if part.type == "text" else part.refusal) or "" for part in message.content)
    else:
        text = message.content or ""
    if any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in text):
        raise UnreadableQuestion(f"`{where}.content` holds NUL or half of a character, which is no text. Remove it.")
    if len(text) > LONGEST_MESSAGE:
        raise UnsupportedParameter(f"`{where}.content` has more than {LONGEST_MESSAGE:,} characters. Shorten it.")
    if message.role == "user" and not any(char.isalnum() for char in text):
        raise EmptyQuestion(f"`{where}.content` has no words. Ask about somebody or something in the collection.")
    return text


@dataclass
class _Completing:
    """One completion: what all its chunks share, and the message as far as it is written."""

    chat: ChatRequest
    base_url: str
    generation: str
    is_held: bool
    """Whether sentences wait for the whole answer: one that is retold may be taken back."""
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))
    message: Message = field(default_factory=Message)

    def whole(self, answer: Answer) -> ChatCompletion:
        """The completion that is not streamed."""
        message = message_of(answer)
        written = AssistantMessage(content=message.text, annotations=self._annotations(message, answer))
        return ChatCompletion(
            id=self.id,
            created=self.created,
            model=self.chat.model,
            system_fingerprint=self.generation,
            choices=[Choice(message=written)],
            usage=self._usage(message),
            byline=answer,
        )

    def chunk(self, delta: Delta) -> ChatChunk:
        """A chunk that adds something."""
        return self._chunk([ChunkChoice(delta=delta)])

    def last(self, answer: Answer) -> list[ChatChunk]:
        """The chunks at the end: what is left of the message, what it cites, its size if asked for."""
        rest = self.message.close(answer)
        chunks = [self.chunk(Delta(content=rest))] if rest else []
        cited = Delta(annotations=self._annotations(self.message, answer))
        end = self._chunk([ChunkChoice(delta=cited, finish_reason="stop")])
        end.byline = answer
        chunks.append(end)
        if self.chat.stream_options and self.chat.stream_options.include_usage:
            size = self._chunk([])
            size.usage = self._usage(self.message)
            chunks.append(size)
        return chunks

    def _chunk(self, choices: list[ChunkChoice]) -> ChatChunk:
        return ChatChunk(
            id=self.id,
            created=self.created,
            model=self.chat.model,
            system_fingerprint=self.generation,
            choices=choices,
        )

    def _annotations(self, message: Message, answer: Answer) -> list[Annotation]:
        cited = {citation.id: citation for citation in answer.citations}
        return [
            Annotation(
                url_citation=UrlCitation(
                    start_index=mark.start,
                    end_index=mark.end,
                    title=cited[mark.citation].reference,
                    url=self.base_url + cited[mark.citation].url,
                )
            )
            for mark in message.marks
        ]

    def _usage(self, message: Message) -> Usage:
        asked = sum(len(_text(said, "messages").split()) for said in self.chat.messages)
        answered = len(message.text.split())
        return Usage(prompt_tokens=asked, completion_tokens=answered, total_tokens=asked + answered)


class _ChatForm:
    """An `api.event_stream.Form`: chunks of a chat completion."""

    def __init__(self, request: Request, completing: _Completing) -> None:
        self._request = request
        self._completing = completing
        self._has_begun = False

    def stage(self, stage: Stage) -> bytes:
        """The first chunk, which says whose message begins."""
        begins, self._has_begun = not self._has_begun, True
        return _event(self._completing.chunk(Delta(role="assistant", content=""))) if begins else b""

    def sentence(self, index: int, sentence: AnswerSentence, citations: Sequence[Citation]) -> bytes:
        """A chunk for a sentence, unless all of them wait for the end."""
        if self._completing.is_held:
            return b""
        return _event(self._completing.chunk(Delta(content=self._completing.message.add(sentence))))

    def done(self, answer: Answer) -> bytes:
        """The chunks at the end."""
        return b"".join(map(_event, self._completing.last(answer))) + format_sse_event(data_str="[DONE]")

    def failed(self, error: Exception) -> bytes:
        """What OpenAI's clients raise as an error."""
        return format_sse_event(data_str=error_of(problem_within(self._request, error)).model_dump_json())


def _event(chunk: ChatChunk) -> bytes:
    """A chunk as an event; what it does not add is left out."""
    data = chunk.model_dump(mode="json")
    for choice in data["choices"]:
        choice["delta"] = {name: value for name, value in choice["delta"].items() if value is not None}
    kept = {name: value for name, value in data.items() if value is not None}
    return format_sse_event(data_str=to_json(kept).decode())
