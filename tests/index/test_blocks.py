"""A source falls into blocks that stand by themselves, each known by its span, its lines and what it looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.blocks import Block, cut_blocks
from index.texts import SourceText


def _only(source: str) -> Block:
    (block,) = cut_blocks(source)
    return block


def _texts(source: str) -> list[str]:
    return [block.text for block in cut_blocks(source)]


def test_blank_lines_part_blocks() -> None:
    assert _texts("The lamp\nis lit.\n\nThe bell rings.\n") == ["The lamp is lit.", "The bell rings."]


def test_a_heading_stands_alone_even_without_blank_lines() -> None:
    assert _texts("# Lamps\nThe lamp is lit.\n## Bells\nThe bell rings.") == [
        "Lamps",
        "The lamp is lit.",
        "Bells",
        "The bell rings.",
    ]


@pytest.mark.parametrize("marker", ["-", "•", "*", "–", "1.", "2)", "a)"])
def test_every_list_item_is_a_block_of_its_own(marker: str) -> None:
    blocks = cut_blocks(f"Bring:\n{marker} a lamp that\nburns\n{marker} a bell")
    assert len(blocks) == 3
    assert [block.is_bullet for block in blocks] == [False, True, True]


def test_a_bold_line_is_no_list_item() -> None:
    block = _only("**Ada Thorne**")
    assert (block.is_bold, block.is_bullet) == (True, False)


def test_the_gap_counts_the_blank_lines_before_a_block() -> None:
    assert [block.gap for block in cut_blocks("One.\n\nTwo.\n\n\n\nThree.\nstill\n\nFour.")] == [0, 1, 3, 1]


def test_a_lone_rule_is_no_block_and_its_lines_count_as_gap() -> None:
    blocks = cut_blocks("One.\n\n***\n\nTwo.")
    assert [block.text for block in blocks] == ["One.", "Two."]
    assert blocks[1].gap == 2


def test_lines_are_numbered_from_one() -> None:
    assert [block.lines for block in cut_blocks("\nOne\none.\n\nTwo.")] == [(2, 3), (5, 5)]


def test_a_comment_is_kept_though_it_reads_as_nothing() -> None:
    block = _only("<!-- lines 3-9 -->")
    assert (block.is_comment, block.text) == (True, "")


@pytest.mark.parametrize(
    ("raw", "level"), [("# Lamps", 1), ("### Lamps", 3), ("#lamps", 0), ("Lamps #1", 0), ("####### Lamps", 0)]
)
def test_a_heading_has_the_level_of_its_marks(raw: str, level: int) -> None:
    assert _only(raw).heading_level == level


@pytest.mark.parametrize(
    ("raw", "caps"), [("THE LAMP IS LIT", True), ("THE LAMP, 1987", True), ("The LAMP", False), ("UK", False)]
)
def test_capitals_are_three_letters_or_more_and_none_small(raw: str, caps: bool) -> None:
    assert _only(raw).is_caps is caps


@pytest.mark.parametrize(
    ("raw", "italic", "bold"),
    [("*The lamp*", True, False), ("**The lamp**", False, True), ("*The* lamp *burns*", False, False)],
)
def test_a_block_is_set_apart_only_where_all_of_it_is(raw: str, italic: bool, bold: bool) -> None:
    block = _only(raw)
    assert (block.is_italic, block.is_bold) == (italic, bold)


def test_windows_line_ends_make_the_same_blocks() -> None:
    source = "# Lamps\n\nThe lamp\nis lit.\n\n- a bell\n"
    windows = cut_blocks(source.replace("\n", "\r\n"))
    assert [(b.text, b.lines, b.gap) for b in windows] == [(b.text, b.lines, b.gap) for b in cut_blocks(source)]


def test_a_byte_order_mark_hides_no_heading() -> None:
    assert _only("\ufeff# Lamps").heading_level == 1


_LINES = st.lists(
    st.sampled_from(["", "", "  ", "# Lamps", "- a bell", "THE LAMP", "***", "<!-- x -->", "The lamp is lit."])
    | st.text(max_size=12),
    max_size=15,
)


@given(_LINES)
def test_blocks_are_ordered_stretches_of_the_source_with_their_lines(lines: list[str]) -> None:
    source = "\n".join(lines)
    text = SourceText("essays.txt", "full text", source, "0" * 64)
    end = 0
    for block in cut_blocks(source):
        assert block.raw == source[block.span.start : block.span.end]
        assert block.span.start >= end
        assert block.lines == text.lines_of(block.span)
        end = block.span.end


@given(_LINES)
def test_every_letter_of_the_source_is_in_a_block_or_in_markup(lines: list[str]) -> None:
    source = "\n".join(lines)
    outside = list(source)
    for block in cut_blocks(source):
        outside[block.span.start : block.span.end] = [""] * (block.span.end - block.span.start)
    assert not any(char.isalnum() for char in "".join(outside) if not char.isnumeric())
