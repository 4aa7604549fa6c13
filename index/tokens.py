"""Words as the lexical engine and the ranker see them.

In: text. Out: stemmed lower-case words and figures, without the words that say nothing.
"""

import re
from functools import lru_cache

import Stemmer

_WORD = re.compile(r"[£$€]?\d+(?:[.,]\d+)*(?:%|m|bn|k)?|[^\W\d_]+(?:['’][^\W\d_]+)*", re.UNICODE)
_STEMMER = Stemmer.Stemmer("english")

STOP_WORDS = frozenset(
    """
        a about above after again against all also am an and any are as at be because been before being below
        between both but by can could did do does doing down during each few for from further had has have having he
        her here hers him himself his how i if in into is it its itself just me more most my myself no nor not now
        of off on once only or other our ours out over own same she should so some such than that the their theirs
        them themselves then there these they this those through to too under until up us very was we were what when
        where which while who whom why will with would you your yours yourself arent cant couldnt didnt doesnt dont
        hadnt hasnt havent isnt shouldnt wasnt werent wont wouldnt im ive id youre theyre thats whats lets
        """.split()
)


def words(text: str) -> list[str]:
    """All words and figures of a text, lower case, apostrophes straight, possessives off."""
    found = (match.group().casefold().replace("’", "'") for match in _WORD.finditer(text))
    return [word.removesuffix("'s").replace("'", "") for word in found]


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of one lower-case word (Snowball English); figures without their thousands commas."""
    if word[-1:].isdigit() or word[:1] in "£$€" or word[:1].isdigit():
        return word.replace(",", "")
    return str(_STEMMER.stemWord(word))


def tokens(text: str) -> list[str]:
    """Stems of the words that say something, in order."""
    return [stem(word) for word in words(text) if word not in STOP_WORDS]
