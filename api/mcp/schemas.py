"""What the tools take and give beyond what the HTTP API does: a question, lines of a section, people, volumes."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.schemas import PeopleView, SectionRefView, VolumesView
from rag.answer import Ask, Filters, Turn, Words

Line = Annotated[int, Field(strict=True, ge=1)]


class Question(BaseModel):
    """A question; what `Ask` has beyond this, a tool cannot use."""

    model_config = ConfigDict(extra="forbid")

    question: Words = Field(
        description="One question in plain words; name the person, piece or volume where it is about one.",
        examples=["what did Lisa Harker say about schools?"],
    )
    history: list[Turn] = Field(
        default_factory=list, max_length=1000, description="The talk before it; only where the question needs it."
    )
    filters: Filters = Field(default_factory=Filters, description="Restricts the answer.")
    composer: Literal["extractive", "llm"] | None = Field(
        default=None, description="Who words the answer: the texts (the default), or a language model where one is set."
    )

    def as_ask(self) -> Ask:
        """The question as the engine takes it."""
        return Ask(question=self.question, history=self.history, filters=self.filters, composer=self.composer)


class SectionAsk(BaseModel):
    """A section, or some lines of it."""

    model_config = ConfigDict(extra="forbid")

    section_id: str = Field(
        max_length=1000,
        description="The section's id, as `section_id` of a citation, a passage or a list gives it.",
        examples=["getting-to-the-heart-of-it/foreword"],
    )
    first_line: Line | None = Field(default=None, description="Read from this line of the file on.")
    last_line: Line | None = Field(default=None, description="Read no further than this line of the file.")

    @model_validator(mode="after")
    def _goes_forward(self) -> Self:
        if self.first_line is not None and self.last_line is not None and self.last_line < self.first_line:
            raise ValueError("`last_line` is not to come before `first_line`")
        return self


class PeopleAsk(BaseModel):
    """Some of the people who wrote, or all."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", max_length=200, description="A name or a part of one; empty lists everybody.")
    volume_id: str = Field(default="", max_length=200, description="Only who wrote in this volume; empty is any.")


class PeopleFound(PeopleView):
    """People who wrote something in the collection."""

    others: int = Field(ge=0, description="How many others wrote something here.")


class VolumesAsk(BaseModel):
    """All volumes, or one with its contents."""

    model_config = ConfigDict(extra="forbid")

    volume_id: str = Field(
        default="", max_length=200, description="List the sections of this volume; empty lists the volumes alone."
    )


class VolumesFound(VolumesView):
    """Volumes, and the contents of the one that was asked for."""

    contents: list[SectionRefView] = Field(
        description="Its sections in reading order; empty where no volume was asked for."
    )
