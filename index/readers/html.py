"""HTML: the words that a browser would show, with their headings and lists.

In: the bytes of a page. Out: an `Extracted`, with pages where the markup has page breaks, as EPUB's has.
"""

import codecs
import re
from typing import Any

from lxml import etree

from index.errors import TextLimitReached, UndecodableText, UnreadableFormat
from index.readers.extracted import Extracted, Writer
from index.readers.markup import write_markup
from index.readers.sniff import is_utf_16

_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE
)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_LATIN_1 = frozenset({"iso8859-1", "ascii"})
"""What browsers read as Windows-1252, whatever the page says."""


def read_html(data: bytes) -> Extracted:
    """Read one page.

    Raises:
        UndecodableText: it is neither UTF-8 nor what it says it is.
        TextLimitReached: its elements are nested too deep.
        UnreadableFormat: there is no element in it.
    """
    root = parse_html(data)
    writer = Writer()
    write_markup(root, writer)
    return writer.finish(" ".join((root.findtext(".//title") or "").split()))


def parse_html(data: bytes) -> Any:
    """The root element of a page; nothing is fetched and no entity of the page's own is expanded."""
    text = _DECLARATION.sub("", decode_html(data))
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    root = etree.fromstring(text.encode(), parser) if text.strip() else None
    if any("depth" in entry.message for entry in parser.error_log):
        raise TextLimitReached("nests elements more than 250 deep, which no page needs. Save the page as text.")
    if root is None:
        raise UnreadableFormat("holds no HTML element. Save the page again.")
    return root


def decode_html(data: bytes) -> str:
    """A page's characters: by its byte order mark, as UTF-8, or as the character set that it declares.

    Raises:
        UndecodableText: it is neither UTF-8 nor what it declares.
    """
    if is_utf_16(data):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        declared = _CHARSET.search(data[:4096])
        if declared is None:
            raise UndecodableText(
                f"is not UTF-8 (byte {error.start}) and declares no character set. Convert it to UTF-8."
            ) from error
        return _decode_as(data, declared.group(1).decode("ascii"))


def _decode_as(data: bytes, charset: str) -> str:
    try:
        name = codecs.lookup(charset).name
        return data.decode("cp1252" if name in _LATIN_1 else name)
    except (LookupError, ValueError) as error:
        raise UndecodableText(f"is not {charset}, which it declares. Convert it to UTF-8 and try again.") from error
