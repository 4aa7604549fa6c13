"""Two things set side by side that are no two persons: places, pieces, posts.

"How do the Barrow post and the one on ferries differ?" In: a question and the names in it. Out: the two sides, each
with the question as it is put to that side alone and the words that tell where it stands.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.names import fold
from index.records import PersonRecord
from rag.clauses import SENTENCE_END, things_asked
from rag.leaning import clause_points_back
from rag.lexicon import SCAFFOLD, Lexicon, content_stems
from rag.people import Mention

_OPENING = re.compile(
    r"""^(?:and\s+|so\s+)?(?:(?:how|what|why|where|when|which|who)(?:\s+\w+)?\s+(?=(?:do|does|did|has|have|had|is|are|was|were)\b))?
    (?:(?:do|does|did|has|have|had|is|are|was|were|can|could|should|would|will)\s+)?""",
    re.I | re.X,
)
"""What a question may open with before it names what it compares."""
_SAID_OF_BOTH = re.compile(
    r"\s+(?:(?P<mark>both|each)\b|(?=(?:differ|disagree|agree|compare|see\s+eye\s+to\s+eye)\b))", re.I
)
_SET_BESIDE = re.compile(
    r"""(?:\b(?:compare|contrast)\s+|\bdifferences?\s+between\s+)(?P<group>.+?)
    (?P<rest>\s+(?:on|over|about|in\s+terms\s+of|as\s+to|regarding|when\s+it\s+comes\s+to)\s[^?.,;]*)?(?=[?.,;]|$)""",
    re.I | re.X,
)
"""`rest` may be what they are compared on, or belong to the name of the second."""
_TWICE = re.compile(
    r"\b(?P<group>(?P<word>in|for|at|by|to|from|with|of)\s+(?:[\w'’-]+\s+){1,6}?and\s+(?P=word)\s+[^?.,;]+)", re.I
)
"""One preposition before each of the two."""
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’]s\b")
_AND = re.compile(r"\s*,?\s+(?:and|versus|vs\.?|with)\s+", re.I)
_NEW_THING = re.compile(r"(?:the|an?|one|that|those|this|in|for|at|by|to|from|with|of)\b|(?-i:[A-Z])", re.I)
"""How the name of a second thing begins."""
_EACH = re.compile(r"\b(?:each|both)(?:\s+of\s+(?:them|these|the\s+two))?\b", re.I)
_PIECE = re.compile(
    r"""\b(?:essays?|chapters?|story|stories|posts?|blogs?|pieces?|articles?|foreword|introduction|conclusion|speech|report
    |director|manager|worker|officer|councillor|leader|head|chair|executive|trainee|one)\b""",
    re.I | re.X,
)
"""What a piece or its writer is called."""
_TWO = re.compile(r"\btwo\b", re.I)
_TWO_PIECES = re.compile(r"\btwo\s+(?:essays|chapters|stories|posts|blogs|pieces|articles)\b", re.I)
_NAMES = re.compile(r"\b(?:the|two|both|these|of)\s+(?:two\s+)?([A-Z][a-z]{2,}?)s\b")
"""A name said of several."""
_MOST_CUTS = 4
"""So many places are tried where two sides may part."""
_MOST_SECTIONS = 16
_FEW_SECTIONS = 3
"""A name tells where a side stands if one in so many sections has it at most, or so few have it."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two things compared."""

    asked: str
    """The question as it is put to this side alone."""
    people: tuple[PersonRecord, ...]
    """Whose words it asks for; nobody where it is no person."""
    names: tuple[str, ...]
    """Stems of rare names that its piece has."""


def sides_of(text: str, mentions: Sequence[Mention], lexicon: Lexicon) -> tuple[Side, ...]:
    """The two sides that a question compares; none where it compares no two things that can be told apart."""
    return (
        _of_group(text, mentions, lexicon) or _of_clauses(text, mentions, lexicon) or _of_two(text, mentions, lexicon)
    )


def _of_group(text: str, mentions: Sequence[Mention], lexicon: Lexicon) -> tuple[Side, ...]:
    """Sides that stand side by side: "A and B both"."""
    for start, end, after in _groups(text):
        for left, right in _halves(text[start:end]):
            spans = ((start, start + left), (start + right, end))
            sides = tuple(
                _side(f"{text[:start]}{text[first:last]}{text[after:]}", text, first, last, mentions, lexicon)
                for first, last in spans
            )
            if all(_tells(text[first:last], side) for (first, last), side in zip(spans, sides, strict=True)):
                return sides
    return ()


def _groups(text: str) -> list[tuple[int, int, int]]:
    """Where two things may stand side by side: begin, end, and where the rest of the question goes on."""
    found = []
    begin = 0
    for sentence in SENTENCE_END.split(text):
        begin = text.index(sentence, begin)
        opening = _OPENING.match(sentence)
        if match := _SAID_OF_BOTH.search(sentence):
            after = match.end() if match.group("mark") else match.start()
            found.append((begin + (opening.end() if opening else 0), begin + match.start(), begin + after))
        if match := _SET_BESIDE.search(sentence):
            found += [
                (begin + match.start("group"), begin + end, begin + end) for end in (match.end("group"), match.end())
            ]
        if match := _TWICE.search(sentence):
            found.append((begin + match.start("group"), begin + match.end(), begin + match.end()))
    return found


def _halves(group: str) -> list[tuple[int, int]]:
    """Where a group may be cut in two, the likeliest cut first: end of the left half, begin of the right one."""
    cuts = [(match.start(), match.end()) for match in _AND.finditer(group)]
    return sorted(cuts, key=lambda cut: not _NEW_THING.match(group[cut[1] :]))[:_MOST_CUTS]


def _side(asked: str, text: str, first: int, last: int, mentions: Sequence[Mention], lexicon: Lexicon) -> Side:
    """The side that the words from `first` to `last` name."""
    people = [mention.candidates for mention in mentions if first <= mention.start < last]
    known = tuple(dict.fromkeys(person for candidates in people if len(candidates) == 1 for person in candidates))
    return Side(" ".join(_EACH.sub(" ", asked).split()), known, () if known else _names(text[first:last], lexicon))


def _of_clauses(text: str, mentions: Sequence[Mention], lexicon: Lexicon) -> tuple[Side, ...]:
    """Sides that have a clause each, with a name in each that the other has not."""
    clauses = things_asked(text)
    if len(clauses) != 2 or clause_points_back(clauses[1]) or len(" ".join(clauses)) < len(text) - 8:
        return ()
    sides = []
    for clause in clauses:
        first = text.index(clause)
        sides.append(_side(clause, text, first, first + len(clause), mentions, lexicon))
    one, other = ({*side.names, *(person.id for person in side.people)} for side in sides)
    return tuple(sides) if one and other and not one & other else ()


def _of_two(text: str, mentions: Sequence[Mention], lexicon: Lexicon) -> tuple[Side, ...]:
    """Two pieces that nothing but their number names: "her two stories", "two complaints … each", "both Marys"."""
    people = _namesakes(text, lexicon)
    if not people and (_TWO_PIECES.search(text) or (_TWO.search(text) and _EACH.search(text))):
        named = tuple(dict.fromkeys(person for mention in mentions for person in mention.candidates))
        people = named if len(named) == 1 and len(named[0].sections) > 1 else ()
    if not people:
        return ()
    clauses = things_asked(text)
    return tuple(Side(asked, people, ()) for asked in (clauses if len(clauses) == 2 else (text, text)))


def _namesakes(text: str, lexicon: Lexicon) -> tuple[PersonRecord, ...]:
    """The writers of a name that is said of several: "the Marys"."""
    several = {fold(match.group(1)) for match in _NAMES.finditer(text)}
    found = tuple(person for person in lexicon.people if several & set(lexicon.name_parts[person.id]))
    return found if len(found) > 1 else ()


def _tells(words: str, side: Side) -> bool:
    """Whether the words of a side say which piece or whose it is."""
    return bool(side.people or side.names or (_PIECE.search(words) and content_stems(words, SCAFFOLD)))


def _names(words: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The stems of the rare names among some words."""
    most = max(_FEW_SECTIONS, len(lexicon.sections) // _MOST_SECTIONS)
    found = [fold(word) for word in _WORD.findall(_POSSESSIVE.sub("", words))]
    rare = [word for word in found if not lexicon.is_ordinary(word) and 0 < lexicon.sections_with(word) <= most]
    return tuple(dict.fromkeys(token for word in rare for token in content_stems(word)))
