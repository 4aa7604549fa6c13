"""What is no question is refused before any work is done on it, with a sentence that says what to do."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import Ask, Turn
from rag.check import check_question
from rag.engine import Engine
from rag.errors import EmptyQuestion, QuestionError, QuestionTooLong, UnreadableQuestion

MOST_WORDS = 2000


@pytest.mark.parametrize("question", ["", " \n\t ", "?", "… — !", "。"])
def test_a_question_without_a_word_is_empty(question: str) -> None:
    with pytest.raises(EmptyQuestion, match=r"Ask .*\.$"):
        check_question(Ask(question=question), MOST_WORDS)


def test_a_question_of_ten_thousand_words_is_too_long() -> None:
    with pytest.raises(QuestionTooLong, match=r"more than 2000 words.*\.$"):
        check_question(Ask(question="why " * 10_000), MOST_WORDS)


def test_a_question_may_be_as_long_as_allowed() -> None:
    check_question(Ask(question="why " * MOST_WORDS), MOST_WORDS)


@pytest.mark.parametrize("question", ["a\x00b", "a\ud800b", "\udfffa"])
def test_characters_that_are_no_text_are_refused(question: str) -> None:
    unreadable = Ask.model_construct(question=question, history=[])
    with pytest.raises(UnreadableQuestion, match=r"NUL.*\.$"):
        check_question(unreadable, MOST_WORDS)


def test_the_history_is_read_too() -> None:
    with pytest.raises(UnreadableQuestion):
        check_question(Ask(question="why?", history=[Turn(role="user", content="a\x00")]), MOST_WORDS)


@given(question=st.text())
def test_any_text_is_accepted_or_refused_by_name(question: str) -> None:
    with suppress(QuestionError):
        check_question(Ask(question=question), MOST_WORDS)


@pytest.mark.parametrize(
    ("question", "error"), [("", EmptyQuestion), ("why " * 10_000, QuestionTooLong), ("a\x00", UnreadableQuestion)]
)
def test_the_engine_refuses_them(digest_engine: Engine, question: str, error: type[QuestionError]) -> None:
    with pytest.raises(error):
        digest_engine.ask(Ask(question=question))


@pytest.mark.parametrize(
    "question", ["ي", "😀 a 😀", "a" * 5000, "1", "%s {0} \\ ' OR 1=1", "<b>schools</b>", "ﬁ ½ ﷽ b"]
)
def test_the_engine_answers_or_abstains_from_anything_else(digest_engine: Engine, question: str) -> None:
    assert digest_engine.ask(Ask(question=question)).status in {"answered", "abstained"}
