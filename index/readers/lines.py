"""From the lines of pages to headings, list items and paragraphs.

In: lines with their height on the page and the size of their letters. Out: blocks, put into a `Writer`. A paragraph
ends where the space to the next line is wider than usual, or the letters change size or weight; letters clearly larger
than those of the text make a heading.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.readers.extracted import Writer, clean

_WIDER = 1.25
_LARGER = 1.15
_SHARE = 0.15
_HEADING_WORDS = 30
_LEVELS = 3
_ITEM = re.compile(r"[•▪◦‣●■]\s*")
_SPELLED_OUT = str.maketrans(
    {"\x7f": "•", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of text as drawn; `height` is that of its base line, upwards from the foot of the page, in points."""

    text: str
    height: float
    size: float
    is_bold: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page; bold if all of it is."""

    text: str
    height: float
    size: float
    is_bold: bool


def gather_lines(chunks: Iterable[Chunk]) -> Iterator[Line]:
    """Put chunks together until a line feed ends each line; it has the size of its longest chunk."""
    open_chunks: list[Chunk] = []
    for chunk in chunks:
        *ended, rest = chunk.text.split("\n")
        for part in ended:
            yield from _line([*open_chunks, replace(chunk, text=part)])
            open_chunks = []
        if rest:
            open_chunks.append(replace(chunk, text=rest))
    yield from _line(open_chunks)


def write_lines(pages: Sequence[Sequence[Line]], labels: Sequence[str], writer: Writer) -> None:
    """Put the blocks of all pages into `writer`, with a page break between pages."""
    body = _body_size(pages)
    ranks = _ranks(pages, body)
    usual = _usual_step(pages, body)
    for lines, label in zip(pages, labels, strict=True):
        writer.page(label)
        for block in _blocks(lines, usual):
            _write(block, ranks, writer)
        writer.page_break()


def _line(chunks: list[Chunk]) -> Iterator[Line]:
    text = " ".join(clean("".join(chunk.text for chunk in chunks).translate(_SPELLED_OUT)).split())
    if text:
        longest = max(chunks, key=lambda chunk: len(chunk.text.strip()))
        is_bold = all(chunk.is_bold for chunk in chunks if chunk.text.strip())
        yield Line(text, longest.height, round(longest.size, 1), is_bold)


def _body_size(pages: Sequence[Sequence[Line]]) -> float:
    """The size that most letters have."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 1.0


def _ranks(pages: Sequence[Sequence[Line]], body: float) -> dict[float, int]:
    """The heading level of every size that is clearly larger than the body's."""
    larger = sorted({line.size for page in pages for line in page if line.size > body * _LARGER}, reverse=True)
    return {size: min(level, _LEVELS) for level, size in enumerate(larger, start=1)}


def _usual_step(pages: Sequence[Sequence[Line]], body: float) -> float:
    """The distance between two lines of a paragraph: the least that is common."""
    steps = Counter(
        round(2 * (above.height - below.height)) / 2
        for page in pages
        for above, below in pairwise(page)
        if above.size == below.size == body and 0 < above.height - below.height < 4 * body
    )
    return min((step for step, count in steps.items() if count >= _SHARE * steps.total()), default=body * _WIDER)


def _blocks(lines: Sequence[Line], usual: float) -> Iterator[list[Line]]:
    block: list[Line] = []
    for line in lines:
        if block and _starts_block(block[-1], line, usual):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _starts_block(above: Line, line: Line, usual: float) -> bool:
    if _ITEM.match(line.text) or above.is_bold != line.is_bold or abs(above.size - line.size) > 0.1 * above.size:
        return True
    step = above.height - line.height
    return step < -0.5 * line.size or step > _WIDER * max(usual, line.size * 1.2 if line.size > usual else 0)


def _write(block: Sequence[Line], ranks: dict[float, int], writer: Writer) -> None:
    text = "\n".join(line.text for line in block)
    level = ranks.get(block[0].size, 0)
    if level and len(text.split()) <= _HEADING_WORDS and any(char.isalpha() for char in text):
        writer.heading(text, level)
    elif match := _ITEM.match(text):
        writer.item(text[match.end() :])
    elif block[0].is_bold:
        writer.paragraph(f"**{text}**")
    else:
        writer.paragraph(text)
