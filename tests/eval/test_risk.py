"""Risk falls with coverage where confidence is worth something."""

from collections.abc import Callable
from typing import Any

import pytest

from eval.metrics import Row, score
from eval.risk import measure_risk
from rag.answer import Answer
from tests.eval.conftest import SOURCE

Make = Callable[..., Any]


@pytest.fixture
def row(question: Make, answer: Make, silence: Answer) -> Callable[..., Row]:
    """A row of which only what risk looks at is said."""

    def make(confidence: float, right: bool, answered: bool = True, answerable: bool = True) -> Row:
        asked = question(answerable=answerable)
        made = score(asked, answer() if answered else silence, lambda _: SOURCE, 1.0)
        return made.model_copy(update={"confidence": confidence, "right": right})

    return make


def test_the_curve_goes_from_the_surest_to_the_last_answer(row: Make) -> None:
    risk = measure_risk(
        [row(0.2, False), row(0.9, True), row(0.6, True), row(0.7, False), row(0.8, True, answered=False)]
    )
    assert [(p.coverage, round(p.risk, 3)) for p in risk.curve] == [(0.2, 0.0), (0.4, 0.5), (0.6, 0.333), (0.8, 0.5)]
    assert [p.confidence for p in risk.curve] == [0.9, 0.7, 0.6, 0.2]
    assert risk.aurc == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4, abs=1e-3)


def test_answers_of_one_confidence_are_one_point(row: Make) -> None:
    assert [(p.coverage, p.risk) for p in measure_risk([row(0.5, True), row(0.5, False)]).curve] == [(1.0, 0.5)]


def test_a_confidence_that_knows_has_an_auroc_of_one(row: Make) -> None:
    knows = measure_risk([row(0.9, True), row(0.8, True), row(0.3, False)])
    errs = measure_risk([row(0.1, True), row(0.8, False), row(0.3, False)])
    assert (knows.auroc_right, errs.auroc_right) == (1.0, 0.0)


def test_being_sure_of_silence_speaks_against_an_answer(row: Make) -> None:
    silent = row(0.95, True, answered=False, answerable=False)
    assert measure_risk([row(0.3, True), silent]).auroc_answerable == 1.0
    assert measure_risk([row(0.3, True), silent.model_copy(update={"confidence": 0.6})]).auroc_answerable == 0.0


def test_what_cannot_be_measured_is_none(row: Make) -> None:
    assert measure_risk([]).model_dump() == {"curve": [], "aurc": None, "auroc_right": None, "auroc_answerable": None}
    alone = measure_risk([row(0.5, True)])
    assert (alone.auroc_right, alone.auroc_answerable, alone.aurc) == (None, None, 0.0)
