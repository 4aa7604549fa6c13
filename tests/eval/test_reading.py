"""How well a volume was read is measured against its true structure."""

import json
from pathlib import Path

import pytest

from eval.errors import EvalError
from eval.reading import Truth, compare, eval_reading
from index.errors import MissingText
from index.model import PROSE_KINDS, Volume
from index.settings import PACKAGE_ROOT, Settings
from index.texts import SourceText, read_text
from tests.index.collection import DATA, read_data

NAME = "lighthouse-essays.txt"


@pytest.fixture(scope="module")
def volume() -> Volume:
    return read_data(NAME)


@pytest.fixture(scope="module")
def source() -> SourceText:
    return read_text(DATA / NAME)


@pytest.fixture
def truth(volume: Volume) -> Truth:
    """A truth that is just how we read it."""
    sections = [
        {
            "title": section.title,
            "authors": [author.name for author in section.byline.authors],
            "kind": section.kind.value,
            "start_line": section.lines[0],
            "end_line": section.lines[1],
        }
        for section in volume.sections
    ]
    return Truth.model_validate({"file": NAME, "sections": sections})


def test_what_is_read_as_it_is_scores_full(volume: Volume, source: SourceText, truth: Truth) -> None:
    found = compare(volume, source, truth)
    assert (found.boundary_f1, found.right_section, found.right_people) == (1.0, 1.0, 1.0)
    assert (found.people_spurious, found.people_missed) == ([], [])


def test_a_piece_that_is_missed_costs_recall(volume: Volume, source: SourceText, truth: Truth) -> None:
    fewer = Volume(**{name: getattr(volume, name) for name in volume.__slots__} | {"sections": volume.sections[:-2]})
    found = compare(fewer, source, truth)
    assert found.boundary_precision == 1.0
    assert found.boundary_recall < 1.0


def test_a_wrong_name_is_spurious_and_the_right_one_missed(volume: Volume, source: SourceText, truth: Truth) -> None:
    sections = [
        section.model_copy(update={"authors": ["Somebody Else"]})
        if section.authors and section.kind in {kind.value for kind in PROSE_KINDS}
        else section
        for section in truth.sections
    ]
    found = compare(volume, source, truth.model_copy(update={"sections": sections}))
    assert found.right_people < 0.5
    assert found.right_section == 1.0
    assert found.people_missed == ["somebody else"]
    assert found.people_spurious


@pytest.mark.parametrize("text", ["{", "[]", '{"file": "a.txt"}', '{"file": "a.txt", "sections": [{"title": "a"}]}'])
def test_a_malformed_truth_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "truth.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvalError, match=r"truth\.json"):
        eval_reading(Settings(home=tmp_path), [path])


def test_a_volume_that_the_catalogue_lacks_is_named(tmp_path: Path, truth: Truth) -> None:
    path = tmp_path / "truth.json"
    path.write_text(truth.model_dump_json(), encoding="utf-8")
    with pytest.raises(MissingText, match=NAME):
        eval_reading(Settings(home=tmp_path), [path])


def test_a_real_volume_is_read_nearly_as_it_is(settings: Settings) -> None:
    truths = sorted((PACKAGE_ROOT / "eval" / "structure").glob("001.json"))
    for found in eval_reading(settings, truths).volumes:
        assert found.boundary_f1 > 0.9
        assert found.right_people > 0.95
    assert all("quote" not in json.loads(path.read_text("utf-8")) for path in truths)
