"""Citations that say what a sentence says, citations that are needed, and frames that name the right people."""

from collections.abc import Callable
from typing import Any

import pytest

from eval.answering import citation_precision, citation_recall, is_misframed, verbatim
from rag.answer import Answer, AnswerSentence
from tests.eval.conftest import QUOTE

Make = Callable[..., Any]
WRITERS = frozenset({"ada thorne", "benedict okafor"})


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        (QUOTE, [QUOTE]),
        ("the stove costs £750 a week", [QUOTE]),
        ("The stove costs £750 a week.", ["The *stove* costs\n£750", "a week.<sup>4</sup>"]),
        ("[The stove] costs £750 … a week.", [QUOTE]),
        ("“The stove costs £750 a week.”", [QUOTE]),
    ],
)
def test_a_sentence_stands_in_its_quotes(text: str, quotes: list[str]) -> None:
    assert verbatim(text, quotes)


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("The stove costs £705 a week.", [QUOTE]),
        ("The stove never costs £750 a week.", [QUOTE]),
        ("The stove costs £750.", ["The stove hardly costs £750."]),
        ("costs the stove £750 a week", [QUOTE]),
        ("The stove costs £750 a week.", []),
        ("The stove costs £750 a week.", [""]),
        ("a week … The stove", [QUOTE]),
        ("stove cost", ["stove costs"]),
        ("[all of it ours]", [QUOTE]),
        ("", [QUOTE]),
    ],
)
def test_a_word_put_in_left_out_moved_or_altered_shows(text: str, quotes: list[str]) -> None:
    assert not verbatim(text, quotes)


def test_recall_is_the_share_of_sentences_that_their_citations_say(answer: Make) -> None:
    said = [AnswerSentence(text=QUOTE, citations=[1]), AnswerSentence(text="Fog has edges.", citations=[1])]
    assert citation_recall(answer()) == 1.0
    assert citation_recall(answer(sentences=said)) == 0.5
    assert citation_recall(answer(sentences=[AnswerSentence(text=QUOTE, citations=[])])) == 0.0
    assert citation_recall(answer(sentences=[AnswerSentence(text=QUOTE, citations=[9])])) == 0.0


def test_a_citation_that_nobody_needs_costs_precision(answer: Make, citation: Make) -> None:
    halves = [
        citation(id=1, quote="The stove costs"),
        citation(id=2, quote="£750 a week."),
        citation(id=3, quote="Fog."),
    ]
    needed = answer(citations=halves, sentences=[AnswerSentence(text=QUOTE, citations=[1, 2])])
    idle = answer(citations=halves, sentences=[AnswerSentence(text=QUOTE, citations=[1, 2, 3])])
    assert citation_precision(needed) == 1.0
    assert citation_precision(idle) == pytest.approx(2 / 3)
    assert citation_precision(answer(sentences=[AnswerSentence(text="Untrue.", citations=[1])])) == 0.0


def test_of_two_citations_that_each_say_it_all_both_count(answer: Make, citation: Make) -> None:
    both = answer(citations=[citation(), citation(id=2)], sentences=[AnswerSentence(text=QUOTE, citations=[1, 2])])
    assert citation_precision(both) == 1.0


def test_another_check_can_be_given(answer: Make) -> None:
    said = answer(sentences=[AnswerSentence(text="Heating is dear.", citations=[1])])
    assert citation_recall(said) == 0.0
    assert citation_recall(said, lambda text, quotes: quotes == [QUOTE]) == 1.0


def test_silence_has_neither(silence: Answer) -> None:
    assert citation_recall(silence) is None
    assert citation_precision(silence) is None
    assert not is_misframed(silence, WRITERS)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "Ada Thorne, in “Keeping the lamp” (Lamps, 1890):",
        "ADA THORNE, in “What Benedict Okafor said” (For Benedict Okafor):",
    ],
)
def test_a_frame_names_the_writers_of_its_citations(answer: Make, frame: str) -> None:
    assert not is_misframed(answer(sentences=[AnswerSentence(frame=frame, text=QUOTE, citations=[1])]), WRITERS)


@pytest.mark.parametrize(
    "frame", ["Benedict Okafor, in “Keeping the lamp”:", "Ada Thorne and Benedict Okafor:", "“Keeping the lamp”:"]
)
def test_a_frame_that_names_somebody_else_or_leaves_a_writer_out_is_wrong(answer: Make, frame: str) -> None:
    assert is_misframed(answer(sentences=[AnswerSentence(frame=frame, text=QUOTE, citations=[1])]), WRITERS)


def test_a_speaker_may_stand_beside_the_writer(answer: Make, citation: Make) -> None:
    frame = "Ada Thorne, quoting Benedict Okafor, in “Keeping the lamp”:"
    quoted = [AnswerSentence(frame=frame, text=QUOTE, citations=[1])]
    assert is_misframed(answer(sentences=quoted), WRITERS)
    assert not is_misframed(answer(sentences=quoted, citations=[citation(speaker="Benedict Okafor")]), WRITERS)


def test_an_anonymous_piece_needs_no_name(answer: Make, citation: Make) -> None:
    said = [AnswerSentence(frame="“Logs”, whose writer the text does not name:", text=QUOTE, citations=[1])]
    assert not is_misframed(answer(sentences=said, citations=[citation(authors=[])]), WRITERS)
    assert is_misframed(answer(sentences=said), WRITERS)
