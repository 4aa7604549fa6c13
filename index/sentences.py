"""Cutting a paragraph into sentences.

In: the reading text of one paragraph. Out: the ranges of its sentences. A mark ends a sentence when a new one can
begin after it: not within an abbreviation, an initial, a figure or a quotation that runs on in lower case.
"""

import re

_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)")
_OPENING = re.compile(r"[\"'“‘(\[£$€]*[A-Z0-9À-Þ•–—-]")
_ABBREVIATIONS = frozenset(
    """
        dr mr mrs ms prof professor sir st rev hon cllr jr sr vs etc e.g i.e eg ie cf al p pp vol ch fig ed
        eds para approx dept inc ltd co gov rt a.m p.m
        """.split()
)
_BEFORE_FIGURE = frozenset({"no", "nos"})
_ENDS_ANYWAY = frozenset({"etc", "al", "ltd", "inc", "co", "a.m", "p.m"})
_LAST_WORD = re.compile(r"([\w.]+)\.$")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Ranges `(start, end)` of the sentences of a paragraph, without the white space between them."""
    ranges: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        rest = text[match.end() :].lstrip()
        if rest and _ends_here(text[start : match.end()], match.group(), rest):
            ranges.append((start, match.end()))
            start = len(text) - len(rest)
    if text[start:].strip():
        ranges.append((start, len(text.rstrip())))
    return ranges


def _ends_here(sentence: str, mark: str, rest: str) -> bool:
    if not _OPENING.match(rest):
        return False
    if _has_open_bracket(sentence) and mark[-1] not in ")]":
        return False
    if mark.startswith(("!", "?")):
        return True
    if mark.startswith("…") or mark.startswith("..."):
        return rest[0].isupper() or rest[0] in "“‘\"'"
    word = _LAST_WORD.search(sentence[: len(sentence) - len(mark)] + ".")
    if word is None:
        return True
    last = word.group(1).casefold()
    if len(last) == 1 and last.isalpha() and last != "i":
        return False
    if last in _BEFORE_FIGURE:
        return not rest[0].isdigit()
    return last not in _ABBREVIATIONS or last in _ENDS_ANYWAY


def _has_open_bracket(sentence: str) -> bool:
    opened = sentence.rfind("(")
    return opened > sentence.rfind(")") and len(sentence) - opened < 200
