"""Reading many files: a bad one is kept apart, and the rest goes on.

In: files and what to do with each. Out: what came of the good ones, and a `Refusal` for each of the others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from index.catalogue import AddedEntry
from index.errors import BylineError
from index.proposals import Proposal, Said, propose
from index.settings import Settings

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not read, and why."""

    path: Path
    error: BylineError


def read_each(paths: Sequence[Path], read: Callable[[Path], _Read]) -> tuple[list[_Read], list[Refusal]]:
    """Read every file. Of a single file the error is raised, since there is no rest to go on with.

    Raises:
        BylineError: there is only one file, and it is refused.
    """
    done: list[_Read] = []
    refusals: list[Refusal] = []
    for path in paths:
        try:
            done.append(read(path))
        except BylineError as error:
            if len(paths) == 1:
                raise
            refusals.append(Refusal(path, error))
    return done, refusals


def propose_each(paths: Sequence[Path], settings: Settings, said: Said) -> tuple[list[Proposal], list[Refusal]]:
    """Propose an entry for every file; ids and titles of one run are kept apart.

    Raises:
        BylineError: there is only one file, and it is refused.
    """
    taken: list[AddedEntry] = []

    def read(path: Path) -> Proposal:
        proposal = propose(path, settings, said, taken)
        taken.append(proposal.entry)
        return proposal

    return read_each(paths, read)
