"""Cutting a source into blocks: headings, paragraphs, list items, single lines between blank lines.

In: the source text. Out: `Block`s in order, each with its span, its lines, the blank lines before it and its reading.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from index.inline import Reading, read_inline
from index.model import Span

_HEADING = re.compile(r"\ufeff?(#{1,6})\s+\S")
_BULLET = re.compile(r"\s*(?:[-•▪◦‣–—]|\*(?!\*)|\d{1,2}[.)]|[a-z][.)])\s+\S")


@dataclass(frozen=True)
class Block:
    """A stretch of source that stands by itself."""

    span: Span
    lines: tuple[int, int]
    gap: int
    """Blank lines before it; a large gap is often a page break."""
    raw: str
    reading: Reading

    @property
    def text(self) -> str:
        """The reading text."""
        return self.reading.text

    @cached_property
    def heading_level(self) -> int:
        """1–6 for a Markdown heading, else 0."""
        match = _HEADING.match(self.raw)
        return len(match.group(1)) if match else 0

    @cached_property
    def is_bullet(self) -> bool:
        """A list item with a printed marker."""
        return bool(_BULLET.match(self.raw)) and not self.is_bold

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
        letters = [char for char in self.text if char.isalpha()]
        return len(letters) >= 3 and not any(char.islower() for char in letters)

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
    for start, end, first, last, blank in _runs(source):
        gap += blank
        span = Span(start, end)
        block = Block(span, (first, last), gap, source[start:end], read_inline(source, span))
        if block.text or block.is_comment:
            blocks.append(block)
            gap = 0
    return blocks


def _runs(source: str) -> Iterator[tuple[int, int, int, int, int]]:
    """Runs of lines that belong together: (start, end, first line, last line, blank lines before)."""
    offset, blank = 0, 0
    open_run: tuple[int, int, int, int, int] | None = None
    for number, line in enumerate(_lines(source), start=1):
        body = line.strip()
        start, end = offset + len(line) - len(line.lstrip()), offset + len(line.rstrip())
        offset += len(line)
        if not body:
            if open_run:
                yield open_run
                open_run, blank = None, 0
            blank += 1
        elif open_run and not _starts_block(line) and not _HEADING.match(source[open_run[0] : open_run[1]]):
            open_run = (open_run[0], end, open_run[2], number, open_run[4])
        else:
            if open_run:
                yield open_run
                blank = 0
            open_run = (start, end, number, number, blank)
    if open_run:
        yield open_run


def _lines(source: str) -> list[str]:
    """Lines split at \\n only, as editors and `SourceText.line_of` number them."""
    parts = source.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _starts_block(line: str) -> bool:
    return bool(_HEADING.match(line.lstrip()) or _BULLET.match(line))
