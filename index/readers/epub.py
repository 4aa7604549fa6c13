"""EPUB: the documents of the book in reading order.

In: the bytes of a book. Out: an `Extracted`, with pages where the book marks those of its printed edition.
"""

import posixpath
from typing import Any
from urllib.parse import unquote

from lxml import etree

from index.errors import EncryptedText, UnreadableFormat
from index.readers.archive import Archive
from index.readers.docx import refuse_entities
from index.readers.extracted import Extracted, Writer
from index.readers.html import parse_html
from index.readers.markup import write_markup

CONTAINER = "META-INF/container.xml"
_DOCUMENTS = ("application/xhtml+xml", "text/html")


def read_epub(data: bytes) -> Extracted:
    """Read a book.

    Raises:
        UnreadableFormat: it is damaged, or no EPUB.
        EncryptedText: its documents are encrypted.
        TextLimitReached: from the archive, or a document is nested too deep.
    """
    archive = Archive(data)
    refuse_entities(archive)
    path = _package_path(archive)
    package = _parse(archive, path)
    writer = Writer()
    names = _spine(package, path)
    _refuse_encrypted(archive, names)
    for name in names:
        write_markup(parse_html(archive.read(name)), writer)
        writer.page_break()
    return writer.finish(package.findtext(".//{*}metadata/{*}title") or "")


def _package_path(archive: Archive) -> str:
    found = _parse(archive, CONTAINER).find(".//{*}rootfile")
    path = found.get("full-path") if found is not None else None
    if not path:
        raise UnreadableFormat("does not say where its book is (META-INF/container.xml). Make it again.")
    return str(path)


def _spine(package: Any, path: str) -> list[str]:
    """The names of the documents in reading order."""
    items = {item.get("id"): item for item in package.iterfind(".//{*}manifest/{*}item")}
    folder = posixpath.dirname(path)
    names = []
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is not None and item.get("media-type") in _DOCUMENTS:
            names.append(posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or ""))))
    if not names:
        raise UnreadableFormat("lists no document in its spine. Make it again.")
    return names


def _refuse_encrypted(archive: Archive, names: list[str]) -> None:
    """Refuse a book whose documents are encrypted; encrypted fonts do no harm."""
    if "META-INF/encryption.xml" not in archive.names:
        return
    encrypted = _parse(archive, "META-INF/encryption.xml").iterfind(".//{*}CipherReference")
    if {unquote(reference.get("URI") or "") for reference in encrypted} & set(names):
        raise EncryptedText("is protected by its seller (its documents are encrypted). Use a copy without protection.")


def _parse(archive: Archive, name: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(archive.read(name), parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFormat(f"has a damaged part, {name[:80]!r}. Make or download it again.") from error
