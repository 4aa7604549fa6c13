"""What the tests stand on: the real texts where they are, the digests everywhere, the real embedder, a real index."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import build_index
from index.settings import PACKAGE_ROOT, Settings
from rag.engine import Engine

TEST_HOME = PACKAGE_ROOT / "var" / "test"
"""Kept between runs, so that embeddings are made once."""


class SilentProgress:
    """Progress for tests: nobody looks."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins."""

    def advance(self, steps: int = 1) -> None:
        """Steps are done."""


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_developer() -> Iterator[None]:
    """Only BYLINE_TEXTS, which says where the full texts are, reaches the tests."""
    names = [name for name in os.environ if name.startswith("BYLINE_") and name != "BYLINE_TEXTS"]
    kept = {name: os.environ.pop(name) for name in names}
    yield
    os.environ.update(kept)


_TEXTS = os.environ.get("BYLINE_TEXTS")


@pytest.fixture(scope="session")
def texts() -> Path:
    """The folder with the five full texts. Where CI has none, the test fails instead of being skipped."""
    if _TEXTS is None or not Path(_TEXTS).is_dir():
        if os.environ.get("CI"):
            pytest.fail("BYLINE_TEXTS is not set: under CI the full-text tests must run.")
        pytest.skip("BYLINE_TEXTS is not set")
    return Path(_TEXTS).resolve()


@pytest.fixture(scope="session")
def digest_settings() -> Settings:
    """Settings of somebody who has no full texts."""
    return Settings(home=TEST_HOME / "digest", texts=PACKAGE_ROOT / "seeds" / "texts")


@pytest.fixture(scope="session")
def settings(texts: Path) -> Settings:
    """Settings of somebody who has the five full texts."""
    return Settings(home=TEST_HOME / "full", texts=texts)


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Engine:
    """The engine over the five full texts, warm."""
    return _engine(settings)


@pytest.fixture(scope="session")
def digest_engine(digest_settings: Settings) -> Engine:
    """The engine over the digests, warm."""
    return _engine(digest_settings)


def _engine(settings: Settings) -> Engine:
    build_index(settings, SilentProgress())
    engine = Engine.open(settings)
    engine.warm()
    return engine
