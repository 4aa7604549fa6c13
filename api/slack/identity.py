"""Who we are in Slack: our own user and bot ids, by which we know our own messages.

In: the client. Out: an `Identity`, as soon as Slack has told it; events of the Events API say it too.
"""

import logging
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Identity:
    """Our ids; None until they are known."""

    user: str | None = None
    bot: str | None = None

    async def learn(self, client: AsyncWebClient) -> None:
        """Ask Slack; where it does not answer, or refuses the token, the log says so."""
        try:
            told = await client.auth_test()
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            _log.warning("Slack does not say who we are; is BYLINE_SLACK_BOT_TOKEN right? %s", error)
            return
        self.user, self.bot = told.get("user_id"), told.get("bot_id")
