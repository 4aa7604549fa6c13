"""What the Slack side remembers between requests and restarts, in a SQLite file of its own.

In: BYLINE_HOME. Out: transactions on its tables: events taken, answers given, settings of channels.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

from index.errors import HomeNotWritable

FILE: Final = "slack.sqlite"
_PATIENCE_S = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    event_id TEXT PRIMARY KEY, message TEXT UNIQUE, seen REAL NOT NULL, body TEXT, placeholder TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS events_seen ON events (seen);
CREATE TABLE IF NOT EXISTS answers (
    id TEXT PRIMARY KEY, channel TEXT NOT NULL, thread TEXT, ts TEXT, asked TEXT, user TEXT NOT NULL,
    question TEXT NOT NULL, given REAL NOT NULL, answer TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_of_thread ON answers (channel, thread);
CREATE INDEX IF NOT EXISTS answers_of_user ON answers (user, given);
CREATE INDEX IF NOT EXISTS answers_given ON answers (given);
CREATE TABLE IF NOT EXISTS channels (channel TEXT PRIMARY KEY, settings TEXT NOT NULL) WITHOUT ROWID;
"""


class Store:
    """The file; thread-safe, and safe beside other processes. Nothing is lost that a transaction has ended with."""

    def __init__(self, home: Path) -> None:
        """Open the file of a home, and make it where there is none.

        Raises:
            HomeNotWritable: it cannot be made.
        """
        self._lock = Lock()
        try:
            home.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(home / FILE, timeout=_PATIENCE_S, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise HomeNotWritable(f"{home / FILE} cannot be made for Slack: {error}. Make {home} writable.") from error
        self._connection.row_factory = sqlite3.Row

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection on which all that is done is kept, or nothing of it."""
        with self._lock, self._connection:
            yield self._connection

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
