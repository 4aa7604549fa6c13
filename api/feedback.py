"""The routes of feedback: saying of an answer that it is right or what is wrong with it, and reading what was said."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from api.conversations import Kept
from api.open_engine import OpenEngine
from api.problems import documented
from api.schemas import View
from rag.feedback import FeedbackGiven, Verdict

MOST_LISTED = 100

feedback = APIRouter(prefix="/v1/feedback", tags=["feedback"])


class FeedbackTaken(View):
    """Feedback was kept."""

    id: str = Field(description="The feedback's id.")
    given: datetime = Field(description="When it was given, UTC.")
    verdict: Verdict = Field(description="What was said of the answer.")
    is_true: bool = Field(description="Whether all citations of the answer are true of the index.")


class FeedbackView(FeedbackTaken):
    """Feedback with the answer that it is about."""

    comment: str = Field(description="In the reader's own words.")
    sections: list[str] = Field(description="Ids of sections that the answer should have cited.")
    answer: dict[str, Any] = Field(description="The answer as POST /v1/ask gave it.")


class FeedbackList(View):
    """Feedback, the newest first."""

    feedback: list[FeedbackView] = Field(description="The feedback.")


@feedback.post("", status_code=201, responses=documented(400, 404, 413, 422, 500, 503))
def give_feedback(given: FeedbackGiven, engine: OpenEngine, talks: Kept) -> FeedbackTaken:
    """Say of an answer that it is right, names the wrong person, cites the wrong passage or is incomplete.

    The answer is kept with what was said: by its `answer_id` where it stands in a kept conversation, else as `answer`.
    """
    from rag.feedback_store import FeedbackStore  # with SQLAlchemy, which takes long to import

    return FeedbackTaken.model_validate(FeedbackStore(talks.database).add(given, engine.snapshot))


@feedback.get("", responses=documented(422, 500, 503))
def list_feedback(
    talks: Kept,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED, description="How many at most.")] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9, description="How many of the newest to leave out.")] = 0,
    verdict: Annotated[Verdict | None, Query(description="Only what says this.")] = None,
) -> FeedbackList:
    """List what was said of answers, the newest first."""
    from rag.feedback_store import FeedbackStore

    return FeedbackList.model_validate({"feedback": FeedbackStore(talks.database).newest(limit, offset, verdict)})
