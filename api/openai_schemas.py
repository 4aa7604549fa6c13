"""What OpenAI's clients send to /v1/chat/completions, and what they get: its parameters that mean something here.

Others are let through and ignored: no answer is sampled, so that there is nothing for a temperature to change.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from rag.answer import Answer, Count, Filters, Readable, Words

MOST_MESSAGES = 1000
LONGEST_MESSAGE = 200_000
ModelName = Literal["byline", "byline-fast", "byline-llm"]

_QUESTION: JsonValue = {"role": "user", "content": "what did Harker say about schools?"}
_ROLES = ("system", "developer", "user", "assistant")
_WORDS = TypeAdapter(Words).json_schema()
_WITH_WORDS: JsonValue = [
    {"required": ["type", kind], "properties": {"type": {"const": kind}, kind: _WORDS}} for kind in ("text", "refusal")
]
_OF_THE_USER: JsonValue = {"required": ["role"], "properties": {"role": {"const": "user"}}}
_ASKS: JsonValue = {
    "required": ["content"],
    "properties": {"content": {"anyOf": [_WORDS, {"type": "array", "contains": {"anyOf": _WITH_WORDS}}]}},
}


def _nothing_but(*schemas: JsonValue) -> dict[str, JsonValue]:
    """Describes a parameter that may be left out or null, and is an error where it is something else than these."""
    return {"anyOf": [*schemas, {"type": "null"}]}


class ContentPart(BaseModel):
    """A part of a message. Only `text` (and what an assistant refused) can be read; an image is an error."""

    type: str = Field(
        description="The kind of part.", examples=["text"], json_schema_extra={"enum": ["text", "refusal"]}
    )
    text: Readable | None = Field(default=None, description="The words of a part of type `text`.")
    refusal: Readable | None = Field(default=None, description="The words of a part of type `refusal`.")


class ChatMessage(BaseModel):
    """A message of the conversation."""

    model_config = ConfigDict(json_schema_extra={"if": _OF_THE_USER, "then": _ASKS})

    role: Literal["system", "developer", "user", "assistant", "tool", "function"] = Field(
        description="Whose it is. `system` and `developer` are ignored: nobody tells Byline what the texts say. "
        "`tool` and `function` are an error: no tool was called.",
        json_schema_extra={"enum": [*_ROLES]},
    )
    content: Readable | list[ContentPart] | None = Field(
        default=None,
        description=f"Text, or parts of type `text`; of at most {LONGEST_MESSAGE:,} characters. The user's has words.",
    )


class StreamOptions(BaseModel):
    """Options of a streamed answer."""

    include_usage: bool | None = Field(
        default=None, strict=True, description="Send `usage` in a last chunk, which has no choices."
    )


class BylineOptions(BaseModel):
    """What only Byline understands; the Python client sends it through `extra_body`."""

    model_config = ConfigDict(extra="forbid")

    filters: Filters = Field(default_factory=Filters, description="Restricts the answer, as in POST /v1/ask.")


class ChatRequest(BaseModel):
    """A conversation whose last message is the question."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"model": "byline", "messages": [_QUESTION], "stream": False}]}
    )

    model: str = Field(description="One of GET /v1/models.", examples=["byline"])
    messages: list[ChatMessage] = Field(
        min_length=1,
        max_length=MOST_MESSAGES,
        description="The conversation; the user's last message is the question, and nothing after it is read.",
        json_schema_extra={"contains": _OF_THE_USER},
    )
    stream: bool | None = Field(default=None, strict=True, description="Send the answer as server-sent events.")
    stream_options: StreamOptions | None = Field(default=None, description="Options of a streamed answer.")
    n: Count | None = Field(
        default=None,
        description="How many answers: 1, since there is only one.",
        json_schema_extra=_nothing_but({"const": 1}),
    )
    tools: list[Any] | None = Field(default=None, description="Ignored: no tool is called.")
    tool_choice: Any = Field(
        default=None,
        description="`none` or `auto`; what demands a call is an error.",
        json_schema_extra=_nothing_but({"enum": ["none", "auto"]}),
    )
    response_format: dict[str, Any] | None = Field(
        default=None,
        description='`{"type": "text"}`; any other is an error: the words are those of the texts.',
        json_schema_extra=_nothing_but(
            {"type": "object", "required": ["type"], "properties": {"type": {"const": "text"}}}
        ),
    )
    logprobs: bool | None = Field(
        default=None,
        strict=True,
        description="false; nothing is sampled.",
        json_schema_extra=_nothing_but({"const": False}),
    )
    modalities: list[str] | None = Field(
        default=None,
        description='`["text"]`.',
        json_schema_extra=_nothing_but({"type": "array", "items": {"const": "text"}}),
    )
    byline: BylineOptions | None = Field(default=None, description="What only Byline understands.")


class UrlCitation(BaseModel):
    """Where a mark stands in the content, and where it leads."""

    start_index: int = Field(description="Offset of the mark `[n]` in `content`, in characters.", examples=[211])
    end_index: int = Field(description="Offset after the mark.", examples=[214])
    title: str = Field(description="The reference: a full note after The Chicago Manual of Style.")
    url: str = Field(description="The sentence in its section, on this service's page.")


class Annotation(BaseModel):
    """A citation, as OpenAI's clients read one."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class AssistantMessage(BaseModel):
    """The answer as a message."""

    role: Literal["assistant"] = "assistant"
    content: str = Field(
        description="The answer with its marks, its notes and its sources. What Markdown would make a link, an image "
        "or HTML of words of the texts is escaped."
    )
    refusal: None = None
    annotations: list[Annotation] = Field(description="One for each mark.")


class Choice(BaseModel):
    """The only choice."""

    index: Literal[0] = 0
    message: AssistantMessage
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class Usage(BaseModel):
    """Sizes in words, not in tokens: nothing here is counted in tokens, or paid for by them."""

    prompt_tokens: int = Field(description="Words of all messages.", examples=[6])
    completion_tokens: int = Field(description="Words of the content.", examples=[98])
    total_tokens: int = Field(description="Both.", examples=[104])


class ChatCompletion(BaseModel):
    """An answer, as OpenAI's clients read one."""

    id: str = Field(examples=["chatcmpl-6f0d5e"])
    object: Literal["chat.completion"] = "chat.completion"
    created: int = Field(description="When, in seconds since 1970.", examples=[1767225600])
    model: str = Field(examples=["byline"])
    system_fingerprint: str = Field(description="The generation of the index that answered.", examples=["gen-3"])
    choices: list[Choice]
    usage: Usage
    byline: Answer = Field(description="The answer as POST /v1/ask gives it, with all that is known of its citations.")


class Delta(BaseModel):
    """What a chunk adds to the message."""

    role: Literal["assistant"] | None = None
    content: str | None = None
    annotations: list[Annotation] | None = None


class ChunkChoice(BaseModel):
    """What a chunk adds to the only choice."""

    index: Literal[0] = 0
    delta: Delta
    logprobs: None = None
    finish_reason: Literal["stop"] | None = None


class ChatChunk(BaseModel):
    """The data of one event of a streamed answer; the last chunk with a choice has it all."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    system_fingerprint: str
    choices: list[ChunkChoice]
    usage: Usage | None = None
    byline: Answer | None = None


class Model(BaseModel):
    """A model that can be asked."""

    id: ModelName = Field(
        description="`byline` answers in the texts' own words; `byline-fast` does without the reranker, quicker and "
        "less sure; `byline-llm` (where one is configured) has a language model retell what was found."
    )
    object: Literal["model"] = "model"
    created: int = Field(description="Always 0: models come with Byline.", examples=[0])
    owned_by: Literal["byline"] = "byline"


class Models(BaseModel):
    """The models that can be asked."""

    object: Literal["list"] = "list"
    data: list[Model]
