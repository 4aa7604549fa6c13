"""Whoever watches an answer come about is told of its stages and sentences, and may go away at any moment."""

import time
from collections.abc import Sequence
from threading import Timer

import pytest

from rag.answer import AnswerSentence, Ask, Citation
from rag.engine import Engine
from rag.errors import Cancelled
from rag.watch import Watch, watched_by, watching
from tests.rag.conftest import Asked, plain_answer
from tests.rag.lies import endpoint as does

HARKER = "what did Harker say about schools?"
OKAFOR = "What does Okafor say about the bell?"
STOPS_WITHIN_S = 0.2


class Noting(Watch):
    """A watch that notes what it is told, and goes away at a stage."""

    def __init__(self, leaves_at: str = "") -> None:
        super().__init__()
        self.stages: list[str] = []
        self.said: list[AnswerSentence] = []
        self.sources: list[Citation] = []
        self._leaves_at = leaves_at

    def reach(self, stage: str) -> None:
        """Note the stage."""
        if stage == self._leaves_at:
            self.cancel()
        self.stages.append(stage)
        self.check()

    def say(self, index: int, sentence: AnswerSentence, citations: Sequence[Citation]) -> None:
        """Note the sentence in its place."""
        assert index <= len(self.said)
        assert [citation.id for citation in citations] == sentence.citations
        self.said[index:] = [sentence]
        self.sources += citations


@pytest.fixture
def honest(keepers: Asked) -> str:
    """What a model writes that says again what was found."""
    return " ".join(f"{said.text} <<{said.text}>>" for said in plain_answer(keepers.engine, OKAFOR).sentences)


@pytest.mark.parametrize("stage", ["understand", "retrieve", "rerank", "rank", "compose", "ground", "review"])
def test_an_answer_is_given_up_at_any_stage(digest_engine: Engine, stage: str) -> None:
    watch = Noting(stage)
    with watched_by(watch), pytest.raises(Cancelled):
        digest_engine.ask(Ask(question=HARKER))
    assert watch.stages[-1] == stage


@pytest.mark.parametrize("question", [HARKER, "summarise 'In the space' please", "what about a zebra on Neptune?"])
def test_what_is_said_is_the_answer(digest_engine: Engine, question: str) -> None:
    watch = Noting()
    with watched_by(watch):
        answer = digest_engine.ask(Ask(question=question))
    assert watch.said == answer.sentences
    assert watch.sources == answer.citations


def test_pairs_that_nobody_waits_for_are_not_read(digest_engine: Engine) -> None:
    assert digest_engine.reranker is not None
    watch = Watch()
    watch.cancel()
    with watched_by(watch), pytest.raises(Cancelled):
        digest_engine.reranker.score(HARKER, ["a bell", "a lamp"])
    assert len(digest_engine.reranker.score(HARKER, ["a bell", "a lamp"])) == 2


def test_a_watch_ends_with_its_block() -> None:
    watch = Watch()
    with watched_by(watch):
        assert watching() is watch
    watch.cancel()
    watching().check()


def test_a_retold_answer_is_said_as_its_sentences_hold(keepers: Asked, honest: str) -> None:
    watch = Noting()
    with watched_by(watch):
        answer = keepers.answer(OKAFOR, honest)
    assert answer.composer == "llm"
    assert watch.said == answer.sentences
    assert "retell" in watch.stages


@pytest.mark.parametrize("behaviour", [does.cut, does.no_words, does.error_event, does.status(500)])
def test_what_a_model_that_fails_said_is_replaced(keepers: Asked, honest: str, behaviour: does.Behaviour) -> None:
    watch = Noting()
    with watched_by(watch):
        answer = keepers.answer(OKAFOR, honest, behaviour)
    assert answer.composer == "extractive"
    assert watch.said == plain_answer(keepers.engine, OKAFOR).sentences == answer.sentences


def test_nobody_waits_for_a_model_that_hangs(keepers: Asked, honest: str) -> None:
    watch = Noting()
    gone: list[float] = []

    def leave() -> None:
        gone.append(time.perf_counter())
        watch.cancel()

    Timer(1.5, leave).start()
    with watched_by(watch), pytest.raises(Cancelled):
        keepers.answer(OKAFOR, honest, does.hang)
    assert watch.stages[-1] == "retell"
    assert time.perf_counter() - gone[0] < STOPS_WITHIN_S + 0.1
