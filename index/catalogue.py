"""The catalogue: what is known of each volume before it is read.

In: seeds/catalogue.toml, and catalogue.toml in BYLINE_HOME for what the owner added. Out: one validated
`CatalogueEntry` a volume, with the reading profile of its printer.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import CatalogueError
from index.model import Kind

FILE = "catalogue.toml"


class Profile(BaseModel):
    """What a volume's printer did, as far as the general rules need telling. Everything is optional."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind | None = Field(default=None, description="Kind of the pieces that are not otherwise named.")
    byline: Literal["before", "after"] | None = Field(default=None, description="Side of the text the byline is on.")


class Correction(BaseModel):
    """Who wrote one piece, where the reading got it wrong; no authors means that nobody is named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1, description="Title of the piece, as `byline outline` prints it.")
    authors: tuple[str, ...] = Field(description="Full names, in order.")


class CatalogueEntry(BaseModel):
    """One volume of the catalogue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=1)
    subtitle: str = ""
    editors: tuple[str, ...] = ()
    publisher: str = ""
    year: int | None = None
    file: str = Field(pattern=r"^[^/\\]+$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    rights: str = ""
    credit: str = ""
    profile: Profile = Profile()
    correction: tuple[Correction, ...] = ()


class AddedEntry(CatalogueEntry):
    """A volume of the owner's own catalogue: its file may lie anywhere, or in BYLINE_TEXTS under its name alone."""

    file: str = Field(pattern=r"^(/.+|[^/\\]+)$")


class Catalogue(BaseModel):
    """All volumes, in the order in which they are listed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    volume: tuple[CatalogueEntry, ...] = ()


class AddedCatalogue(BaseModel):
    """The volumes that the owner added, in the order in which they were."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    volume: tuple[AddedEntry, ...] = ()


_Model = TypeVar("_Model", Catalogue, AddedCatalogue)


def load_catalogue(path: Path) -> tuple[CatalogueEntry, ...]:
    """Read the catalogue.

    Raises:
        CatalogueError: the file is missing, is not TOML, has unknown or unusable fields, or names a volume twice.
    """
    return _load(path, Catalogue).volume


def load_added(home: Path) -> tuple[AddedEntry, ...]:
    """Read the owner's own catalogue; where there is none, nothing was added.

    Raises:
        CatalogueError: as `load_catalogue`.
    """
    path = home / FILE
    return _load(path, AddedCatalogue).volume if path.exists() else ()


def load_collection(seeds: Path, home: Path) -> tuple[CatalogueEntry, ...]:
    """All volumes: those of the catalogue that ships, then those that the owner added.

    Raises:
        CatalogueError: as `load_catalogue`, or both name the same volume.
    """
    entries = (*load_catalogue(seeds / FILE), *load_added(home))
    _refuse_twins(home / FILE, entries)
    return entries


def _load(path: Path, model: type[_Model]) -> _Model:
    try:
        catalogue = model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise CatalogueError(f"{path} is not there. Point BYLINE_SEEDS at the folder that holds it.") from error
    except OSError as error:
        raise CatalogueError(
            f"{path} cannot be read: {error.strerror}. Check that it is a file you may read."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path} is not valid TOML: {error}. Correct that line.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CatalogueError(f"{path}: {place}: {first['msg']}. Correct that field.") from error
    _refuse_twins(path, catalogue.volume)
    return catalogue


def _refuse_twins(path: Path, entries: Sequence[CatalogueEntry]) -> None:
    _refuse_duplicates(path, [entry.id for entry in entries], "id")
    _refuse_duplicates(path, [entry.file for entry in entries], "file")


def _refuse_duplicates(path: Path, values: list[str], name: str) -> None:
    for value in values:
        if values.count(value) > 1:
            raise CatalogueError(f"{path}: two volumes have the {name} {value!r}. Give each its own.")
