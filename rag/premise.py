"""Whether a text denies what a question takes for granted ("why did she give up the bell?" – she did not).

In: the question and the sentences of an answer. Out: the sentence that seems to deny it. Nothing here understands: the
question must suppose something, and a sentence that has much of what it is about must set it against something else in
plain words. Said of an answer, it is a hint to look, never a verdict.
"""

import re
from collections.abc import Sequence

from rag.lexicon import Lexicon
from rag.rank import coverage

_SUPPOSES = re.compile(r"^\s*(?:so\s+|and\s+|but\s+)?(?:why|how\s+come|when\s+did|how\s+did)\b", re.I)
_DENIES = re.compile(
    r"\b(?:neither|nor|never|rather\s+than|instead\s+of|on\s+the\s+contrary|the\s+opposite|far\s+from|no\s+evidence)\b",
    re.I,
)
_NEGATED = re.compile(r"\b(?:not|no|never|nobody|none|nothing|without|against|rather|instead)\b|n['’]t\b", re.I)
_ABOUT_IT = 0.4
"""Share of the question's stems, by rarity, that the denying sentence has. On the training questions the rule speaks
up twice, both times rightly, of nine whose premise is false; plain negations ("not", "no") were as often wrong."""


def denied_by(question: str, stems: Sequence[str], said: Sequence[str], lexicon: Lexicon) -> int | None:
    """Which of the sentences said denies what the question supposes, by its place; None where none seems to."""
    if not stems or not said or not _SUPPOSES.search(question) or _NEGATED.search(question):
        return None
    shares = [coverage(sentence, stems, lexicon) for sentence in said]
    nearest = max(range(len(said)), key=lambda place: shares[place])
    return nearest if shares[nearest] >= _ABOUT_IT and _DENIES.search(said[nearest]) else None
