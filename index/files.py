"""Files that are either whole or not there: checksums, fsync, atomic replacement."""

import hashlib
import os
from pathlib import Path


def sha256_of(path: Path) -> str:
    """The checksum of a file, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    """Have the file's bytes on the disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Sync every file below a folder, and the folders themselves."""
    for path in sorted(folder.rglob("*")):
        sync_file(path)
    sync_file(folder)


def replace_text(path: Path, text: str) -> None:
    """Put `text` into a file in one atomic step: readers see the old content or the new, never a part."""
    scratch = path.with_name(path.name + ".tmp")
    with scratch.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
    sync_file(path.parent)
