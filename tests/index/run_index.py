"""An index run in a process of its own that tells each stage as it begins; for tests that kill it.

In: the folder of a `Collection`. Out: the stages through a pipe, then "done".
"""

from multiprocessing.connection import Connection
from pathlib import Path

from index.build import build_index
from tests.index.collection import Collection


class ToldProgress:
    """Sends the stages through a pipe."""

    def __init__(self, told: "Connection[str, str]") -> None:
        self._told = told

    def stage(self, name: str, total: int | None) -> None:
        """Tell that a stage begins."""
        self._told.send(name)

    def advance(self, steps: int = 1) -> None:
        """Tell nothing of steps."""


def run_index(folder: Path, told: "Connection[str, str]") -> None:
    """Index the collection in a folder."""
    build_index(Collection(folder).settings, ToldProgress(told))
    told.send("done")
