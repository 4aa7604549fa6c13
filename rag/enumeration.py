"""Things that a text tells one after the other: a printed list with its lead-in, or "First … Second … Third …".

In: the sentences of a section. Out: `Enumeration`s, and which of their sentences fit into so many words: the lead-in
and the beginning of every item go before what is said further of any.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest

from index.model import CITABLE_VOICES
from index.records import SentenceRecord

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NAMES = "|".join((*_ORDINALS, "final", "last"))
_COUNTS = re.compile(
    rf"(?:and\s+)?(?:the\s+(?P<named>{_NAMES})\s+(?:\w+,?\s+)?(?:is|was|are|were|being|more|element|reason|problem)\b"
    rf"|(?P<ordinal>{_NAMES})(?:ly\b|,|:|\s+(?:of\s+all|is|was|are|were|it|we|there)\b))",
    re.I,
)
"""How a sentence begins that counts up: "Firstly …", "Second, …", "The third reason is …"."""
_FURTHEST = 20
"""So many sentences further on the next is looked for."""
_LAST = frozenset({"final", "last"})


@dataclass(frozen=True, slots=True)
class Enumeration:
    """Several things told in order, by the ordinals of their sentences."""

    lead: int | None
    """What says of what they are."""
    items: tuple[tuple[int, ...], ...]
    """Of each thing the sentence that names it, then what is said further."""

    @property
    def ordinals(self) -> list[int]:
        """All of its sentences, in reading order."""
        return sorted([*(() if self.lead is None else (self.lead,)), *(place for item in self.items for place in item)])

    def fitting(self, sentences: Sequence[SentenceRecord], words: int) -> list[int]:
        """The ordinals of those that fit into so many words, in reading order; what is too long is passed over."""
        names, *further = zip_longest(*self.items)
        order = [self.lead, *names, *(place for turn in further for place in turn)]
        kept: list[int] = []
        left = words
        for place in order:
            if place is not None and (size := len(sentences[place].text.split())) <= left:
                kept.append(place)
                left -= size
        return sorted(kept)


def lists(sentences: Sequence[SentenceRecord]) -> Iterator[Enumeration]:
    """The printed lists of a section, each with the sentence before it."""
    for is_list, run in groupby(sentences, key=lambda s: s.is_list_item and s.voice in CITABLE_VOICES):
        items = list(run)
        if is_list:
            paragraphs = groupby(items, key=lambda sentence: sentence.paragraph)
            yield Enumeration(
                lead=_citable(sentences, items[0].ordinal - 1),
                items=tuple(tuple(sentence.ordinal for sentence in said) for _, said in paragraphs),
            )


def series(sentences: Sequence[SentenceRecord]) -> Iterator[Enumeration]:
    """What a section counts up in running text, two things at least."""
    own = [sentence for sentence in sentences if sentence.voice in CITABLE_VOICES and not sentence.is_list_item]
    counted = [
        (place, (found["ordinal"] or found["named"]).lower())
        for place, sentence in enumerate(own)
        if (found := _COUNTS.match(sentence.text))
    ]
    members: list[int] = []
    for place, ordinal in [*counted, (len(own) + 2 * _FURTHEST, "")]:
        is_next = members and place - members[-1] <= _FURTHEST
        if is_next and (ordinal == _ORDINALS[len(members)] or (len(members) > 1 and ordinal in _LAST)):
            members.append(place)
            continue
        if len(members) > 1:
            yield _counted(own, members)
        members = [place] if ordinal == _ORDINALS[0] else []


def _counted(own: Sequence[SentenceRecord], members: Sequence[int]) -> Enumeration:
    """The things that sentences begin to tell at these places; the last goes on to the end of its paragraph."""
    first = own[members[0]]
    before = own[members[0] - 1] if members[0] else None
    introduces = before is not None and (before.paragraph == first.paragraph or before.text.endswith((":", "?")))
    end = members[-1] + 1
    while end < len(own) and own[end].paragraph == own[members[-1]].paragraph:
        end += 1
    bounds = zip(members, [*members[1:], end], strict=True)
    return Enumeration(
        lead=before.ordinal if before is not None and introduces else None,
        items=tuple(tuple(sentence.ordinal for sentence in own[start:stop]) for start, stop in bounds),
    )


def _citable(sentences: Sequence[SentenceRecord], place: int) -> int | None:
    return place if place >= 0 and sentences[place].voice in CITABLE_VOICES else None


_NUMBERS = {word: number for number, word in enumerate("two three four five six seven eight nine ten".split(), start=2)}
_ASKED = re.compile(
    rf"\b(?P<number>{'|'.join(_NUMBERS)}|[2-9]|10)\b(?=(?:\s+[\w'’-]+){{0,3}}?\s+\w{{2,}}(?:s|ren|people)\b)", re.I
)


def number_asked(question: str) -> int | None:
    """How many things a question asks for: 3 for "which three wishes …"; None where it does not say."""
    found = _ASKED.search(question)
    if found is None:
        return None
    number = found.group("number").lower()
    return _NUMBERS.get(number) or int(number)
