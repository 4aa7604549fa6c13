"""Reading text of a stretch of source: markup, footnote marks and line breaks taken out, every character mapped back.

In: source characters and where they start. Out: a `Reading`, whose `offsets[i]` is the source offset of `text[i]`.
"""

import re
from dataclasses import dataclass

from index.model import Span

_SPECIAL = re.compile(
    r"""
      (?P<space>(?:<br\s*/?>|\n>\s?|\s)+)
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
    chars: list[str] = []
    offsets: list[int] = []
    position = start
    while position < span.end:
        match = _SPECIAL.search(source, position, span.end)
        stop = match.start() if match else span.end
        chars.extend(source[position:stop])
        offsets.extend(range(position, stop))
        if match is None:
            break
        if match.lastgroup == "space" and chars and chars[-1] != " ":
            chars.append(" ")
            offsets.append(match.start())
        position = match.end()
    return Reading("".join(chars), tuple(offsets)).strip()


def _marker_length(head: str) -> int:
    match = _MARKER.match(head)
    return match.end() if match else 0
