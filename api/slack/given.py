"""Answers that were given in Slack, with where: what buttons, follow-ups and App Home go by.

In: an answer and its place. Out: the same by its id, by its thread, by who asked. They are kept as long as
conversations are (BYLINE_CONVERSATION_DAYS).
"""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

from api.slack.store import Store
from rag.answer import Answer

_DAY_S = 24 * 3600
_TURNS = 12


@dataclass(frozen=True, slots=True)
class Given:
    """An answer with its place; timestamps are Slack's, which name messages of a channel."""

    answer: Answer
    question: str
    channel: str
    user: str
    thread: str | None
    """The thread's first message; None in a direct message and where only one person sees it."""
    ts: str | None
    """Our message; None where only one person sees it."""
    asked: str | None
    """The message that asked; None where a command did."""


class GivenAnswers:
    """The answers of one store; thread-safe."""

    def __init__(self, store: Store, days: int, now: Callable[[], float] = time.time) -> None:
        """Keep answers so many days; 0 is for good."""
        self._store = store
        self._days = days
        self._now = now

    def keep(self, given: Given) -> None:
        """Keep an answer, and drop those that are past their time."""
        row = (
            given.answer.id,
            given.channel,
            given.thread,
            given.ts,
            given.asked,
            given.user,
            given.question,
            self._now(),
            given.answer.model_dump_json(),
        )
        with self._store.transaction() as connection:
            if self._days:
                connection.execute("DELETE FROM answers WHERE given < ?", (self._now() - self._days * _DAY_S,))
            connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def by_id(self, answer_id: str) -> Given | None:
        """An answer by its id; None where it is no longer kept."""
        return self._first("SELECT * FROM answers WHERE id = ?", answer_id)

    def to_message(self, channel: str, asked: str) -> Given | None:
        """The answer to a message, where there was one."""
        return self._first("SELECT * FROM answers WHERE channel = ? AND asked = ?", channel, asked)

    def in_thread(self, channel: str, thread: str) -> list[Given]:
        """The answers given in a thread, in the order in which their messages stand."""
        return self._all(
            "SELECT * FROM answers WHERE channel = ? AND thread = ? AND ts IS NOT NULL ORDER BY ts", channel, thread
        )

    def in_direct_messages(self, channel: str) -> list[Given]:
        """The last day's answers outside of threads of a direct message, at most as many as a question is read with."""
        newest = self._all(
            "SELECT * FROM answers WHERE channel = ? AND thread IS NULL AND ts IS NOT NULL AND given > ? "
            "ORDER BY ts DESC LIMIT ?",
            channel,
            self._now() - _DAY_S,
            _TURNS,
        )
        return newest[::-1]

    def last_questions(self, user: str, count: int) -> list[str]:
        """What somebody asked last, each question once."""
        with self._store.transaction() as connection:
            rows = connection.execute(
                "SELECT question, max(given) AS newest FROM answers WHERE user = ? GROUP BY question "
                "ORDER BY newest DESC LIMIT ?",
                (user, count),
            ).fetchall()
        return [str(row["question"]) for row in rows]

    def _first(self, query: str, *values: object) -> Given | None:
        found = self._all(query, *values)
        return found[0] if found else None

    def _all(self, query: str, *values: object) -> list[Given]:
        with self._store.transaction() as connection:
            return [_given(row) for row in connection.execute(query, values)]


def _given(row: sqlite3.Row) -> Given:
    return Given(
        answer=Answer.model_validate_json(row["answer"]),
        question=row["question"],
        channel=row["channel"],
        user=row["user"],
        thread=row["thread"],
        ts=row["ts"],
        asked=row["asked"],
    )
