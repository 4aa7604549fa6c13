"""Recognising people's names and the bylines that print them.

In: a line of reading text. Out: the authors it names with honorific and role, or nothing where it is no byline.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from index.model import Author

HONORIFICS = (
    "Dr", "Professor", "Prof", "Sir", "Dame", "Lord", "Lady", "Baroness", "Councillor", "Cllr", "Mr", "Mrs", "Ms",
    "Miss", "Rev", "Reverend", "Detective Superintendent", "Detective Inspector", "Superintendent", "Inspector",
    "Judge", "Justice", "Captain", "Sister", "Father",
)  # fmt: skip

_PARTICLE = r"(?:[Vv]an|[Dd]e|[Dd]er|[Vv]on|[Dd]i|[Ll]a|[Ll]e|[Aa]l|[Ee]l|[Bb]in|[Tt]en)"
_WORD = r"(?:[A-Z][a-zà-ÿ]+(?:[-'’][A-Z]?[a-zà-ÿ]+)*|[OD]['’][A-Z][a-zà-ÿ]+|Ma?c[A-Z][a-zà-ÿ]+|[A-Z]\.)"
_HONORIFIC = rf"(?:(?:{'|'.join(HONORIFICS)})\.?\s+)"
_LETTERS = r"(?:,?\s+(?:OBE|CBE|MBE|KBE|DBE|QC|KC|MP|PhD|JP)\b)*"

NAME = re.compile(rf"(?P<honorific>(?>{_HONORIFIC}*))(?P<name>{_WORD}(?:\s+(?:{_PARTICLE}\s+)*{_WORD}){{1,3}})")
_NAMES_BY_LENGTH = tuple(
    re.compile(
        rf"(?P<honorific>(?>{_HONORIFIC}*))(?P<name>{_WORD}(?:\s+(?:{_PARTICLE}\s+)*{_WORD}){{{further}}})"
        rf"(?P<letters>{_LETTERS})(?=[\s,.:;–—-]|$)"
    )
    for further in (1, 2, 3)
)

ROLE_WORDS = frozenset(
    """
        director executive chief officer manager head leader professor lecturer adviser advisor minister member
        chair chairman chairwoman president worker practitioner trainee assistant deputy lead editor commissioner
        secretary consultant researcher fellow partner founder trustee governor teacher headteacher nurse social
        carer leaver councillor mp peer dcs psychologist psychiatrist barrister judge solicitor author journalist writer
        student coordinator co-ordinator administrator apprentice counsellor analyst inspector superintendent
        constable
        """.split()
)
"""Words that make the words after a name a role; every one a common noun of office."""

_NOT_NAMES = frozenset(
    """
        The A An And Or But Of In On At To For From With We Our I My It This That These Those What When Where Why
        How Who There If As Not No Yes All Some Children Child Young People Social Services Service Council Care
        Family Families About Curated Edited Foreword Introduction Conclusion Contents Notes Appendix Chapter Part
        Volume Page Summary Acknowledgements Contributors References Endnotes Related Blog Articles Local Government
        Authority National Department Annual Report Conference Act Bill Review Board Group Team Plan Day Week Year
        House Park Street Road North South East West St Saint Working Making Building Looking Getting Going Being
        Having Thinking Taking Leading Learning Growing Putting County Borough Metropolitan Programme Scheme Policy
        Network Committee Committees Centre Trust Office Framework Strategy Commission University College Agency
        Partnership Forum Award Awards Fund Project Unit Court Region Pressures School
        Schools Academy Hospital Institute Association Foundation Society Campaign Club Virtual
        """.split()
)
_OFFICE_WORDS = frozenset(
    {"past", "vice", "immediate", "former", "acting", "interim", "committee", "council", "college"}
)
_COMBINING = re.compile(r"[\u0300-\u036f]")
_NO_WORD = re.compile(r"[^\w&%£'.-]+")
_VERBS = frozenset({"is", "was", "are", "were", "has", "had", "will", "says", "said", "who"})
_AND = re.compile(r"\s+(?:and|&)\s+")


def fold(text: str) -> str:
    """Lower case, no accents, straight quotes, single spaces: for comparing, never for showing."""
    plain = text.replace("’", "'").replace("‘", "'")
    if not plain.isascii():
        plain = _COMBINING.sub("", unicodedata.normalize("NFKD", plain))
    return " ".join(_NO_WORD.sub(" ", plain.casefold()).replace("'", "").split())


def is_name(text: str) -> bool:
    """Whether the whole of `text` has the shape of one person's name, honorific allowed."""
    match = NAME.fullmatch(text.strip())
    return match is not None and not _NOT_NAMES & set(match.group("name").split())


def split_honorific(text: str) -> tuple[str, str]:
    """Honorific and name of somebody ("Sir", "Martin Narey")."""
    match = NAME.fullmatch(text.strip())
    return (match.group("honorific").strip(), match.group("name")) if match else ("", text.strip())


@dataclass(frozen=True, slots=True)
class NameFound:
    """A person's name in running text: where it stands, without honorific or office."""

    name: str
    honorific: str
    start: int
    end: int


@lru_cache(maxsize=32768)
def find_names(text: str) -> tuple[NameFound, ...]:
    """Names of people in running text; words of office and words that begin a sentence are not part of them."""
    return tuple(_names_in(text))


def _names_in(text: str) -> Iterator[NameFound]:
    for match in NAME.finditer(text):
        kept: list[re.Match[str]] = []
        for word in re.finditer(r"\S+", match.group("name")):
            again = any(word.group() == earlier.group() for earlier in kept)
            if again or word.group() in _NOT_NAMES or word.group().casefold() in ROLE_WORDS | _OFFICE_WORDS:
                if len(kept) >= 2:
                    break
                kept = []
            else:
                kept.append(word)
        if len(kept) >= 2:
            offset = match.start("name")
            start, end = offset + kept[0].start(), offset + kept[-1].end()
            name = re.sub(r"['’]s$", "", text[start:end])
            yield NameFound(name, match.group("honorific").strip(), start, start + len(name))


def looks_like_role(text: str) -> bool:
    """Whether `text` reads as somebody's office: short, and with a word of office in it."""
    words = re.findall(r"[a-z-]+", text.casefold())
    return 0 < len(words) <= 40 and bool(ROLE_WORDS & set(words))


def parse_byline(text: str) -> tuple[Author, ...]:
    """The authors that a byline names; empty where the line is not a byline.

    Reads "Name", "Name, role", "Name role", "Name: role", "Name, role and Name, role", honorifics and letters after
    the name. A name followed by anything that is neither a role nor the end of the line makes no byline.
    """
    authors: list[Author] = []
    rest = text.strip().removeprefix("By ").removeprefix("by ").strip()
    while rest:
        match = _longest_name(rest)
        if match is None or re.match(r"\s+(?!and\b)[a-z]", rest[match.end() :]):
            return ()
        tail = rest[match.end() :].lstrip(" ,.:;–—-")
        role, rest = _split_second_author(tail)
        if role and (not looks_like_role(role) or role.split()[0] in _VERBS):
            return ()
        authors.append(Author(match.group("name"), match.group("honorific").strip(), role.rstrip(" .")))
    return tuple(authors)


def _longest_name(text: str) -> re.Match[str] | None:
    """The name at the head of `text`; words of office do not belong to it ("Cat Sherwin Social Worker")."""
    best = None
    for pattern in _NAMES_BY_LENGTH:
        match = pattern.match(text)
        if match is None:
            break
        words = match.group("name").split()
        if _NOT_NAMES & set(words) or any(word.casefold() in ROLE_WORDS for word in words):
            break
        if best is None or _is_closed(text[match.end() :]):
            best = match
    return best


def _is_closed(tail: str) -> bool:
    """Whether a name ends here for sure: nothing follows, or a separator does."""
    return not tail.strip() or tail.lstrip()[0] in ",:;–—-(" or tail.lstrip().startswith(("and ", "& "))


def _split_second_author(tail: str) -> tuple[str, str]:
    """Split "role and Name, role" at the "and" that a further name follows."""
    if not tail:
        return "", ""
    if tail.startswith(("and ", "& ")):
        rest = tail.split(" ", 1)[1]
        return ("", rest) if _longest_name(rest) else (tail, "")
    for match in _AND.finditer(tail):
        rest = tail[match.end() :]
        name = _longest_name(rest)
        if name and not any(word.casefold() in ROLE_WORDS for word in rest.split()[:2]) and _ends_name(rest, name):
            return tail[: match.start()].rstrip(" ,"), rest
    return tail, ""


def _ends_name(rest: str, name: re.Match[str]) -> bool:
    after = rest[name.end() :].lstrip()
    return not after or after[0] in ",–—-:" or looks_like_role(" ".join(after.split()[:4]))
