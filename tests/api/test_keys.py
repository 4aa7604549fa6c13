"""Keys are kept hashed, work at once, and stop working at once."""

import sqlite3
import stat
from pathlib import Path

import pytest

from api.errors import BadKey, KeysUnreadable
from api.keys import FILE, Keys, Scope
from index.errors import HomeNotWritable
from index.settings import Settings
from tests.api.command import byline


def test_no_key_is_needed_until_one_is_made(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    assert not keys.are_needed
    assert keys.all() == []
    assert keys.find("byl_000000000000_" + "a" * 43) is None
    keys.create("desk", [Scope.ASK])
    assert keys.are_needed


def test_a_key_is_found_by_its_token_and_by_nothing_else(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    key, token = keys.create("desk", [Scope.ASK], ["letters"])
    other, _ = keys.create("mill", [Scope.ADMIN])
    assert keys.find(token) == key
    assert key.volumes == frozenset({"letters"})
    swapped = token.replace(key.id, other.id)
    wrong = [
        swapped,
        token[:-1],
        token + "x",
        token.upper(),
        token[:-1] + "é",
        "",
        "byl__",
        "\ud800",
        token.encode().hex(),
    ]
    assert [keys.find(each) for each in wrong] == [None] * len(wrong)


def test_the_file_holds_no_secret_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    _, token = Keys(tmp_path).create("desk", [Scope.ASK])
    secret = token[17:]
    kept = (tmp_path / FILE).read_bytes()
    assert b"desk" in kept
    assert secret.encode() not in kept
    assert token.encode() not in kept
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_another_process_sees_a_new_key_and_a_revoked_one_at_once(tmp_path: Path) -> None:
    serving, managing = Keys(tmp_path), Keys(tmp_path)
    key, token = managing.create("desk", [Scope.ASK])
    assert serving.find(token) == key
    managing.revoke("desk")
    assert serving.find(token) is None
    assert serving.are_needed, "revoking the last key must not open the service"
    _, again = managing.create("desk", [Scope.ASK])
    assert serving.find(again) is not None


def test_use_is_noted_once_a_minute(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    key, token = keys.create("desk", [Scope.ASK])
    assert keys.is_use_due(key)
    keys.note_use(key)
    used = keys.find(token)
    assert used is not None
    assert used.used is not None
    assert not keys.is_use_due(used)


def test_a_home_that_cannot_be_written_still_lets_keys_in(tmp_path: Path) -> None:
    key, token = Keys(tmp_path).create("desk", [Scope.ASK])
    with sqlite3.connect(tmp_path / FILE, timeout=0) as writer:
        writer.execute("BEGIN IMMEDIATE")
        keys = Keys(tmp_path, patience_s=0.05)
        assert keys.find(token) == key
        keys.note_use(key)
        with pytest.raises(HomeNotWritable):
            keys.revoke("desk")


@pytest.mark.parametrize(
    ("name", "scopes", "volumes"),
    [
        ("", [Scope.ASK], None),
        (" ", [Scope.ASK], None),
        ("a\nb", [Scope.ASK], None),
        ("x" * 81, [Scope.ASK], None),
        ("desk", [], None),
        ("desk", [Scope.ASK], []),
        ("desk", [Scope.ASK, Scope.INGEST], ["letters"]),
        ("desk", [Scope.ADMIN], ["letters"]),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(
    tmp_path: Path, name: str, scopes: list[Scope], volumes: list[str] | None
) -> None:
    with pytest.raises(BadKey):
        Keys(tmp_path).create(name, scopes, volumes)
    assert not Keys(tmp_path).are_needed


def test_what_is_not_there_or_there_twice_is_not_revoked(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    with pytest.raises(BadKey, match="No key"):
        keys.revoke("desk")
    first, _ = keys.create("desk", [Scope.ASK])
    keys.create("desk", [Scope.ASK])
    with pytest.raises(BadKey, match="2 keys"):
        keys.revoke("desk")
    assert keys.revoke(first.id).revoked is not None
    with pytest.raises(BadKey, match="No key"):
        keys.revoke(first.id)


def test_the_command_line_makes_lists_and_revokes(tmp_path: Path) -> None:
    home = Settings(home=tmp_path)
    token = byline("keys", "create", "reading room", settings=home).out.split()[0]
    assert Keys(tmp_path).find(token) is not None
    listed = byline("keys", "list", settings=home).out
    assert "reading room: ask; all volumes" in listed
    assert token not in listed
    assert token[17:] not in listed
    assert byline("keys", "revoke", "reading room", settings=home).code == 0
    assert Keys(tmp_path).find(token) is None
    assert "revoked 2" in byline("keys", "list", settings=home).out
    assert byline("keys", "revoke", "reading room", settings=home).code == 64


def test_keys_that_cannot_be_read_let_nobody_in(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, but longer than a header of one is" * 20)
    with pytest.raises(KeysUnreadable, match="cannot be read"):
        _ = Keys(tmp_path).are_needed
    with pytest.raises(KeysUnreadable):
        Keys(tmp_path).find("byl_000000000000_" + "a" * 43)
