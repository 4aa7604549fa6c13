"""A figure question is answered by a sentence with a figure of its kind."""

import pytest

from rag.figures import gives_figure


@pytest.mark.parametrize(
    ("question", "sentence", "gives"),
    [
        ("how much does a lamp cost per week", "A lamp costs £12 a week.", True),
        ("how much does a lamp cost per week", "There are 12 lamps for children aged 5-18.", False),
        ("how much was saved", "The stove cut the cost by 4 per cent.", True),
        ("what share of keepers is paid", "Half of them are.", True),
        ("when did the bell fall", "The bell fell in 1912.", True),
        ("when did the bell fall", "The bell fell because nobody held it.", False),
        ("how many keepers are there", "There are twelve keepers.", True),
        ("how many keepers are there", "There are keepers enough.", False),
    ],
)
def test_a_sentence_gives_the_kind_of_figure_asked_for(question: str, sentence: str, gives: bool) -> None:
    assert gives_figure(question, sentence) is gives
