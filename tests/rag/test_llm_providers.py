"""Every provider is asked in its own protocol, through LlamaIndex, with the same rules and limits."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from index.errors import SettingsError
from index.settings import PACKAGE_ROOT, Settings, load_settings
from rag.answer import Ask
from rag.engine import Engine
from rag.errors import ComposerOff, LlmUnavailable
from rag.llm.provider import open_model
from tests.rag.conftest import asked
from tests.rag.lies.endpoint import Endpoint, cut
from tests.rag.lies.lies import TRUTHS

OKAFOR = "What does Okafor say about the bell?"
HONEST = [truth for question, truth in TRUTHS if question == OKAFOR][:4]


@pytest.mark.parametrize(
    ("llm", "path", "end"),
    [
        ("openai:m", "/v1", "/v1/chat/completions"),
        ("ollama:m", "", "/api/chat"),
        ("anthropic:claude-sonnet-4-5", "", "/v1/messages"),
    ],
)
def test_a_provider_is_asked_in_its_own_protocol(keepers_texts: Settings, llm: str, path: str, end: str) -> None:
    with Endpoint() as endpoint:
        url, key = endpoint.url + path, SecretStr("a key")
        told = asked(keepers_texts, endpoint, llm=llm, llm_url=url, llm_key=key, llm_tokens=123)
        answer = told.answer(OKAFOR, " ".join(HONEST))
        assert answer.composer == "llm", answer.notes
        assert [sentence.text for sentence in answer.sentences] == [truth.split(" <<")[0] for truth in HONEST]
        asked_for = endpoint.asked[-1]
        assert asked_for["path"] == end
        assert asked_for["model"] == llm.split(":")[1]
        assert asked_for["stream"] is True
        options = asked_for.get("options", asked_for)
        assert options["temperature"] == 0
        assert 123 in (options.get("max_tokens"), options.get("num_predict"))
        broken = told.answer(OKAFOR, " ".join(HONEST), cut)
        assert broken.composer == "extractive"


def test_the_key_goes_to_the_endpoint_and_nowhere_else(keepers_texts: Settings) -> None:
    with Endpoint() as endpoint:
        settings = keepers_texts.model_copy(
            update={"llm": "openai:m", "llm_url": f"{endpoint.url}/v1", "llm_key": SecretStr("s3cret")}
        )
        endpoint.says(HONEST[0])
        answer = Engine.open(settings).ask(Ask(question=OKAFOR, composer="llm"))
        assert endpoint.asked[-1]["authorization"] == "Bearer s3cret"
        assert "s3cret" not in answer.model_dump_json() + repr(settings)


def test_a_question_for_a_model_that_is_off_is_refused(keepers_texts: Settings) -> None:
    with pytest.raises(ComposerOff, match="BYLINE_LLM"):
        Engine.open(keepers_texts).ask(Ask(question=OKAFOR, composer="llm"))
    assert ComposerOff.status == 404


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "none.gguf"
    with pytest.raises(LlmUnavailable, match=r"none\.gguf"):
        open_model(Settings(llm=str(missing)))


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"this is no model")
    with pytest.raises(LlmUnavailable, match=r"bad\.gguf"):
        open_model(Settings(llm=str(bad)))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BYLINE_LLM", "openai"), ("BYLINE_LLM", "openai:"), ("BYLINE_LLM", "skynet:9"), ("BYLINE_LLM_URL", "file:///etc"),
        ("BYLINE_LLM_SECONDS", "0"), ("BYLINE_LLM_TOKENS", "none"),
    ],
)  # fmt: skip
def test_a_bad_setting_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"^{variable} "):
        load_settings()


def test_nothing_of_a_provider_is_imported_unless_a_model_is_asked_for() -> None:
    packages = ("llama_index", "openai", "ollama", "anthropic", "xllamacpp")
    code = f"import sys, rag.engine; print([m for m in sys.modules if m.split('.')[0] in {packages}])"
    found = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE_ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
