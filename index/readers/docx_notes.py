"""The footnotes and endnotes of a DOCX: parts of their own, which marks in the body refer to.

In: a document. Out: for a paragraph, the numbers of its marks and the words of the notes; numbered as they are called.
"""

from collections.abc import Mapping
from typing import NamedTuple

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.text.run import Run
from lxml.etree import XMLSyntaxError

from index.errors import UnreadableFormat

_PARTS = {"footnote": RELATIONSHIP_TYPE.FOOTNOTES, "endnote": RELATIONSHIP_TYPE.ENDNOTES}


class Note(NamedTuple):
    """A note: its number, from 1 in the order in which the body calls them, and its words."""

    number: int
    text: str


class Notes:
    """The notes of a document, numbered as they are called."""

    def __init__(self, document: Document) -> None:
        """Read the notes of a document.

        Raises:
            UnreadableFormat: a part that holds notes is damaged.
        """
        self._texts = {kind: _texts(document, kind, relation) for kind, relation in _PARTS.items()}
        self._called = 0

    def called_by(self, run: Run) -> list[Note]:
        """The notes that a run of the body calls."""
        return [
            note
            for kind in _PARTS
            for mark in run._r.findall(qn(f"w:{kind}Reference"))
            if (note := self._next(kind, mark.get(qn("w:id"))))
        ]

    def _next(self, kind: str, identifier: str | None) -> Note | None:
        text = self._texts[kind].get(identifier or "")
        if not text:
            return None
        self._called += 1
        return Note(self._called, text)


def _texts(document: Document, kind: str, relation: str) -> Mapping[str, str]:
    """The words of every note by its id; separators are no notes."""
    parts = [rel.target_part for rel in document.part.rels.values() if rel.reltype == relation and not rel.is_external]
    found: dict[str, str] = {}
    for part in parts:
        try:
            root = parse_xml(part.blob)
        except XMLSyntaxError as error:
            raise UnreadableFormat("holds notes that cannot be read. Save it again from its word processor.") from error
        for note in root.iter(qn(f"w:{kind}")):
            words = " ".join("".join(t.text or "" for t in p.iter(qn("w:t"))).strip() for p in note.iter(qn("w:p")))
            found[note.get(qn("w:id"), "")] = " ".join(words.split())
    return found
