"""`byline add`, `remove` and `outline` of files in any format, in batches with bad files among them."""

import json
import tomllib
from pathlib import Path

import pytest

from index.build import build_index, index_is_current
from index.catalogue import load_added
from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import Settings
from index.snapshot import Snapshot
from rag.answer import Ask
from rag.engine import Engine
from tests.api.command import byline
from tests.conftest import SilentProgress
from tests.index.collection import DATA, Collection, make_collection
from tests.index.readers.made import TITLE, archive, encrypted_pdf, pieces_docx, pieces_html, pieces_pdf

BELL = "what does Okafor say about the great bell?"


@pytest.fixture
def collection(tmp_path: Path, digest_settings: Settings) -> Collection:
    """A collection of one volume that ships, indexed; its digest says nothing of bells."""
    made = make_collection(tmp_path / "collection", ensure_export(digest_settings.home, DEFAULT_MODEL).parent)
    made.put_digest(
        "## Ropes\n\n**Ines Calder**, director\n\n<!-- lines 1-9 -->\n\nA rope is wet or old. Both break.\n"
    )
    build_index(made.settings, SilentProgress())
    return made


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """Our pieces as a PDF, somewhere."""
    path = tmp_path / "harbour.pdf"
    path.write_bytes(pieces_pdf())
    return path


def _volumes(collection: Collection) -> list[str]:
    snapshot = Snapshot.open(collection.home)
    ids = [volume.id for volume in snapshot.volumes()]
    snapshot.close()
    return ids


def test_a_pdf_is_added_and_answers_with_its_pages(collection: Collection, papers: Path) -> None:
    ran = byline("add", str(papers), "--kind", "essay", "--year", "2020", settings=collection.settings)
    assert (ran.code, ran.err) == (0, "")
    assert '[[volume]]\nid = "papers-of-the-harbour"' in ran.out
    (entry,) = load_added(collection.home)
    assert (entry.file, entry.title, entry.year, entry.profile.kind) == (str(papers), TITLE, 2020, "essay")
    engine = Engine.open(collection.settings)
    answer = engine.ask(Ask(question=BELL))
    assert answer.status == "answered"
    source = engine.snapshot.source("papers-of-the-harbour")
    for citation in answer.citations:
        assert (citation.authors, citation.page, citation.file) == (["Benedict Okafor"], "2", "harbour.pdf")
        assert citation.quote == source[citation.start : citation.end]


def test_what_was_added_is_not_read_again_where_nothing_changed(collection: Collection, papers: Path) -> None:
    byline("add", str(papers), settings=collection.settings)
    assert index_is_current(collection.settings)


def test_the_good_files_of_a_batch_are_added_and_the_bad_are_named(collection: Collection, papers: Path) -> None:
    folder = papers.parent / "batch"
    folder.mkdir()
    (folder / "page.html").write_text(pieces_html().replace("Okafor", "Osei"), "utf-8")
    (folder / "locked.pdf").write_bytes(encrypted_pdf("secret", "more"))
    (folder / "fake.docx").write_bytes(archive(("a.txt", "no document")))
    ran = byline("add", str(papers), str(folder), settings=collection.settings)
    assert ran.code == 1
    refused = ran.err.splitlines()
    assert len(refused) == 2
    assert "fake.docx" in refused[0]
    assert "locked.pdf" in refused[1]
    assert _volumes(collection) == ["harbour-papers", "papers-of-the-harbour", "papers-of-the-harbour-2"]


@pytest.mark.parametrize(("name", "data", "code"), [("a.pdf", encrypted_pdf("x", "y"), 65), ("b.txt", b" ", 65)])
def test_a_bad_file_alone_changes_nothing(collection: Collection, name: str, data: bytes, code: int) -> None:
    path = collection.folder / name
    path.write_bytes(data)
    ran = byline("add", str(path), settings=collection.settings)
    assert name in ran.sentence
    assert ran.code == code
    assert not (collection.home / "catalogue.toml").exists()


def test_a_file_that_is_there_already_is_refused(collection: Collection, papers: Path) -> None:
    copy = papers.with_name("copy.pdf")
    copy.write_bytes(papers.read_bytes())
    byline("add", str(papers), settings=collection.settings)
    assert "papers-of-the-harbour" in byline("add", str(copy), settings=collection.settings).sentence


def test_a_file_added_again_keeps_its_id_and_what_was_written_by_hand(collection: Collection, papers: Path) -> None:
    byline("add", str(papers), "--title", "Harbour", settings=collection.settings)
    catalogue = collection.home / "catalogue.toml"
    correction = '# Osei signed as Okafor.\n[[volume.correction]]\ntitle = "The bell"\nauthors = ["Kofi Osei"]\n'
    catalogue.write_text(catalogue.read_text("utf-8") + correction, "utf-8")
    assert byline("index", settings=collection.settings).code == 0
    answer = Engine.open(collection.settings).ask(Ask(question="what does Osei say about the great bell?"))
    assert {name for citation in answer.citations for name in citation.authors} == {"Kofi Osei"}
    papers.write_bytes(pieces_docx())
    assert "byline add" in byline("index", settings=collection.settings).sentence
    assert byline("add", str(papers), settings=collection.settings).code == 0
    (entry,) = load_added(collection.home)
    assert (entry.id, entry.title, entry.correction[0].authors) == ("harbour", "Harbour", ("Kofi Osei",))


def test_a_correction_of_a_piece_that_is_not_there_is_refused(collection: Collection, papers: Path) -> None:
    byline("add", str(papers), settings=collection.settings)
    catalogue = collection.home / "catalogue.toml"
    wrong = '[[volume.correction]]\ntitle = "The horn"\nauthors = []\n'
    catalogue.write_text(catalogue.read_text("utf-8") + wrong, "utf-8")
    ran = byline("index", settings=collection.settings)
    assert "The horn" in ran.err
    assert ran.code == 78


def test_a_dry_run_adds_nothing(collection: Collection, papers: Path) -> None:
    ran = byline("add", str(papers), "--dry-run", settings=collection.settings)
    assert ran.code == 0
    assert [entry["file"] for entry in tomllib.loads(ran.out)["volume"]] == [str(papers)]
    assert not (collection.home / "catalogue.toml").exists()


def test_json_names_what_was_added(collection: Collection, papers: Path) -> None:
    found = json.loads(byline("add", str(papers), "--json", settings=collection.settings).out)
    assert [entry["id"] for entry in found["entries"]] == ["papers-of-the-harbour"]
    assert found["build"]["published"]


def test_a_file_of_the_folder_of_texts_is_known_by_its_name(collection: Collection) -> None:
    (collection.texts / "orchard.md").write_bytes((DATA / "orchard-notes.md").read_bytes())
    byline("add", str(collection.texts / "orchard.md"), settings=collection.settings)
    assert [entry.file for entry in load_added(collection.home)] == ["orchard.md"]


def test_a_volume_is_removed_and_what_is_written_by_hand_stays(collection: Collection, papers: Path) -> None:
    byline("add", str(papers), str(DATA / "orchard-notes.md"), settings=collection.settings)
    catalogue = collection.home / "catalogue.toml"
    catalogue.write_text("# Mine.\n" + catalogue.read_text("utf-8"), "utf-8")
    ran = byline("remove", "papers-of-the-harbour", settings=collection.settings)
    assert (ran.code, ran.err) == (0, "")
    assert len(_volumes(collection)) == 2
    assert "papers-of-the-harbour" not in _volumes(collection)
    assert catalogue.read_text("utf-8").startswith("# Mine.\n")
    assert papers.exists()


def test_a_volume_that_ships_is_not_removed(collection: Collection) -> None:
    ran = byline("remove", "harbour-papers", settings=collection.settings)
    assert "BYLINE_SEEDS" in ran.sentence
    assert ran.code == 78


def test_a_volume_that_nobody_added_is_not_removed(collection: Collection) -> None:
    ran = byline("remove", "no-such", settings=collection.settings)
    assert "no-such" in ran.sentence
    assert ran.code == 66


def test_what_cannot_be_indexed_leaves_the_catalogue_as_it_was(collection: Collection, papers: Path) -> None:
    (collection.seeds / "digests" / "harbour-papers.md").write_bytes(b"\x00")
    assert byline("add", str(papers), settings=collection.settings).code == 65
    assert not (collection.home / "catalogue.toml").exists()


def test_a_folder_is_outlined_file_by_file(collection: Collection, papers: Path) -> None:
    (papers.parent / "batch").mkdir()
    papers.rename(papers.parent / "batch" / "harbour.pdf")
    (papers.parent / "batch" / "bad.pdf").write_bytes(b"%PDF-1.7\n")
    (papers.parent / "batch" / "more.docx").write_bytes(pieces_docx())
    ran = byline("outline", "--json", str(papers.parent / "batch"), settings=collection.settings)
    assert ran.code == 1
    assert "bad.pdf" in ran.err
    assert ran.err.count("\n") == 1
    assert [found["file"] for found in json.loads(ran.out)] == ["harbour.pdf", "more.docx"]
    (bell,) = (piece for piece in json.loads(ran.out)[0]["pieces"] if piece["title"] == "The bell")
    assert (bell["authors"], bell["page"]) == (["Benedict Okafor"], "2")
