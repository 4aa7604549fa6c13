"""An outline shows what was understood of a text, and where that is in doubt."""

from pathlib import Path

import pytest

from index.errors import EmptyText, MissingText
from index.outline import outline, outline_bytes
from tests.index.collection import DATA, Collection


def test_a_text_that_no_catalogue_knows_is_outlined(collection: Collection) -> None:
    found = outline(DATA / "orchard-notes.md", collection.settings)
    assert [(piece.title, piece.kind, piece.authors, piece.byline) for piece in found.pieces][1:] == [
        ("Pruning with patience", "essay", ["Ines Calder"], "printed"),
        ("The bees next door", "essay", ["Tom Ashby"], "printed"),
        ("Windfalls", "essay", [], "unknown"),
    ]


def test_a_piece_that_nobody_signed_is_in_doubt(collection: Collection) -> None:
    doubts = outline(DATA / "orchard-notes.md", collection.settings).doubts
    assert [doubt for doubt in doubts if "Windfalls" in doubt and "who wrote" in doubt]
    assert not [doubt for doubt in doubts if "bees" in doubt and "who wrote" in doubt]


def test_the_shares_of_the_voices_make_a_whole(collection: Collection) -> None:
    voices = outline(DATA / "lighthouse-essays.txt", collection.settings).voices
    assert sum(voices.values()) == pytest.approx(1, abs=0.001)
    assert voices["own"] > 0.5
    assert voices["pull quote"] > 0


def test_a_digest_is_known_by_its_name(collection: Collection) -> None:
    found = outline(collection.seeds / "digests" / "harbour-papers.md", collection.settings)
    assert (found.edition, found.title, set(found.voices)) == ("digest", "Harbour Papers", {"heading", "reported"})


def test_a_text_that_cannot_be_read_is_refused(collection: Collection, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    with pytest.raises(EmptyText):
        outline(tmp_path / "empty.txt", collection.settings)
    with pytest.raises(MissingText):
        outline(tmp_path / "nowhere.txt", collection.settings)


def test_a_second_line_that_could_be_the_byline_is_in_doubt() -> None:
    text = "# Papers\n\n## The lamp\n\n**Ada Thorne**, head keeper\n\n{}\n\nThe lamp is lit at dusk.\n\n## The bell\n\n"
    text += "**Tom Ashby**, ringer\n\nThe bell is rung by day. Nobody hears it. It is cold.\n"
    for line, doubted in [("Rosa Calder, inspector of lamps", True), ("Looking after the lamp", False)]:
        doubts = outline_bytes("papers.md", text.format(line).encode()).doubts
        assert any("two lines could be the byline" in doubt and line in doubt for doubt in doubts) == doubted


def test_whoever_is_quoted_over_a_piece_is_no_second_byline() -> None:
    text = "# Papers\n\n## The lamp\n\n**Ada Thorne**, head keeper\n\n“Light is a promise to the sea.”\n\n"
    text += "– Rosa Calder\n\nThe lamp is lit at dusk. It burns all night. Nobody sees it."
    assert not any("byline" in doubt for doubt in outline_bytes("papers.md", text.encode()).doubts)
