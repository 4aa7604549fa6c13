"""Asking a file of questions offline: one answer a line, and a run that was killed goes on where it stopped.

In: an engine and a JSONL file of questions. Out: a JSONL file of answers in the order of the questions, each appended
whole as it comes. Neither file is ever held in memory: a run keeps eight bytes for every question.

A line that cannot be asked is named and passed by; all others are asked. Corrected, it is asked by the same command
again, and its answer comes last. Answers already there are kept only where they were made from the same generation with
the same settings, of the questions that stand on their lines now.
"""

import hashlib
import json
import os
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final, Protocol

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from api.batch_lines import AnsweredLine, BadLine, BatchAsk, MadeWith, read_questions, what_is_asked
from api.errors import AnswersInUse, BatchError, OtherAnswers
from index.errors import NotFound
from rag.engine import Engine
from rag.errors import QuestionError

_BEGIN: Final = b'{"line": '
"""How every line of answers begins."""
_INPUTS_SHOWN: Final = 16
_NONE: Final = 0
_AGAIN: Final = "Give --out another name, or begin anew with --fresh."


class BatchReport(BaseModel):
    """What a run did."""

    questions: int = 0
    """Lines that are not blank."""
    kept: int = 0
    """Of them, how many an earlier run has answered."""
    answered: int = 0
    abstained: int = 0
    bad: int = 0
    """How many cannot be asked as they stand."""
    seconds: float = 0.0
    """From the first question to the last."""

    @property
    def asked(self) -> int:
        """How many were asked by this run."""
        return self.answered + self.abstained


class BatchProgress(Protocol):
    """Told how a run goes on."""

    def begin(self, report: BatchReport) -> None:
        """The files were read; nothing was asked yet."""

    def pass_by(self, line: BadLine) -> None:
        """A line cannot be asked."""

    def advance(self, report: BatchReport) -> None:
        """A line is done with."""


@dataclass
class _Kept:
    """The questions that an earlier run has answered."""

    marks: "array[int]" = field(default_factory=lambda: array("Q"))
    """What stands for the question of each line, by its number; `_NONE` where it has no answer."""
    whole: int = 0
    """So many bytes of the file are whole lines."""

    @property
    def count(self) -> int:
        return sum(mark != _NONE for mark in self.marks)

    def add(self, line: AnsweredLine) -> None:
        """A question is answered."""
        self.marks.extend([_NONE] * (line.line + 1 - len(self.marks)))
        self.marks[line.line] = _mark(line.id, line.asked)

    def of(self, number: int) -> int:
        """What stands for the question that was answered on a line."""
        return self.marks[number] if number < len(self.marks) else _NONE


def made_with(engine: Engine) -> MadeWith:
    """What the answers of an engine depend on besides their questions."""
    return MadeWith(
        byline=version("byline"),
        generation=engine.snapshot.generation,
        inputs=engine.snapshot.manifest.inputs[:_INPUTS_SHOWN],
        reranker=engine.settings.rerank,
        llm=engine.settings.llm,
    )


def ask_all(
    engine: Engine,
    questions: Path,
    answers: Path,
    progress: BatchProgress,
    *,
    fresh: bool = False,
    timings: bool = False,
) -> BatchReport:
    """Ask every question of a file that has no answer in `answers` yet.

    Args:
        engine: what answers.
        questions: JSONL, as `api.batch_lines` reads it.
        answers: the file to append to; it is made where it is not there.
        progress: told how it goes on.
        fresh: begin anew where answers are there.
        timings: add to each line how long its answer took, which differs from run to run.

    Raises:
        BatchError: a file cannot be read or written, or is no file of answers.
        AnswersInUse: another run writes to it.
        OtherAnswers: the answers there were made with something else, or of other questions.
        LlmError: the language model that a line asks for cannot be used.
    """
    made = made_with(engine)
    report = BatchReport(questions=sum(1 for _ in read_questions(questions)))
    with _alone(answers):
        kept = _read_kept(answers, made, fresh)
        _refuse_other_questions(kept, questions, answers)
        report.kept = kept.count
        progress.begin(report)
        began = time.monotonic()
        with _Answers(answers, kept.whole) as file:
            for number, asked in read_questions(questions):
                if kept.of(number) == _NONE:
                    done = asked if isinstance(asked, BadLine) else _answer(engine, number, asked, made, timings)
                    _count(report, done, progress)
                    if isinstance(done, AnsweredLine):
                        file.append(done)
                report.seconds = round(time.monotonic() - began, 3)
                progress.advance(report)
    return report


def _answer(engine: Engine, number: int, asked: BatchAsk, made: MadeWith, timings: bool) -> AnsweredLine | BadLine:
    """The line of an answer, or why there can be none."""
    try:
        answer = engine.ask(asked)
    except (QuestionError, NotFound) as error:
        return BadLine(number, str(error))
    return AnsweredLine(
        line=number,
        id=asked.id or str(number),
        asked=asked,
        made_with=made,
        answer=answer,
        timings_ms=answer.timings_ms if timings else None,
    )


def _count(report: BatchReport, done: AnsweredLine | BadLine, progress: BatchProgress) -> None:
    if isinstance(done, BadLine):
        report.bad += 1
        progress.pass_by(done)
    elif done.answer.status == "answered":
        report.answered += 1
    else:
        report.abstained += 1


class _Answers:
    """The file of answers, open at the end of its whole lines; a line is with the system before the next is asked."""

    def __init__(self, path: Path, whole: int) -> None:
        self._path = path
        try:
            self._file = path.open("ab")
            self._file.truncate(whole)
        except OSError as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> "_Answers":
        return self

    def __exit__(self, *_: object) -> None:
        with self._file as file:
            os.fsync(file.fileno())

    def append(self, line: AnsweredLine) -> None:
        """Add a line at the end."""
        try:
            self._file.write(line.as_json().encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> BatchError:
        return BatchError(
            f"{self._path} cannot be written: {error.strerror}. Make room or give --out another name; the same command "
            "goes on from there."
        )


@contextmanager
def _alone(answers: Path) -> Iterator[None]:
    """Keep every other run from this file of answers; the lock dies with its process."""
    beside = answers.with_name(f"{answers.name}.lock")
    lock = FileLock(beside, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise AnswersInUse(f"Another run writes to {answers}. Wait for it, or give --out another name.") from error
    except OSError as error:
        raise BatchError(f"{beside} cannot be written: {error.strerror}. Give --out another name.") from error
    try:
        yield
        beside.unlink(missing_ok=True)
    finally:
        lock.release()


def _read_kept(answers: Path, made: MadeWith, fresh: bool) -> _Kept:
    """What an earlier run has answered; a last line that is not whole does not count, and with `fresh` nothing does."""
    kept = _Kept()
    if not answers.exists():
        return kept
    try:
        with answers.open("rb") as file:
            start = file.read(len(_BEGIN))
            if start != _BEGIN[: len(start)]:
                raise BatchError(f"{answers} holds something else than answers. Give --out another name.")
            file.seek(0)
            for number, line in enumerate(() if fresh else file, start=1):
                if not line.endswith(b"\n"):
                    break
                kept.add(_kept_line(line, number, answers, made))
                kept.whole += len(line)
    except OSError as error:
        raise BatchError(f"{answers} cannot be read: {error.strerror}. Give --out another name.") from error
    return kept


def _kept_line(line: bytes, number: int, answers: Path, made: MadeWith) -> AnsweredLine:
    try:
        found = AnsweredLine.model_validate_json(line)
    except ValidationError as error:
        raise OtherAnswers(f"{answers}:{number} is no answer as this Byline writes them. {_AGAIN}") from error
    if unlike := found.made_with.unlike(made):
        raise OtherAnswers(f"{answers} was made with something else: {unlike}. {_AGAIN}")
    return found


def _refuse_other_questions(kept: _Kept, questions: Path, answers: Path) -> None:
    """Raise OtherAnswers where an answer is of another question than stands on its line now."""
    last = 0
    for number, asked in read_questions(questions):
        last = number
        before = kept.of(number)
        if before != _NONE and (isinstance(asked, BadLine) or before != _mark(asked.id or str(number), asked)):
            raise OtherAnswers(f"{answers} answers another question of line {number} than {questions} holds. {_AGAIN}")
    if any(kept.marks[last + 1 :]):
        raise OtherAnswers(f"{answers} answers more lines than {questions} holds. {_AGAIN}")


def _mark(name: str, asked: BatchAsk) -> int:
    """Eight bytes that stand for a question and its id; never `_NONE`."""
    given = json.dumps([name, what_is_asked(asked)], sort_keys=True)
    return int.from_bytes(hashlib.sha256(given.encode()).digest()[:8], "big") | 1
