"""What is no question: App Home, help, and the settings of a channel.

In: commands and forms. Out: views, and responses that only who asked for them sees.
"""

import asyncio

from api.slack.channels import ChannelSettings
from api.slack.commands import USAGE, Wish, changed, checked, in_words
from api.slack.desk import Desk
from api.slack.form import settings_form
from api.slack.home import RECENT, home_view
from api.slack.layout import sentence_reply
from api.slack.posting import respond
from index.errors import BylineError


class Reception:
    """Serves one workspace."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show_home(self, user: str) -> None:
        """Publish somebody's App Home."""
        engine = await self._desk.work.engine()
        recent = await asyncio.to_thread(self._desk.given.last_questions, user, RECENT)
        view = await asyncio.to_thread(home_view, engine.snapshot, recent)
        await self._desk.client.views_publish(user_id=user, view=view)

    async def help(self, response_url: str) -> None:
        """Say what can be said."""
        await respond(response_url, sentence_reply(USAGE), replace=True)

    async def show_form(self, channel: str, trigger_id: str, response_url: str) -> None:
        """Open the form of a channel's settings, and say what they are."""
        engine = await self._desk.work.engine()
        settings = await asyncio.to_thread(self._desk.channels.of, channel)
        view = settings_form(channel, settings, engine.snapshot.volumes())
        try:
            await self._desk.client.views_open(trigger_id=trigger_id, view=view)
        finally:
            await respond(response_url, sentence_reply(in_words(settings)), replace=True)

    async def change(self, channel: str, wish: Wish, response_url: str) -> None:
        """Change a setting of a channel, and say what its settings are now, or why they cannot be so."""
        try:
            engine = await self._desk.work.engine()
            settings = await asyncio.to_thread(self._desk.channels.of, channel)
            settings = changed(settings, wish.name, wish.value, engine)
            await asyncio.to_thread(self._desk.channels.keep, channel, settings)
            said = in_words(settings)
        except BylineError as error:
            said = str(error)
        await respond(response_url, sentence_reply(said), replace=True)

    async def keep_form(self, channel: str, settings: ChannelSettings) -> str:
        """Keep the settings of a form; what is wrong with them, or nothing."""
        try:
            checked(settings, await self._desk.work.engine())
        except BylineError as error:
            return str(error)
        await asyncio.to_thread(self._desk.channels.keep, channel, settings)
        return ""
