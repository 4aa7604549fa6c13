"""Where documents are taken in: what there is, what may be changed, and the jobs that change it.

In: files that were received and what is said of them. Out: jobs, queued; documents as they are and as they will be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from anyio import CapacityLimiter, to_thread

from api.errors import DocumentExists, NotUploaded, ServiceBusy, UnknownDocument
from api.ingest.child import examine
from api.ingest.jobs import Action, Job, Jobs
from api.ingest.messages import Errand, Examined, Task, settings_told
from api.ingest.receiving import FOLDER, Received
from index.catalogue import FILE, AddedEntry, CatalogueEntry, load_added, load_catalogue
from index.settings import Settings
from index.slugs import slug

_MOST_WAITING = 100
_COME_AGAIN_S = 30.0
_EXAMINE_SECONDS = 120.0
Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was sent, as the catalogue has it or will have it."""

    entry: AddedEntry
    job: Job | None
    """What is waiting or being done to it."""
    size: int | None
    """In bytes; None where the file has gone."""
    sent: datetime | None


class Desk:
    """Takes documents for one home."""

    def __init__(self, settings: Settings, jobs: Jobs) -> None:
        """Take documents for the home of these settings; to be made in the event loop."""
        self._settings = settings
        self._jobs = jobs
        self._one_at_a_time = CapacityLimiter(1)

    @property
    def home(self) -> Path:
        """Where files go."""
        return self._settings.home

    def documents(self) -> list[Document]:
        """Every document that was sent, in the catalogue's order, then those that wait to be added."""
        active = self._jobs.active()
        entries = {entry.id: entry for entry in load_added(self.home) if self._was_sent(entry)}
        for job in active:
            if job.entry is not None:
                entries.setdefault(job.volume_id, job.entry)
        last = {job.volume_id: job for job in active}
        return [_document(entry, last.get(entry.id)) for entry in entries.values()]

    def document(self, volume_id: str) -> Document:
        """A document that was sent.

        Raises:
            UnknownDocument: there is none of that id.
        """
        for document in self.documents():
            if document.entry.id == volume_id:
                return document
        raise _unknown(volume_id)

    def refuse_taken(self, volume_id: str) -> None:
        """Raise DocumentExists where a volume has this id, or will have."""
        self._refuse_taken(volume_id, self._jobs.active())

    async def add(self, file: Received, volume_id: str | None, said: Said) -> Job:
        """Queue a new document; without an id it gets one from its title.

        Raises:
            TextError: the file is refused; named after what is wrong.
            DocumentExists: its id or its file is here already.
            ServiceBusy: as many wait as may wait.
        """
        self._refuse_known_file(file, self._jobs.active())
        examined = await self._examine(file, said, None)
        entry = examined.entry.model_copy(update={"id": volume_id or slug(examined.entry.title)})

        def queued() -> Job:
            with self._jobs.turn() as turn:
                active = turn.active()
                self._refuse_taken(entry.id, active)
                self._refuse_known_file(file, active)
                _refuse_more(active)
                return turn.add(Action.ADD, entry.id, entry, examined.doubts)

        return await to_thread.run_sync(queued)

    async def replace(self, volume_id: str, file: Received, said: Said) -> Job:
        """Queue another file, and other words about it, for a document; what is not said of it stays.

        Raises:
            TextError: the file is refused; the document stays as it is.
            UnknownDocument: there is no such volume.
            NotUploaded: it is a volume that was not sent.
            DocumentExists: the file is here already, as another volume.
            ServiceBusy: as many wait as may wait.
        """
        before = await to_thread.run_sync(self._changeable, volume_id, self._jobs.active())
        self._refuse_known_file(file, self._jobs.active(), but=volume_id)
        if "profile" in said:
            kept = before.profile.model_dump(mode="json", exclude_none=True)
            said = {**said, "profile": {**kept, **said["profile"]}}
        examined = await self._examine(file, said, before)

        def queued() -> Job:
            with self._jobs.turn() as turn:
                active = turn.active()
                self._changeable(volume_id, active)
                self._refuse_known_file(file, active, but=volume_id)
                _refuse_more(active)
                return turn.add(Action.REPLACE, volume_id, examined.entry, examined.doubts)

        return await to_thread.run_sync(queued)

    def remove(self, volume_id: str) -> Job:
        """Queue the removal of a document and its file.

        Raises:
            UnknownDocument: there is no such volume.
            NotUploaded: it is a volume that was not sent.
            ServiceBusy: as many wait as may wait.
        """
        with self._jobs.turn() as turn:
            active = turn.active()
            self._changeable(volume_id, active)
            _refuse_more(active)
            return turn.add(Action.REMOVE, volume_id, None)

    def changeable(self, volume_id: str) -> AddedEntry:
        """What the catalogue says of a document, or will when all jobs are done; raises as `replace` does."""
        return self._changeable(volume_id, self._jobs.active())

    async def _examine(self, file: Received, said: Said, again: AddedEntry | None) -> Examined:
        """Have the file read by a process of its own, one after the other."""
        task = Task(
            errand=Errand.EXAMINE,
            settings=settings_told(self._settings),
            path=str(file.path.resolve()),
            said=dict(said),
            entry=again,
        )
        return await to_thread.run_sync(examine, task, _EXAMINE_SECONDS, limiter=self._one_at_a_time)

    def _changeable(self, volume_id: str, active: Sequence[Job]) -> AddedEntry:
        """What the catalogue says of a document that was sent, or will when the jobs before are done."""
        entry = self._expected(active).get(volume_id)
        if isinstance(entry, AddedEntry) and self._was_sent(entry):
            return entry
        if entry is None:
            raise _unknown(volume_id)
        raise NotUploaded(
            f"The volume {volume_id!r} was not sent over HTTP: it ships with Byline, or `byline add` added it. Change "
            "it on the machine that Byline runs on."
        )

    def _refuse_taken(self, volume_id: str, active: Sequence[Job]) -> None:
        if volume_id in self._expected(active):
            raise DocumentExists(
                f"There is a volume {volume_id!r} already. Replace it with PUT /v1/documents/{volume_id}, or send this "
                "one with another `id`."
            )

    def _refuse_known_file(self, file: Received, active: Sequence[Job], but: str | None = None) -> None:
        for entry in self._expected(active).values():
            if entry.sha256 == file.sha256 and entry.id != but:
                raise DocumentExists(f"This file is here already, as the volume {entry.id!r}. It is not taken twice.")

    def _expected(self, active: Sequence[Job]) -> dict[str, CatalogueEntry]:
        """The whole catalogue as it is when these jobs are done; they are to be read before it is."""
        catalogue = (*load_catalogue(self._settings.seeds / FILE), *load_added(self.home))
        entries = {entry.id: entry for entry in catalogue}
        for job in active:
            if job.entry is None:
                entries.pop(job.volume_id, None)
            else:
                entries[job.volume_id] = job.entry
        return entries

    def _was_sent(self, entry: AddedEntry) -> bool:
        return Path(entry.file).is_relative_to((self.home / FOLDER).resolve())


def _unknown(volume_id: str) -> UnknownDocument:
    return UnknownDocument(f"No document {volume_id[:80]!r} was sent here. GET /v1/documents lists those that were.")


def _refuse_more(active: Sequence[Job]) -> None:
    if len(active) >= _MOST_WAITING:
        raise ServiceBusy(
            f"{len(active)} changes wait already. Send this one when some of them are done; GET /v1/jobs says so.",
            _COME_AGAIN_S,
        )


def _document(entry: AddedEntry, job: Job | None) -> Document:
    try:
        found = Path(entry.file).stat()
    except OSError:
        return Document(entry, job, None, None)
    return Document(entry, job, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))
