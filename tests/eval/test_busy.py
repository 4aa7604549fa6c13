"""A machine is busy when others use it, and not by what we do ourselves."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from eval.busy import Watch, refuse_busy_machine
from eval.errors import BusyMachine

CORES = os.cpu_count() or 1
SPIN = "import time; end = time.monotonic() + {0}\nwhile time.monotonic() < end: pass"


@contextmanager
def spinning(seconds: float) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A process for every core that does nothing but use it."""
    running = [subprocess.Popen([sys.executable, "-c", SPIN.format(seconds)]) for _ in range(CORES)]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait()


def test_a_machine_that_others_use_is_refused_with_what_to_do() -> None:
    with spinning(30), pytest.raises(BusyMachine, match=rf"of {CORES} cores.*--busy\.$"):
        refuse_busy_machine(0.5)


def test_what_our_own_children_used_is_not_the_others() -> None:
    watch, began, before = Watch(), time.monotonic(), os.times()
    with spinning(1) as running:
        for process in running:
            process.wait()
    others, after = watch.others(), os.times()
    ours = (after.children_user - before.children_user) / (time.monotonic() - began)
    assert ours > 0.1
    assert 0 <= others <= CORES - ours + 0.3


def test_a_watch_just_made_can_be_asked() -> None:
    assert Watch().others() >= 0
