"""Keeping what was measured, with what it was measured on.

In: a report. Out: a dated JSON file, and the facts of the machine without its name.
"""

import os
import platform
import shutil
import subprocess
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel

from index.settings import PACKAGE_ROOT, default_home

_PACKAGES = (
    "byline", "numpy", "faiss-cpu", "bm25s", "onnxruntime", "tokenizers", "torch", "sentence-transformers",
    "llama-index-core", "fastapi", "uvicorn",
)  # fmt: skip


class Machine(BaseModel):
    """What figures depend on besides the code that is measured."""

    cores: int
    cpu: str
    memory_gb: float
    system: str
    python: str
    packages: dict[str, str]
    threads: dict[str, str]
    """Variables that set how many threads libraries use, where set."""
    commit: str | None
    """The checkout's commit, where there is one."""
    changed: bool
    """Whether the checkout differs from its commit."""


def machine_facts() -> Machine:
    """The facts of this machine and this installation."""
    return Machine(
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        cpu=_cpu(),
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        packages={name: found for name in _PACKAGES if (found := _version(name))},
        threads={name: value for name, value in os.environ.items() if name.endswith("_NUM_THREADS")},
        commit=_git("rev-parse", "HEAD") or None,
        changed=bool(_git("status", "--porcelain")),
    )


def results_folder() -> Path:
    """Where results are kept: `eval/results/` in a checkout, else beside the index in the user's data folder."""
    home = default_home()
    return PACKAGE_ROOT / "eval" / "results" if home.is_relative_to(PACKAGE_ROOT) else home / "results"


def save(report: BaseModel, name: str, folder: Path | None = None) -> Path:
    """Write a report to `<date>-<name>.json`, numbered from the second of a day on; the path of the new file."""
    folder = folder or results_folder()
    folder.mkdir(parents=True, exist_ok=True)
    stem, number = f"{date.today().isoformat()}-{name}", 1
    path = folder / f"{stem}.json"
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.json"
    path.write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return path


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _git(*arguments: str) -> str:
    """What git says of the checkout; nothing where there is no git or no checkout."""
    git = shutil.which("git")
    if git is None or not (PACKAGE_ROOT / ".git").exists():
        return ""
    done = subprocess.run(  # noqa: S603 - our own words
        [git, *arguments], cwd=PACKAGE_ROOT, capture_output=True, encoding="utf-8", check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""
