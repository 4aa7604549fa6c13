"""What the routes of documents take and give."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from api.ingest.desk import Document
from api.ingest.jobs import Action, Job, State
from api.schemas import View
from index.catalogue import AddedEntry
from index.model import Kind

_LINE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Line = Annotated[str, Field(min_length=1, max_length=300, pattern=_LINE)]
"""A line of text, with something on it."""
_OF_THE_CATALOGUE = ("title", "subtitle", "editors", "publisher", "year", "rights", "credit")
_OF_THE_PROFILE = ("kind", "byline")


class Said(BaseModel):
    """What its sender says of a document; what is left out is taken from the document, or stays as it was."""

    model_config = ConfigDict(extra="forbid")

    filename: Line | None = Field(
        default=None, description="What the file is called; citations name it so.", examples=["essays.pdf"]
    )
    title: Line | None = Field(default=None, description="Title of the volume.", examples=["Essays on lamps"])
    subtitle: Line | None = Field(default=None, description="Subtitle of the volume.", examples=["By their keepers"])
    editors: list[Line] | None = Field(
        default=None,
        max_length=50,
        description="Who edited it, a parameter each; editors are not authors.",
        examples=[["Benedict Okafor"]],
    )
    publisher: Line | None = Field(default=None, description="Who published it.", examples=["The Lamp Press"])
    year: int | None = Field(default=None, ge=1, le=9999, description="The year it was published.", examples=[2020])
    rights: Line | None = Field(default=None, description="What its owner allows.", examples=["CC BY 4.0"])
    credit: Line | None = Field(
        default=None, description="How it is to be credited.", examples=["The keepers, The Lamp Press"]
    )
    kind: Kind | None = Field(
        default=None, description="Kind of the pieces that nothing else names.", examples=["essay"]
    )
    byline: Literal["before", "after"] | None = Field(
        default=None, description="The side of each piece that its byline stands on."
    )

    @property
    def for_the_catalogue(self) -> dict[str, Any]:
        """The fields that were given, as an entry of the catalogue has them."""
        given = self.model_dump(mode="json", exclude_none=True)
        profile = {name: given[name] for name in _OF_THE_PROFILE if name in given}
        fields = {name: given[name] for name in _OF_THE_CATALOGUE if name in given}
        return fields | ({"profile": profile} if profile else {})


class NewSaid(Said):
    """What the sender of a new document says of it."""

    filename: Line = Field(
        description="What the file is called; citations name it so.", examples=["essays.pdf", "report.docx"]
    )
    id: Annotated[str, Field(max_length=80, pattern=_ID)] | None = Field(
        default=None, description="Id of the volume; without one it comes from the title.", examples=["essays-on-lamps"]
    )


class JobView(View):
    """A job: one change of one document, from being taken to being answered from."""

    id: str = Field(description="What `GET /v1/jobs/{id}` takes.", examples=["4be2c1d09f3a7e65"])
    action: Action = Field(description="What it does to the document.")
    volume_id: str = Field(description="The document, which is a volume.", examples=["essays-on-lamps"])
    state: State = Field(description="How far it is; `done` and `failed` are final.")
    progress: float = Field(ge=0, le=1, description="How much is done; never goes back.", examples=[0.65])
    message: str = Field(description="The same in words; where it failed, why, and what to do.", examples=["Reading."])
    problem: str | None = Field(
        description="Where it failed, the type of the problem.", examples=["urn:byline:problem:job-cut-off"]
    )
    generation: str | None = Field(
        description="When it is done, the published index that holds the change.", examples=["gen-9"]
    )
    doubts: list[str] = Field(
        description="What was not certain when the document was read, such as who wrote a piece.", examples=[[]]
    )
    created: datetime = Field(description="When it was taken, UTC.")
    began: datetime | None = Field(description="When its turn came, UTC.")
    ended: datetime | None = Field(description="When it was done or failed, UTC.")

    @classmethod
    def of(cls, job: Job) -> Self:
        """The view of a job."""
        own = {name: getattr(job, name) for name in cls.model_fields}
        times = {name: _time(own[name]) for name in ("created", "began", "ended")}
        return cls.model_validate({**own, **times, "doubts": list(job.doubts)})


class JobsView(View):
    """Jobs, the newest first."""

    jobs: list[JobView] = Field(description="The jobs.")


class DocumentView(View):
    """A document that was sent, and what is being done to it."""

    id: str = Field(description="Its id, which is that of its volume.", examples=["essays-on-lamps"])
    title: str = Field(description="Its title.", examples=["Essays on lamps"])
    subtitle: str = Field(description="Its subtitle.")
    editors: list[str] = Field(description="Who edited it.")
    publisher: str = Field(description="Who published it.")
    year: int | None = Field(description="The year it was published, where known.", examples=[2020])
    rights: str = Field(description="What its owner allows.")
    credit: str = Field(description="How it is to be credited.")
    kind: Kind | None = Field(description="Kind of the pieces that nothing else names.")
    byline: Literal["before", "after"] | None = Field(description="The side of each piece that its byline stands on.")
    filename: str = Field(description="What its file is called.", examples=["essays.pdf"])
    sha256: str = Field(description="The checksum of the file, 64 hex digits.")
    size: int | None = Field(description="The size of the file in bytes; null where it has gone.", examples=[48213])
    sent: datetime | None = Field(description="When the file came, UTC.")
    state: Literal["indexed", "adding", "replacing", "removing"] = Field(
        description="Whether it answers as it stands here, or what is being done to it."
    )
    job: str | None = Field(description="The job that is doing it.", examples=["4be2c1d09f3a7e65", None])

    @classmethod
    def of(cls, document: Document) -> Self:
        """The view of a document."""
        entry, job = document.entry, document.job
        return cls(
            **{name: getattr(entry, name) for name in ("id", *_OF_THE_CATALOGUE, "sha256") if name != "editors"},
            editors=list(entry.editors),
            kind=entry.profile.kind,
            byline=entry.profile.byline,
            filename=_filename(entry),
            size=document.size,
            sent=document.sent,
            state=_STATES[job.action] if job else "indexed",
            job=job.id if job else None,
        )


class DocumentsView(View):
    """Every document that was sent."""

    documents: list[DocumentView] = Field(description="The documents.")


_STATES: dict[Action, Literal["adding", "replacing", "removing"]] = {
    Action.ADD: "adding",
    Action.REPLACE: "replacing",
    Action.REMOVE: "removing",
}


def _filename(entry: AddedEntry) -> str:
    return entry.file.rpartition("/")[2]


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
