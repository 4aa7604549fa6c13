"""Which lines of a text belong together, where no blank line parts them.

In: the lines between two blank lines. Out: the groups of them that are one block each. A heading, a list item, a row of
a table and a turn of a conversation begin a block. Lines longer than anybody wraps are paragraphs; so are the lines of
a long stretch that mostly end though the next word had room. Lines that a column's edge cut belong together, up to one
that ends a sentence short of that edge or stands before an indented one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HEADING = re.compile(r"\s*\ufeff?(#{1,6})\s+\S")
_MARKED = re.compile(r"\s*\ufeff?(?P<marks>=(?:\s?=){0,5})\s+(?P<text>[^=\s](?:.*?[^=\s])?)(?:\s+(?P=marks))?\s*")
"""A heading of AsciiDoc and of MediaWiki; in the latter, spaces may stand between the marks."""
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,})\s*")
_BULLET = re.compile(r"\s*(?:[-•▪◦‣–—]|\*(?!\*)|\d{1,2}[.)]|[a-z][.)])\s+\S")
_TURN = re.compile(
    r"\s*(?:[(\[]?\d{1,2}:\d\d(?::\d\d)?[)\]]?\s*[-–]?\s*)?(?:\*\*)?<?(?P<who>[A-Z][\w.’'-]*(?:\s[\w.’'-]+){0,4})>?\s?(?:\*\*)?:"
    r"(?:\*\*)?\s+\S"
)
_NUMBERED_END = re.compile(r"[\d.]\s*$")
_ENDS = re.compile(r"[.!?…:][\"'”’)\]]*\s*$")
_LONGER_THAN_WRAPPED = 200
"""Characters; no editor wraps at a column so far out."""
_LONG_STRETCH = 8
_LONG_STRETCH_WORDS = 120
_LEAST_TURNS = 3
_CONTENTS_LINE_WORDS = 14
_MOST_HEADING_WORDS = 22
_MOST_ITEM_WORDS = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a source: its number from 1, and where its words begin and end."""

    number: int
    start: int
    end: int
    raw: str

    @property
    def indent(self) -> int:
        """The white space before its words, in characters."""
        return len(self.raw) - len(self.raw.lstrip())


@dataclass(frozen=True, slots=True)
class Mark:
    """What marks a line as a heading: how deep, and where its words are within the line."""

    level: int
    start: int
    end: int


def heading_mark(line: str) -> Mark | None:
    """How a line is marked as a heading, in Markdown, AsciiDoc or MediaWiki."""
    if match := _HEADING.match(line):
        return Mark(len(match.group(1)), match.end() - 1, len(line.rstrip()))
    if (match := _MARKED.fullmatch(line)) and _may_be_marked(match):
        return Mark(match.group("marks").count("="), *match.span("text"))
    return None


def _may_be_marked(match: re.Match[str]) -> bool:
    """Whether it is no formula: marks on both sides, or several."""
    marks = match.group("marks").count("=")
    closed = match.group().rstrip().endswith("=")
    return (closed or marks > 1) and len(match.group("text").split()) <= _MOST_HEADING_WORDS


def is_bullet(line: str) -> bool:
    """Whether a line begins with the printed marker of a list item."""
    return bool(_BULLET.match(line))


def is_row(line: str) -> bool:
    """Whether a line is a row of a table: three cells or more, with bars between them."""
    return line.count("|") >= 2


def is_turn(line: str) -> bool:
    """Whether a line begins with the name of whoever speaks, as those of a transcript do."""
    return bool(_TURN.match(line))


def is_underline(line: str) -> bool:
    """Whether a line only underlines the one above it."""
    return bool(_UNDERLINE.fullmatch(line))


def group_lines(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """The lines between two blank ones in groups that are one block each. An underline goes with its heading."""
    if len(lines) == 1:
        yield lines
        return
    apart = _lines_apart(lines)
    first = 0
    for place in range(1, len(lines)):
        if _begins(lines, place, first, apart):
            yield lines[first:place]
            first = place
    yield lines[first:]


def _begins(lines: Sequence[Line], place: int, first: int, apart: frozenset[int]) -> bool:
    above, line = lines[place - 1].raw, lines[place].raw
    if is_underline(line):
        return not (place - 1 == first and _may_be_underlined(above))
    if place - 1 > first and place - 2 == first and is_underline(above) and _may_be_underlined(lines[first].raw):
        return True
    if heading_mark(line) or heading_mark(lines[first].raw) or is_bullet(line) or is_row(line) or is_row(above):
        return True
    if place - 1 == first and ((_is_capital(above) and not _is_capital(line)) or _stands_over(above, line)):
        return True
    return place in apart or (
        place + 1 < len(lines) and is_underline(lines[place + 1].raw) and _may_be_underlined(line)
    )


def _is_capital(line: str) -> bool:
    if not line.isupper() or _NUMBERED_END.search(line):
        return False
    return sum(map(str.isalpha, line)) >= 3 and len(line.split()) <= _MOST_HEADING_WORDS


def _stands_over(above: str, line: str) -> bool:
    """Whether a few words without a stop stand over a line of prose, as the items of an agenda do."""
    few = len(above.split()) <= _MOST_ITEM_WORDS and 3 * len(above) <= len(line)
    return few and is_bullet(above) and above.rstrip()[-1:].isalnum() and line.lstrip()[:1].isupper()


def _may_be_underlined(line: str) -> bool:
    return not is_bullet(line) and not is_underline(line) and len(line.split()) <= _MOST_HEADING_WORDS


def _lines_apart(lines: Sequence[Line]) -> frozenset[int]:
    """The lines that begin a paragraph for what they and those before them look like."""
    long = [len(line.raw) > _LONGER_THAN_WRAPPED for line in lines]
    sure = _turns(lines) | {place for place in range(1, len(lines)) if long[place - 1] or long[place]}
    words = sum(len(line.raw.split()) for line in lines)
    running = [place for place in range(1, len(lines)) if not is_bullet(lines[place].raw)]
    if len(running) < _LONG_STRETCH or words < _LONG_STRETCH_WORDS or _is_contents(lines):
        return sure
    width = sorted(line.end - line.start + line.indent for line in lines)[len(lines) * 9 // 10]
    shorter = {place for place in running if _has_room(lines[place - 1], lines[place], width)}
    if len(shorter) * 2 > len(running):
        return frozenset(range(1, len(lines)))
    margin = min(line.indent for line in lines)
    closed = {place + 1 for place, line in enumerate(lines[:-1]) if _ENDS.search(line.raw)}
    indented = {place for place, line in enumerate(lines) if line.indent >= margin + 2 > lines[place - 1].indent}
    return sure | (closed & (shorter | indented))


def _has_room(above: Line, below: Line, width: int) -> bool:
    """Whether the first word of the line below would have fitted into the one above, and some more."""
    first = len(below.raw.split(maxsplit=1)[0])
    return above.indent + above.end - above.start + 1 + first <= 0.92 * width


def _turns(lines: Sequence[Line]) -> frozenset[int]:
    """The lines that begin with somebody's name and a colon, where that many do that they are a conversation."""
    found = frozenset(place for place, line in enumerate(lines) if _TURN.match(line.raw))
    return found if len(found) >= _LEAST_TURNS else frozenset()


def _is_contents(lines: Sequence[Line]) -> bool:
    """Whether the lines are short and end in numbers, as those of a contents page do."""
    if sum(len(line.raw.split()) for line in lines) > _CONTENTS_LINE_WORDS * len(lines):
        return False
    return 3 * sum(bool(_NUMBERED_END.search(line.raw)) and not _ENDS.search(line.raw) for line in lines) >= len(lines)
