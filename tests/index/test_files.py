"""A file is whole or not there."""

import hashlib
from pathlib import Path

import pytest

from index.files import replace_text, sha256_of, sync_folder


def test_the_checksum_is_sha256(tmp_path: Path) -> None:
    (tmp_path / "lamp").write_bytes(b"lit" * 100_000)
    assert sha256_of(tmp_path / "lamp") == hashlib.sha256(b"lit" * 100_000).hexdigest()


def test_a_text_replaces_another_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    replace_text(tmp_path / "CURRENT", "gen-1\n")
    replace_text(tmp_path / "CURRENT", "gen-2\n")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"CURRENT": "gen-2\n"}


def test_a_text_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    replace_text(tmp_path / "CURRENT", "gen-1\n")
    with pytest.raises(UnicodeEncodeError):
        replace_text(tmp_path / "CURRENT", "gen-\ud800\n")
    assert (tmp_path / "CURRENT").read_text() == "gen-1\n"


def test_a_folder_is_synced_with_all_that_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "lexical").mkdir()
    (tmp_path / "lexical" / "data").write_text("lit")
    sync_folder(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "nowhere")
