"""The Slack side of one process: opened with its event loop, closed with it.

In: settings and an engine being opened. Out: a Bolt app that either transport feeds. What an earlier process had taken
on and not answered is answered first; where another process serves the same home, it is left to that one.
"""

import asyncio
import logging

from anyio import CapacityLimiter
from filelock import FileLock, Timeout
from slack_bolt.async_app import AsyncApp

from api.opening import Opening
from api.slack.answering import Answering
from api.slack.channels import Channels
from api.slack.desk import Desk
from api.slack.given import GivenAnswers
from api.slack.identity import Identity
from api.slack.inbox import Inbox
from api.slack.incoming import question_in
from api.slack.listeners import bolt_app
from api.slack.posting import web_client
from api.slack.store import Store
from api.slack.work import Work
from index.settings import Settings

_LOCK = "slack.lock"
_GRACE_S = 10.0
_log = logging.getLogger(__name__)


class SlackService:
    """Everything that answers one workspace.

    Example:
        >>> slack = SlackService(settings, opening)
        >>> await slack.start(CapacityLimiter(2))
        >>> await slack.stop()
    """

    def __init__(self, settings: Settings, opening: Opening) -> None:
        """Open what is remembered; nothing is asked or answered before `start`.

        Raises:
            HomeNotWritable: the home takes no file.
        """
        self._store = Store(settings.home)
        self._identity = Identity()
        self._lock = FileLock(settings.home / _LOCK, timeout=0)
        self.desk = Desk(
            client=web_client(settings),
            settings=settings,
            inbox=Inbox(self._store),
            given=GivenAnswers(self._store, settings.conversation_days),
            channels=Channels(self._store),
            work=Work(opening, settings.queue, settings.ask_seconds),
        )
        self._answering = Answering(self.desk)
        self.app: AsyncApp = bolt_app(self.desk, self._identity, self._answering)

    async def start(self, limiter: CapacityLimiter) -> None:
        """Begin, in this event loop; questions take their turn in the threads of the limiter."""
        self.desk.work.open(limiter)
        self.desk.work.start(self._identity.learn(self.desk.client))
        try:
            self._lock.acquire()
        except Timeout:
            _log.info("another process answers what was left in the Slack inbox")
            return
        for taken in await asyncio.to_thread(self.desk.inbox.left):
            question = question_in(taken.body, self._identity.user)
            if question is not None:
                self.desk.work.start(self._answering.answer_message(taken.event_id, question, taken.placeholder))

    async def stop(self) -> None:
        """End; what is not answered within ten seconds is left to the next process."""
        await self.desk.work.stop(_GRACE_S)
        self._lock.release()
        self._store.close()
