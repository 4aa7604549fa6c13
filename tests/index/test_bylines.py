"""Who wrote a piece is what the page says, in whichever place it says so, and nobody where it does not."""

from index.catalogue import Profile
from index.model import Author, BylineBasis, Section, Volume
from tests.index.collection import read, read_data, section_of, texts_of


def _authors(section: Section) -> list[str]:
    return [author.name for author in section.byline.authors]


def _evidence(volume: Volume, section: Section) -> str:
    assert section.byline.evidence is not None
    return volume.source[section.byline.evidence.start : section.byline.evidence.end]


def _essay(body: str) -> Section:
    """The first of two essays of a Markdown volume; `body` stands under its title."""
    return section_of(read(f"# Papers\n\n## The lamp\n\n{body}\n\n## The bell\n\nIt is rung by day.\n"), "The lamp")


def test_a_printed_byline_is_credited_with_its_evidence() -> None:
    volume = read_data("orchard-notes.md")
    section = section_of(volume, "Pruning with patience")
    assert section.byline.authors == (Author("Ines Calder", "Dr", "Head gardener at Low Barrow"),)
    assert section.byline.basis is BylineBasis.PRINTED
    assert _evidence(volume, section) == "**Dr Ines Calder**, Head gardener at Low Barrow"


def test_a_name_and_its_office_may_stand_on_two_lines() -> None:
    section = _essay("Ada Thorne\n\nDirector of Lamps\n\nIt is lit at dusk.")
    assert section.byline.authors == (Author("Ada Thorne", role="Director of Lamps"),)
    assert texts_of(section, "own") == ["It is lit at dusk."]


def test_two_people_on_a_byline_are_both_credited() -> None:
    assert _authors(_essay("**Ada Thorne, nurse, and Ben Okafor, teacher**\n\nIt is lit at dusk.")) == [
        "Ada Thorne",
        "Ben Okafor",
    ]


def test_a_line_about_the_author_under_the_title_credits_whom_the_contents_page_names() -> None:
    volume = read_data("lighthouse-essays.txt")
    section = section_of(volume, "KEEPING THE LAMP IN WINTER")
    assert _authors(section) == ["Ada Thorne"]
    assert section.byline.as_printed == "Ada Thorne explains why a cold tower needs warm company"


def test_the_note_about_the_author_at_the_end_is_not_the_authors_words() -> None:
    section = section_of(read_data("lighthouse-essays.txt"), "KEEPING THE LAMP IN WINTER")
    assert not any("head keeper" in text for text in texts_of(section, "own"))


def test_a_signature_is_credited_as_signed() -> None:
    volume = read_data("signed-stories.txt", Profile(byline="after"))
    section = section_of(volume, "Two keys")
    assert section.byline.authors == (Author("Idris Vaughan", "Councillor"),)
    assert section.byline.basis is BylineBasis.SIGNED
    assert _evidence(volume, section) == "Councillor Idris Vaughan"


def test_an_anonymous_signature_credits_nobody_and_is_kept_as_printed() -> None:
    byline = section_of(read_data("signed-stories.txt", Profile(byline="after")), "Bread on Tuesdays").byline
    assert (byline.authors, byline.basis) == ((), BylineBasis.UNKNOWN)
    assert byline.as_printed == "Anonymous young person"


def test_a_piece_that_nobody_signed_has_no_author_and_no_evidence() -> None:
    byline = section_of(read_data("orchard-notes.md"), "Windfalls").byline
    assert (byline.authors, byline.basis, byline.evidence) == ((), BylineBasis.UNKNOWN, None)


def test_whoever_is_only_mentioned_is_not_credited() -> None:
    section = _essay("Ada Thorne lit the lamp at dusk. We all saw Ada Thorne do it.\n\nBen Okafor rang the bell.")
    assert _authors(section) == []


def test_whoever_is_quoted_under_the_title_is_not_credited() -> None:
    section = _essay("“Light is a promise to the sea.” – Clara Moss\n\nIt is lit at dusk.")
    assert _authors(section) == []


def test_the_thanks_to_named_people_at_the_end_credit_nobody() -> None:
    section = _essay("It is lit at dusk.\n\nMy thanks go to Ada Thorne, Director of Lamps, and to Ben Okafor, nurse.")
    assert _authors(section) == []


def test_notes_and_contents_have_no_author() -> None:
    volume = read_data("lighthouse-essays.txt")
    assert _authors(section_of(volume, "NOTES")) == _authors(section_of(volume, "CONTENTS")) == []
