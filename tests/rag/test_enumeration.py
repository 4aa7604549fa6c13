"""What a text tells one after the other is found whole, and what does not fit is left out by its importance."""

import pytest

from index.model import Voice
from index.records import SentenceRecord
from rag.enumeration import Enumeration, lists, number_asked, series


def section(*paragraphs: str, items: str = "", voice: Voice = Voice.OWN) -> list[SentenceRecord]:
    """Sentences of paragraphs, each ended by a bar; the paragraphs whose numbers are in `items` are a list's."""
    found: list[SentenceRecord] = []
    for number, paragraph in enumerate(paragraphs):
        for text in paragraph.split(" | "):
            is_item = str(number) in items
            found.append(SentenceRecord(len(found), text, (), voice, None, number, is_item, len(found)))
    return found


LIST = section(
    "The mill has stood since the flood.", "A miller needs:", "a stone", "a sieve | of horse hair", items="23"
)
SERIES = section(
    "Mills fail for three reasons. | First, the water is low. | Nobody looks upstream.",
    "Second, the stone is worn. | It is dressed once a year.",
    "Third is the miller. | A tired one burns the meal.",
    "All this was known to our grandmothers.",
)


def test_a_printed_list_is_found_with_its_lead_in() -> None:
    assert list(lists(LIST)) == [Enumeration(1, ((2,), (3, 4)))]


def test_a_list_at_the_beginning_has_no_lead_in() -> None:
    assert list(lists(section("a stone", "a sieve", items="01"))) == [Enumeration(None, ((0,), (1,)))]


def test_a_heading_is_no_lead_in() -> None:
    heading = section("What a miller needs", voice=Voice.HEADING)
    items = [item for item in LIST if item.is_list_item]
    sentences = [*heading, *(SentenceRecord(n, s.text, (), s.voice, None, n, True, n) for n, s in enumerate(items, 1))]
    assert next(lists(sentences)).lead is None


def test_what_is_counted_up_in_running_text_is_found_over_paragraphs() -> None:
    assert list(series(SERIES)) == [Enumeration(0, ((1, 2), (3, 4), (5, 6)))]


@pytest.mark.parametrize(
    "second", ["Secondly the stone is worn.", "The second reason is the stone.", "Second: the stone."]
)
def test_a_series_is_counted_in_several_ways(second: str) -> None:
    assert len(next(series(section("Firstly, the water is low.", second))).items) == 2


@pytest.mark.parametrize(
    "paragraphs",
    [
        ("First steps are hard.", "Second helpings are not."),
        ("First, the water is low.", "Third, the stone is worn."),
        ("Second, the stone is worn.", "First, the water is low."),
        ("First, the water is low.", "Finally, go home."),
    ],
)
def test_what_only_looks_like_a_series_is_none(paragraphs: tuple[str, ...]) -> None:
    assert not list(series(section(*paragraphs)))


def test_a_series_may_end_with_a_last_thing() -> None:
    sentences = section("First, the water.", "Second, the stone.", "Finally, the miller.")
    assert len(next(series(sentences)).items) == 3


def test_the_beginning_of_every_item_goes_before_what_is_said_further() -> None:
    (found,) = series(SERIES)
    names = [0, 1, 3, 5]
    words = sum(len(SERIES[place].text.split()) for place in names)
    assert found.fitting(SERIES, words) == names
    assert found.fitting(SERIES, words + 3) == sorted([*names, 2])
    assert found.fitting(SERIES, 1000) == found.ordinals


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("which three wishes does the miller have?", 3),
        ("what 4 things make good flour", 4),
        ("name the two main reasons for the flood", 2),
        ("what are the wishes of the miller?", None),
        ("what did the miller say in 1802?", None),
        ("the two of them", None),
    ],
)
def test_the_number_of_things_asked_for(question: str, number: int | None) -> None:
    assert number_asked(question) == number
