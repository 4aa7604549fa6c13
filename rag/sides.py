"""What a question asks of each person it names: "What does A say about bells, and what does B want ropes to do?"

In: a question and the names in it. Out: for each name the words that ask its bearer. A clause that names one of them
asks that one alone; what names nobody or several ("A or B"), or says "both" or "each", is asked of all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.clauses import SENTENCE_END
from rag.leaning import clause_points_back
from rag.lexicon import SCAFFOLD, content_stems
from rag.people import Mention, without_mentions

_JOINT = re.compile(r"[,;]\s+(?:(?:and|but|while|whereas|or)\s+)?|\s+(?:and|but|while|whereas|or)\s+", re.I)
_ANEW = re.compile(
    r"(?:what|how|who|whose|when|where|why|which|(?:do|does|did|is|are|was|were|has|have|had|can|could|would|should|will)"
    r"(?:n['’]?t)?)\b",
    re.I,
)
"""What begins a clause of its own."""
_OF_ALL = re.compile(r"\s+(?=(?:both|each|all|alike|differ|disagree|agree|see\s+eye\s+to\s+eye)\b)", re.I)
"""Where begins what is said of all who were named before."""


@dataclass(frozen=True, slots=True)
class _Clause:
    """Some words of a question, where they begin, and which of the mentions they ask; None where they ask all."""

    start: int
    text: str
    asks: int | None


def own_words(text: str, mentions: Sequence[Mention]) -> tuple[str, ...]:
    """What each mention is asked: its own clauses and those that ask all; "" where that is the whole question.

    It is also where a mention's own clause says too little alone, or points back at another's.
    """
    clauses = [clause for start, sentence in _sentences(text) for clause in _clauses(start, sentence, mentions)]
    return tuple(_asked(clauses, place, mentions) for place in range(len(mentions)))


def _asked(clauses: Sequence[_Clause], place: int, mentions: Sequence[Mention]) -> str:
    own = [clause for clause in clauses if clause.asks == place]
    heard = [clause for clause in clauses if clause.asks in (place, None)]
    first = min((clause.start for clause in clauses if clause.asks is not None), default=0)
    leans = any(clause.start > first and clause_points_back(_nameless(clause, mentions)) for clause in own)
    if leans or len(heard) == len(clauses) or not any(_tells(_nameless(clause, mentions)) for clause in heard):
        return ""
    return " ".join(clause.text.strip(" ,;") for clause in heard)


def _sentences(text: str) -> list[tuple[int, str]]:
    """The sentences of a text, each with where it begins."""
    cuts = [0, *(match.end() for match in SENTENCE_END.finditer(text)), len(text)]
    return [(start, text[start:end]) for start, end in pairwise(cuts) if start < end]


def _clauses(start: int, sentence: str, mentions: Sequence[Mention]) -> list[_Clause]:
    """A sentence, cut between one mention and the next where it says something of each of them."""
    inside = [(place, m) for place, m in enumerate(mentions) if start <= m.start < start + len(sentence)]
    if len(inside) < 2:
        return [_Clause(start, sentence, inside[0][0] if inside else None)]
    whole = [_Clause(start, sentence, None)]
    of_all = _OF_ALL.search(sentence, inside[-1][1].end - start)
    end = of_all.start() if of_all else len(sentence)
    begins, ends = [0], []
    for (_, before), (_, after) in pairwise(inside):
        joints = list(_JOINT.finditer(sentence, before.end - start, after.start - start))
        if not joints or _names_both(sentence, before.end - start, joints[-1].end(), after.start - start):
            return whole
        ends.append(joints[-1].start())
        begins.append(joints[-1].end())
    found = [
        _Clause(start + begin, sentence[begin:stop], place)
        for begin, stop, (place, _) in zip(begins, [*ends, end], inside, strict=True)
    ]
    if not all(_tells(_nameless(clause, mentions)) for clause in found):
        return whole
    return [*found, _Clause(start + end, sentence[end:], None)] if of_all else found


def _names_both(sentence: str, begin: int, joint: int, end: int) -> bool:
    """Whether what stands between two names only joins them: it tells nothing, and nothing is asked anew behind it."""
    return not _tells(sentence[begin:end]) and not _ANEW.match(sentence[joint:end].lstrip())


def _nameless(clause: _Clause, mentions: Sequence[Mention]) -> str:
    """The words of a clause without the names in it."""
    inside = [m for m in mentions if clause.start <= m.start < clause.start + len(clause.text)]
    moved = [Mention(m.start - clause.start, m.end - clause.start, m.text, m.candidates, m.basis) for m in inside]
    return without_mentions(clause.text, moved)


def _tells(text: str) -> bool:
    """Whether a text says what it is about."""
    return bool(content_stems(text, SCAFFOLD))
