"""Volumes that the owner adds and removes: their entries in catalogue.toml of BYLINE_HOME.

In: entries, or the id of one. Out: a published index with or without them. The files stay where they are, and what is
written by hand into the catalogue (comments, corrections of other volumes) stays as it is. A change that is cut off
(killed, power lost) before its index is published is undone by the next one, or by `recover`.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomlkit
from filelock import FileLock, Timeout

from index.build import BuildReport, Progress, build_index, index_is_current
from index.catalogue import FILE, AddedEntry, load_added, load_catalogue
from index.errors import BylineError, CatalogueError, HomeNotWritable, NotFound, SnapshotLocked
from index.files import replace_text
from index.proposals import as_table
from index.settings import Settings

_JOURNAL = f"{FILE}.changing"
"""What the catalogue was and becomes, as long as a change is under way."""


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


def recover(settings: Settings) -> None:
    """Undo a change of the owner's catalogue that was cut off before its index was published, if there is one.

    Raises:
        SnapshotLocked: another run is changing it.
    """
    with _locked(settings.home):
        _undo_cut_off(settings)


def _change(settings: Settings, change: Callable[[Any], None], progress: Progress) -> BuildReport:
    """Change the owner's catalogue and index; where that fails, put the old catalogue back."""
    path = settings.home / FILE
    with _locked(settings.home):
        _undo_cut_off(settings)
        load_added(settings.home)
        before = _text_of(path)
        document = tomlkit.parse(before or "")
        if not document.get("volume"):
            document.pop("volume", None)
            document.append("volume", tomlkit.aot())
        change(document["volume"])
        if not document["volume"]:
            del document["volume"]
        after = tomlkit.dumps(document)
        journal = settings.home / _JOURNAL
        replace_text(journal, json.dumps({"before": before, "after": after}))
        replace_text(path, after)
        try:
            report = build_index(settings, progress)
        except BaseException:
            _restore(path, before)
            journal.unlink()
            raise
        journal.unlink()
        return report


def _undo_cut_off(settings: Settings) -> None:
    """Put the old catalogue back where its change was neither published nor changed once more by hand."""
    path, journal = settings.home / FILE, settings.home / _JOURNAL
    if (noted := _text_of(journal)) is None:
        return
    change = json.loads(noted)
    if _text_of(path) == change["after"] and not _is_published(settings):
        _restore(path, change["before"])
    journal.unlink()


def _is_published(settings: Settings) -> bool:
    try:
        return index_is_current(settings)
    except BylineError:
        return False


def _text_of(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


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
