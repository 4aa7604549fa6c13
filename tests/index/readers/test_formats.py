"""Every format gives the same text, with its structure marked as in Markdown, and its pages where it has them."""

import re
from pathlib import Path

import pytest

from index.model import page_of
from index.readers.extract import extract
from index.readers.extracted import Extracted
from index.readers.plain import read_plain
from index.texts import checksum_text, files_of, read_bytes, read_text
from tests.index.collection import DATA, read
from tests.index.readers.made import (
    PIECES,
    TITLE,
    encrypted_pdf,
    pdf,
    pieces_docx,
    pieces_epub,
    pieces_html,
    pieces_pdf,
    with_footnotes,
)

FORMATS = {
    "papers.pdf": pieces_pdf(),
    "papers.docx": pieces_docx(),
    "papers.epub": pieces_epub(),
    "papers.html": pieces_html().encode(),
}


@pytest.fixture(scope="module", params=list(FORMATS))
def extracted(request: pytest.FixtureRequest) -> Extracted:
    """Our pieces, read from one of the formats."""
    return extract(request.param, FORMATS[request.param])


def _words(text: str) -> str:
    return " ".join(text.split())


def test_no_word_is_lost_or_changed(extracted: Extracted) -> None:
    for _, _, text in PIECES:
        assert text in _words(extracted.text)


def test_headings_become_markdown_headings(extracted: Extracted) -> None:
    assert {title for title, _, _ in PIECES} <= set(re.findall(r"^#+ (.*)$", extracted.text, re.M))


def test_the_pieces_and_their_writers_are_found(extracted: Extracted) -> None:
    volume = read(extracted.text)
    found = {
        section.title: [author.name for author in section.byline.authors]
        for section in volume.sections
        if section.byline.authors
    }
    assert found == {title: [who] for title, who, _ in PIECES}


@pytest.mark.parametrize("name", ["papers.txt", "papers", "papers.docx"])
def test_the_bytes_tell_the_format_and_not_the_name(name: str) -> None:
    assert extract(name, FORMATS["papers.pdf"]) == extract("papers.pdf", FORMATS["papers.pdf"])


def test_a_pdf_knows_its_pages() -> None:
    found = extract("papers.pdf", FORMATS["papers.pdf"])
    assert [page.label for page in found.pages] == ["1", "2"]
    assert page_of(found.pages, found.text.index("The oil")) == "1"
    assert page_of(found.pages, found.text.index("Fog has")) == "2"
    assert re.search(r"comes\.\n{3,}## The bell", found.text)


def test_an_epub_knows_the_pages_of_its_printed_edition() -> None:
    found = extract("papers.epub", FORMATS["papers.epub"])
    start = found.text.index("The oil")
    assert [page_of(found.pages, place) for place in (start, start + 39, start + 40)] == [None, None, "7"]
    assert page_of(found.pages, found.text.index("Three strokes")) == "8"


def test_a_document_has_lists_and_tables_and_a_title() -> None:
    found = extract("papers.docx", FORMATS["papers.docx"])
    assert "\n\n- a stove\n- a rope\n\nA cell of a table." in found.text
    assert (found.title, found.pages) == (TITLE, ())


def test_a_footnote_of_a_document_stands_under_its_paragraph_and_is_led_to() -> None:
    noted = with_footnotes(pieces_docx(), {"stove": "Forty stoves were measured.", "snow": "It came in May."})
    section = next(s for s in read(extract("p.docx", noted).text).sections if s.title == "Lamps in winter")
    assert [author.name for author in section.byline.authors] == ["Ada Thorne"]
    notes = [sentence.text for sentence in section.sentences if sentence.voice == "note"]
    assert notes == ["Forty stoves were measured.", "It came in May."]
    (noting,) = (sentence for sentence in section.sentences if sentence.text.startswith("The oil"))
    assert [section.sentences[note.ordinal].text for note in noting.notes] == notes[:1]
    assert PIECES[0][2] == " ".join(sentence.text for sentence in section.sentences if sentence.voice == "own")


def test_a_footnote_of_a_title_does_not_part_it_from_its_byline() -> None:
    noted = with_footnotes(pieces_docx(), {"Lamps in winter": "First read in May."})
    section = next(s for s in read(extract("p.docx", noted).text).sections if "Lamps" in s.title)
    assert [author.name for author in section.byline.authors] == ["Ada Thorne"]


def test_a_pdf_that_only_its_owner_may_change_is_read() -> None:
    assert extract("papers.pdf", encrypted_pdf("", "secret")).text == extract("p.pdf", FORMATS["papers.pdf"]).text


def test_paragraphs_of_a_pdf_are_kept_apart_and_its_bullets_are_items() -> None:
    found = extract("p.pdf", pdf([[("BodyText", PIECES[0][2]), ("BodyText", PIECES[1][2]), ("BodyText", "• a rope")]]))
    first, second, item = found.text.strip().split("\n\n")
    assert (_words(first), _words(second), item) == (PIECES[0][2], PIECES[1][2], "- a rope")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One<br>two</p><p>three</p>", "One\ntwo\n\nthree\n"),
        ("<div>One <div>two</div> three</div>", "One\n\ntwo\n\nthree\n"),
        ("<ul><li>one</li><li><p>two</p><p>more</p></li></ul>after", "- one\n- two\n\nmore\n\nafter\n"),
        ("<p><em>All</em> of it</p><p><em>all</em></p>", "All of it\n\n*all*\n"),
        ("<p>£605m<sup>7</sup> on the 21<sup>st</sup></p>", "£605m<sup>7</sup> on the 21st\n"),
        ("<p>seen<script>no</script> and <span hidden>not</span>seen</p>", "seen and seen\n"),
        ("<nav>menu</nav><p style='display: none'>hidden</p><p>text</p>", "text\n"),
        ("<p>fish &amp; chips&#8212;hot&nbsp;ones</p>", "fish & chips—hot\xa0ones\n"),
        ("<pre>one\ntwo</pre>", "one\ntwo\n"),
        ("<p>a \ue000 b\x01</p>", "a b\n"),
    ],
)
def test_html_reads_as_a_browser_shows_it(html: str, text: str) -> None:
    assert extract("page.html", html.encode()).text == text


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("iso-8859-1", "cp1252"), ("windows-1252", "cp1252"), ("koi8-r", "koi8-r"), ("utf-8", "utf-8"), ("", "utf-16")],
)
def test_html_is_decoded_as_it_declares(charset: str, encoding: str) -> None:
    words = "свет" if encoding == "koi8-r" else "café “light”"
    page = f'<html><meta charset="{charset}"><body><p>{words}</p></body></html>'
    assert extract("page.html", page.encode(encoding)).text == words + "\n"


def test_text_in_utf_16_is_read_where_its_mark_says_so() -> None:
    assert read_plain("café\n".encode("utf-16")).text == "café\n"


@pytest.mark.parametrize("path", sorted(DATA.glob("*.*")), ids=lambda path: path.name)
def test_text_and_markdown_stay_as_they_are(path: Path) -> None:
    assert read_text(path).text == path.read_bytes().decode()


def test_the_checksum_is_that_of_the_bytes_for_every_format(tmp_path: Path) -> None:
    for name, data in FORMATS.items():
        (tmp_path / name).write_bytes(data)
        assert checksum_text(tmp_path / name) == read_bytes(name, data).sha256


def test_a_folder_means_its_files_in_order_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.txt", "a/c.txt", ".git/config", "a/.hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link.txt").symlink_to("/etc/passwd")
    assert files_of(tmp_path) == [tmp_path / "a/c.txt", tmp_path / "b.txt"]
    assert files_of(tmp_path / "b.txt") == [tmp_path / "b.txt"]
