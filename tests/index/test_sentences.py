"""A paragraph is cut where a new sentence can begin, and nowhere else."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import MOST_WORDS, split_sentences


def _cut(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["The lamp is lit.", "The bell is rung."],
        ["Is it lit?", "Nobody knows!", "Ask again."],
        ["“It is lit.”", "She sat down."],
        ["It was lit (by hand).", "It burned."],
        ["It was lit.", "(By hand.)", "It burned."],
        ["It cost £2.", "£3 was too much."],
        ["In 1987.", "2 boats came in."],
        ["It burned …", "Then it went out."],
        ["The oil, the rope, etc.", "Then the bell."],
        ["It was lit at 6 p.m.", "Nobody came."],
        ["So did I.", "It burned."],
        ["They never say no.", "It burned."],
    ],
)
def test_a_sentence_ends_where_a_new_one_begins(sentences: list[str]) -> None:
    assert _cut(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "Dr. Thorne and Mrs. Okafor came in at St. Mary's.",
        "It weighs 2.5 tons and costs £1.6bn.",
        "Use oil, e.g. Whale oil, on the rope.",
        "J. R. Marlow lit the lamp.",
        "“Is it lit?” asked the keeper.",
        "They cried “Land!” and “Rope!” and ran.",
        "The lamp (see p. 4. It is small) was lit.",
        "It burned ... and burned.",
        "The lamp without a full stop",
    ],
)
def test_a_mark_within_a_sentence_does_not_end_it(sentence: str) -> None:
    assert _cut(sentence) == [sentence]


def test_nothing_makes_no_sentence() -> None:
    assert split_sentences("") == split_sentences("  \n ") == []


_PROSE = st.text(alphabet="aB1 .!?…“”()£-\n'", max_size=80) | st.text(max_size=40)


@given(_PROSE)
def test_every_character_but_white_space_is_in_one_sentence(text: str) -> None:
    ranges = split_sentences(text)
    assert all(left[1] <= right[0] for left, right in pairwise(ranges))
    assert "".join("".join(text[start:end].split()) for start, end in ranges) == "".join(text.split())


@given(_PROSE)
def test_no_sentence_is_empty(text: str) -> None:
    assert all(text[start:end].strip() for start, end in split_sentences(text))


def test_a_line_break_written_out_ends_a_sentence() -> None:
    assert _cut("The lamp is lit\\n\\nthe bell is rung\\nNobody came.") == [
        "The lamp is lit\\n\\n",
        "the bell is rung\\n",
        "Nobody came.",
    ]


def test_the_number_of_a_list_item_is_no_sentence() -> None:
    assert _cut("3. The bell is rung. Nobody came.") == ["3. The bell is rung.", "Nobody came."]


def test_scripts_without_spaces_have_sentences() -> None:
    assert _cut("灯りがともる。鐘が鳴る！") == ["灯りがともる。", "鐘が鳴る！"]


@pytest.mark.parametrize("joint", [" ", ", ", " | "])
def test_what_never_ends_is_cut(joint: str) -> None:
    text = joint.join(["the lamp of the north tower"] * 200)
    pieces = _cut(text)
    assert max(len(piece.split()) for piece in pieces) <= MOST_WORDS
    assert [word for piece in pieces for word in piece.split()] == text.split()
