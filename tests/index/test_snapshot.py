"""What was published is what is opened, and what is not exactly that is refused before anything parses it."""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index import manifest
from index.build import build_index
from index.embedding import Embedder
from index.errors import DamagedSnapshot, ForeignSnapshot, NoSnapshot, NotFound, SnapshotError
from index.snapshot import Snapshot
from index.tokens import tokens
from tests.conftest import SilentProgress
from tests.index.collection import FOG, LAMPS, Collection, make_collection, piece

LAMP, BELL, TWIN = (f"harbour-papers/{name}" for name in ("lamps-in-winter", "the-bell", "the-bell-again"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, export: Path) -> Collection:
    """A published collection in which two people wrote the same words. Not to be changed."""
    collection = make_collection(tmp_path_factory.mktemp("snapshot") / "collection", export.parent)
    collection.put_digest(
        piece("Lamps in winter", "**Ada Thorne**, head keeper", LAMPS),
        piece("The bell", "**Benedict Okafor**, harbour master and director", FOG),
        piece("The bell again", "**Clara Moss**, trustee", FOG),
    )
    build_index(collection.settings, SilentProgress())
    return collection


@pytest.fixture(scope="module")
def snapshot(built: Collection) -> Iterator[Snapshot]:
    snapshot = Snapshot.open(built.home)
    yield snapshot
    snapshot.close()


@pytest.fixture
def home(built: Collection, tmp_path: Path) -> Path:
    """A copy of the published home, to be damaged."""
    return Path(shutil.copytree(built.home, tmp_path / "home", symlinks=True))


def _generation(home: Path) -> Path:
    return home / (home / "CURRENT").read_text(encoding="utf-8").split()[0]


def _files(home: Path) -> list[Path]:
    """The files of the generation but the manifest."""
    return sorted(p for p in _generation(home).rglob("*") if p.is_file() and p.name != manifest.MANIFEST)


def _refused(home: Path, error: type[SnapshotError] = DamagedSnapshot) -> str:
    with pytest.raises(error) as caught:
        Snapshot.open(home)
    assert type(caught.value) is error
    assert "byline index" in str(caught.value)
    return str(caught.value)


def _flip(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def test_volumes_sections_and_people_come_back_as_they_were_read(snapshot: Snapshot) -> None:
    (volume,) = snapshot.volumes()
    assert (volume.id, volume.edition, volume.rights, volume.credit, volume.people) == (
        "harbour-papers",
        "digest",
        "Ours.",
        "The keepers",
        3,
    )
    section = snapshot.section(LAMP)
    assert (section.title, section.kind, section.byline) == ("Lamps in winter", "essay", "printed")
    assert [(author.name, author.role) for author in section.authors] == [("Ada Thorne", "head keeper")]
    assert {person.name: [ref.id for ref in person.sections] for person in snapshot.people()} == {
        "Ada Thorne": [LAMP],
        "Benedict Okafor": [BELL],
        "Clara Moss": [TWIN],
    }


def test_every_sentence_leads_to_its_words_in_the_source(snapshot: Snapshot) -> None:
    source = snapshot.source("harbour-papers")
    sentences = snapshot.section(LAMP).sentences
    assert " ".join(sentence.text for sentence in sentences).endswith(LAMPS)
    for sentence in sentences[2:]:
        assert [source[span.start : span.end] for span in sentence.spans] == [sentence.text]


def test_sections_know_their_neighbours_in_their_volume(snapshot: Snapshot) -> None:
    section = snapshot.section(BELL)
    assert section.previous is not None
    assert section.next is not None
    assert (section.previous.id, section.next.id) == (LAMP, TWIN)
    assert snapshot.section(TWIN).next is None


def test_a_section_that_is_not_there_is_not_found(snapshot: Snapshot) -> None:
    with pytest.raises(NotFound, match="harbour-papers/no"):
        snapshot.section("harbour-papers/no")


def test_the_words_of_a_passage_find_it_by_meaning_and_by_word(snapshot: Snapshot, embedder: Embedder) -> None:
    rows, _ = snapshot.vectors.search(embedder.embed(["a second stove in every tower"])[0], 1)
    assert snapshot.passages(rows)[0].section_id == LAMP
    best = int(snapshot.lexical.scores(tokens("inspectors in January")).argmax())
    assert snapshot.passages([best])[0].section_id == LAMP


def test_every_vector_belongs_to_the_text_of_its_row(snapshot: Snapshot, embedder: Embedder) -> None:
    count = snapshot.manifest.counts["passages"]
    assert count == len(snapshot.passage_sections) >= 3
    for passage in snapshot.passages(range(count)):
        _, scores = snapshot.vectors.search(
            embedder.embed([passage.indexed_text])[0], 1, np.arange(count) == passage.row
        )
        assert scores[0] > 0.999
    for section_id in (LAMP, BELL, TWIN):
        for sentence in snapshot.sentences(section_id):
            if sentence.row is not None:
                vector = snapshot.sentence_vectors[sentence.row].astype(np.float32)
                assert vector @ embedder.embed([sentence.text])[0] > 0.999


def test_the_same_words_in_two_sections_are_kept_twice_each_with_its_own_people(snapshot: Snapshot) -> None:
    twins = [p for p in snapshot.passages(range(snapshot.manifest.counts["passages"])) if p.text == FOG]
    assert {passage.section_id: passage.header.split(" (")[0] for passage in twins} == {
        BELL: "Benedict Okafor",
        TWIN: "Clara Moss",
    }
    assert [author.name for author in snapshot.section(BELL).authors] == ["Benedict Okafor"]
    assert [author.name for author in snapshot.section(TWIN).authors] == ["Clara Moss"]


def test_a_mask_of_sections_takes_their_passages_and_no_other(snapshot: Snapshot) -> None:
    mask = snapshot.passage_mask(frozenset({BELL}))
    assert {snapshot.passage_sections[row] for row in np.flatnonzero(mask)} == {BELL}
    assert int(mask.sum()) == snapshot.passage_sections.count(BELL)


def test_the_rows_with_a_stem_are_the_passages_whose_indexed_text_has_it(snapshot: Snapshot) -> None:
    passages = snapshot.passages(range(snapshot.manifest.counts["passages"]))
    having = {passage.row: set(tokens(passage.indexed_text)) for passage in passages}
    for token in sorted(set().union(*having.values()) | {"zebra"}):
        assert snapshot.lexical.rows_with(token).tolist() == [row for row, stems in having.items() if token in stems]


def test_the_sentence_rows_of_a_passage_are_those_of_its_sentences(snapshot: Snapshot) -> None:
    count = snapshot.manifest.counts["passages"]
    assert snapshot.sentence_rows.shape == (count, 2)
    covered: set[int] = set()
    for passage in snapshot.passages(range(count)):
        sentences = snapshot.sentences(passage.section_id)[passage.first : passage.last + 1]
        first, end = snapshot.sentence_rows[passage.row].tolist()
        assert list(range(first, end)) == [sentence.row for sentence in sentences if sentence.row is not None] != []
        covered |= set(range(first, end))
    assert covered == set(range(len(snapshot.sentence_vectors)))


def test_equal_section_numbers_are_one_section(snapshot: Snapshot) -> None:
    sections, numbers = snapshot.passage_sections, snapshot.section_numbers
    assert numbers.shape == (len(sections),)
    assert len(set(zip(sections, numbers.tolist(), strict=True))) == len(set(sections)) == len(set(numbers.tolist()))


def test_a_home_without_an_index_says_how_to_make_one(tmp_path: Path) -> None:
    _refused(tmp_path, NoSnapshot)


def test_a_flipped_bit_in_any_file_is_refused_by_the_name_of_the_file(home: Path) -> None:
    chance = random.Random(5)
    for path in _files(home):
        for position in chance.sample(range(path.stat().st_size), min(8, path.stat().st_size)):
            _flip(path, position)
            assert path.name in _refused(home)
            _flip(path, position)
    Snapshot.open(home).close()


def test_a_truncated_file_is_refused(home: Path) -> None:
    for path in _files(home):
        whole = path.read_bytes()
        for length in (0, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:length])
            assert path.name in _refused(home)
        path.write_bytes(whole)


def test_a_missing_file_is_refused(home: Path) -> None:
    for path in _files(home):
        path.rename(path.with_suffix(".away"))
        _refused(home)
        path.with_suffix(".away").rename(path)


def test_an_extra_file_is_refused(home: Path) -> None:
    (_generation(home) / "lexical" / "more.npy").write_bytes(b"more")
    assert "more.npy" in _refused(home)


def test_two_files_that_changed_places_are_refused(home: Path) -> None:
    first, second = _files(home)[:2]
    swapped = first.read_bytes(), second.read_bytes()
    first.write_bytes(swapped[1])
    second.write_bytes(swapped[0])
    _refused(home)


def test_a_flipped_bit_in_the_manifest_is_refused(home: Path) -> None:
    path = _generation(home) / manifest.MANIFEST
    for position in random.Random(7).sample(range(path.stat().st_size), 60):
        _flip(path, position)
        with pytest.raises(SnapshotError):
            Snapshot.open(home)
        _flip(path, position)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"schema_version": 1}'])
def test_a_malformed_manifest_is_refused(home: Path, content: bytes) -> None:
    (_generation(home) / manifest.MANIFEST).write_bytes(content)
    assert manifest.MANIFEST in _refused(home)


def test_a_missing_manifest_is_refused(home: Path) -> None:
    (_generation(home) / manifest.MANIFEST).unlink()
    _refused(home)


def test_another_schema_version_is_refused_with_both_numbers(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = json.loads((_generation(home) / manifest.MANIFEST).read_bytes())["schema_version"]
    monkeypatch.setattr(manifest, "SCHEMA_VERSION", 4711)
    message = _refused(home, ForeignSnapshot)
    assert f"version {written}" in message
    assert "4711" in message


@pytest.mark.parametrize(
    "content",
    [
        b"gen-99\n",
        b"",
        b"\n",
        b"../home/gen-1\n",
        b"gen-1/..\n",
        b"models\n",
        b"gen-\xff\n",
        b"gen-\x00\n",
        b"gen-" * 900,
    ],
)
def test_a_pointer_to_nothing_is_refused(home: Path, content: bytes) -> None:
    (home / "CURRENT").write_bytes(content)
    assert "CURRENT" in _refused(home)


def test_an_open_snapshot_goes_on_when_the_next_is_published(tmp_path: Path, export: Path) -> None:
    collection = make_collection(tmp_path / "collection", export.parent)
    build_index(collection.settings, SilentProgress())
    before = Snapshot.open(collection.home)
    collection.put_digest(
        piece("The bell", "**Clara Moss**, trustee", FOG), piece("The pier", "**Dora Ash**, pilot and director", LAMPS)
    )
    build_index(collection.settings, SilentProgress())
    after = Snapshot.open(collection.home)
    assert [person.name for person in before.people()] == ["Ada Thorne", "Benedict Okafor"]
    assert before.section(LAMP).sentences
    assert [person.name for person in after.people()] == ["Clara Moss", "Dora Ash"]
    before.close()
    after.close()
