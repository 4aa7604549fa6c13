"""A volume is read into sections, in whichever edition it is at hand."""

import pytest

from index.catalogue import CatalogueEntry
from index.errors import MalformedDigest
from index.model import Volume
from index.reading import read_volume
from index.texts import SourceText
from tests.index.collection import FOG, LAMPS, piece, read, read_data, section_of, texts_of

ENTRY = CatalogueEntry(
    id="papers", title="Papers", file="papers.txt", sha256="0" * 64, editors=("Dora Ash",), year=1987
)
DIGEST = "# Papers\n\n> Ours.\n\n" + "\n".join(
    (piece("The lamp", "**Ada Thorne**, director", LAMPS), piece("The bell", "**Ben Okafor**, director", FOG))
)


def _digest(text: str) -> Volume:
    return read_volume(ENTRY, SourceText("papers.md", "digest", text, "1" * 64))


def test_a_volume_keeps_the_record_of_the_catalogue_and_the_file_that_was_read() -> None:
    volume = _digest(DIGEST)
    assert (volume.id, volume.title, volume.editors, volume.year) == ("papers", "Papers", ("Dora Ash",), 1987)
    assert (volume.file, volume.edition, volume.sha256, volume.source) == ("papers.md", "digest", "1" * 64, DIGEST)


def test_a_digest_reports_and_says_which_lines_it_stands_for() -> None:
    section = section_of(_digest(DIGEST.replace("lines 1-9", "lines 12-40", 1)), "The lamp")
    assert section.source_lines == (12, 40)
    assert texts_of(section, "own") == []
    assert " ".join(texts_of(section, "reported")) == LAMPS
    assert [author.name for author in section.byline.authors] == ["Ada Thorne"]


def test_the_comment_with_the_lines_is_nobodys_words() -> None:
    for section in _digest(DIGEST).sections:
        assert not any("lines" in sentence.text for sentence in section.sentences)


def test_a_piece_of_a_digest_without_its_lines_is_refused_by_name() -> None:
    with pytest.raises(MalformedDigest, match=r"papers\.md.*'The lamp'.*<!-- lines"):
        _digest(DIGEST.replace("<!-- lines 1-9 -->", "", 1))


def test_a_full_text_stands_for_its_own_lines() -> None:
    section = section_of(read_data("orchard-notes.md"), "Windfalls")
    assert section.source_lines is None
    assert section.lines == (22, 25)
    assert texts_of(section, "own")


def test_the_span_of_a_section_runs_from_its_title_to_its_last_word() -> None:
    volume = read_data("orchard-notes.md")
    span = section_of(volume, "The bees next door").span
    source = volume.source[span.start : span.end]
    assert source.startswith("## The bees next door")
    assert source.endswith("pay her in apples.")


def test_two_pieces_with_one_title_have_two_ids() -> None:
    volume = read("# Papers\n\n## The lamp\n\nIt is lit at dusk.\n\n## The lamp\n\nIt burns all night.\n", "papers")
    ids = [section.id for section in volume.sections]
    assert ids == ["papers/papers", "papers/the-lamp", "papers/the-lamp-2"]
