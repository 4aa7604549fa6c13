"""Where pieces begin: what a volume's printer did tells it, without a word about the volume in the catalogue."""

import pytest

from index.blocks import cut_blocks
from index.boundaries import ends_sentence, named_kind, signature_length
from index.catalogue import Profile
from index.model import Kind
from index.structure import read_structure
from tests.index.collection import DATA


def _starts(source: str, profile: Profile | None = None) -> list[str]:
    """The titles of the pieces, without regard to case."""
    return [piece.title.capitalize() for piece in read_structure(source, profile or Profile())]


def _data(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def test_the_contents_page_vouches_for_titles_in_capitals() -> None:
    assert _starts(_data("lighthouse-essays.txt")) == [
        "The lighthouse essays",
        "Contents",
        "Foreword",
        "Keeping the lamp in winter",
        "What the fog taught us",
        "A harbour is a promise",
        "Notes",
    ]


def test_markdown_headings_of_the_level_that_repeats_begin_pieces() -> None:
    starts = _starts(_data("orchard-notes.md"))
    assert starts == ["Orchard notes", "Pruning with patience", "The bees next door", "Windfalls"]


def test_a_heading_below_that_level_begins_none() -> None:
    source = _data("orchard-notes.md").replace("- Cut above", "### A list\n\n- Cut above")
    assert _starts(source) == _starts(_data("orchard-notes.md"))


def test_a_post_begins_where_the_lines_that_close_every_post_end() -> None:
    assert _starts(_data("harbour-blog.txt")) == [
        "The ferry is late again",
        "Painting the sea wall",
        "A word about gulls",
        "Why we count boats",
        "Thank you, volunteers",
    ]


def test_lines_that_stand_together_only_four_times_close_no_post() -> None:
    four = _data("harbour-blog.txt").rpartition("Thank you, volunteers")[0]
    assert "Painting the sea wall" not in _starts(four)


def test_a_story_begins_after_the_signature_and_the_moral_of_the_one_before() -> None:
    starts = _starts(_data("signed-stories.txt"), Profile(byline="after"))
    assert starts[-2:] == ["Two keys", "Bread on tuesdays"]


@pytest.mark.parametrize(
    "lead", ["", "Stories from the front desk\n\nCollected by those who answer the door\n\n\n\n\n"]
)
def test_the_first_story_begins_where_the_volume_or_its_title_page_leaves_off(lead: str) -> None:
    source = _data("signed-stories.txt")
    first = read_structure(lead + source[source.index("The lost kite") :], Profile(byline="after"))[bool(lead)]
    assert (first.title, first.kind) == ("The lost kite", Kind.STORY)
    assert [author.name for author in first.byline.authors] == ["Maya Lindqvist"]


def test_eight_signatures_show_that_stories_are_signed_at_their_end() -> None:
    stories = "\n\n\n\n\n".join(
        f"Story number {word}\n\nA boat came in at dusk and nobody knew its name. We gave the crew soup and a bed.\n\n"
        f"{first} Marlow, Support worker"
        for word, first in zip(
            "one two three four five six seven eight".split(),
            "Ada Ben Clara Dora Edith Fergus Greta Hugo".split(),
            strict=True,
        )
    )
    assert _starts(f"Stories\n\n\n\n\n{stories}\n")[-7:] == [
        f"Story number {word}" for word in "two three four five six seven eight".split()
    ]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("FOREWORD", Kind.FOREWORD),
        ("Preface", Kind.FOREWORD),
        ("Introduction & thanks", Kind.INTRODUCTION),
        ("Conclusion", Kind.CONCLUSION),
        ("About the authors", Kind.BIO),
        ("About Ada Thorne", Kind.BIO),
        ("Notes", Kind.NOTES),
        ("References", Kind.NOTES),
        ("Table of Contents", Kind.CONTENTS),
        ("Acknowledgements", Kind.FRONT_MATTER),
        ("Keeping the lamp", None),
        ("Notes from the tower", None),
    ],
)
def test_a_title_may_name_the_kind_of_its_piece(title: str, kind: Kind | None) -> None:
    assert named_kind(title) is kind


@pytest.mark.parametrize(
    ("end", "length"),
    [
        ("Maya Lindqvist, Support worker", 1),
        ("Maya Lindqvist\n\nSupport worker", 2),
        ("Councillor Maya Lindqvist", 1),
        ("Anonymous young person", 1),
        ("Maya Lindqvist", 0),
        ("Maya Lindqvist, Support worker, came in.", 0),
        ("We mended the kite.", 0),
        ("- Maya Lindqvist, Support worker", 0),
    ],
)
def test_a_signature_is_a_name_with_an_office_or_an_honorific(end: str, length: int) -> None:
    assert signature_length(cut_blocks(f"The coat came later.\n\n{end}"), 1) == length


def test_a_signature_stands_behind_a_finished_sentence() -> None:
    assert signature_length(cut_blocks("We wrote at once to\n\nMaya Lindqvist, Support worker"), 1) == 0


@pytest.mark.parametrize(
    ("text", "claim"),
    [("It is lit.", True), ("Is it lit?”", True), ("“It is lit.”)", True), ("The lamp", False), ("lamps,", False)],
)
def test_a_sentence_ends_with_its_mark_whatever_closes_behind(text: str, claim: bool) -> None:
    assert ends_sentence(text) is claim
