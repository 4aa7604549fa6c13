"""What the tests of evaluation share: an answer and a question to score it by, made by hand."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.schema import Gold, Question
from rag.answer import Answer, AnswerSentence, Citation

SOURCE = "Ada keeps the lamp.\nThe stove costs £750 a week.\nFog has no edges.\n"
QUOTE = "The stove costs £750 a week."


BELL = (
    "The harbour bell was cast in 1802 .",
    "It weighs as much as four oxen , and is heard for two miles .",
    "Painters like the harbour in May .",
    "The fishermen take turns at the rope , since one man can not ring all night .",
)
LAMP = ("A lamp burns oil .", "The keeper trims the wick `` twice '' a night .", "Gulls sleep on the gallery .")
ABOUT = {
    "The harbour bell": (BELL, "how much does the harbour bell weigh", "The bell weighs as much as four oxen."),
    "The lamp": (
        LAMP,
        "how often does the keeper trim the wick of the lamp",
        "The keeper trims the wick twice a night.",
    ),
}
NOWHERE = (
    "who won the chess match in Lisbon",
    "when was the railway to the mine closed",
    "what do otters eat in spring",
)


def _line(number: int, title: str, sentences: Sequence[str], asked: str, answer: str) -> dict[str, Any]:
    passage = {"title": title, "text": " ".join(sentences), "sentences": list(sentences)}
    chosen = [sentence for sentence in sentences if set(answer.split()) & set(sentence.split()[3:])] if answer else []
    output = {"answer": answer, "selected_sentences": chosen[:1]}
    return {"id": str(number), "input": asked, "passages": [passage], "output": [output]}


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


@pytest.fixture
def clapnq(tmp_path: Path) -> Path:
    """A folder like CLAPnq's: questions with an answer and without, twelve of each, in both halves."""
    made = list(ABOUT.items())
    answerable = [_line(n, title, *about) for n in range(12) for title, about in [made[n % 2]]]
    without = [_line(100 + n, made[n % 2][0], made[n % 2][1][0], NOWHERE[n % 3], "") for n in range(12)]
    for name, lines in (("dev_answerable", answerable), ("dev_unanswerable", without)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return tmp_path
