"""Starting the process that reads and indexes, and hearing what it tells.

In: a `Task`. Out: the messages of the process one by one; what it refuses is raised here as the error that it was.
"""

import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from threading import Timer

from api import errors as errors_of_asking
from api.errors import JobCutOff
from api.ingest.messages import TOLD, Examined, Refused, Task, Told
from index import errors as errors_of_indexing
from index.errors import BylineError, TextLimitReached
from index.settings import PACKAGE_ROOT

_log = logging.getLogger(__name__)
_COMMAND = (sys.executable, "-P", "-m", "api.ingest.process")
_TOLD_OF_STDERR = 4000
_ERRORS: dict[str, type[BylineError]] = {
    name: error
    for name, error in (vars(errors_of_indexing) | vars(errors_of_asking)).items()
    if isinstance(error, type) and issubclass(error, BylineError)
}


class Child:
    """A process at work on one task; it dies with this one.

    Example:
        >>> with Child(task) as child:
        ...     for told in child.told():
        ...         print(told)
    """

    def __init__(self, task: Task) -> None:
        """Start it."""
        self._is_killed = False
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=_environment(),
            text=True,
            encoding="utf-8",
        )
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it is gone already, which `told` finds out and says
            self._process.stdin.write(task.model_dump_json() + "\n")
            self._process.stdin.flush()

    def told(self) -> Iterator[Told]:
        """What it says, until it ends.

        Raises:
            BylineError: what it refused its task with.
            JobCutOff: it ended before it was done.
        """
        assert self._process.stdout is not None
        last: Told | None = None
        for line in self._process.stdout:
            last = TOLD.validate_json(line)
            if isinstance(last, Refused):
                raise _ERRORS.get(last.error, BylineError)(last.message)
            yield last
        if (code := self._process.wait()) != 0:
            if not self._is_killed:
                self._complaints.seek(0)
                said = self._complaints.read().decode("utf-8", "replace")[-_TOLD_OF_STDERR:]
                _log.error("an index process ended with %s: %s", code, said or "it said nothing")
            raise JobCutOff(f"The process that read and indexed ended before it was done (exit {code}). Send it again.")

    def kill(self) -> None:
        """End it now."""
        self._is_killed = True
        self._process.kill()

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *error: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._complaints):
            with suppress(BrokenPipeError):
                pipe.close()


def examine(task: Task, seconds: float) -> Examined:
    """Have a file examined within so many seconds.

    Raises:
        TextError: it is refused, or takes longer.
        DocumentExists: it is in the catalogue as it is now.
        DocumentError: what is said of it cannot be used.
    """
    with Child(task) as child:
        timer = Timer(seconds, child.kill)
        timer.start()
        try:
            (examined,) = (told for told in child.told() if isinstance(told, Examined))
        except JobCutOff as error:
            raise TextLimitReached(
                f"The file takes more than {seconds:.0f} seconds or too much memory to read. Split it, or send it as "
                "plain text."
            ) from error
        finally:
            timer.cancel()
    return examined


def _environment() -> dict[str, str]:
    """This process's environment without settings, which a task brings along, and with our packages."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BYLINE_")}
    return kept | {"PYTHONPATH": str(PACKAGE_ROOT), "PYTHONIOENCODING": "utf-8"}
