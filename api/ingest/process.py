"""The process that reads and indexes what was sent: `python -m api.ingest.process`.

In: a `Task` as one line on standard input, which stays open as long as the service lives. Out: a line for every stage
and step, and one for what came of it. It is a process of its own so that questions keep the interpreter and, being the
nicer of the two, the processors; and so that whatever a file does to it, the service goes on. It may be killed at any
moment: a generation is published in one atomic step, and a catalogue half changed is put right by `index.added`.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import TypeVar

from api.errors import DocumentError, DocumentExists
from api.ingest.messages import WAITING, Errand, Examined, Published, Refused, Stage, Steps, Task, Told
from index.errors import BylineError, CatalogueError, KnownText, SnapshotLocked
from index.manifest import current_generation
from index.proposals import propose

_Result = TypeVar("_Result")
_NICENESS = 5
"""Enough to be the nicer of two; where questions keep every processor busy, it still comes on."""
_PATIENCE_S = 3600.0
_LOOKS_EVERY_S = 1.0


def main() -> None:
    """Do what standard input says."""
    os.nice(_NICENESS)
    task = Task.model_validate_json(sys.stdin.readline())
    Thread(target=_end_with_the_service, daemon=True).start()
    try:
        _tell(_DO[task.errand](task))
    except BylineError as error:
        _tell(Refused(error=type(error).__name__, message=str(error)))


class _ToldProgress:
    """Tells the service how an index run goes on."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins."""
        _tell(Stage(name=name, total=total))

    def advance(self, steps: int = 1) -> None:
        """Steps are done."""
        _tell(Steps(count=steps))


def _examine(task: Task) -> Told:
    path = Path(task.path)
    os.chdir(path.parent)  # messages name the file as its sender does, and not where it lies
    try:
        proposal = propose(Path(path.name), task.opened_settings, task.said, again=task.entry)
    except KnownText as error:  # of a volume that is going to be removed, and is not yet
        raise DocumentExists(str(error)) from error
    except CatalogueError as error:
        raise DocumentError(str(error)) from error
    return Examined(entry=proposal.entry, doubts=tuple(proposal.outline.doubts))


def _put(task: Task) -> Told:
    from index.added import add

    entry = task.entry
    assert entry is not None
    return Published(generation=_patiently(lambda: add(task.opened_settings, [entry], _ToldProgress())).generation)


def _remove(task: Task) -> Told:
    from index.added import remove

    report = _patiently(lambda: remove(task.opened_settings, task.volume_id, _ToldProgress()))
    return Published(generation=report.generation)


def _recover(task: Task) -> Told:
    from index.added import recover

    settings = task.opened_settings
    _patiently(lambda: recover(settings))
    return Published(generation=current_generation(settings.home).name)


def _patiently(change: Callable[[], _Result]) -> _Result:
    """Change the catalogue and the index, after whoever else is changing them."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return change()
        except SnapshotLocked:
            if time.monotonic() > until:
                raise
            _tell(Stage(name=WAITING))
            time.sleep(_LOOKS_EVERY_S)


_DO: dict[Errand, Callable[[Task], Told]] = {
    Errand.EXAMINE: _examine,
    Errand.PUT: _put,
    Errand.REMOVE: _remove,
    Errand.RECOVER: _recover,
}


def _tell(message: Told) -> None:
    print(message.model_dump_json(), flush=True)


def _end_with_the_service() -> None:
    """End when standard input does: whoever would read what this one says is gone."""
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
