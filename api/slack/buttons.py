"""What the buttons of an answer do.

In: a press of a button, with the id of the answer in its value. Out: a modal, a response that only who pressed sees, a
message in the channel, or feedback as POST /v1/feedback keeps it.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View

from api.slack.desk import Desk
from api.slack.given import Given
from api.slack.layout import Reply, reply_of, sentence_reply, suggestions_reply
from api.slack.modals import context_modal, references_modal
from api.slack.posting import post_all, respond, take_away
from index.errors import BylineError
from index.snapshot import Snapshot
from rag.database import open_database
from rag.feedback import FeedbackGiven, Verdict
from rag.feedback_store import FeedbackStore

_log = logging.getLogger(__name__)
_FORGOTTEN = "This answer is no longer kept. Ask again."
_THANKS = "Thank you, this is kept with the answer."


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed."""

    value: str
    channel: str
    user: str
    trigger_id: str
    response_url: str
    thread: str | None

    @property
    def answer_id(self) -> str:
        """The answer that the button stands under."""
        return self.value.partition(" ")[0]

    @classmethod
    def of(cls, body: dict[str, Any]) -> "Press":
        """The press that a body of the type block_actions tells of."""
        container = body.get("container") or {}
        return cls(
            value=str(body["actions"][0].get("value", "")),
            channel=str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
            user=str((body.get("user") or {}).get("id", "")),
            trigger_id=str(body.get("trigger_id", "")),
            response_url=str(body.get("response_url", "")),
            thread=container.get("thread_ts"),
        )


class Buttons:
    """Does what buttons say."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show_in_context(self, press: Press) -> None:
        """Open the sentence of a citation among its neighbours."""
        number = press.value.partition(" ")[2]

        def made(snapshot: Snapshot, given: Given) -> View:
            return context_modal(snapshot, next(each for each in given.answer.citations if str(each.id) == number))

        await self._open(press, made)

    async def show_references(self, press: Press) -> None:
        """Open the references of an answer."""
        await self._open(press, lambda snapshot, given: references_modal(snapshot, given.answer))

    async def take_feedback(self, press: Press, verdict: Verdict) -> None:
        """Keep what somebody says of an answer."""
        given = await self._given(press)
        if given is None:
            return
        engine = await self._desk.work.engine()

        def keep() -> None:
            database = open_database(engine.settings)
            try:
                FeedbackStore(database).add(FeedbackGiven(verdict=verdict, answer=given.answer), engine.snapshot)
            finally:
                database.dispose()

        await self._say(press, await _or_its_error(keep, _THANKS))

    async def share(self, press: Press) -> None:
        """Post an answer that only one person sees for all of the channel, and take the private one away.

        Where Byline is not in the channel, the answer is shared through the command; it has no follow-ups there.
        """
        given = await self._given(press)
        if given is None:
            return
        desk = self._desk
        reply = reply_of(given.answer, desk.settings.public_url, asked=given.question)
        try:
            ts = await post_all(desk.client, press.channel, press.thread, reply)
        except SlackApiError:
            await respond(press.response_url, reply, is_private=False)
        else:
            shared = replace(given, channel=press.channel, thread=press.thread or ts, ts=ts)
            await asyncio.to_thread(desk.given.keep, shared)
        await take_away(press.response_url)

    async def show_who_writes(self, press: Press) -> None:
        """Say who does write about what an abstention was asked, or who may have been meant."""
        given = await self._given(press)
        if given is not None:
            await self._say(press, suggestions_reply(given.answer))

    async def _open(self, press: Press, made: Callable[[Snapshot, Given], View]) -> None:
        """Open the modal that is made of an answer."""
        given = await self._given(press)
        if given is None:
            return
        engine = await self._desk.work.engine()
        try:
            view = await asyncio.to_thread(made, engine.snapshot, given)
        except BylineError as error:
            await self._say(press, sentence_reply(str(error)))
        else:
            await self._desk.client.views_open(trigger_id=press.trigger_id, view=view)

    async def _given(self, press: Press) -> Given | None:
        given = await asyncio.to_thread(self._desk.given.by_id, press.answer_id)
        if given is None:
            await self._say(press, sentence_reply(_FORGOTTEN))
        return given

    async def _say(self, press: Press, reply: Reply) -> None:
        await respond(press.response_url, reply, thread=press.thread)


async def _or_its_error(work: Callable[[], None], success: str) -> Reply:
    """What to say when work has been done, or what kept it from being done."""
    try:
        await asyncio.to_thread(work)
    except BylineError as error:
        return sentence_reply(str(error))
    return sentence_reply(success)
