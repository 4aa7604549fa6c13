"""Events that were taken on: each once, however often Slack sends it, and none lost when the process dies.

In: an event's id. Out: whether it is new. Slack sends an event again when it thinks the first time failed, and after an
acknowledgement never again: so an event counts by its id alone (a retry may be the only copy that arrives), and its
body is kept until it is done with, for the next process to go on with.
"""

import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from api.slack.store import Store

_REMEMBERED_S = 7 * 24 * 3600
"""Slack sends an event again for hours at most."""
_WORTH_S = 3600
"""An answer that comes later than this is no answer any more."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An event that is not done with."""

    event_id: str
    body: dict[str, Any]
    placeholder: str | None
    """The timestamp of the message that says that an answer comes, where one was posted."""


class Inbox:
    """The events of one store; thread-safe."""

    def __init__(self, store: Store, now: Callable[[], float] = time.time) -> None:
        self._store = store
        self._now = now

    def take(self, event_id: str, message: str, body: dict[str, Any]) -> bool:
        """Take an event on, unless it or another event of the same message was taken before.

        A mention in a channel comes as two events of one message.
        """
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM events WHERE seen < ?", (self._now() - _REMEMBERED_S,))
            try:
                connection.execute(
                    "INSERT INTO events (event_id, message, seen, body) VALUES (?, ?, ?, ?)",
                    (event_id, message, self._now(), json.dumps(body)),
                )
            except sqlite3.IntegrityError:
                return False
        return True

    def note_placeholder(self, event_id: str, ts: str) -> None:
        """Remember the message that the answer will take the place of."""
        with self._store.transaction() as connection:
            connection.execute("UPDATE events SET placeholder = ? WHERE event_id = ?", (ts, event_id))

    def done(self, event_id: str) -> None:
        """Forget what an event said; that it was, is remembered."""
        with self._store.transaction() as connection:
            connection.execute("UPDATE events SET body = NULL WHERE event_id = ?", (event_id,))

    def left(self) -> list[Taken]:
        """Events of an earlier process that are still worth an answer, the oldest first; others are done with."""
        with self._store.transaction() as connection:
            connection.execute("UPDATE events SET body = NULL WHERE seen < ?", (self._now() - _WORTH_S,))
            rows = connection.execute("SELECT * FROM events WHERE body IS NOT NULL ORDER BY seen").fetchall()
        return [Taken(row["event_id"], json.loads(row["body"]), row["placeholder"]) for row in rows]
