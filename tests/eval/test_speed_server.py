"""A real server is started, asked by several clients at once, and ended."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.errors import EvalError
from eval.schema import Question
from eval.speed_server import Served, measure_server
from index.settings import RERANK_OFF, Settings
from tests.conftest import SilentProgress

Make = Callable[..., Question]
LONG = "lamps " * 12


class Told(SilentProgress):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int | None]] = []
        self.steps = 0

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins."""
        self.stages.append((name, total))

    def advance(self, steps: int = 1) -> None:
        """Steps are done."""
        self.steps += steps


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


@pytest.fixture(scope="module")
def served(digest_settings: Settings, request: pytest.FixtureRequest, told: Told) -> Served:
    """Five questions, one of which is too long, by one client and by three."""
    request.getfixturevalue("digest_engine")
    settings = digest_settings.model_copy(update={"rerank": RERANK_OFF, "max_question_words": 10})
    asked: dict[str, Any] = {"kind": "fact", "answerable": False}
    texts = ["what did Harker say about schools?", "who is the writer?", LONG, "why reform?", "who writes about costs?"]
    questions = [Question(id=str(number), question=text, **asked) for number, text in enumerate(texts)]
    return measure_server(settings, questions, (1, 3), told)


def test_it_is_ready_before_it_answers(served: Served) -> None:
    assert 0.1 < served.ready_s < served.first_answer_s


def test_every_load_asks_every_question_once(served: Served) -> None:
    assert [load.clients for load in served.loads] == [1, 3]
    for load in served.loads:
        assert load.times.count == 4
        assert load.refused == {422: 1}
        assert load.per_second == pytest.approx(4 / load.seconds, rel=0.2)
    assert served.asked == 10


def test_one_client_asks_one_after_the_other(served: Served) -> None:
    one, _ = served.loads
    assert one.times.p50 * one.times.count / 2 <= one.seconds * 1000 + 20


def test_its_memory_is_that_of_a_server_without_torch(served: Served) -> None:
    assert served.memory_ready is not None
    assert served.memory_after is not None
    assert 50 < served.memory_ready.now <= served.memory_after.peak < 800


def test_progress_is_told(served: Served, told: Told) -> None:
    assert [total for _, total in told.stages] == [None, 5, 5]
    assert told.steps == served.asked


def test_a_server_that_cannot_start_is_told_with_its_own_words(tmp_path: Path, question: Make) -> None:
    with pytest.raises(EvalError, match=r"ended by itself: .*byline index"):
        measure_server(Settings(home=tmp_path), [question()], (1,), SilentProgress())


def test_a_server_that_answers_nothing_is_no_measure(digest_settings: Settings, question: Make) -> None:
    settings = digest_settings.model_copy(update={"rerank": RERANK_OFF, "max_question_words": 10})
    with pytest.raises(EvalError, match=r"none of 2 questions .*422"):
        measure_server(settings, [question(question=LONG)] * 2, (1,), SilentProgress())
