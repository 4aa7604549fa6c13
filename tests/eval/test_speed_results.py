"""What was measured is kept with the facts of the machine, and nothing kept is overwritten."""

import json
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from eval.results import Machine, machine_facts, results_folder, save
from eval.speed_times import sum_up
from index.settings import PACKAGE_ROOT


@pytest.fixture(scope="module")
def machine() -> Machine:
    return machine_facts()


def test_the_facts_tell_one_machine_from_another(machine: Machine) -> None:
    assert 1 <= machine.cores <= (os.cpu_count() or 1)
    assert machine.memory_gb > 0.5
    assert machine.python == platform.python_version()
    assert {"onnxruntime", "torch", "llama-index-core"} <= machine.packages.keys()
    assert machine.cpu


def test_the_machine_is_not_named(machine: Machine) -> None:
    name = platform.node()
    assert not name or not re.search(rf"\b{re.escape(name)}\b", machine.model_dump_json())


@pytest.mark.skipif(not ((PACKAGE_ROOT / ".git").exists() and shutil.which("git")), reason="no checkout")
def test_the_commit_is_the_one_checked_out(machine: Machine) -> None:
    asked = subprocess.run(
        ["git", "log", "-1", "--format=%H"], cwd=PACKAGE_ROOT, capture_output=True, text=True, check=True
    )
    assert machine.commit == asked.stdout.strip()


def test_results_of_one_day_stand_beside_each_other(tmp_path: Path) -> None:
    first, second, third = (save(sum_up([number]), "speed", tmp_path / "results") for number in (1, 2, 3))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-speed\.json", first.name)
    assert (second.name, third.name) == (f"{first.stem}-2.json", f"{first.stem}-3.json")
    assert [json.loads(path.read_text("utf-8"))["p50"] for path in (first, second, third)] == [1, 2, 3]


def test_a_checkout_keeps_them_in_eval_results() -> None:
    if (PACKAGE_ROOT / "pyproject.toml").is_file():
        assert results_folder() == PACKAGE_ROOT / "eval" / "results"
