"""Answering in Slack: a placeholder at once, the answer in its place as soon as there is one.

In: a question that was taken on. Out: the answer, posted and kept. Follow-ups of one thread wait for each other, so
that each is read in the light of all before it.
"""

import asyncio
import logging
from weakref import WeakValueDictionary

from slack_sdk.errors import SlackApiError

from api.slack.desk import Desk
from api.slack.given import Given
from api.slack.incoming import Question
from api.slack.layout import Reply, reply_of, sentence_reply
from api.slack.posting import READING, post, put_in_place, respond
from api.slack.thread import history_of
from index.errors import BylineError
from rag.answer import Answer, Ask, Turn

_log = logging.getLogger(__name__)
_OUR_FAULT = "Something went wrong in Byline itself. Ask again; if it happens again, tell whoever runs it."


class Answering:
    """Answers messages and commands of one workspace."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def is_for_us(self, question: Question) -> bool:
        """Whether a message asks us: it says so, or goes on in a thread that we answered in and may go on with."""
        if question.is_addressed:
            return True
        if question.thread is None or question.names_others or self._desk.channels.of(question.channel).silent:
            return False
        return bool(self._desk.given.in_thread(question.channel, question.thread))

    async def answer_message(self, event_id: str, question: Question, placeholder: str | None) -> None:
        """Answer a message where it stands; an answer that an earlier process gave is posted again, not made anew."""
        desk = self._desk
        try:
            ts = placeholder or await self._announce(event_id, question)
            async with self._turn(question):
                reply = await self._reply(question, ts)
            await put_in_place(desk.client, question.channel, question.answers_go_to, ts, reply)
        except SlackApiError as refusal:
            _log.warning("Slack does not take the answer: %s", refusal.response.get("error"))
        await asyncio.to_thread(desk.inbox.done, event_id)

    async def answer_command(self, channel: str, user: str, text: str, response_url: str) -> None:
        """Answer a command, for the eyes of who gave it."""
        try:
            answer = await self._ask(channel, text, [])
            given = Given(answer, text, channel, user, thread=None, ts=None, asked=None)
            await asyncio.to_thread(self._desk.given.keep, given)
            reply = reply_of(answer, self._desk.settings.public_url, is_private=True)
        except Exception as error:
            reply = _said_of(error)
        await respond(response_url, reply, replace=True)

    async def _announce(self, event_id: str, question: Question) -> str:
        ts = await post(self._desk.client, question.channel, question.answers_go_to, READING)
        await asyncio.to_thread(self._desk.inbox.note_placeholder, event_id, ts)
        return ts

    async def _reply(self, question: Question, ts: str) -> Reply:
        desk = self._desk
        try:
            given = await asyncio.to_thread(desk.given.to_message, question.channel, question.ts)
            if given is None:
                given = await self._made(question, ts)
        except Exception as error:
            return _said_of(error)
        return reply_of(given.answer, desk.settings.public_url)

    async def _made(self, question: Question, ts: str) -> Given:
        history = await history_of(question, self._desk.given, self._desk.client)
        answer = await self._ask(question.channel, question.text, history)
        place = question.answers_go_to
        given = Given(answer, question.text, question.channel, question.user, place, ts, asked=question.ts)
        await asyncio.to_thread(self._desk.given.keep, given)
        return given

    async def _ask(self, channel: str, text: str, history: list[Turn]) -> Answer:
        wanted = await asyncio.to_thread(self._desk.channels.of, channel)
        ask = Ask(question=text, history=history, filters=wanted.filters, composer=wanted.composer)
        return await self._desk.work.ask(ask)

    def _turn(self, question: Question) -> asyncio.Lock:
        """What the questions of one conversation hold in turn, first come first served."""
        return self._turns.setdefault(f"{question.channel}:{question.answers_go_to}", asyncio.Lock())


def _said_of(error: Exception) -> Reply:
    """What is said instead of an answer; a fault of ours is logged."""
    if isinstance(error, BylineError):
        return sentence_reply(str(error))
    _log.error("a question from Slack could not be answered", exc_info=error)
    return sentence_reply(_OUR_FAULT)
