"""DOCX: paragraphs with the rank that their style gives them.

In: the bytes of a document. Out: an `Extracted` without pages, which a DOCX does not have until it is printed.
"""

import io
import re

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from index.errors import UnreadableFormat
from index.readers.archive import Archive
from index.readers.docx_notes import Note, Notes
from index.readers.extracted import Extracted, Writer, clean

MAIN_PART = "word/document.xml"
_HEADING = re.compile(r"heading ([1-6])", re.IGNORECASE)
_BODY_WORDS = 15
_NOTE_MARK = re.compile(r"[\d*†‡, ]{1,8}$")


def read_docx(data: bytes) -> Extracted:
    """Read a document: body text, tables and notes; not headers, footers, comments and deleted words.

    Raises:
        UnreadableFormat: it is damaged, or no DOCX.
        TextLimitReached, EncryptedText: from the archive.
    """
    refuse_entities(Archive(data))
    try:
        document = Document(io.BytesIO(data))
    except (KeyError, ValueError, PackageNotFoundError) as error:
        raise UnreadableFormat("is no whole DOCX document. Save it again from its word processor.") from error
    writer, notes, waiting = Writer(), Notes(document), list[Note]()
    for element in document.element.body.iter(qn("w:p")):
        if (
            next(element.iterancestors("{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"), None)
            is None
        ):
            waiting += _write(Paragraph(element, document._body), writer, notes)
            if len(element.xpath("string(.)").split()) >= _BODY_WORDS:
                _write_notes(waiting, writer)
    _write_notes(waiting, writer)
    return writer.finish(document.core_properties.title or "")


def _write_notes(waiting: list[Note], writer: Writer) -> None:
    """Notes under the paragraph that calls them; those of a title or byline, which stand together, under the next."""
    for note in waiting:
        writer.paragraph(f"<sup>{note.number}</sup> {clean(note.text)}")
    waiting.clear()


def refuse_entities(archive: Archive) -> None:
    """Refuse XML that defines entities: no document needs them, and a few lines of them can expand to gigabytes.

    Raises:
        UnreadableFormat: a part defines entities.
    """
    for name in sorted(archive.names):
        if name.endswith((".xml", ".rels", ".opf", ".ncx")) and b"<!ENTITY" in archive.read(name):
            raise UnreadableFormat(f"defines XML entities in {name[:80]!r}, as only an attack does.")


def _write(paragraph: Paragraph, writer: Writer, notes: Notes) -> list[Note]:
    """Write a paragraph and give the notes that it calls."""
    text, called = _text(paragraph, notes)
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    if match := _HEADING.match(style):
        writer.heading(text, int(match.group(1)))
    elif style in ("Title", "Subtitle"):
        writer.heading(text, 1 if style == "Title" else 2)
    elif style.startswith("List") or paragraph._p.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None:
        writer.item(text)
    else:
        mark = _emphasis(paragraph)
        writer.paragraph(f"{mark}{text}{mark}" if text else "")
    return called


def _text(paragraph: Paragraph, notes: Notes) -> tuple[str, list[Note]]:
    parts, called = list[str](), list[Note]()
    for part in paragraph.iter_inner_content():
        calls = notes.called_by(part) if isinstance(part, Run) else []
        parts.append(f"<sup>{part.text}</sup>" if isinstance(part, Run) and _is_note_mark(part) else part.text)
        parts += [f"<sup>{note.number}</sup>" for note in calls]
        called += calls
    return re.sub(r"[^\S\n]+", " ", clean("".join(parts))).strip(), called


def _is_note_mark(run: Run) -> bool:
    return bool(run.font.superscript) and bool(_NOTE_MARK.match(run.text.strip()))


def _emphasis(paragraph: Paragraph) -> str:
    runs = [run for run in paragraph.runs if run.text.strip()]
    if runs and all(run.bold for run in runs):
        return "**"
    return "*" if runs and all(run.italic for run in runs) else ""
