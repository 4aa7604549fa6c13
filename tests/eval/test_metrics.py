"""An answer is scored by what it holds: facts, place, people, offsets, silence; each on its own."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import Row, normal, score
from eval.schema import Question
from rag.answer import Answer, AnswerSentence, Citation
from tests.eval.conftest import SOURCE

Make = Callable[..., Any]


def scored(question: Question, answer: Answer) -> Row:
    return score(question, answer, lambda volume_id: SOURCE, 12.34, {"lamps": "001_lamps.txt"})


def test_a_right_answer_is_right_in_everything(question: Make, answer: Make) -> None:
    row = scored(question(), answer())
    assert row.right
    assert row.answered
    assert row.section_hit
    assert row.passage_hit
    assert not row.forbidden
    assert (row.facts, row.author_accuracy, row.offsets_valid, row.sentences_cited) == (1.0, 1.0, 1.0, 1.0)
    assert (row.missing, row.ms) == ([], 12.3)


@pytest.mark.parametrize("spelling", ["£750", "750 a week", "COSTS £750", "stove  costs"])
def test_a_fact_counts_in_any_spelling(question: Make, answer: Make, spelling: str) -> None:
    row = scored(question(facts=[["nine pounds", spelling]]), answer())
    assert row.right
    assert row.facts == 1.0


def test_every_fact_is_required(question: Make, answer: Make) -> None:
    row = scored(question(facts=[["£750"], ["for the lamp", "the lamp oil"]]), answer())
    assert not row.right
    assert row.facts == 0.5
    assert row.missing == ["for the lamp"]


@pytest.mark.parametrize(("fact", "said"), [("50", "£750"), ("0 a week", "£750"), ("2,700", "£12,700")])
def test_a_number_is_not_found_at_the_end_of_a_longer_one(question: Make, answer: Make, fact: str, said: str) -> None:
    assert scored(question(facts=[[fact]]), answer(answer=f"It costs {said} a week. [1]")).facts == 0.0


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("£75", "£750"),
        ("7", "£750"),
        ("700", "2,700"),
        ("5", "7.5"),
        ("23", "23.4"),
        ("2", "2,700"),
        ("in 20", "in 2019"),
    ],
)
def test_a_number_is_not_found_inside_a_longer_one(question: Make, answer: Make, fact: str, said: str) -> None:
    assert scored(question(facts=[[fact]]), answer(answer=f"It costs {said} a week. [1]")).facts == 0.0


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("2,700", "£2,700, says she"),
        ("23", "23, or more"),
        ("23", "It was 23."),
        ("23%", "23% of them"),
        ("five", "fifty-five"),
        ("don't", "they don’t know"),
        ("1989-90", "in 1989–90"),
        ("half", "½ or half"),
    ],
)
def test_a_fact_is_found_whatever_marks_stand_around_it(question: Make, answer: Make, fact: str, said: str) -> None:
    assert scored(question(facts=[[fact]]), answer(answer=f"{said} [1]")).facts == 1.0


def test_marks_are_no_facts(question: Make, answer: Make) -> None:
    assert scored(question(facts=[["1"]]), answer()).facts == 0.0


def test_a_name_may_stand_in_the_byline(question: Make, answer: Make) -> None:
    assert scored(question(facts=[["Ada Thorne"]]), answer(answer="The stove costs £750 a week. [1]")).right


def test_a_forbidden_phrase_makes_an_answer_wrong(question: Make, answer: Make) -> None:
    row = scored(question(forbid=["a WEEK"]), answer())
    assert row.forbidden
    assert not row.right
    assert row.facts == 1.0


def test_a_forbidden_number_inside_a_longer_one_is_none(question: Make, answer: Make) -> None:
    assert scored(question(forbid=["50"]), answer()).right


@pytest.mark.parametrize(
    "changes",
    [
        {"section": "What the fog taught us", "lines": [3, 3]},
        {"file": "002_other.txt"},
        {"section": "Keeping", "lines": [9, 9]},
    ],
)
def test_a_citation_elsewhere_is_no_hit(
    question: Make, answer: Make, citation: Make, changes: dict[str, object]
) -> None:
    row = scored(question(), answer(citations=[citation(**changes)]))
    assert row.section_hit is False
    assert not row.right


def test_a_section_is_hit_by_its_title_or_its_lines(question: Make, answer: Make, citation: Make) -> None:
    by_title = scored(question(), answer(citations=[citation(section="Keeping the Lamp.", lines=[40, 41])]))
    assert (by_title.section_hit, by_title.passage_hit) == (True, False)
    by_lines = scored(question(), answer(citations=[citation(section="Another title", lines=[1, 2])]))
    assert (by_lines.section_hit, by_lines.passage_hit) == (True, True)


def test_a_digest_stands_for_its_volume_but_for_none_of_its_lines(question: Make, answer: Make, citation: Make) -> None:
    digest = citation(edition="digest", file="lamps.md", lines=[2, 2])
    row = scored(question(), answer(citations=[digest]))
    assert (row.section_hit, row.passage_hit) == (True, False)


@pytest.mark.parametrize(("match", "hit"), [("any", True), ("all", False)])
def test_all_places_are_needed_where_the_question_says_so(question: Make, answer: Make, match: str, hit: bool) -> None:
    here = question().gold[0]
    there = here.model_copy(update={"section": "A harbour is a promise", "start_line": 30, "end_line": 31})
    assert scored(question(gold=[here, there], gold_match=match), answer()).section_hit is hit


@pytest.mark.parametrize(
    ("authors", "accuracy"), [(["Ada Thorne"], 1.0), (["ADA THORNE"], 1.0), (["Ada Thorpe"], 0.0), ([], 0.0)]
)
def test_people_are_those_of_the_place(
    question: Make, answer: Make, citation: Make, authors: list[str], accuracy: float
) -> None:
    assert scored(question(), answer(citations=[citation(authors=authors)])).author_accuracy == accuracy


def test_people_do_not_count_outside_the_place(question: Make, answer: Make, citation: Make) -> None:
    elsewhere = citation(authors=["Somebody Else"], section="Another title", lines=[3, 3])
    assert scored(question(), answer(citations=[citation(), elsewhere])).author_accuracy == 1.0


def test_offsets_are_checked_against_the_source(question: Make, answer: Make, citation: Make) -> None:
    moved: Citation = citation(start=citation().start + 1)
    assert scored(question(), answer(citations=[citation(), moved])).offsets_valid == 0.5


def test_a_sentence_without_a_citation_counts(question: Make, answer: Make) -> None:
    sentences = [AnswerSentence(text="a", citations=[1]), AnswerSentence(text="b", citations=[])]
    assert scored(question(), answer(sentences=sentences)).sentences_cited == 0.5


def test_silence_is_right_where_there_is_no_answer(question: Make, silence: Answer) -> None:
    row = scored(question(answerable=False, gold=[], facts=[]), silence)
    assert row.right
    assert (row.answered, row.words, row.section_hit, row.facts, row.missing) == (False, 0, None, None, [])


def test_silence_is_wrong_where_there_is_one(question: Make, silence: Answer) -> None:
    row = scored(question(), silence)
    assert not row.right
    assert row.facts == 0.0
    assert row.reason == "not_in_collection"


def test_an_answer_is_wrong_where_there_is_none(question: Make, answer: Make) -> None:
    assert not scored(question(answerable=False, gold=[], facts=[]), answer()).right


@given(text=st.text())
def test_normal_text_is_normal(text: str) -> None:
    assert normal(normal(text)) == normal(text)
