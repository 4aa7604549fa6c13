"""What is read of the five volumes is what people found in them by hand."""

from typing import Any

import pytest

from index.catalogue import load_catalogue
from index.model import Section, Volume
from index.names import fold
from index.settings import PACKAGE_ROOT

Truth = dict[str, Any]
IDS = [entry.id for entry in load_catalogue(PACKAGE_ROOT / "seeds" / "catalogue.toml")]
each_volume = pytest.mark.parametrize("volume_id", IDS)

_PROSE = ("essay", "story", "post", "foreword", "introduction", "conclusion")


@pytest.fixture
def volume(volume_id: str, full_volumes: dict[str, Volume]) -> Volume:
    return full_volumes[volume_id]


@pytest.fixture
def known(volume: Volume, truths: dict[str, Truth]) -> dict[int, Truth]:
    """The known pieces of the volume by the line on which they start."""
    return {piece["start_line"]: piece for piece in truths[volume.file]["sections"]}


def _read(volume: Volume) -> dict[int, Section]:
    return {section.lines[0]: section for section in volume.sections}


def _authors(piece: Truth | None) -> list[str]:
    return [str(name) for name in piece["authors"]] if piece else []


def _names(section: Section) -> set[str]:
    return {fold(author.name) for author in section.byline.authors}


@each_volume
def test_pieces_start_where_they_are_known_to_start(volume: Volume, known: dict[int, Truth]) -> None:
    found = _read(volume)
    f1 = 2 * len(found.keys() & known.keys()) / (len(found) + len(known))
    missed, extra = sorted(known.keys() - found.keys()), sorted(found.keys() - known.keys())
    assert f1 >= 0.97, f"missed lines {missed}, extra lines {extra}"


@each_volume
def test_nobody_is_credited_who_did_not_write_the_piece(volume: Volume, known: dict[int, Truth]) -> None:
    spurious = {
        (line, section.title): sorted(wrong)
        for line, section in _read(volume).items()
        if (wrong := _names(section) - set(map(fold, _authors(known.get(line)))))
    }
    assert not spurious


@each_volume
def test_everybody_is_credited_whom_the_page_names(volume: Volume, known: dict[int, Truth]) -> None:
    found = _read(volume)
    uncredited = {
        (line, piece["title"]): sorted(missing)
        for line, piece in known.items()
        if line in found and not piece.get("author_inferred") and not piece.get("partial_author")
        if (missing := set(map(fold, piece["authors"])) - _names(found[line]))
    }
    assert not uncredited


@each_volume
def test_pieces_of_prose_have_their_titles(volume: Volume, known: dict[int, Truth]) -> None:
    found = _read(volume)
    wrong = {
        piece["title"]: found[line].title
        for line, piece in known.items()
        if line in found and piece["kind"] in _PROSE
        if fold(found[line].title) not in {fold(piece["title"]), fold(str(piece.get("contents_title", piece["title"])))}
    }
    assert not wrong


@each_volume
def test_pieces_of_prose_are_of_their_kind(volume: Volume, known: dict[int, Truth]) -> None:
    found = _read(volume)
    wrong = {
        piece["title"]: (found[line].kind.value, piece["kind"])
        for line, piece in known.items()
        if line in found and piece["kind"] in (*_PROSE, "notes", "contents") and found[line].kind != piece["kind"]
    }
    assert not wrong


@each_volume
def test_no_two_pieces_share_a_line(volume: Volume) -> None:
    ends = [section.span.end for section in volume.sections]
    starts = [section.span.start for section in volume.sections]
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
