"""Lines set apart that only repeat the piece are pull quotes; lines that say something new are not."""

from index.blocks import cut_blocks
from index.pull_quotes import find_pull_quotes

BODY = (
    "We learned to keep two stoves alight, one for the lamp and one for ourselves, because neither can do without "
    "the other. A keeper who is cold makes mistakes, and a mistake at night may cost a ship."
)


def _pulled(apart: str) -> list[str]:
    blocks = cut_blocks(f"{BODY}\n\n{apart}\n\nThe bell is rung by day.\n")
    return [blocks[index].text for index in sorted(find_pull_quotes(blocks, set()))]


def test_a_quotation_that_repeats_the_piece_is_pulled() -> None:
    assert _pulled("“We learned to keep two stoves alight, one for the lamp and one for ourselves”") == [
        "“We learned to keep two stoves alight, one for the lamp and one for ourselves”"
    ]


def test_an_italic_or_bold_line_that_repeats_the_piece_is_pulled() -> None:
    assert len(_pulled("*A keeper who is cold makes mistakes*")) == 1
    assert len(_pulled("**A keeper who is cold makes mistakes**")) == 1


def test_a_pull_quote_may_be_trimmed_by_the_printer() -> None:
    assert len(_pulled("*keep two stoves alight … because neither can do without the other*")) == 1


def test_a_bare_line_is_pulled_only_where_it_repeats_word_for_word() -> None:
    assert len(_pulled("one for the lamp and one for ourselves")) == 1
    assert _pulled("one for the lamp and one for the keeper’s wife") == []


def test_a_quotation_that_says_something_new_is_kept() -> None:
    assert _pulled("“Nobody sees who lights the lamp, and nobody asks”") == []


def test_four_words_are_too_few_to_tell() -> None:
    assert _pulled("*who is cold makes*") == []


def test_a_list_item_or_a_heading_is_never_pulled() -> None:
    assert _pulled("- a mistake at night may cost a ship") == []
    assert _pulled("## a mistake at night may cost a ship") == []


def test_a_block_that_has_a_use_already_is_not_pulled() -> None:
    blocks = cut_blocks(f"{BODY}\n\n*A keeper who is cold makes mistakes*\n")
    assert find_pull_quotes(blocks, {1}) == frozenset()


def test_the_paragraph_that_is_repeated_is_not_itself_pulled() -> None:
    blocks = cut_blocks(f"{BODY}\n\n*A keeper who is cold makes mistakes*\n")
    assert find_pull_quotes(blocks, set()) == {1}
