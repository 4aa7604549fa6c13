"""An abstention names who does write about it, as data that a surface can offer."""

import pytest

from rag.answer import Answer, Ask, Filters
from rag.engine import Engine

ELSEWHERE = "what did Mark Rogers say about zombie social work?"
NOWHERE = "what did Lisa Harker say about lighthouses?"


@pytest.fixture(scope="module")
def silent(digest_engine: Engine) -> Answer:
    answer = digest_engine.ask(Ask(question=ELSEWHERE))
    assert answer.reason == "not_by_this_person", answer.answer
    return answer


def test_who_does_write_about_it_is_suggested_with_the_piece(silent: Answer, digest_engine: Engine) -> None:
    assert silent.suggestions
    people = {person.id: person for person in digest_engine.snapshot.people()}
    for suggestion in silent.suggestions:
        assert suggestion.name in silent.answer
        assert (suggestion.section_id, suggestion.section) in {
            (piece.id, piece.title) for piece in people[suggestion.id].sections
        }
    assert "Mark Rogers" not in {suggestion.name for suggestion in silent.suggestions}


def test_who_is_suggested_has_an_answer(silent: Answer, digest_engine: Engine) -> None:
    first = silent.suggestions[0]
    asked = ELSEWHERE.replace("Mark Rogers", first.name)
    answer = digest_engine.ask(Ask(question=asked, filters=Filters(people=[first.id])))
    assert answer.status == "answered"
    assert answer.suggestions == []


def test_where_nobody_writes_about_it_nobody_is_suggested(digest_engine: Engine) -> None:
    assert digest_engine.ask(Ask(question=NOWHERE)).suggestions == []


def test_an_answer_that_was_kept_before_there_were_suggestions_is_still_one(silent: Answer) -> None:
    kept = silent.model_dump(mode="json", exclude={"suggestions"})
    assert Answer.model_validate(kept).suggestions == []
