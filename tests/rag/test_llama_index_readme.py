"""The Python in the README runs as it stands there, in a process of its own, over the digests."""

import os
import re
import subprocess
import sys

import pytest

from index.settings import PACKAGE_ROOT, Settings
from rag.engine import Engine

PYTHON = re.findall(r"^```python\n(.*?)^```", (PACKAGE_ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)
SNIPPETS = [snippet for snippet in PYTHON if "rag.llama_index" in snippet]


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_snippet_runs_and_prints_who_said_it(snippet: str, digest_engine: Engine, digest_settings: Settings) -> None:
    done = subprocess.run(
        [sys.executable, "-c", snippet],
        cwd=PACKAGE_ROOT,
        env=os.environ | {"BYLINE_HOME": str(digest_settings.home)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "Lisa Harker" in done.stdout
