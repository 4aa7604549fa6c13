"""The form of a channel's settings.

In: settings and the collection. Out: a modal; and from what was sent of it, the settings again.
"""

from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    StaticMultiSelectElement,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from api.slack.channels import ChannelSettings
from api.slack.escaping import label, plain
from index.records import VolumeRecord

CALLBACK = "channel_settings"
_MOST_OPTIONS = 100
_COMPOSERS = {"default": "The default", "extractive": "Extractive: the texts' own words", "llm": "A language model"}


def settings_form(channel: str, settings: ChannelSettings, volumes: list[VolumeRecord]) -> View:
    """The form for a channel, filled in with its settings."""
    options = [_option(volume.id, volume.title) for volume in volumes[:_MOST_OPTIONS] if len(volume.id) <= 75]
    chosen = [option for option in options if option.value in settings.volumes]
    silent = _option("silent", "In threads, answer only when mentioned")
    composers = {value: _option(value, words) for value, words in _COMPOSERS.items()}
    people = PlainTextInputElement(
        action_id="people", initial_value=", ".join(settings.people) or None, placeholder=plain("Names with commas")
    )
    fields = {
        "volumes": ("Volumes", StaticMultiSelectElement(action_id="volumes", options=options, initial_options=chosen)),
        "people": ("People", people),
        "composer": (
            "Worded by",
            StaticSelectElement(
                action_id="composer",
                options=list(composers.values()),
                initial_option=composers[settings.composer or "default"],
            ),
        ),
        "silent": (
            "Silence",
            CheckboxesElement(
                action_id="silent", options=[silent], initial_options=[silent] if settings.silent else None
            ),
        ),
    }
    blocks: list[Block] = [
        InputBlock(block_id=name, label=plain(words), element=element, optional=True)
        for name, (words, element) in fields.items()
        if name != "volumes" or options
    ]
    return View(
        type="modal",
        callback_id=CALLBACK,
        title=plain("Byline here"),
        submit=plain("Keep"),
        close=plain("Cancel"),
        private_metadata=channel,
        blocks=blocks,
    )


def settings_sent(view: dict[str, Any]) -> tuple[str, ChannelSettings]:
    """The channel and the settings of a form that was sent."""
    values = view["state"]["values"]

    def field(name: str) -> dict[str, Any]:
        sent = values.get(name, {}).get(name)
        return sent if isinstance(sent, dict) else {}

    composer = (field("composer").get("selected_option") or {}).get("value")
    people = (field("people").get("value") or "").split(",")
    settings = ChannelSettings(
        volumes=tuple(option["value"] for option in field("volumes").get("selected_options") or ()),
        people=tuple(name.strip() for name in people if name.strip()),
        composer=composer if composer in ("extractive", "llm") else None,
        silent=bool(field("silent").get("selected_options")),
    )
    return str(view["private_metadata"]), settings


def _option(value: str, words: str) -> Option:
    return Option(value=value, text=plain(label(words)))
