"""Whichever way it goes, dense search finds the best rows, stays within its mask, and is the same after a save."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.settings import PACKAGE_ROOT
from index.vectors import CODES_FILE, FILE, RULE, Rule, VectorIndex, Vectors

FLAT = Rule()
CODES = Rule(flat_rows=0, few_rows=0)
FEW = Rule(flat_rows=0, few_rows=10)
"""The ways a search can go: exact, by codes, and by codes where the mask holds more than ten rows."""
RULES = pytest.mark.parametrize("rule", [FLAT, CODES, FEW], ids=["flat", "codes", "few"])


def _unit(seed: int, rows: int, dimensions: int = 8) -> Vectors:
    return _scaled(np.random.default_rng(seed).normal(size=(rows, dimensions)))


def _crowded(seed: int, rows: int, dimensions: int = 128) -> Vectors:
    """Vectors about 200 centres that lean to one side, as sentences do."""
    random, centres = np.random.default_rng(seed), np.random.default_rng(0).normal(size=(200, dimensions))
    return _scaled(0.4 + centres[random.integers(0, 200, rows)] + 1.5 * random.normal(size=(rows, dimensions)))


def _scaled(vectors: NDArray[np.float64]) -> Vectors:
    scaled: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return scaled


@RULES
def test_the_nearest_row_of_a_vector_is_its_own(rule: Rule) -> None:
    vectors = _unit(1, 50)
    index = VectorIndex.build(vectors, rule)
    for row in (0, 7, 49):
        rows, scores = index.search(vectors[row], 3)
        assert rows[0] == row
        assert abs(scores[0] - 1) < 1e-5


@RULES
def test_rows_come_best_first(rule: Rule) -> None:
    _, scores = VectorIndex.build(_unit(2, 50), rule).search(_unit(3, 1)[0], 10)
    assert len(scores) == 10
    assert (np.diff(scores) <= 0).all()


@RULES
def test_there_are_no_more_results_than_rows(rule: Rule) -> None:
    rows, scores = VectorIndex.build(_unit(4, 3), rule).search(_unit(5, 1)[0], 10)
    assert sorted(rows) == [0, 1, 2]
    assert len(scores) == 3


@RULES
def test_identical_rows_are_both_found(rule: Rule) -> None:
    vectors = np.vstack([_unit(6, 1), _unit(6, 1), _unit(7, 5)])
    rows, _ = VectorIndex.build(vectors, rule).search(vectors[0], 2)
    assert sorted(rows) == [0, 1]


@RULES
@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.booleans(), min_size=1, max_size=40), st.integers(1, 50), st.integers(1, 20))
def test_no_row_outside_the_mask_ever_comes_back_and_none_within_it_is_lost(
    rule: Rule, seed: int, kept: list[bool], count: int, dimensions: int
) -> None:
    vectors, query, mask = _unit(seed, len(kept), dimensions), _unit(seed + 1, 1, dimensions)[0], np.array(kept)
    rows, scores = VectorIndex.build(vectors, rule).search(query, count, mask)
    assert mask[rows].all()
    assert len(set(rows.tolist())) == len(rows) == min(count, int(mask.sum()))
    np.testing.assert_allclose(scores, _best(vectors @ query, mask, count), atol=1e-5)


def _best(scores: Vectors, mask: NDArray[np.bool_], count: int) -> Vectors:
    return np.sort(scores[mask])[::-1][:count]


@pytest.mark.parametrize(
    "rule",
    [FLAT, Rule(flat_rows=0, few_rows=0, candidates=50), Rule(flat_rows=0, few_rows=200, candidates=50)],
    ids=["flat", "codes", "few"],
)
def test_ten_thousand_filtered_searches_return_nothing_outside_their_filter(rule: Rule) -> None:
    vectors, queries, random = _unit(10, 1_000, 64), _unit(12, 10_000, 64), np.random.default_rng(11)
    index = VectorIndex.build(vectors, rule)
    exact = outside = missing = 0
    for query, share in zip(queries, random.random(10_000) ** 2, strict=True):
        mask = random.random(1_000) < share
        rows, _ = index.search(query, 10, mask)
        exact += index.is_exact(mask)
        outside += int((~mask[rows]).sum())
        missing += min(10, int(mask.sum())) - len(set(rows.tolist()))
    assert (outside, missing) == (0, 0)
    assert {0: exact < 1_000, 200: 2_000 < exact < 8_000}.get(rule.few_rows, exact == 10_000)


def test_codes_find_what_an_exact_search_finds() -> None:
    vectors, queries = _crowded(20, 40_000), _crowded(21, 100)
    index = VectorIndex.build(vectors, CODES)
    half = np.arange(len(vectors)) % 1_000 < 500
    for mask in (None, half):
        found = [index.search(query, 10, mask)[0] for query in queries]
        cosines = queries @ vectors.T
        if mask is not None:
            cosines[:, ~mask] = -2
        truth = np.argsort(-cosines, axis=1)[:, :10]
        assert not index.is_exact(mask)
        assert np.mean([np.isin(best, rows).mean() for best, rows in zip(truth, found, strict=True)]) >= 0.98


def test_a_search_is_exact_in_a_small_index_and_for_a_small_mask() -> None:
    vectors, few, many = _unit(13, 40), np.arange(40) < 10, np.arange(40) < 11
    assert all(VectorIndex.build(vectors, Rule(flat_rows=40, few_rows=0)).is_exact(mask) for mask in (None, few, many))
    index = VectorIndex.build(vectors, FEW)
    assert [index.is_exact(mask) for mask in (few, many, None)] == [True, False, False]


def test_the_rule_keeps_an_index_of_the_size_of_the_five_volumes_exact() -> None:
    assert RULE == FLAT
    assert RULE.flat_rows >= 10_000


@RULES
def test_an_index_says_the_same_after_it_was_saved(rule: Rule, tmp_path: Path) -> None:
    built, query = VectorIndex.build(_unit(8, 40), rule), _unit(9, 1)[0]
    built.save(tmp_path)
    loaded = VectorIndex.load(tmp_path, rule)
    assert {path.name for path in tmp_path.iterdir()} == ({FILE} if rule == FLAT else {FILE, CODES_FILE})
    for mask in (None, np.arange(40) % 3 == 0, np.arange(40) == 5):
        assert loaded.is_exact(mask) == built.is_exact(mask)
        for before, after in zip(built.search(query, 5, mask), loaded.search(query, 5, mask), strict=True):
            np.testing.assert_array_equal(before, after)


_OPEN = """
import sys
from pathlib import Path
from index.vectors import Rule, VectorIndex

def anonymous() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))

before = anonymous()
index = VectorIndex.load(Path(sys.argv[1]), Rule(0, 0, 100))
print(anonymous() - before)
"""
_THREADS = """
import os
import sys
from pathlib import Path
from threading import Thread
import numpy as np
from index.vectors import Rule, VectorIndex

index = VectorIndex.load(Path(sys.argv[1]), Rule(0, int(sys.argv[2]), 100))
query, seen = np.ones(128, dtype=np.float32), []

def search() -> None:
    before = len(os.listdir("/proc/self/task"))
    for mask in (None, np.arange(40_000) % 2 == 0):
        index.search(query, 10, mask)
    seen.append(len(os.listdir("/proc/self/task")) - before)

thread = Thread(target=search)
thread.start()
thread.join()
print(*seen)
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an index of 20 MB with codes."""
    folder = tmp_path_factory.mktemp("saved")
    VectorIndex.build(_crowded(30, 40_000), CODES).save(folder)
    return folder


def test_opening_an_index_reads_none_of_its_vectors(saved: Path) -> None:
    kilobytes = int(_run(_OPEN, str(saved)))
    assert (saved / FILE).stat().st_size > 20_000_000
    assert kilobytes < 2_000


@pytest.mark.parametrize("few_rows", [0, 40_000], ids=["codes", "few"])
def test_a_search_in_any_thread_starts_no_others(saved: Path, few_rows: int) -> None:
    assert _run(_THREADS, str(saved), str(few_rows)) == "0"


def _run(code: str, *arguments: str) -> str:
    """What a program prints that may use four threads."""
    environment = {"OMP_NUM_THREADS": "4", "PYTHONPATH": str(PACKAGE_ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout.strip()
