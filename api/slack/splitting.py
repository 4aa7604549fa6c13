"""Cutting what is long into what Slack takes ("Blocks", docs.slack.dev).

In: escaped text, or the blocks of a whole answer. Out: pieces of text, or messages of blocks, in the same order.
"""

from collections.abc import Iterable, Iterator, Sequence

from slack_sdk.models.blocks import Block

SECTION_CHARACTERS = 3000
MESSAGE_BLOCKS = 50
MESSAGE_CHARACTERS = 12_000
"""Of all blocks of a message; Slack says msg_blocks_too_long somewhat above 13,000."""
_LONGEST_ENTITY = len("&amp;")


def pieces_of(text: str, most: int = SECTION_CHARACTERS) -> Iterator[str]:
    """Pieces of at most `most` characters, cut between words where there are some, and never within `&amp;`."""
    while len(text) > most:
        cut = text.rfind(" ", 1, most + 1)
        if cut <= 0:
            entity = text.rfind("&", most - _LONGEST_ENTITY + 1, most)
            cut = entity if entity > 0 and ";" not in text[entity:most] else most
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text:
        yield text


def messages_of(blocks: Iterable[Block]) -> list[list[Block]]:
    """Messages, as few as will do."""
    messages: list[list[Block]] = []
    size = 0
    for block in blocks:
        length = _characters(block.to_dict())
        if not messages or len(messages[-1]) == MESSAGE_BLOCKS or size + length > MESSAGE_CHARACTERS:
            messages.append([])
            size = 0
        messages[-1].append(block)
        size += length
    return messages


def _characters(value: object) -> int:
    """How many characters of text a block shows."""
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(_characters(each) for each in value.values() if not isinstance(each, str))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return sum(map(_characters, value))
    return 0
