"""The conversation that a follow-up stands in, read from its thread.

In: a question, the answers given in its thread, and what people wrote there. Out: turns, as POST /v1/ask takes them:
what was said before we were first asked, then every question that we answered, with its answer. What people say to each
other meanwhile is not said to us.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from api.slack.given import Given, GivenAnswers
from api.slack.incoming import Question, words_of
from rag.answer import Turn

_MESSAGES = 200
_TURNS = 100
"""More than a question is read with."""


async def history_of(question: Question, given: GivenAnswers, client: AsyncWebClient) -> list[Turn]:
    """The turns before a question; in a direct message outside of a thread, those of the last day."""
    if question.thread is None:
        return turns_of([], given.in_direct_messages(question.channel), question.ts) if question.is_direct else []
    answers = given.in_thread(question.channel, question.thread)
    began_with_us = bool(answers) and answers[0].asked == question.thread
    said = [] if began_with_us else await _said(question, client)
    return turns_of(said, answers, question.ts)


def turns_of(said: Sequence[Mapping[str, Any]], answers: Sequence[Given], before: str) -> list[Turn]:
    """The turns that messages and answers make, of those before a timestamp."""
    answers = [given for given in answers if (given.asked or given.ts or "") < before]
    first = min((given.asked or given.ts or "" for given in answers), default=before)
    turns = [_turn("user", text) for message in said if (text := _words_before(message, first))]
    for given in answers:
        turns += [_turn("user", given.question), _turn("assistant", given.answer.answer)]
    return turns[-_TURNS:]


def _turn(role: Any, text: str) -> Turn:
    return Turn(role=role, content=text)


def _words_before(message: Mapping[str, Any], moment: str) -> str:
    """What somebody said before a timestamp; nothing where it was a program."""
    is_person = "user" in message and not message.get("bot_id") and message.get("subtype") in (None, "file_share")
    return words_of(str(message.get("text", ""))) if is_person and str(message.get("ts", "")) < moment else ""


async def _said(question: Question, client: AsyncWebClient) -> Sequence[Mapping[str, Any]]:
    """The messages of the thread; none where Slack does not give them, and the question is read alone."""
    try:
        found = await client.conversations_replies(
            channel=question.channel, ts=question.thread or question.ts, latest=question.ts, limit=_MESSAGES
        )
    except SlackApiError:
        return []
    messages = found.get("messages")
    return messages if isinstance(messages, list) else []
