"""What the tests of evaluation share: an answer and a question to score it by, made by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from eval.schema import Gold, Question
from rag.answer import Answer, AnswerSentence, Citation

SOURCE = "Ada keeps the lamp.\nThe stove costs £750 a week.\nFog has no edges.\n"
QUOTE = "The stove costs £750 a week."


@pytest.fixture
def question() -> Callable[..., Question]:
    """A question whose answer stands on line 2, with anything changed."""

    def make(**changes: Any) -> Question:
        gold = Gold(doc="001", section="Keeping the lamp", authors=["Ada Thorne"], start_line=2, end_line=2)
        whole = {"id": "t-1", "question": "what does the stove cost?", "kind": "fact", "answerable": True}
        return Question.model_validate(whole | {"gold": [gold], "facts": [["£750"]]} | changes)

    return make


@pytest.fixture
def citation() -> Callable[..., Citation]:
    """A true citation of line 2, with anything changed."""

    def make(**changes: Any) -> Citation:
        start = SOURCE.index(QUOTE)
        return Citation(
            id=1, volume="Lamps", volume_id="lamps", file="001_lamps.txt", edition="full text",
            section="KEEPING THE LAMP", section_id="lamps/keeping-the-lamp", kind="essay", authors=["Ada Thorne"],
            byline="printed", voice="own", speaker=None, start=start, end=start + len(QUOTE), lines=[2, 2], page=None,
            quote=QUOTE, url="/", credit="The keepers",
        ).model_copy(update=changes)  # fmt: skip

    return make


@pytest.fixture
def answer(citation: Callable[..., Citation]) -> Callable[..., Answer]:
    """A right answer, with anything changed."""

    def make(**changes: Any) -> Answer:
        frame = "Ada Thorne, in “Keeping the lamp”:"
        return Answer(
            id="a", question="what does the stove cost?", standalone_question="what does the stove cost?",
            status="answered", reason=None, answer=f"{frame} {QUOTE} [1]",
            sentences=[AnswerSentence(frame=frame, text=QUOTE, citations=[1])], citations=[citation()], notes=[],
            confidence=0.9, composer="extractive", timings_ms={},
        ).model_copy(update=changes)  # fmt: skip

    return make


@pytest.fixture
def silence(answer: Callable[..., Answer]) -> Answer:
    """An abstention."""
    return answer(
        status="abstained", reason="not_in_collection", answer="Nothing here answers this.", sentences=[], citations=[]
    )
