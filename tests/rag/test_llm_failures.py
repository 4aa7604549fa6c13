"""Whatever an endpoint does, the answer comes within its time, and in the texts' own words where the model has none."""

import sys
import threading
import time
import traceback
from collections.abc import Iterator

import pytest

from index.settings import Settings
from rag.answer import Ask
from rag.engine import Engine
from tests.rag.conftest import Asked, asked, plain_answer
from tests.rag.lies import endpoint as does
from tests.rag.lies.endpoint import Behaviour, Endpoint
from tests.rag.lies.lies import TRUTHS

SECONDS = 1.0
SPARE = 6.0
"""Seconds that looking for the answer itself may take on a busy machine."""
OKAFOR = "What does Okafor say about the bell?"
HONEST = " ".join([truth for question, truth in TRUTHS if question == OKAFOR][:4])
FAILURES: dict[str, Behaviour] = {
    "hangs": does.hang,
    "drips": does.drip,
    "babbles without end": does.babble,
    "floods": does.flood,
    "sends garbage": does.garbage,
    "sends broken JSON": does.broken_json,
    "sends JSON of another shape": does.wrong_shape,
    "sends a web page": does.html,
    "closes": does.close,
    "says nothing": does.no_words,
    "breaks off": does.cut,
    "breaks off and keeps waiting": does.late,
    "reports an error in the stream": does.error_event,
    **{f"answers {code}": does.status(code) for code in (307, 400, 401, 403, 404, 413, 429, 500, 502, 503)},
}


@pytest.fixture(scope="module")
def hasty(keepers_texts: Settings) -> Iterator[Asked]:
    """An engine that waits one second for its language model."""
    with Endpoint() as endpoint:
        yield asked(keepers_texts, endpoint, llm="openai:m", llm_url=f"{endpoint.url}/v1", llm_seconds=SECONDS)


@pytest.mark.parametrize("failure", FAILURES)
def test_the_texts_own_words_answer_in_time_where_the_endpoint(hasty: Asked, failure: str) -> None:
    plain = plain_answer(hasty.engine, OKAFOR)
    began = time.monotonic()
    answer = hasty.answer(OKAFOR, HONEST, FAILURES[failure])
    assert time.monotonic() - began < SECONDS + SPARE
    assert answer.timings_ms["llm"] < (SECONDS + 1) * 1000
    assert (answer.status, answer.composer) == ("answered", "extractive")
    assert (answer.answer, answer.citations) == (plain.answer, plain.citations)
    assert "language model's answer is not used" in answer.notes[-1]


@pytest.mark.parametrize(
    "words", ["NO ANSWER", "I'm sorry, but I cannot help with that.", "I cannot answer.", " \n ", "…"]
)
def test_the_texts_own_words_answer_where_the_model_declines(keepers: Asked, words: str) -> None:
    answer = keepers.answer(OKAFOR, words)
    assert (answer.composer, answer.answer) == ("extractive", plain_answer(keepers.engine, OKAFOR).answer)


def test_the_texts_own_words_answer_where_nobody_listens(keepers_texts: Settings) -> None:
    with Endpoint() as endpoint:
        closed = endpoint.url
    engine = Engine.open(
        keepers_texts.model_copy(update={"llm": "openai:m", "llm_url": closed, "llm_seconds": SECONDS})
    )
    answer = engine.ask(Ask(question=OKAFOR, composer="llm"))
    assert (answer.status, answer.composer) == ("answered", "extractive")
    assert "language model's answer is not used" in answer.notes[-1]


def test_no_thread_stays_behind(hasty: Asked) -> None:
    for behaviour in (does.hang, does.drip, does.babble, does.flood):
        hasty.answer(OKAFOR, HONEST, behaviour)
    ends = time.monotonic() + 4 * SECONDS + SPARE
    while (left := _waiting()) and time.monotonic() < ends:
        time.sleep(0.1)
    assert not left, "".join(traceback.format_stack(sys._current_frames()[left[0]]))


def _waiting() -> list[int]:
    return [thread.ident or 0 for thread in threading.enumerate() if thread.name == "byline-llm"]


def test_an_abstention_asks_no_model(keepers: Asked) -> None:
    before = len(keepers.endpoint.asked)
    answer = keepers.answer("What is the tax on imported violins in Peru?", HONEST)
    assert answer.status == "abstained"
    assert len(keepers.endpoint.asked) == before


def test_the_composer_is_extractive_unless_llm_is_asked_for(keepers: Asked) -> None:
    before = len(keepers.endpoint.asked)
    assert keepers.engine.ask(Ask(question=OKAFOR)).composer == "extractive"
    assert keepers.engine.ask(Ask(question=OKAFOR, composer="extractive")).composer == "extractive"
    assert len(keepers.endpoint.asked) == before
