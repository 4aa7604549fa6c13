"""Finding and reading the text of a volume.

In: a catalogue entry and the folders to look in, or bytes from elsewhere. Out: a `SourceText`, either the owner's full
text or our digest.
"""

import hashlib
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from index.catalogue import CatalogueEntry
from index.errors import ChangedText, EmptyText, MissingText, OversizedText, TextError
from index.model import Edition, PageStart, Span
from index.readers.extract import extract
from index.readers.sniff import Format, sniff

LARGEST_FILE = 100 * 2**20
"""Bytes of one file."""


@dataclass(frozen=True)
class SourceText:
    """The text of a file; offsets count its characters. For a format that is not text, it is the text taken out of it.

    `pages` is empty where the format has none; `title` is what the file says of itself, if anything.
    """

    file: str
    edition: Edition
    text: str
    sha256: str
    pages: tuple[PageStart, ...] = ()
    title: str = ""

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def line_of(self, offset: int) -> int:
        """The 1-based number of the line that holds the character at `offset`."""
        return bisect_right(self._line_starts, offset)

    def lines_of(self, span: Span) -> tuple[int, int]:
        """First and last line of a span."""
        return self.line_of(span.start), self.line_of(max(span.start, span.end - 1))


def find_text(entry: CatalogueEntry, texts: Path, seeds: Path) -> tuple[Path, Edition] | None:
    """Where the volume can be read from: the full text if its file is there, else the digest, else nowhere."""
    full = texts / entry.file
    if full.exists():
        return full, "full text"
    digest = seeds / "digests" / f"{entry.id}.md"
    return (digest, "digest") if digest.exists() else None


def files_of(path: Path) -> list[Path]:
    """The files that a name means: itself, or what a folder and those below it hold, in order, without hidden files."""
    if not path.is_dir():
        return [path]
    found = (file for file in path.rglob("*") if not any(part[0] == "." for part in file.relative_to(path).parts))
    return sorted(file for file in found if file.is_file() and not file.is_symlink())


def read_text(path: Path, edition: Edition = "full text", sha256: str | None = None) -> SourceText:
    """Read one file.

    Args:
        path: the file.
        edition: which edition of the volume it is.
        sha256: the checksum it must have, as 64 hex digits; None accepts any.

    Raises:
        TextError: it is missing, refused, or not the file that the catalogue describes; named after what is wrong.
    """
    source = read_bytes(path.name, _bytes_of(path), edition, str(path))
    _refuse_changed(path, source.sha256, sha256)
    return source


def read_bytes(name: str, data: bytes, edition: Edition = "full text", where: str | None = None) -> SourceText:
    """Read the bytes of a file called `name`; `where` is what messages call it.

    Raises:
        TextError: the bytes are refused; named after what is wrong.
    """
    where = where or name
    if not data.strip():
        raise EmptyText(f"{where} is empty. Put the text back, or remove the file to use the digest.")
    if len(data) > LARGEST_FILE:
        raise OversizedText(f"{where} is larger than {LARGEST_FILE >> 20} MiB. Split it into volumes.")
    try:
        found = extract(name, data)
    except TextError as error:
        raise type(error)(f"{where} {error}") from error
    return SourceText(name, edition, found.text, hashlib.sha256(data).hexdigest(), found.pages, found.title)


def checksum_text(path: Path, edition: Edition = "full text", sha256: str | None = None) -> str:
    """The checksum of a file's bytes; a file that is plain text is read to see that it can be.

    Raises:
        TextError: as `read_text`.
    """
    data = _bytes_of(path)
    if not data.strip() or _format(path, data) is Format.TEXT:
        return read_text(path, edition, sha256).sha256
    digest = hashlib.sha256(data).hexdigest()
    _refuse_changed(path, digest, sha256)
    return digest


def _format(path: Path, data: bytes) -> Format:
    try:
        return sniff(path.name, data)
    except TextError as error:
        raise type(error)(f"{path} {error}") from error


def _refuse_changed(path: Path, digest: str, expected: str | None) -> None:
    if expected is not None and digest != expected:
        raise ChangedText(
            f"{path} is not the file that the catalogue describes (sha256 {digest[:12]}…, expected {expected[:12]}…). "
            "Restore the file, or put its new sha256 into the catalogue (`byline add` does so for a file of yours)."
        )


def _bytes_of(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise TextError(f"{path} cannot be read: it is no file. Check that it is a file you may read.")
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except FileNotFoundError as error:
        raise MissingText(f"{path} is not there. Check the name, or set BYLINE_TEXTS to its folder.") from error
    except OSError as error:
        raise TextError(f"{path} cannot be read: {error.strerror}. Check that it is a file you may read.") from error
