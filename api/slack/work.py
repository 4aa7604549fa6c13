"""Work that goes on after Slack has its acknowledgement: in tasks of its own, a few questions at a time.

In: what is to be done. Out: nothing is waited for. Questions share the threads of all other asks of the service; of
those that wait, as many may as BYLINE_QUEUE says, however long it takes: nobody holds a connection open for them.
"""

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any

from anyio import CapacityLimiter, to_thread

from api.errors import ServiceBusy
from api.opening import Opening
from index.errors import SnapshotError
from rag.answer import Answer, Ask
from rag.engine import Engine
from rag.watch import ended_by

_log = logging.getLogger(__name__)
_PATIENCE = 5
"""An answer may take so many times BYLINE_ASK_SECONDS here."""
_OPENS_WITHIN_S = 300.0
_LOOKS_EVERY_S = 0.1


class Work:
    """The tasks of one event loop."""

    def __init__(self, opening: Opening, most_waiting: int, seconds: float) -> None:
        self._opening = opening
        self._most_waiting = most_waiting
        self._seconds = seconds * _PATIENCE
        self._limiter: CapacityLimiter | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self, limiter: CapacityLimiter) -> None:
        """Answer in the threads of a limiter from now on; to be called in the event loop."""
        self._limiter = limiter

    def start(self, task: Coroutine[Any, Any, None]) -> None:
        """Do something, and return at once; a fault in it is logged."""
        started = asyncio.get_running_loop().create_task(task)
        self._tasks.add(started)
        started.add_done_callback(self._ended)

    async def stop(self, seconds: float) -> None:
        """Give what is being done so many seconds to end; what is left is cancelled."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def engine(self) -> Engine:
        """The engine, as soon as it is open.

        Raises:
            BylineError: what keeps it from being open.
        """
        end = time.monotonic() + _OPENS_WITHIN_S
        while True:
            try:
                return self._opening.engine()
            except SnapshotError:
                if self._opening.failure is not None or time.monotonic() > end:
                    raise
            await asyncio.sleep(_LOOKS_EVERY_S)

    async def ask(self, ask: Ask) -> Answer:
        """Answer a question in its turn.

        Raises:
            ServiceBusy: as many wait as may wait.
            BylineError: whatever the engine says.
        """
        assert self._limiter is not None
        engine = await self.engine()
        is_waiting = self._limiter.statistics().tasks_waiting
        if self._limiter.available_tokens <= 0 and is_waiting >= self._most_waiting:
            raise ServiceBusy("More is being asked than can be answered now. Ask again in a minute.", 60)

        def answered() -> Answer:
            with ended_by(time.monotonic() + self._seconds):
                return engine.ask(ask)

        return await to_thread.run_sync(answered, limiter=self._limiter, abandon_on_cancel=True)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("work for Slack failed", exc_info=error)
