"""Reading a quotation: its words, and the joints at which it says itself that the source runs differently.

In: what somebody pasted. Out: a `Quotation`. Marks of omission ("…", "[…]", "...") let any words of the source stand in
between; words in square brackets, which the quoter put in, stand for a few words of the source or for none; "[sic]" and
note marks as in "[3]" stand for nothing; "[t]he" is one word.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from index.inline import read_inline
from index.model import Span
from index.wording import Worded, wording
from rag.errors import EmptyQuotation, QuotationTooLong, UnreadableQuotation

MOST_WORDS = 1000
"""The longest quotation that is looked up: about three printed pages."""
MOST_CHARACTERS = 12 * MOST_WORDS
_MARK = re.compile(
    r"""
      (?P<nothing>\[\s*(?:sic\s*[.!]?|\d{1,3}(?:\s*[,–-]\s*\d{1,3})*)\s*\])
    | (?P<omission>[\[(]\s*(?:…|\.\s?\.\s?\.)\s*[.,;:]?\s*[\])]|…|\.\s?\.\s?\.(?:\s?\.)*)
    | (?P<letters>(?<=\w)\[[^\W\d_]{1,12}\]|\[[^\W\d_]{1,12}\](?=\w))
    | (?P<insertion>\[[^\[\]]{1,200}\])
    """,
    re.VERBOSE | re.IGNORECASE,
)


class Joint(IntEnum):
    """What stands before a word of a quotation."""

    NONE = 0
    INSERTION = 1
    OMISSION = 2


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation as it is looked up: its text, its words in it, and the joint before each word."""

    text: str
    words: tuple[Worded, ...]
    joints: tuple[Joint, ...]

    @property
    def has_joints(self) -> bool:
        """Whether it says that it leaves something out or puts something in."""
        return any(self.joints)

    @property
    def parts(self) -> list[tuple[int, int]]:
        """Where its parts between joints begin and end, counted in words; empty where it has no joints."""
        edges = [position for position, joint in enumerate(self.joints) if joint]
        return list(pairwise([0, *edges, len(self.words)])) if edges else []


def read_quotation(text: str) -> list[Quotation]:
    """The ways to read a quotation: word for word, and by its marks where it has any.

    Raises:
        EmptyQuotation, QuotationTooLong, UnreadableQuotation: named after what is wrong.
    """
    if len(text) > MOST_CHARACTERS:
        raise QuotationTooLong(_TOO_LONG)
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise UnreadableQuotation(
            "The quotation holds characters that are no text (NUL or half of a pair). Remove them."
        )
    reading = read_inline(text, Span(0, len(text))).text
    literal = Quotation(reading, tuple(words := wording(reading)), (Joint.NONE,) * len(words))
    if not any(char.isalnum() for char in reading):
        raise EmptyQuotation("The quotation has no words. Give the words that somebody is said to have written.")
    if len(words) > MOST_WORDS:
        raise QuotationTooLong(_TOO_LONG)
    marked = _by_marks(reading)
    return [literal, marked] if marked.words and marked != literal else [literal]


_TOO_LONG = f"The quotation has more than {MOST_WORDS:,} words or {MOST_CHARACTERS:,} characters. Look up a part of it."


def _by_marks(text: str) -> Quotation:
    """A quotation whose marks are taken for what they say; letters in brackets lose their brackets."""
    kept, offsets, gaps, position = "", list[int](), list[tuple[int, Joint]](), 0
    for match in _MARK.finditer(text):
        kept += text[position : match.start()]
        offsets += range(position, match.start())
        position = match.end()
        if match.lastgroup == "letters":
            kept += match.group()[1:-1]
            offsets += range(match.start() + 1, match.end() - 1)
        elif match.lastgroup != "nothing":
            gaps.append((match.start(), Joint.OMISSION if match.lastgroup == "omission" else Joint.INSERTION))
            kept += " "
            offsets.append(match.start())
    kept += text[position:]
    offsets += range(position, len(text))
    words = [Worded(word.word, offsets[word.start], offsets[word.end - 1] + 1) for word in wording(kept)]
    joints = [Joint.NONE] * len(words[:1])
    for before, word in pairwise(words):
        joints.append(max((joint for at, joint in gaps if before.end <= at < word.start), default=Joint.NONE))
    return Quotation(text, tuple(words), tuple(joints))
