"""What readers say of answers: as it is given, and as it is kept (`rag/feedback_store.py`)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rag.answer import Answer, Readable

Verdict = Literal["right", "wrong_person", "wrong_passage", "incomplete"]
LONGEST_COMMENT = 4000
_WAYS = ("answer", "answer_id")


class FeedbackGiven(BaseModel):
    """What somebody says of an answer: one that was kept, by its id, or the answer itself."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"verdict": "wrong_person", "answer_id": "0f" * 16, "comment": "I meant Lorraine."},
            ],
            "oneOf": [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in _WAYS],
        },
    )

    verdict: Verdict = Field(description="What is to be said of it.")
    answer_id: str | None = Field(
        default=None, description="Id of an answer given within a kept conversation.", examples=["0f" * 16]
    )
    answer: Answer | None = Field(default=None, description="The answer as it was given, where it was not kept.")
    comment: Readable = Field(default="", max_length=LONGEST_COMMENT, description="In the reader's own words.")
    sections: list[str] = Field(
        default_factory=list,
        max_length=20,
        description="Ids of sections that the answer should have cited.",
        examples=[["001/reducing-demand"]],
    )

    @model_validator(mode="after")
    def _says_which(self) -> "FeedbackGiven":
        if (self.answer is None) == (self.answer_id is None):
            raise ValueError("give either answer_id or answer, and not both")
        return self


@dataclass(frozen=True, slots=True)
class Feedback:
    """Feedback as it is kept; the time is UTC."""

    id: str
    given: datetime
    verdict: Verdict
    comment: str
    sections: tuple[str, ...]
    is_true: bool
    """Whether all citations of the answer were true of the index when this was given."""
    answer: dict[str, Any]
    """As JSON gives it: an answer stays what it was, also when `Answer` has grown."""
