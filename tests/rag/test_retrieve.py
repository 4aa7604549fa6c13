"""Retrieval finds the passage, and never one that the filter leaves out."""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import build_index
from index.embedding import Vectors
from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import Settings
from rag.answer import Filters
from rag.engine import Engine
from rag.retrieve import FOCUS, SIGNALS, WEIGHTS, Hit, propose, retrieve
from rag.scope import filter_mask, rows_by
from tests.conftest import SilentProgress
from tests.index.collection import FOG, LAMPS, make_collection, piece

QUERIES = (
    "schools and teachers", "what helps children leaving care?", "money, budgets and cuts", "adoption agencies",
    "social workers' caseloads", "Ofsted inspections", "zebras on Neptune", "domestic abuse", "£2,700 per week",
    "foster carers", "mental health", "the", "leadership", "early help for families", "Bexley", "a",
)  # fmt: skip
COUNT = 8
SEARCHES = 5000
"""Of each engine."""


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


def test_of_ten_thousand_searches_none_brings_anyone_else(any_engine: Engine) -> None:
    """The queries are sentences of the texts with their own vectors, shaken; two engines make ten thousand."""
    chance, noise = random.Random(4711), np.random.default_rng(4711)
    snapshot, people = any_engine.snapshot, any_engine.lexicon.people
    sentences = [s for ref in snapshot.section_refs for s in snapshot.sentences(ref) if s.row is not None]
    outside = []
    for _ in range(SEARCHES):
        sentence, chosen = chance.choice(sentences), chance.sample(people, chance.randint(1, 4))
        vector = snapshot.sentence_vectors[sentence.row].astype(np.float32)
        vector = vector + noise.normal(0, 0.02, len(vector)).astype(np.float32)
        mask = rows_by(snapshot, chosen)
        hits = retrieve(snapshot, sentence.text, vector / np.linalg.norm(vector), mask, COUNT)
        names = {person.name for person in chosen}
        assert len(hits) == min(COUNT, int(mask.sum()))
        outside += [hit for hit in hits if not names & set(snapshot.section_refs[hit.passage.section_id].authors)]
    assert outside == []


@pytest.mark.parametrize("query", QUERIES)
def test_signals_are_cosines_and_shares(any_engine: Engine, vectors: dict[str, Vectors], query: str) -> None:
    snapshot = any_engine.snapshot
    proposed = propose(snapshot, query, vectors[query], None)
    assert proposed.signals.shape == (len(proposed.rows), len(SIGNALS)) == (len(proposed.rows), len(WEIGHTS))
    assert (np.diff(proposed.rows) > 0).all()
    signals = dict(zip(SIGNALS, proposed.signals.T, strict=True))
    for name in ("cosine", "sentence"):
        assert np.abs(signals[name]).max() <= 1.0001
    for name in ("lexical", "section_coverage", "coverage"):
        assert signals[name].min() >= 0.0
        assert signals[name].max() <= 1.0001
    assert (signals["coverage"] <= signals["section_coverage"] + 1e-6).all()


@pytest.mark.parametrize("query", ["what helps children leaving care?", "money, budgets and cuts", "zebras on Neptune"])
def test_the_cosines_are_those_of_the_passage_and_its_nearest_sentence(
    any_engine: Engine, vectors: dict[str, Vectors], query: str
) -> None:
    snapshot = any_engine.snapshot
    proposed = propose(snapshot, query, vectors[query], None)
    best = np.argsort(-proposed.signals[:, 0], kind="stable")[:12]
    for place, passage in zip(best, snapshot.passages(proposed.rows[best]), strict=True):
        (whole,) = any_engine.embedder.embed([passage.indexed_text])
        sentences = snapshot.sentences(passage.section_id)[passage.first : passage.last + 1]
        single = [snapshot.sentence_vectors[s.row].astype(np.float32) for s in sentences if s.row is not None]
        assert proposed.signals[place, 0] == pytest.approx(float(whole @ vectors[query]), abs=5e-3)
        nearest = max((float(vector @ vectors[query]) for vector in single), default=0.0)
        assert proposed.signals[place, 1] == pytest.approx(nearest, abs=1e-4)


def test_words_that_nobody_wrote_leave_meaning_alone(any_engine: Engine) -> None:
    (vector,) = any_engine.embedder.embed(["qwxz"])
    proposed = propose(any_engine.snapshot, "qwxz vbnmk", vector, None)
    assert len(proposed.rows)
    assert not proposed.signals[:, 2:].any()


@pytest.mark.parametrize("speaks_of_towers", [0, 1])
def test_of_like_passages_the_one_leads_whose_piece_speaks_of_it(
    tmp_path: Path, digest_settings: Settings, speaks_of_towers: int
) -> None:
    models = ensure_export(digest_settings.home, DEFAULT_MODEL).parent
    collection = make_collection(tmp_path / "collection", models)
    weaving = LAMPS.replace("tower", "loom").replace("keeper", "weaver").replace("stove", "shuttle")
    others = [weaving, weaving]
    others[speaks_of_towers] = LAMPS
    collection.put_digest(
        piece("Ringing", "**Ada Thorne**, pilot and director", FOG, others[0]),
        piece("Tolling", "**Clara Moss**, pilot and director", FOG, others[1]),
    )
    build_index(collection.settings, SilentProgress())
    engine = Engine.open(collection.settings)
    query = "why does a bell help a tower in fog?"
    (vector,) = engine.embedder.embed([query])
    hits = retrieve(engine.snapshot, query, vector, None, COUNT)
    about_fog = [hit.passage.section_id for hit in hits if "great bell" in hit.passage.text]
    engine.snapshot.close()
    pieces = ["harbour-papers/ringing", "harbour-papers/tolling"]
    assert about_fog == [pieces[speaks_of_towers], pieces[1 - speaks_of_towers]]


@pytest.mark.parametrize("query", ["money, budgets and cuts", "zebras on Neptune"])
def test_the_section_focused_on_is_proposed_whole_and_preferred(
    any_engine: Engine, vectors: dict[str, Vectors], query: str
) -> None:
    snapshot = any_engine.snapshot
    for section_id in sorted(set(snapshot.passage_sections))[::25]:
        focused = snapshot.passage_mask(frozenset({section_id}))
        proposed = propose(snapshot, query, vectors[query], None, focused)
        assert set(np.flatnonzero(focused)) <= set(proposed.rows.tolist())
        fused = proposed.signals @ np.array(WEIGHTS, dtype=np.float32)
        hits = retrieve(snapshot, query, vectors[query], None, len(proposed.rows), section_id)
        assert {hit.passage.row for hit in hits} == set(proposed.rows.tolist())
        for hit in hits:
            place = int(np.searchsorted(proposed.rows, hit.passage.row))
            added = FOCUS if hit.passage.section_id == section_id else 0.0
            assert hit.score == pytest.approx(float(fused[place]) + added, abs=1e-5)


def test_focus_does_not_reach_beyond_the_filter(any_engine: Engine, vectors: dict[str, Vectors]) -> None:
    first, *_, last = sorted(set(any_engine.snapshot.passage_sections))
    mask = any_engine.snapshot.passage_mask(frozenset({last}))
    hits = retrieve(any_engine.snapshot, QUERIES[0], vectors[QUERIES[0]], mask, COUNT, first)
    assert {hit.passage.section_id for hit in hits} == {last}
