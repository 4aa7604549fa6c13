"""A vector that was made once is never made again, and never given to another text or another model."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from index.embedding_cache import EmbeddingCache

MODEL, OTHER = "ab" * 32, "cd" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "embeddings.sqlite"


@contextmanager
def _open(path: Path, model: str = MODEL) -> Iterator[EmbeddingCache]:
    cache = EmbeddingCache(path, model)
    try:
        yield cache
    finally:
        cache.close()


def _vector(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=384).astype(np.float32)


def test_what_was_put_is_got_bit_for_bit_after_reopening(path: Path) -> None:
    with _open(path) as cache:
        cache.put([("The lamp is lit.", _vector(1)), ("The bell is rung.", _vector(2))])
    with _open(path) as cache:
        known = cache.get(["The bell is rung.", "The lamp is lit."])
    np.testing.assert_array_equal(known[0], _vector(2))
    np.testing.assert_array_equal(known[1], _vector(1))


def test_what_was_not_put_is_not_known(path: Path) -> None:
    with _open(path) as cache:
        cache.put([("The lamp is lit.", _vector(1))])
        assert list(cache.get(["The lamp is lit", "the lamp is lit.", "The lamp is lit.", ""])) == [2]


def test_vectors_of_two_models_never_meet(path: Path) -> None:
    with _open(path) as cache:
        cache.put([("The lamp is lit.", _vector(1))])
    with _open(path, OTHER) as cache:
        assert cache.get(["The lamp is lit."]) == {}
        cache.put([("The lamp is lit.", _vector(2))])
    with _open(path) as cache:
        np.testing.assert_array_equal(cache.get(["The lamp is lit."])[0], _vector(1))


def test_one_text_asked_for_twice_is_known_twice(path: Path) -> None:
    with _open(path) as cache:
        cache.put([("The lamp is lit.", _vector(1))])
        assert sorted(cache.get(["The lamp is lit."] * 2)) == [0, 1]


def test_a_failed_put_leaves_nothing_behind(path: Path) -> None:
    def broken() -> Iterator[tuple[str, np.ndarray]]:
        yield "The lamp is lit.", _vector(1)
        raise RuntimeError

    with _open(path) as cache:
        with pytest.raises(RuntimeError):
            cache.put(broken())
        assert cache.get(["The lamp is lit."]) == {}


def test_a_text_with_a_lone_surrogate_is_remembered(path: Path) -> None:
    with _open(path) as cache:
        cache.put([("\ud800", _vector(1))])
        assert list(cache.get(["\ud800", "\ud801"])) == [0]
