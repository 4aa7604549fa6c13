"""Running the real command in a process of its own."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache

from index.settings import PACKAGE_ROOT, Settings

MAIN = "from api.cli import main; main()"


@dataclass(frozen=True)
class Ran:
    """What a command printed, how it ended and how long it took."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def sentence(self) -> str:
        """The one sentence on standard error, checked to be one."""
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("byline: ")
        assert self.err.endswith(".\n")
        assert not self.out
        return self.err.removeprefix("byline: ").strip()


def byline(*arguments: str, settings: Settings | None = None, code: str = MAIN, **environment: str) -> Ran:
    """Run `byline` with these settings and no other."""
    given = settings.model_dump(mode="json", include=settings.model_fields_set) if settings else {}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BYLINE_")}
    own = {f"BYLINE_{name.upper()}": str(value) for name, value in given.items()}
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=PACKAGE_ROOT,
        env=clean | own | {"PYTHONWARNINGS": "default", "TERM": "dumb"} | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr, time.perf_counter() - began)


@cache
def help_of(*command: str) -> Ran:
    """What `--help` prints, asked once."""
    return byline(*command, "--help")
