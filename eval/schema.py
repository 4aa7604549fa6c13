"""What a question of an evaluation set looks like.

In: JSONL files. Out: validated `Question`s.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.errors import EvalError
from rag.answer import Turn


class Gold(BaseModel):
    """Where a right answer is: by file, section and lines."""

    model_config = ConfigDict(extra="allow", frozen=True)

    doc: str
    section: str
    authors: list[str] = Field(default_factory=list)
    start_line: int
    end_line: int


class Question(BaseModel):
    """One question with what a right answer holds."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: str
    question: str
    kind: str
    history: list[Turn] = Field(default_factory=list)
    answerable: bool
    gold: list[Gold] = Field(default_factory=list)
    gold_match: Literal["any", "all"] = "any"
    facts: list[list[str]] = Field(default_factory=list)
    forbid: list[str] = Field(default_factory=list)


def load_questions(paths: Iterable[Path]) -> list[Question]:
    """All questions of the files, in order.

    Raises:
        EvalError: a file is missing, or a line is no question; the message names file and line.
    """
    found = []
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise EvalError(f"{path} cannot be read: {error}. Check the name.") from error
        for number, line in enumerate(lines, start=1):
            if line.strip():
                found.append(_question(path, number, line))
    return found


def _question(path: Path, number: int, line: str) -> Question:
    try:
        return Question.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the line"
        raise EvalError(f"{path}:{number}: {place}: {first['msg']}. Correct that line.") from error
