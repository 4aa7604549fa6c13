"""What a quotation and its answer look like: the contract of POST /v1/quote, used by every surface."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.answer import Citation, Count, Filters, Words
from rag.quote_words import MOST_CHARACTERS

Verdict = Literal["exact", "near", "not_here"]
ChangeName = Literal["same", "replaced", "added", "missing", "swapped", "left out"]
MOST_PLACES = 100


class QuoteAsk(BaseModel):
    """Words that somebody is said to have written."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"quote": "schools are where it begins"}]},
    )

    quote: Words = Field(
        description="What somebody is said to have written; marks of omission let any words stand in their place.",
        json_schema_extra={"maxLength": MOST_CHARACTERS},
    )
    filters: Filters = Field(default_factory=Filters, description="Look only there.")
    limit: Count = Field(
        default=20, ge=1, le=MOST_PLACES, description="So many places are given at most; all are counted."
    )


class WordChange(BaseModel):
    """Words of the quotation and the words that stand in their stead; the `quote`s of a place make up the quotation."""

    change: ChangeName
    quote: str
    source: str


class QuotePlace(BaseModel):
    """A place where the quotation stands, or nearly does."""

    frame: str
    """Whose words, in which piece; ours, never the texts'."""
    text: str
    """The words that stand there, as one reads them, with " … " where the quotation says it leaves some out."""
    citations: list[Citation]
    """Those words in the source: more than one where something else stands in between, or the voice changes."""
    differences: Annotated[int, Field(ge=0)]
    """How many words differ; those that the quotation says it leaves out do not count."""
    changes: list[WordChange]
    """The whole quotation against the source, in order; empty where it stands word for word."""


class QuoteAnswer(BaseModel):
    """Where a quotation stands: word for word, nearly, or not here."""

    quote: str
    verdict: Verdict
    is_abridged: bool
    """Whether the quotation leaves words out or puts some in, says so, and was matched part by part."""
    count: int
    """How many places there are, given or not."""
    places: list[QuotePlace]
    notes: list[str]
    timings_ms: dict[str, float]
