"""Of a question about several people, each is asked their own clause, and all are asked what is said of all."""

import pytest

from rag.people import Mention
from rag.sides import own_words


def mentions(text: str, *names: str) -> list[Mention]:
    """A mention of each name where it first stands."""
    return [Mention(at := text.index(name), at + len(name), name, (), "full name") for name in names]


@pytest.mark.parametrize(
    ("question", "ada", "edwin"),
    [
        (
            "What does Ada say about the stove, and what does Edwin want painters to do?",
            "What does Ada say about the stove",
            "what does Edwin want painters to do?",
        ),
        (
            "Ada writes on stoves while Edwin prefers paint. Why does each of them care?",
            "Ada writes on stoves Why does each of them care?",
            "Edwin prefers paint. Why does each of them care?",
        ),
        (
            "Ada at Gull Point and Edwin at the harbour both paint towers. What colour?",
            "Ada at Gull Point both paint towers. What colour?",
            "Edwin at the harbour both paint towers. What colour?",
        ),
        (
            "What does the stove mean to Ada and what does Edwin want painters to do?",
            "What does the stove mean to Ada",
            "what does Edwin want painters to do?",
        ),
        ("Ada blames the oil. Does Edwin blame the rope?", "Ada blames the oil.", "Does Edwin blame the rope?"),
    ],
)
def test_a_clause_that_names_one_asks_that_one(question: str, ada: str, edwin: str) -> None:
    assert own_words(question, mentions(question, "Ada", "Edwin")) == (ada, edwin)


@pytest.mark.parametrize(
    "question",
    [
        "Do Ada and Edwin agree on winter stoves?",
        "How do Ada and Edwin differ on rope?",
        "How does Ada keep a tower warm, and how does Edwin?",
        "Compare what Ada and Edwin say about paint.",
        "Which of the two, Ada or Edwin, talks about painters who turn keepers?",
        "In their two essays, do Ada and Edwin see the stove as a luxury?",
    ],
)
def test_what_is_asked_of_both_is_the_whole_question(question: str) -> None:
    asked = own_words(question, mentions(question, "Ada", "Edwin"))
    assert asked[1] == ""
    assert asked[0] in ("", question.split(",")[0])


def test_a_clause_that_points_back_is_asked_with_what_it_points_at() -> None:
    question = "What does Ada say about the bell, and what would Edwin paint on it?"
    assert own_words(question, mentions(question, "Ada", "Edwin")) == ("What does Ada say about the bell", "")


def test_nobody_is_asked_nothing() -> None:
    assert own_words("What about the bell?", []) == ()
    assert own_words("", []) == ()
