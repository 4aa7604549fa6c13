"""Whose words: which characters of a paragraph stand in quotation marks, and whose voice each of its sentences is.

In: the reading text of a paragraph with the ranges of its sentences, and the `Cast` of its piece. Out: a mask over its
characters; for every sentence its voice and its speaker.
"""

import re
from collections.abc import Sequence

from index.cast import Cast
from index.model import Voice
from index.names import is_name
from index.speakers import find_speaker, goes_on_claiming, goes_on_telling, reported_by, sole_person, tells

_QUOTED_SHARE = 0.6
_IN_BRACKETS = re.compile(r"\(([^()]{3,40})\)\.?")
_MARKS = "“\"‘'"


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


def voices_of(
    text: str, ranges: Sequence[tuple[int, int]], cast: Cast, announced: str | None = None
) -> list[tuple[Voice, str | None]]:
    """Own, quoted or reported, sentence by sentence, with the speaker that the text names.

    Args:
        text: a paragraph.
        ranges: start and end of its sentences.
        cast: who is in its piece.
        announced: whoever the lines above announce as the speaker of a quotation that begins here.
    """
    mask = quoted_mask(text)
    found: list[tuple[Voice, str | None]] = []
    last: str | None = announced if text[:1] in _MARKS else None
    before = ""
    for start, end in ranges:
        sentence, inside = text[start:end], mask[start:end]
        outside = _outside(sentence, inside)
        telling = tells(outside)
        named = _named(outside, cast) if telling else None
        voice, speaker = Voice.OWN, None
        if _is_quoted(sentence, inside):
            goes_on = runs_on(text, mask, start) or not any(map(str.isalpha, outside))
            voice, speaker = Voice.QUOTED, named or (last if goes_on else _pronoun(outside, before, last, cast))
        elif telling and (teller := _reporter(outside.strip(), before, last, cast)) not in {None, *cast.writers}:
            voice, speaker = Voice.REPORTED, teller
        last = speaker or named or (last if voice is Voice.QUOTED else None)
        before = sentence
        found.append((voice, speaker))
    return _named_later(found, text, mask, ranges)


def _named(outside: str, cast: Cast) -> str | None:
    """Whom a sentence names as speaking, or its one person where a pronoun does ("… Clara Moss, in which she said")."""
    return find_speaker(outside, cast) or (sole_person(outside, cast) if goes_on_telling(outside) else None)


def _pronoun(outside: str, before: str, last: str | None, cast: Cast) -> str | None:
    """Who "she said" is: the speaker so far, or the one person whom the sentence before names."""
    return (last or sole_person(before, cast)) if goes_on_telling(outside) else None


def _reporter(sentence: str, before: str, last: str | None, cast: Cast) -> str | None:
    """Whose claim a sentence tells: somebody it names, or the one that the sentence before it does."""
    if goes_on_claiming(sentence):
        return last or sole_person(before, cast)
    return reported_by(sentence, cast)


def announces(text: str, cast: Cast) -> str | None:
    """The speaker of what follows a paragraph that ends in a colon."""
    return find_speaker(text, cast) if text.rstrip().endswith((":", "…")) and tells(text) else None


def runs_on(text: str, mask: Sequence[bool], start: int) -> bool:
    """Whether a quotation begun before `start` goes on there."""
    before = start - 1
    while before > 0 and text[before].isspace():
        before -= 1
    return before > 0 and mask[before] and text[before] not in "”’\"'" and mask[start]


def _outside(sentence: str, inside: Sequence[bool]) -> str:
    """The words of a sentence outside its quotation marks, each in its place."""
    if True not in inside:
        return sentence
    return "".join(" " if hidden else char for char, hidden in zip(sentence, inside, strict=True))


def _is_quoted(sentence: str, inside: Sequence[bool]) -> bool:
    if True not in inside:
        return False
    letters = [hidden for char, hidden in zip(sentence, inside, strict=True) if char.isalpha()]
    return bool(letters) and sum(letters) / len(letters) >= _QUOTED_SHARE


def _named_later(
    found: list[tuple[Voice, str | None]], text: str, mask: Sequence[bool], ranges: Sequence[tuple[int, int]]
) -> list[tuple[Voice, str | None]]:
    """A quotation of several sentences is one speaker's, though only its end or the bracket behind it names them."""
    for number in range(len(found) - 2, -1, -1):
        (voice, speaker), (following, later) = found[number], found[number + 1]
        bracket = _IN_BRACKETS.fullmatch(text[slice(*ranges[number + 1])])
        if voice is Voice.QUOTED and speaker is None and bracket and is_name(bracket.group(1)):
            found[number] = (voice, bracket.group(1))
        elif voice is following is Voice.QUOTED and speaker is None and runs_on(text, mask, ranges[number + 1][0]):
            found[number] = (voice, later)
    return found
