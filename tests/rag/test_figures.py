"""A figure question is answered by a sentence with a figure of its kind."""

import pytest

from rag.figures import figures_asked, gives_figure, years_asked


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
        ("how many keepers are there", "There are 1,200 keepers.", True),
        ("how many keepers are there", "The keepers came in 1987.", False),
        ("how many keepers are there", "The 3rd keeper wrote to @tower4 under #bell7.", False),
        ("how many keepers are there", "Half of them left in 2015.", True),
        ("how much did the guild spend on oil", "Oil cost two hundred pounds.", True),
        ("how much did the guild spend on oil", "The guild spent more than ever.", False),
        ("what percentage of towers has a stove", "Few towers have a stove.", False),
        ("what percentage of towers has a stove", "Nine towers in forty, or 23 per cent, have one.", True),
        ("in which year was the loom moved", "It was moved last winter.", True),
        ("in which year was the loom moved", "It was moved to the window.", False),
        ("how often is the bell rung", "It is rung twice.", True),
        ("what % of towers has a stove", "Few towers have a stove.", False),
    ],
)
def test_a_sentence_gives_the_kind_of_figure_asked_for(question: str, sentence: str, gives: bool) -> None:
    assert gives_figure(question, sentence) is gives


@pytest.mark.parametrize(
    ("question", "clauses"),
    [
        (
            "how much oil did the guild buy, and how long did it last?",
            ["how much oil did the guild buy", "how long did it last"],
        ),
        ("why did the bell fall and when was it hung again?", ["when was it hung again"]),
        ("in the tale of the loom, how many threads were cut and who cut them?", ["how many threads were cut"]),
        ("for every keeper who is paid, how many others are not?", []),
        ("how many keepers are there?", []),
        ("why did the bell fall, and who hung it again?", []),
    ],
)
def test_a_question_that_asks_several_things_tells_which_are_figures(question: str, clauses: list[str]) -> None:
    assert figures_asked(question) == clauses


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("how many keepers were there in 1987 and in 2003?", {"1987", "2003"}),
        ("what did oil cost in 2013/14?", {"2013"}),
        ("who spent £2,000 or 2000.50 on oil, and 20155 on bells?", set()),
    ],
)
def test_the_years_of_a_question_are_no_other_numbers(question: str, years: set[str]) -> None:
    assert years_asked(question) == years
