"""Whether a sentence has the kind of figure that a question asks for.

In: a question and sentences. Out: those that could give the figure: money for what something costs, a date for when,
a share for a percentage, any number for how many. A figure question without one has no answer.
"""

import re

from rag.clauses import things_asked

_NUMBER_WORDS = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|hundreds?|thousands?|"
    r"millions?|billions?|half|quarters?|thirds?|twice|once|decades?"
)
_ANY = re.compile(
    rf"(?<![\w#@/])(?!(?:19|20)\d\d\b(?!,))[£$€]?\d[\d,.]*(?:%|k|m|bn)?(?!\w)|\b(?:{_NUMBER_WORDS})\b", re.I
)
"""A count: no year, no ordinal, no part of a tag or a name."""
_KINDS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(
            r"\bhow much\b.*\b(?:costs?|spen[dt]|pay|pays|paid|price|charge[ds]?|saved?|money|worth|budget|earn)\b",
            re.I,
        ),
        re.compile(r"[£$€%]|\bpounds?\b|\bper cent\b", re.I),
    ),
    (
        re.compile(r"\b(?:share|percentage|proportion|per cent)\b|% of\b", re.I),
        re.compile(rf"%|\bper ?cent\b|\b(?:{_NUMBER_WORDS})\b|\d", re.I),
    ),
    (
        re.compile(r"^\s*when\b|\bwhat year\b|\bin which year\b", re.I),
        re.compile(r"\d|\b(?:years?|months?|weeks?|days?|since|summer|winter|autumn|spring)\b", re.I),
    ),
)


_YEAR = re.compile(r"(?<![\d£$€.,])(?:19|20)\d\d(?!\d|[.,]\d)")
_ASKS_FIGURE = re.compile(
    r"^(?:how\s+(?:many|much|long|far|often|old|big|large)|when|what['’]?s?\s+(?:is\s+)?(?:the\s+)?"
    r"(?:share|percentage|proportion|figure|number|year|sum|amount|estimate|total|cost))\b",
    re.I,
)


def figures_asked(question: str) -> list[str]:
    """Of a question that asks several things: those that ask for a figure."""
    asked = things_asked(question)
    return [clause for clause in asked if _ASKS_FIGURE.match(clause)] if len(asked) > 1 else []


def years_asked(question: str) -> frozenset[str]:
    """The years that a question names: a piece that does not name them all gives figures of other years."""
    return frozenset(_YEAR.findall(question))


def gives_figure(question: str, sentence: str) -> bool:
    """Whether the sentence has a figure of the kind the question asks for."""
    wanted = next((figure for asked, figure in _KINDS if asked.search(question)), _ANY)
    return bool(wanted.search(sentence))
