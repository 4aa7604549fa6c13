"""Dense search is exact, stays within its mask, and is the same after it was saved."""

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.vectors import VectorIndex, Vectors


def _unit(seed: int, rows: int, dimensions: int = 8) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(rows, dimensions)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def test_the_nearest_row_of_a_vector_is_its_own() -> None:
    vectors = _unit(1, 50)
    index = VectorIndex.build(vectors)
    for row in (0, 7, 49):
        rows, scores = index.search(vectors[row], 3)
        assert rows[0] == row
        assert abs(scores[0] - 1) < 1e-5


def test_rows_come_best_first() -> None:
    _, scores = VectorIndex.build(_unit(2, 50)).search(_unit(3, 1)[0], 10)
    assert len(scores) == 10
    assert (np.diff(scores) <= 0).all()


def test_there_are_no_more_results_than_rows() -> None:
    rows, scores = VectorIndex.build(_unit(4, 3)).search(_unit(5, 1)[0], 10)
    assert sorted(rows) == [0, 1, 2]
    assert len(scores) == 3


def test_identical_rows_are_both_found() -> None:
    vectors = np.vstack([_unit(6, 1), _unit(6, 1), _unit(7, 5)])
    rows, _ = VectorIndex.build(vectors).search(vectors[0], 2)
    assert sorted(rows) == [0, 1]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.booleans(), min_size=1, max_size=40), st.integers(1, 50))
def test_no_row_outside_the_mask_ever_comes_back_and_none_within_it_is_lost(
    seed: int, kept: list[bool], count: int
) -> None:
    vectors, query, mask = _unit(seed, len(kept)), _unit(seed + 1, 1)[0], np.array(kept)
    rows, scores = VectorIndex.build(vectors).search(query, count, mask)
    assert mask[rows].all()
    assert len(set(rows.tolist())) == len(rows) == min(count, int(mask.sum()))
    np.testing.assert_allclose(scores, _best(vectors @ query, mask, count), atol=1e-5)


def _best(scores: Vectors, mask: NDArray[np.bool_], count: int) -> Vectors:
    return np.sort(scores[mask])[::-1][:count]


def test_an_index_says_the_same_after_it_was_saved(tmp_path: Path) -> None:
    built, query = VectorIndex.build(_unit(8, 40)), _unit(9, 1)[0]
    built.save(tmp_path)
    loaded = VectorIndex.load(tmp_path)
    mask = np.arange(40) % 3 == 0
    for before, after in zip(built.search(query, 5, mask), loaded.search(query, 5, mask), strict=True):
        np.testing.assert_array_equal(before, after)
