"""Byline in a process of its own, so that what is timed shares neither imports nor memory with what times it.

In: settings. Out: the environment that hands them on; how much memory a process holds.
"""

import os
from pathlib import Path

from pydantic import BaseModel, SecretStr

from index.settings import PACKAGE_ROOT, Settings


class Memory(BaseModel):
    """Resident memory of a process in MiB: now, and at its most."""

    now: float
    peak: float


def environment(settings: Settings) -> dict[str, str]:
    """This process's variables, with these settings and no other, for a process that finds our packages."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BYLINE_")}
    own = {f"BYLINE_{name.upper()}": str(_plain(value)) for name, value in settings if value is not None}
    paths = [str(PACKAGE_ROOT), inherited.get("PYTHONPATH", "")]
    return inherited | own | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _plain(value: object) -> object:
    """A path as an absolute one, a secret as what it is."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return value.resolve() if isinstance(value, Path) else value


def memory(pid: int) -> Memory | None:
    """How much memory a process holds (VmRSS and VmHWM of proc(5)); None where there is no /proc."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:
        return None
    kib = {name: float(value.split()[0]) for name, _, value in (line.partition(":") for line in lines) if "kB" in value}
    return Memory(now=round(kib["VmRSS"] / 1024, 1), peak=round(kib["VmHWM"] / 1024, 1))
