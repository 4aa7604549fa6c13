"""Showing how an index run goes on: a bar on a terminal, plain lines elsewhere, nothing for machines."""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class BuildProgress:
    """An `index.build.Progress` on a console."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._console = console
        self._task: TaskID | None = None

    def __enter__(self) -> "BuildProgress":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins."""
        if not self._console.is_terminal:
            self._console.print(f"{name}{f' {total}' if total else ''} …", highlight=False)
        self._task = self._progress.add_task(name, total=total)

    def advance(self, steps: int = 1) -> None:
        """Steps of the stage are done."""
        if self._task is not None:
            self._progress.advance(self._task, steps)
