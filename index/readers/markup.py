"""From a tree of HTML elements to blocks: what stands on lines of its own, its rank, and emphasis of the whole.

In: the root element of a page. Out: blocks, put into a `Writer`.
"""

import re
from typing import Any

from lxml import etree

from index.readers.extracted import Writer, clean

_SKIPPED = frozenset(
    "script style noscript template head nav form button select svg math iframe object audio video".split()
)
_INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark q ruby s samp small span
    strike strong sub sup time tt u var wbr
    """.split()
)
_EMPHASIS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_HEADING = re.compile(r"h[1-6]$")
_NOTE_MARK = re.compile(r"\[?[\d*†‡, ]{1,8}\]?$")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TYPES = ("{http://www.idpf.org/2007/ops}type", "epub:type", "role")
_BREAK = "\x0b"


def write_markup(root: Any, writer: Writer) -> None:
    """Put every block that a reader would see into `writer`, in order."""
    walk = _Walk(writer)
    skipped = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start" and skipped is None:
            if _is_skipped(element):
                skipped = element
            else:
                walk.enter(element)
        elif event == "end" and (skipped is None or skipped is element):
            walk.leave(element, entered=skipped is None)
            skipped = None
    walk.flush()


class _Walk:
    """The block being read: its pieces, each with the emphasis it is under."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._pieces: list[tuple[str, str]] = []
        self._emphasis: list[str] = []
        self._heading = 0
        self._item_waits = False

    def enter(self, element: Any) -> None:
        """An element begins, with the text before its first child."""
        tag = element.tag
        if tag not in _INLINE and tag != "br":
            self.flush()
        if _HEADING.match(tag):
            self._heading = int(tag[1])
        if tag == "li":
            self._item_waits = True
        if tag in _EMPHASIS:
            self._emphasis.append(_EMPHASIS[tag])
        if tag == "br":
            self._add(_BREAK)
        if label := _page_label(element):
            self._add(self._writer.page_mark(label))
        elif _is_note_mark(element):
            self._add("<sup>")
        text = clean(element.text or "")
        self._add(text.replace("\n", _BREAK) if tag == "pre" else text)

    def leave(self, element: Any, entered: bool) -> None:
        """An element ends, with the text after it; of one that was skipped, only that text counts."""
        tag = element.tag
        if entered:
            if _is_note_mark(element) and not _page_label(element):
                self._add("</sup>")
            if tag not in _INLINE and tag != "br":
                self.flush()
            if _HEADING.match(tag):
                self._heading = 0
            if tag in _EMPHASIS:
                self._emphasis.pop()
            if tag == "li":
                self._item_waits = False
        self._add(clean(element.tail or ""))

    def flush(self) -> None:
        """The block ends."""
        text = _collapse("".join(text for text, _ in self._pieces))
        styles = {style for text, style in self._pieces if text.strip()}
        self._pieces.clear()
        if self._heading:
            self._writer.heading(text, self._heading)
        elif self._item_waits and text:
            self._writer.item(text)
            self._item_waits = False
        else:
            mark = styles.pop() if len(styles) == 1 else ""
            self._writer.paragraph(f"{mark}{text}{mark}" if text else "")

    def _add(self, text: str) -> None:
        if text:
            self._pieces.append((text, self._emphasis[-1] if self._emphasis else ""))


def _collapse(text: str) -> str:
    text = re.sub(rf"[^\S{_BREAK}\u00a0]+", " ", text)
    return re.sub(rf" ?{_BREAK} ?", "\n", text).strip()


def _is_skipped(element: Any) -> bool:
    if element.tag in _SKIPPED:
        return True
    hidden = element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))
    return hidden and not _page_label(element)


def _page_label(element: Any) -> str | None:
    """The label of the page that starts here, where the element is a page break."""
    types = {word for name in _TYPES for word in (element.get(name) or "").split()}
    if not types & {"pagebreak", "doc-pagebreak"}:
        return None
    return element.get("title") or element.get("aria-label") or (element.text or "").strip() or element.get("id")


def _is_note_mark(element: Any) -> bool:
    return element.tag == "sup" and bool(_NOTE_MARK.match("".join(element.itertext()).strip()))
