"""The catalogue: what is known of each volume before it is read.

In: seeds/catalogue.toml. Out: one validated `CatalogueEntry` a volume, with the reading profile of its printer.
"""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import CatalogueError
from index.model import Kind


class Profile(BaseModel):
    """What a volume's printer did, as far as the general rules need telling. Everything is optional."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind | None = Field(default=None, description="Kind of the pieces that are not otherwise named.")
    byline: Literal["before", "after"] | None = Field(default=None, description="Side of the text the byline is on.")


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


class Catalogue(BaseModel):
    """All volumes, in the order in which they are listed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    volume: tuple[CatalogueEntry, ...] = ()


def load_catalogue(path: Path) -> tuple[CatalogueEntry, ...]:
    """Read the catalogue.

    Raises:
        CatalogueError: the file is missing, is not TOML, has unknown or unusable fields, or names a volume twice.
    """
    try:
        entries = Catalogue.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).volume
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
    _refuse_duplicates(path, [entry.id for entry in entries], "id")
    _refuse_duplicates(path, [entry.file for entry in entries], "file")
    return entries


def _refuse_duplicates(path: Path, values: list[str], name: str) -> None:
    for value in values:
        if values.count(value) > 1:
            raise CatalogueError(f"{path}: two volumes have the {name} {value!r}. Give each its own.")
