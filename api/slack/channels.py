"""What a channel wants: whose words, from which volumes, worded by whom, and when to be silent.

In: the words after `/byline settings`, or the fields of a form. Out: `ChannelSettings`, kept for each channel.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from api.slack.store import Store
from rag.answer import Filters

Composer = Literal["extractive", "llm"]


class ChannelSettings(BaseModel):
    """How questions of one channel are answered; without any, like everywhere else."""

    model_config = ConfigDict(frozen=True)

    volumes: tuple[str, ...] = ()
    """Ids; none restricts nothing."""
    people: tuple[str, ...] = ()
    """Names or ids; none restricts nothing."""
    composer: Composer | None = None
    silent: bool = False
    """Whether a thread's follow-ups are answered only where Byline is mentioned again."""

    @property
    def filters(self) -> Filters:
        """The same as an answer is restricted by."""
        return Filters(volumes=list(self.volumes), people=list(self.people))


DEFAULTS = ChannelSettings()


class Channels:
    """The settings of every channel of one store; thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, channel: str) -> ChannelSettings:
        """The settings of a channel; those that another version of Byline wrote and this one cannot read are none."""
        with self._store.transaction() as connection:
            row = connection.execute("SELECT settings FROM channels WHERE channel = ?", (channel,)).fetchone()
        try:
            return ChannelSettings.model_validate_json(row["settings"]) if row else DEFAULTS
        except ValidationError:
            return DEFAULTS

    def keep(self, channel: str, settings: ChannelSettings) -> None:
        """Let these hold from now on."""
        with self._store.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO channels VALUES (?, ?)", (channel, settings.model_dump_json()))
