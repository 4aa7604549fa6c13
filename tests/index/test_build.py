"""An index run does what is needed, once, whole or not at all, and says what is wrong."""

import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe, get_context
from pathlib import Path

import pytest

from index.build import build_index, index_is_current
from index.errors import (
    BinaryText,
    BylineError,
    CatalogueError,
    ChangedText,
    HomeNotWritable,
    MissingText,
    SettingsError,
    SnapshotLocked,
    TextError,
    UndecodableText,
)
from index.manifest import current_generation, read_manifest
from index.model_files import DEFAULT_MODEL
from index.settings import Settings
from index.snapshot import Snapshot
from tests.conftest import SilentProgress
from tests.index.collection import FOG, LAMPS, Collection, make_collection, piece
from tests.index.run_index import run_index

SILENT = SilentProgress()
STARTER = get_context("forkserver")
STARTER.set_forkserver_preload(["tests.index.run_index", "index.embedding", "index.snapshot"])
MORE = "Thorne adds that the keepers of the north tower have painted their stove red and sing to it at night."


def _state(home: Path) -> dict[str, tuple[int, int]]:
    """Every file of a home but the lock and the models, with its size and the time of its last change."""
    return {
        path.relative_to(home).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in home.rglob("*")
        if path.is_file() and path.name != "index.lock"
    }


def _authors(home: Path) -> list[str]:
    snapshot = Snapshot.open(home)
    names = [person.name for person in snapshot.people()]
    snapshot.close()
    return names


def _generations(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir() if path.name.startswith("gen-"))


def _write(collection: Collection, author: str, more: str) -> None:
    """Put a digest of two pieces; the first is by `author` and ends with `more`."""
    collection.put_digest(
        piece("Lamps in winter", f"**{author}**, head keeper and director", LAMPS, more),
        piece("The bell", "**Benedict Okafor**, harbour master and director", FOG),
    )


def _change(collection: Collection) -> None:
    _write(collection, "Ada Thorne", MORE)


def test_the_first_run_publishes_what_it_read(collection: Collection) -> None:
    report = build_index(collection.settings, SILENT)
    assert report.published
    assert report.embedded > 0
    assert report.editions == {"harbour-papers": "digest"}
    assert report.counts["people"] == 2
    assert _authors(collection.home) == ["Ada Thorne", "Benedict Okafor"]


def test_a_second_run_embeds_nothing_and_publishes_nothing(collection: Collection) -> None:
    first = build_index(collection.settings, SILENT)
    before = _state(collection.home)
    second = build_index(collection.settings, SILENT)
    assert (second.published, second.embedded, second.generation) == (False, 0, first.generation)
    assert (second.counts, second.editions) == (first.counts, first.editions)
    assert _state(collection.home) == before


def test_a_changed_text_is_published_and_only_what_changed_is_embedded(collection: Collection) -> None:
    first = build_index(collection.settings, SILENT)
    _change(collection)
    second = build_index(collection.settings, SILENT)
    assert second.published
    assert second.generation != first.generation
    assert 0 < second.embedded < first.embedded
    assert second.reused > 0
    snapshot = Snapshot.open(collection.home)
    assert snapshot.section("harbour-papers/lamps-in-winter").sentences[-1].text == MORE
    snapshot.close()


def test_a_text_that_changes_back_is_not_embedded_again(collection: Collection) -> None:
    original = (collection.seeds / "digests" / "harbour-papers.md").read_text(encoding="utf-8")
    build_index(collection.settings, SILENT)
    _change(collection)
    build_index(collection.settings, SILENT)
    (collection.seeds / "digests" / "harbour-papers.md").write_text(original, encoding="utf-8")
    report = build_index(collection.settings, SILENT)
    assert (report.published, report.embedded) == (True, 0)


def test_the_full_text_takes_the_place_of_the_digest_when_it_is_there(collection: Collection) -> None:
    build_index(collection.settings, SILENT)
    (collection.texts / "harbour-papers.txt").write_text(
        "# Papers\n\n## The pier\n\n**Dora Ash**, pilot and director\n\nThe pier is long. Boats like it.\n\n"
        "## Notes\n\n1. So.\n",
        encoding="utf-8",
    )
    collection.put_catalogue()
    report = build_index(collection.settings, SILENT)
    assert report.editions == {"harbour-papers": "full text"}
    assert "is now read from its full text instead of its digest." in " ".join(report.notes)
    assert _authors(collection.home) == ["Dora Ash"]


def test_an_index_is_current_from_its_publication_until_something_changes(collection: Collection) -> None:
    assert not index_is_current(collection.settings)
    build_index(collection.settings, SILENT)
    assert index_is_current(collection.settings)
    _change(collection)
    assert not index_is_current(collection.settings)


def test_two_homes_get_the_same_files_from_the_same_texts(tmp_path: Path, export: Path) -> None:
    manifests = []
    for name in ("one", "two"):
        collection = make_collection(tmp_path / name, export.parent)
        build_index(collection.settings, SILENT)
        manifests.append(read_manifest(current_generation(collection.home)))
    assert manifests[0] == manifests[1]


def test_a_volume_that_is_nowhere_is_left_out_and_named(collection: Collection) -> None:
    collection.put_catalogue("harbour-papers", "orchard-notes")
    report = build_index(collection.settings, SILENT)
    assert list(report.editions) == ["harbour-papers"]
    assert any("Orchard Notes" in note and "orchard-notes.txt" in note for note in report.notes)


def test_a_second_indexer_at_once_is_refused_and_the_first_goes_on(collection: Collection) -> None:
    refused: list[str] = []

    class Intruder(SilentProgress):
        def stage(self, name: str, total: int | None) -> None:
            with pytest.raises(SnapshotLocked, match="under way") as caught:
                build_index(collection.settings, SILENT)
            refused.append(str(caught.value))

    assert build_index(collection.settings, Intruder()).published
    assert refused
    assert all(str(collection.home) in message for message in refused)
    assert not build_index(collection.settings, SILENT).published


def _file_as_home(folder: Path) -> Path:
    (folder / "home").write_text("A file.", encoding="utf-8")
    return folder / "home"


def _home_below_a_file(folder: Path) -> Path:
    return _file_as_home(folder) / "below"


def _name_too_long(folder: Path) -> Path:
    return folder / ("long" * 100)


def _read_only(folder: Path) -> Path:
    if os.geteuid() == 0:
        return Path("/proc/byline")
    (folder / "home").mkdir(mode=0o500)
    return folder / "home"


@pytest.mark.parametrize("place", [_file_as_home, _home_below_a_file, _name_too_long, _read_only])
def test_a_home_that_cannot_be_written_is_refused_and_the_setting_named(
    tmp_path: Path, export: Path, place: Callable[[Path], Path]
) -> None:
    seeds = make_collection(tmp_path / "collection", export.parent).seeds
    home = place(tmp_path)
    with pytest.raises(HomeNotWritable, match="BYLINE_HOME"):
        build_index(Settings(home=home, texts=tmp_path, seeds=seeds), SILENT)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"The lamp \x00 is lit.", BinaryText),
        (b"The caf\xe9 is open.", UndecodableText),
        (b"The lamp is lit.", ChangedText),
        (b"", TextError),
    ],
)
def test_a_broken_text_leaves_the_last_generation_as_it_was(
    collection: Collection, content: bytes, error: type[TextError]
) -> None:
    build_index(collection.settings, SILENT)
    before = _state(collection.home)
    (collection.texts / "harbour-papers.txt").write_bytes(content)
    with pytest.raises(error, match=r"harbour-papers\.txt"):
        build_index(collection.settings, SILENT)
    assert _state(collection.home) == before
    assert _authors(collection.home) == ["Ada Thorne", "Benedict Okafor"]


def test_a_digest_that_lacks_its_lines_is_refused_by_the_name_of_the_piece(collection: Collection) -> None:
    collection.put_digest(f"## The lamp\n\n**Ada Thorne**, head keeper\n\n{LAMPS}\n\n", piece("The bell", "", FOG))
    with pytest.raises(TextError, match="The lamp"):
        build_index(collection.settings, SILENT)


def test_a_broken_catalogue_leaves_the_last_generation_as_it_was(collection: Collection) -> None:
    build_index(collection.settings, SILENT)
    (collection.seeds / "catalogue.toml").write_text("[[volume", encoding="utf-8")
    with pytest.raises(CatalogueError):
        build_index(collection.settings, SILENT)
    assert _authors(collection.home) == ["Ada Thorne", "Benedict Okafor"]


def test_a_folder_of_texts_that_is_not_there_is_refused_and_the_setting_named(collection: Collection) -> None:
    settings = Settings(home=collection.home, texts=collection.folder / "nowhere", seeds=collection.seeds)
    with pytest.raises(SettingsError, match="BYLINE_TEXTS"):
        build_index(settings, SILENT)


def test_a_collection_without_any_text_is_refused(collection: Collection) -> None:
    (collection.seeds / "digests" / "harbour-papers.md").unlink()
    with pytest.raises(MissingText, match="BYLINE_TEXTS"):
        build_index(collection.settings, SILENT)


def test_a_collection_without_a_sentence_to_cite_is_refused(collection: Collection) -> None:
    (collection.texts / "harbour-papers.txt").write_text("# Notes\n\n1. So.\n\n# Contents\n\nNone.\n", encoding="utf-8")
    collection.put_catalogue()
    with pytest.raises(BylineError):
        build_index(collection.settings, SILENT)


def test_a_damaged_generation_is_made_again_without_embedding(collection: Collection) -> None:
    build_index(collection.settings, SILENT)
    (current_generation(collection.home) / "store.sqlite").write_bytes(b"damaged")
    report = build_index(collection.settings, SILENT)
    assert (report.published, report.embedded) == (True, 0)
    assert _authors(collection.home) == ["Ada Thorne", "Benedict Okafor"]


@pytest.mark.parametrize("content", [b"no database", b""])
def test_a_damaged_cache_of_embeddings_costs_only_time(collection: Collection, content: bytes) -> None:
    (collection.home / "embeddings.sqlite").write_bytes(content)
    assert build_index(collection.settings, SILENT).published
    assert _authors(collection.home) == ["Ada Thorne", "Benedict Okafor"]


def test_what_a_crashed_first_run_left_behind_is_removed(collection: Collection) -> None:
    (collection.home / "gen-1").mkdir()
    (collection.home / "gen-1" / "store.sqlite").write_bytes(b"half")
    report = build_index(collection.settings, SILENT)
    assert _generations(collection.home) == [report.generation]


def test_no_more_than_two_generations_are_kept(collection: Collection) -> None:
    reports = []
    for number in range(4):
        _write(collection, "Ada Thorne", f"The stove was lit {number} times.")
        reports.append(build_index(collection.settings, SILENT))
    assert _generations(collection.home) == [report.generation for report in reports[-2:]]


class _Run:
    """An index run in a process of its own, to be killed."""

    def __init__(self, collection: Collection) -> None:
        self._told, telling = Pipe(duplex=False)
        self._process = STARTER.Process(target=run_index, args=(collection.folder, telling))
        self._process.start()
        telling.close()

    def wait_for(self, stage: str) -> float:
        """Return the time when the run has told `stage`, or has ended."""
        with suppress(EOFError):
            while self._told.recv() != stage:
                pass
        return time.perf_counter()

    def kill(self) -> None:
        """End it as kill -9 does."""
        self._process.kill()
        self._process.join()
        self._told.close()


def test_killed_at_any_moment_a_run_leaves_a_whole_index_and_the_next_completes(collection: Collection) -> None:
    run = _Run(collection)
    began, publishing, done = (run.wait_for(stage) for stage in ("reading", "publishing", "done"))
    run.kill()
    chance = random.Random(9)
    for number in range(20):
        before, author = _authors(collection.home)[:1], ("Ada Thorne", "Zoe Ash")[number % 2]
        stage, seconds = (("reading", done - began), ("publishing", done - publishing))[number // 2 % 2]
        _write(collection, author, f"The stove was lit {number} times.")
        run = _Run(collection)
        run.wait_for(stage)
        time.sleep(chance.uniform(0, seconds * 1.1))
        run.kill()
        assert _authors(collection.home)[:1] in (before, [author])
        if number % 4 == 3:
            build_index(collection.settings, SILENT)
            assert _authors(collection.home)[:1] == [author]
            assert len(_generations(collection.home)) <= 2
    assert index_is_current(collection.settings)


def test_the_default_model_needs_no_name() -> None:
    assert Settings().model == DEFAULT_MODEL
