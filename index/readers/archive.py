"""Opening a ZIP archive that a stranger made.

In: its bytes. Out: an `Archive` whose entries are few, small and named as they should be. Nothing is unpacked to disk.
"""

import io
import stat
import zipfile
from pathlib import PurePosixPath

from index.errors import EncryptedText, TextLimitReached, UnreadableFormat

MOST_ENTRIES = 5_000
LARGEST_TOTAL = 200 * 2**20
LARGEST_ENTRY = 50 * 2**20
GREATEST_RATIO = 150
_SMALL = 5 * 2**20
"""Below this many bytes unpacked, the ratio says nothing."""


class Archive:
    """A ZIP archive within limits."""

    def __init__(self, data: bytes) -> None:
        """Check the whole directory before any entry is read.

        Raises:
            UnreadableFormat, EncryptedText, TextLimitReached: named after what is wrong.
        """
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise UnreadableFormat("is a damaged ZIP archive. Make or download it again.") from error
        entries = self._zip.infolist()
        _refuse_many(entries, len(data))
        for entry in entries:
            _refuse_bad(entry)
        self.names = frozenset(entry.filename for entry in entries)

    def read(self, name: str) -> bytes:
        """The bytes of an entry.

        Raises:
            UnreadableFormat: there is no such entry, or it is damaged.
        """
        try:
            return self._zip.read(name)
        except KeyError as error:
            raise UnreadableFormat(f"lacks the part {name[:80]!r}. Make or download it again.") from error
        except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
            raise UnreadableFormat(f"has a damaged part, {name[:80]!r}. Make or download it again.") from error


def _refuse_many(entries: list[zipfile.ZipInfo], packed: int) -> None:
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES:
        raise TextLimitReached(f"is an archive of {len(entries):,} files; at most {MOST_ENTRIES:,} are read.")
    if total > LARGEST_TOTAL or any(entry.file_size > LARGEST_ENTRY for entry in entries):
        raise TextLimitReached(f"would unpack to {total / 2**20:,.0f} MiB, which is more than is read.")
    if total > _SMALL and total > GREATEST_RATIO * packed:
        raise TextLimitReached(f"would unpack to {total // max(packed, 1):,} times its size, as only a ZIP bomb does.")


def _refuse_bad(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0:1]:
        raise UnreadableFormat(f"holds the file name {name[:80]!r}, which points outside the archive.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UnreadableFormat(f"holds a symbolic link, {name[:80]!r}, which no document needs.")
    if entry.flag_bits & 1:
        raise EncryptedText("is an archive protected by a password. Save a copy without one.")
