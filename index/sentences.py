"""Cutting a paragraph into sentences.

In: the reading text of one paragraph. Out: the ranges of its sentences. A mark ends a sentence when a new one can
begin after it: not within an abbreviation, an initial, a figure or a quotation that runs on in lower case. Where a
paragraph has no capitals to speak of, a sentence may begin without one. What no mark ends for far too long (a row of a
ledger, a transcript without stops) is cut where it pauses.
"""

import re
from collections.abc import Iterator

_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|(?:\\n)+[\"']?|[。！？]+[」』”’）]*")
_OPENING = re.compile(r"[\"'“‘(\[£$€]*[A-Z0-9À-Þ•–—-]")
_SMALL_OPENING = re.compile(r"[\"'“‘(\[£$€]*\w")
_OPENS_ANYWAY = "\\。！？"
"""A line break written out, as dumps of chats do it, and the stops of scripts without capitals and spaces."""
_CAPITAL_SHARE = 0.005
_LEAST_LETTERS = 60
MOST_WORDS = 130
"""A sentence longer than this many words is cut."""
_MOST_CHARACTERS = 8 * MOST_WORDS
_CUT_WORDS = (60, 110)
_PAUSES = (";|:", ",", ')]”"’')
_WORD = re.compile(r"\S{1,200}")
_SPACE = re.compile(r"\s*")
_ABBREVIATIONS = frozenset(
    """
        dr mr mrs ms prof professor sir st rev hon cllr jr sr vs etc e.g i.e eg ie cf al p pp vol ch fig ed
        eds para approx dept inc ltd co gov rt a.m p.m
        """.split()
)
_BEFORE_FIGURE = frozenset({"no", "nos"})
_ENDS_ANYWAY = frozenset({"etc", "al", "ltd", "inc", "co", "a.m", "p.m"})
_LAST_WORD = re.compile(r"([\w.]+)\.$")
_LONGEST_WORD = 60


def split_sentences(text: str, capitals: bool | None = None) -> list[tuple[int, int]]:
    """Ranges `(start, end)` of the sentences of a paragraph, without the white space between them.

    Args:
        text: the paragraph.
        capitals: whether its sentences begin with a capital; None to judge by the paragraph itself.
    """
    opening = _OPENING if (has_capitals(text) if capitals is None else capitals) else _SMALL_OPENING
    ranges: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        following = _SPACE.match(text, match.end())
        rest = following.end() if following else match.end()
        if rest < len(text) and match.start() >= start and _ends_here(text, start, match, rest, opening):
            ranges += _shortened(text, start, match.end())
            start = rest
    if text[start:].strip():
        ranges += _shortened(text, start, len(text.rstrip()))
    return ranges


def has_capitals(text: str) -> bool:
    """Whether a text is written with capitals, as far as one can tell: more than 0.5 % of its letters, or too few."""
    letters = sum(map(str.isalpha, text))
    return letters < _LEAST_LETTERS or sum(map(str.isupper, text)) > _CAPITAL_SHARE * letters


def _ends_here(text: str, start: int, match: re.Match[str], rest: int, opening: re.Pattern[str]) -> bool:
    mark = match.group()
    if mark[0] in _OPENS_ANYWAY:
        return True
    if not opening.match(text, rest):
        return False
    sentence = text[start : match.end()]
    if not any(map(str.isalpha, sentence)) and mark[0] == ".":
        return False
    if _has_open_bracket(sentence) and mark[-1] not in ")]":
        return False
    if mark.startswith(("!", "?")):
        return True
    if mark.startswith("…") or mark.startswith("..."):
        return text[rest].isupper() or text[rest] in "“‘\"'"
    word = _LAST_WORD.search(sentence[-_LONGEST_WORD : len(sentence) - len(mark)] + ".")
    if word is None:
        return True
    last = word.group(1).casefold()
    if len(last) == 1 and last.isalpha() and last != "i":
        return False
    if last in _BEFORE_FIGURE:
        return not text[rest].isdigit()
    return last not in _ABBREVIATIONS or last in _ENDS_ANYWAY


def _shortened(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence as it is, or cut where it pauses if it is too long."""
    if end - start <= MOST_WORDS:
        yield start, end
        return
    words = [match.span() for match in _WORD.finditer(text, start, end)]
    while len(words) > MOST_WORDS or words[-1][1] - words[0][0] > _MOST_CHARACTERS:
        fitting = sum(last - words[0][0] <= _MOST_CHARACTERS for _, last in words[: _CUT_WORDS[1]])
        cut = _pause(text, words, max(1, min(fitting, len(words) - 1)))
        yield words[0][0], words[cut - 1][1]
        words = words[cut:]
    yield words[0][0], words[-1][1]


def _pause(text: str, words: list[tuple[int, int]], most: int) -> int:
    """After how many of the words to cut: at the last strong pause, else at a comma, else anywhere."""
    for marks in _PAUSES:
        for count in range(most, min(_CUT_WORDS[0], most) - 1, -1):
            if text[words[count - 1][1] - 1] in marks:
                return count
    return most


def _has_open_bracket(sentence: str) -> bool:
    opened = sentence.rfind("(")
    return opened > sentence.rfind(")") and len(sentence) - opened < 200
