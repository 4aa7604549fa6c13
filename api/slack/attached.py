"""The Slack side of the HTTP application, where it is on; its packages are imported only then.

In: settings. Out: routes, what runs beside them, and the paths that need no key, since Slack signs what it sends there.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import CapacityLimiter
from fastapi import FastAPI

from api.opening import Opening
from index.errors import MissingExtra
from index.settings import Settings


def is_slack_on(settings: Settings) -> bool:
    """Whether Slack may send requests here: both its bot token and its signing secret are set."""
    return bool(settings.slack_bot_token.get_secret_value() and settings.slack_signing_secret.get_secret_value())


class AttachedSlack:
    """The Slack side of one application; nothing where it is off."""

    def __init__(self, app: FastAPI, opening: Opening, settings: Settings | None) -> None:
        """Add its routes to an application.

        Raises:
            MissingExtra: it is on, and its packages are not installed.
            HomeNotWritable: it is on, and the home takes no file.
        """
        self.signed_paths = frozenset[str]()
        self._service = None
        if settings is None or not is_slack_on(settings):
            return
        refuse_without_packages()
        from api.slack.http import PATH, slack_routes
        from api.slack.service import SlackService

        self._service = SlackService(settings, opening)
        self.signed_paths = frozenset({PATH})
        app.include_router(slack_routes(self._service, settings))

    @asynccontextmanager
    async def running(self, limiter: CapacityLimiter) -> AsyncIterator[None]:
        """Answer in the threads of a limiter, for as long as the application runs."""
        if self._service is None:
            yield
            return
        await self._service.start(limiter)
        try:
            yield
        finally:
            await self._service.stop()


def refuse_without_packages() -> None:
    """Raise MissingExtra where the packages of the extra `slack` are not installed."""
    try:
        import aiohttp  # noqa: F401
        import slack_bolt  # noqa: F401
    except ImportError as error:
        raise MissingExtra(
            "Slack's packages are not installed. Install them with `pip install 'byline[slack]'`."
        ) from (error)
