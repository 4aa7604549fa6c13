"""Lexical search is BM25, stays within its mask, and is the same after it was saved."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.lexical import LexicalIndex
from index.tokens import tokens

TEXTS = [
    "The lamp is lit at dusk.",
    "The bell is rung by day, and the lamp waits.",
    "Lamps, lamps and more lamps burn in the tower.",
    "",
    "The harbour cost £605m in 1987.",
]


def _bm25(texts: list[str], query: list[str]) -> list[float]:
    """Lucene's BM25 by its formula, without the constant factor k1 + 1."""
    k1, b = 1.2, 0.75
    documents = [Counter(tokens(text) or ["\0"]) for text in texts]
    mean = sum(document.total() for document in documents) / len(documents)
    scores = [0.0] * len(documents)
    for term in query:
        holding = sum(term in document for document in documents)
        if not holding:
            continue
        idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
        for row, document in enumerate(documents):
            frequency = document[term]
            scores[row] += idf * frequency / (frequency + k1 * (1 - b + b * document.total() / mean))
    return scores


@pytest.mark.parametrize("query", ["lamp", "lamp bell", "bell day tower harbour", "lamp lamp", "1987", "£605m"])
def test_scores_are_bm25(query: str) -> None:
    scores = LexicalIndex.build(TEXTS).scores(tokens(query))
    np.testing.assert_allclose(scores, _bm25(TEXTS, tokens(query)), rtol=1e-4, atol=1e-6)
    assert scores.max() > 0


def test_inflected_words_are_found_by_their_stem() -> None:
    scores = LexicalIndex.build(TEXTS).scores(tokens("a burning lamp"))
    assert int(scores.argmax()) == 2


def test_words_that_nobody_wrote_score_nothing() -> None:
    assert not LexicalIndex.build(TEXTS).scores(tokens("zebra giraffe")).any()
    assert not LexicalIndex.build(TEXTS).scores([]).any()


def test_an_index_says_the_same_after_it_was_saved(tmp_path: Path) -> None:
    built = LexicalIndex.build(TEXTS)
    built.save(tmp_path)
    loaded = LexicalIndex.load(tmp_path, len(TEXTS))
    for query in ("lamp", "bell harbour", "zebra"):
        np.testing.assert_array_equal(loaded.scores(tokens(query)), built.scores(tokens(query)))


_WORDS = st.lists(st.sampled_from(["lamp", "bell", "tower", "oil", "fog"]), max_size=6)
_ROWS = st.lists(st.tuples(_WORDS, st.booleans()), min_size=1, max_size=12)


@settings(max_examples=50, deadline=None)
@given(_ROWS, _WORDS)
def test_no_row_outside_the_mask_ever_scores(rows: list[tuple[list[str], bool]], query: list[str]) -> None:
    index = LexicalIndex.build([" ".join(words) for words, _ in rows])
    mask = np.array([kept for _, kept in rows])
    scores = index.scores(tokens(" ".join(query)), mask)
    assert not scores[~mask].any()
    np.testing.assert_array_equal(scores[mask], index.scores(tokens(" ".join(query)))[mask])


def test_the_rows_with_a_stem_are_those_whose_text_has_it() -> None:
    index = LexicalIndex.build(TEXTS)
    assert index.rows_with("lamp").tolist() == [0, 1, 2]
    assert index.rows_with("£605m").tolist() == [4]
    assert index.rows_with("zebra").tolist() == index.rows_with("the").tolist() == []


@settings(max_examples=50, deadline=None)
@given(_ROWS)
def test_the_rows_with_a_stem_are_as_counted_by_hand(rows: list[tuple[list[str], bool]]) -> None:
    texts = [" ".join(words) for words, _ in rows]
    index = LexicalIndex.build(texts)
    for stem in ("lamp", "bell", "tower", "oil", "fog"):
        found = index.rows_with(stem)
        assert found.dtype == np.int64
        assert found.tolist() == [row for row, text in enumerate(texts) if stem in tokens(text)]


def test_the_rows_with_a_stem_are_the_same_after_it_was_saved(tmp_path: Path) -> None:
    built = LexicalIndex.build(TEXTS)
    built.save(tmp_path)
    loaded = LexicalIndex.load(tmp_path, len(TEXTS))
    for token in sorted({token for text in TEXTS for token in tokens(text)}):
        assert loaded.rows_with(token).tolist() == built.rows_with(token).tolist() != []
