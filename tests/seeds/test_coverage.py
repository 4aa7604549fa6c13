"""Every piece that says something has a digest: under its title, by its people, for its lines."""

import json
from pathlib import Path
from typing import Any

import pytest

from index.catalogue import CatalogueEntry, load_catalogue
from index.model import Section
from index.names import fold
from index.reading import read_volume
from index.settings import PACKAGE_ROOT
from index.texts import read_text

SAYS_SOMETHING = {"essay", "story", "post", "foreword", "introduction", "conclusion", "chapter intro"}
ENTRIES = load_catalogue(PACKAGE_ROOT / "seeds" / "catalogue.toml")


@pytest.fixture(scope="module", params=ENTRIES, ids=lambda entry: entry.id)
def entry(request: pytest.FixtureRequest) -> CatalogueEntry:
    """Each volume of the catalogue."""
    found = request.param
    assert isinstance(found, CatalogueEntry)
    return found


@pytest.fixture
def digests(entry: CatalogueEntry) -> dict[int, Section]:
    """The pieces of the volume's digest by the first line that they stand for."""
    path = PACKAGE_ROOT / "seeds" / "digests" / f"{entry.id}.md"
    volume = read_volume(entry, read_text(path, "digest"))
    return {section.source_lines[0]: section for section in volume.sections if section.source_lines}


@pytest.fixture
def truth(entry: CatalogueEntry, texts: Path) -> list[dict[str, Any]]:
    """The true pieces of the volume that say something."""
    name = entry.file.partition("_")[0]
    places = [
        PACKAGE_ROOT / "eval" / "structure" / f"{name}.json",
        texts.parent / "structure-dev" / f"structure_{name}.json",
    ]
    path = next(place for place in places if place.exists())
    sections = json.loads(path.read_text(encoding="utf-8"))["sections"]
    return [section for section in sections if section["kind"] in SAYS_SOMETHING]


def test_every_piece_has_a_digest_of_its_lines(digests: dict[int, Section], truth: list[dict[str, Any]]) -> None:
    assert truth
    for piece in truth:
        section = digests.get(piece["start_line"])
        assert section is not None, piece["title"]
        assert section.source_lines == (piece["start_line"], piece["end_line"])
        assert fold(section.title).strip(" .") == fold(piece["title"]).strip(" .")
        assert section.kind == piece["kind"]


def test_a_digest_names_the_people_that_the_text_names(
    digests: dict[int, Section], truth: list[dict[str, Any]]
) -> None:
    for piece in truth:
        named = {fold(author.name) for author in digests[piece["start_line"]].byline.authors}
        true = {fold(name) for name in piece["authors"]}
        if piece.get("confidence") == "weak":
            assert named <= true, piece["title"]
        else:
            assert named == true, piece["title"]
