"""The manifest of a generation: what it was made from and the checksum of every file in it."""

import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from index.errors import DamagedSnapshot, ForeignSnapshot, NoSnapshot
from index.files import sha256_of

SCHEMA_VERSION = 5
MANIFEST = "MANIFEST.json"
CURRENT = "CURRENT"


class ModelEntry(BaseModel):
    """The embedding model of the vectors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    sha256: str
    dimensions: int


class VolumeEntry(BaseModel):
    """A volume as it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    file: str
    edition: str
    sha256: str


class Manifest(BaseModel):
    """Everything needed to tell whether a generation is whole, ours and up to date."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: int
    inputs: str
    """Checksum over all that the generation depends on: texts, catalogue, model, reader."""
    model: ModelEntry
    volumes: tuple[VolumeEntry, ...]
    counts: dict[str, int]
    files: dict[str, str]


_POINTER = re.compile(r"(gen-\d{1,9}) ([0-9a-f]{64})\n?")


def current_generation(home: Path) -> Path:
    """The folder that CURRENT names, whose manifest has the checksum that CURRENT gives.

    Raises:
        NoSnapshot: nothing has been published.
        DamagedSnapshot: CURRENT names no generation, or one that is not there or not the one it was.
    """
    try:
        pointer = _POINTER.fullmatch((home / CURRENT).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NoSnapshot(f"There is no index in {home} yet. Run `byline index`.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DamagedSnapshot(f"{home / CURRENT} cannot be read. Run `byline index` to publish anew.") from error
    if pointer is None:
        raise DamagedSnapshot(f"{home / CURRENT} names no generation. Run `byline index` to publish anew.")
    folder = home / pointer.group(1)
    if not (folder / MANIFEST).is_file() or sha256_of(folder / MANIFEST) != pointer.group(2):
        raise DamagedSnapshot(f"{folder / MANIFEST} is missing or damaged. Run `byline index` to publish anew.")
    return folder


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation.

    Raises:
        DamagedSnapshot: it is missing or malformed.
        ForeignSnapshot: it was written by another schema version.
    """
    path = folder / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise DamagedSnapshot(f"{path} is missing or malformed. Run `byline index` to publish anew.") from error
    if manifest.schema_version != SCHEMA_VERSION:
        raise ForeignSnapshot(
            f"{folder} has schema version {manifest.schema_version}; this Byline reads {SCHEMA_VERSION}. "
            "Run `byline index` to publish anew."
        )
    return manifest


def verify_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file with its checksum, before any parser sees it.

    Raises:
        DamagedSnapshot: a file is missing, differs, or is not in the manifest.
    """
    present = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    for name in sorted(present ^ set(manifest.files)):
        what = "is missing" if name in manifest.files else "does not belong there"
        raise DamagedSnapshot(f"{folder / name} {what}. Run `byline index` to publish anew.")
    for name, expected in manifest.files.items():
        if sha256_of(folder / name) != expected:
            raise DamagedSnapshot(f"{folder / name} is damaged (checksum differs). Run `byline index` to publish anew.")
