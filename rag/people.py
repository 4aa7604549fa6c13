"""Which writers a question names: by full name, surname, title or first name, or office, with spelling slips.

In: the question's text. Out: the mentions of people, each with every candidate and the reason for the one preferred.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from index.names import fold
from index.records import PersonRecord, SentenceRecord
from rag.lexicon import Lexicon
from rag.roles import named_offices
from rag.watch import watching

OFFICE = "office"
"""The basis of a mention that names nobody but an office."""
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_HONORIFICS = frozenset(
    {"sir", "dame", "lord", "lady", "dr", "professor", "prof", "cllr", "councillor", "mr", "mrs", "ms"}
)
_SPEECH = (
    r"(?:say|says|said|think|thinks|argue|argues|argued|write|writes|wrote|mean|means|suggest|suggests|suggested|"
    r"recommend|recommends|believe|believes|feel|feels|describe|describes|propose|proposes|want|wants|call|calls|"
    r"claim|claims|see|sees|make|makes|tell|tells|worry|worries|criticise|criticises|explain|explains|reckon|reckons)"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a question: the words, who may be meant, and who is taken to be."""

    start: int
    end: int
    text: str
    candidates: tuple[PersonRecord, ...]
    basis: str

    @property
    def is_ambiguous(self) -> bool:
        """Whether the words fit more than one writer."""
        return len(self.candidates) > 1


def find_people(text: str, lexicon: Lexicon, offices: bool = True) -> list[Mention]:
    """Mentions of writers in the order in which they stand; longer names win over parts of them, names over offices."""
    found: list[Mention] = []
    tokens = [(match.start(), match.end(), fold(match.group())) for match in _WORD.finditer(_without_possessive(text))]
    taken: set[int] = set()
    for finder in (_full_names, _titled, _surnames, _first_names, *([_by_office] if offices else [])):
        watching().check()
        for mention, used in finder(text, tokens, lexicon):
            if not used & taken:
                taken |= used
                found.append(mention)
    return sorted(found, key=lambda mention: mention.start)


def without_mentions(text: str, mentions: Iterable[Mention]) -> str:
    """A text without the names that mentions of it are, possessives too; spaces as one."""
    for mention in sorted(mentions, key=lambda mention: -mention.start):
        text = text[: mention.start] + re.sub(r"^['’]s?\b", "", text[mention.end :])
    return " ".join(text.split())


_Token = tuple[int, int, str]


def _without_possessive(text: str) -> str:
    return re.sub(r"['’]s\b", "  ", text)


def _close(left: str, right: str) -> bool:
    """Equal but for a slip of the pen: one in five letters or more, two in eight or more."""
    if left == right:
        return True
    allowed = 0 if len(right) < 5 else 1 if len(right) < 8 else 2
    return left[:1] == right[:1] and OSA.distance(left, right, score_cutoff=allowed) <= allowed


def _full_names(text: str, tokens: list[_Token], lexicon: Lexicon) -> list[tuple[Mention, set[int]]]:
    found = []
    words = [token.split("-") for _, _, token in tokens]
    initials = {parts[0][:1] for parts in words}
    for person in lexicon.people:
        parts = lexicon.name_parts[person.id]
        if parts[0][:1] not in initials:
            continue
        for position in range(len(tokens)):
            if words[position][0][:1] != parts[0][:1]:
                continue
            window = [part for each in words[position : position + len(parts)] for part in each]
            if len(window) >= len(parts) and all(map(_close, window[: len(parts)], parts)):
                last = min(position + len(parts), len(tokens)) - 1
                found.append(
                    (_mention(text, tokens, position, last, (person,), "full name"), set(range(position, last + 1)))
                )
    return found


def _titled(text: str, tokens: list[_Token], lexicon: Lexicon) -> list[tuple[Mention, set[int]]]:
    """ "Sir Martin", "Cllr Fortune": an honorific with a first name or a surname; the honorific decides among many."""
    found = []
    for position, (_, _, token) in enumerate(tokens[:-1]):
        if token not in _HONORIFICS:
            continue
        name = tokens[position + 1][2]
        fitting = [p for p in lexicon.people if any(_close(name, part) for part in fold(p.name).split())]
        fitting = [p for p in fitting if name in fold(p.name).split()] or fitting
        titled = [p for p in fitting if any(fold(alias).split()[0] == token for alias in p.aliases)]
        if candidates := tuple(titled or [p for p in fitting if _close(name, fold(p.name).split()[-1])]):
            mention = _mention(text, tokens, position, position + 1, candidates, "title and name")
            found.append((mention, {position, position + 1}))
    return found


def _surnames(text: str, tokens: list[_Token], lexicon: Lexicon) -> list[tuple[Mention, set[int]]]:
    found = []
    for position, (start, end, token) in enumerate(tokens):
        exact = lexicon.by_surname.get(token, [])
        near = [] if exact or len(token) < 6 or lexicon.is_ordinary(token) else _near_surnames(token, lexicon)
        candidates = tuple(exact or near)
        if candidates and _is_meant(text, start, end, token, lexicon):
            basis = "surname" if exact else "surname, spelt otherwise"
            found.append((_mention(text, tokens, position, position, candidates, basis), {position}))
    return found


def _first_names(text: str, tokens: list[_Token], lexicon: Lexicon) -> list[tuple[Mention, set[int]]]:
    """A first name alone, of whoever is said to say something: "what does Ines think of the ferry?"."""
    found = []
    for position, (start, end, token) in enumerate(tokens):
        candidates = tuple(lexicon.by_first_name.get(token, []))
        is_speaker = re.match(rf"\s+{_SPEECH}\b", text[end:]) or re.search(r"\baccording\s+to\s+$", text[:start], re.I)
        if candidates and is_speaker and not lexicon.is_ordinary(token) and not _is_part_of_name(text, start, end):
            found.append((_mention(text, tokens, position, position, candidates, "first name"), {position}))
    return found


def _by_office(text: str, tokens: list[_Token], lexicon: Lexicon) -> list[tuple[Mention, set[int]]]:
    words = [token for _, _, token in tokens]
    return [
        (_mention(text, tokens, first, last, (person,), OFFICE), set(range(first, last + 1)))
        for first, last, person in named_offices(words, lexicon)
    ]


def _near_surnames(token: str, lexicon: Lexicon) -> list[PersonRecord]:
    return [person for surname, people in lexicon.by_surname.items() if _close(token, surname) for person in people]


def _is_meant(text: str, start: int, end: int, token: str, lexicon: Lexicon) -> bool:
    """Whether a surname that may be an ordinary word is used as a name."""
    if _is_part_of_name(text, start, end):
        return False
    if not lexicon.is_ordinary(token):
        return True
    before, after = text[:start].rstrip(), text[end:]
    if re.match(r"['’]s\b", after) and text[start].isupper():
        return True
    if re.search(r"\b(?:the|an?|this|that|our)\s*$", before, re.I):
        return False
    said = re.search(r"\b(?:does|did|do|has|by|to|from|according to|and)$", before, re.I) and re.match(
        rf"\s+{_SPEECH}\b", after
    )
    return bool(said) or (text[start].isupper() and bool(before) and before[-1] not in ".?!" and _has_lower(text))


def _is_part_of_name(text: str, start: int, end: int) -> bool:
    """Whether a capitalised neighbour makes it part of another name ("White Paper", "Red Cross")."""
    if not text[start].isupper():
        return False
    after = re.match(r"\s+[A-Z][a-z]", text[end:])
    before = re.search(r"(?:^|[^.?!\s]\s+|\s)([A-Z][a-z]+)\s+$", text[:start])
    return bool(after) or (before is not None and before.group(1).casefold() not in _QUESTION_WORDS)


_QUESTION_WORDS = frozenset(
    """
    what does did how why where when who which is are was were do has have can and or in by to from compare contrast
    summarise summarize explain list give tell according but so does with for about whose
    """.split()
)


def _has_lower(text: str) -> bool:
    return any(char.islower() for char in text)


def _mention(
    text: str, tokens: list[_Token], first: int, last: int, candidates: tuple[PersonRecord, ...], basis: str
) -> Mention:
    start, end = tokens[first][0], tokens[last][1]
    return Mention(start, end, text[start:end], candidates, basis)


def reports(sentence: SentenceRecord, name: str) -> bool:
    """Whether a sentence tells what somebody said, wrote or found: it names them beside a word of telling."""
    surname = re.escape(name.split()[-1])
    told = rf"{surname}(?:['’]s)?(?:\s+\S+){{0,6}}?\s+(?:{_TELLING})\b|\b(?:{_TELLING})\s+(?:\S+\s+){{0,3}}?{surname}\b"
    return (sentence.speaker is not None and name in sentence.speaker) or bool(re.search(told, sentence.text, re.I))


_TELLING = (
    r"said|says|say|wrote|writes|argue[sd]?|told|ask(?:s|ed)?|warn(?:s|ed)?|found|finds|conclude[sd]?|recommend(?:s|ed)?|"
    r"call(?:s|ed)?|report(?:s|ed)?|note[sd]?|explain(?:s|ed)?|suggest(?:s|ed)?|review|speech|talk(?:s|ed)?|spoke|"
    r"highlight(?:s|ed)?|describe[sd]?|state[sd]?|according\s+to|words\s+of|quote[sd]?|identif(?:y|ies|ied)|advocates?|urge[sd]?"
)
