"""HTML: the words that a browser would show, with their headings and lists.

In: the bytes of a page. Out: an `Extracted`; pages where the markup has page breaks, as EPUB's has.
"""

import codecs
import re
from typing import Any

from lxml import etree

from index.errors import TextLimitReached, UndecodableText, UnreadableFormat
from index.readers.extracted import Extracted, Writer
from index.readers.sniff import is_utf_16

_SKIPPED = frozenset("script style noscript template head nav form button select svg math iframe object audio video".split())
_INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark q ruby s samp small span
    strike strong sub sup time tt u var wbr
    """.split()
)
_BOLD, _ITALIC = frozenset({"b", "strong"}), frozenset({"i", "em", "cite"})
_HEADING = re.compile(r"h[1-6]$")
_NOTE_MARK = re.compile(r"\[?[\d*†‡, ]{1,8}\]?$")
_CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_LATIN_1 = frozenset({"iso8859-1", "ascii"})
_BREAK = "\x0b"
_TYPE = "{http://www.idpf.org/2007/ops}type"
_DEEPEST = 250


def read_html(data: bytes) -> Extracted:
    """Read one page.

    Raises:
        UndecodableText: it is neither UTF-8 nor what it says it is.
        TextLimitReached: its elements are nested too deep.
        UnreadableFormat: there is no element in it.
    """
    root = parse_html(data)
    writer = Writer()
    write_html(root, writer)
    title = root.find(".//title")
    return writer.finish(" ".join("".join(title.itertext()).split()) if title is not None else "")


def parse_html(data: bytes) -> Any:
    """The root element of a page; nothing is fetched, no entity of its own is expanded."""
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", decode_html(data))
    if _looks_deep(text):
        raise TextLimitReached(f"nests elements more than {_DEEPEST} deep, which no page needs.")
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    root = etree.fromstring(text.encode("utf-16-le"), etree.HTMLParser(encoding="utf-16-le", **_OPTIONS)) if text.strip() else None
    if root is None:
        raise UnreadableFormat("holds no HTML element. Save the page again.")
    return root
