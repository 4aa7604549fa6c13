"""Reading text of a stretch of source: markup, footnote marks and line breaks taken out, every character mapped back.

In: source characters and where they start. Out: a `Reading`, whose `offsets[i]` is the source offset of `text[i]`.
"""

import re
from dataclasses import dataclass

from index.model import Span

_SPECIAL = re.compile(
    r"""
      (?P<space>(?:<br\s*/?>|\n>\s?|\s)(?:<br\s*/?>|\n>\s?|\s)+|<br\s*/?>|[^\S ])  # but not a single space
    | (?P<hyphen>(?<=[a-zà-ÿ])-[ \t]*\r?\n[ \t]*(?=[a-zà-ÿ]))  # a word that the edge of a column cut
    | \u00ad(?:[ \t]*\r?\n[ \t]*)?                # soft hyphens, with the line break that they allow
    | [\u200b\u2060\ufeff]                       # characters that nobody sees
    | <!--.*?-->                                   # comments
    | <sup>.*?</sup>                               # footnote marks, HTML
    | \^\{[\d\s,–-]+\}                             # footnote marks, caret
    | [\u00b9\u2070\u2074-\u2079][\u00b9\u00b2\u00b3\u2070-\u2079]*   # footnote marks, superscript figures
    | (?<![\d\s]m)(?<![\d\s][kc]m)[\u00b2\u00b3][\u00b9\u00b2\u00b3\u2070-\u2079]*  # but not the ² of 5 m²
    | (?<=£\dm)[\u00b2\u00b3]+ | (?<=£\d\dm)[\u00b2\u00b3]+ | (?<=£\d\d\dm)[\u00b2\u00b3]+  # nor that of £30m²
    | \]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)      # link targets: [words](target)
    | \[(?=[^\]\n]*\]\()                           # the bracket before a link's words
    | (?<!\\)\*{1,3}                               # emphasis
    | (?<=[\s"“‘'(])_(?=\S)|(?<=\S)_(?=[\s.,;:!?"”’')]|$)  # emphasis with underscores
    | \\(?=[*_\[\]\#])                             # escapes
    | </?(?:b|i|em|strong|u|span)>                 # inline tags
    """,
    re.VERBOSE | re.DOTALL,
)
_HEAD = re.compile(r"[\w'’-]{1,30}$")
_COMPOUND_HEADS = frozenset(
    """
    well ill self half cross long short high low soft ever one two three four five six seven eight nine ten twenty
    thirty forty fifty sixty seventy eighty ninety first second third left right year
    """.split()
)
_MARKER = re.compile(r"\ufeff?\s*(?:#{1,6}\s+|>\s?|[-•▪◦‣–—]\s+|\*\s+)?")


@dataclass(frozen=True, slots=True)
class Reading:
    """Reading text with the source offset of each of its characters."""

    text: str
    offsets: tuple[int, ...]

    def __post_init__(self) -> None:
        assert len(self.text) == len(self.offsets)

    def span(self, start: int, end: int) -> Span:
        """The source span of `text[start:end]`, which must not be empty."""
        return Span(self.offsets[start], self.offsets[end - 1] + 1)

    def slice(self, start: int, end: int) -> "Reading":
        """The part `text[start:end]` with its offsets."""
        return Reading(self.text[start:end], self.offsets[start:end])

    def strip(self) -> "Reading":
        """Without white space at either end."""
        start = len(self.text) - len(self.text.lstrip())
        return self.slice(start, max(start, len(self.text.rstrip())))


def read_inline(source: str, span: Span) -> Reading:
    """The reading text of a span of one block: no marker at its head, no markup, single spaces."""
    start = span.start + _marker_length(source[span.start : span.end])
    parts: list[str] = []
    offsets: list[int] = []
    last, position = " ", start
    for match in (*_SPECIAL.finditer(source, start, span.end), None):
        stop = match.start() if match else span.end
        if last == " " and source[position:stop][:1] == " ":
            position += 1
        if position < stop:
            parts.append(source[position:stop])
            offsets.extend(range(position, stop))
            last = source[stop - 1]
        if match and match.lastgroup == "hyphen" and _is_compound(source, start, match.start()):
            parts.append("-")
            offsets.append(match.start())
            last = "-"
        if match and match.lastgroup == "space" and last != " ":
            parts.append(" ")
            offsets.append(match.start())
            last = " "
        position = match.end() if match else stop
    return Reading("".join(parts), tuple(offsets)).strip()


def _is_compound(source: str, start: int, end: int) -> bool:
    """Whether the word that ends at `end` keeps its hyphen before a line break, as "well-" and "cost-of-" do."""
    head = _HEAD.search(source, max(start, end - 30), end)
    return head is not None and ("-" in head.group() or head.group().casefold() in _COMPOUND_HEADS)


def _marker_length(head: str) -> int:
    match = _MARKER.match(head)
    return match.end() if match else 0
