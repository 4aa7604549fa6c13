"""Title case, as Chicago prints English titles.

In: a title as it is printed. Out: the title with capitals where Chicago (18th ed.) has them: articles, conjunctions and
prepositions of up to four letters are small, but not at the beginning, the end or after a colon. Adverbs that look like
prepositions ("up", "out") are capital. A capital that is printed is never taken away, unless there is nothing else.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_SMALL = frozenset("a an the and but or nor for as at by from in into of on onto per to via with".split())
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ABBREVIATION = re.compile(r"\b[A-Z][A-Z\d]+s?\b")
_OPENS = re.compile(r"(?:^|[:.?!–—])\W*$")


@lru_cache(maxsize=4096)
def title_case(title: str) -> str:
    """`title` with a capital at every word that has one in title case."""
    last = max((word.start() for word in _WORD.finditer(title)), default=0)
    return _WORD.sub(lambda word: _in_title(word, title, last), title)


def without_capitals(title: str, running_text: Iterable[str]) -> str:
    """`title`, in title case where it is printed all in capitals.

    A word that the piece itself writes in capitals in `running_text` (an abbreviation) keeps them.
    """
    if not title.isupper():
        return title
    kept = {word for text in running_text for word in _ABBREVIATION.findall(text)}
    return title_case(_WORD.sub(lambda word: word.group() if word.group() in kept else word.group().lower(), title))


def _in_title(word: re.Match[str], title: str, last: int) -> str:
    text = word.group()
    if not text.islower():
        return text
    is_inside = word.start() != last and not _OPENS.search(title[: word.start()])
    return text if text in _SMALL and is_inside else text[0].upper() + text[1:]
