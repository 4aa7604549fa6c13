"""A text that cannot be read is refused with one sentence that names it and says what to do."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalogue import CatalogueEntry, load_catalogue
from index.errors import BinaryText, ChangedText, EmptyText, MissingText, TextError, UndecodableText
from index.model import Span
from index.texts import SourceText, find_text, read_text
from tests.index.collection import Collection, make_collection


def _refused(error: type[TextError], path: Path, sha256: str | None = None) -> str:
    with pytest.raises(error) as caught:
        read_text(path, sha256=sha256)
    assert type(caught.value) is error
    message = str(caught.value)
    assert path.name in message
    assert message.endswith(".")
    return message


def test_a_missing_file_is_refused_and_the_setting_named(tmp_path: Path) -> None:
    assert "BYLINE_TEXTS" in _refused(MissingText, tmp_path / "essays.txt")


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n"])
def test_a_file_without_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "essays.txt"
    path.write_bytes(content)
    assert "Put the text back" in _refused(EmptyText, path)


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "essays.txt"
    path.write_bytes(b"The tide\x00 comes in.")
    assert "UTF-8 text" in _refused(BinaryText, path)


def test_a_file_in_another_encoding_is_refused_with_the_place(tmp_path: Path) -> None:
    path = tmp_path / "essays.txt"
    path.write_bytes("The café by the quay.".encode("latin-1"))
    message = _refused(UndecodableText, path)
    assert "byte 7" in message
    assert "Convert" in message


def test_a_file_that_changed_since_the_catalogue_is_refused_with_its_new_checksum(tmp_path: Path) -> None:
    path = tmp_path / "essays.txt"
    path.write_text("The tide comes in. Then it goes out.", encoding="utf-8")
    message = _refused(ChangedText, path, sha256=hashlib.sha256(b"The tide comes in.").hexdigest())
    assert hashlib.sha256(path.read_bytes()).hexdigest()[:12] in message
    assert "catalogue" in message


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "essays.txt"
    path.mkdir()
    assert "Check that it is a file" in _refused(TextError, path)


def test_a_text_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "essays.txt"
    content = "The café,\r\nby the quay.\n"
    path.write_bytes(content.encode())
    source = read_text(path, sha256=hashlib.sha256(content.encode()).hexdigest())
    assert (source.file, source.edition, source.text) == ("essays.txt", "full text", content)


def test_the_full_text_goes_before_the_digest_and_the_digest_before_nothing(tmp_path: Path) -> None:
    collection = make_collection(tmp_path / "collection", tmp_path)
    entry = _entry(collection)
    assert find_text(entry, collection.texts, collection.seeds) == (
        collection.seeds / "digests" / "harbour-papers.md",
        "digest",
    )
    (collection.texts / "harbour-papers.txt").write_text("Full.", encoding="utf-8")
    assert find_text(entry, collection.texts, collection.seeds) == (collection.texts / entry.file, "full text")
    (collection.texts / "harbour-papers.txt").unlink()
    (collection.seeds / "digests" / "harbour-papers.md").unlink()
    assert find_text(entry, collection.texts, collection.seeds) is None


def _entry(collection: Collection) -> CatalogueEntry:
    (entry,) = load_catalogue(collection.seeds / "catalogue.toml")
    return entry


def _source(text: str) -> SourceText:
    return SourceText("essays.txt", "full text", text, "0" * 64)


@given(st.text(alphabet="ab\n\r\u2028é", min_size=1), st.data())
def test_the_line_of_a_character_is_one_more_than_the_newlines_before_it(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text) - 1))
    assert _source(text).line_of(offset) == text[:offset].count("\n") + 1


def test_a_newline_belongs_to_the_line_that_it_ends() -> None:
    source = _source("one\ntwo\n\nfour")
    assert [source.line_of(offset) for offset in (0, 3, 4, 7, 8, 9)] == [1, 1, 2, 2, 3, 4]


def test_a_span_that_ends_with_a_line_does_not_reach_into_the_next() -> None:
    assert _source("one\ntwo\nthree").lines_of(Span(0, 8)) == (1, 2)
    assert _source("one\ntwo\nthree").lines_of(Span(4, 9)) == (2, 3)
