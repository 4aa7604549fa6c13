"""Verse is told from lists, addresses and rows of short sentences, and is read as one stanza."""

import pytest

from index.blocks import cut_blocks
from index.verse import find_verse
from tests.index.collection import read, section_of

STANZA = ("Last night I heard the harbour bell,", "It rang for nobody at all,", "The fog came in,", "And then the sea.")


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_four_short_lines_that_run_on_are_verse(between: str) -> None:
    (verse,) = find_verse(cut_blocks(between.join(STANZA)), ())
    assert verse.speaker is None


@pytest.mark.parametrize("source", ["– Clara Moss", "(From “Bells” by Clara Moss.)"])
def test_the_poet_is_whom_the_next_line_names(source: str) -> None:
    (verse,) = find_verse(cut_blocks("\n\n".join([*STANZA, source])), ())
    assert verse.speaker == "Clara Moss"


@pytest.mark.parametrize(
    "text",
    [
        "\n\n".join(STANZA[:2] + STANZA[3:]),
        "- The oil of the lamp,\n- The rope of the bell,\n- The log of the tower,\n- And the sea.",
        "The oil of the lamp;\n\nThe rope of the bell;\n\nThe log of the tower;\n\nAnd then the sea;",
        "“It is dark.”\n\n“It is very cold.”\n\n“Who has the oil?”\n\n“Nobody has it.”",
        "The Old Tower,\nChapel Lane,\nGull Point,\nDevon.",
        "1 The lamp\t4\n2 The bell of the tower\t9\n3 The fog of the sea\t12\n4 The end of it\t20",
        "Looking after the bell\n\nOil for the lamp\n\nRope for the bell\n\nWhat the fog taught us",
        "The lamp was lit at dusk and\nnobody in the harbour saw it\nuntil the fog had come in from\nthe sea.",
    ],
)
def test_other_short_lines_are_no_verse(text: str) -> None:
    assert find_verse(cut_blocks(text), ()) == ()


def test_a_line_with_a_use_of_its_own_is_no_line_of_verse() -> None:
    assert find_verse(cut_blocks("\n\n".join(STANZA)), {1}) == ()


def test_a_stanza_in_a_piece_is_its_poets_and_word_for_word() -> None:
    body = "\n\n".join(["The lamp is lit at dusk.", *STANZA, "– Clara Moss", "The bell is rung by day in any fog."])
    volume = read(f"# Papers\n\n## The lamp\n\n{body}\n\n## The bell\n\nIt is rung by day.\n")
    section = section_of(volume, "The lamp")
    (verse,) = (sentence for sentence in section.sentences if sentence.voice == "verse")
    assert (verse.text, verse.speaker) == (" ".join(STANZA), "Clara Moss")
    (span,) = verse.spans
    assert volume.source[span.start : span.end] == "\n\n".join(STANZA)
    assert [sentence.text for sentence in section.sentences if sentence.voice == "own"] == [
        "The lamp is lit at dusk.",
        "The bell is rung by day in any fog.",
    ]
