"""What an application is made of beside its routes: what is opened, counted and traced, and what runs while it runs.

In: an engine being opened, and settings. Out: one of each part, and `ServiceState` for the requests to share.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI

from api.conversations import Keeping
from api.ingest.service import Ingesting
from api.limits import ASKS_AT_ONCE, Queue
from api.logs import log_question
from api.mcp.door import McpDoor
from api.metrics import Metrics
from api.opening import Opening
from api.origins import origins_of
from api.slack.attached import AttachedSlack
from api.tracing import Traces, note_answer
from index.settings import Settings


class ServiceState(TypedDict):
    """What requests share, as `request.state`."""

    opening: Opening
    asking: CapacityLimiter
    keeping: Keeping
    ingesting: Ingesting


class Service:
    """The parts of one application; `slack` is attached when there is an application to attach it to."""

    slack: AttachedSlack

    def __init__(self, opening: Opening, settings: Settings | None) -> None:
        """Make the parts, and have every answer observed by those that want to know of it.

        Raises:
            MissingExtra: traces are to be sent, and OpenTelemetry is not installed.
        """
        self.opening = opening
        self.settings = settings
        self.limits = settings or Settings.model_construct()
        self.at_once = self.limits.asks_at_once or ASKS_AT_ONCE
        self.queue = Queue(self.at_once, self.limits.queue, self.limits.queue_steady)
        self.origins = origins_of(self.limits.origins)
        self.door = McpDoor(self.queue, self.limits.ask_seconds, self.origins)
        self.metrics = Metrics(opening, self.queue)
        self.traces = Traces.of(settings) if settings is not None else None
        opening.observe(self.metrics.count_answer)
        if self.traces is not None:
            opening.observe(note_answer)
        if self.limits.log_questions:
            opening.observe(log_question)

    def attach_slack(self, app: FastAPI) -> None:
        """Add Slack's routes, where it is on."""
        self.slack = AttachedSlack(app, self.opening, self.settings)

    @asynccontextmanager
    async def running(self, app: FastAPI) -> AsyncIterator[ServiceState]:
        """Run what stands behind the routes for as long as the application runs."""
        self.opening.start()
        keeping, ingesting = Keeping(), Ingesting(self.opening, self.settings)
        ingesting.resume()
        asking = CapacityLimiter(self.at_once)
        async with self.door.opened(), self.slack.running(asking):
            yield {"opening": self.opening, "asking": asking, "keeping": keeping, "ingesting": ingesting}
        self.opening.stop()
        ingesting.close()
        keeping.close()
        if self.traces is not None:
            await to_thread.run_sync(self.traces.close)
