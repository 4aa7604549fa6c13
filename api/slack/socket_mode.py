"""Slack in Socket Mode: a connection that this process opens, for whoever cannot be reached from outside.

In: settings. Out: answers, until the process is told to stop.
"""

import asyncio
import os
import signal

import aiohttp
from anyio import CapacityLimiter
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError

from api.opening import Opening
from api.slack.service import SlackService
from index.errors import SettingsError
from index.settings import Settings
from rag.engine import Engine


def answer_in_socket_mode(settings: Settings) -> None:
    """Answer one workspace until SIGTERM or Ctrl-C.

    Raises:
        SettingsError: a token is missing, or Slack refuses it.
        SnapshotError: there is no index, or it cannot be used.
    """
    for name in ("slack_bot_token", "slack_app_token"):
        if not getattr(settings, name).get_secret_value():
            raise SettingsError(f"BYLINE_{name.upper()} is not set. docs/slack.md says where to find it.")
    asyncio.run(_answer(settings))


async def _answer(settings: Settings) -> None:
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)

    def opened() -> None:
        if opening.failure is not None:
            told.set()
        else:
            print("Byline answers in Slack. Mention it in a channel, or write to it.", flush=True)

    def when_done() -> None:
        loop.call_soon_threadsafe(opened)

    opening = Opening(
        lambda: Engine.open(settings),
        when_done=when_done,
        follows=settings.home,
    )
    service = SlackService(settings, opening)
    app_token = settings.slack_app_token.get_secret_value()
    await _refuse_token_that_is_refused(service, app_token)
    handler = AsyncSocketModeHandler(service.app, app_token, web_client=service.desk.client)
    opening.start()
    try:
        await service.start(CapacityLimiter(settings.asks_at_once or os.cpu_count() or 2))
        connecting = asyncio.ensure_future(handler.client.connect())  # type: ignore[no-untyped-call]
        await told.wait()
        connecting.cancel()
    finally:
        await handler.client.close()  # type: ignore[no-untyped-call]
        await service.stop()
        opening.stop()
    if opening.failure is not None:
        raise opening.failure


async def _refuse_token_that_is_refused(service: SlackService, app_token: str) -> None:
    """Raise SettingsError where Slack does not take the token; the Socket Mode client would try it for ever."""
    try:
        await service.desk.client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        raise SettingsError(
            f"Slack refuses BYLINE_SLACK_APP_TOKEN ({error.response.get('error')}). docs/slack.md says where it is."
        ) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise SettingsError(f"Slack cannot be reached: {error}. Mend the connection, and start again.") from error
