"""A sentence as the gate compares it: its words in one spelling, what stands between them, which are quoted.

In: text. Out: `Token`s in order. Case, kind of quotation mark and spelling of a number do not matter; the form of a
word does, since "closed" is not "closes".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.support.numerals import in_one_spelling

_PIECE = re.compile(r"[£$€]?\d+(?:[.,]\d+)*(?:%|(?:m|bn|k|st|nd|rd|th)\b)?|[^\W\d_]+(?:['’][^\W\d_]+)*|[%&£$€+=<>−]")
_OPENING, _CLOSING = "“«", "”»"
_CONTRACTED = {
    "can't": "can not", "cannot": "can not", "won't": "will not", "shan't": "shall not", "ain't": "is not",
    "i'm": "i am", "let's": "let us", "it's": "it is", "that's": "that is", "there's": "there is",
    "here's": "here is", "what's": "what is", "he's": "he is", "she's": "she is", "who's": "who is",
}  # fmt: skip
_ENDINGS = (("n't", " not"), ("'re", " are"), ("'ve", " have"), ("'ll", " will"), ("'d", " would"))
_AMERICAN = re.compile(r"iz(e[sdr]?|ing|ations?)$")
_SHORTEST_AMERICAN = 6
_OPENED = re.compile(r"‘|(?:^|[\s(—–-])'\S")


@dataclass(frozen=True, slots=True)
class Token:
    """A word in one spelling."""

    text: str
    before: str = ""
    """The marks between the word before it and this one, quotation marks apart."""
    quoted: bool = False
    start: int = 0
    end: int = 0


def tokenise(text: str, quoted: bool = False) -> list[Token]:
    """The tokens of a text; `quoted` where all of it stands in quotation marks that others of its sentences show."""
    inside = _quoted_stretches(text)
    raw: list[tuple[str, int, int]] = []
    for match in _PIECE.finditer(text):
        raw += [(word, match.start(), match.end()) for word in _spelt_out(match.group())]
    tokens: list[Token] = []
    place, last_end = 0, 0
    for word, count in in_one_spelling([word for word, _, _ in raw]):
        _, start, end = raw[min(place, len(raw) - 1)]
        if count:
            end = raw[place + count - 1][2]
        else:
            start, end = tokens[-1].start, tokens[-1].end
        before = re.sub(r"[\s“”«»\"‘’']+", "", text[last_end:start]) if start >= last_end else ""
        tokens.append(Token(word, before, quoted or any(a <= start < b for a, b in inside), start, end))
        place, last_end = place + count, max(end, last_end)
    return tokens


def quotations(text: str) -> list[str]:
    """The words between quotation marks, in order."""
    return [text[start:end] for start, end in _quoted_stretches(text)]


def has_stray_mark(text: str) -> bool:
    """Whether a double quotation mark opens and does not close, or closes what was not opened."""
    depth = 0
    for char in text:
        depth += (char in _OPENING) - (char in _CLOSING)
        if depth not in (0, 1):
            return True
    return depth != 0 or text.count('"') % 2 == 1


def _spelt_out(word: str) -> list[str]:
    """The word in lower case; a contraction is two words, a possessive is none."""
    low = word.casefold().replace("’", "'")
    low = _CONTRACTED.get(low, low)
    for ending, full in _ENDINGS:
        if low.endswith(ending):
            low = low.removesuffix(ending) + full
            break
    low = low.removesuffix("'s")
    return [
        _AMERICAN.sub(r"is\1", part) if len(part) >= _SHORTEST_AMERICAN else part
        for part in low.replace("'", "").split()
    ]


def _quoted_stretches(text: str) -> list[tuple[int, int]]:
    """Where quotations begin and end, inner marks left to the outer ones; one that never closes reaches to the end."""
    stretches: list[tuple[int, int]] = []
    start, closer = -1, ""
    for place, kind in _marks(text):
        if start < 0 and kind != "close":
            start, closer = place + 1, text[place]
        elif start < 0 and text[place] in _CLOSING:
            stretches.append((0, place))
        elif start >= 0 and _closes(text[place], closer, kind):
            stretches.append((start, place))
            start = -1
    if start >= 0 and closer in '“«"':
        stretches.append((start, len(text)))
    return stretches


def _closes(mark: str, opener: str, kind: str) -> bool:
    pairs = {"“": "”", "«": "»", '"': '"', "‘": "’'", "'": "'’"}
    return mark in pairs[opener] and (kind == "close" or mark == '"')


def _marks(text: str) -> Iterator[tuple[int, str]]:
    """Every quotation mark with what it does; an apostrophe is none."""
    for place, char in enumerate(text):
        if char in _OPENING:
            yield place, "open"
        elif char in _CLOSING:
            yield place, "close"
        elif char == '"':
            yield place, "either"
        elif char in "‘’'":
            before, after = text[place - 1 : place], text[place + 1 : place + 2]
            if (not before or before in ' (—–-“"') and after.strip() and char != "’":
                yield place, "open"
            elif before and not before.isspace() and not after.isalnum() and _OPENED.search(text[:place]):
                yield place, "close"
