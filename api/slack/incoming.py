"""What came from Slack: whether an event is a question to us, and its words as people read them.

In: the body of an event. Out: a `Question`, or None for what is nobody's question: edits, messages of bots, our own.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ENTITY = re.compile(r"<([^<>]*)>")
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")
_SAID = frozenset({None, "file_share", "thread_broadcast"})
"""Subtypes of messages in which somebody says something for the first time."""
_DIRECT = "im"


@dataclass(frozen=True, slots=True)
class Question:
    """A message that may ask something; timestamps are Slack's, which name messages of a channel."""

    channel: str
    user: str
    text: str
    ts: str
    thread: str | None
    """The first message of the thread that it stands in; None outside of one."""
    is_direct: bool
    """Whether it stands in a direct message."""
    is_addressed: bool
    """Whether it is said to us: in a direct message, or with a mention of us."""
    names_others: bool
    """Whether it mentions somebody else."""

    @property
    def answers_go_to(self) -> str | None:
        """The thread that its answer stands in; None for a direct message outside of one."""
        return self.thread or (None if self.is_direct else self.ts)

    @property
    def message(self) -> str:
        """Names the message among all of a workspace."""
        return f"{self.channel}:{self.ts}"


def question_in(body: Mapping[str, Any], bot: str | None) -> Question | None:
    """The question of an event, or None; `bot` is our own user id, where it is known."""
    event = body.get("event")
    if not isinstance(event, dict) or event.get("type") not in ("message", "app_mention"):
        return None
    bot = _own_user(body) or bot
    user, text = event.get("user"), event.get("text")
    if not isinstance(user, str) or user == bot or not isinstance(text, str):
        return None
    if event.get("subtype") not in _SAID or any(event.get(name) for name in ("bot_id", "bot_profile", "edited")):
        return None
    channel, ts, thread = event.get("channel"), event.get("ts"), event.get("thread_ts")
    if not isinstance(channel, str) or not isinstance(ts, str):
        return None
    mentioned = set(_MENTION.findall(text))
    is_direct = event.get("channel_type") == _DIRECT
    return Question(
        channel=channel,
        user=user,
        text=words_of(text),
        ts=ts,
        thread=thread if isinstance(thread, str) and thread != ts else None,
        is_direct=is_direct,
        is_addressed=is_direct or event["type"] == "app_mention" or bot in mentioned,
        names_others=bool(mentioned - {bot}),
    )


def words_of(text: str) -> str:
    """The words of a message: links by their label, channels by their name, without mentions."""
    return " ".join(html.unescape(_ENTITY.sub(_shown, text)).split())


def _shown(match: re.Match[str]) -> str:
    target, _, shown = match.group(1).partition("|")
    if target.startswith(("@", "#", "!")):
        return shown
    return shown or target.removeprefix("mailto:")


def _own_user(body: Mapping[str, Any]) -> str | None:
    """Our user id as the event itself says it."""
    for authorization in body.get("authorizations") or ():
        if isinstance(authorization, dict) and authorization.get("is_bot"):
            return str(authorization.get("user_id"))
    return None
