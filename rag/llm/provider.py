"""Opening the language model that the settings name, as a LlamaIndex `LLM`.

In: settings. Out: the model, which reads and writes at most what an answer needs: temperature 0, a seed where the
protocol has one, no second try, no redirects, a limit of time and of bytes.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.settings import LLM_FILE_SUFFIX, Settings
from rag.errors import LlmUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from llama_index.core.llms import LLM

SEED = 7
CONTEXT = 4096
"""Tokens that prompt and answer may have together: what is sent is far less."""
_OPENAI = "https://api.openai.com/v1"
_OLLAMA = "http://127.0.0.1:11434"


@dataclass(frozen=True, slots=True)
class Model:
    """A language model ready to be asked."""

    name: str
    llm: "LLM"
    close: "Callable[[], None]" = field(default=lambda: None)


def open_model(settings: Settings) -> Model:
    """Open the model of the settings; a GGUF file is loaded, and nothing is asked of an endpoint yet.

    Raises:
        LlmUnavailable: the package for it is not installed, or the file is not there.
    """
    if settings.llm.endswith(LLM_FILE_SUFFIX):
        return _local(settings)
    provider, _, name = settings.llm.partition(":")
    opened = {"openai": _openai, "ollama": _ollama, "anthropic": _anthropic}[provider]
    try:
        return Model(name, opened(settings, name, settings.llm_url))
    except ImportError as error:
        raise LlmUnavailable(
            f"BYLINE_LLM={settings.llm} needs the package {error.name}. Run `pip install 'byline[{provider}]'`."
        ) from error


def _local(settings: Settings) -> Model:
    """A GGUF file, served on loopback by this process."""
    from rag.llm.local import LocalServer

    path = Path(settings.llm).expanduser()
    if not path.is_file():
        raise LlmUnavailable(f"BYLINE_LLM names {path}, which is not there. Correct the path or unset it.")
    try:
        server = LocalServer(path, settings.threads, CONTEXT)
        llm = _openai(settings, path.stem, server.url, server.key)
    except ImportError as error:
        raise LlmUnavailable(
            f"A GGUF file needs the package {error.name}. Run `pip install 'byline[local-llm]'`, or unset BYLINE_LLM."
        ) from error
    return Model(path.stem, llm, server.close)


def _openai(settings: Settings, name: str, url: str, key: str = "") -> "LLM":
    from llama_index.llms.openai_like import OpenAILike

    from rag.llm.bounded import bounded_client

    llm: LLM = OpenAILike(
        model=name,
        api_base=url or _OPENAI,
        api_key=key or settings.llm_key.get_secret_value() or "none",
        is_chat_model=True,
        context_window=CONTEXT,
        max_tokens=settings.llm_tokens,
        temperature=0.0,
        timeout=settings.llm_seconds,
        max_retries=0,
        http_client=bounded_client(settings.llm_seconds),
        additional_kwargs={"seed": SEED},
    )
    return llm


def _ollama(settings: Settings, name: str, url: str) -> "LLM":
    from llama_index.llms.ollama import Ollama
    from ollama import Client

    from rag.llm.bounded import bounded_transport

    secret = settings.llm_key.get_secret_value()
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    limits: dict[str, Any] = {
        "timeout": settings.llm_seconds,
        "headers": headers,
        "follow_redirects": False,
        "transport": bounded_transport(settings.llm_seconds),
        "trust_env": False,
    }
    llm: LLM = Ollama(
        model=name,
        base_url=url or _OLLAMA,
        temperature=0.0,
        context_window=CONTEXT,
        request_timeout=settings.llm_seconds,
        client=Client(url or _OLLAMA, **limits),
        additional_kwargs={"seed": SEED, "num_predict": settings.llm_tokens},
        thinking=False,
    )
    return llm


def _anthropic(settings: Settings, name: str, url: str) -> "LLM":
    from llama_index.llms.anthropic import Anthropic

    llm: LLM = Anthropic(
        model=name,
        base_url=url or None,
        api_key=settings.llm_key.get_secret_value() or "none",
        max_tokens=settings.llm_tokens,
        temperature=0.0,
        timeout=settings.llm_seconds,
        max_retries=0,
    )
    return llm
