"""Conversations that the server keeps, so that a client sends only the next question.

In: a database, and exchanges as they are answered. Out: the history of a conversation, with every answer as it was
given. Nothing is written for a question that names no conversation. An exchange is one row, its question and its
answer, so that a crash leaves no question without its answer; the row of the conversation is locked first, so that its
exchanges are numbered in the order in which they are stored, whatever process stores them.
"""

import json
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, update

from index.settings import Settings
from rag.answer import Answer, AnsweredTurn, Turn
from rag.database import CONVERSATIONS, EXCHANGES, LONGEST_TITLE, open_database, reported
from rag.errors import UnknownConversation, UnreadableTitle

_TITLE_OF_QUESTION = 80
_EXCHANGES_READ = 12
"""A question is read in the light of so many exchanges before it."""
_ID = re.compile(r"[\w-]{24}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation by name; times are UTC."""

    id: str
    title: str
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer, as JSON gives it: an answer stays what it was, also when `Answer` has grown."""

    position: int
    asked: datetime
    question: str
    answer: dict[str, Any]


class Conversations:
    """The conversations of one database; thread-safe, and safe beside other processes."""

    def __init__(self, engine: Engine, days: int, owner: str = "") -> None:
        """Use a database that has the tables; a conversation lives `days` after its last question, 0 is for good."""
        self._engine = engine
        self._days = days
        self._owner = owner

    def of(self, owner: str) -> "Conversations":
        """Those of one owner; nobody else's can be seen, gone on with or deleted through them."""
        return Conversations(self._engine, self._days, owner)

    @classmethod
    def open(cls, settings: Settings) -> "Conversations":
        """Open the database of the settings, and drop what is past its time; raises what `open_database` does."""
        opened = cls(open_database(settings), settings.conversation_days)
        opened.expire()
        return opened

    @property
    def database(self) -> Engine:
        """The database, which feedback shares."""
        return self._engine

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def create(self, title: str = "") -> Conversation:
        """Begin a conversation; without a title it gets its first question's words.

        Raises:
            UnreadableTitle: the title is no text.
        """
        if "\x00" in title or any("\ud800" <= char <= "\udfff" for char in title):
            raise UnreadableTitle("The title holds characters that are no text (NUL or half of a pair). Remove them.")
        self.expire()
        now = _now()
        row = (secrets.token_urlsafe(18), " ".join(title.split())[:LONGEST_TITLE], now, now)
        with reported(), self._engine.begin() as connection:
            connection.execute(insert(CONVERSATIONS).values((row[0], self._owner, *row[1:])))
        return _conversation(row)

    def get(self, conversation_id: str) -> Conversation:
        """A conversation by its id.

        Raises:
            UnknownConversation: there is none, or it is past its time.
        """
        with self._reading(conversation_id) as connection:
            row = connection.execute(self._listed().where(CONVERSATIONS.c.id == conversation_id)).first()
        if row is None:
            raise _unknown(conversation_id)
        return _conversation(row)

    def newest(self, count: int, skip: int = 0) -> list[Conversation]:
        """Conversations, the one asked in last first."""
        order = (CONVERSATIONS.c.updated.desc(), CONVERSATIONS.c.id)
        with reported(), self._engine.connect() as connection:
            rows = connection.execute(self._listed().order_by(*order).limit(count).offset(skip)).all()
        return [_conversation(row) for row in rows]

    def exchanges(self, conversation_id: str, last: int | None = None) -> list[Exchange]:
        """What was asked and answered, in order; only the `last` ones where that is given.

        Raises:
            UnknownConversation: there is none, or it is past its time.
        """
        self.get(conversation_id)
        wanted = (
            select(EXCHANGES.c.position, EXCHANGES.c.asked, EXCHANGES.c.question, EXCHANGES.c.answer)
            .where(EXCHANGES.c.conversation_id == conversation_id)
            .order_by(EXCHANGES.c.position.desc())
        )
        with self._reading(conversation_id) as connection:
            rows = connection.execute(wanted if last is None else wanted.limit(last)).all()
        return [
            Exchange(row.position, row.asked.replace(tzinfo=UTC), row.question, json.loads(row.answer))
            for row in reversed(rows)
        ]

    def history(self, conversation_id: str) -> list[Turn]:
        """The last turns, as a question after them needs them.

        Raises:
            UnknownConversation: there is none, or it is past its time.
        """
        turns: list[Turn] = []
        for exchange in self.exchanges(conversation_id, _EXCHANGES_READ):
            turns += [Turn(role="user", content=exchange.question), _answered(exchange)]
        return turns

    def append(self, conversation_id: str, question: str, answer: Answer) -> None:
        """Keep a question with its answer at the end of a conversation.

        Raises:
            UnknownConversation: there is none, or it was deleted meanwhile.
            ConversationsUnavailable: it could not be stored.
        """
        if not _ID.fullmatch(conversation_id):
            raise _unknown(conversation_id)
        now = _now()
        mine = EXCHANGES.c.conversation_id == conversation_id
        with reported(), self._engine.begin() as connection:
            touched = connection.execute(
                update(CONVERSATIONS)
                .where(CONVERSATIONS.c.id == conversation_id, CONVERSATIONS.c.owner == self._owner)
                .values(updated=now)
            )
            if touched.rowcount == 0:
                raise _unknown(conversation_id)
            position = connection.execute(select(func.coalesce(func.max(EXCHANGES.c.position) + 1, 0)).where(mine))
            connection.execute(
                insert(EXCHANGES).values(
                    conversation_id=conversation_id,
                    position=position.scalar_one(),
                    asked=now,
                    question=question,
                    answer=answer.model_dump_json(),
                )
            )
            untitled = (CONVERSATIONS.c.id == conversation_id) & (CONVERSATIONS.c.title == "")
            connection.execute(update(CONVERSATIONS).where(untitled).values(title=_title_of(question)))

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation with all that was said in it.

        Raises:
            UnknownConversation: there is none.
        """
        self.get(conversation_id)
        with reported(), self._engine.begin() as connection:
            _drop(connection, [conversation_id])

    def expire(self) -> int:
        """Delete the conversations that are past their time; how many there were."""
        if not self._days:
            return 0
        with reported(), self._engine.begin() as connection:
            past = select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.updated < self._oldest())
            ids = list(connection.scalars(past))
            if ids:
                _drop(connection, ids)
        return len(ids)

    def _oldest(self) -> datetime:
        return _now() - timedelta(days=self._days)

    def _listed(self) -> Select[Any]:
        """Conversations that are not past their time."""
        columns = CONVERSATIONS.c
        listed = select(columns.id, columns.title, columns.created, columns.updated).where(columns.owner == self._owner)
        return listed.where(CONVERSATIONS.c.updated >= self._oldest()) if self._days else listed

    @contextmanager
    def _reading(self, conversation_id: str) -> Iterator[Connection]:
        if not _ID.fullmatch(conversation_id):
            raise _unknown(conversation_id)
        with reported(), self._engine.connect() as connection:
            yield connection


def _drop(connection: Connection, ids: Sequence[str]) -> None:
    connection.execute(delete(EXCHANGES).where(EXCHANGES.c.conversation_id.in_(ids)))
    connection.execute(delete(CONVERSATIONS).where(CONVERSATIONS.c.id.in_(ids)))


def _conversation(row: Sequence[Any]) -> Conversation:
    name, title, created, updated = row
    return Conversation(name, title, created.replace(tzinfo=UTC), updated.replace(tzinfo=UTC))


def _answered(exchange: Exchange) -> Turn:
    """The answer as a turn; one that another version of Byline gave keeps its words, if not its citations."""
    try:
        answer = Answer.model_validate(exchange.answer)
    except ValidationError:
        return Turn(role="assistant", content=str(exchange.answer.get("answer", "")))
    return AnsweredTurn(role="assistant", content=answer.answer, answer=answer)


def _title_of(question: str) -> str:
    words = " ".join(question.split())
    if len(words) <= _TITLE_OF_QUESTION:
        return words
    return words[:_TITLE_OF_QUESTION].rpartition(" ")[0].rstrip(",;:") + "…"


def _unknown(conversation_id: str) -> UnknownConversation:
    return UnknownConversation(
        f"There is no conversation {conversation_id[:40]!r}. POST /v1/conversations begins one and gives its id."
    )


def _now() -> datetime:
    """The time in UTC, without saying so: SQLite keeps no time zones."""
    return datetime.now(UTC).replace(tzinfo=None)
