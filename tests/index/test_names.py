"""A byline names its authors in every form that printers use, and a sentence names nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Author
from index.names import fold, is_name, looks_like_role, parse_byline

ADA = Author("Ada Thorne")
KEEPER = Author("Ada Thorne", role="Chief Officer of the Keepers' Guild")


@pytest.mark.parametrize(
    ("printed", "authors"),
    [
        ("Ada Thorne", [ADA]),
        ("By Ada Thorne", [ADA]),
        ("Ada Thorne, Chief Officer of the Keepers' Guild", [KEEPER]),
        ("Ada Thorne: Chief Officer of the Keepers' Guild", [KEEPER]),
        ("Ada Thorne – Chief Officer of the Keepers' Guild", [KEEPER]),
        ("Ada Thorne Chief Officer of the Keepers' Guild", [KEEPER]),
        ("Ada Thorne, Chief Officer of the Keepers' Guild.", [KEEPER]),
        ("Dr Ada Thorne", [Author("Ada Thorne", "Dr")]),
        ("Professor Dame Ada Thorne", [Author("Ada Thorne", "Professor Dame")]),
        ("Cllr. Ada Thorne, leader", [Author("Ada Thorne", "Cllr.", "leader")]),
        ("Ada Thorne OBE", [ADA]),
        ("Ada Thorne, CBE, Director", [Author("Ada Thorne", role="Director")]),
        ("Ada M. Thorne", [Author("Ada M. Thorne")]),
        ("Clara van der Berg, trustee", [Author("Clara van der Berg", role="trustee")]),
        ("Siân O'Neill, nurse", [Author("Siân O'Neill", role="nurse")]),
        ("Mary-Jane MacAllister", [Author("Mary-Jane MacAllister")]),
        ("Ada Thorne and Ben Okafor", [ADA, Author("Ben Okafor")]),
        ("Ada Thorne & Ben Okafor", [ADA, Author("Ben Okafor")]),
        (
            "Ada Thorne, nurse, and Ben Okafor, teacher",
            [Author("Ada Thorne", role="nurse"), Author("Ben Okafor", role="teacher")],
        ),
        (
            "Ada Thorne, Director of Lamps and Bells and Ben Okafor, Teacher",
            [Author("Ada Thorne", role="Director of Lamps and Bells"), Author("Ben Okafor", role="Teacher")],
        ),
        ("Ada Thorne, Head of Lamps and Bells", [Author("Ada Thorne", role="Head of Lamps and Bells")]),
    ],
)
def test_a_byline_names_its_authors(printed: str, authors: list[Author]) -> None:
    assert list(parse_byline(printed)) == authors


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Keepers of the lamp",
        "The Lamp Keepers",
        "Ada Thorne lit the lamp.",
        "Ada Thorne was Director of Lamps",
        "Ada Thorne says that a leader must listen",
        "Children and Young People",
        "Saltmere Council",
        "Why we count boats",
        "ADA",
        "Winter in the tower, with notes on oil",
    ],
)
def test_a_line_that_is_no_byline_names_nobody(line: str) -> None:
    assert parse_byline(line) == ()


@pytest.mark.parametrize(
    ("text", "claim"),
    [("Ada Thorne", True), ("Dr Ada Thorne", True), ("Ada", False), ("Ada Thorne lit it", False), ("The Lamp", False)],
)
def test_a_name_is_two_words_or_more_and_nothing_else(text: str, claim: bool) -> None:
    assert is_name(text) is claim


@pytest.mark.parametrize(
    ("text", "claim"),
    [("Director of Lamps", True), ("trainee nurse", True), ("the lamp by night", False), ("", False)],
)
def test_a_role_has_a_word_of_office(text: str, claim: bool) -> None:
    assert looks_like_role(text) is claim


def test_names_are_compared_without_case_accents_and_quotes_of_any_shape() -> None:
    assert fold("Siân  O’NEILL") == fold("Sian O'Neill") == "sian oneill"


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


_FIRST = st.sampled_from(["Ada", "Benedict", "Clara", "Siân", "Mary-Jane"])
_LAST = st.sampled_from(["Thorne", "Okafor", "van der Berg", "O'Neill", "MacAllister", "Pollard-Smith"])
_HONORIFIC = st.sampled_from(["", "Dr", "Professor", "Sir", "Baroness"])
_ROLE = st.sampled_from(["", "Director of Lamps", "head keeper, Gull Point and chair", "trainee nurse"])


@given(_HONORIFIC, _FIRST, _LAST, _ROLE)
def test_whoever_is_printed_is_read(honorific: str, first: str, last: str, role: str) -> None:
    printed = ", ".join(part for part in (f"{honorific} {first} {last}".strip(), role) if part)
    assert parse_byline(printed) == (Author(f"{first} {last}", honorific, role),)


@given(st.text(alphabet=st.sampled_from("AabD r.,:&-–'’\nnd "), max_size=60) | st.text(max_size=60))
def test_every_name_read_stands_in_the_line(line: str) -> None:
    for author in parse_byline(line):
        assert author.name in line
        assert author.honorific in line
        assert author.role in line
