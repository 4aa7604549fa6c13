"""The lines of an offline run: questions that come in, answers that go out.

In: a JSONL file of questions. Out: a `BatchAsk` for each line, or why it is none. And back: an `AnsweredLine` as a line
of JSON, in which nothing differs between two runs that were made with the same.

A line of questions is what `POST /v1/ask` takes, with an `id` of its own where it has one; or a question of an
evaluation set (`eval.schema`), of which only what is asked is read.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_serializer, field_validator, model_validator
from pydantic_core import from_json

from api.errors import BatchError
from rag.answer import Answer, Ask

LONGEST_LINE = 16 * 2**20
"""Bytes of a line that are looked at; a longer one is no question."""
_BOM = b"\xef\xbb\xbf"
_EVALUATION = frozenset({"kind", "answerable"})
"""What every question of an evaluation set has, and no other."""
_NEVER_THE_SAME = {"id", "timings_ms"}
"""Of an answer: what differs between two runs."""


class BatchAsk(Ask):
    """A question of a file, with the id that it is known by there; empty where it has none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = ""

    @field_validator("id", mode="before")
    @classmethod
    def _is_a_name(cls, value: object) -> object:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("conversation_id")
    @classmethod
    def _is_whole(cls, value: str | None) -> str | None:
        if value is not None:
            raise ValueError("an offline run keeps no conversations; give the history")
        return value


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be asked, and why."""

    number: int
    """Of the line in its file, from 1."""
    why: str


class MadeWith(BaseModel):
    """What answers depend on besides their questions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    byline: str
    """Version of the package."""
    generation: str
    inputs: str
    """Of the generation: the beginning of the checksum over all that it was made from."""
    reranker: str
    llm: str

    def unlike(self, other: "MadeWith") -> str:
        """What differs, as a clause; empty where nothing does."""
        pairs = ((name, getattr(self, name), getattr(other, name)) for name in type(self).model_fields)
        return ", ".join(f"{name} was {was} and is {now}" for name, was, now in pairs if was != now)


class AnsweredLine(BaseModel):
    """One line of answers."""

    model_config = ConfigDict(extra="forbid")

    line: int = Field(ge=1)
    """Number of the question's line in its file, from 1."""
    id: str
    """The question's own id, or else the number of its line."""
    asked: BatchAsk
    made_with: MadeWith
    answer: Answer
    """Its id is the line's, and it has no timings."""
    timings_ms: dict[str, float] | None = None

    @model_validator(mode="before")
    @classmethod
    def _whole_answer(cls, value: Any) -> Any:
        """Give the answer back what is left out of the line."""
        if isinstance(value, dict) and isinstance(value.get("answer"), dict):
            return {**value, "answer": {"id": str(value.get("id", "")), "timings_ms": {}, **value["answer"]}}
        return value

    @field_serializer("asked")
    def _as_given(self, asked: BatchAsk) -> dict[str, Any]:
        return what_is_asked(asked)

    def as_json(self) -> str:
        """The line, without its end."""
        left_out: dict[str, Any] = {"answer": _NEVER_THE_SAME}
        if self.timings_ms is None:
            left_out["timings_ms"] = True
        return json.dumps(self.model_dump(mode="json", exclude=left_out), ensure_ascii=False)


def what_is_asked(asked: BatchAsk) -> dict[str, Any]:
    """What the engine is asked, defaults left out."""
    return asked.model_dump(mode="json", exclude_defaults=True, exclude={"id", "stream"})


def read_lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a file that are not blank, with their numbers from 1; None for one that is too long.

    Raises:
        BatchError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LONGEST_LINE):
                number += 1
                is_cut = len(line) == LONGEST_LINE and not line.endswith(b"\n")
                while is_cut and (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                    pass
                if number == 1:
                    line = line.removeprefix(_BOM)
                if line.strip():
                    yield number, None if is_cut else line
    except OSError as error:
        raise BatchError(f"{path} cannot be read: {error.strerror}. Check the name.") from error


def read_questions(path: Path) -> Iterator[tuple[int, BatchAsk | BadLine]]:
    """The questions of a file, one at a time, with the numbers of their lines.

    Raises:
        BatchError: the file cannot be read.
    """
    for number, line in read_lines(path):
        yield number, _question(number, line)


def _question(number: int, line: bytes | None) -> BatchAsk | BadLine:
    if line is None:
        return BadLine(number, f"the line has more than {LONGEST_LINE // 2**20} MiB")
    try:
        value = from_json(line)
    except ValueError as error:
        return BadLine(number, f"this is no JSON: {error}")
    if not isinstance(value, dict):
        return BadLine(number, "this is no JSON object")
    if value.keys() >= _EVALUATION:
        value = {name: value[name] for name in BatchAsk.model_fields if name in value}
    try:
        return BatchAsk.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the line"
        return BadLine(number, f"{place}: {first['msg']}")
