"""Feedback over HTTP and on the command line: given on answers, listed, exported as questions that can be asked."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from eval.from_feedback import questions_from, write_questions
from eval.metrics import score
from eval.schema import Question, load_questions
from index.catalogue import load_catalogue
from index.settings import Settings
from rag.answer import Answer, Ask
from rag.database import FILE, open_database
from rag.engine import Engine
from rag.feedback import FeedbackGiven
from rag.feedback_store import FeedbackStore
from tests.api.command import byline
from tests.api.conftest import Served, wait_until_ready
from tests.api.test_conversations import keeping_in
from tests.api.test_problems import problem

HARKER = "what did Lisa Harker say about schools?"
ZEBRA = "how far can a zebra jump on Neptune?"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("feedback")


@pytest.fixture(scope="module")
def telling(served: Served, engine: Engine, home: Path) -> Iterator[httpx.Client]:
    """A server that keeps feedback in a folder of its own."""
    with served(lambda: keeping_in(home, engine)) as client:
        wait_until_ready(client)
        yield client


@pytest.fixture(scope="module")
def answer(engine: Engine) -> Answer:
    return engine.ask(Ask(question=HARKER))


def as_sent(answer: Answer, **changes: Any) -> dict[str, Any]:
    return {**answer.model_dump(mode="json"), **changes}


@pytest.mark.parametrize("verdict", ["right", "wrong_person", "wrong_passage", "incomplete"])
def test_feedback_is_kept_with_its_answer(telling: httpx.Client, answer: Answer, verdict: str) -> None:
    given = telling.post(
        "/v1/feedback", json={"verdict": verdict, "answer": as_sent(answer), "comment": "Ring <b>twice</b>."}
    )
    assert given.status_code == 201, given.text
    assert given.json()["is_true"]
    (newest, *_) = telling.get("/v1/feedback").json()["feedback"]
    assert newest["id"] == given.json()["id"]
    assert (newest["verdict"], newest["comment"]) == (verdict, "Ring <b>twice</b>.")
    assert newest["answer"] == as_sent(answer)
    alone = telling.get("/v1/feedback", params={"verdict": verdict}).json()["feedback"]
    assert {said["verdict"] for said in alone} == {verdict}


def test_an_answer_of_a_conversation_is_known_by_its_id(telling: httpx.Client) -> None:
    talk = telling.post("/v1/conversations").json()["id"]
    answer = telling.post("/v1/ask", json={"question": HARKER, "conversation_id": talk}).json()
    given = telling.post("/v1/feedback", json={"verdict": "right", "answer_id": answer["id"]})
    assert given.status_code == 201, given.text
    telling.delete(f"/v1/conversations/{talk}")
    assert telling.get("/v1/feedback").json()["feedback"][0]["answer"] == answer


def test_an_answer_of_infinite_times_is_refused(telling: httpx.Client, answer: Answer) -> None:
    sent = json.dumps({"verdict": "right", "answer": as_sent(answer, timings_ms={"total": 7.5})})
    body = sent.replace("7.5", "1e999")
    response = telling.post("/v1/feedback", content=body, headers={"Content-Type": "application/json"})
    assert "infinite" in problem(response, 422)["detail"]
    assert telling.get("/v1/feedback").status_code == 200


def test_an_answer_that_is_made_up_is_not_true(telling: httpx.Client, answer: Answer) -> None:
    sent = as_sent(answer)
    sent["citations"][0]["quote"] = "Bells are loud."
    assert not telling.post("/v1/feedback", json={"verdict": "right", "answer": sent}).json()["is_true"]


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ({"verdict": "right"}, 422, "answer_id or answer"),
        ({"verdict": "fine", "answer_id": "0" * 32}, 422, "`verdict`"),
        ({"verdict": "right", "answer_id": "0" * 32}, 404, "Send the `answer` itself"),
        ({"verdict": "right", "answer_id": '%" OR 1=1'}, 404, "was kept"),
        ({"verdict": "right", "answer": {"id": "x"}}, 422, "`answer.question`"),
        ({"verdict": "right", "answer_id": "0" * 32, "comment": "a" * 5000}, 422, "`comment`"),
        ({"verdict": "right", "answer_id": "0" * 32, "comment": "a\x00"}, 422, "NUL"),
        ({"verdict": "right", "answer_id": "0" * 32, "sections": ["none"]}, 404, "`sections`"),
    ],
)
def test_what_cannot_be_kept_is_a_problem(telling: httpx.Client, body: dict[str, Any], status: int, named: str) -> None:
    assert named in problem(telling.post("/v1/feedback", json=body), status)["detail"]


@pytest.fixture
def store(tmp_path: Path, settings: Settings) -> FeedbackStore:
    url = Settings.model_validate({"database_url": f"sqlite:///{tmp_path / FILE}"}).database_url
    return FeedbackStore(open_database(settings.model_copy(update={"database_url": url})))


def exported(store: FeedbackStore, engine: Engine, path: Path) -> list[Question]:
    files = {entry.id: entry.file for entry in load_catalogue(engine.settings.seeds / "catalogue.toml")}
    write_questions(path, questions_from(store.newest(), engine.snapshot, files))
    return load_questions([path])


def test_a_right_answer_becomes_a_question_that_it_answers(
    store: FeedbackStore, engine: Engine, answer: Answer, tmp_path: Path
) -> None:
    store.add(FeedbackGiven(verdict="right", answer=answer), engine.snapshot)
    store.add(FeedbackGiven(verdict="right", answer=engine.ask(Ask(question=ZEBRA))), engine.snapshot)
    silent, answered = exported(store, engine, tmp_path / "out.jsonl")
    assert not silent.answerable
    assert answered.answerable
    assert {place.section for place in answered.gold} == {citation.section for citation in answer.citations}
    row = score(answered, answer, engine.snapshot.source, 1.0)
    assert row.right
    assert row.passage_hit


def test_a_wrong_answer_becomes_a_question_that_it_does_not_answer(
    store: FeedbackStore, engine: Engine, answer: Answer, tmp_path: Path
) -> None:
    (other, *_) = [
        ref.id
        for ref in engine.snapshot.section_refs.values()
        if ref.authors and ref.authors[0] not in ("Lisa Harker",) and ref.volume_id != answer.citations[0].volume_id
    ]
    store.add(FeedbackGiven(verdict="wrong_person", answer=answer, sections=[other]), engine.snapshot)
    (question,) = exported(store, engine, tmp_path / "out.jsonl")
    assert question.gold[0].authors == list(engine.snapshot.section_refs[other].authors)
    assert question.forbid == ["Lisa Harker"]
    assert not score(question, answer, engine.snapshot.source, 1.0).right


def test_what_readers_leave_open_is_to_be_filled_in(
    store: FeedbackStore, engine: Engine, answer: Answer, tmp_path: Path
) -> None:
    store.add(FeedbackGiven(verdict="wrong_passage", answer=answer, comment="It is elsewhere."), engine.snapshot)
    (question,) = exported(store, engine, tmp_path / "out.jsonl")
    assert question.gold == []
    assert question.model_extra is not None
    assert "It is elsewhere." in question.model_extra["note"]
    assert "Fill in gold" in question.model_extra["note"]


def test_the_last_word_on_an_answer_counts(
    store: FeedbackStore, engine: Engine, answer: Answer, tmp_path: Path
) -> None:
    store.add(FeedbackGiven(verdict="wrong_passage", answer=answer), engine.snapshot)
    store.add(FeedbackGiven(verdict="right", answer=answer), engine.snapshot)
    (question,) = exported(store, engine, tmp_path / "out.jsonl")
    assert question.gold


def test_what_is_not_true_is_nobody_s_gold(
    store: FeedbackStore, engine: Engine, answer: Answer, tmp_path: Path
) -> None:
    made_up = answer.model_copy(update={"citations": [answer.citations[0].model_copy(update={"quote": "Bells."})]})
    store.add(FeedbackGiven(verdict="right", answer=made_up), engine.snapshot)
    (question,) = exported(store, engine, tmp_path / "out.jsonl")
    assert question.gold == []


def test_the_command_line_lists_and_exports(
    settings: Settings, engine: Engine, store: FeedbackStore, answer: Answer, tmp_path: Path
) -> None:
    store.add(FeedbackGiven(verdict="right", answer=answer, comment="[bold]Ring[/bold]"), engine.snapshot)
    where = {"BYLINE_DATABASE_URL": f"sqlite:///{tmp_path / FILE}"}
    listed = byline("feedback", "list", settings=settings, **where)
    assert (listed.code, "[bold]Ring[/bold]" in listed.out) == (0, True), listed.err
    (said,) = json.loads(byline("feedback", "list", "--json", settings=settings, **where).out)
    assert said["answer"] == as_sent(answer)
    out = tmp_path / "out.jsonl"
    done = byline("feedback", "export", str(out), settings=settings, **where)
    assert (done.code, "1 question" in done.err) == (0, True), done.err
    assert [question.question for question in load_questions([out])] == [answer.standalone_question]
