"""What schemathesis sends as a document: small ones that can be read, so that it gets beyond the reading of them.

Rubbish is sent by the runs that are not told of this file.
"""

import schemathesis
from hypothesis import strategies as st

_WORD = st.text("abcdefghijklmnopqrstuvwxyzäéø", min_size=3, max_size=9)


def _line(most: int) -> st.SearchStrategy[str]:
    return st.lists(_WORD, min_size=1, max_size=most).map(lambda words: " ".join(words).capitalize())


def _piece(title: str, name: str, sentences: list[str]) -> str:
    return f"## {title}\n\n{name.title()}\n\n{'. '.join(sentences)}.\n"


_PIECE = st.builds(_piece, _line(4), _line(2), st.lists(_line(8), min_size=1, max_size=4))
_DOCUMENT = st.builds(
    lambda title, pieces: f"# {title}\n\n" + "\n".join(pieces), _line(3), st.lists(_PIECE, min_size=1, max_size=2)
)
schemathesis.openapi.format("binary", _DOCUMENT.map(str.encode))
