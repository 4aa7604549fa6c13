"""Readable identifiers: always usable in an address, never given twice."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.slugs import slug, unique


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The Keepers’ Lamp", "the-keepers-lamp"),
        ("Siân O'Neill", "sian-oneill"),
        ("£605m — and more!", "605m-and-more"),
        ("…", "untitled"),
    ],
)
def test_a_slug_is_the_words_in_small_letters(text: str, name: str) -> None:
    assert slug(text) == name


@given(st.text(), st.integers(8, 80))
def test_a_slug_is_short_and_of_letters_figures_and_hyphens(text: str, longest: int) -> None:
    name = slug(text, longest)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert len(name) <= longest or name == "untitled"


def test_a_long_title_is_cut_at_a_word() -> None:
    assert slug("keeping the lamp in winter", 16) == "keeping-the-lamp"


@given(st.lists(st.sampled_from(["lamp", "lamp-2", "bell"]), max_size=12))
def test_no_name_is_given_twice(candidates: list[str]) -> None:
    taken: set[str] = set()
    names = [unique(candidate, taken) for candidate in candidates]
    assert len(set(names)) == len(names)
