"""What a reader gives: text in which headings, list items and paragraphs are marked as in Markdown, and its pages.

In: blocks in reading order, through a `Writer`. Out: an `Extracted`.
"""

import re
from dataclasses import dataclass

from index.errors import TextLimitReached
from index.model import PageStart

LONGEST_TEXT = 20_000_000
"""Characters of one text: ten times the longest book."""

LONGEST_LINE = 1_000_000
"""Characters of one line; longer ones are data, not prose."""

_LONGEST_LABEL = 40
_PAGE_MARK = "\ue000"
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ue000\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file; `pages` are in order, empty where the format has none; `title` is the file's own."""

    text: str
    pages: tuple[PageStart, ...] = ()
    title: str = ""


class Writer:
    """Puts blocks of clean text together and keeps account of where each page starts."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._labels: list[str] = []
        self._pages: list[PageStart] = []
        self._waiting = 0
        self._after_item = False

    def page(self, label: str) -> None:
        """Start a page with the next block."""
        self.page_mark(label)
        self._waiting += 1

    def page_mark(self, label: str) -> str:
        """The mark to put into the text of a block where a page starts."""
        self._labels.append(clean(label).strip()[:_LONGEST_LABEL])
        return _PAGE_MARK

    def heading(self, text: str, level: int) -> None:
        """A heading, level 1–6; one line."""
        self._block(text.replace("\n", " "), "#" * level + " ")

    def item(self, text: str) -> None:
        """An item of a list."""
        self._block(text, "- ", is_item=True)

    def paragraph(self, text: str) -> None:
        """A paragraph."""
        self._block(text, "")

    def page_break(self) -> None:
        """A run of blank lines, as a page break leaves it."""
        if self._parts:
            self._append("\n\n")

    def finish(self, title: str = "") -> Extracted:
        """All that was written."""
        text = "".join(self._parts).rstrip("\n")
        return Extracted(text + "\n" if text else "", tuple(self._pages), clean(title).strip())

    def _block(self, text: str, marker: str, is_item: bool = False) -> None:
        text = text.strip()
        if not text.replace(_PAGE_MARK, "").strip():
            self._waiting += text.count(_PAGE_MARK)
            return
        if self._parts:
            self._append("\n" if is_item and self._after_item else "\n\n")
        self._after_item = is_item
        self._append(_PAGE_MARK * self._waiting + marker + text)
        self._waiting = 0

    def _append(self, text: str) -> None:
        before, *after = text.split(_PAGE_MARK)
        self._parts.append(before)
        self._length += len(before)
        for part in after:
            self._pages.append(PageStart(self._length, self._labels.pop(0)))
            self._parts.append(part)
            self._length += len(part)
        if self._length > LONGEST_TEXT:
            raise TextLimitReached(f"holds more than {LONGEST_TEXT:,} characters of text. Split it into volumes.")


def clean(text: str) -> str:
    """`text` without control characters, lone surrogates and our own mark; its lines end with a line feed."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
