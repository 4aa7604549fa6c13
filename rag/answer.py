"""What a question and its answer look like: the contract of POST /v1/ask, used by every surface."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Edition = Literal["full text", "digest"]
BylineName = Literal["printed", "signed", "inferred", "unknown"]
Status = Literal["answered", "abstained"]
Reason = Literal["not_in_collection", "not_by_this_person", "ambiguous_person", "not_verified"]


class Turn(BaseModel):
    """One earlier message of the conversation."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"]
    content: str = Field(max_length=200_000)


class Filters(BaseModel):
    """Restricts an answer; empty lists restrict nothing. People by name or id, volumes and sections by id."""

    model_config = ConfigDict(extra="forbid")

    people: list[str] = Field(default_factory=list, max_length=100)
    volumes: list[str] = Field(default_factory=list, max_length=100)
    sections: list[str] = Field(default_factory=list, max_length=1000)


class Ask(BaseModel):
    """A question, with the conversation before it."""

    model_config = ConfigDict(extra="forbid")

    question: str
    history: list[Turn] = Field(default_factory=list, max_length=1000)
    conversation_id: str | None = None
    filters: Filters = Field(default_factory=Filters)
    composer: Literal["extractive", "llm"] | None = None
    stream: bool = False


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


class AnsweredTurn(Turn):
    """An answer that is kept on the server, with its citations; no request can hold one."""

    answer: Answer
