"""Files of every format, made from a text of our own."""

import io
import zipfile
import zlib
from collections.abc import Iterable
from xml.sax.saxutils import escape

from docx import Document
from pypdf import PdfWriter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

TITLE = "Papers of the harbour"
PIECES = (
    (
        "Lamps in winter",
        "Ada Thorne",
        "The oil grows slow in winter and the keepers sit close to the stove. A cold keeper makes mistakes, and a "
        "mistake at night may cost a ship. Every tower needs a second stove before the snow comes.",
    ),
    (
        "The bell",
        "Benedict Okafor",
        "Fog has no edges, and a bell is the only answer to it. The great bell weighs as much as four oxen and is "
        "heard for two miles when the wind is kind. Three strokes tell a boat from a church.",
    ),
)


def pdf(pages: Iterable[Iterable[tuple[str, str]]]) -> bytes:
    """A PDF with these pages of (style, text)."""
    styles, flow, out = getSampleStyleSheet(), list[object](), io.BytesIO()
    for page in pages:
        flow += [Paragraph(text, styles[style]) for style, text in page]
        flow.append(PageBreak())
    SimpleDocTemplate(out).build(flow)
    return out.getvalue()


def pieces_pdf() -> bytes:
    """Our pieces as a PDF, a page each."""
    first, *rest = (
        [("Heading2", title), ("BodyText", f"<b>{who}</b>, head keeper"), ("BodyText", text)]
        for title, who, text in PIECES
    )
    return pdf([[("Heading1", TITLE), *first], *rest])


def encrypted_pdf(user: str, owner: str) -> bytes:
    """Our pieces as a PDF with passwords."""
    writer = PdfWriter(io.BytesIO(pieces_pdf()))
    writer.encrypt(user, owner, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def raw_pdf(stream: bytes, filters: str = "/FlateDecode") -> bytes:
    """A PDF of one page that draws this packed stream."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources"
        b"<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        b"<</Length %d/Filter[%s]>>stream\n%s\nendstream" % (len(stream), filters.encode(), stream),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 5\n0000000000 65535 f \n%s" % table
        + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)
    )


def spaces(mebibytes: int) -> bytes:
    """So many MiB of spaces, packed."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(b" " * 2**20) for _ in range(mebibytes)) + packer.flush()


def pieces_docx() -> bytes:
    """Our pieces as a DOCX, with a list."""
    document = Document()
    document.core_properties.title = TITLE
    document.add_heading(TITLE, 0)
    for title, who, text in PIECES:
        document.add_heading(title, 2)
        document.add_paragraph().add_run(who).bold = True
        document.add_paragraph(text)
    for item in ("a stove", "a rope"):
        document.add_paragraph(item, style="List Bullet")
    document.add_table(1, 1).cell(0, 0).text = "A cell of a table."
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def with_footnotes(document: bytes, calls: dict[str, str], broken: bool = False) -> bytes:
    """A DOCX with a footnote called behind each of these words, as word processors write them."""
    notes = '<w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
    source = zipfile.ZipFile(io.BytesIO(document))
    files = {name: source.read(name) for name in source.namelist()}
    body = files["word/document.xml"].decode()
    for number, (word, note) in enumerate(calls.items(), start=7):
        before, after = body.split(word, 1)
        mark = f'<w:r><w:footnoteReference w:id="{number}"/></w:r>'
        body = f'{before}{word}</w:t></w:r>{mark}<w:r><w:t xml:space="preserve">{after}'
        notes += f'<w:footnote w:id="{number}"><w:p><w:r><w:t>{note}</w:t></w:r></w:p></w:footnote>'
    files["word/document.xml"] = body.encode()
    files["word/footnotes.xml"] = f'<w:footnotes xmlns:w="{_WORD}">{notes}</w:footnotes>'[
        : 90 if broken else None
    ].encode()
    relation = (
        '<Relationship Id="rId99" Target="footnotes.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"/></Relationships>'
    )
    rels = "word/_rels/document.xml.rels"
    files[rels] = files[rels].replace(b"</Relationships>", relation.encode())
    return archive(*files.items())


def pieces_html(head: str = "") -> str:
    """Our pieces as a page."""
    body = "".join(
        f"<article><h2>{title}</h2><p><b>{who}</b></p>\n<p>{escape(text)}</p></article>" for title, who, text in PIECES
    )
    return f"<!DOCTYPE html><html><head>{head}<title>{TITLE}</title></head><body><h1>{TITLE}</h1>{body}</body></html>"


def archive(*files: tuple[str, str | bytes]) -> bytes:
    """A ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files:
            made.writestr(name, content)
    return out.getvalue()


CONTAINER = (
    "META-INF/container.xml",
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
)


def pieces_epub(*more: tuple[str, str | bytes]) -> bytes:
    """Our pieces as a book, a document each, with the pages of a printed edition; listed back to front."""
    documents = [
        (
            f"OPS/piece {number}.xhtml",
            '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>'
            f'<h2>{title}</h2><p><b>{who}</b></p><p>{text[:40]}<span epub:type="pagebreak" title="{number + 7}"/>'
            f"{text[40:]}</p></body></html>",
        )
        for number, (title, who, text) in enumerate(PIECES)
    ]
    items = "".join(
        f'<item id="d{number}" href="piece%20{number}.xhtml" media-type="application/xhtml+xml"/>' for number in (1, 0)
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{TITLE}</dc:title></metadata>'
        f'<manifest>{items}</manifest><spine><itemref idref="d0"/><itemref idref="d1"/></spine></package>'
    )
    return archive(("mimetype", "application/epub+zip"), CONTAINER, ("OPS/book.opf", package), *documents, *more)
