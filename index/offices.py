"""Offices: who is said to hold one, and which writer claims one in the first person.

In: the sentences of a volume's sections. Out: `Holding`s ("Ann Lee, Chair of the Finance Committee") and the offices
that a section's own writer claims ("in my role as Chair of the Finance Committee").
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from index.model import Section, Sentence, Voice
from index.names import find_names, fold

_HEADS = r"President|Chair|Chairman|Chairwoman|Principal|Director|DCS|Leader|Commissioner|Chief Executive|Editor|Mayor"
_CAPITAL = r"[A-Z][\w&’'-]*"
_TAIL = (
    rf"(?:\s+(?:of|for|in|at)\s+(?:the\s+)?{_CAPITAL}"
    rf"(?:(?:,(?=\s+{_CAPITAL}\s+(?:&|and)\s))?\s+(?:(?:and|&|of|the|for)\s+)*(?:{_CAPITAL}|committee|region|board|council|college|network))*)?"
)
_OFFICE = rf"(?:{_CAPITAL}\s+){{0,4}}(?:{_HEADS})\b{_TAIL}"
_DCS = r"(?:DCS|[Dd]irector\s+of\s+[Cc]hildren[’']s\s+[Ss]ervices(?:\s+\(DCS\))?)"
_BEFORE = re.compile(rf"((?:{_CAPITAL}\s+){{0,3}}(?:{_HEADS})),?\s*$")
_AFTER = re.compile(rf"(?:,|\s+who\s+became|\s+as)\s+(?:the\s+|our\s+|then\s+)?((?:[a-z]+\s+)?{_OFFICE})")
_CLAIM = re.compile(
    rf"\b(?:[Aa]s|[Bb]eing|role\s+of)\s+(?:the\s+|your\s+|an?\s+)?((?:[a-z]+\s+)?{_OFFICE})"
    r"|\b[Mm]y\s+(?:\w+\s+){0,2}([Pp]resident)ial\b|\bmy\s+(?:\w+\s+)?([Pp]resident)ial\b"
)
_PLACE = re.compile(
    rf"\b(?:(?:[Aa]s|[Bb]eing)\s+(?:the\s+)?{_DCS}|[Mm]y\s+team)\s+(?:in|for|at|of)\s+([A-Z][a-z]{{2,}}(?:\s+(?:and\s+)?[A-Z][a-z]{{2,}})*)"
)
_FIRST_PERSON = re.compile(r"\b(?:I|me|my|I’m|I’ve|I’d|I'm|I've|I'd|My)\b")
_OTHER = frozenset(
    {"former", "formerly", "past", "vice", "deputy", "immediate", "elected", "incoming", "outgoing", "co", "then"}
)
ONLY_ONE = frozenset({"president", "principal", "editor", "mayor"})
"""Offices that a body has one of, so that the bare word tells which."""
_EMPTY = frozenset(
    """
    of the for in at to and a an our region regional policy committee board council association children childrens
    services group metropolitan borough city county
    """.split()
)


@dataclass(frozen=True, slots=True)
class Office:
    """An office by its words: the head noun, and the words that tell it from others of its kind."""

    head: str
    words: frozenset[str]
    all_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """Somebody is said to hold an office, in a sentence of a section."""

    name: str
    office: Office
    section: int
    sentence: Sentence


def parse_office(text: str) -> Office | None:
    """An office from the words that print it; None for a former one or a deputy's."""
    text = re.sub(r"^(?:As|The|Our|By)\s+", "", text)
    words = tuple(word for word in fold(text).replace("-", " ").split() if word not in ("&", "and"))
    heads = [word for word in words if re.fullmatch(_HEADS.casefold(), word)]
    if not heads or _OTHER & set(words):
        return None
    return Office(heads[0], frozenset(words) - _EMPTY - {heads[0]}, words)


def fits(claimed: Office, held: Office, own: frozenset[str]) -> bool:
    """Whether the office claimed is the office held.

    The same head, and every telling word of each among the other's; `own` are the words of the body that publishes
    the volume, which its own writers leave out. An abbreviation stands for the words whose initials it is.
    """
    if claimed.head != held.head:
        return False
    mine, theirs = claimed.words - own, held.words - own
    return all(_among(word, held) for word in mine) and (bool(mine) or (not theirs and claimed.head in ONLY_ONE))


def _among(word: str, office: Office) -> bool:
    return word in office.all_words or word in _initials(office.all_words)


def _initials(words: tuple[str, ...]) -> set[str]:
    letters = "".join(word[0] for word in words if word not in ("and", "of", "the", "for", "&"))
    return {letters[i:j] for i in range(len(letters)) for j in range(i + 3, len(letters) + 1)}


def find_holdings(sections: Iterable[Section]) -> Iterator[Holding]:
    """Everybody who is said to hold an office, in order."""
    for number, section in enumerate(sections):
        for sentence in section.sentences:
            for found in find_names(sentence.text):
                for office in _offices_beside(sentence.text, found.start, found.end):
                    yield Holding(found.name, office, number, sentence)


def _offices_beside(text: str, start: int, end: int) -> Iterator[Office]:
    if re.search(r"\b(?:from|than|succeed(?:ed|s)?|replac(?:ed|es|ing))\s+$", text[:start]):
        return
    before = re.sub(r"\b(?:Sir|Dame|Lord|Lady|Dr|Professor|Cllr|Councillor)\s+$", "", text[:start])
    printed = _BEFORE.search(before) or _AFTER.match(text, end)
    if printed and not _is_foregone(text, start) and (office := parse_office(printed.group(1))) is not None:
        yield office


def _is_foregone(text: str, start: int) -> bool:
    """Whether "former" or the like stands right before the office before the name."""
    return bool(re.search(r"\b(?:former|formerly|past|vice)\b[^,;.]{0,40},?\s*$", text[:start], re.I))


def claims(section: Section) -> list[Office]:
    """The offices that the writer of a section claims in the first person."""
    own = [s for s in section.sentences if s.voice in (Voice.OWN, Voice.HEADING)]
    if not any(_FIRST_PERSON.search(sentence.text) for sentence in own):
        return []
    found = []
    for sentence in own:
        for match in _CLAIM.finditer(sentence.text):
            alone = match.group(2) or match.group(3)
            told = alone or _FIRST_PERSON.search(sentence.text) or "being" in match.group().casefold()
            if told and (office := parse_office(match.group(1) or alone)) is not None:
                found.append(office)
        found += [Office("dcs", _telling(place), _words(place)) for place in _PLACE.findall(sentence.text)]
    return found


def _telling(place: str) -> frozenset[str]:
    return frozenset(_words(place)) - _EMPTY


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in fold(text).replace("-", " ").split() if word != "and")
