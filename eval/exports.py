"""Answers and searches in the forms that other tools of evaluation read.

In: the answers of an offline run, or questions with their golds. Out:

- samples as RAGAS has them (`SingleTurnSample`, one JSON object a line; Es and others 2023, arXiv:2309.15217);
- a run and qrels as trec_eval reads them (`qid Q0 docid rank score tag` and `qid 0 docid rel`).

A document of TREC is a passage, known by the address of its first sentence (`byline cite` resolves it), or a section,
known by its id. What is relevant is what overlaps the lines of a gold.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO

from pydantic import BaseModel, ValidationError

from api.batch import made_with
from api.batch_lines import AnsweredLine, read_lines
from eval.errors import EvalError
from eval.finding import passage_places
from eval.schema import Gold, Question
from index.catalogue import FILE, load_catalogue
from index.records import PassageRecord
from index.snapshot import Snapshot
from rag.address import address_of
from rag.answer import Ask
from rag.engine import Engine
from rag.retrieve import DEPTH

CONTEXTS = 8
"""So many passages are what an answer was composed from, and the contexts of a sample."""
TAG = "byline"
RUN, QRELS = "run.txt", "qrels.txt"
Unit = Literal["passage", "section"]


class RagasSample(BaseModel):
    """One turn as RAGAS reads it; None, and left out of its line, where it is not known."""

    user_input: str
    """The question; one that leans on a conversation as it would be asked alone."""
    response: str
    retrieved_contexts: list[str]
    """The passages found, best first."""
    retrieved_context_ids: list[str]
    reference: str | None = None
    """The facts that a right answer states, each in its first spelling."""
    reference_contexts: list[str] | None = None
    """The lines of the golds, as they stand in the files."""
    reference_context_ids: list[str] | None = None
    """The passages that overlap these lines."""


@dataclass(frozen=True, slots=True)
class Document:
    """What can be found: a passage or a section, with the lines of the full text that it covers."""

    id: str
    file: str
    lines: tuple[int, int] | None
    """None where they are not known, as of a passage of a digest."""

    def holds(self, gold: Gold) -> bool:
        """Whether it overlaps the lines of a gold."""
        return (
            self.lines is not None
            and self.file.startswith(gold.doc)
            and self.lines[0] <= gold.end_line
            and self.lines[1] >= gold.start_line
        )


def ragas_samples(engine: Engine, answers: Path, questions: Sequence[Question] = ()) -> Iterator[RagasSample]:
    """A sample for every answer of an offline run, in its order; only what `questions` know by the same id has golds.

    Raises:
        EvalError: the file is none of answers, they were made from another generation, or a question of the same id
            asks something else.
    """
    known = {question.id: question for question in questions}
    documents = passages_of(engine) if questions else []
    for line in read_answers(answers, engine):
        question = known.get(line.id)
        if question is not None and question.question != line.asked.question:
            raise EvalError(f"{answers}: {line.id} answers another question than the one of that id. Check the files.")
        yield _sample(engine, line, question, documents)


def read_answers(path: Path, engine: Engine) -> Iterator[AnsweredLine]:
    """The answers of an offline run, one at a time.

    Raises:
        EvalError: a line is no answer, or was made from another generation than the engine's.
    """
    now = made_with(engine).generation, made_with(engine).inputs
    for number, line in read_lines(path):
        try:
            found = AnsweredLine.model_validate_json(line or b"")
        except ValidationError as error:
            raise EvalError(f"{path}:{number} is no answer of `byline ask --batch`. Check the name.") from error
        if (found.made_with.generation, found.made_with.inputs) != now:
            raise EvalError(
                f"{path}:{number} was made from {found.made_with.generation}, and the index is {now[0]} now. Ask again "
                "with `byline ask --batch`."
            )
        yield found


def trec_run(engine: Engine, question: Question, by: Unit, depth: int) -> list[str]:
    """What is found for a question, best first, as lines of a run.

    The score is one divided by the rank: the reranker reads the first passages only, and its scores and those of the
    passages after them are not on one scale.
    """
    hits = engine.find(Ask(question=question.question, history=question.history), depth)
    found = [passage_id(engine.snapshot, hit.passage) if by == "passage" else hit.passage.section_id for hit in hits]
    return [
        f"{question.id} Q0 {docid} {rank} {1 / rank:.6f} {TAG}" for rank, docid in enumerate(dict.fromkeys(found), 1)
    ]


def trec_qrels(question: Question, documents: Iterable[Document]) -> list[str]:
    """The documents that hold a gold of a question, as lines of qrels."""
    return [f"{question.id} 0 {document.id} 1" for document in documents if any(map(document.holds, question.gold))]


def export_trec(
    engine: Engine,
    questions: Sequence[Question],
    folder: Path,
    by: Unit = "passage",
    depth: int = DEPTH,
    progress: Callable[[], object] = lambda: None,
) -> int:
    """Write `run.txt` and `qrels.txt` of the questions that have an answer; how many these are.

    Raises:
        EvalError: two questions have one id, an id holds blanks, nothing that is indexed holds a gold, or the files
            cannot be written.
    """
    asked = [question for question in questions if question.answerable]
    _refuse_ids(asked)
    documents = passages_of(engine) if by == "passage" else sections_of(engine)
    judged = {question.id: trec_qrels(question, documents) for question in asked}
    if not any(judged.values()):
        raise EvalError(
            f"No {by} of the index holds a gold of these questions. Passages of a digest have no lines of the full "
            "text: set BYLINE_TEXTS and run `byline index`, or export by section."
        )
    with written(folder / RUN) as run, written(folder / QRELS) as qrels:
        for question in asked:
            run.writelines(f"{line}\n" for line in trec_run(engine, question, by, depth))
            qrels.writelines(f"{line}\n" for line in judged[question.id])
            progress()
    return len(asked)


def passages_of(engine: Engine) -> list[Document]:
    """All passages of the index."""
    snapshot, place_of = engine.snapshot, passage_places(engine)
    found = []
    for passage in snapshot.passages(range(len(snapshot.passage_sections))):
        place = place_of(passage)
        lines = place.lines if place.edition == "full text" else None
        found.append(Document(passage_id(snapshot, passage), place.file, lines))
    return found


def sections_of(engine: Engine) -> list[Document]:
    """All sections of the index; those of a digest with the lines of the full text that they are of."""
    files = {entry.id: entry.file for entry in load_catalogue(engine.settings.seeds / FILE)}
    found = []
    for section_id in engine.snapshot.section_refs:
        section = engine.snapshot.section(section_id)
        lines = section.lines if section.edition == "full text" else section.source_lines
        file = section.file if section.edition == "full text" else files.get(section.volume_id, section.file)
        found.append(Document(section_id, file, lines))
    return found


def passage_id(snapshot: Snapshot, passage: PassageRecord) -> str:
    """The address of a passage's first sentence; no other passage begins with it."""
    sentences = snapshot.sentences(passage.section_id)
    return str(address_of(passage.section_id, sentences[passage.first], sentences))


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """A file that takes its name when it is whole.

    Raises:
        EvalError: it cannot be written.
    """
    scratch = path.with_name(f"{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with scratch.open("w", encoding="utf-8") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except OSError as error:
        raise EvalError(f"{path} cannot be written: {error.strerror}. Give --out another name.") from error


def _sample(
    engine: Engine, line: AnsweredLine, question: Question | None, documents: Sequence[Document]
) -> RagasSample:
    passages = [hit.passage for hit in engine.find(line.asked, CONTEXTS)]
    golds = question.gold if question is not None else []
    facts = [spellings[0] for spellings in question.facts if spellings] if question is not None else []
    contexts = [text for gold in golds if (text := _lines_of(engine, gold))]
    return RagasSample(
        user_input=line.answer.standalone_question if line.asked.history else line.asked.question,
        response=line.answer.answer,
        retrieved_contexts=[passage.text for passage in passages],
        retrieved_context_ids=[passage_id(engine.snapshot, passage) for passage in passages],
        reference="; ".join(facts) or None,
        reference_contexts=contexts or None,
        reference_context_ids=[d.id for d in documents if any(map(d.holds, golds))] or None,
    )


def _lines_of(engine: Engine, gold: Gold) -> str:
    """The lines of a gold; nothing where its volume is not here, or only as a digest."""
    for volume in engine.snapshot.volumes():
        if volume.edition == "full text" and volume.file.startswith(gold.doc):
            lines = engine.snapshot.source(volume.id).split("\n")[gold.start_line - 1 : gold.end_line]
            return "\n".join(lines).strip()
    return ""


def _refuse_ids(questions: Sequence[Question]) -> None:
    """Raise EvalError where the ids cannot stand in files whose fields blanks divide."""
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            raise EvalError(f"Two questions have the id {question.id!r}, and TREC knows them by it. Change one.")
        if len(question.id.split()) != 1 or question.id.split()[0] != question.id:
            raise EvalError(f"The id {question.id!r} holds blanks, which divide the fields of TREC. Change it.")
        seen.add(question.id)
