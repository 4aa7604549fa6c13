"""Volumes that the owner adds and removes: their entries in catalogue.toml of BYLINE_HOME.

In: entries, or the id of one. Out: a published index with or without them. The files stay where they are, and what is
written by hand into the catalogue (comments, corrections of other volumes) stays as it is.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomlkit
from filelock import FileLock, Timeout

from index.build import BuildReport, Progress, build_index
from index.catalogue import FILE, AddedEntry, load_added, load_catalogue
from index.errors import CatalogueError, HomeNotWritable, NotFound, SnapshotLocked
from index.files import replace_text
from index.proposals import as_table
from index.settings import Settings


def add(settings: Settings, entries: Sequence[AddedEntry], progress: Progress) -> BuildReport:
    """Put entries into the owner's catalogue, in the place of those with the same id, and index.

    Raises:
        BylineError: the index cannot be made; the catalogue is then as it was.
    """

    def change(volumes: Any) -> None:
        for entry in entries:
            _drop(volumes, entry.id)
            volumes.append(as_table(entry))

    return _change(settings, change, progress)


def remove(settings: Settings, volume_id: str, progress: Progress) -> BuildReport:
    """Take a volume out of the owner's catalogue, and index; its file stays where it is.

    Raises:
        CatalogueError: the volume ships with Byline.
        NotFound: there is no such volume.
        BylineError: the index cannot be made; the catalogue is then as it was.
    """
    if any(entry.id == volume_id for entry in load_catalogue(settings.seeds / FILE)):
        raise CatalogueError(
            f"{volume_id} is in the catalogue that ships. To leave it out, copy {settings.seeds} without its entry "
            "and set BYLINE_SEEDS to the copy."
        )
    added = [entry.id for entry in load_added(settings.home)]
    if volume_id not in added:
        names = ", ".join(added) or "none so far"
        raise NotFound(f"There is no volume {volume_id!r} that you added. Those you added: {names}.")
    return _change(settings, lambda volumes: _drop(volumes, volume_id), progress)


def _change(settings: Settings, change: Callable[[Any], None], progress: Progress) -> BuildReport:
    """Change the owner's catalogue and index; where that fails, put the old catalogue back."""
    path = settings.home / FILE
    with _locked(settings.home):
        load_added(settings.home)
        before = path.read_text(encoding="utf-8") if path.exists() else None
        document = tomlkit.parse(before or "")
        if "volume" not in document:
            document.append("volume", tomlkit.aot())
        change(document["volume"])
        replace_text(path, tomlkit.dumps(document))
        try:
            return build_index(settings, progress)
        except BaseException:
            _restore(path, before)
            raise


def _drop(volumes: Any, volume_id: str) -> None:
    for position in reversed(range(len(volumes))):
        if volumes[position]["id"] == volume_id:
            del volumes[position]


def _restore(path: Path, before: str | None) -> None:
    if before is None:
        path.unlink()
    else:
        replace_text(path, before)


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """Hold the owner's catalogue; the lock dies with its process."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = FileLock(home / "catalogue.lock")
        lock.acquire(timeout=0)
    except Timeout as error:
        raise SnapshotLocked(f"The catalogue in {home} is being changed by another run. Wait for it.") from error
    except OSError as error:
        raise HomeNotWritable(f"{home} cannot be written. Set BYLINE_HOME to a folder of yours.") from error
    try:
        yield
    finally:
        lock.release()
