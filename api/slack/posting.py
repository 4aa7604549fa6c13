"""Sending to Slack: messages, their replacement, and responses to buttons and commands.

In: replies. Out: calls of the Web API that obey Retry-After, unfurl nothing and link no names.
"""

import logging
from collections.abc import Sequence
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.models.blocks import Block
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from api.slack.layout import Reply
from index.settings import Settings

_log = logging.getLogger(__name__)
READING = "Reading…"
_RATE_LIMITED_TIMES = 8
_MOST_RESPONSES = 5
"""A response_url takes no more."""


def web_client(settings: Settings) -> AsyncWebClient:
    """The client of Slack's Web API, by the bot token of the settings."""
    token = settings.slack_bot_token.get_secret_value()
    url = settings.slack_api_url.rstrip("/") + "/" if settings.slack_api_url else AsyncWebClient.BASE_URL
    return AsyncWebClient(token=token, base_url=url, retry_handlers=_retries())


def _retries() -> list[AsyncRetryHandler]:
    return [AsyncConnectionErrorRetryHandler(), AsyncRateLimitErrorRetryHandler(max_retry_count=_RATE_LIMITED_TIMES)]


async def post(
    client: AsyncWebClient, channel: str, thread: str | None, text: str, blocks: Sequence[Block] = ()
) -> str:
    """Post one message; its timestamp, which names it."""
    posted = await client.chat_postMessage(
        channel=channel,
        thread_ts=thread,
        text=text,
        blocks=list(blocks) or None,
        unfurl_links=False,
        unfurl_media=False,
        link_names=False,
    )
    return str(posted["ts"])


async def post_all(client: AsyncWebClient, channel: str, thread: str | None, reply: Reply) -> str:
    """Post a reply; what is too long for one message follows in its thread. The timestamp of the first message."""
    first, *more = reply.messages
    ts = await post(client, channel, thread, reply.text, first)
    for blocks in more:
        await post(client, channel, thread or ts, reply.text, blocks)
    return ts


async def put_in_place(client: AsyncWebClient, channel: str, thread: str | None, ts: str, reply: Reply) -> None:
    """Let a reply take the place of a message of ours; what is too long for one follows it.

    Where Slack lets the message not be replaced (it is gone, or too old to be edited), the words follow it.
    """
    first, *more = reply.messages
    try:
        await client.chat_update(channel=channel, ts=ts, text=reply.text, blocks=first, link_names=False)
    except SlackApiError as refusal:
        _log.warning("Slack does not let %s be replaced: %s", ts, refusal.response.get("error"))
        await post(client, channel, thread, reply.text)
    for blocks in more:
        await post(client, channel, thread, reply.text, blocks)


async def respond(
    url: str, reply: Reply, *, replace: bool = False, thread: str | None = None, is_private: bool = True
) -> None:
    """Answer a button or a command; a private answer is seen by who used it alone."""
    for number, blocks in enumerate(reply.messages[:_MOST_RESPONSES]):
        body = {
            "response_type": "ephemeral" if is_private else "in_channel",
            "replace_original": replace and number == 0,
            "text": reply.text,
            "blocks": [block.to_dict() for block in blocks],
        }
        await _send(url, {**body, "thread_ts": thread} if thread else body)


async def take_away(url: str) -> None:
    """Remove the message that a button stands in."""
    await _send(url, {"delete_original": True})


async def _send(url: str, body: dict[str, Any]) -> None:
    quiet = {"unfurl_links": False, "unfurl_media": False}
    await AsyncWebhookClient(url, retry_handlers=_retries()).send_dict(body | quiet)
