"""The words around the quoted ones: who says it, in which piece. They are ours, and are kept apart from the texts'."""

import re
from collections.abc import Sequence

from index.records import SectionRecord

QUOTING = ", quoting "
_PIECE = re.compile(r"“.*”(?: \(.*\))?", re.S)
_QUOTED = re.compile(rf"{QUOTING}(?P<who>.+?)(?:,(?: in)? )?:$", re.S)


def people_in_words(names: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


def verb(names: Sequence[str], one: str, many: str) -> str:
    """The form of a verb that goes with so many names."""
    return one if len(names) == 1 else many


def frame(section: SectionRecord, year: int | None, quoted: str | None = None) -> str:
    """The attribution that opens a part of an answer; `quoted` is whose words come first, where not the writer's."""
    names = people_in_words([author.name for author in section.authors])
    place = f"“{section.title}” ({section.volume}{f', {year}' if year else ''})"
    quoting = f"{QUOTING}{quoted}" if quoted else ""
    if section.edition == "digest":
        return f"Byline's digest of {names}{quoting}, {place}:" if names else f"Byline's digest of {place}{quoting}:"
    if names:
        return f"{names}{quoting}, in {place}:"
    return f"{place}, whose writer the text does not name{quoting}:"


def turn(section: SectionRecord, quoted: str | None) -> str:
    """The attribution where within a part the words become somebody else's, `quoted`, or the writer's again."""
    names = people_in_words([author.name for author in section.authors]) or "The piece"
    names = f"Byline's digest of {names}" if section.edition == "digest" and section.authors else names
    return f"{names}{QUOTING}{quoted}:" if quoted else f"{names}:"


def quoted_in(words: str) -> str | None:
    """Whom a frame says it quotes; None where it says of nobody."""
    found = _QUOTED.search(_PIECE.sub("", words))
    return found.group("who") if found else None
