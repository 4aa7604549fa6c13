"""`/byline` and what stands after it: a question, `help`, or settings of the channel.

In: the words after the command. Out: a `Wish`; and of words about settings, the settings that they make.
"""

import re
from dataclasses import dataclass
from typing import Literal

from api.slack.channels import DEFAULTS, ChannelSettings
from rag.answer import Ask
from rag.engine import Engine
from rag.errors import QuestionError
from rag.llm.answering import refuse_composer_that_is_off
from rag.scope import filter_mask

USAGE = (
    "/byline QUESTION answers for your eyes only, with a button to share it.\n"
    "/byline settings shows the settings of this channel; it also takes words: volumes IDS, people NAMES (with commas "
    "between them; none for all), silent on or off, composer extractive, llm or none, reset.\n"
    "Mention Byline in a channel or write to it directly, and go on in the thread."
)
_SETTING = re.compile(r"settings(?:\s+(?P<name>volumes|people|silent|composer|reset)\b\s*(?P<value>.*))?", re.I | re.S)
_NONE = ("", "none", "all")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a command wants."""

    kind: Literal["ask", "help", "form", "change"]
    name: str = ""
    """Of a change, the setting."""
    value: str = ""
    """The question, or what a setting is to be."""


def wish_of(text: str) -> Wish:
    """What the words after the command want."""
    words = text.strip()
    if words.lower() in ("", "help", "?"):
        return Wish("help")
    if found := _SETTING.fullmatch(words):
        if found["name"] is None:
            return Wish("form")
        return Wish("change", found["name"].lower(), found["value"].strip())
    return Wish("ask", value=words)


def changed(settings: ChannelSettings, name: str, value: str, engine: Engine) -> ChannelSettings:
    """The settings with one of them as it was worded.

    Raises:
        QuestionError: it cannot be so.
        NotFound: there is no such volume or person.
    """
    if name == "reset":
        return DEFAULTS
    update: dict[str, object]
    if name in ("volumes", "people"):
        update = {
            name: () if value.lower() in _NONE else tuple(part.strip() for part in value.split(",") if part.strip())
        }
    elif name == "silent" and value.lower() in ("on", "off"):
        update = {name: value.lower() == "on"}
    elif name == "composer" and value.lower() in ("extractive", "llm", *_NONE):
        update = {name: None if value.lower() in _NONE else value.lower()}
    else:
        raise QuestionError(f"The setting {name} cannot be {value[:80]!r}. /byline help says what it can be.")
    return checked(settings.model_copy(update=update), engine)


def checked(settings: ChannelSettings, engine: Engine) -> ChannelSettings:
    """The settings, if questions can be answered by them.

    Raises:
        NotFound: there is no such volume or person.
        ComposerOff: the composer llm is wanted, and no model is configured.
    """
    filter_mask(engine.snapshot, engine.lexicon, settings.filters)
    refuse_composer_that_is_off(Ask(question="settings", composer=settings.composer), engine.settings)
    return settings


def in_words(settings: ChannelSettings) -> str:
    """The settings of a channel in a sentence."""
    people = ", ".join(settings.people) or "everybody"
    volumes = ", ".join(settings.volumes) or "all volumes"
    composer = settings.composer or "the default"
    silent = "only when mentioned" if settings.silent else "also to follow-ups in its threads"
    return f"Here Byline answers from {volumes}, by {people}, worded by {composer}, {silent}."
