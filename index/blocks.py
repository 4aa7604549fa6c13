"""Cutting a source into blocks: headings, paragraphs, list items, single lines between blank lines.

In: the source text. Out: `Block`s in order, each with its span, its lines, the blank lines before it and its reading.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.inline import Reading, read_inline
from index.lines import Line, group_lines, heading_mark, is_bullet, is_row, is_underline
from index.model import Span


@dataclass(frozen=True)
class Block:
    """A stretch of source that stands by itself."""

    span: Span
    lines: tuple[int, int]
    gap: int
    """Blank lines before it; a large gap is often a page break."""
    raw: str
    reading: Reading
    is_underlined: bool = False
    """Whether a line of marks stands under it, as under a heading."""

    @property
    def text(self) -> str:
        """The reading text."""
        return self.reading.text

    @cached_property
    def heading_level(self) -> int:
        """1–6 for a heading marked as one, else 0."""
        mark = heading_mark(self.raw) if self.raw[:1] in "#=\ufeff" and "\n" not in self.raw else None
        return mark.level if mark else int(self.is_underlined)

    @cached_property
    def is_bullet(self) -> bool:
        """A list item with a printed marker."""
        return is_bullet(self.raw) and not self.is_bold

    @cached_property
    def is_row(self) -> bool:
        """A row of a table."""
        return "\n" not in self.raw and is_row(self.raw)

    @cached_property
    def is_bold(self) -> bool:
        """Wholly within ** … **."""
        body = self.raw.lstrip("#").strip()
        return body.startswith("**") and body.endswith("**") and body.count("**") == 2

    @cached_property
    def is_italic(self) -> bool:
        """Wholly within * … *."""
        body = self.raw.strip()
        inner = body[1:-1]
        return body[:1] == "*" == body[-1:] and body[1:2] not in ("*", " ") and "*" not in inner.replace("\\*", "")

    @cached_property
    def is_caps(self) -> bool:
        """A line of capitals: at least three letters, none of them small."""
        return self.text.isupper() and sum(map(str.isalpha, self.text)) >= 3

    @cached_property
    def word_count(self) -> int:
        """Words of the reading text."""
        return len(self.text.split())

    @property
    def is_comment(self) -> bool:
        """An HTML comment and nothing that is read."""
        return not self.text and "<!--" in self.raw


def cut_blocks(source: str) -> list[Block]:
    """All blocks of a source, in order. Blocks whose reading is empty (a lone rule, a lone mark) are left out."""
    blocks = []
    gap = 0
    for blank, lines in _stretches(source):
        gap += blank
        for group in group_lines(lines):
            block = _block(source, group, gap)
            if block.text or block.is_comment:
                blocks.append(block)
                gap = 0
    return blocks


def _block(source: str, lines: Sequence[Line], gap: int) -> Block:
    underlined = len(lines) == 2 and is_underline(lines[1].raw) and not is_underline(lines[0].raw)
    if underlined:
        lines = lines[:1]
    span = Span(lines[0].start, lines[-1].end)
    raw = source[span.start : span.end]
    mark = heading_mark(raw) if len(lines) == 1 and "=" in raw[:2] else None
    words = Span(span.start + mark.start, span.start + mark.end) if mark else span
    return Block(span, (lines[0].number, lines[-1].number), gap, raw, read_inline(source, words), underlined)


def _stretches(source: str) -> Iterator[tuple[int, list[Line]]]:
    """The lines between blank ones, with the number of blank ones before."""
    offset, blank = 0, 0
    lines: list[Line] = []
    for number, line in enumerate(_lines(source), start=1):
        start, end = offset + len(line) - len(line.lstrip()), offset + len(line.rstrip())
        offset += len(line)
        if start < end:
            lines.append(Line(number, start, end, line))
            continue
        if lines:
            yield blank, lines
            lines, blank = [], 0
        blank += 1
    if lines:
        yield blank, lines


def _lines(source: str) -> list[str]:
    """Lines split at \\n only, as editors and `SourceText.line_of` number them."""
    parts = source.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
