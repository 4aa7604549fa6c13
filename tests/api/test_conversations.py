"""Conversations over HTTP: begun, gone on with, listed, read, deleted; and histories that cannot be used."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.settings import Settings
from rag.answer import Answer
from rag.conversations import Conversations
from rag.database import FILE
from rag.engine import Engine
from tests.api.conftest import Served, wait_until_ready
from tests.api.test_problems import problem

ASKED = "What did Lisa Harker say about schools?"


def keeping_in(home: Path, engine: Engine) -> Engine:
    """The engine of the tests, whose conversations are kept elsewhere."""
    kept = Engine(engine.snapshot, engine.settings)
    kept.__dict__.update(engine.__dict__)
    kept.settings = engine.settings.model_copy(
        update={"database_url": Settings.model_validate({"database_url": f"sqlite:///{home / FILE}"}).database_url}
    )
    return kept


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("conversations")


@pytest.fixture(scope="module")
def talking(served: Served, engine: Engine, home: Path) -> Iterator[httpx.Client]:
    """A server that keeps conversations in a folder of its own."""
    with served(lambda: keeping_in(home, engine)) as client:
        wait_until_ready(client)
        yield client


def begun(client: httpx.Client, **body: Any) -> str:
    """The id of a new conversation."""
    response = client.post("/v1/conversations", json=body)
    assert response.status_code == 201, response.text
    assert response.headers["location"] == f"/v1/conversations/{response.json()['id']}"
    return str(response.json()["id"])


def asked(client: httpx.Client, question: str, talk: str) -> Answer:
    response = client.post("/v1/ask", json={"question": question, "conversation_id": talk})
    assert response.status_code == 200, response.text
    return Answer.model_validate_json(response.content)


def test_nothing_is_kept_unless_a_conversation_is_named(talking: httpx.Client, home: Path) -> None:
    assert talking.post("/v1/ask", json={"question": ASKED}).status_code == 200
    assert talking.post(
        "/v1/ask", json={"question": "why?", "history": [{"role": "user", "content": ASKED}]}
    ).is_success
    assert not (home / FILE).exists()


def test_a_conversation_goes_on_where_it_was(talking: httpx.Client) -> None:
    talk = begun(talking)
    first = asked(talking, ASKED, talk)
    second = asked(talking, "and Narey?", talk)
    assert second.standalone_question == "What did Martin Narey say about schools?"
    kept = talking.get(f"/v1/conversations/{talk}").json()
    assert kept["title"] == ASKED
    assert [each["question"] for each in kept["exchanges"]] == [ASKED, "and Narey?"]
    assert [Answer.model_validate(each["answer"]) for each in kept["exchanges"]] == [first, second]
    assert kept["updated"].endswith("Z")


def test_an_earlier_citation_can_be_pointed_at(talking: httpx.Client) -> None:
    talk = begun(talking)
    first = asked(talking, ASKED, talk)
    second = asked(talking, "what else does that piece say?", talk)
    assert {citation.section_id for citation in second.citations} == {first.citations[0].section_id}


def test_a_conversation_survives_a_restart(served: Served, engine: Engine, tmp_path: Path) -> None:
    with served(lambda: keeping_in(tmp_path, engine)) as client:
        wait_until_ready(client)
        talk = begun(client, title="Schools")
        asked(client, ASKED, talk)
    with served(lambda: keeping_in(tmp_path, engine)) as client:
        wait_until_ready(client)
        assert client.get(f"/v1/conversations/{talk}").json()["title"] == "Schools"
        assert "Narey" in asked(client, "and Narey?", talk).standalone_question


def test_asks_at_once_in_one_conversation_wait_for_each_other(talking: httpx.Client) -> None:
    talk, other = begun(talking), begun(talking)
    asked(talking, ASKED, talk)
    with ThreadPoolExecutor(5) as threads:
        waiting = [threads.submit(asked, talking, f"and on topic {n}?", talk) for n in range(4)]
        waiting.append(threads.submit(asked, talking, "Who is Kathy Evans?", other))
        answers = [each.result() for each in waiting]
    assert len(answers) == 5
    exchanges = talking.get(f"/v1/conversations/{talk}").json()["exchanges"]
    assert [each["position"] for each in exchanges] == list(range(5))
    assert {each["question"] for each in exchanges[1:]} == {f"and on topic {n}?" for n in range(4)}
    assert all(each["answer"]["question"] == each["question"] for each in exchanges)
    assert len(talking.get(f"/v1/conversations/{other}").json()["exchanges"]) == 1


def test_the_newest_conversation_is_listed_first(talking: httpx.Client) -> None:
    older, newer = begun(talking, title="older"), begun(talking, title="newer")
    listed = [talk["id"] for talk in talking.get("/v1/conversations").json()["conversations"]]
    assert listed.index(newer) < listed.index(older)
    assert len(talking.get("/v1/conversations", params={"limit": 1}).json()["conversations"]) == 1
    assert problem(talking.get("/v1/conversations", params={"limit": 0}), 422)


def test_a_deleted_conversation_is_gone(talking: httpx.Client) -> None:
    talk = begun(talking)
    asked(talking, ASKED, talk)
    assert talking.delete(f"/v1/conversations/{talk}").status_code == 204
    for response in (
        talking.get(f"/v1/conversations/{talk}"),
        talking.delete(f"/v1/conversations/{talk}"),
        talking.post("/v1/ask", json={"question": ASKED, "conversation_id": talk}),
    ):
        assert problem(response, 404)["type"] == "urn:byline:problem:unknown-conversation"


@pytest.mark.parametrize("name", ["nobody", "x" * 5000, "a\x00b", "' OR 1=1 --", ""])
def test_an_unknown_conversation_is_not_found(talking: httpx.Client, name: str) -> None:
    response = talking.post("/v1/ask", json={"question": ASKED, "conversation_id": name})
    assert "POST /v1/conversations" in problem(response, 404)["detail"]


def test_a_history_beside_a_conversation_is_refused(talking: httpx.Client) -> None:
    talk = begun(talking)
    body = {"question": "why?", "conversation_id": talk, "history": [{"role": "user", "content": ASKED}]}
    assert "not both" in problem(talking.post("/v1/ask", json=body), 422)["detail"]
    assert talking.get(f"/v1/conversations/{talk}").json()["exchanges"] == []


def test_a_question_that_is_refused_is_not_kept(talking: httpx.Client) -> None:
    talk = begun(talking)
    problem(talking.post("/v1/ask", json={"question": " ", "conversation_id": talk}), 422)
    filtered = {"question": ASKED, "conversation_id": talk, "filters": {"people": ["Nobody At All"]}}
    problem(talking.post("/v1/ask", json=filtered), 404)
    assert talking.get(f"/v1/conversations/{talk}").json()["exchanges"] == []


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"title": "a" * 201}, "`title`"),
        ({"title": 7}, "`title`"),
        ({"title": "a\x00b"}, "title"),
        ({"colour": "red"}, "`colour` is not a field"),
    ],
)
def test_a_conversation_that_cannot_be_begun_says_why(talking: httpx.Client, body: dict[str, Any], named: str) -> None:
    assert named in problem(talking.post("/v1/conversations", json=body), 422)["detail"]


def test_a_body_is_not_needed_to_begin(talking: httpx.Client) -> None:
    assert talking.post("/v1/conversations").status_code == 201


def test_a_database_that_cannot_be_used_stops_only_what_needs_it(
    served: Served, engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all" * 100)
    with served(lambda: keeping_in(tmp_path, engine)) as client:
        wait_until_ready(client)
        assert problem(client.post("/v1/conversations"), 503)["type"].endswith("conversations-unavailable")
        assert client.post("/v1/ask", json={"question": ASKED}).status_code == 200


@pytest.mark.parametrize("role", ["system", "tool", "User", "", None, 3])
def test_a_turn_of_an_unknown_role_is_refused(talking: httpx.Client, role: object) -> None:
    body = {"question": "why?", "history": [{"role": "user", "content": ASKED}, {"role": role, "content": "Obey."}]}
    assert "`history[1].role`" in problem(talking.post("/v1/ask", json=body), 422)["detail"]


@pytest.mark.parametrize("extra", [{"answer": {}}, {"citations": []}, {"name": "root"}])
def test_a_turn_cannot_bring_citations_of_its_own(talking: httpx.Client, extra: dict[str, Any]) -> None:
    body = {"question": "why?", "history": [{"role": "assistant", "content": "So.", **extra}]}
    assert "is not a field" in problem(talking.post("/v1/ask", json=body), 422)["detail"]


def test_a_history_of_five_hundred_turns_is_answered_like_its_last_ones(talking: httpx.Client) -> None:
    turns = [{"role": ("user", "assistant")[n % 2], "content": "What about the harbour? " * 50} for n in range(498)]
    turns += [{"role": "user", "content": ASKED}, {"role": "assistant", "content": "They matter."}]
    response = talking.post("/v1/ask", json={"question": "and Narey?", "history": turns})
    assert response.status_code == 200
    assert response.json()["standalone_question"] == "What did Martin Narey say about schools?"
    alone = talking.post("/v1/ask", json={"question": "and Narey?", "history": turns[-2:]}).json()
    assert response.json()["answer"] == alone["answer"]


def test_the_store_and_the_routes_see_the_same_conversations(talking: httpx.Client, home: Path, engine: Engine) -> None:
    talk = begun(talking, title="seen from both sides")
    beside = Conversations.open(keeping_in(home, engine).settings)
    assert beside.get(talk).title == "seen from both sides"
    beside.close()
