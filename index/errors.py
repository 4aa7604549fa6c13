"""Every error that Byline raises on purpose descends from `BylineError`; here are those of reading and indexing.

    BylineError
    ├── SettingsError                a BYLINE_ setting has a value that cannot be used
    ├── CatalogueError               seeds/catalogue.toml is missing, malformed or inconsistent
    │   └── KnownText                a text is in the catalogue already
    ├── TextError                    a text cannot be read
    │   ├── MissingText              the file is not there
    │   ├── EmptyText                the file holds no text
    │   ├── BinaryText               the file is not a text file
    │   ├── UndecodableText          the file is not UTF-8
    │   ├── ChangedText              the file is not the one the catalogue describes
    │   ├── UnreadableFormat         the file's format is unknown, or it is damaged
    │   ├── EncryptedText            the file is protected by a password
    │   ├── ScannedText              the file holds pictures of pages and no text
    │   ├── OversizedText            the file is larger than a text may be
    │   ├── TextLimitReached         reading it would take too much time or memory
    │   └── MalformedDigest          a digest lacks a part that every digest has
    ├── ModelError                   the embedding model is missing or not the expected one
    ├── SnapshotError                the published index cannot be used
    │   ├── NoSnapshot               nothing has been published yet
    │   ├── DamagedSnapshot          a file is missing or its checksum differs
    │   ├── ForeignSnapshot          made by another schema version or another model
    │   └── SnapshotLocked           another index run is under way
    ├── HomeNotWritable              BYLINE_HOME cannot be written
    ├── NotFound                     no such section, volume or person
    ├── AccessError                  somebody may not have what is asked for
    │   └── NothingToSee             none of the volumes that may be seen is here
    └── MissingExtra                 an optional part of Byline is not installed

Each package has its own branches: rag/errors.py, api/errors.py, eval/errors.py. Each message says what happened, to
which file or field, and what to do next. `exit_code` is what the command line ends with (sysexits(3) where one fits)
and `status` the HTTP status that a route answers with.
"""

from typing import ClassVar


class BylineError(Exception):
    """Base of all deliberate errors; catch this to catch them all."""

    exit_code: ClassVar[int] = 1
    status: ClassVar[int] = 500


class SettingsError(BylineError):
    """A setting cannot be used."""

    exit_code = 78


class CatalogueError(BylineError):
    """The catalogue is missing, malformed or inconsistent."""

    exit_code = 78


class KnownText(CatalogueError):
    """A text is in the catalogue already."""


class TextError(BylineError):
    """A text cannot be read."""

    exit_code = 65
    status = 422


class MissingText(TextError):
    """The file is not there."""

    exit_code = 66


class EmptyText(TextError):
    """The file holds no text."""


class BinaryText(TextError):
    """The file is not a text file."""

    status = 415


class UndecodableText(TextError):
    """The file is not UTF-8."""


class ChangedText(TextError):
    """The file differs from the one the catalogue describes."""


class UnreadableFormat(TextError):
    """The file's format is unknown, or the file is damaged."""

    status = 415


class EncryptedText(TextError):
    """The file is protected by a password."""


class ScannedText(TextError):
    """The file holds pictures of pages and no text."""


class OversizedText(TextError):
    """The file is larger than a text may be."""

    status = 413


class TextLimitReached(TextError):
    """Reading the file would take too much time or memory."""


class MalformedDigest(TextError):
    """A digest lacks a part that every digest has."""


class ModelError(BylineError):
    """The embedding model is missing or is not the expected one."""

    exit_code = 69
    status = 503


class SnapshotError(BylineError):
    """The published index cannot be used."""

    exit_code = 69
    status = 503


class NoSnapshot(SnapshotError):
    """Nothing has been published yet."""


class DamagedSnapshot(SnapshotError):
    """A file of the published index is missing or its checksum differs."""


class ForeignSnapshot(SnapshotError):
    """The index was made by another schema version or with another model."""


class SnapshotLocked(SnapshotError):
    """Another index run is under way."""

    exit_code = 75


class HomeNotWritable(BylineError):
    """The folder for generations, caches and databases cannot be written."""

    exit_code = 73


class NotFound(BylineError):
    """There is no such section, volume or person."""

    exit_code = 66
    status = 404


class AccessError(BylineError):
    """A request may not have what it asks for."""

    exit_code = 77
    status = 403


class NothingToSee(AccessError):
    """None of the volumes that a key may see is in the collection."""


class MissingExtra(BylineError):
    """What a command needs is not installed with Byline itself."""

    exit_code = 69
