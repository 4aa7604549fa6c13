"""Refusing what is no question, before any work is done on it."""

from rag.answer import Ask
from rag.errors import EmptyQuestion, QuestionTooLong, UnreadableQuestion


def check_question(ask: Ask, most_words: int) -> None:
    """Make sure that a question and its history can be read.

    Raises:
        EmptyQuestion, QuestionTooLong, UnreadableQuestion: named after what is wrong.
    """
    for text in (ask.question, *(turn.content for turn in ask.history)):
        if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
            raise UnreadableQuestion(
                "The question holds characters that are no text (NUL or half of a pair). Remove them."
            )
    if not any(char.isalnum() for char in ask.question):
        raise EmptyQuestion("The question is empty. Ask about somebody or something in the collection.")
    if len(ask.question.split()) > most_words:
        raise QuestionTooLong(f"The question has more than {most_words} words. Shorten it.")
