"""A contents page tells titles, writers and pages, however it is printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.blocks import cut_blocks
from index.contents import Contents, find_contents, strip_number, title_similarity


def _contents(source: str) -> Contents:
    contents = find_contents(cut_blocks(source))
    assert contents is not None
    return contents


@pytest.mark.parametrize("leader", [" | page ", "\t", " ...... ", "     "])
def test_titles_and_pages_are_read_whatever_leads_from_one_to_the_other(leader: str) -> None:
    source = f"CONTENTS\n\nForeword{leader}iv\nKeeping the lamp{leader}5\nWhat the fog taught us{leader}12\n"
    assert [(e.title, e.page) for e in _contents(source).entries] == [
        ("Foreword", "iv"),
        ("Keeping the lamp", "5"),
        ("What the fog taught us", "12"),
    ]


def test_the_writer_stands_behind_a_dash_or_on_the_next_line() -> None:
    entries = _contents(
        "Contents\n\nThe lamp – Ada Thorne | page 3\n\nThe bell | page 5\nBenedict Okafor\n\nThe pier | page 9\n"
    ).entries
    assert [[author.name for author in entry.authors] for entry in entries] == [["Ada Thorne"], ["Benedict Okafor"], []]


def test_a_title_with_a_dash_keeps_it_where_no_name_follows() -> None:
    entries = _contents("Contents\n\nThe lamp – by night | page 3\nThe bell | page 5\nThe pier | page 9\n").entries
    assert entries[0].title == "The lamp – by night"


def test_an_anonymous_piece_has_a_writer_without_a_name() -> None:
    entry, other, _ = _contents(
        "Contents\n\nThe lamp - Anonymous keeper | page 3\nThe bell | page 5\nThe pier | page 9\n"
    ).entries
    assert (entry.anonymous, entry.has_writer, entry.authors) == (True, True, ())
    assert not other.has_writer


def test_the_page_ends_where_the_first_piece_begins() -> None:
    source = "Contents\n\nThe lamp | page 3\nThe bell | page 5\nThe pier | page 9\n\nThe lamp\n\nIt is lit at dusk.\n"
    contents = _contents(source)
    assert [block.text for block in cut_blocks(source)[contents.last + 1 :]] == ["The lamp", "It is lit at dusk."]


def test_two_entries_are_no_contents_page() -> None:
    assert find_contents(cut_blocks("Contents\n\nThe lamp | page 3\nThe bell | page 5\n")) is None


def test_lines_that_end_in_figures_are_no_contents_page_without_the_word() -> None:
    assert find_contents(cut_blocks("Tides\n\nMonday | page 3\nTuesday | page 5\nFriday | page 9\n")) is None


@pytest.mark.parametrize("printed", ["2. The lamp", "IV. The lamp", "Chapter 3: The lamp", "The lamp"])
def test_the_number_of_a_chapter_is_not_its_title(printed: str) -> None:
    assert strip_number(printed) == "The lamp"


@pytest.mark.parametrize("title", ["1987: a year of storms", "In two minds", "100 lamps"])
def test_a_figure_that_numbers_no_chapter_belongs_to_the_title(title: str) -> None:
    assert strip_number(title) == title


@pytest.mark.parametrize(
    ("entry", "heading", "least", "most"),
    [
        ("Keeping the lamp", "KEEPING THE LAMP", 1.0, 1.0),
        ("3. Keeping the lamp", "Keeping the Lamp!", 1.0, 1.0),
        ("Keeping the lamp", "Keeping the lamp in winter", 0.9, 0.9),
        ("The lamp and the bell", "Lamp, bell", 0.9, 0.9),
        ("Keeping the lamp", "Keeping the lamps", 0.8, 0.89),
        ("Keeping the lamp", "What the fog taught us", 0.0, 0.5),
        ("Lamps", "Lamps were lit every night of that long winter and nobody came", 0.0, 0.5),
    ],
)
def test_a_heading_is_as_near_to_an_entry_as_its_words(entry: str, heading: str, least: float, most: float) -> None:
    assert least <= title_similarity(entry, heading) <= most


@given(st.text(max_size=30), st.text(max_size=30))
def test_similarity_is_a_share(left: str, right: str) -> None:
    assert 0 <= title_similarity(left, right) <= 1


@given(st.text(max_size=30))
def test_stripping_a_number_leaves_an_end_of_the_title(title: str) -> None:
    assert title.strip().endswith(strip_number(title))
