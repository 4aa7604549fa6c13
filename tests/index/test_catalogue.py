"""The catalogue is read whole or refused with the place that is wrong."""

from pathlib import Path

import pytest

from index.catalogue import CatalogueEntry, load_catalogue
from index.errors import CatalogueError

ENTRY = """
[[volume]]
id = "{id}"
title = "Harbour Papers"
file = "{file}"
sha256 = "{sha256}"
"""


def _entry(volume_id: str = "harbour", file: str = "harbour.txt", sha256: str = "ab" * 32) -> str:
    return ENTRY.format(id=volume_id, file=file, sha256=sha256)


def _refusal(tmp_path: Path, content: str | bytes) -> str:
    path = tmp_path / "catalogue.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(path)
    assert "catalogue.toml" in str(caught.value)
    return str(caught.value)


def test_a_catalogue_that_is_not_there_is_refused_and_the_setting_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="BYLINE_SEEDS"):
        load_catalogue(tmp_path / "catalogue.toml")


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").mkdir()
    with pytest.raises(CatalogueError, match=r"catalogue\.toml"):
        load_catalogue(tmp_path / "catalogue.toml")


def test_malformed_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in _refusal(tmp_path, '[[volume]]\nid = "harbour\n')


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    assert "not valid TOML" in _refusal(tmp_path, _entry().encode() + 'rights = "café"'.encode("latin-1"))


def test_an_unknown_field_is_refused_by_name(tmp_path: Path) -> None:
    assert "volume.0.colour" in _refusal(tmp_path, _entry() + 'colour = "blue"\n')


def test_an_unknown_field_of_the_profile_is_refused_by_name(tmp_path: Path) -> None:
    assert "volume.0.profile.mood" in _refusal(tmp_path, _entry() + '[volume.profile]\nmood = "good"\n')


def test_a_field_that_is_missing_is_refused_by_name(tmp_path: Path) -> None:
    assert "volume.0.title" in _refusal(tmp_path, _entry().replace('title = "Harbour Papers"\n', ""))


@pytest.mark.parametrize(
    ("field", "entry"),
    [
        ("volume.0.id", _entry(volume_id="Harbour Papers")),
        ("volume.0.id", _entry(volume_id="../harbour")),
        ("volume.0.file", _entry(file="../../etc/passwd")),
        ("volume.0.sha256", _entry(sha256="12")),
    ],
)
def test_a_field_that_cannot_be_used_is_refused_by_name(tmp_path: Path, field: str, entry: str) -> None:
    assert field in _refusal(tmp_path, entry)


def test_two_volumes_with_one_id_are_refused(tmp_path: Path) -> None:
    assert "id 'harbour'" in _refusal(tmp_path, _entry() + _entry(file="other.txt"))


def test_two_volumes_with_one_file_are_refused(tmp_path: Path) -> None:
    assert "file 'harbour.txt'" in _refusal(tmp_path, _entry() + _entry(volume_id="other"))


def test_volumes_come_in_the_order_in_which_they_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text(_entry("zebra", "z.txt") + _entry("aardvark", "a.txt"), encoding="utf-8")
    assert [entry.id for entry in load_catalogue(path)] == ["zebra", "aardvark"]


def test_the_catalogue_of_the_project_has_five_volumes_each_with_rights_and_credit(
    entries: tuple[CatalogueEntry, ...],
) -> None:
    assert len(entries) == 5
    for entry in entries:
        assert entry.rights.strip(), entry.id
        assert entry.credit.strip(), entry.id
        assert entry.publisher.strip(), entry.id
