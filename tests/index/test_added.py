"""A change of the owner's catalogue holds as a whole, also where it is cut off."""

import subprocess
import sys
from pathlib import Path

import pytest

from index.added import add, recover, remove
from index.build import build_index, index_is_current
from index.catalogue import load_added
from index.proposals import propose
from index.settings import PACKAGE_ROOT
from tests.conftest import SilentProgress
from tests.index.collection import Collection

KILLED = 9
CUT_OFF = """
import os, sys
from pathlib import Path
import index.added
from index.proposals import propose
from tests.conftest import SilentProgress
from tests.index.collection import Collection

class Killed(SilentProgress):
    def stage(self, name, total):
        if name == sys.argv[3]:
            os._exit(9)

def published(settings, progress, build=index.added.build_index):
    build(settings, progress)
    os._exit(9)

if sys.argv[3] == "published":
    index.added.build_index = published
settings = Collection(Path(sys.argv[1])).settings
index.added.add(settings, [propose(Path(sys.argv[2]), settings, {}).entry], Killed())
"""
MINE = "# Mine, by hand.\n"


@pytest.fixture
def paper(collection: Collection) -> Path:
    build_index(collection.settings, SilentProgress())
    path = collection.folder / "frost.md"
    path.write_text("# The late frost\n\nFrost at apple blossom costs forty crates, and nobody is to blame.\n", "utf-8")
    return path


def _add_and_die(collection: Collection, paper: Path, stage: str) -> None:
    command = [sys.executable, "-c", CUT_OFF, str(collection.folder), str(paper), stage]
    done = subprocess.run(command, cwd=PACKAGE_ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == KILLED, done.stderr
    assert [entry.file for entry in load_added(collection.home)] == [str(paper)]


@pytest.mark.parametrize("before", [None, MINE])
def test_a_change_that_was_cut_off_is_undone(collection: Collection, paper: Path, before: str | None) -> None:
    catalogue = collection.home / "catalogue.toml"
    if before is not None:
        catalogue.write_text(before, "utf-8")
        build_index(collection.settings, SilentProgress())
    _add_and_die(collection, paper, "embedding")
    recover(collection.settings)
    assert (catalogue.read_text("utf-8") if catalogue.exists() else None) == before
    assert index_is_current(collection.settings)
    recover(collection.settings)


def test_the_next_change_undoes_what_was_cut_off_too(collection: Collection, paper: Path) -> None:
    _add_and_die(collection, paper, "publishing")
    other = paper.with_name("bees.md")
    other.write_text("# Bees\n\nA hive moved in May forgets its orchard within a week.\n", "utf-8")
    add(collection.settings, [propose(other, collection.settings, {}).entry], SilentProgress())
    assert [entry.id for entry in load_added(collection.home)] == ["bees"]


def test_what_was_published_stays(collection: Collection, paper: Path) -> None:
    _add_and_die(collection, paper, "published")
    recover(collection.settings)
    assert [entry.file for entry in load_added(collection.home)] == [str(paper)]
    assert index_is_current(collection.settings)


def test_what_was_changed_by_hand_since_is_left_alone(collection: Collection, paper: Path) -> None:
    _add_and_die(collection, paper, "embedding")
    catalogue = collection.home / "catalogue.toml"
    catalogue.write_text(MINE + catalogue.read_text("utf-8"), "utf-8")
    recover(collection.settings)
    assert catalogue.read_text("utf-8").startswith(MINE)
    assert len(load_added(collection.home)) == 1


@pytest.mark.parametrize("emptied", ["", "volume = []\n"])
def test_a_volume_is_added_again_after_the_last_one_was_removed(
    collection: Collection, paper: Path, emptied: str
) -> None:
    entry = propose(paper, collection.settings, {}).entry
    (collection.home / "catalogue.toml").write_text(emptied, "utf-8")
    for _ in range(2):
        add(collection.settings, [entry], SilentProgress())
        assert load_added(collection.home) == (entry,)
        remove(collection.settings, entry.id, SilentProgress())
        assert load_added(collection.home) == ()
