"""Words as the engines see them: stems and figures, without the words that say nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.tokens import STOP_WORDS, stem, tokens, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Keeper’s lamp", ["the", "keeper", "lamp"]),
        ("Don’t", ["dont"]),
        ("£1,200 and 4.97% of 605m", ["£1,200", "and", "4.97%", "of", "605m"]),
        ("self-made café", ["self", "made", "café"]),
        ("…!", []),
    ],
)
def test_words_are_letters_or_figures_in_small_letters(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize("forms", [("lamp", "lamps"), ("social", "socially"), ("1,200", "1200"), ("£1,200", "£1200")])
def test_forms_of_one_word_have_one_stem(forms: tuple[str, str]) -> None:
    assert stem(forms[0]) == stem(forms[1])


def test_words_that_say_nothing_are_left_out() -> None:
    assert tokens("What did she say about the lamps?") == ["say", "lamp"]


@given(st.text())
def test_stop_words_alone_say_nothing(text: str) -> None:
    assert not set(words(" ".join(w for w in words(text) if w in STOP_WORDS))) - STOP_WORDS
    assert tokens(" ".join(sorted(STOP_WORDS))) == []
