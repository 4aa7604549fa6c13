"""What other tools of evaluation read: samples of RAGAS, a run and qrels of trec_eval."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ir_measures
import pytest
from ir_measures import Success

from api.batch import BatchReport, ask_all
from api.batch_lines import BadLine
from eval.errors import EvalError
from eval.exports import (
    QRELS,
    RUN,
    Document,
    RagasSample,
    Unit,
    export_trec,
    passages_of,
    ragas_samples,
    sections_of,
    trec_qrels,
)
from eval.finding import byline_finder, eval_finding
from eval.schema import Question, load_questions
from index.settings import PACKAGE_ROOT, Settings
from rag.answer import Ask
from rag.engine import Engine
from rag.resolve import resolve
from tests.api.command import byline, help_of

Make = Callable[..., Question]
TRAINING = PACKAGE_ROOT / "eval" / "questions" / "first.jsonl"
LAMP = Document("lamps/keeping-the-lamp", "001_lamps.txt", (2, 9))


class Silent:
    """Progress that nobody looks at."""

    def begin(self, report: BatchReport) -> None: ...

    def pass_by(self, line: BadLine) -> None: ...

    def advance(self, report: BatchReport) -> None: ...


def put(path: Path, questions: list[Question]) -> Path:
    path.write_text("".join(f"{each.model_dump_json(exclude_defaults=True)}\n" for each in questions), "utf-8")
    return path


def _rows(read: Callable[[str], Any], path: Path) -> list[Any]:
    """What ir_measures reads of a file."""
    return list(read(str(path)))


@pytest.mark.parametrize(
    ("document", "holds"),
    [
        (LAMP, True),
        (replace(LAMP, lines=(1, 2)), True),
        (replace(LAMP, lines=(3, 9)), False),
        (replace(LAMP, lines=(1, 1)), False),
        (replace(LAMP, lines=None), False),
        (replace(LAMP, file="002_bells.txt"), False),
    ],
)
def test_a_document_is_relevant_where_it_overlaps_the_lines_of_a_gold(
    question: Make, document: Document, holds: bool
) -> None:
    assert trec_qrels(question(), [document]) == (["t-1 0 lamps/keeping-the-lamp 1"] if holds else [])


def test_every_passage_has_an_address_of_its_own_that_can_be_resolved(digest_engine: Engine) -> None:
    snapshot = digest_engine.snapshot
    ids = [document.id for document in passages_of(digest_engine)]
    assert len(set(ids)) == len(ids) == snapshot.manifest.counts["passages"]
    assert {resolve(snapshot, ids[place]).status for place in (0, len(ids) // 2, -1)} == {"held"}


def test_the_sections_of_a_digest_stand_for_lines_of_the_full_text(digest_engine: Engine, engine: Engine) -> None:
    assert all(document.lines is None for document in passages_of(digest_engine))
    of_text = {document.id: document for document in sections_of(engine)}
    shared = [document for document in sections_of(digest_engine) if document.id in of_text and document.lines]
    assert len(shared) > 50
    for document in shared:
        assert document.file == of_text[document.id].file
    overlapping = [
        d for d in shared if d.lines and (t := of_text[d.id].lines) and d.lines[0] <= t[1] and d.lines[1] >= t[0]
    ]
    assert len(overlapping) >= 0.95 * len(shared)


@pytest.mark.parametrize("by", ["passage", "section"])
def test_trec_measures_what_we_measure(engine: Engine, tmp_path: Path, by: Unit) -> None:
    questions = [question for question in load_questions([TRAINING]) if question.answerable][:24]
    steps: list[int] = []
    assert export_trec(engine.fast, questions, tmp_path, by, 10, lambda: steps.append(1)) == len(steps) == 24
    run = _rows(ir_measures.read_trec_run, tmp_path / RUN)
    qrels = _rows(ir_measures.read_trec_qrels, tmp_path / QRELS)
    assert {row.query_id for row in qrels} == {question.id for question in questions}
    assert len({(row.query_id, row.doc_id) for row in run}) == len(run)
    ours = {row.id: row.passage_1 for row in eval_finding("Byline", byline_finder(engine.fast), questions).rows}
    theirs = {row.query_id: row.value for row in ir_measures.iter_calc([Success @ 1], qrels, run)}
    if by == "passage":
        assert theirs == ours
        assert 0 < sum(theirs.values()) < 24
    else:
        assert all(theirs[name] >= value for name, value in ours.items())
        assert sum(theirs.values()) > sum(ours.values())


def test_a_run_is_in_the_order_of_what_is_found(engine: Engine, tmp_path: Path) -> None:
    (question,) = load_questions([TRAINING])[:1]
    export_trec(engine, [question], tmp_path, "passage", 20)
    fields = [line.split(" ") for line in (tmp_path / RUN).read_text("utf-8").splitlines()]
    assert 10 < len(fields) <= 20
    assert [int(rank) for _, _, _, rank, _, _ in fields] == list(range(1, len(fields) + 1))
    scores = [float(score) for *_, score, _ in fields]
    assert scores == sorted(set(scores), reverse=True)
    first = engine.find(Ask(question=question.question), 20)[0].passage
    assert fields[0][2].startswith(f"{first.section_id}/p")
    assert {(fields[0][0], fields[0][1], fields[0][5])} == {(question.id, "Q0", "byline")}


@pytest.mark.parametrize(
    ("ids", "says"), [(("a", "a"), "Two questions"), (("a b", "c"), "blanks"), (("", "c"), "blanks")]
)
def test_ids_that_trec_cannot_tell_apart_are_refused(
    digest_engine: Engine, question: Make, tmp_path: Path, ids: tuple[str, ...], says: str
) -> None:
    with pytest.raises(EvalError, match=says):
        export_trec(digest_engine, [question(id=each) for each in ids], tmp_path)
    assert not list(tmp_path.iterdir())


def test_where_nothing_holds_a_gold_the_reason_is_given(digest_engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"BYLINE_TEXTS.*by section"):
        export_trec(digest_engine, load_questions([TRAINING]), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def asked(engine: Engine, tmp_path: Path) -> tuple[Path, Path, list[Question]]:
    """Answers of a follow-up, of a question that has an answer, of one that has none, and of one without golds."""
    first, follow_ups = load_questions([TRAINING]), load_questions([TRAINING.with_name("followups.jsonl")])
    chosen = [follow_ups[0], first[0], next(question for question in first if not question.answerable)]
    path = put(tmp_path / "q.jsonl", chosen)
    answers = tmp_path / "a.jsonl"
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"question": "who writes about adoption?", "id": "plain"}) + "\n")
    assert ask_all(engine.fast, path, answers, Silent()).asked == 4
    return answers, path, chosen


def test_a_sample_holds_what_was_asked_found_and_answered(
    engine: Engine, asked: tuple[Path, Path, list[Question]]
) -> None:
    answers, _, chosen = asked
    samples = list(ragas_samples(engine.fast, answers, chosen))
    lines = [json.loads(line) for line in answers.read_text("utf-8").splitlines()]
    assert [sample.response for sample in samples] == [line["answer"]["answer"] for line in lines]
    follow_up, whole, without, plain = samples
    assert follow_up.user_input == lines[0]["answer"]["standalone_question"] != chosen[0].question
    assert whole.user_input == chosen[1].question
    for sample in samples:
        assert len(sample.retrieved_contexts) == len(sample.retrieved_context_ids) == 8
    for sample, question in zip(samples[:2], chosen, strict=False):
        assert sample.reference == "; ".join(spellings[0] for spellings in question.facts)
        assert sample.reference_contexts is not None
        assert len(sample.reference_contexts) == len(question.gold)
        assert sample.reference_context_ids
    for sample in (without, plain):
        assert (sample.reference, sample.reference_contexts, sample.reference_context_ids) == (None, None, None)


def test_the_lines_of_a_gold_are_those_of_the_file(
    engine: Engine, texts: Path, asked: tuple[Path, Path, list[Question]]
) -> None:
    answers, _, chosen = asked
    sample = list(ragas_samples(engine.fast, answers, chosen))[1]
    (gold,) = chosen[1].gold[:1]
    (path,) = texts.glob(f"{gold.doc}*.txt")
    lines = path.read_text("utf-8").split("\n")[gold.start_line - 1 : gold.end_line]
    assert sample.reference_contexts is not None
    assert sample.reference_contexts[0] == "\n".join(lines).strip() != ""


def test_answers_of_another_generation_or_question_are_refused(
    engine: Engine, asked: tuple[Path, Path, list[Question]]
) -> None:
    answers, _, chosen = asked
    other = [chosen[0].model_copy(update={"question": "another?"})]
    with pytest.raises(EvalError, match="another question"):
        list(ragas_samples(engine.fast, answers, other))
    lines = [json.loads(line) for line in answers.read_text("utf-8").splitlines()]
    lines[2]["made_with"]["generation"] = "gen-0"
    answers.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    with pytest.raises(EvalError, match=r":3 was made from gen-0"):
        list(ragas_samples(engine.fast, answers))
    answers.write_text('{"question": "mine"}\n', "utf-8")
    with pytest.raises(EvalError, match="no answer of"):
        list(ragas_samples(engine.fast, answers))


@pytest.mark.parametrize("command", ["ragas", "trec"])
def test_a_command_has_an_example(command: str) -> None:
    ran = help_of("export", command)
    assert ran.code == 0
    assert f"byline export {command}" in ran.out


def test_the_commands_write_what_their_tools_read(
    engine: Engine, settings: Settings, asked: tuple[Path, Path, list[Question]], tmp_path: Path
) -> None:
    answers, _, chosen = asked
    given: dict[str, Any] = {"settings": settings, "BYLINE_RERANK": "off", "OMP_NUM_THREADS": "1"}
    questions, samples, folder = (
        put(tmp_path / "g.jsonl", chosen),
        tmp_path / "samples.jsonl",
        tmp_path / "new" / "trec",
    )
    ran = byline("export", "ragas", str(answers), "--questions", str(questions), "--out", str(samples), **given)
    assert (ran.code, "4 samples, 2 with a reference" in ran.err) == (0, True)
    for line in samples.read_text("utf-8").splitlines():
        assert None not in json.loads(line).values()
        RagasSample.model_validate_json(line)
    ran = byline("export", "trec", str(questions), "--out", str(folder), "--by", "section", **given)
    assert (ran.code, "of 2 questions" in ran.err) == (0, True)
    assert sorted(path.name for path in folder.iterdir()) == [QRELS, RUN]
    assert _rows(ir_measures.read_trec_run, folder / RUN)
