"""Laying a retold sentence over those it cites: what it says is there, in that order, and nothing vital is left out.

In: tokens of the retold sentence and of each cited one. Out: which cited sentence each stretch retells, or None. The
words of the cited ones are kept in their order, all cited ones are used, and what is left out is a connective at the
head, an aside, a bracketed name or the last clauses, as long as nothing in it could turn what stays.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from rag.support.lists import (
    ASIDES,
    CONDITIONS,
    CONNECTIVE_PHRASES,
    CONNECTIVES,
    DOUBTS,
    EXCLUSIVES,
    LEANING,
    LINKING,
    NEGATIONS,
    OPENERS,
    SENSITIVE,
    SUBORDINATES,
    TAILS,
)
from rag.support.words import Token

_MOST_CITED = 4
"""A sentence that cites more is no retelling of any."""
_LEAST_KEPT = 4
"""Of a shortened sentence, at least so many words stay."""
_LONGEST_ASIDE = 8
_PHRASES = tuple(tuple(phrase.split()) for phrase in CONNECTIVE_PHRASES)
_PERSONS = {
    "i": ("they", "@writer"), "we": ("they",), "me": ("them", "@writer"), "us": ("them",), "my": ("their", "@writer"),
    "our": ("their",), "ours": ("theirs",), "mine": ("theirs",), "ourselves": ("themselves",),
}  # fmt: skip
"""How the writer's first person is told by another."""
_FIRST = frozenset(_PERSONS)
_THIRD = frozenset("they them their theirs themselves".split())
_VERBS = {"am": ("is", "are"), "have": ("has", "have"), "do": ("does", "do"), "was": ("was", "were")}


@dataclass(frozen=True, slots=True)
class Stretch:
    """The tokens `start` to `end` of the retold sentence retell the cited sentence `source`."""

    source: int
    start: int
    end: int


def align(written: Sequence[Token], cited: Sequence[Sequence[Token]], told_of: bool = False) -> list[Stretch] | None:
    """The stretches that the cited sentences support, in the order of the retold one; None where a part has no support.

    `told_of` says that the sentence credits its writer by name, so that "I" may have become "they" or the name.
    """
    if not written or not 1 <= len(cited) <= _MOST_CITED:
        return None
    for order in permutations(range(len(cited))):
        found = _laid(written, 0, order, cited, told_of)
        if found is not None:
            return found
    return None


def leans(tokens: Sequence[Token], cited: Sequence[Token]) -> bool:
    """Whether a sentence points to the one before it: it opens with a link, or a pronoun of theirs."""
    head = [token.text for token in tokens[:4]]
    theirs = LEANING & {token.text for token in cited}
    if not head:
        return False
    if re.match(r"it is \w+ (?:to|that) ", " ".join(token.text for token in tokens[:6]) + " "):
        return False
    reach = 4 if head[0] in OPENERS else 2
    return (
        head[0] in LINKING or any(word in theirs for word in head[:reach]) or tuple(head[:3]) == ("as", "a", "result")
    )


def _laid(
    written: Sequence[Token], start: int, order: Sequence[int], cited: Sequence[Sequence[Token]], told_of: bool
) -> list[Stretch] | None:
    for end in sorted(_ends(written, start, cited[order[0]], told_of), reverse=True):
        stretch = Stretch(order[0], start, end)
        if len(order) == 1:
            if end == len(written):
                return [stretch]
            continue
        for next_start in _joined(written, start, end):
            rest = _laid(written, next_start, order[1:], cited, told_of)
            if rest is not None:
                return [stretch, *rest]
    return None


def _joined(written: Sequence[Token], start: int, end: int) -> Iterator[int]:
    """Where the next stretch may begin: after a semicolon, or after "and" where nothing before it reaches over."""
    if end >= len(written):
        return
    if ";" in written[end].before:
        yield end
    reaches_over = any(token.text in SUBORDINATES | NEGATIONS for token in written[start:end])
    if written[end].text == "and" and (";" in written[end].before or not reaches_over):
        yield end + 1


def _ends(written: Sequence[Token], start: int, cited: Sequence[Token], told_of: bool) -> set[int]:
    """Every place in the retold sentence up to which a stretch from `start` retells the cited sentence."""
    told_of = told_of and not any(token.text in _THIRD for token in cited)
    states = {(start, place, False) for place in _heads(cited)}
    seen, ends = set(states), set()
    while states:
        i, j, converted = states.pop()
        if _may_stop(cited, j, i - start):
            ends.add(i)
        for state in _steps(written, i, cited, j, converted, told_of):
            if state not in seen:
                seen.add(state)
                states.add(state)
    return ends


_State = tuple[int, int, bool]


def _steps(
    written: Sequence[Token], i: int, cited: Sequence[Token], j: int, converted: bool, told_of: bool
) -> Iterator[_State]:
    if i < len(written) and j < len(cited) and _is_told(written[i], cited[j]):
        if written[i].text == cited[j].text and not (told_of and cited[j].text in _FIRST and not cited[j].quoted):
            yield i + 1, j + 1, False
        elif told_of and not cited[j].quoted and written[i].text in _PERSONS.get(cited[j].text, ()):
            yield i + 1, j + 1, cited[j].text in ("i", "we")
        elif converted and _is_conjugated(written[i].text, cited[j].text):
            yield i + 1, j + 1, False
    if i < len(written) and written[i].text == "also" and 0 < j < len(cited):
        yield i + 1, j, converted
    for end in _asides(cited, j):
        yield i, end, converted


def _is_told(written: Token, cited: Token) -> bool:
    """What stands in quotation marks stays in them; what does not may be put into them."""
    return written.quoted or not cited.quoted


def _is_conjugated(written: str, cited: str) -> bool:
    return written in _VERBS.get(cited, ()) or written in (f"{cited}s", f"{cited}es")


def _heads(cited: Sequence[Token]) -> list[int]:
    """Where a retelling may begin: at the head, or after the connective that stands there."""
    words = [token.text for token in cited]
    found = [0]
    for phrase in _PHRASES:
        if tuple(words[: len(phrase)]) == phrase and _breaks(cited, len(phrase)):
            found.append(len(phrase))
    if len(words) > 1 and words[0] in CONNECTIVES and (words[0] in ("and", "but", "so", "yet") or _breaks(cited, 1)):
        found.append(1)
    return found


def _breaks(cited: Sequence[Token], place: int) -> bool:
    return place < len(cited) and "," in cited[place].before


def _may_stop(cited: Sequence[Token], place: int, written: int) -> bool:
    """Whether the rest of the cited sentence may be left out."""
    if place == len(cited):
        return written > 0
    kept, rest = cited[:place], cited[place:]
    if written < _LEAST_KEPT or kept[0].text in OPENERS or any(token.text in EXCLUSIVES for token in kept):
        return False
    breaks = rest[0].before
    words = {token.text for token in rest}
    if ";" in breaks:
        return not words & (DOUBTS | CONDITIONS)
    if "," in breaks and rest[0].text == "and":
        return not words & (DOUBTS | CONDITIONS)
    return ("," in breaks or "—" in breaks or "–" in breaks) and rest[0].text in TAILS and not words & SENSITIVE


def _asides(cited: Sequence[Token], place: int) -> Iterable[int]:
    """Where what follows may be left out: an adverb of discourse, a bracketed name, a clause on "who" or "which"."""
    if 0 < place < len(cited) and cited[place].text in ASIDES:
        yield place + 1
    if 0 < place < len(cited) and "(" in cited[place].before:
        for end in range(place + 1, min(place + _LONGEST_ASIDE, len(cited) - 1) + 1):
            if ")" in cited[end].before:
                if _is_reference(cited[place:end]):
                    yield end
                return
    if 0 < place < len(cited) and "," in cited[place].before and cited[place].text in ("who", "which", "whose"):
        for end in range(place + 1, min(place + _LONGEST_ASIDE, len(cited) - 1) + 1):
            if "," in cited[end].before:
                if not {token.text for token in cited[place:end]} & SENSITIVE:
                    yield end
                return


def _is_reference(tokens: Sequence[Token]) -> bool:
    """Whether brackets hold a year, a short form or a source, rather than something said."""
    last = tokens[-1].text
    return (len(tokens) == 1 and not last.isdigit()) or (len(tokens) > 1 and bool(re.fullmatch(r"(?:19|20)\d\d", last)))
