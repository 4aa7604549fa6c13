"""Made-up passages are lifelike, and what is said of searching them is true."""

import json
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from eval.errors import EvalError
from eval.search_speed import FILTERS, SearchReport, measure_search
from eval.synthetic import FEWEST_SENTENCES, PASSAGES_A_PERSON, hold_out, make_passages
from index.settings import Settings
from index.vectors import Rule, VectorIndex, Vectors
from rag.engine import Engine
from tests.api.command import byline
from tests.conftest import SilentProgress

COUNT = 40


@pytest.fixture(scope="module")
def sentences(digest_engine: Engine) -> NDArray[np.float16]:
    """Vectors of the sentences of the digests."""
    return digest_engine.snapshot.sentence_vectors


@pytest.fixture(scope="module")
def parts(sentences: NDArray[np.float16]) -> tuple[Vectors, Vectors]:
    """What passages are made of, and what asks."""
    return hold_out(sentences, np.random.default_rng(1))


@pytest.fixture(scope="module")
def passages(parts: tuple[Vectors, Vectors]) -> Vectors:
    """Passages of a dozen people."""
    return make_passages(parts[0], 12 * PASSAGES_A_PERSON, np.random.default_rng(2))


@pytest.fixture(scope="module")
def report(sentences: NDArray[np.float16]) -> SearchReport:
    """Of an index that is searched exactly, and of one by codes, but for one person."""
    return measure_search(sentences, (2_000, 20_000), COUNT, SilentProgress(), Rule(2_000, 500, 2_000))


def test_no_sentence_both_asks_and_makes_passages(
    sentences: NDArray[np.float16], parts: tuple[Vectors, Vectors]
) -> None:
    material, asking = parts
    assert len(material) + len(asking) == len(sentences)
    assert len(asking) == len(sentences) // 10
    everything = np.vstack([material, asking]).astype(np.float16)
    assert sorted(map(bytes, _rounded(everything))) == sorted(map(bytes, _rounded(np.asarray(sentences))))


def _rounded(vectors: NDArray[np.float16]) -> Iterator[NDArray[np.int8]]:
    """Coarse enough to be the same after scaling."""
    yield from np.sign(vectors).astype(np.int8)


def test_passages_are_unit_vectors_whose_neighbours_are_often_by_the_same_person(passages: Vectors) -> None:
    np.testing.assert_allclose(np.linalg.norm(passages, axis=1), 1, atol=1e-5)
    cosines = passages @ passages.T - 2 * np.eye(len(passages), dtype=np.float32)
    writers = np.arange(len(passages)) // PASSAGES_A_PERSON
    assert np.mean(writers[cosines.argmax(axis=1)] == writers) > 4 / 12


def test_passages_are_the_same_each_time(parts: tuple[Vectors, Vectors], passages: Vectors) -> None:
    again = make_passages(parts[0], len(passages), np.random.default_rng(2))
    np.testing.assert_array_equal(again, passages)


def test_passages_are_no_easier_to_find_by_code_than_real_ones(
    parts: tuple[Vectors, Vectors], passages: Vectors
) -> None:
    real = parts[0]
    made = passages[np.random.default_rng(3).choice(len(passages), len(real), replace=False)]
    rule = Rule(flat_rows=0, few_rows=0, candidates=50)
    assert _recall(made, parts[1], rule) <= _recall(real, parts[1], rule)


def _recall(rows: Vectors, asking: Vectors, rule: Rule) -> float:
    index, truth = VectorIndex.build(rows, rule), VectorIndex.build(rows)
    found = [np.isin(truth.search(query, 10)[0], index.search(query, 10)[0]).mean() for query in asking]
    return float(np.mean(found))


def test_too_few_sentences_are_refused() -> None:
    sentences = np.ones((FEWEST_SENTENCES - 1, 8), dtype=np.float16)
    with pytest.raises(EvalError, match=f"{FEWEST_SENTENCES - 1} sentences"):
        hold_out(sentences, np.random.default_rng(0))


def test_every_size_is_searched_under_every_filter(report: SearchReport) -> None:
    assert [size.rows for size in report.sizes] == [2_000, 20_000]
    assert [size.people for size in report.sizes] == [8, 80]
    for size in report.sizes:
        assert [search.filter for search in size.searches] == [each.name for each in FILTERS]
        assert all(search.times.count == COUNT for search in size.searches)
    assert [search.rows for search in report.sizes[1].searches] == [20_000, 250, 2_000, 10_000]


def test_exact_searches_find_all_and_codes_nearly_all_and_none_leaves_its_filter(report: SearchReport) -> None:
    small, large = report.sizes
    assert all(search.exact and search.recall_at_10 == search.recall_at_depth == 1 for search in small.searches)
    assert [search.exact for search in large.searches] == [False, True, False, False]
    assert all(search.recall_at_10 >= 0.98 for search in large.searches)
    assert all(search.outside == 0 for size in report.sizes for search in size.searches)


def test_recall_falls_where_too_few_rows_are_proposed(sentences: NDArray[np.float16]) -> None:
    poor = measure_search(sentences, (5_000,), COUNT, SilentProgress(), Rule(0, 0, 60)).sizes[0].searches[0]
    assert 0.2 < poor.recall_at_depth < poor.recall_at_10 < 0.95


def test_the_command_prints_a_table(digest_settings: Settings, digest_engine: Engine) -> None:
    ran = byline("eval-search", "--rows", "1000", "--count", "5", "--busy", settings=digest_settings)
    assert ran.code == 0, ran.err
    assert "recall@10" in ran.out
    assert "one person" in ran.out


def test_the_command_prints_json(digest_settings: Settings, digest_engine: Engine) -> None:
    ran = byline("eval-search", "--rows", "1000", "--count", "5", "--busy", "--json", settings=digest_settings)
    assert ran.code == 0, ran.err
    (size,) = json.loads(ran.out)["sizes"]
    assert size["rows"] == 1_000
    assert len(size["searches"]) == len(FILTERS)
