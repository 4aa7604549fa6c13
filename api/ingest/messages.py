"""What the service and the process that reads and indexes for it say to each other: lines of JSON.

The service says one `Task`; the process says stages and steps, and at last what came of it.
"""

from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from index.catalogue import AddedEntry
from index.settings import Settings

WAITING: Final = "waiting for another index run"
"""The stage of a process that waits for `byline index` or the like."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Errand(StrEnum):
    """What the process is to do."""

    EXAMINE = "examine"
    """Read a file and propose an entry for it; nothing changes."""
    PUT = "put"
    """Put an entry into the owner's catalogue, in the place of the one with its id, and publish."""
    REMOVE = "remove"
    """Take a volume out of the owner's catalogue, and publish."""
    RECOVER = "recover"
    """Undo a change that was cut off, and say what is published."""


class Task(_Message):
    """An errand; which fields it needs depends on it."""

    errand: Errand
    settings: dict[str, Any]
    path: str = ""
    """The file to examine."""
    said: dict[str, Any] = {}
    """Fields of the entry, as in the catalogue, that its sender gives."""
    entry: AddedEntry | None = None
    """What is put, or, examining, what the file takes the place of."""
    volume_id: str = ""

    @property
    def opened_settings(self) -> Settings:
        """The settings as given, those that were not given as by default."""
        return Settings.model_validate(self.settings)


class Stage(_Message):
    """A stage begins; `total` is its number of steps where known."""

    kind: Literal["stage"] = "stage"
    name: str
    total: int | None = None


class Steps(_Message):
    """Steps of the stage are done."""

    kind: Literal["steps"] = "steps"
    count: int


class Examined(_Message):
    """The file can be read, and this is what was understood of it."""

    kind: Literal["examined"] = "examined"
    entry: AddedEntry
    doubts: tuple[str, ...]


class Published(_Message):
    """The index is what the catalogue says; its generation answers, or will."""

    kind: Literal["published"] = "published"
    generation: str


class Refused(_Message):
    """It could not be done."""

    kind: Literal["refused"] = "refused"
    error: str
    """The name of an error in `index.errors`."""
    message: str


Told = Stage | Steps | Examined | Published | Refused

TOLD: TypeAdapter[Told] = TypeAdapter(Annotated[Told, Field(discriminator="kind")])


def settings_told(settings: Settings) -> dict[str, Any]:
    """The settings that an index depends on, as another process takes them: absolute, and only those that were set."""
    paths = {name: str(getattr(settings, name).resolve()) for name in ("home", "texts", "seeds")}
    kept = {"home", *settings.model_fields_set}
    plain = {"model": settings.model, "threads": settings.threads}
    return {name: value for name, value in (paths | plain).items() if name in kept}
