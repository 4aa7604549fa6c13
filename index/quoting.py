"""Whose words: which characters of a paragraph stand in quotation marks, and who is named as their speaker.

In: the reading text of a paragraph. Out: a mask over its characters, and for one sentence its speaker.
"""

import re
from collections.abc import Mapping

from index.model import Voice
from index.names import NAME, find_names

_QUOTED_SHARE = 0.6
_SAYS = (
    r"(?:said|says|say|wrote|writes|argues?|argued|put it|puts it|conclude[sd]?|found|explains?|told|asks?|asked|"
    r"stated|states|added|notes?|noted|observed|summed)"
)
_NAME = NAME.pattern.replace("?P<honorific>", "?:").replace("?P<name>", "?:")
_SPEAKER = re.compile(
    rf"(?:according to|in the words of|quot(?:e|ing)|as)\s+(?:[a-z][\w’'-]*\s+){{0,4}}({_NAME})"
    rf"|({_NAME})(?:\s+\w+){{0,3}}?\s+{_SAYS}\b"
    rf"|{_SAYS}\s+({_NAME})",
)

_SURNAME_SAYS = re.compile(rf"\b([A-Z][a-zà-ÿ’'-]+)(?:\s+\w+)?\s+{_SAYS}\b|{_SAYS}\s+([A-Z][a-zà-ÿ’'-]+)\b")
_PRONOUN_SAYS = re.compile(rf"\b(?:[Hh]e|[Ss]he|[Tt]hey)\s+(?:\w+\s+)?{_SAYS}\b")


def quoted_mask(text: str) -> list[bool]:
    """For every character, whether it stands inside quotation marks (the marks included)."""
    mask = [False] * len(text)
    for opening, closing in (("“", "”"), ('"', '"'), ("‘", "’"), ("'", "'")):
        position = 0
        while (start := _find_opening(text, opening, position)) >= 0:
            end = _find_closing(text, closing, start + 1)
            if end < 0:
                break
            if end - start > 1:
                mask[start : end + 1] = [True] * (end + 1 - start)
            position = end + 1
    return mask


def _find_opening(text: str, mark: str, position: int) -> int:
    while (start := text.find(mark, position)) >= 0:
        before, after = text[start - 1 : start], text[start + 1 : start + 2]
        if mark != "'" or (not before.isalnum() and (after.isalnum() or after in "[(")):
            return start
        position = start + 1
    return -1


def _find_closing(text: str, mark: str, position: int) -> int:
    while (end := text.find(mark, position)) >= 0:
        after = text[end + 1 : end + 2]
        if mark in '”"' or not after.isalnum():
            return end
        position = end + 1
    return -1


def voice_of(text: str, mask: list[bool], known: Mapping[str, str]) -> tuple[Voice, str | None]:
    """Own or quoted, by the share of letters inside quotation marks; with the speaker the sentence names, if any."""
    letters = [inside for char, inside in zip(text, mask, strict=True) if char.isalpha()]
    if not letters or sum(letters) / len(letters) < _QUOTED_SHARE:
        return Voice.OWN, None
    outside = "".join(" " if inside else char for char, inside in zip(text, mask, strict=True))
    return Voice.QUOTED, told_by(outside, known)


def told_by(text: str, known: Mapping[str, str]) -> str | None:
    """Somebody whom a sentence names beside a word of telling, in full or by a surname of `known` (surname → name)."""
    match = _SPEAKER.search(text)
    named = next((group for group in match.groups() if group), "") if match else ""
    if full := next((found.name for found in find_names(named)), None):
        return full
    surnames = [group for match in _SURNAME_SAYS.finditer(text) for group in match.groups() if group in known]
    return known[surnames[0]] if surnames else None


def tells(text: str) -> bool:
    """Whether a pronoun stands beside a word of telling ("He says, …")."""
    return bool(_PRONOUN_SAYS.search(text))


def runs_on(text: str, mask: list[bool], start: int) -> bool:
    """Whether a quotation begun before `start` goes on there."""
    before = start - 1
    while before > 0 and text[before].isspace():
        before -= 1
    return before > 0 and mask[before] and text[before] not in "”’\"'" and mask[start]
