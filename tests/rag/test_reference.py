"""A reference says whose words they are and where they stand, in Chicago notes, BibTeX and CSL-JSON."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware, NameParts, SeparateCoAuthors, SplitNameParts
from bibtexparser.model import Entry
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from index.build import build_index
from index.model import CITABLE_VOICES, PROSE_KINDS, Author
from index.model_files import DEFAULT_MODEL, ensure_export
from index.records import SectionRecord, VolumeRecord
from index.settings import Settings
from index.snapshot import Snapshot
from rag.answer import Citation
from rag.bibtex import bibtex_entry
from rag.chicago import chicago_note
from rag.cite import cite
from rag.compose import Part
from rag.csl import csl_item
from rag.engine import Engine
from rag.reference import References, references
from rag.title_case import title_case, without_capitals
from rag.work import Locator, Name, Work, describe, parse_name, work_of
from tests.conftest import SilentProgress
from tests.index.collection import DATA, make_collection

LINES = Locator(None, (12, 14), "/home/somebody/lamp_oil.txt")

PRINTED = {
    'title = "Lighthouse Essays"\n': 'title = "The lighthouse essays"\npublisher = "Salt & Tar"\nyear = 1931\n'
    'editors = ["Dame Edith Pollard", "Clara van der Berg", "The Keepers\' Guild"]\n',
    'title = "Signed Stories"\n': 'title = "Signed Stories"\nprofile = { kind = "story", byline = "after" }\n',
}
"""What the catalogue says of two volumes besides."""

CSL_STRINGS = {"id", "type", "title", "container-title", "publisher", "page", "locator", "note"}
CSL_NAMES = {"author", "editor"}
CSL_NAME_PARTS = {"family", "given", "non-dropping-particle", "suffix", "literal"}


@pytest.fixture(scope="session")
def shelf(digest_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Essays of an edited book, posts, stories and notes in Markdown, and one digest."""
    models = ensure_export(digest_settings.home, DEFAULT_MODEL).parent
    collection = make_collection(tmp_path_factory.mktemp("shelf") / "collection", models)
    for path in DATA.iterdir():
        shutil.copy(path, collection.texts / f"{path.stem}.txt")
    collection.put_catalogue("harbour-papers", "harbour-blog", "signed-stories", "orchard-notes", "lighthouse-essays")
    catalogue = collection.seeds / "catalogue.toml"
    text = catalogue.read_text(encoding="utf-8")
    for old, new in PRINTED.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    catalogue.write_text(text, encoding="utf-8")
    build_index(collection.settings, SilentProgress())
    snapshot = Snapshot.open(collection.home)
    yield snapshot
    snapshot.close()


def _first_citation(snapshot: Snapshot, section_id: str) -> Citation:
    section = snapshot.section(section_id)
    sentence = next(s for s in section.sentences if s.voice in CITABLE_VOICES)
    return cite(snapshot, [Part(section, (sentence,))])[1][0]


def _of(snapshot: Snapshot, section_id: str) -> References:
    return references(snapshot, _first_citation(snapshot, section_id))


def _every_reference(snapshot: Snapshot) -> Iterator[tuple[SectionRecord, Citation, References]]:
    for ref in snapshot.section_refs.values():
        section = snapshot.section(ref.id)
        if section.kind in PROSE_KINDS and any(s.voice in CITABLE_VOICES for s in section.sentences):
            citation = _first_citation(snapshot, ref.id)
            yield section, citation, references(snapshot, citation)


def _entry(bibtex: str) -> Entry:
    """The one entry, as a kept parser reads it."""
    steps = [SeparateCoAuthors(), SplitNameParts(), LatexDecodingMiddleware()]
    library = parse_string(bibtex, append_middleware=steps)
    assert not library.failed_blocks
    (entry,) = library.entries
    return entry


def _plain(value: object) -> str:
    return str(value).replace("{", "").replace("}", "")


def _people(entry: Entry, field: str) -> list[str]:
    parts: list[NameParts] = entry[field] if field in entry.fields_dict else []
    return [_plain(" ".join([*p.first, *p.von, *p.last])) for p in parts]


def _noted(entry: Entry) -> str:
    return str(entry["note"]) if "note" in entry.fields_dict else ""


class TestKindsOfSections:
    """One of every kind that stands in our own collection."""

    @pytest.mark.parametrize(
        ("section_id", "note"),
        [
            (
                "lighthouse-essays/keeping-the-lamp-in-winter",
                "Ada Thorne, “Keeping the Lamp in Winter,” in The Lighthouse Essays, ed. Edith Pollard, Clara van der "
                "Berg, and The Keepers' Guild (Salt & Tar, 1931), line 36 of lighthouse-essays.txt.",
            ),
            (
                "lighthouse-essays/foreword",
                "Edith Pollard, foreword to The Lighthouse Essays, ed. Edith Pollard, Clara van der Berg, and The "
                "Keepers' Guild (Salt & Tar, 1931), line 26 of lighthouse-essays.txt.",
            ),
            (
                "harbour-blog/why-we-count-boats",
                "“Why We Count Boats,” Harbour Blog, n.d., line 29 of harbour-blog.txt.",
            ),
            (
                "signed-stories/the-lost-kite",
                "Maya Lindqvist, “The Lost Kite,” in Signed Stories (n.d.), line 10 of signed-stories.txt.",
            ),
            (
                "signed-stories/bread-on-tuesdays",
                "“Bread on Tuesdays,” in Signed Stories (n.d.), line 34 of signed-stories.txt.",
            ),
            (
                "orchard-notes/pruning-with-patience",
                "Ines Calder, “Pruning with Patience,” in Orchard Notes (n.d.), line 9 of orchard-notes.txt.",
            ),
            (
                "harbour-papers/the-bell",
                "Byline's digest of Benedict Okafor, “The Bell,” in Harbour Papers (n.d.), "
                "line 19 of harbour-papers.md.",
            ),
        ],
    )
    def test_has_its_note(self, shelf: Snapshot, section_id: str, note: str) -> None:
        citation = _first_citation(shelf, section_id)
        assert citation.reference == note
        assert references(shelf, citation).chicago == note

    def test_an_essay_is_part_of_a_collection_in_bibtex(self, shelf: Snapshot) -> None:
        bibtex = _of(shelf, "lighthouse-essays/keeping-the-lamp-in-winter").bibtex
        entry = _entry(bibtex)
        assert entry.entry_type == "incollection"
        assert entry.key.startswith("thorne1931keeping-")
        assert bibtex.startswith(f"% \\cite[{{line 36 of lighthouse-essays.txt}}]{{{entry.key}}}\n")
        assert _people(entry, "author") == ["Ada Thorne"]
        assert _people(entry, "editor") == ["Edith Pollard", "Clara van der Berg", "The Keepers' Guild"]
        assert entry["editor"][1].von == ["van", "der"]
        assert _plain(entry["title"]) == "Keeping the lamp in winter"
        assert _plain(entry["booktitle"]) == "The lighthouse essays"
        assert (entry["publisher"], entry["year"]) == ("Salt & Tar", "1931")

    def test_a_post_is_no_part_of_a_book(self, shelf: Snapshot) -> None:
        found = _of(shelf, "harbour-blog/why-we-count-boats")
        entry = _entry(found.bibtex)
        assert (entry.entry_type, entry["howpublished"], entry["year"]) == ("misc", "Harbour Blog", "n.d.")
        assert "author" not in entry.fields_dict
        assert (found.csl["type"], found.csl["container-title"]) == ("post-weblog", "Harbour Blog")
        assert "issued" not in found.csl

    def test_a_digest_is_called_one_in_every_style(self, shelf: Snapshot) -> None:
        found = _of(shelf, "harbour-papers/the-bell")
        entry = _entry(found.bibtex)
        assert _plain(entry["title"]) == found.csl["title"] == "The bell [digest by Byline]"
        assert entry["note"] == found.csl["note"] == "Byline's own digest: the words are not the writers'."
        assert entry.key == found.csl["id"]
        assert entry.key.endswith("-digest")

    def test_an_essay_is_a_chapter_in_csl(self, shelf: Snapshot) -> None:
        item = _of(shelf, "lighthouse-essays/keeping-the-lamp-in-winter").csl
        assert item.pop("id")
        assert item == {
            "type": "chapter",
            "author": [{"family": "Thorne", "given": "Ada"}],
            "title": "Keeping the lamp in winter",
            "container-title": "The lighthouse essays",
            "editor": [
                {"family": "Pollard", "given": "Edith"},
                {"family": "Berg", "given": "Clara", "non-dropping-particle": "van der"},
                {"literal": "The Keepers' Guild"},
            ],
            "publisher": "Salt & Tar",
            "issued": {"date-parts": [[1931]]},
            "locator": "line 36 of lighthouse-essays.txt",
        }


class TestEveryPiece:
    """Of the full texts, and of the digests."""

    def test_has_a_note_with_its_people_and_its_place(self, any_engine: Engine) -> None:
        for section, citation, found in _every_reference(any_engine.snapshot):
            (volume,) = (v for v in any_engine.snapshot.volumes() if v.id == section.volume_id)
            note = found.chicago
            assert citation.reference == note
            assert all(author.name in note for author in section.authors)
            assert all(editor in note for editor in volume.editors)
            assert volume.publisher in note
            assert volume.title.casefold() in note.casefold()
            assert str(volume.year or "n.d.") in note
            assert re.search(rf"lines? {citation.lines[0]}\b", note)
            assert note.endswith(f" of {section.file}.")
            assert note.startswith("Byline's digest of ") == (section.edition == "digest")
            inferred = f"[{' and '.join(author.name for author in section.authors)}]"
            assert (inferred in note) == (section.byline == "inferred")
            assert "  " not in note

    def test_has_an_entry_that_a_parser_reads(self, any_engine: Engine) -> None:
        for section, _, found in _every_reference(any_engine.snapshot):
            entry, work = _entry(found.bibtex), work_of(any_engine.snapshot, section)
            assert entry.entry_type == ("misc" if section.kind == "post" else "incollection")
            told = [f"[{a.name}]" if section.byline == "inferred" else a.name for a in section.authors]
            assert _people(entry, "author") == (told or ([work.stands_for_writer] if work.editors else []))
            assert _plain(entry["title"]).removesuffix(" [digest by Byline]") == work.title
            assert ("inferred" in _noted(entry)) == (section.byline == "inferred")

    def test_has_a_csl_item_of_known_fields_and_types(self, any_engine: Engine) -> None:
        for _, _, found in _every_reference(any_engine.snapshot):
            _check_csl(found.csl)

    def test_has_a_key_of_its_own(self, any_engine: Engine) -> None:
        keys = Counter(str(found.csl["id"]) for _, _, found in _every_reference(any_engine.snapshot))
        assert len(keys) > 80
        assert max(keys.values()) == 1
        assert all(re.fullmatch(r"[a-z][a-z0-9-]+", key) for key in keys)


def _check_csl(item: dict[str, JsonValue]) -> None:
    """The fields that we use, as csl-data.json of the CSL project types them."""
    assert set(item) <= CSL_STRINGS | CSL_NAMES | {"issued"}
    assert item["type"] in ("chapter", "post-weblog", "document")
    assert all(isinstance(item[name], str) and item[name] for name in CSL_STRINGS & set(item))
    for field in CSL_NAMES & set(item):
        names = item[field]
        assert isinstance(names, list)
        assert names
        for name in names:
            assert isinstance(name, dict)
            assert set(name) <= CSL_NAME_PARTS
            assert ("literal" in name) != ("family" in name)
            assert all(isinstance(part, str) and part for part in name.values())
    if "issued" in item:
        assert re.fullmatch(r"\{'date-parts': \[\[\d{4}\]\]\}", str(item["issued"]))


def _work(**changes: object) -> Work:
    plain = Work(
        section_id="lamps/winter",
        title="Lamps in winter",
        authors=(parse_name("Ada Thorne"),),
        are_authors_inferred=False,
        is_post=False,
        is_digest=False,
        volume="The tower",
        editors=(),
        publisher="Salt & Tar",
        year=1931,
        pages=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


class TestNotes:
    @pytest.mark.parametrize(
        ("title", "printed"),
        [
            ("The “cold” stove", "“The ‘Cold’ Stove,” in"),
            ('The "cold" stove', "“The ‘Cold’ Stove,” in"),
            ("The 'cold' stove", "“The ‘Cold’ Stove,” in"),
            ("It’s “cold”", "“It’s ‘Cold,’” in"),
            ("The keepers’", "“The Keepers’,” in"),
            ("Who trims the lamp?", "“Who Trims the Lamp?,” in"),
            ("Trim the lamp.", "“Trim the Lamp,” in"),
            ("And then…", "“And Then…,” in"),
            ("Oil: a love story", "“Oil: A Love Story,” in"),
            ("Introduction to oil", "“Introduction to Oil,” in"),
        ],
    )
    def test_a_title_keeps_its_quotation_marks_and_its_question_mark(self, title: str, printed: str) -> None:
        assert chicago_note(_work(title=title), LINES).startswith(f"Ada Thorne, {printed} The Tower (")

    @pytest.mark.parametrize(
        ("names", "printed"),
        [
            (["A Oak"], "A Oak, “"),
            (["A Oak", "B Elm"], "A Oak and B Elm, “"),
            (["A Oak", "B Elm", "C Ash"], "A Oak, B Elm, and C Ash, “"),
            ([f"{letter} Oak" for letter in "ABCDEF"], "A Oak, B Oak, C Oak, D Oak, E Oak, and F Oak, “"),
            ([f"{letter} Oak" for letter in "ABCDEFG"], "A Oak, B Oak, C Oak, et al., “"),
            ([], "“"),
        ],
    )
    def test_up_to_six_people_are_named(self, names: list[str], printed: str) -> None:
        note = chicago_note(_work(authors=tuple(map(parse_name, names))), LINES)
        assert note.startswith(
            f"{printed}Lamps in Winter,” in The Tower (Salt & Tar, 1931), lines 12–14 of lamp_oil.txt"
        )

    def test_an_inferred_name_stands_in_brackets(self) -> None:
        assert chicago_note(_work(are_authors_inferred=True), LINES).startswith("[Ada Thorne], “")

    def test_a_page_stands_alone(self) -> None:
        assert chicago_note(_work(), Locator("iv", (12, 14), "a.pdf")).endswith("(Salt & Tar, 1931), iv.")

    def test_words_of_others_are_quoted_in_the_piece(self) -> None:
        assert chicago_note(_work(), LINES, "a boy", is_quoted=True).startswith("a boy, quoted in Ada Thorne, “")
        assert chicago_note(_work(), LINES, None, is_quoted=True).startswith("Quoted in Ada Thorne, “")

    def test_nothing_known_but_a_title_is_still_a_note(self) -> None:
        bare = _work(authors=(), publisher="", year=None)
        assert chicago_note(bare, LINES) == "“Lamps in Winter,” in The Tower (n.d.), lines 12–14 of lamp_oil.txt."

    def test_a_foreword_that_nobody_signs_begins_with_a_capital(self) -> None:
        unsigned = _work(title="FOREWORD & ACKNOWLEDGEMENTS", authors=())
        assert chicago_note(unsigned, LINES).startswith("Foreword and acknowledgements to The Tower (")
        digest = replace(unsigned, is_digest=True)
        assert chicago_note(digest, LINES).startswith(
            "Byline's digest of the foreword and acknowledgements to The Tower"
        )

    def test_a_piece_that_is_its_volume_is_not_in_itself(self) -> None:
        whole = _work(title="THE TOWER")
        assert chicago_note(whole, LINES).startswith("Ada Thorne, The Tower (Salt & Tar, 1931), lines")
        assert _entry(bibtex_entry(whole, LINES)).entry_type == "misc"
        assert (csl_item(whole, LINES)["type"], "container-title" in csl_item(whole, LINES)) == ("document", False)

    def test_a_post_tells_that_it_is_on_a_blog(self) -> None:
        assert ",” The Tower (blog), Salt & Tar, 1931, lines" in chicago_note(_work(is_post=True), LINES)
        assert ",” Tower Blog, Salt & Tar, 1931, lines" in chicago_note(_work(is_post=True, volume="Tower blog"), LINES)


class TestNames:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("Ada Thorne", Name("Ada Thorne", "Ada", "", "Thorne")),
            ("  Dr  Ada Mary Thorne ", Name("Ada Mary Thorne", "Ada Mary", "", "Thorne")),
            ("Clara van der Berg", Name("Clara van der Berg", "Clara", "van der", "Berg")),
            ("Anton Van Riet", Name("Anton Van Riet", "Anton", "", "Van Riet")),
            ("Łucja Dąbek", Name("Łucja Dąbek", "Łucja", "", "Dąbek")),
            ("J.R. O'Hara", Name("J.R. O'Hara", "J.R.", "", "O'Hara")),
            ("Tom Ashby, Jr.", Name("Tom Ashby, Jr.", "Tom", "", "Ashby", "Jr.")),
            ("The Keepers' Guild", Name("The Keepers' Guild")),
            ("Saltmere Council", Name("Saltmere Council")),
            ("Catch9", Name("Catch9")),
            ("iLIGHT Partners", Name("iLIGHT Partners")),
            ("Oil & Wick", Name("Oil & Wick")),
            ("anonymous keeper", Name("anonymous keeper")),
            ("", Name("")),
        ],
    )
    def test_a_name_has_parts_and_a_body_has_none(self, text: str, name: Name) -> None:
        assert parse_name(text) == name

    def test_a_body_is_kept_whole_in_every_style(self) -> None:
        work = _work(authors=(parse_name("Oil and Wick Society"),))
        assert _people(_entry(bibtex_entry(work, LINES)), "author") == ["Oil and Wick Society"]
        assert csl_item(work, LINES)["author"] == [{"literal": "Oil and Wick Society"}]

    def test_a_suffix_stays_with_its_name(self) -> None:
        work = _work(authors=(parse_name("Tom Ashby, Jr."),))
        (name,) = _entry(bibtex_entry(work, LINES))["author"]
        assert (name.first, name.last, name.jr) == (["Tom"], ["Ashby"], ["Jr."])

    def test_an_inferred_name_is_bracketed_and_explained(self) -> None:
        work = _work(are_authors_inferred=True, authors=(parse_name("Ada Thorne"), parse_name("Tom Ashby")))
        entry, item = _entry(bibtex_entry(work, LINES)), csl_item(work, LINES)
        assert _people(entry, "author") == ["[Ada Thorne]", "[Tom Ashby]"]
        assert item["author"] == [{"literal": "[Ada Thorne]"}, {"literal": "[Tom Ashby]"}]
        assert "inferred" in entry["note"]
        assert item["note"] == entry["note"]

    def test_editors_are_never_left_to_stand_for_the_writers(self) -> None:
        work = _work(authors=(), editors=(parse_name("Tom Ashby"),))
        assert _people(_entry(bibtex_entry(work, LINES)), "author") == ["[writer not named]"]
        assert csl_item(work, LINES)["author"] == [{"literal": "[writer not named]"}]
        assert "author" not in csl_item(replace(work, editors=()), LINES)


class TestBibtex:
    @given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]), min_size=1, max_size=60))
    def test_any_title_leaves_an_entry_that_a_parser_reads(self, title: str) -> None:
        bibtex = bibtex_entry(_work(title=title, volume=title, publisher=title, authors=(Name(title),)), LINES)
        library = parse_string(bibtex)
        assert not library.failed_blocks
        assert len(library.entries) == 1
        assert bibtex.count("{") == bibtex.count("}")
        assert not re.search(r"(?<!\\)[&$#_]", bibtex.partition("@")[2].partition(",")[2])

    @pytest.mark.parametrize("sign", "&%$#_~^\\")
    def test_a_sign_of_tex_is_printed_as_it_is(self, sign: str) -> None:
        entry = _entry(bibtex_entry(_work(title=f"Lamps {sign} oil"), LINES))
        read = _plain(entry["title"]).replace("  ", " ").replace("ˆ", "^")
        assert read == f"Lamps {sign} oil"

    def test_pages_are_those_of_the_piece_and_the_cited_one_is_the_commands(self) -> None:
        work, page = _work(pages=("9", "13")), Locator("11", (1, 2), "a.pdf")
        bibtex = bibtex_entry(work, page)
        assert _entry(bibtex)["pages"] == "9–13"
        assert bibtex.startswith("% \\cite[{p. 11}]{")
        assert (csl_item(work, page)["page"], csl_item(work, page)["locator"]) == ("9-13", "11")
        assert csl_item(_work(pages=("9", "9")), page)["page"] == "9"

    def test_two_citations_of_a_piece_have_one_entry(self) -> None:
        first, second = (bibtex_entry(_work(), Locator(None, (n, n), "a.txt")) for n in (3, 7))
        assert first != second
        assert first.split("\n", 1)[1] == second.split("\n", 1)[1]


def test_a_key_depends_on_the_piece_alone(shelf: Snapshot) -> None:
    section = shelf.section("signed-stories/the-lost-kite")
    (volume,) = (volume for volume in shelf.volumes() if volume.id == section.volume_id)
    key = describe(section, volume).key
    assert re.fullmatch(r"lindqvistndkite-[0-9a-f]{4}", key) or re.fullmatch(r"lindqvistndlost-[0-9a-f]{4}", key)
    assert describe(section, replace(volume, sections=99, people=99)).key == key
    assert describe(replace(section, id="signed-stories/the-lost-kite-2"), volume).key != key


def test_honorifics_are_left_out(shelf: Snapshot) -> None:
    section = shelf.section("orchard-notes/pruning-with-patience")
    assert section.authors[0].honorific == "Dr"
    volume = replace(_volume(shelf, section), editors=("Sir Tom Ashby",))
    assert [name.whole for name in describe(section, volume).editors] == ["Tom Ashby"]
    assert describe(replace(section, authors=(Author("Ines Calder", "Dr"),)), volume).authors[0].whole == "Ines Calder"


def _volume(snapshot: Snapshot, section: SectionRecord) -> VolumeRecord:
    (volume,) = (volume for volume in snapshot.volumes() if volume.id == section.volume_id)
    return volume


@pytest.mark.parametrize(
    ("title", "cased"),
    [
        ("the keepers and the sea", "The Keepers and the Sea"),
        ("what to look for", "What to Look For"),
        ("growing up in a tower", "Growing Up in a Tower"),
        ("oil – the end of it", "Oil – The End of It"),
        ("ever-decreasing light", "Ever-Decreasing Light"),
        ("what iLIGHT does for the DCS", "What iLIGHT Does for the DCS"),
        ("the keeper’s ‘own’ lamp", "The Keeper’s ‘Own’ Lamp"),
        ("Already Printed With Capitals", "Already Printed With Capitals"),
        ("", ""),
    ],
)
def test_title_case_adds_capitals_and_takes_none(title: str, cased: str) -> None:
    assert title_case(title) == cased


def test_a_title_all_in_capitals_keeps_those_of_its_abbreviations() -> None:
    text = ["The RNL has 40 boats.", "Nobody asked the RNL."]
    assert without_capitals("THE RNL AND THE SEA", text) == "The RNL and the Sea"
    assert without_capitals("THE RNL AND THE SEA", []) == "The Rnl and the Sea"
    assert without_capitals("The RNL and the sea", []) == "The RNL and the sea"
