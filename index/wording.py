"""Words as quotations are compared by: what may differ between two printings of the same words is taken out.

In: text. Out: its words with their places in it. Spaces, punctuation, quotation marks and dashes are no words; case,
accents, ligatures, the shape of apostrophes and thousands commas make no difference, and "&" is "and". Signs that
change what is said (£, $, €, %) are words of their own. A hyphen separates words as a dash does.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

SIGNS = "£$€%&"
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Scripts without spaces: every character is a word."""
_APOSTROPHES = "'’‘ʼ`´′＇"
_LETTER = rf"[^\W_{_UNSPACED}][\u0300-\u036f]*"
_WORD = re.compile(rf"[{SIGNS}{_UNSPACED}]|(?:{_LETTER})+(?:(?:[{_APOSTROPHES}]|(?<=\d)[.,](?=\d))(?:{_LETTER})+)*")
_COMBINING = re.compile(r"[\u0300-\u036f]")
_APOSTROPHE = re.compile(f"[{_APOSTROPHES}]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Worded:
    """A word as it is compared, and where it stands: `text[start:end]`."""

    word: str
    start: int
    end: int


def wording(text: str) -> list[Worded]:
    """The words of a text in order."""
    return [Worded(plain(match.group()), match.start(), match.end()) for match in _WORD.finditer(text)]


def plain_words(text: str) -> list[str]:
    """The words of a text in order, without their places."""
    return [plain(word) for word in _WORD.findall(text)]


@lru_cache(maxsize=65536)
def plain(word: str) -> str:
    """One word as it is compared."""
    if word == "&":
        return "and"
    if word.isalpha() and word.isascii():
        return word.lower()
    word = _APOSTROPHE.sub("'", word)
    if not word.isascii():
        word = _COMBINING.sub("", unicodedata.normalize("NFKD", word))
    return _THOUSANDS.sub("", word).casefold()
