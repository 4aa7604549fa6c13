"""Sentences are ranked by how well they answer, and only those of the passages found."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.tokens import tokens
from rag.engine import Engine
from rag.lexicon import Lexicon
from rag.rank import Candidate, coverage, rank_sentences, read, rerank
from rag.retrieve import Hit, retrieve

QUESTIONS = ("what helps children leaving care?", "why do councils spend more?", "zebras on Neptune", "the")


def ranked(engine: Engine, query: str) -> tuple[list[Hit], list[Candidate]]:
    vector = engine.embedder.embed([query])[0]
    hits = retrieve(engine.snapshot, query, vector, None, 8)
    return hits, rank_sentences(engine.snapshot, engine.lexicon, hits, vector, tokens(query))


@pytest.mark.parametrize("query", QUESTIONS)
def test_a_sentence_stands_in_a_passage_that_was_found(any_engine: Engine, query: str) -> None:
    hits, candidates = ranked(any_engine, query)
    assert candidates
    for candidate in candidates:
        assert any(
            candidate.section_id == hit.passage.section_id
            and hit.passage.first <= candidate.sentence.ordinal <= hit.passage.last
            for hit in hits
        )


@pytest.mark.parametrize("query", QUESTIONS)
def test_the_best_comes_first_and_the_order_is_always_the_same(any_engine: Engine, query: str) -> None:
    _, first = ranked(any_engine, query)
    _, second = ranked(any_engine, query)
    scores = [candidate.score for candidate in first]
    assert scores == sorted(scores, reverse=True)
    assert first == second


def test_without_passages_there_are_no_sentences(any_engine: Engine) -> None:
    vector = any_engine.embedder.embed(["schools"])[0]
    assert rank_sentences(any_engine.snapshot, any_engine.lexicon, [], vector, ["school"]) == []


@pytest.mark.parametrize(
    "question",
    ["which rope of a clock is like the flood", "what do blue threads look like by lamplight?", "oil on a pivot"],
)
def test_what_is_asked_about_is_ranked_before_the_rest(workshop: Engine, question: str) -> None:
    _, candidates = ranked(workshop, question)
    wanted = {"which rope": "flood", "what do bl": "blue threads", "oil on a p": "Oil the pivot"}[question[:10]]
    assert wanted in candidates[0].sentence.text


def test_the_opening_of_a_piece_counts_less(any_engine: Engine) -> None:
    first = [ref.id for ref in any_engine.snapshot.section_refs.values() if any_engine.snapshot.sentences(ref.id)]
    mask = any_engine.snapshot.passage_mask(frozenset(first[:12]))
    vector = any_engine.embedder.embed(["children in care"])[0]
    hits = retrieve(any_engine.snapshot, "children in care", vector, mask, 60)
    score = {
        (hit.passage.section_id, o): hit.score for hit in hits for o in range(hit.passage.first, hit.passage.last + 1)
    }
    lost = {
        (c.section_id, c.sentence.ordinal): 0.5 * (c.cosine + score[c.section_id, c.sentence.ordinal])
        + 0.25 * c.coverage
        - c.score
        for c in rank_sentences(any_engine.snapshot, any_engine.lexicon, hits, vector, tokens("children in care"))
    }
    for (section_id, ordinal), less in lost.items():
        ends = min(10, len(any_engine.snapshot.sentences(section_id)) / 3)
        assert less == pytest.approx(0.2 * max(0.0, 1 - ordinal / ends), abs=1e-5)
    assert max(lost.values()) > 0.15
    assert min(lost.values()) < 0.01


def test_a_sentence_is_ranked_first_for_its_own_words(any_engine: Engine) -> None:
    ids = sorted(set(any_engine.snapshot.passage_sections))[::9]
    sentences = [
        next(s for s in any_engine.snapshot.sentences(section_id) if s.row is not None and len(s.text.split()) > 12)
        for section_id in ids
    ]
    found = [ranked(any_engine, sentence.text)[1][0].sentence.text == sentence.text for sentence in sentences]
    assert sum(found) >= 0.9 * len(found)


@given(stems=st.lists(st.sampled_from(["school", "child", "zebra", "care", "neptun"]), max_size=5))
def test_coverage_is_a_share(lexicon: Lexicon, stems: list[str]) -> None:
    assert 0.0 <= coverage("Every school cares for every child.", stems, lexicon) <= 1.0
    assert coverage("", stems, lexicon) == 0.0


def test_coverage_counts_rare_words_for_more(lexicon: Lexicon) -> None:
    stems = ["children", "zebra"]
    assert coverage("Zebras for children", stems, lexicon) == pytest.approx(1.0)
    assert coverage("Zebras", stems, lexicon) > coverage("Children", stems, lexicon) > 0.0


@pytest.mark.parametrize("question", QUESTIONS)
def test_reranking_keeps_every_passage_and_adds_what_the_reranker_says(any_engine: Engine, question: str) -> None:
    assert any_engine.reranker is not None
    hits, _ = ranked(any_engine, question)
    found = rerank(read(any_engine.snapshot, any_engine.reranker, question, hits))
    said = any_engine.reranker.score(question, [hit.passage.indexed_text for hit in hits])
    before = {hit.passage.row: (hit, relevance) for hit, relevance in zip(hits, said, strict=True)}
    assert sorted(hit.passage.row for hit in found) == sorted(before)
    scores = [hit.score for hit in found]
    assert scores == sorted(scores, reverse=True)
    gains = set()
    for hit in found:
        old, relevance = before[hit.passage.row]
        assert hit.relevance == pytest.approx(relevance, abs=1e-4)
        assert (hit.passage, hit.cosine, hit.lexical) == (old.passage, old.cosine, old.lexical)
        gains.add(round((hit.score - old.score) / relevance, 3))
    assert len(gains) == 1
    assert min(gains) > 0


def test_nothing_found_is_nothing_reranked(digest_engine: Engine) -> None:
    assert digest_engine.reranker is not None
    assert rerank(read(digest_engine.snapshot, digest_engine.reranker, "anything", [])) == []


def test_the_reranker_can_lift_what_retrieval_put_last(workshop: Engine) -> None:
    assert workshop.reranker is not None
    question = "what do blue threads look like by lamplight?"
    hits, _ = ranked(workshop, question)
    level = [replace(hit, score=0.5) for hit in reversed(hits)]
    last = rerank(read(workshop.snapshot, workshop.reranker, question, level))
    assert "blue threads" in last[0].passage.text
