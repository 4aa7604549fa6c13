"""Whether other processes use the machine: figures taken beside them would be theirs too.

In: the kernel's clocks of processor time. Out: how many cores others used meanwhile, or a refusal.
"""

import os
import time
from pathlib import Path

from eval.errors import BusyMachine

_STAT = Path("/proc/stat")
_IDLE_FIELDS = (3, 4)
"""Of the times on the first line of /proc/stat, those of an idle core: idle and iowait (proc(5))."""
_GUEST_FIELDS = slice(8, None)
"""Guests' times, which are counted under user and nice already."""
_MOST_CORES = 0.25


class Watch:
    """Watches, from when it is made, how much processor time others use. Children count as ours once they have ended.

    Example:
        >>> watch = Watch()
        >>> time.sleep(1)
        >>> watch.others() < 0.25
        True
    """

    def __init__(self) -> None:
        self._clock, self._busy, self._ours = time.monotonic(), _busy_seconds(), _our_seconds()

    def others(self) -> float:
        """Cores that other processes kept busy on average; where there is no /proc, the load average of a minute."""
        if self._busy is None or (busy := _busy_seconds()) is None:
            return os.getloadavg()[0]
        elapsed = time.monotonic() - self._clock
        theirs = (busy - self._busy) - (_our_seconds() - self._ours)
        return max(0.0, theirs / elapsed) if elapsed else 0.0


def refuse_busy_machine(seconds: float = 1.0) -> None:
    """Watch the machine for some seconds.

    Raises:
        BusyMachine: other processes used more than a quarter of a core meanwhile.
    """
    watch = Watch()
    time.sleep(seconds)
    used = watch.others()
    if used > _MOST_CORES:
        raise BusyMachine(
            f"Other processes use {used:.1f} of {os.cpu_count()} cores, so the figures would be theirs too. "
            "Measure when they have ended, or anyway with --busy."
        )


def _busy_seconds() -> float | None:
    """Seconds that all cores together have been busy since the machine started, time stolen by its host included."""
    if not _STAT.exists():
        return None
    times = [int(field) for field in _STAT.read_text("ascii").split("\n", 1)[0].split()[1:]]
    ticks = sum(times) - sum(times[field] for field in _IDLE_FIELDS) - sum(times[_GUEST_FIELDS])
    return ticks / os.sysconf("SC_CLK_TCK")


def _our_seconds() -> float:
    """Processor seconds of this process and of its children that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
