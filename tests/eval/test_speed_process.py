"""A process of its own has our settings and no other, and its memory can be read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from eval.speed_process import environment, memory
from index.settings import Settings

PRINT = "from index.settings import load_settings; print(load_settings().model_dump_json())"


def test_settings_reach_a_process_wherever_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYLINE_PORT", "1234")
    monkeypatch.setenv("BYLINE_MAX_QUESTION_WORDS", "77")
    settings = Settings(home=tmp_path, threads=1, port=4321, max_question_words=2000)
    printed = subprocess.check_output(
        [sys.executable, "-c", PRINT], env=environment(settings), cwd=tmp_path, encoding="utf-8"
    )
    wherever = settings.model_copy(update={"texts": settings.texts.resolve()})
    assert Settings.model_validate_json(printed) == wherever


def test_a_relative_folder_means_the_same_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert environment(Settings(home=Path("here")))["BYLINE_HOME"] == str(tmp_path.resolve() / "here")


def test_memory_grows_with_what_is_held() -> None:
    before = memory(os.getpid())
    held = bytearray(64 << 20)
    held[::4096] = b"x" * len(held[::4096])
    after = memory(os.getpid())
    assert before is not None
    assert after is not None
    assert after.now - before.now > 50
    assert after.peak >= after.now


def test_a_process_that_is_not_there_holds_nothing_that_can_be_told() -> None:
    assert memory(2**22 + 1) is None


def test_a_secret_reaches_the_process_as_it_is(tmp_path: Path) -> None:
    given = environment(Settings(home=tmp_path, llm_key=SecretStr("a secret")))
    assert given["BYLINE_LLM_KEY"] == "a secret"
