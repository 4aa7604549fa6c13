"""Reading what a language model writes: whole sentences with the numbers they cite, as soon as each is complete.

In: pieces of text as they stream in. Out: `Written` sentences. A sentence ends where its marks of citation end.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_MARKS = r"(?:\s*\[\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*\])"
_END = re.compile(rf"(?:[.!?][”\"’')]*{_MARKS}*|{_MARKS}+(?:[.!?][”\"’')]*|(?=\s+[A-Z“\"])))(?=\s+[^\s\[]|\s*\n\s*\n)")
_MARK = re.compile(_MARKS)
_NUMBERS = re.compile(r"\d+")
_RANGE = re.compile(r"(\d+)\s*[–-]\s*(\d+)")
_ABBREVIATED = re.compile(r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|Cllr|Rev|No|vs|e\.g|i\.e|etc|cf|[A-Z]))\.$")
_LONGEST = 4000
"""Characters without an end of a sentence: what comes then is no prose."""


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as written, without its marks, and the numbers that it cites in order."""

    text: str
    cites: tuple[int, ...]


def read_sentences(pieces: Iterable[str]) -> Iterator[Written]:
    """The sentences of a stream, each as it completes; the last also where nothing ends it."""
    rest = ""
    for piece in pieces:
        rest += piece
        while (cut := _first_end(rest)) is not None:
            if found := _read(rest[:cut]):
                yield found
            rest = rest[cut:]
        if len(rest) > _LONGEST:
            return
    if found := _read(rest):
        yield found


def _first_end(text: str) -> int | None:
    for match in _END.finditer(text):
        head = text[: match.start() + 1]
        if match.group().startswith(".") and "[" not in match.group() and _ABBREVIATED.search(head):
            continue
        return match.end()
    return None


def _read(text: str) -> Written | None:
    cites: list[int] = []
    for mark in _MARK.findall(text):
        for first, last in _RANGE.findall(mark):
            cites += range(int(first), min(int(last), int(first) + 9) + 1)
        cites += [int(number) for number in _NUMBERS.findall(mark)]
    words = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(_MARK.sub("", text).split()))
    return Written(words, tuple(dict.fromkeys(sorted(cites)))) if any(c.isalnum() for c in words) else None
