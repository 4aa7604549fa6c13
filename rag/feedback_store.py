"""Feedback, kept with the answers in the database of conversations.

In: a verdict on an answer. Out: the same, stored, with whether the answer's citations are true of the index: what a
client sends as an answer is a claim until then.
"""

import json
import re
import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine as Database
from sqlalchemy import Row, insert, select

from index.errors import NotFound
from index.snapshot import Snapshot
from rag.answer import Answer
from rag.database import EXCHANGES, FEEDBACK, reported
from rag.errors import FeedbackError, UnknownAnswer
from rag.feedback import Feedback, FeedbackGiven, Verdict
from rag.ground import true_citations

_ANSWER_ID = re.compile(r"[0-9a-f]{32}")


class FeedbackStore:
    """The feedback in one database; thread-safe."""

    def __init__(self, database: Database) -> None:
        """Use a database that `rag.database.open_database` has opened."""
        self._database = database

    def add(self, given: FeedbackGiven, snapshot: Snapshot) -> Feedback:
        """Keep feedback.

        Raises:
            UnknownAnswer: no conversation has an answer of that id.
            NotFound: there is no such section.
            FeedbackError: the comment is no text, or a number of the answer is none.
            ConversationsUnavailable: it could not be stored.
        """
        if "\x00" in given.comment:
            raise FeedbackError("The comment holds characters that are no text (NUL). Remove them.")
        for section_id in given.sections:
            if section_id not in snapshot.section_refs:
                raise NotFound(f"`sections`: there is no section {section_id!r}. GET /v1/people lists what there is.")
        answer = given.answer or self._kept(given.answer_id or "")
        made = Feedback(
            id=secrets.token_urlsafe(18),
            given=datetime.now(UTC),
            verdict=given.verdict,
            comment=given.comment,
            sections=tuple(given.sections),
            is_true=len(true_citations(answer.citations, snapshot)) == len(answer.citations),
            answer=answer.model_dump(mode="json"),
        )
        try:
            as_json = json.dumps(made.answer, allow_nan=False)
        except ValueError as error:
            raise FeedbackError(
                "The answer holds a number that is none (infinite). Send it as it was given."
            ) from error
        with reported(), self._database.begin() as connection:
            connection.execute(
                insert(FEEDBACK).values(
                    id=made.id,
                    given=made.given.replace(tzinfo=None),
                    verdict=made.verdict,
                    comment=made.comment,
                    sections=json.dumps(made.sections),
                    answer_id=answer.id[:64],
                    answer=as_json,
                    is_true=int(made.is_true),
                )
            )
        return made

    def newest(self, count: int | None = None, skip: int = 0, verdict: Verdict | None = None) -> list[Feedback]:
        """Feedback, the newest first."""
        wanted = select(FEEDBACK).order_by(FEEDBACK.c.given.desc(), FEEDBACK.c.id).offset(skip)
        if verdict is not None:
            wanted = wanted.where(FEEDBACK.c.verdict == verdict)
        with reported(), self._database.connect() as connection:
            rows = connection.execute(wanted if count is None else wanted.limit(count)).all()
        return [_feedback(row) for row in rows]

    def _kept(self, answer_id: str) -> Answer:
        """The answer of that id, from the conversation that holds it."""
        found: str | None = None
        if _ANSWER_ID.fullmatch(answer_id):
            talked = select(EXCHANGES.c.answer).where(EXCHANGES.c.answer.startswith(f'{{"id":"{answer_id}"')).limit(1)
            with reported(), self._database.connect() as connection:
                found = connection.scalar(talked)
        if found is None:
            raise UnknownAnswer(
                f"No answer {answer_id[:40]!r} was kept: only those of a conversation are. Send the `answer` itself."
            )
        return Answer.model_validate_json(found)


def _feedback(row: Row[Any]) -> Feedback:
    return Feedback(
        id=row.id,
        given=row.given.replace(tzinfo=UTC),
        verdict=row.verdict,
        comment=row.comment,
        sections=tuple(json.loads(row.sections)),
        is_true=bool(row.is_true),
        answer=json.loads(row.answer),
    )
