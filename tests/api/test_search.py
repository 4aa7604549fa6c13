"""POST /v1/search finds passages and says why; GET /v1/people/{id} reads one person."""

from typing import Any

import httpx
import pytest

from rag.answer import Ask
from rag.engine import Engine
from rag.search import SearchAnswer
from tests.api.test_problems import problem

HARKER = "what did Lisa Harker say about schools?"


def searched(client: httpx.Client, **body: Any) -> SearchAnswer:
    response = client.post("/v1/search", json=body)
    assert response.status_code == 200, response.text
    return SearchAnswer.model_validate_json(response.content)


@pytest.fixture(scope="module")
def found(client: httpx.Client) -> SearchAnswer:
    return searched(client, question=HARKER, limit=12)


def test_passages_are_those_that_the_engine_finds(found: SearchAnswer, engine: Engine) -> None:
    hits = engine.find(Ask(question=HARKER), 12)
    assert [passage.text for passage in found.passages] == [hit.passage.text for hit in hits]
    assert [passage.scores.score for passage in found.passages] == pytest.approx([hit.score for hit in hits])
    assert [passage.scores.relevance is None for passage in found.passages] == [hit.relevance is None for hit in hits]


def test_a_passage_is_what_the_file_holds_there(found: SearchAnswer, engine: Engine) -> None:
    for passage in found.passages:
        source = engine.snapshot.source(passage.volume_id)
        assert passage.quote == source[passage.start : passage.end]
        assert passage.lines[0] == source.count("\n", 0, passage.start) + 1
        for citation in passage.best_sentence:
            assert source[citation.start : citation.end] == citation.quote
            assert passage.start <= citation.start < citation.end <= passage.end
            assert citation.authors == passage.authors


def test_it_says_who_is_asked_and_why(found: SearchAnswer) -> None:
    (asked,) = found.asked
    assert (asked.id, asked.mention) == ("lisa-harker", "Lisa Harker")
    for passage in found.passages:
        assert passage.authors == ["Lisa Harker"]
        assert passage.why[0] == "Lisa Harker wrote it, who is asked."
        assert all(word in HARKER for word in passage.words)
    assert any("schools" in passage.words for passage in found.passages)


def test_a_search_is_as_sure_as_the_answer(client: httpx.Client, found: SearchAnswer) -> None:
    answer = client.post("/v1/ask", json={"question": HARKER}).json()
    assert found.confidence == pytest.approx(answer["confidence"], abs=0.05)
    assert found.confidence >= found.answers_from
    assert {citation["section_id"] for citation in answer["citations"]} <= {p.section_id for p in found.passages}


def test_a_follow_up_says_what_it_is_about(client: httpx.Client) -> None:
    history = [{"role": "user", "content": HARKER}, {"role": "assistant", "content": "Teachers stand in front."}]
    found = searched(client, question="and what does she say about data?", history=history)
    assert found.standalone_question != found.question
    assert found.focus is not None
    assert [asked.id for asked in found.asked] == ["lisa-harker"]


def test_filters_and_limits_hold(client: httpx.Client, engine: Engine) -> None:
    volume = engine.snapshot.volumes()[0].id
    found = searched(client, question="what helps children?", filters={"volumes": [volume]}, limit=3)
    assert len(found.passages) == 3
    assert {passage.volume_id for passage in found.passages} == {volume}
    assert found.filters.volumes == [volume]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"question": " "}, 422),
        ({"question": "a", "limit": 0}, 422),
        ({"question": "a", "limit": 1000}, 422),
        ({"question": "a", "filters": {"sections": ["none"]}}, 404),
    ],
)
def test_what_cannot_be_searched_is_a_problem(client: httpx.Client, body: dict[str, Any], status: int) -> None:
    problem(client.post("/v1/search", json=body), status)


def test_a_person_is_read_by_id(client: httpx.Client, engine: Engine) -> None:
    everybody = client.get("/v1/people").json()["people"]
    for person in everybody[:5]:
        assert client.get(f"/v1/people/{person['id']}").json() == person
    assert "nobody-atall" in problem(client.get("/v1/people/nobody-atall"), 404)["detail"]
