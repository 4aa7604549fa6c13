"""Silence is an answer of its own: measured, with a reason and a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.abstain import FEATURES, NO_EVIDENCE, Calibration, Evidence, load_calibration
from rag.answer import Answer, Ask, Filters
from rag.engine import Engine

SHARES = st.floats(0, 1)
WEIGHTS = st.floats(-100, 100)


@given(
    values=st.lists(SHARES, min_size=len(FEATURES), max_size=len(FEATURES)),
    weights=st.lists(WEIGHTS, min_size=len(FEATURES), max_size=len(FEATURES)),
    intercept=WEIGHTS,
)
def test_a_probability_is_one(values: list[float], weights: list[float], intercept: float) -> None:
    evidence = Evidence(**dict(zip(FEATURES, values, strict=True)))
    assert 0.0 <= Calibration(intercept, tuple(weights), 0.5).probability(evidence) <= 1.0


@pytest.mark.parametrize("reranks", [True, False])
def test_the_calibration_in_use_can_be_read_and_decides(reranks: bool) -> None:
    calibration = load_calibration(reranks)
    assert len(calibration.weights) == len(FEATURES)
    assert calibration.probability(NO_EVIDENCE) < calibration.threshold < 1.0


def test_nothing_in_scope_is_no_evidence(any_engine: Engine) -> None:
    filters = Filters(people=["Lisa Harker"], volumes=["adcs-blog"])
    assert any_engine.evidence(Ask(question="what about schools?", filters=filters)) == NO_EVIDENCE


@pytest.mark.parametrize("question", ["what did Harker say about schools?", "zebras on Neptune", "the", "why?"])
def test_features_are_shares(any_engine: Engine, question: str) -> None:
    assert all(-1.0 <= value <= 1.0 + 1e-6 for value in any_engine.evidence(Ask(question=question)).values())


def test_a_question_that_is_answered_has_more_evidence_than_one_that_is_not(any_engine: Engine) -> None:
    probability = any_engine.calibration.probability
    schools, zebras = (
        probability(any_engine.evidence(Ask(question=question)))
        for question in ("what did Harker say about schools?", "how far can a zebra jump on Neptune?")
    )
    assert schools > any_engine.calibration.threshold > zebras


def test_words_that_nobody_here_uses_make_evidence_thin(any_engine: Engine) -> None:
    probability = any_engine.calibration.probability
    known, unknown = (any_engine.evidence(Ask(question=question)) for question in ("schools", "zyxwvut qqqqq"))
    assert probability(known) > probability(unknown)


def silent(engine: Engine, question: str, **filters: list[str]) -> Answer:
    """The abstention from a question, checked to be a whole one."""
    answer = engine.ask(Ask(question=question, filters=Filters(**filters)))
    assert answer.status == "abstained", answer.answer
    assert (answer.sentences, answer.citations) == ([], [])
    assert answer.reason
    assert answer.answer.endswith(".")
    return answer


@pytest.mark.parametrize(
    "question", ["how far can a zebra jump on Neptune?", "zyxwvut qqqqq", "recipe for goulash soup"]
)
def test_what_nobody_writes_about_is_not_in_the_collection(any_engine: Engine, question: str) -> None:
    assert silent(any_engine, question).reason == "not_in_collection"


def test_what_a_writer_does_not_write_about_is_not_by_this_person(any_engine: Engine) -> None:
    answer = silent(any_engine, "what did Lisa Harker say about lighthouses?")
    assert answer.reason == "not_by_this_person"
    assert "Lisa Harker" in answer.answer


def test_somebody_who_writes_nothing_here_is_named(any_engine: Engine) -> None:
    answer = silent(any_engine, "What did Rachel de Souza say about lighthouses?")
    assert answer.reason == "not_in_collection"
    assert "Rachel de Souza" in answer.answer


def test_a_scope_that_holds_nothing_is_abstained_from(any_engine: Engine) -> None:
    silent(any_engine, "what about schools?", people=["Lisa Harker"], volumes=["adcs-blog"])


def test_a_comparison_that_finds_nothing_says_so(any_engine: Engine) -> None:
    silent(any_engine, "compare what Ray Jones and Kathy Evans say about lighthouses")
