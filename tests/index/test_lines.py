"""Lines that no blank line parts are one block where a column's edge cut them, and several where their writer did."""

import pytest

from index.blocks import cut_blocks

_SENTENCE = "The lamp is lit at dusk, put out at dawn, and looked at by everybody who sails past in between."


def _texts(source: str) -> list[str]:
    return [block.text for block in cut_blocks(source)]


def test_lines_longer_than_anybody_wraps_are_paragraphs() -> None:
    lines = [" ".join([_SENTENCE] * 3), "The bell is rung.", " ".join([_SENTENCE] * 4)]
    assert _texts("\n".join(lines)) == lines


def test_in_a_long_stretch_lines_that_had_room_for_more_are_paragraphs() -> None:
    lines = [f"Night {night}. {_SENTENCE[: 40 + 9 * (night % 6)].rsplit(' ', 1)[0]}." for night in range(20)]
    assert _texts("\n".join(lines)) == lines


def test_wrapped_lines_are_one_paragraph_up_to_one_that_ends_short() -> None:
    wrapped = (
        "The lamp is lit at dusk and put out at dawn, and between the two somebody\n"
        "must be awake to trim the wick and wind the clockwork that turns the lens.\n"
        "It is not hard work but it is long, and most of those who try it give up\n"
        "before the first winter is over.\n"
        "The oil is kept in the cellar in twelve iron tanks, each of which holds as\n"
        "much as the lamp burns in a month. They were made in the town by a founder\n"
        "who was paid in fish, and they have never leaked, which nobody can explain\n"
        "to the inspector, who comes every year to look at them and goes away again\n"
        "shaking his head at what he has seen there and saying that it cannot last.\n"
        "It has lasted for a hundred years so far and will last for another hundred\n"
        "if nobody moves it.\n"
    )
    assert [text.split()[1] for text in _texts(wrapped)] == ["lamp", "oil"]


def test_every_turn_of_a_conversation_is_a_block() -> None:
    turns = ["Keeper: Who is there?", "Tom Marlow: Me.", "Keeper: Come up, then."]
    assert _texts("\n".join(turns)) == turns


def test_two_labels_make_no_conversation() -> None:
    assert len(_texts("Tide: high at noon\nWind: none\nand no boat came")) == 1


def test_every_row_of_a_table_is_a_block() -> None:
    assert _texts("Oil by month:\nmay | 12 | 14\njune | 11 | 9\nThe rest is lost.") == [
        "Oil by month:",
        "may | 12 | 14",
        "june | 11 | 9",
        "The rest is lost.",
    ]


@pytest.mark.parametrize(
    ("raw", "text", "level"),
    [
        ("== Lamps", "Lamps", 2),
        (" = = Old lamps = = ", "Old lamps", 2),
        ("= Lamps =", "Lamps", 1),
        ("Lamps\n=====", "Lamps", 1),
        ("= lumen", "= lumen", 0),
        ("a = b", "a = b", 0),
    ],
)
def test_headings_of_other_markups_are_headings(raw: str, text: str, level: int) -> None:
    (block,) = cut_blocks(raw)
    assert (block.text, block.heading_level) == (text, level)


def test_a_line_of_capitals_stands_over_its_text() -> None:
    assert _texts("ADA\nThe lamp is out.") == ["ADA", "The lamp is out."]
