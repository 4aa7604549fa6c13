"""What a question means by "[2]", "the second one", "that chapter" or "the author": put in by name.

In: a question and what the answer before it cited. Out: the question with titles and names in their place.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.records import PersonRecord, SectionRef
from rag.earlier import Cited, Earlier
from rag.frame import people_in_words

_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4,
    "5th": 5, "6th": 6, "last": -1, "final": -1, "other": 2,
}  # fmt: skip
_WRITING = r"(?:chapter|essay|piece|story|post|blog\s+post|blog|article|foreword|introduction|section|text|paper)"
_NUMBERED = re.compile(
    rf"""\b(?:the|that|your)\s+(?P<ordinal>{"|".join(_ORDINALS)})\s+
    (?P<what>one|source|citation|quote|quotation|reference|sentence|passage|point|author|writer|person|{_WRITING})\b
    (?!\s+of\b)
    |(?:\b(?:source|citation|quote|reference|footnote|number|no\.)\s*\#?\s*|\[)(?P<mark>\d{{1,3}})\b\]?""",
    re.I | re.X,
)
_THAT_PIECE = re.compile(rf"\b(?:that|this|the\s+same)\s+{_WRITING}\b", re.I)
_THE_WRITER = re.compile(
    r"\b(?:the|that|this|the\s+same|its)\s+(?:same\s+)?(?:author|writer)s?\b(?!\s+(?:of|who)\b)", re.I
)
_PEOPLE = ("author", "writer", "person")
_SENTENCES = ("source", "citation", "quote", "quotation", "reference", "sentence", "passage", "point")


@dataclass(frozen=True, slots=True)
class Referred:
    """A question with what it points at put in."""

    question: str
    pieces: tuple[str, ...] = ()
    words: str = ""
    """The sentence that it points at; empty where it points at a whole piece or a person."""


def put_in_references(question: str, said: Earlier, people: Sequence[PersonRecord]) -> Referred:
    """Put titles and names in the place of what points at the last answer; what points at nothing stays."""
    if match := _NUMBERED.search(question):
        return _numbered(question, match, said)
    if (match := _THAT_PIECE.search(question)) and len(said.pieces) == 1:
        return Referred(_put(question, match, _titled(said.pieces[0])), (said.pieces[0].id,))
    if match := _THE_WRITER.search(question):
        names = said.authors or tuple(person.name for person in people)
        if names and (len(said.pieces) <= 1 or match.group().endswith("s")):
            return Referred(_put(question, match, people_in_words(names)))
        if not names and len(said.pieces) == 1:
            return Referred(question, (said.pieces[0].id,))
    return Referred(question)


def _numbered(question: str, match: re.Match[str], said: Earlier) -> Referred:
    what = (match.group("what") or "").casefold()
    number = int(match.group("mark")) if match.group("mark") else _ORDINALS[match.group("ordinal").casefold()]
    sentence = _cited(said, number)
    by_piece = what and what not in _SENTENCES and (len(said.pieces) > 1 or what not in ("one", "other"))
    piece = _nth(said.pieces, number) if by_piece else sentence.section if sentence else None
    if piece is None:
        return Referred(question)
    if what in _PEOPLE:
        return Referred(_put(question, match, people_in_words(piece.authors)) if piece.authors else question)
    words = sentence.words if sentence and not by_piece else ""
    return Referred(_put(question, match, _titled(piece)), (piece.id,), words)


def _cited(said: Earlier, number: int) -> Cited | None:
    if number < 0:
        return said.cited[-1] if said.cited else None
    return next((cited for cited in said.cited if cited.number == number), None)


def _nth(pieces: Sequence[SectionRef], number: int) -> SectionRef | None:
    if number < 0:
        return pieces[-1] if pieces else None
    return pieces[number - 1] if number <= len(pieces) else None


def _titled(piece: SectionRef) -> str:
    return f"“{piece.title}”"


def _put(question: str, match: re.Match[str], words: str) -> str:
    return question[: match.start()] + words + question[match.end() :]
