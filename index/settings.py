"""Settings, read from the environment (prefix `BYLINE_`) once at the rim and handed inward as values."""

from pathlib import Path

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import SettingsError

DEFAULT_RERANKER = "ms-marco-MiniLM-L-12-v2"
RERANK_OFF = "off"
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
    max_question_words: int = Field(default=2000, ge=10, description="Longest question answered, in words.")


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
