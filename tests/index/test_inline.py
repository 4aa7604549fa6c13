"""Reading text has no markup and no footnote marks, and every character of it is known by its place in the source."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.inline import Reading, read_inline
from index.model import Span


def _read(source: str) -> Reading:
    return read_inline(source, Span(0, len(source)))


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("It cost £605m⁷ in all.", "It cost £605m in all."),
        ("the towers¹² stand", "the towers stand"),
        ("nine in ten³.", "nine in ten."),
        ("the keepers<sup>1</sup> rose", "the keepers rose"),
        ("the guild<sup>[3]</sup>, too", "the guild, too"),
        ("in 1987<sup>12</sup>.", "in 1987."),
        ("the stoves^{2,3} burn", "the stoves burn"),
        ("some 40%^{5–7} of them", "some 40% of them"),
    ],
)
def test_a_footnote_mark_comes_off_a_word_or_a_figure(printed: str, read: str) -> None:
    assert _read(printed).text == read


@pytest.mark.parametrize("text", ["a loft of 30 m² and", "a loft of 30m² and", "2 km² of marsh", "5 cm³ of oil"])
def test_a_unit_keeps_its_power(text: str) -> None:
    assert _read(text).text == text


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("the **old** lamp", "the old lamp"),
        ("the *old* lamp", "the old lamp"),
        ("the ***old*** lamp", "the old lamp"),
        ("the _old_ lamp", "the old lamp"),
        ("“_Old_,” she said", "“Old,” she said"),
        ("the <b>old</b> <em>lamp</em>", "the old lamp"),
        (r"2 \* 3 and \[sic\]", "2 * 3 and [sic]"),
        ("the old<!-- scan 12 --> lamp", "the old lamp"),
    ],
)
def test_emphasis_comments_and_escapes_are_not_read(printed: str, read: str) -> None:
    assert _read(printed).text == read


def test_a_name_with_underscores_keeps_them() -> None:
    assert _read("open tide_table_may now").text == "open tide_table_may now"


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("see [the tide table](https://example.org/tides) today", "see the tide table today"),
        ("see [the table](https://example.org/tides_(spring)) today", "see the table today"),
        ("the keeper [of that year] left", "the keeper [of that year] left"),
    ],
)
def test_a_link_is_read_as_its_words(printed: str, read: str) -> None:
    assert _read(printed).text == read


@pytest.mark.parametrize("marker", ["# ", "### ", "> ", "- ", "• ", "* ", "  - "])
def test_the_marker_at_the_head_of_a_block_is_not_read(marker: str) -> None:
    assert _read(f"{marker}The lamp is lit.").text == "The lamp is lit."


def test_a_block_quote_of_several_lines_is_read_without_its_marks() -> None:
    assert _read("> The lamp is lit\n> at dusk.").text == "The lamp is lit at dusk."


def test_white_space_and_line_breaks_are_folded_to_one_space() -> None:
    assert _read("  The lamp\n is<br/>lit \t at dusk. ").text == "The lamp is lit at dusk."


def test_the_span_of_a_word_leads_back_to_it() -> None:
    source = "## The **lamp**<sup>4</sup> is\nlit"
    reading = _read(source)
    start = reading.text.index("lamp is lit")
    span = reading.span(start, start + len("lamp is lit"))
    assert source[span.start : span.end] == "lamp**<sup>4</sup> is\nlit"


_MARKUP = st.sampled_from(
    [
        "**",
        "*",
        "_",
        "<sup>1</sup>",
        "<sup>",
        "^{2,3}",
        "⁷",
        "m²",
        "[",
        "](",
        ")",
        "\\",
        "<br>",
        "<!--",
        "-->",
        "# ",
        "> ",
    ]
)
_SOURCES = st.lists(_MARKUP | st.text(max_size=6), max_size=20).map("".join)


@given(_SOURCES)
@example("a <br> b")
@example("\u2003a\u00a0b\x85")
def test_offsets_increase_and_each_leads_to_its_character(source: str) -> None:
    reading = _read(source)
    assert all(left < right for left, right in zip(reading.offsets, reading.offsets[1:], strict=False))
    for char, offset in zip(reading.text, reading.offsets, strict=True):
        folded = char == " " and (source[offset].isspace() or source.startswith("<br", offset))
        assert source[offset] == char or folded


@given(_SOURCES)
def test_no_white_space_is_left_at_either_end_or_doubled(source: str) -> None:
    text = _read(source).text
    assert text == text.strip()
    assert "  " not in text


@given(st.text(), st.text(), st.text())
def test_only_the_span_is_read(before: str, within: str, after: str) -> None:
    span = Span(len(before), len(before) + len(within))
    reading = read_inline(before + within + after, span)
    assert all(span.start <= offset < span.end for offset in reading.offsets)


@given(_SOURCES, st.data())
def test_a_slice_keeps_its_offsets(source: str, data: st.DataObject) -> None:
    reading = _read(source)
    start = data.draw(st.integers(0, len(reading.text)))
    end = data.draw(st.integers(start, len(reading.text)))
    part = reading.slice(start, end)
    assert (part.text, part.offsets) == (reading.text[start:end], reading.offsets[start:end])


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("the light-\nhouse stands", "the lighthouse stands"),
        ("the light-\r\n  house stands", "the lighthouse stands"),
        ("a well-\nknown rock", "a well-known rock"),
        ("the cost-of-\nliving", "the cost-of-living"),
        ("the light\u00adhouse and its light\u00ad\nhouse", "the lighthouse and its lighthouse"),
        ("Thorne-\nMarlow", "Thorne- Marlow"),
        ("a\u00a0lamp", "a lamp"),
        ("a **lamp ** is", "a lamp is"),
    ],
)
def test_a_word_that_the_edge_of_a_column_cut_is_whole(printed: str, read: str) -> None:
    assert _read(printed).text == read
