"""What docs/ tells a reader to type is typed here, over the digests and against a real server."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from eval.schema import load_questions
from index.manifest import current_generation
from index.settings import PACKAGE_ROOT, Settings
from tests.api.command import MAIN
from tests.api.conftest import wait_until_ready
from tests.api.test_serve import address_of, process
from tests.index.collection import DATA
from tests.pages import DOCS, PAGES, Block, blocks
from tests.settings_page import settings_page

LANGUAGES = {"sh", "python"}
NOT_RUN = {"console", "json", "text", "mermaid", "toml", "ini", "yaml"}
RUN_ELSEWHERE = {"mcp.md"}
"""By tests/api/test_mcp_http.py."""
RUN = [
    page
    for page in PAGES
    if page.parent == DOCS and page.name not in RUN_ELSEWHERE and LANGUAGES & {b.language for b in blocks(page)}
]
SERVER = "127.0.0.1:8000"
_END = "\x1e"


def test_every_block_of_a_page_is_run_or_of_a_kind_that_cannot_be() -> None:
    assert {page.name for page in RUN} >= {"api.md", "operations.md", "offline.md"}
    for page in PAGES[1:]:
        assert {block.language for block in blocks(page)} <= LANGUAGES | NOT_RUN, page


def test_what_a_page_says_of_a_block_is_said_of_a_block() -> None:
    for page in PAGES[1:]:
        said = re.findall(r"<!-- (?:prints|ends): ", page.read_text("utf-8"))
        assert len(said) == sum(len(block.prints) + block.may_fail for block in blocks(page)), page


def test_the_page_of_settings_is_up_to_date() -> None:
    page = (DOCS / "settings.md").read_text("utf-8")
    assert page == settings_page(), "run `python -m tests.settings_page`"


@pytest.fixture
def home(tmp_path: Path, digest_settings: Settings) -> Settings:
    """A home of a page's own with the index of the digests, which the page may change."""
    from index.build import build_index
    from tests.conftest import SilentProgress

    build_index(digest_settings, SilentProgress())
    kept, made = digest_settings.home, tmp_path / "home"
    generation = current_generation(kept)
    shutil.copytree(generation, made / generation.name)
    for name in ("CURRENT", "embeddings.sqlite"):
        shutil.copy(kept / name, made / name)
    (made / "models").symlink_to(kept / "models", target_is_directory=True)
    return digest_settings.model_copy(update={"home": made, "rerank": "off", "log": "off"})


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with what a page's reader has: a text of their own, and a set of questions with golds."""
    folder = tmp_path / "desk"
    folder.mkdir()
    shutil.copy(DATA / "orchard-notes.md", folder / "notes.md")
    questions = load_questions([PACKAGE_ROOT / "eval" / "questions" / "first.jsonl"])[:5]
    lines = [question.model_dump_json(exclude_defaults=True) for question in questions]
    (folder / "questions-with-golds.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return folder


@pytest.fixture
def port(home: Settings) -> Iterator[int]:
    """Where a real server answers from that home."""
    with process(home) as running:
        url = address_of(running)
        with httpx.Client(base_url=url, timeout=60) as client:
            wait_until_ready(client)
        yield int(url.rstrip("/").rpartition(":")[2])


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_every_block_runs_and_prints_what_is_said(page: Path, home: Settings, desk: Path, port: int) -> None:
    told = [block for block in blocks(page) if block.language in LANGUAGES]
    assert told
    done = subprocess.run(
        ["bash", "-c", _script(told, desk, port)],
        cwd=desk,
        env=_environment(home, desk, port),
        capture_output=True,
        text=True,
        timeout=600,
    )
    printed = done.stdout.split(_END)
    assert done.returncode == 0, f"{told[len(printed) - 1].code}{printed[-1][-3000:]}"
    assert len(printed) == len(told) + 1
    for block, output in zip(told, printed, strict=False):
        for words in block.prints:
            assert words in output, f"{block.code}{output[-3000:]}"


def _script(told: list[Block], desk: Path, port: int) -> str:
    """One script of all blocks, that stops at the first that fails."""
    parts = ["set -euo pipefail; exec 2>&1"]
    for number, block in enumerate(told):
        code = block.code.replace(SERVER, f"127.0.0.1:{port}")
        if block.language == "python":
            path = desk / f"block-{number}.py"
            path.write_text(code, "utf-8")
            code = f"python {path.name}\n"
        parts.append(f"{{\n{code}}}{' || true' if block.may_fail else ''}\nprintf '{_END}'")
    return "\n".join(parts)


def _environment(home: Settings, desk: Path, port: int) -> dict[str, str]:
    """The reader's environment: `byline`, and a Python that has what `byline[dev]` has."""
    own = desk / "bin"
    own.mkdir()
    for name, words in (("byline", ["-c", f'"{MAIN}"']), ("python", [])):
        (own / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {" ".join(words)} "$@"\n', "utf-8")
        (own / name).chmod(0o755)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BYLINE_")}
    given = {name: str(getattr(home, name)) for name in ("home", "texts", "seeds", "rerank", "log")}
    settings = {f"BYLINE_{name.upper()}": value for name, value in given.items()}
    path = {"PATH": f"{own}:{os.environ['PATH']}", "PYTHONPATH": str(PACKAGE_ROOT), "TERM": "dumb"}
    return clean | settings | path | {"BYLINE_PORT": str(port), "OMP_NUM_THREADS": "1"}
