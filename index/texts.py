"""Finding and decoding the text of a volume.

In: a catalogue entry and the folders to look in. Out: a `SourceText`, either the owner's full text or our digest.
"""

import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from index.catalogue import CatalogueEntry
from index.errors import BinaryText, ChangedText, EmptyText, MissingText, TextError, UndecodableText
from index.model import Edition, Span


@dataclass(frozen=True)
class SourceText:
    """A decoded file; offsets count its characters."""

    file: str
    edition: Edition
    text: str
    sha256: str

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(i + 1 for i, char in enumerate(self.text) if char == "\n")]

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


def read_text(path: Path, edition: Edition = "full text", sha256: str | None = None) -> SourceText:
    """Read and decode one file.

    Args:
        path: the file.
        edition: which edition of the volume it is.
        sha256: the checksum it must have, as 64 hex digits; None accepts any.

    Raises:
        MissingText, EmptyText, BinaryText, UndecodableText, ChangedText: named after what is wrong.
    """
    data = _read_bytes(path)
    if not data.strip():
        raise EmptyText(f"{path} is empty. Put the text back, or remove the file to use the digest.")
    if b"\x00" in data:
        raise BinaryText(f"{path} is not a text file (it holds NUL bytes). Byline reads UTF-8 text here.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UndecodableText(
            f"{path} is not UTF-8 (byte {error.start}). Convert it to UTF-8 and try again."
        ) from error
    digest = hashlib.sha256(data).hexdigest()
    if sha256 is not None and digest != sha256:
        raise ChangedText(
            f"{path} is not the file that the catalogue describes (sha256 {digest[:12]}…, expected {sha256[:12]}…). "
            "Restore the file, or put its new sha256 into seeds/catalogue.toml."
        )
    return SourceText(path.name, edition, text, digest)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise MissingText(f"{path} is not there. Check the name, or set BYLINE_TEXTS to its folder.") from error
    except OSError as error:
        raise TextError(f"{path} cannot be read: {error.strerror}. Check that it is a file you may read.") from error
