"""The model byline-llm: there where a language model is configured, and streamed as it is given whole."""

from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from index.settings import Settings
from rag.answer import Answer, Ask
from rag.engine import Engine
from tests.api.conftest import Served, wait_until_ready
from tests.api.events import events_of
from tests.api.test_openai_api import answer_in, openai_for, told, user
from tests.rag.lies import endpoint as does
from tests.rag.lies.endpoint import Endpoint

HARKER = "what did Lisa Harker say about schools?"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as made:
        yield made


@pytest.fixture(scope="module")
def plain(engine: Engine) -> Answer:
    return engine.ask(Ask(question=HARKER))


@pytest.fixture(scope="module")
def client(served: Served, settings: Settings, endpoint: Endpoint) -> Iterator[httpx.Client]:
    changes = {"llm": "openai:scripted", "llm_url": f"{endpoint.url}/v1"}
    with served(lambda: Engine.open(settings.model_copy(update=changes))) as client:
        wait_until_ready(client)
        yield client


@pytest.fixture(scope="module")
def chat(client: httpx.Client) -> Iterator[openai.OpenAI]:
    with openai_for(client) as made:
        yield made


def retelling(plain: Answer) -> str:
    """What a model writes that says again what was found."""
    return " ".join(f"{sentence.text} <<{sentence.text}>>" for sentence in plain.sentences)


def test_it_is_listed(chat: openai.OpenAI) -> None:
    assert [model.id for model in chat.models.list()] == ["byline", "byline-fast", "byline-llm"]


@pytest.mark.parametrize("behaviour", [None, does.cut, does.status(500)])
def test_a_streamed_answer_is_the_whole_one(
    chat: openai.OpenAI, endpoint: Endpoint, plain: Answer, behaviour: does.Behaviour | None
) -> None:
    endpoint.says(retelling(plain), behaviour)
    whole = chat.chat.completions.create(model="byline-llm", messages=[user(HARKER)])
    chunks = list(chat.chat.completions.create(model="byline-llm", messages=[user(HARKER)], stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == whole.choices[0].message.content
    assert told(answer_in(chunks[-1])) == told(answer_in(whole))
    assert answer_in(whole).composer == ("llm" if behaviour is None else "extractive")


@pytest.mark.parametrize("behaviour", [None, does.cut])
def test_sentences_are_streamed_as_they_hold(
    client: httpx.Client, endpoint: Endpoint, plain: Answer, behaviour: does.Behaviour | None
) -> None:
    endpoint.says(retelling(plain), behaviour)
    events = events_of(client, {"question": HARKER, "composer": "llm", "stream": True})
    said: list[Any] = []
    sources: dict[int, Any] = {}
    for event in events:
        if event.name == "sentence":
            if event.data["index"] < len(said):
                sources.clear()
            said[event.data["index"] :] = [event.data]
            sources |= {source["id"]: source for source in event.data["sources"]}
    done = events[-1].data
    assert [{name: each[name] for name in ("frame", "text", "citations")} for each in said] == done["sentences"]
    assert {citation["id"]: citation for citation in done["citations"]} == sources
