"""The doctor finds what is wrong and says what to do."""

import json
import shutil
import socket
from pathlib import Path

import pytest

from api.doctor import Finding, examine
from api.keys import Keys, Scope
from index.settings import Settings
from rag.engine import Engine
from tests.api.command import byline


def _about(findings: list[Finding], about: str) -> list[Finding]:
    return [finding for finding in findings if finding.about == about]


@pytest.mark.usefixtures("digest_engine")
def test_a_sound_installation_is_said_to_be_sound(digest_settings: Settings) -> None:
    findings = examine(digest_settings.model_copy(update={"port": 0}))
    assert {finding.about for finding in findings} >= {"python", "packages", "home", "models", "texts", "index", "keys"}
    assert [finding.says for finding in findings if finding.grade == "wrong"] == []
    ran = byline("doctor", "--json", settings=Settings(home=digest_settings.home, port=0))
    assert ran.code == 0
    assert {finding["grade"] for finding in json.loads(ran.out)} <= {"ok", "warning"}


def test_a_home_without_an_index_is_wrong_and_ends_with_one(tmp_path: Path) -> None:
    ran = byline("doctor", settings=Settings(home=tmp_path, port=0))
    assert ran.code == 1
    assert "There is no index" in ran.out
    assert "Run `byline index`" in ran.out


def test_a_damaged_and_a_stale_index_are_told_apart(digest_engine: Engine, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(digest_engine.snapshot.folder, home / digest_engine.snapshot.folder.name)
    shutil.copy(digest_engine.settings.home / "CURRENT", home / "CURRENT")
    (sound,) = _about(examine(Settings(home=home, port=0)), "index")
    assert sound.grade == "ok"
    store = home / digest_engine.snapshot.folder.name / "store.sqlite"
    store.write_bytes(store.read_bytes()[:-1] + b"x")
    (damaged,) = _about(examine(Settings(home=home, port=0)), "index")
    assert damaged.grade == "wrong"
    assert "damaged" in damaged.says


def test_a_port_that_is_taken_a_door_that_is_open_and_a_model_that_is_silent(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        findings = examine(Settings(home=tmp_path, port=port))
        assert _about(findings, "address")[0].grade == "warning"
    silent = Settings(home=tmp_path, port=0, host="0.0.0.0", llm="openai:x", llm_url=f"http://127.0.0.1:{port}/v1")
    findings = examine(silent)
    assert _about(findings, "llm")[0].grade == "warning"
    assert _about(findings, "keys")[0].grade == "wrong"
    Keys(tmp_path).create("desk", [Scope.ASK])
    (kept,) = _about(examine(silent), "keys")
    assert kept.grade == "warning"
    assert "TLS" in kept.do
    Keys(tmp_path).revoke("desk")
    assert "revoked" in _about(examine(silent), "keys")[0].says


def test_a_home_that_cannot_be_used_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    (home,) = _about(examine(Settings(home=tmp_path / "file", port=0)), "home")
    assert home.grade == "wrong"
    assert "BYLINE_HOME" in home.do
