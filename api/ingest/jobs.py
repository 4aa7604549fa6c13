"""What is to be done to documents, is being done and was done; a file under BYLINE_HOME keeps it over restarts.

In: jobs as they are taken, begun, advanced and ended. Out: the same, by id, by turn and by age.
"""

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from api.errors import UnknownJob
from index.catalogue import AddedEntry
from index.errors import HomeNotWritable

FILE: Final = "jobs.sqlite"
_KEPT = 1000
"""So many jobs are remembered."""
_PATIENCE_S = 10.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, action TEXT NOT NULL, volume_id TEXT NOT NULL,
    entry TEXT, doubts TEXT NOT NULL, state TEXT NOT NULL, progress REAL NOT NULL, message TEXT NOT NULL, problem TEXT,
    generation TEXT, created REAL NOT NULL, began REAL, ended REAL
);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state);
"""


class Action(StrEnum):
    """What a job does to a document."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


class State(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    READING = "reading"
    EMBEDDING = "embedding"
    PUBLISHING = "publishing"
    DONE = "done"
    FAILED = "failed"


_ENDED = (State.DONE, State.FAILED)


@dataclass(frozen=True, slots=True)
class Job:
    """One change of one document; times are seconds since 1970."""

    id: str
    action: Action
    volume_id: str
    entry: AddedEntry | None
    """What the catalogue is to say of it; None where it is removed."""
    doubts: tuple[str, ...]
    """What was not certain when it was read."""
    state: State
    progress: float
    """0 to 1."""
    message: str
    problem: str | None
    """The type of the problem that it failed with."""
    generation: str | None
    """The index that it published."""
    created: float
    began: float | None
    ended: float | None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in _ENDED


class Turn:
    """The jobs while nobody else can add any."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def active(self) -> list[Job]:
        """Jobs that have not ended, in their order."""
        return _jobs(self._connection, "WHERE state NOT IN (?, ?) ORDER BY number", *_ENDED)

    def add(self, action: Action, volume_id: str, entry: AddedEntry | None, doubts: tuple[str, ...] = ()) -> Job:
        """Queue a job."""
        job_id = secrets.token_hex(8)
        told = None if entry is None else entry.model_dump_json()
        self._connection.execute(
            "INSERT INTO jobs (id, action, volume_id, entry, doubts, state, progress, message, created) "
            "VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)",
            (job_id, action, volume_id, told, json.dumps(doubts), State.QUEUED, "Waiting for its turn.", time.time()),
        )
        self._connection.execute(
            "DELETE FROM jobs WHERE state IN (?, ?) AND number <= (SELECT max(number) FROM jobs) - ?", (*_ENDED, _KEPT)
        )
        return _jobs(self._connection, "WHERE id = ?", job_id)[0]


class Jobs:
    """The jobs of a home; safe to use from any thread and any process.

    Every method raises HomeNotWritable where the file cannot be used.
    """

    def __init__(self, home: Path) -> None:
        """Keep jobs in a home; the file is made with the first one."""
        self._path = home / FILE

    @property
    def are_there(self) -> bool:
        """Whether a job was ever taken here."""
        return self._path.exists()

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Look at what is to be done and add to it, in one step."""
        with self._connected() as connection:
            connection.executescript(_SCHEMA)
            connection.execute("BEGIN IMMEDIATE")
            yield Turn(connection)
            connection.commit()

    def get(self, job_id: str) -> Job:
        """The job of that id.

        Raises:
            UnknownJob: there is none.
        """
        if not (found := self._find("WHERE id = ?", job_id)):
            raise UnknownJob(f"There is no job {job_id[:40]!r}. GET /v1/jobs lists the newest {_KEPT}.")
        return found[0]

    def newest(self, limit: int, skip: int = 0, state: State | None = None) -> list[Job]:
        """Jobs, the newest first."""
        if state is None:
            return self._find("ORDER BY number DESC LIMIT ? OFFSET ?", limit, skip)
        return self._find("WHERE state = ? ORDER BY number DESC LIMIT ? OFFSET ?", state, limit, skip)

    def active(self) -> list[Job]:
        """Jobs that have not ended, in their order."""
        return self._find("WHERE state NOT IN (?, ?) ORDER BY number", *_ENDED)

    def ended(self) -> list[Job]:
        """Jobs that have ended."""
        return self._find("WHERE state IN (?, ?)", *_ENDED)

    def next(self) -> Job | None:
        """The job whose turn it is."""
        found = self._find("WHERE state = ? ORDER BY number LIMIT 1", State.QUEUED)
        return found[0] if found else None

    def advance(self, job: Job, state: State, progress: float, message: str) -> None:
        """Note how far a job is."""
        self._update(
            "state = ?, progress = max(progress, ?), message = ?, began = coalesce(began, ?)",
            job,
            (state, progress, message, time.time()),
        )

    def done(self, job: Job, generation: str, message: str) -> None:
        """Note that a job did what it was to do."""
        values = (State.DONE, message, generation, time.time())
        self._update("state = ?, progress = 1, message = ?, generation = ?, ended = ?", job, values)

    def failed(self, job: Job, problem: str, message: str) -> None:
        """Note that nothing came of a job, and why."""
        values = (State.FAILED, message, problem, time.time())
        self._update("state = ?, message = ?, problem = ?, ended = ?", job, values)

    def _update(self, what: str, job: Job, values: tuple[object, ...]) -> None:
        with self._connected() as connection, connection:
            connection.execute(f"UPDATE jobs SET {what} WHERE id = ?", (*values, job.id))  # noqa: S608 - our own words

    def _find(self, which: str, *values: object) -> list[Job]:
        if not self.are_there:
            return []
        with self._connected() as connection:
            return _jobs(connection, which, *values)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=_PATIENCE_S)) as connection:
                connection.row_factory = sqlite3.Row
                yield connection
        except (OSError, sqlite3.Error) as error:
            raise HomeNotWritable(f"{self._path} cannot be used: {error}. Mend that, or set BYLINE_HOME.") from error


def _jobs(connection: sqlite3.Connection, which: str, *values: object) -> list[Job]:
    rows = connection.execute(f"SELECT * FROM jobs {which}", values).fetchall()  # noqa: S608 - our own words
    return [_job(row) for row in rows]


def _job(row: sqlite3.Row) -> Job:
    return Job(
        row["id"],
        Action(row["action"]),
        row["volume_id"],
        None if row["entry"] is None else AddedEntry.model_validate_json(row["entry"]),
        tuple(json.loads(row["doubts"])),
        State(row["state"]),
        row["progress"],
        row["message"],
        row["problem"],
        row["generation"],
        row["created"],
        row["began"],
        row["ended"],
    )
