"""An index of some volumes is what it would be if the others had never been there."""

import shutil
import threading
from pathlib import Path

import pytest

from index.build import build_index
from index.errors import DamagedSnapshot, HomeNotWritable, NothingToSee
from index.restricted import FOLDER, open_restricted, remove_stale
from index.snapshot import Snapshot
from tests.conftest import SilentProgress
from tests.index.collection import DATA, Collection, make_collection, piece

HARBOUR = frozenset({"harbour-papers"})
SECRET = "Ada Thorn confesses that the great lamp was never lit in the year of the long fog, and that nobody was told."


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def collection(tmp_path: Path, export: Path) -> Collection:
    """Harbour papers, and three more volumes in which the same people write, and are misspelt, and hold offices."""
    made = make_collection(tmp_path / "collection", export.parent)
    for name in ("lighthouse-essays", "workshop-papers"):
        shutil.copy(DATA / f"{name}.txt", made.texts)
    made.put_digest(
        piece("What was not said", "**Ada Thorne**, archivist and keeper of secrets", SECRET),
        piece("A second bell", "**Benedict Okafor**, chair of the guild", SECRET.replace("lamp", "bell")),
        volume_id="sealed-papers",
    )
    made.put_catalogue("harbour-papers", "sealed-papers", "lighthouse-essays", "workshop-papers")
    build_index(made.settings, SilentProgress())
    return made


def _alone(collection: Collection, folder: Path, *volume_ids: str) -> Path:
    """The generation of a collection that has never had any other volume."""
    other = Collection(folder)
    shutil.copytree(collection.folder, folder, symlinks=True, ignore=shutil.ignore_patterns("gen-*", "CURRENT", FOLDER))
    other.put_catalogue(*volume_ids)
    build_index(other.settings, SilentProgress())
    return Snapshot.open(other.home).folder


@pytest.mark.parametrize(
    "volume_ids",
    [("harbour-papers",), ("sealed-papers", "workshop-papers"), ("lighthouse-essays",)],
)
def test_it_is_byte_for_byte_the_index_of_these_volumes_alone(
    collection: Collection, tmp_path: Path, volume_ids: tuple[str, ...]
) -> None:
    whole = Snapshot.open(collection.home)
    restricted = open_restricted(collection.home, whole, frozenset(volume_ids))
    alone = _contents(_alone(collection, tmp_path / "alone", *volume_ids))
    found = _contents(restricted.folder)
    assert sorted(found) == sorted(alone)
    differing = [name for name in found if found[name] != alone[name] and name != "MANIFEST.json"]
    assert differing == []
    assert restricted.manifest.counts == Snapshot.open(tmp_path / "alone" / "home").manifest.counts


def test_with_all_volumes_it_is_the_whole(collection: Collection) -> None:
    whole = Snapshot.open(collection.home)
    everything = frozenset(volume.id for volume in whole.volumes())
    assert open_restricted(collection.home, whole, everything).manifest.files == whole.manifest.files


def test_nothing_of_the_others_is_in_its_files(collection: Collection) -> None:
    whole = Snapshot.open(collection.home)
    restricted = open_restricted(collection.home, whole, HARBOUR)
    kept = b"".join(_contents(restricted.folder).values())
    for secret in (b"confesses", b"sealed", b"archivist", b"guild chair", b"Workshop"):
        assert secret not in kept
    assert b"harbour master" in kept
    assert restricted.generation == whole.generation


def test_it_is_made_once_and_by_one(collection: Collection) -> None:
    whole = Snapshot.open(collection.home)
    made: list[Snapshot] = []
    threads = [
        threading.Thread(target=lambda: made.append(open_restricted(collection.home, whole, HARBOUR))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len({snapshot.folder for snapshot in made}) == 1
    (folder,) = (collection.home / FOLDER / whole.generation).iterdir()
    before = (folder / "CURRENT").stat().st_mtime_ns
    open_restricted(collection.home, whole, HARBOUR)
    assert (folder / "CURRENT").stat().st_mtime_ns == before


def test_one_that_was_changed_is_refused(collection: Collection) -> None:
    whole = Snapshot.open(collection.home)
    store = open_restricted(collection.home, whole, HARBOUR).folder / "store.sqlite"
    store.write_bytes(store.read_bytes().replace(b"Okafor", b"Okefor"))
    with pytest.raises(DamagedSnapshot):
        open_restricted(collection.home, whole, HARBOUR)


def test_what_cannot_be_made_is_named(collection: Collection) -> None:
    whole = Snapshot.open(collection.home)
    with pytest.raises(NothingToSee):
        open_restricted(collection.home, whole, frozenset({"burnt-papers"}))
    (collection.home / FOLDER).mkdir(exist_ok=True)
    shutil.rmtree(collection.home / FOLDER)
    (collection.home / FOLDER).write_text("in the way")
    with pytest.raises(HomeNotWritable):
        open_restricted(collection.home, whole, HARBOUR)


def test_those_of_generations_that_are_gone_are_removed(collection: Collection) -> None:
    whole = Snapshot.open(collection.home)
    open_restricted(collection.home, whole, HARBOUR)
    (collection.home / FOLDER / "gen-99").mkdir()
    remove_stale(collection.home)
    assert [path.name for path in (collection.home / FOLDER).iterdir()] == [whole.generation]
