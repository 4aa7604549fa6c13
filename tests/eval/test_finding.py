"""Places that a finder brings are scored against the golds: by line, by section, by people, by rank."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from eval.finding import (
    MEASURES,
    FindingReport,
    FindingRow,
    Place,
    as_answer,
    byline_finder,
    eval_finding,
    figures,
    judge,
)
from eval.schema import Gold, Question
from rag.engine import Engine
from tests.eval.conftest import QUOTE, SOURCE

Make = Callable[..., Question]
START = SOURCE.index(QUOTE)
HIT = Place("001_lamps.txt", "full text", START, START + len(QUOTE), (2, 2), QUOTE, "KEEPING THE LAMP", ("Ada Thorne",))
NEAR = replace(HIT, start=0, end=19, lines=(1, 1), text="Ada keeps the lamp.")
"""In the gold section, beside the gold lines."""
MISS = replace(HIT, lines=(9, 9), section="The bell", people=("Benedict Okafor",), text="Fog has no edges.")
SECOND = Gold(doc="001", section="The bell", authors=["Benedict Okafor"], start_line=9, end_line=9)


def _gain(rank: int) -> float:
    return 1 / math.log2(rank + 1)


@pytest.fixture
def both(question: Make) -> Question:
    """A question that needs line 2 and line 9."""
    return question(gold=[*question().gold, SECOND], gold_match="all")


@pytest.mark.parametrize(
    ("rank", "at_1", "at_5", "at_8", "ndcg"),
    [(1, 1, 1, 1, 1), (2, 0, 1, 1, _gain(2)), (5, 0, 1, 1, _gain(5)), (6, 0, 0, 1, _gain(6)), (9, 0, 0, 0, _gain(9))],
)
def test_a_passage_counts_from_its_rank_on(
    question: Make, rank: int, at_1: float, at_5: float, at_8: float, ndcg: float
) -> None:
    row = judge(question(), [*[MISS] * (rank - 1), HIT, MISS])
    assert (row.passage_1, row.passage_5, row.passage_8) == (at_1, at_5, at_8)
    assert row.ndcg_10 == pytest.approx(ndcg)


@pytest.mark.parametrize("places", [[], [MISS] * 3, [MISS] * 10 + [HIT]])
def test_what_is_not_among_the_best_ten_is_not_found(question: Make, places: Sequence[Place]) -> None:
    row = judge(question(), places)
    assert (row.passage_8, row.ndcg_10, row.section_5) == (0, 0, 0)


def test_a_place_in_the_section_beside_the_lines_is_a_section_and_no_passage(question: Make) -> None:
    row = judge(question(), [NEAR])
    assert (row.section_1, row.passage_8, row.people) == (1, 0, 1)


def test_a_digest_has_no_lines_of_the_text(question: Make) -> None:
    row = judge(question(), [replace(HIT, edition="digest")])
    assert (row.section_1, row.passage_1) == (1, 0)


def test_a_place_in_another_volume_is_no_place(question: Make) -> None:
    row = judge(question(), [replace(HIT, file="002_bells.txt")])
    assert (row.section_5, row.passage_8) == (0, 0)


def test_of_alternatives_one_is_enough(question: Make) -> None:
    row = judge(question(gold=[*question().gold, SECOND]), [HIT, NEAR, MISS])
    assert (row.passage_1, row.ndcg_10, row.golds_8) == (1, 1, None)


def test_where_all_are_needed_each_counts(both: Question) -> None:
    whole = 1 + _gain(2)
    assert judge(both, [HIT, MISS]).golds_8 == judge(both, [HIT, MISS]).ndcg_10 == 1
    half = judge(both, [HIT, HIT, NEAR])
    assert (half.golds_8, half.passage_1) == (0.5, 1)
    assert half.ndcg_10 == pytest.approx(1 / whole)
    late = judge(both, [HIT, NEAR, NEAR, MISS])
    assert late.ndcg_10 == pytest.approx((1 + _gain(4)) / whole)


def test_a_place_that_holds_two_golds_gains_two_at_its_rank(both: Question) -> None:
    wide = replace(HIT, lines=(1, 12))
    assert judge(both, [wide]).ndcg_10 == judge(both, [wide]).golds_8 == 1
    assert judge(both, [NEAR, wide]).ndcg_10 == pytest.approx(_gain(2))


def test_people_are_judged_at_the_top_and_in_the_gold_section_only(question: Make) -> None:
    assert judge(question(), [replace(HIT, people=("Benedict Okafor",)), HIT]).people == 0
    assert judge(question(), [MISS, HIT]).people is None


def test_a_finder_that_knows_no_sections_is_not_scored_on_them(question: Make) -> None:
    row = judge(question(), [replace(HIT, section=None, people=None)])
    assert (row.passage_1, row.section_1, row.section_5, row.people) == (1, None, None, None)


def test_words_are_those_of_the_best_five(question: Make) -> None:
    assert judge(question(), [HIT] * 9).words_5 == 5 * len(QUOTE.split())


def test_figures_leave_out_what_applies_to_no_row(question: Make, both: Question) -> None:
    plain, needy = judge(question(), [MISS, HIT], 3), judge(both, [HIT], 5)
    assert "golds_8" not in figures([plain])
    found = figures([plain, needy])
    assert set(found) <= set(MEASURES)
    assert (found["passage_1"], found["golds_8"]) == (0.5, 0.5)
    assert found["ms_p50"] == 5.0
    assert figures([]) == {}


def test_questions_without_an_answer_are_left_out(question: Make) -> None:
    asked: list[str] = []
    steps: list[int] = []

    def find(question: Question) -> list[Place]:
        asked.append(question.id)
        return [HIT]

    nothing = question(id="t-2", kind="unanswerable", answerable=False, gold=[])
    report = eval_finding("by hand", find, [question(), nothing], lambda: steps.append(1))
    assert (asked, len(steps), report.questions) == (["t-1"], 2, 1)
    assert set(report.by_kind) == {"fact"}
    assert report.overall["passage_1"] == report.by_kind["fact"]["passage_1"] == 1
    assert FindingReport.model_validate_json(report.model_dump_json()) == report


def test_a_place_as_an_answer_says_its_words_and_where_they_stand(question: Make) -> None:
    answer = as_answer(question(), HIT)
    assert (answer.status, answer.answer) == ("answered", QUOTE)
    assert [citation.quote for citation in answer.citations] == [QUOTE]
    assert as_answer(question(), None).status == "abstained"


HARKER = {
    "id": "h-1",
    "question": "what did Harker say about schools?",
    "kind": "author_topic",
    "answerable": True,
    "gold": [
        {
            "doc": "001",
            "section": "Demand management as the driver for reforming child protection responses",
            "authors": ["Lisa Harker"],
            "start_line": 238,
            "end_line": 242,
        }
    ],
}


def _row(engine: Engine, **changes: Any) -> FindingRow:
    question = Question.model_validate(HARKER | changes)
    (row,) = eval_finding("Byline", byline_finder(engine), [question]).rows
    return row


def test_byline_finds_in_a_digest_the_section_and_its_people(digest_engine: Engine) -> None:
    row = _row(digest_engine)
    assert (row.section_1, row.people, row.passage_8) == (1, 1, 0)


def test_byline_finds_the_passage_in_a_full_text(engine: Engine) -> None:
    row = _row(engine)
    assert (row.passage_1, row.section_1, row.people) == (1, 1, 1)


def test_a_follow_up_is_understood(digest_engine: Engine) -> None:
    history = [{"role": "user", "content": "what did Lisa Harker say?"}, {"role": "assistant", "content": "A lot."}]
    assert _row(digest_engine, question="and about schools?", history=history).section_1 == 1


def test_the_places_of_byline_stand_where_they_say(digest_engine: Engine) -> None:
    places = byline_finder(digest_engine)(Question.model_validate(HARKER))
    sources = [digest_engine.snapshot.source(volume.id) for volume in digest_engine.snapshot.volumes()]
    assert 1 < len(places) <= 10
    for place in places:
        (source,) = (source for source in sources if place.text[:40] in source[place.start : place.end])
        first, last = place.lines
        assert source[: place.start].count("\n") + 1 == first
        assert source[: place.end].count("\n") + 1 == last
