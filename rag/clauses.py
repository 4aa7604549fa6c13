"""Which things a question asks: "why did the bell fall, and who hung it again?" asks two.

In: a question. Out: its clauses that begin with a question word.
"""

import re

_CUT = re.compile(r"(?:[,;?.]\s+(?:and\s+|but\s+)?|\s+and\s+)(?=(?:what|how|who|when|where|why|which)\b)", re.I)
SENTENCE_END = re.compile(r"(?<=[.?!;])\s+")
"""Between two sentences of a question."""
_ASKS = re.compile(r"(?:what|how|who|when|where|why|which)\b", re.I)


def things_asked(question: str) -> list[str]:
    """The clauses that ask, without the marks around them."""
    clauses = (clause.strip(" ?.,;") for clause in _CUT.split(question))
    return [clause for clause in clauses if _ASKS.match(clause)]
