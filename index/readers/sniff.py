"""Telling a format by what the bytes are; the name decides only where the bytes do not.

In: a file's name and bytes. Out: its `Format`.
"""

import codecs
import re
from enum import StrEnum
from pathlib import PurePath

from index.errors import UnreadableFormat


class Format(StrEnum):
    """Formats that Byline reads. A ZIP archive is a DOCX or an EPUB, which only its contents tell."""

    TEXT = "text"
    HTML = "html"
    PDF = "pdf"
    ZIP = "zip"


_HTML_NAMES = {".html", ".htm", ".xhtml"}
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HTML = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WINDOW = 4096


def sniff(name: str, data: bytes) -> Format:
    """The format of a file.

    Raises:
        UnreadableFormat: the bytes are those of a format that Byline does not read.
    """
    head = data[:_WINDOW]
    if b"%PDF-" in head[:1024]:
        return Format.PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Format.ZIP
    if head.startswith(_OLE):
        raise UnreadableFormat("is an old or protected Office document. Save it as DOCX without a password.")
    if head.startswith(b"{\\rtf"):
        raise UnreadableFormat("is a Rich Text document. Save it as DOCX.")
    is_html_name = PurePath(name).suffix.lower() in _HTML_NAMES
    if is_html_name or _HTML.match(_opening(head)):
        return Format.HTML
    return Format.TEXT


def is_utf_16(data: bytes) -> bool:
    """Whether a text says by its byte order mark that it is UTF-16."""
    return data.startswith(_UTF_16)


def _opening(head: bytes) -> bytes:
    if is_utf_16(head):
        return head.decode("utf-16", "ignore").encode()
    return head.removeprefix(codecs.BOM_UTF8)
