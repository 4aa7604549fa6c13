"""Whether a question leans on the turns before it, or says all itself.

In: a question. Out: signs of leaning, read from its words alone. Of what may lean or not ("it"), it is taken to lean:
the question's own words weigh most whatever is added to them.
"""

import re

from index.names import NAME
from index.tokens import STOP_WORDS

_OPENING = re.compile(
    r"^\s*(?:(?:and|but|so|then|also|ok(?:ay)?|right|thanks|thank\s+you|well|or|plus)\b[\s,.!–—-]*)*"
    r"(?:(?:what|how)\s+about\b\s*)?",
    re.I,
)
"""What a follow-up opens with before it says what it is about."""
_PERSON = re.compile(r"\b(?:he|she|him|her|hers|his|himself|herself)\b", re.I)
_MANY = re.compile(r"\b(?:they|them|their|theirs|themselves)\b", re.I)
_ITS = re.compile(r"\bits\s", re.I)
_IT = re.compile(r"\b(?:it|its|itself)\b", re.I)
_EMPTY_IT = re.compile(
    r"""\b(?:is|was|isn['’]?t|does|did|makes?|made|find|finds|feels?|how|what)\s+it\s+
    (?:(?:seem|feel|look|mean|take|matter)\s+)?(?:really\s+|so\s+)?
    (?:true|right|fair|important|possible|impossible|hard|harder|easy|easier|difficult|worth|like\s+(?:to|for|being)|to\b
    |that\b|better|essential|vital|cheaper|likely)
    |\bwhat\s+(?:is|was|does)\s+it\s+(?:feel\s+)?(?:like\s+(?:to|for|being|when)|mean\s+to|take\s+to)""",
    re.I | re.X,
)
_POINTING = re.compile(
    r"""(?:^|\b(?:about|of|by|to|with|in|on|at|for|from|after|before|like|than|as|against|is|was|does|did|do|will|would
    |could|should|can|has|had|and|but|how|why|when|where|else|without|behind|under)\s+)(?:that|this|these|those)\b
    (?!\s+(?:who|which|with|year|week|month|country|collection|in\ care))
    |\b(?:that|this|those|these)\s*(?:[?.!,]|$)
    |\b(?:up|down|over|from|in|out)\s+there\b|(?<!\bis\ )(?<!\bare\ )\bthere\s*(?:[?.!,]|$)
    |\b(?:that|this|the\ (?:same|other|latter|former)|which|another|these|those|other)\s+ones?\b(?!\s+(?:of|in)\b)
    |\bthe\s+(?:same|latter|former)\b|\bthat\s+\w+\s*[?.!]?$|\b(?:who|what|anyone|anybody|anything|where)\s+else\b""",
    re.I | re.X,
)
ASKS = re.compile(
    r"""^(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|does|do|did|has|have|had|can|could|should|would
    |will|according|in\s+what|to\s+what|list|name|give|tell|show|explain|describe|summari[sz]e|sum|compare|contrast)\b""",
    re.I,
)
_HOW_MANY = re.compile(
    r"^(?:how\s+(?:many|much|long|often|old|far|so|come)|which|what|since\s+when)(?:\s+\w+){0,2}\W*$", re.I
)
_FRAGMENT_WORDS = 6
_SINGULAR_S = re.compile(r"(?:ss|us|is|'s|’s)$", re.I)
_MANY_WORDS = frozenset({"children", "people", "men", "women", "young", "families"})


def opens_as_follow_up(question: str) -> bool:
    """Whether it begins as what goes on from something: "and …", "what about …"."""
    return without_opening(question) != question.strip()


def without_opening(question: str) -> str:
    """What is left of it after "and", "what about" and the like."""
    return _OPENING.sub("", question, count=1).strip()


def is_fragment(question: str) -> bool:
    """Whether it is no sentence of its own: "housing?", "and in Wales", "how many?", "why?"."""
    rest = without_opening(question)
    if not rest:
        return True
    return bool(_HOW_MANY.match(rest)) if ASKS.match(rest) else len(rest.split()) <= _FRAGMENT_WORDS


def points_back(question: str) -> bool:
    """Whether a pronoun or a pointing word has nothing in the question to stand for."""
    return (
        points_at_something(question)
        or any(not NAME.search(question, 0, match.start()) for match in _PERSON.finditer(question))
        or any(not _has_plural(question[: match.start()]) for match in _MANY.finditer(question))
        or bool(_IT.search(_EMPTY_IT.sub(" ", question)))
    )


def clause_points_back(clause: str) -> bool:
    """The same of a clause of a question, in which "its" mostly stands for something of its own."""
    return points_back(_ITS.sub("", clause))


def points_at_something(question: str) -> bool:
    """Whether it says "about that", "the same", "who else": what only the turns before it can fill."""
    return bool(_POINTING.search(question))


def _has_plural(text: str) -> bool:
    """Whether a word of the text names several, so that "they" may be those."""
    found = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text.casefold())
    return any(
        word in _MANY_WORDS or (word.endswith("s") and len(word) > 3 and not _SINGULAR_S.search(word))
        for before, word in zip(["", *found], found, strict=False)
        if word not in STOP_WORDS and before not in ("what", "who", "it", "that", "he", "she", "which")
    )
