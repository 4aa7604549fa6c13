"""OpenAI's own client speaks to the service as it is."""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from index.settings import PACKAGE_ROOT, RERANK_OFF, Settings
from rag.answer import Answer, Ask
from rag.engine import Engine
from rag.message import message_of
from tests.api.conftest import Served, wait_until_ready

HARKER = "what did Harker say about schools?"
ZEBRA = "how far can a zebra jump on Neptune?"


def openai_for(client: httpx.Client) -> openai.OpenAI:
    return openai.OpenAI(base_url=str(client.base_url.join("/v1/")), api_key="none", max_retries=0)


@pytest.fixture(scope="module")
def chat(client: httpx.Client) -> Iterator[openai.OpenAI]:
    with openai_for(client) as made:
        yield made


def user(text: Any) -> Any:
    return {"role": "user", "content": text}


def answer_in(completion: ChatCompletion | ChatCompletionChunk) -> Answer:
    assert completion.model_extra is not None
    return Answer.model_validate(completion.model_extra["byline"])


def told(answer: Answer) -> dict[str, Any]:
    return answer.model_dump(exclude={"id", "timings_ms"})


@pytest.fixture(scope="module")
def completion(chat: openai.OpenAI) -> ChatCompletion:
    return chat.chat.completions.create(model="byline", messages=[user(HARKER)])


def test_an_answer_is_a_message_with_marks_and_sources(completion: ChatCompletion, engine: Engine) -> None:
    (choice,) = completion.choices
    answer = answer_in(completion)
    assert told(answer) == told(engine.ask(Ask(question=HARKER)))
    assert choice.finish_reason == "stop"
    assert choice.message.role == "assistant"
    assert choice.message.content == message_of(answer).text
    assert "[1]" in choice.message.content
    assert "\n\nSources:\n- [1]" in choice.message.content
    assert completion.system_fingerprint == engine.snapshot.generation


def test_annotations_lead_from_every_mark_to_its_sentence(completion: ChatCompletion, client: httpx.Client) -> None:
    message, answer = completion.choices[0].message, answer_in(completion)
    assert message.annotations
    assert message.content
    cited = {citation.id: citation for citation in answer.citations}
    marks = [number for sentence in answer.sentences for number in sentence.citations]
    assert len(message.annotations) == len(marks)
    for number, annotation in zip(marks, message.annotations, strict=True):
        found = annotation.url_citation
        assert message.content[found.start_index : found.end_index] == f"[{number}]"
        assert found.url == str(client.base_url).rstrip("/") + cited[number].url
        assert found.title == cited[number].reference


def test_usage_counts_words(completion: ChatCompletion) -> None:
    assert completion.usage is not None
    assert completion.usage.prompt_tokens == len(HARKER.split())
    assert completion.usage.completion_tokens == len(str(completion.choices[0].message.content).split())
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens


@pytest.mark.parametrize("question", [HARKER, ZEBRA, "summarise 'In the space' please"])
@pytest.mark.parametrize("model", ["byline", "byline-fast"])
def test_a_streamed_answer_is_the_whole_one(chat: openai.OpenAI, model: str, question: str) -> None:
    whole = chat.chat.completions.create(model=model, messages=[user(question)])
    chunks = list(
        chat.chat.completions.create(
            model=model, messages=[user(question)], stream=True, stream_options={"include_usage": True}
        )
    )
    *adding, end, size = chunks
    assert "".join(chunk.choices[0].delta.content or "" for chunk in adding) == whole.choices[0].message.content
    assert adding[0].choices[0].delta.role == "assistant"
    assert {chunk.id for chunk in chunks} == {end.id}
    assert [chunk.choices[0].finish_reason for chunk in adding] == [None] * len(adding)
    assert end.choices[0].finish_reason == "stop"
    assert told(answer_in(end)) == told(answer_in(whole))
    assert (size.choices, size.usage) == ([], whole.usage)
    annotations = whole.choices[0].message.annotations or []
    assert end.choices[0].delta.model_extra == {"annotations": [each.model_dump() for each in annotations]}


def test_sentences_come_one_by_one(chat: openai.OpenAI) -> None:
    with chat.chat.completions.create(model="byline", messages=[user(HARKER)], stream=True) as stream:
        pieces = [chunk.choices[0].delta.content for chunk in stream if chunk.choices]
    said = [piece for piece in pieces if piece]
    assert len(said) > 2
    assert said[0].endswith("]")
    assert said[-1].lstrip().startswith("Sources:") or "\n\nSources:\n" in said[-1]


def test_the_client_gathers_a_stream_with_its_own_helper(chat: openai.OpenAI) -> None:
    with chat.chat.completions.stream(model="byline", messages=[user(HARKER)]) as stream:
        gathered = stream.get_final_completion()
    assert "[1]" in str(gathered.choices[0].message.content)


def test_the_fast_model_reads_no_pairs(chat: openai.OpenAI, engine: Engine, settings: Settings) -> None:
    fast = answer_in(chat.chat.completions.create(model="byline-fast", messages=[user(HARKER)]))
    alone = Engine(engine.snapshot, settings.model_copy(update={"rerank": RERANK_OFF}))
    assert "rerank" not in fast.timings_ms
    assert told(fast) == told(alone.ask(Ask(question=HARKER)))
    assert engine.fast.fast is engine.fast


def test_what_was_said_before_is_understood(chat: openai.OpenAI, completion: ChatCompletion, engine: Engine) -> None:
    said = str(completion.choices[0].message.content)
    messages = [user(HARKER), {"role": "assistant", "content": said}, user("and what about data?")]
    answer = answer_in(chat.chat.completions.create(model="byline", messages=messages))
    before = answer_in(completion)
    turns = [user(HARKER), {"role": "assistant", "content": "\n\n".join([before.answer, *before.notes])}]
    alone = engine.ask(Ask.model_validate({"question": "and what about data?", "history": turns}))
    assert told(answer) == told(alone)
    assert answer.standalone_question != answer.question


def test_instructions_and_settings_of_sampling_change_nothing(chat: openai.OpenAI, completion: ChatCompletion) -> None:
    messages = [{"role": "system", "content": "Answer as a pirate."}, user([{"type": "text", "text": HARKER}])]
    other = chat.chat.completions.create(
        model="byline",
        messages=messages,
        temperature=2,
        top_p=0.1,
        max_tokens=3,
        n=1,
        seed=7,
        tools=[{"type": "function", "function": {"name": "ring"}}],
        tool_choice="auto",
        response_format={"type": "text"},
        user="somebody",
        extra_body={"unheard_of": True},
    )
    assert other.choices[0].message.content == completion.choices[0].message.content


def test_filters_are_byline_s_own(chat: openai.OpenAI, completion: ChatCompletion) -> None:
    volume = answer_in(completion).citations[0].volume_id
    body = {"byline": {"filters": {"volumes": [volume]}}}
    answer = answer_in(chat.chat.completions.create(model="byline", messages=[user(HARKER)], extra_body=body))
    assert {citation.volume_id for citation in answer.citations} <= {volume}


def test_an_abstention_says_why(chat: openai.OpenAI) -> None:
    abstained = chat.chat.completions.create(model="byline", messages=[user(ZEBRA)])
    assert answer_in(abstained).status == "abstained"
    assert abstained.choices[0].message.content
    assert abstained.choices[0].message.annotations == []


def test_models_are_listed(chat: openai.OpenAI) -> None:
    assert [model.id for model in chat.models.list()] == ["byline", "byline-fast"]
    assert chat.models.retrieve("byline-fast").owned_by == "byline"


IMAGE = [{"type": "image_url", "image_url": {"url": "http://127.0.0.1/x.png"}}]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"model": "gpt-4o"}, 404, "model_not_found", "model"),
        ({"model": "byline-llm"}, 404, "model_not_found", "model"),
        ({"n": 2}, 400, "unsupported_parameter", "n"),
        ({"tool_choice": "required"}, 400, "unsupported_parameter", "tool_choice"),
        ({"response_format": {"type": "json_object"}}, 400, "unsupported_parameter", "response_format"),
        ({"logprobs": True}, 400, "unsupported_parameter", "logprobs"),
        ({"modalities": ["text", "audio"]}, 400, "unsupported_parameter", "modalities"),
        ({"messages": [user(IMAGE)]}, 400, "unsupported_parameter", "messages[0].content[0]"),
        ({"messages": [{"role": "tool", "content": "x"}]}, 400, "unsupported_parameter", "messages[0].role"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, 400, "unsupported_parameter", "messages"),
        ({"messages": []}, 400, "invalid_request", "messages"),
        ({"messages": [user("x" * 200_001)]}, 400, "unsupported_parameter", "messages[0].content"),
        ({"messages": [user(" ")]}, 400, "empty_question", "messages[0].content"),
        ({"messages": [user("a\x00b")]}, 400, "unreadable_question", "messages[0].content"),
        ({"messages": [user("why " * 3000)]}, 400, "question_too_long", None),
        ({"byline": {"filters": {"people": ["Nobody Atall"]}}}, 404, "not_found", None),
        ({"byline": {"colour": "red"}}, 400, "invalid_request", "byline.colour"),
    ],
)
def test_errors_are_openai_s(
    client: httpx.Client, body: dict[str, Any], status: int, code: str, param: str | None, stream: bool
) -> None:
    asked = {"model": "byline", "messages": [user(HARKER)], "stream": stream, **body}
    response = client.post("/v1/chat/completions", json=asked)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["code"], error["param"]) == (code, param)
    assert error["message"].endswith(".")


def test_the_client_knows_the_errors(chat: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="does not exist"):
        chat.chat.completions.create(model="gpt-4o", messages=[user(HARKER)])
    with pytest.raises(openai.BadRequestError, match="reads no images"):
        chat.chat.completions.create(model="byline", messages=[user(IMAGE)])
    with pytest.raises(openai.NotFoundError):
        chat.models.retrieve("gpt-4o")


@pytest.mark.parametrize("body", [b"{", b'{"model": "byline", "messages": [{"role": "user", "content": "\\ud800"}]}'])
def test_what_is_no_request_is_refused_in_the_same_form(client: httpx.Client, body: bytes) -> None:
    response = client.post("/v1/chat/completions", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"


def test_refusals_before_the_route_are_in_the_same_form(client: httpx.Client) -> None:
    wrong = client.get("/v1/chat/completions")
    large = client.post("/v1/chat/completions", json={"model": "byline", "messages": [user("a" * 1024 * 1024)]})
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert large.status_code == 413
    assert {"message", "type"} <= set(wrong.json()["error"]) & set(large.json()["error"])


class BrokenEngine(Engine):
    """An engine with a fault of ours."""

    def ask(self, ask: Ask) -> Answer:
        """Fail, after the answer where so asked."""
        if "late" in ask.question:
            super().ask(ask)
        raise RuntimeError("a secret")


def test_faults_of_ours_tell_nothing_about_the_inside(served: Served, engine: Engine, settings: Settings) -> None:
    with served(lambda: BrokenEngine(engine.snapshot, settings)) as client, openai_for(client) as chat:
        wait_until_ready(client)
        with pytest.raises(openai.InternalServerError) as at_once:
            chat.chat.completions.create(model="byline", messages=[user(HARKER)])
        patient = chat.with_options(max_retries=2)  # the server may close the connection of a fault as it is used again
        late = patient.chat.completions.create(model="byline", messages=[user(f"{HARKER} too late")], stream=True)
        with pytest.raises((openai.APIError, httpx.RemoteProtocolError)) as midway:  # cut off, on a very busy machine
            list(late)
    assert "Byline itself" in str(at_once.value)
    assert "Byline itself" in str(midway.value) or isinstance(midway.value, httpx.RemoteProtocolError)
    assert not [error for error in (at_once.value, midway.value) if "secret" in str(error)]


def test_an_index_that_is_not_there_is_an_error_to_retry(served: Served) -> None:
    def opens_nothing() -> Engine:
        raise RuntimeError("nothing to open")

    with served(opens_nothing) as client:
        response = client.get("/v1/models")
    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert response.json()["error"]["type"] == "server_error"


def test_the_snippet_of_the_readme_runs_as_it_stands(client: httpx.Client) -> None:
    readme = (PACKAGE_ROOT / "README.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"^```python\n(from openai import.*?)^```", readme, re.M | re.S)
    here = str(client.base_url).rstrip("/")
    told = [sys.executable, "-c", snippet.replace("http://127.0.0.1:8000", here)]
    assert "Lisa Harker" in subprocess.run(told, capture_output=True, text=True, timeout=120, check=True).stdout
