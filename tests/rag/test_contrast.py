"""Two things that a question sets side by side are found, told apart, and answered from a piece each."""

import shutil
from collections.abc import Iterator

import pytest

from index.build import build_index
from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import RERANK_OFF, Settings
from rag.answer import Answer, Ask
from rag.contrast import Side, sides_of
from rag.engine import Engine
from rag.people import find_people
from tests.conftest import SilentProgress
from tests.index.collection import DATA, make_collection
from tests.rag.conftest import KEEPERS

MOST_WORDS = 220


@pytest.fixture(scope="module")
def slipway(digest_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine over unsigned posts of two places, and the keepers' signed papers."""
    models = ensure_export(digest_settings.home, DEFAULT_MODEL).parent
    collection = make_collection(tmp_path_factory.mktemp("slipway") / "collection", models)
    shutil.copy(DATA / "slipway-posts.txt", collection.texts)
    shutil.copy(KEEPERS, collection.texts / "keepers-papers.txt")
    collection.put_catalogue("slipway-posts", "keepers-papers")
    build_index(collection.settings, SilentProgress())
    engine = Engine.open(collection.settings)
    yield engine
    engine.snapshot.close()


@pytest.fixture(scope="module", params=["reranked", "fast"])
def either(request: pytest.FixtureRequest, slipway: Engine) -> Engine:
    """With the reranker, then without."""
    assert slipway.settings.rerank != RERANK_OFF
    return slipway if request.param == "reranked" else slipway.fast


def sides(engine: Engine, question: str) -> tuple[Side, ...]:
    """The two sides of a question."""
    return sides_of(question, find_people(question, engine.lexicon), engine.lexicon)


def pieces(answer: Answer) -> list[str]:
    """The titles of the pieces cited, in order."""
    return list(dict.fromkeys(citation.section for citation in answer.citations))


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (
            "How did Kelmouth and Dunwater each mend the crane?",
            ("How did Kelmouth mend the crane?", "How did Dunwater mend the crane?"),
        ),
        (
            "do the Kelmouth post and the one on apprentices differ over cranes",
            ("do the Kelmouth post differ over cranes", "do the one on apprentices differ over cranes"),
        ),
        (
            "What is the crane like in Kelmouth and in Dunwater?",
            ("What is the crane like in Kelmouth?", "What is the crane like in Dunwater?"),
        ),
        (
            "What did Kelmouth lose in the storm, and how did Dunwater teach its apprentices?",
            ("What did Kelmouth lose in the storm", "how did Dunwater teach its apprentices"),
        ),
        (
            "Compare the Kelmouth post with the post on lanterns.",
            ("Compare the Kelmouth post.", "Compare the post on lanterns."),
        ),
    ],
)
def test_a_question_is_put_to_each_side_alone(slipway: Engine, question: str, asked: tuple[str, str]) -> None:
    assert tuple(side.asked for side in sides(slipway, question)) == asked


@pytest.mark.parametrize(
    "question",
    [
        "How do boats and painters both suffer in winter?",
        "What did Kelmouth lose, and why?",
        "What did Kelmouth lose, and what did it do about it?",
        "Why are ropes dried and waxed?",
        "How did Atlantis and Lyonesse each mend the crane?",
        "Does Edwin Thorne think both coats are needed?",
        "",
    ],
)
def test_what_names_no_two_pieces_has_no_sides(slipway: Engine, question: str) -> None:
    assert sides(slipway, question) == ()


def test_a_side_that_is_a_person_is_asked_for_their_own_words(slipway: Engine) -> None:
    thorne, place = sides(slipway, "Ada Thorne and the Kelmouth post both want something bought. What does each want?")
    assert [person.name for person in thorne.people] == ["Ada Thorne"]
    assert (place.people, len(place.names)) == ((), 1)


def test_a_name_said_of_several_is_asked_of_each(slipway: Engine) -> None:
    found = sides(slipway, "What do the Thornes say of winter?")
    assert [{person.name for person in side.people} for side in found] == [{"Ada Thorne", "Edwin Thorne"}] * 2


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        (
            "What of the crane at Kelmouth and at Dunwater?",
            "A winter without the crane",
            "What the apprentices taught us",
        ),
        (
            "Who mends the crane at Dunwater, and who is to buy one for Kelmouth?",
            "What the apprentices taught us",
            "A winter without the crane",
        ),
        (
            "What do Ada Thorne and the Kelmouth post each say about a cold winter and storm damage?",
            "COLD TOWERS",
            "A winter without",
        ),
    ],
)
def test_each_side_is_answered_from_its_own_piece(either: Engine, question: str, first: str, second: str) -> None:
    answer = either.ask(Ask(question=question))
    found = pieces(answer)
    assert len(found) == 2
    assert found[0].casefold().startswith(first.casefold())
    assert found[1].casefold().startswith(second.casefold())
    assert len(answer.answer.split()) <= MOST_WORDS


def test_where_one_side_is_not_written_about_the_question_is_answered_as_any_other(slipway: Engine) -> None:
    answer = slipway.ask(Ask(question="How much did Kelmouth and Dunwater each pay for their telescopes?"))
    assert answer.status == "abstained"


def test_a_follow_up_is_not_cut_in_two(slipway: Engine) -> None:
    asked = slipway.ask(Ask(question="Why is there no crane at Kelmouth?"))
    history = [{"role": "user", "content": "Why is there no crane at Kelmouth?"}]
    again = slipway.ask(Ask.model_validate({"question": "and what do they want?", "history": history}))
    assert asked.status == "answered"
    assert len(pieces(again)) <= 2
