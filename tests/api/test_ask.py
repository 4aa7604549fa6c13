"""POST /v1/ask answers as the contract says."""

from typing import Any

import httpx
import pytest

from rag.answer import Answer

HARKER = "what did Harker say about schools?"


def asked(client: httpx.Client, **body: Any) -> Answer:
    response = client.post("/v1/ask", json=body)
    assert response.status_code == 200, response.text
    return Answer.model_validate_json(response.content)


@pytest.fixture(scope="module")
def answer(client: httpx.Client) -> Answer:
    return asked(client, question=HARKER)


def test_an_answer_names_who_said_it(answer: Answer) -> None:
    assert answer.status == "answered"
    assert answer.citations[0].authors == ["Lisa Harker"]


def test_every_sentence_has_a_citation_that_is_there(answer: Answer) -> None:
    ids = {citation.id for citation in answer.citations}
    assert answer.sentences
    assert all(sentence.citations and set(sentence.citations) <= ids for sentence in answer.sentences)


def test_a_quote_is_what_its_section_holds_at_its_offsets(client: httpx.Client, answer: Answer) -> None:
    for citation in answer.citations:
        section = client.get(f"/v1/sections/{citation.section_id}").json()
        assert section["text"][citation.start - section["start"] : citation.end - section["start"]] == citation.quote


def test_a_citation_leads_to_its_place_on_the_page(answer: Answer) -> None:
    for citation in answer.citations:
        assert citation.url == f"/#/sections/{citation.section_id}?start={citation.start}&end={citation.end}"


def test_a_question_nobody_here_answers_is_abstained_from(client: httpx.Client) -> None:
    answer = asked(client, question="how far can a zebra jump on Neptune?")
    assert (answer.status, answer.citations) == ("abstained", [])
    assert answer.reason is not None
    assert answer.answer


def test_a_question_can_follow_another(client: httpx.Client, answer: Answer) -> None:
    history = [{"role": "user", "content": HARKER}, {"role": "assistant", "content": answer.answer}]
    assert asked(client, question="what did she say about schools?", history=history).question


def test_a_filter_keeps_to_its_volume(client: httpx.Client, answer: Answer) -> None:
    volume = answer.citations[0].volume_id
    filtered = asked(client, question=HARKER, filters={"volumes": [volume]})
    assert {citation.volume_id for citation in filtered.citations} <= {volume}
