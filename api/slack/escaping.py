"""Words as Slack shows them and does nothing else: no mention, no link, no formatting, no emoji.

In: any text, the volumes' own included. Out: text objects of Block Kit and message text. Slack reads `<…>` as links and
mentions, so `&`, `<` and `>` are escaped ("Formatting message text", docs.slack.dev); what is not ours goes as
`plain_text`, in which nothing is formatted. A mention that is only printed (`@channel`) pings nobody: we never set
`link_names`.
"""

import re

from slack_sdk.models.blocks import MarkdownTextObject, PlainTextObject

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CONTROL = re.compile(r"[&<>]")
_FORMATTING = re.compile(r"[*_~`\n]")
_UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def escaped(text: str) -> str:
    """Text that Slack shows as it stands; characters that are no text are left out."""
    return _CONTROL.sub(lambda match: _ESCAPES[match.group()], _UNREADABLE.sub("", text))


def plain(text: str) -> PlainTextObject:
    """A text object in which nothing is read as anything but words; `text` is escaped already."""
    return PlainTextObject(text=text, emoji=False)


def bold(text: str) -> MarkdownTextObject | PlainTextObject:
    """A text object in bold, where that can be said; `text` is escaped already."""
    if _FORMATTING.search(text) or not text.strip():
        return plain(text)
    return MarkdownTextObject(text=f"*{text.strip()}*", verbatim=True)


def label(text: str, most: int = 75) -> str:
    """Unescaped words for a button or an option: at most `most` characters as Slack counts them."""
    words = " ".join(text.split())
    shown = escaped(words)
    while len(shown) > most:
        words = words[:-2].rstrip() + "…" if words.endswith("…") else words[: most - 1].rstrip() + "…"
        shown = escaped(words)
    return shown
