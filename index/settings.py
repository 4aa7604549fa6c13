"""Settings, read from the environment (prefix `BYLINE_`) once at the rim and handed inward as values."""

from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import SettingsError

DEFAULT_RERANKER = "ms-marco-MiniLM-L-12-v2"
RERANK_OFF = "off"
LLM_OFF = "off"
LLM_PROVIDERS = ("openai", "ollama", "anthropic")
LLM_FILE_SUFFIX = ".gguf"
PACKAGE_ROOT = Path(__file__).resolve().parent.parent


def default_home() -> Path:
    """Where generations and caches live: `var/` in a checkout, else the user's data folder."""
    if (PACKAGE_ROOT / "pyproject.toml").is_file():
        return PACKAGE_ROOT / "var"
    return Path(platformdirs.user_data_dir("byline", appauthor=False))


class Settings(BaseSettings):
    """All settings; every one has a default that works. The README documents each (a test sees to it)."""

    model_config = SettingsConfigDict(env_prefix="BYLINE_", env_ignore_empty=True, extra="ignore", frozen=True)

    home: Path = Field(default_factory=default_home, description="Folder for generations, caches and databases.")
    texts: Path = Field(
        default=PACKAGE_ROOT / "seeds" / "texts",
        description="Folder with the owners' full texts; a volume whose file is not here is read from its digest.",
    )
    seeds: Path = Field(default=PACKAGE_ROOT / "seeds", description="Folder with catalogue.toml and digests/.")
    model: str = Field(
        default="all-MiniLM-L6-v2",
        description="Embedding model: this name, another sentence-transformers model by name, or a folder.",
    )
    rerank: str = Field(
        default=DEFAULT_RERANKER,
        description="Reranker: this name, a sentence-transformers CrossEncoder by name or folder, or off (fast mode).",
    )
    threads: int = Field(default=2, ge=1, le=64, description="CPU threads for embedding one batch or one question.")
    host: str = Field(default="127.0.0.1", description="Address that `byline serve` listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port that `byline serve` listens on.")
    open: bool = Field(
        default=False, description="Whether whoever reaches the port may ask where no key was ever made."
    )
    origins: str = Field(
        default="", description="Web origins whose pages may ask (CORS), with commas between them; empty is none."
    )
    rate: str = Field(
        default="10/s burst 100",
        pattern=r"^(\d+/[smh](in)?( burst \d+)?|off)$",
        description="Requests of one key, or of one other address: so many at length, so many at once; or off.",
    )
    asks_at_once: int = Field(default=0, ge=0, le=256, description="Questions worked on at once; 0 is one a processor.")
    queue: int = Field(default=64, ge=0, le=10_000, description="Questions that may wait where many come at once.")
    queue_steady: int = Field(
        default=0, ge=0, le=10_000, description="Questions that may wait where more keep coming than can be answered."
    )
    ask_seconds: float = Field(default=60, gt=0, le=3600, description="An answer may take so many seconds.")
    workers: int = Field(
        default=1, ge=1, le=64, description="Processes that answer; each counts rates and its queue for itself."
    )
    upload_mib: int = Field(
        default=50, ge=1, le=100, description="Largest document that is taken over HTTP, in MiB (2**20 bytes)."
    )
    log: Literal["json", "off"] = Field(
        default="json", description="What is written to standard error of every request."
    )
    otel_endpoint: str = Field(
        default="",
        description="Base URL of an OTLP/HTTP collector of traces; empty is OTEL_EXPORTER_OTLP_ENDPOINT, or no traces.",
    )
    log_questions: bool = Field(default=False, description="Whether questions are written to the log.")
    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="SQLAlchemy URL of the database for conversations; empty is a SQLite file under BYLINE_HOME.",
    )
    conversation_days: int = Field(
        default=90, ge=0, description="Days that a conversation is kept after its last question; 0 keeps it for good."
    )
    public_url: str = Field(
        default="", description="Where others reach the page, such as https://byline.example.org; links lead there."
    )
    slack_bot_token: SecretStr = Field(default=SecretStr(""), description="Slack's bot token (xoxb-…); empty is off.")
    slack_signing_secret: SecretStr = Field(
        default=SecretStr(""), description="Signing secret of the Slack app; with the bot token, /slack/events is open."
    )
    slack_app_token: SecretStr = Field(
        default=SecretStr(""), description="Slack's app-level token (xapp-…), for Socket Mode: `byline slack`."
    )
    slack_api_url: str = Field(
        default="", description="Base URL of Slack's Web API; empty is Slack's own (GovSlack has another)."
    )
    max_question_words: int = Field(default=2000, ge=10, description="Longest question answered, in words.")
    llm: str = Field(
        default=LLM_OFF,
        description="Model of the composer llm: openai:MODEL, ollama:MODEL, anthropic:MODEL, a GGUF file, or off.",
    )
    llm_url: str = Field(default="", description="Base URL of its endpoint; empty is the provider's own.")
    llm_key: SecretStr = Field(default=SecretStr(""), description="Key that its endpoint asks for.")
    llm_seconds: float = Field(default=30, gt=0, le=600, description="An answer waits for the model so many seconds.")
    llm_tokens: int = Field(default=400, ge=16, le=8192, description="The model may write so many tokens an answer.")
    nli: str = Field(
        default="",
        description="CrossEncoder of entailment by name or folder: what a language model wrote must follow by it too.",
    )

    @field_validator("llm")
    @classmethod
    def _names_a_model(cls, value: str) -> str:
        provider, _, model = value.partition(":")
        if value == LLM_OFF or value.endswith(LLM_FILE_SUFFIX) or (provider in LLM_PROVIDERS and model.strip()):
            return value
        raise ValueError("it is openai:MODEL, ollama:MODEL, anthropic:MODEL, the path of a .gguf file, or off")

    @field_validator("otel_endpoint", "llm_url", "public_url", "slack_api_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("it begins with http:// or https://")
        return value


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: a variable holds a value that cannot be used; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "BYLINE_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{name} cannot be used: {first['msg']}. Correct or unset it.") from error
