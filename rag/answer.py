"""What a question and its answer look like: the contract of POST /v1/ask, used by every surface."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

Edition = Literal["full text", "digest"]
BylineName = Literal["printed", "signed", "inferred", "unknown"]
Status = Literal["answered", "abstained"]
Reason = Literal["not_in_collection", "not_by_this_person", "ambiguous_person", "not_verified"]

_NO_NUL: JsonDict = {"not": {"pattern": r"\u0000"}}
Readable = Annotated[str, Field(json_schema_extra=_NO_NUL)]
"""Text; the pattern is for the API's description, `check_question` and others refuse in words of their own."""
Words = Annotated[str, Field(json_schema_extra={**_NO_NUL, "pattern": r"[\p{L}\p{N}]"})]
"""Text with a letter or a figure in it; described like `Readable`."""


def _no_text(value: object) -> object:
    if isinstance(value, (str, bytes, bool)):
        raise PydanticCustomError("int_type", "Input should be a whole number")
    return value


Count = Annotated[int, BeforeValidator(_no_text)]
"""A whole number that came as a number, as JSON has it, not as text."""


class Turn(BaseModel):
    """One earlier message of the conversation."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"] = Field(description="Whose message it is.")
    content: Readable = Field(max_length=200_000, description="The message.")


class Filters(BaseModel):
    """Restricts an answer; empty lists restrict nothing. People by name or id, volumes and sections by id."""

    model_config = ConfigDict(extra="forbid")

    people: list[str] = Field(
        default_factory=list, max_length=100, description="Only what they wrote.", examples=[["lisa-harker"]]
    )
    volumes: list[str] = Field(
        default_factory=list, max_length=100, description="Only these volumes.", examples=[["shining-a-light"]]
    )
    sections: list[str] = Field(default_factory=list, max_length=1000, description="Only these sections.")


class Ask(BaseModel):
    """A question, with the conversation before it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"question": "what did Harker say about schools?"}],
            "if": {"required": ["conversation_id"], "properties": {"conversation_id": {"type": "string"}}},
            "then": {"properties": {"history": {"maxItems": 0}}},
        },
    )

    question: Words = Field(description="The question, at most as many words as BYLINE_MAX_QUESTION_WORDS says.")
    history: list[Turn] = Field(
        default_factory=list, max_length=1000, description="The conversation before it, where the server keeps none."
    )
    conversation_id: str | None = Field(
        default=None, description="The kept conversation that it goes on with; what POST /v1/conversations gave."
    )
    filters: Filters = Field(default_factory=Filters, description="Restricts the answer.")
    composer: Literal["extractive", "llm"] | None = Field(
        default=None, description="Who words the answer: the texts (the default), or a language model where one is set."
    )
    stream: bool = Field(default=False, strict=True, description="Send the answer as server-sent events.")


class Citation(BaseModel):
    """A place in a text. `quote == source[start:end]`, offsets counted in characters of the UTF-8 decoded file."""

    id: int
    volume: str
    volume_id: str
    file: str
    edition: Edition
    section: str
    section_id: str
    kind: str
    authors: list[str]
    byline: BylineName
    voice: str
    speaker: str | None
    start: int
    end: int
    lines: Annotated[list[int], Field(min_length=2, max_length=2)]
    page: str | None
    quote: str
    url: str
    credit: str
    address: str = ""
    """What `byline cite` takes: names the sentence (all spans of it), also after another index run."""
    reference: str = ""
    """A full note after The Chicago Manual of Style; rag/reference.py gives the other styles."""


class AnswerSentence(BaseModel):
    """One sentence of the answer: the texts' own words, and the ids of the citations that carry them."""

    frame: str = ""
    """Our attribution before the sentence, where one is due; never the texts' words."""
    text: str
    citations: list[int]


class Suggestion(BaseModel):
    """Somebody else who can be asked the same."""

    id: str = Field(description="The person's id, as `filters.people` takes it.", examples=["lisa-harker"])
    name: str = Field(description="The person's name.", examples=["Lisa Harker"])
    section: str | None = Field(default=None, description="Title of a piece of theirs about it, where one was found.")
    section_id: str | None = Field(default=None, description="The id of that piece.")


class Answer(BaseModel):
    """An answer in which every sentence is cited, or an abstention with its reason."""

    id: str
    question: str
    standalone_question: str
    status: Status
    reason: Reason | None
    answer: str
    sentences: list[AnswerSentence]
    citations: list[Citation]
    notes: list[str]
    confidence: Annotated[float, Field(ge=0.0, le=1.0)]
    composer: Literal["extractive", "llm"]
    timings_ms: dict[str, float]
    suggestions: list[Suggestion] = Field(
        default_factory=list, description="In an abstention, who does write about it, or who may have been meant."
    )


class AnsweredTurn(Turn):
    """An answer that is kept on the server, with its citations; no request can hold one."""

    answer: Answer
