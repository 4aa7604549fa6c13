"""From a source to its pieces: kind, parent, and what every block is for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.catalogue import Profile
from index.inline import read_inline
from index.model import Kind
from index.structure import Piece, read_structure
from tests.index.collection import DATA, read


def _pieces(name: str, profile: Profile | None = None) -> dict[str, Piece]:
    source = (DATA / name).read_text(encoding="utf-8")
    return {piece.title: piece for piece in read_structure(source, profile or Profile())}


def test_pieces_have_the_kind_that_their_title_or_their_volume_gives_them() -> None:
    assert [piece.kind for piece in _pieces("lighthouse-essays.txt").values()] == [
        Kind.FRONT_MATTER,
        Kind.CONTENTS,
        Kind.FOREWORD,
        Kind.ESSAY,
        Kind.ESSAY,
        Kind.ESSAY,
        Kind.NOTES,
    ]


def test_pieces_of_a_volume_with_closing_lines_are_posts() -> None:
    assert {piece.kind for piece in _pieces("harbour-blog.txt").values()} == {Kind.POST}


def test_closing_lines_belong_to_no_post() -> None:
    for piece in _pieces("harbour-blog.txt").values():
        assert not any("Read more" in block.text or "Share this" in block.text for block in piece.blocks)


def test_signed_pieces_are_stories_and_end_with_their_moral() -> None:
    pieces = _pieces("signed-stories.txt", Profile(byline="after"))
    story = pieces["Two keys"]
    assert story.kind is Kind.STORY
    assert [story.roles.get(index) for index in range(len(story.blocks))] == ["title", None, "byline", "moral"]
    assert story.blocks[-1].text == "Locks open sooner from the inside."


def test_the_profile_names_the_kind_of_pieces_that_name_none() -> None:
    assert _pieces("orchard-notes.md", Profile(kind=Kind.STORY))["Windfalls"].kind is Kind.STORY


def test_a_part_of_the_book_is_the_parent_of_the_pieces_under_it() -> None:
    source = (
        "Contents\n\nPart one: Light | page 3\nThe lamp – Ada Thorne | page 4\nThe oil – Ben Okafor | page 5\n"
        "Part two: Sound | page 6\nThe bell – Clara Moss | page 7\n\n\n\n"
        "Part one: Light\n\nThe pieces here are about light, and about the people who tend it by night.\n\n\n\n"
        "The lamp\n\nAda Thorne\n\nThe lamp is lit at dusk.\n\n\n\nThe oil\n\nBen Okafor\n\nThe oil is slow.\n\n\n\n"
        "Part two: Sound\n\nThe pieces here are about sound, and about the people who make it by day.\n\n\n\n"
        "The bell\n\nClara Moss\n\nThe bell is heavy.\n"
    )
    pieces = {piece.title: piece for piece in read_structure(source, Profile())}
    assert pieces["Part one: Light"].kind is Kind.CHAPTER_INTRO
    assert {title: piece.parent for title, piece in pieces.items() if piece.kind is Kind.ESSAY} == {
        "The lamp": "Part one: Light",
        "The oil": "Part one: Light",
        "The bell": "Part two: Sound",
    }


def test_notes_behind_each_piece_belong_to_it() -> None:
    source = (
        "# Harbour Papers\n\n## The lamp\n\nIt is lit at dusk.\n\n## Notes\n\n1. By hand.\n\n"
        "## The bell\n\nIt is rung by day.\n\n## Notes\n\n1. By rope.\n"
    )
    notes = [piece.parent for piece in read_structure(source, Profile()) if piece.kind is Kind.NOTES]
    assert notes == ["The lamp", "The bell"]


def test_a_number_before_the_title_is_not_part_of_it() -> None:
    source = "# Harbour Papers\n\n## 1. The lamp\n\nIt is lit at dusk.\n\n## 2. The bell\n\nIt is rung by day.\n"
    assert [piece.title for piece in read_structure(source, Profile())][1:] == ["The lamp", "The bell"]


@pytest.mark.parametrize(
    "source",
    [
        "Keeping the lamp\n\nBy Ada Thorne\n\nThe lamp is lit at dusk. Nobody sees who does it.\n",
        "# Keeping the lamp\n\n**Ada Thorne**, head keeper and director\n\nThe lamp is lit at dusk. Nobody sees it.\n",
        "The lamp is lit at dusk. Nobody sees who does it.\n\nThe bell is rung by day, and everybody hears it.\n",
    ],
    ids=["plain", "markdown", "no title"],
)
def test_a_text_that_is_one_piece_is_read_as_a_piece(source: str) -> None:
    (piece,) = read_structure(source, Profile())
    assert piece.kind is not Kind.FRONT_MATTER


def test_the_only_piece_under_the_title_of_a_volume_is_read_as_a_piece() -> None:
    source = "# Papers\n\nA book of one piece.\n\n## The lamp\n\n**Ada Thorne**, director\n\nIt is lit at dusk.\n"
    *_, piece = read_structure(source, Profile())
    assert (piece.title, piece.kind) == ("The lamp", Kind.ESSAY)


@pytest.mark.parametrize("source", ["***\n", "---\n\n***\n", "<!-- scan 12 -->\n"])
def test_a_text_of_nothing_but_marks_has_no_prose(source: str) -> None:
    assert all(piece.kind is Kind.FRONT_MATTER for piece in read_structure(source, Profile()))


def test_a_text_of_nothing_but_closing_lines_can_be_read() -> None:
    volume = read("Read more\n\nShare this\n\n" * 5)
    assert not any(sentence.voice == "own" for section in volume.sections for sentence in section.sentences)


def test_a_recurring_heading_may_be_the_last_line() -> None:
    source = "\n\n\n\n".join(["THE LAMP", "It is lit at dusk.", "THE LAMP", "It burns all night.", "THE LAMP"])
    assert read_structure(source, Profile(byline="after"))


_FRAGMENTS = st.sampled_from(
    [
        "CONTENTS", "The lamp | page 3", "The bell – Ada Thorne | page 5", "3. The pier\t9", "# Lamps", "## The lamp",
        "THE LAMP", "The lamp", "Notes", "FOREWORD", "By Ada Thorne", "Ada Thorne, Director", "**Ben Okafor**, nurse",
        "Councillor Idris Vaughan", "Anonymous keeper", "It was lit at dusk.", "“Light is a promise” – Clara Moss",
        "“Light is a promise to the sea and to the land”", "~ ~ ~ ~ ~ ~ ~", "***", "- a bell,", "• a lamp",
        "<!-- lines 1-2 -->", "<sup>1</sup> A note.", "Read more", "Share this", "the oil was slow and of the",
        "We learned to keep two stoves alight, one for the lamp and one for ourselves, because neither",
        "can do without the other. A keeper who is cold makes mistakes.", "*Light is a promise to the sea*", "1", "…",
    ]
)  # fmt: skip
_SOURCES = st.lists(st.tuples(_FRAGMENTS, st.sampled_from(["\n", "\n\n", "\n\n\n\n"])), max_size=25).map(
    lambda parts: "".join(fragment + gap for fragment, gap in parts)
)


@settings(max_examples=300, deadline=None)
@given(_SOURCES, st.sampled_from([Profile(), Profile(byline="after"), Profile(kind=Kind.STORY)]))
def test_whatever_a_text_holds_it_is_read_word_for_word(source: str, profile: Profile) -> None:
    volume = read(source, profile=profile)
    end = 0
    for section in volume.sections:
        assert section.span.start >= end
        end = section.span.end
        for sentence in section.sentences:
            found = " ".join(read_inline(source, span).text for span in sentence.spans)
            assert _words(found) == _words(sentence.text)


def _words(text: str) -> list[str]:
    """The words of a text; an ornament is none."""
    return [word for word in text.split() if any(char.isalnum() for char in word)]
