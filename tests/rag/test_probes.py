"""Linear probes: what the reranker's hidden states tell of passages and their sentences."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.settings import Settings
from rag.abstain import weigh
from rag.answer import Ask
from rag.engine import Engine
from rag.probes import LAYERS, Probe, Probes, Reading, States, load_probes, pooled
from rag.rank import page_of, rank_sentences, read
from rag.rerank import OnnxReranker, Page, Reranker, TransformersReranker, open_reranker
from tests.rag.test_rank import ranked

WARM_OIL = "how is the oil of a lamp kept warm in winter?"
OIL = Page(
    "Ada Kent · The lamp",
    (
        "Gulls sleep on the gallery in May.",
        "In winter the keepers stand the oil beside the stove, so that it stays warm and runs.",
        "The harbour master writes the log.",
    ),
)
GULLS = Page("Ada Kent · The lamp", ("Gulls sleep on the gallery in May.", "The harbour master writes the log."))


@pytest.fixture(scope="module")
def reranker() -> OnnxReranker:
    opened = open_reranker(Settings(threads=1))
    assert isinstance(opened, OnnxReranker)
    return opened


@given(
    header=st.text(max_size=20),
    sentences=st.lists(st.text(min_size=1, max_size=20), max_size=6),
)
def test_spans_are_where_the_sentences_stand(header: str, sentences: list[str]) -> None:
    page = Page(header, tuple(sentences))
    assert [page.text[start:end] for start, end in page.spans] == sentences


def test_reading_gives_the_score_that_scoring_gives(reranker: OnnxReranker) -> None:
    pages = [OIL, GULLS, replace(OIL, header="")]
    scores = reranker.score(WARM_OIL, [page.text for page in pages])
    assert [reading.relevance for reading in reranker.read(WARM_OIL, pages)] == pytest.approx(scores, abs=1e-4)


def test_the_passage_that_answers_is_told_and_so_is_its_sentence(reranker: OnnxReranker) -> None:
    oil, gulls = reranker.read(WARM_OIL, [OIL, GULLS])
    assert oil.answers is not None
    assert gulls.answers is not None
    assert oil.answers > gulls.answers + 2
    told = [value for value in oil.sentences if value is not None]
    assert len(told) == 3
    assert max(told) == told[1]


def test_a_sentence_beyond_the_window_is_not_told(reranker: OnnxReranker) -> None:
    page = replace(OIL, sentences=(*OIL.sentences, "Fog has no edges. " * 90, "Lamps are trimmed at dusk."))
    assert [value is None for value in reranker.read(WARM_OIL, [page])[0].sentences] == [False] * 4 + [True]


def test_states_have_a_place_for_each_layer(reranker: OnnxReranker) -> None:
    states = reranker.states(WARM_OIL, OIL)
    dimensions = states.sentences.shape[1] // len(LAYERS)
    assert states.sentences.shape == (3, len(LAYERS) * dimensions)
    assert states.whole.shape == (2 * len(LAYERS) * dimensions,)
    assert np.isfinite(states.whole).all()


def test_pooling_takes_the_tokens_that_touch_a_sentence() -> None:
    layers = np.arange(8, dtype=np.float32).reshape(1, 4, 2)  # a question's token and three of a passage
    starts, ends = np.array([-1, 0, 3, 6]), np.array([-1, 2, 5, 9])
    states = pooled(layers, starts, ends, [(0, 5), (6, 9), (20, 30)])
    assert states.sentences[:2].tolist() == [[3.0, 4.0], [6.0, 7.0]]
    assert np.isnan(states.sentences[2]).all()
    assert states.whole.tolist() == [0.0, 1.0, 4.0, 5.0]  # the first token, then the mean of all in sentences


def test_probes_are_read_as_they_were_written(tmp_path: Path) -> None:
    probes = Probes(Probe(0.5, np.array([1.0, -2.0], np.float32)), Probe(-1.0, np.array([0.25], np.float32)))
    probes.save(tmp_path / "probes.json")
    again = load_probes(tmp_path / "probes.json")
    sentences = np.array([[4.0], [np.nan]], np.float32)
    assert again.reading(3.0, States(np.array([2.0, 1.0], np.float32), sentences)) == Reading(3.0, 0.5, (0.0, None))


def test_other_probes_say_other_things(reranker: OnnxReranker) -> None:
    size = reranker.states(WARM_OIL, OIL)
    never = Probes(
        Probe(-9.0, np.zeros(len(size.whole), np.float32)), Probe(-9.0, np.zeros(size.sentences.shape[1], np.float32))
    )
    assert reranker.with_probes(never).read(WARM_OIL, [OIL])[0].answers == -9.0
    assert reranker.read(WARM_OIL, [OIL])[0].answers != -9.0


def test_a_page_is_the_passage_as_it_was_indexed(any_engine: Engine) -> None:
    passages = any_engine.snapshot.passages(range(0, len(any_engine.snapshot.passage_sections), 7))
    assert [page_of(any_engine.snapshot, passage).text for passage in passages] == [p.indexed_text for p in passages]


def test_what_is_told_of_a_sentence_moves_it(any_engine: Engine) -> None:
    assert any_engine.reranker is not None
    question = "what helps children who leave care?"
    hits, _ = ranked(any_engine, question)
    told = read(any_engine.snapshot, any_engine.reranker, question, hits[:3])
    vector = any_engine.embedder.embed([question])[0]
    plain = rank_sentences(any_engine.snapshot, any_engine.lexicon, hits[:3], vector, ["leav", "care"])
    moved = rank_sentences(any_engine.snapshot, any_engine.lexicon, told, vector, ["leav", "care"])
    before = {(c.section_id, c.sentence.ordinal): c.score for c in plain}
    gains = {round((c.score - before[c.section_id, c.sentence.ordinal]) / c.told, 4) for c in moved}
    assert len(gains) == 1
    assert min(gains) > 0
    assert all(c.told == 0 for c in plain)


def test_the_evidence_is_the_passage_that_answers_best(any_engine: Engine) -> None:
    question = "what helps children who leave care?"
    hits, candidates = ranked(any_engine, question)
    found = [replace(hit, reading=Reading(0.0, answers)) for hit, answers in zip(hits, (-4.0, 2.0, None), strict=False)]
    evidence = weigh(found, candidates, ["care"], any_engine.lexicon, ["care"], 0.5)
    assert evidence.answers == pytest.approx(0.2)
    assert weigh(hits, candidates, ["care"], any_engine.lexicon, ["care"], 0.5).answers == 0.0


def test_another_cross_encoder_is_not_probed(monkeypatch: pytest.MonkeyPatch) -> None:
    other = TransformersReranker.__new__(TransformersReranker)
    monkeypatch.setattr(other, "score", lambda query, texts: [1.5 for _ in texts])
    assert other.read(WARM_OIL, [OIL, GULLS]) == [Reading(1.5), Reading(1.5)]


class Unprobed:
    """A reranker that gives scores and nothing else, as any CrossEncoder does."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        return self._reranker.score(query, texts)

    def read(self, query: str, pages: Sequence[Page]) -> list[Reading]:
        return [Reading(score) for score in self.score(query, [page.text for page in pages])]


def test_without_probes_the_scores_decide_about_a_figure(workshop: Engine) -> None:
    assert workshop.reranker is not None
    engine = Engine(workshop.snapshot, workshop.settings)
    engine.embedder, engine.lexicon, engine.reranker = workshop.embedder, workshop.lexicon, Unprobed(workshop.reranker)
    rules = engine.ask(Ask(question="how many rules keep the pendulum swinging?"))
    assert rules.status == "answered"
    assert "Four rules" in rules.answer
    assert engine.ask(Ask(question="how many looms stand by the north window?")).status == "abstained"
