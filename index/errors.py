"""Every error that Byline raises on purpose.

    BylineError
    ├── SettingsError                a BYLINE_ setting has a value that cannot be used
    ├── CatalogueError               seeds/catalogue.toml is missing, malformed or inconsistent
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
    ├── QuestionError                the question cannot be answered as it stands
    │   ├── EmptyQuestion
    │   ├── QuestionTooLong
    │   └── UnreadableQuestion       NUL characters or lone surrogates
    ├── NotFound                     no such section, volume or person
    ├── EvalError                    an evaluation file is malformed or a --min gate was missed
    │   └── BusyMachine              other processes would spoil what is timed
    ├── StoreError                   the vector store for LlamaIndex cannot do what it is asked to
    │   ├── UnusableNode             a node is no text node, or has no vector that fits
    │   ├── UnusableFilter           a metadata filter has an operator or a value that means nothing here
    │   ├── UnsupportedQuery         a query mode that the store does not have, or no vector that fits
    │   └── DamagedStore             a persisted store is missing or not what was written
    ├── MissingExtra                 an optional part of Byline is not installed
    └── PortInUse                    the address to serve on is taken

Each message says what happened, to which file or field, and what to do next. `exit_code` is what the command line
ends with (sysexits(3) where one fits) and `status` the HTTP status that a route answers with.
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


class TextError(BylineError):
    """A text cannot be read."""

    exit_code = 65


class MissingText(TextError):
    """The file is not there."""

    exit_code = 66


class EmptyText(TextError):
    """The file holds no text."""


class BinaryText(TextError):
    """The file is not a text file."""


class UndecodableText(TextError):
    """The file is not UTF-8."""


class ChangedText(TextError):
    """The file differs from the one the catalogue describes."""


class UnreadableFormat(TextError):
    """The file's format is unknown, or the file is damaged."""


class EncryptedText(TextError):
    """The file is protected by a password."""


class ScannedText(TextError):
    """The file holds pictures of pages and no text."""


class OversizedText(TextError):
    """The file is larger than a text may be."""


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


class QuestionError(BylineError):
    """The question cannot be answered as it stands."""

    exit_code = 64
    status = 422


class EmptyQuestion(QuestionError):
    """The question holds no words."""


class QuestionTooLong(QuestionError):
    """The question is longer than a question may be."""


class UnreadableQuestion(QuestionError):
    """The question holds characters that are no text."""


class NotFound(BylineError):
    """There is no such section, volume or person."""

    exit_code = 66
    status = 404


class EvalError(BylineError):
    """An evaluation file is malformed, or a gate was missed."""

    exit_code = 65


class BusyMachine(EvalError):
    """Other processes use the machine, and would spoil what is timed."""

    exit_code = 75


class StoreError(BylineError):
    """The vector store for LlamaIndex cannot do what it is asked to."""

    exit_code = 65
    status = 422


class UnusableNode(StoreError):
    """A node is no text node, shares its id, or has no vector that fits."""


class UnusableFilter(StoreError):
    """A metadata filter has an operator or a value that means nothing here."""


class UnsupportedQuery(StoreError):
    """A query asks for a mode that the store does not have, or has no vector that fits."""


class DamagedStore(StoreError):
    """A persisted store is missing or not what was written."""


class MissingExtra(BylineError):
    """What a command needs is not installed with Byline itself."""

    exit_code = 69


class PortInUse(BylineError):
    """The address to serve on is taken."""

    exit_code = 69
