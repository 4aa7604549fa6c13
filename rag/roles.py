"""Which writer a question names by office: "the Hartlepool director", "the boss of Children England".

In: the words of a question and the writers' printed roles. Out: runs of words that name one office, with its holder. An
office that several writers hold names nobody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.names import fold
from index.records import PersonRecord

if TYPE_CHECKING:
    from rag.lexicon import Lexicon

_HEADS = frozenset(
    """
    director directors president chief executive exec ceo leader chair chairman professor head boss manager officer
    commissioner principal headteacher worker practitioner councillor mayor editor lead adviser advisor assistant
    trainee holder member reviewer
    """.split()
)
_ANY_HEAD = frozenset({"boss", "head", "ceo", "exec", "chief"})
"""What people call whoever is at the top, whatever the office is called."""
_WHOLE = {"exec": "executive"}
_TOP = frozenset({"director", "chief", "executive", "ceo", "head", "leader"})
_LINKS = frozenset("of at for in the a an and to on".split())
_KINDS = frozenset("council borough county city authority".split())
"""What a place is called that has offices; whoever prints an office may call it another."""
_OPENS = frozenset("of at for in to on".split())
"""What a head may go on with."""
_REACH = 6


@dataclass(frozen=True, slots=True)
class Office:
    """An office as a writer's role prints it: the words that name it and those that say where."""

    person: PersonRecord
    heads: frozenset[str]
    words: frozenset[str]


def offices_of(people: Sequence[PersonRecord]) -> tuple[Office, ...]:
    """Every printed role of the writers, as words."""
    found = []
    for person in people:
        for role in person.roles:
            words = _plain(role.text)
            if heads := words & _HEADS:
                found.append(Office(person, frozenset(heads), frozenset(words - _HEADS - _LINKS)))
    return tuple(dict.fromkeys(found))


def named_offices(words: Sequence[str], lexicon: "Lexicon") -> Iterator[tuple[int, int, PersonRecord]]:
    """First and last word of each run that names one office, and who holds it.

    `words` are the question's, folded. A run is an office's head with telling words of it before ("Hartlepool
    director") or after it ("director of Hartlepool"): at least one that is no ordinary word, or two, or one with a
    further head ("executive support officer").
    """
    for position, word in enumerate(words):
        if word not in _HEADS:
            continue
        first, before = _telling_before(words, position, lexicon)
        last, after = _telling_after(words, position, lexicon)
        told = (before | after) - _KINDS
        heads = frozenset(_WHOLE.get(other, other) for other in words[first : last + 1] if other in _HEADS) - {word}
        holders = {
            office.person.id: office.person
            for office in lexicon.offices
            if told
            and told <= office.words
            and _is_head(word, office)
            and (_is_enough(told, lexicon) or (heads and heads <= office.heads))
        }
        if len(holders) == 1:
            yield first if before else position, last if after else position, next(iter(holders.values()))


def _is_head(word: str, office: Office) -> bool:
    return word in office.heads or (word in _ANY_HEAD and bool(office.heads & _TOP))


def _is_enough(told: frozenset[str], lexicon: "Lexicon") -> bool:
    return len(told) > 1 or any(not lexicon.is_ordinary(word) for word in told)


def _telling_before(words: Sequence[str], position: int, lexicon: "Lexicon") -> tuple[int, frozenset[str]]:
    """The words of offices that stand right before a head, and where they begin."""
    first = position
    while first > 0 and (words[first - 1] in lexicon.office_words or words[first - 1] in _HEADS):
        first -= 1
    return first, frozenset(words[first:position]) - _HEADS


def _telling_after(words: Sequence[str], position: int, lexicon: "Lexicon") -> tuple[int, frozenset[str]]:
    """The words of offices that follow a head and "of", "at", "in" or "for", and where they end."""
    last, found = position, set[str]()
    if position + 1 >= len(words) or words[position + 1] not in _OPENS:
        return last, frozenset()
    for place in range(position + 1, min(len(words), position + 1 + _REACH)):
        if words[place] in lexicon.office_words:
            found.add(words[place])
            last = place
        elif words[place] not in _LINKS and words[place] not in _HEADS:
            break
    return last, frozenset(found)


def _plain(text: str) -> set[str]:
    """The words of a role, folded, possessives off."""
    plain = fold(text).replace("'s", "").replace("’s", "").replace("-", " ")
    return {word.strip(".,;:()&–'’") for word in plain.split()} - {""}
