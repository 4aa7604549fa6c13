"""Retrieval finds the passage, and never one that the filter leaves out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embedding import Vectors
from rag.answer import Filters
from rag.engine import Engine
from rag.retrieve import Hit, retrieve
from rag.scope import filter_mask, rows_by

QUERIES = (
    "schools and teachers", "what helps children leaving care?", "money, budgets and cuts", "adoption agencies",
    "social workers' caseloads", "Ofsted inspections", "zebras on Neptune", "domestic abuse", "£2,700 per week",
    "foster carers", "mental health", "the", "leadership", "early help for families", "Bexley", "a",
)  # fmt: skip
COUNT = 8


@pytest.fixture(scope="module")
def vectors(any_engine: Engine) -> dict[str, Vectors]:
    return dict(zip(QUERIES, any_engine.embedder.embed(list(QUERIES)), strict=True))


def found(engine: Engine, vectors: dict[str, Vectors], query: str, filters: Filters) -> list[Hit]:
    mask = filter_mask(engine.snapshot, engine.lexicon, filters)
    return retrieve(engine.snapshot, query, vectors[query], mask, COUNT)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_passage_is_by_anyone_else(any_engine: Engine, vectors: dict[str, Vectors], data: st.DataObject) -> None:
    query = data.draw(st.sampled_from(QUERIES))
    chosen = data.draw(st.lists(st.sampled_from(any_engine.lexicon.people), min_size=1, max_size=3, unique=True))
    hits = found(any_engine, vectors, query, Filters(people=[person.name for person in chosen]))
    refs = any_engine.snapshot.section_refs
    wanted = {person.name for person in chosen}
    assert all(wanted & set(refs[hit.passage.section_id].authors) for hit in hits)
    assert len(hits) == min(COUNT, int(rows_by(any_engine.snapshot, chosen).sum()))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_passage_is_from_another_section(
    any_engine: Engine, vectors: dict[str, Vectors], data: st.DataObject
) -> None:
    query = data.draw(st.sampled_from(QUERIES))
    ids = data.draw(
        st.lists(st.sampled_from(sorted(set(any_engine.snapshot.passage_sections))), min_size=1, max_size=4)
    )
    hits = found(any_engine, vectors, query, Filters(sections=ids))
    assert hits
    assert {hit.passage.section_id for hit in hits} <= set(ids)


@pytest.mark.parametrize("query", QUERIES)
def test_the_best_come_first_and_none_twice(any_engine: Engine, vectors: dict[str, Vectors], query: str) -> None:
    hits = retrieve(any_engine.snapshot, query, vectors[query], None, COUNT)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.passage.row for hit in hits}) == len(hits) == COUNT


@pytest.mark.parametrize("query", QUERIES)
def test_the_same_query_finds_the_same(any_engine: Engine, vectors: dict[str, Vectors], query: str) -> None:
    first, second = (retrieve(any_engine.snapshot, query, vectors[query], None, COUNT) for _ in range(2))
    assert first == second


def test_nothing_in_scope_finds_nothing(any_engine: Engine, vectors: dict[str, Vectors]) -> None:
    nothing = np.zeros(len(any_engine.snapshot.passage_sections), dtype=np.bool_)
    assert retrieve(any_engine.snapshot, QUERIES[0], vectors[QUERIES[0]], nothing, COUNT) == []


def test_a_passage_is_found_by_its_own_words(any_engine: Engine) -> None:
    rows = range(0, len(any_engine.snapshot.passage_sections), 61)
    passages = any_engine.snapshot.passages(rows)
    embedded = any_engine.embedder.embed([passage.text for passage in passages])
    missed = [
        passage.text[:60]
        for passage, vector in zip(passages, embedded, strict=True)
        if passage.text
        not in [hit.passage.text for hit in retrieve(any_engine.snapshot, passage.text, vector, None, 3)]
    ]
    assert not missed
