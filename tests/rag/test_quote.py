"""A quotation is found where it stands, by whom it was written; nearly, with every word that differs; or not at all."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from index.build import build_index
from index.concordance import Concordance
from index.errors import NotFound
from index.inline import read_inline
from index.model import CITABLE_VOICES, Span, Voice
from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import Settings
from index.snapshot import Snapshot
from index.wording import plain_words
from rag.answer import Filters
from rag.engine import Engine
from rag.errors import EmptyQuotation, QuotationTooLong, UnreadableQuotation
from rag.quote import concordance, find_quote
from rag.quote_answer import QuoteAnswer, QuoteAsk
from rag.quote_words import MOST_CHARACTERS, MOST_WORDS, Joint, read_quotation
from tests.conftest import SilentProgress
from tests.index.collection import DATA, make_collection

_STORM = (
    "THE STORM BOOK\n\nTwo keepers on storms\n\n\n\n\n"
    "CONTENTS\n\nThe tide | page 3\nAda Thorne\nThe bell in June | page 7\nBenedict Okafor\n\n\n\n\n"
    "THE TIDE\n\nAda Thorne, Head keeper\n\n"
    "The keepers counted the waves and wrote the number down. Every seventh wave was said to be the tallest of all. "
    "A long-term plan for the harbour wall was drawn on a tablecloth, and nobody washed it for eleven years.\n\n\n\n\n"
    "THE BELL IN JUNE\n\nBenedict Okafor, Director of the Harbour\n\n"
    "The rope of the bell was cut in June. Every seventh wave was said to be the tallest of all. The fishermen rang a "
    "saucepan instead; it cost them £4,000 in lost nets, and 12% of the fleet never forgave the saucepan.\n"
)


@pytest.fixture(scope="module")
def keepers(digest_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine over texts of our own: with note marks, a pull quote in a sentence, and one sentence said twice."""
    models = ensure_export(digest_settings.home, DEFAULT_MODEL).parent
    collection = make_collection(tmp_path_factory.mktemp("keepers") / "collection", models)
    shutil.copy(DATA / "lighthouse-essays.txt", collection.texts)
    (collection.texts / "storm-book.txt").write_text(_STORM, "utf-8")
    collection.put_catalogue("lighthouse-essays", "storm-book")
    build_index(collection.settings, SilentProgress())
    engine = Engine.open(collection.settings)
    yield engine
    engine.snapshot.close()


@pytest.fixture(scope="module")
def look(keepers: Engine) -> Callable[..., QuoteAnswer]:
    """Look a quotation up in our own texts."""
    return lambda quote, **more: find_quote(keepers, QuoteAsk(quote=quote, **more))


Look = Callable[..., QuoteAnswer]
SAID_ONCE = "The keepers counted the waves and wrote the number down"


def is_true(snapshot: Snapshot, answer: QuoteAnswer) -> bool:
    """Whether every citation is its slice of the source, and all together are the words of their place."""
    for place in answer.places:
        words = []
        for citation in place.citations:
            assert citation.quote == snapshot.source(citation.volume_id)[citation.start : citation.end]
            words += plain_words(read_inline(citation.quote, Span(0, len(citation.quote))).text)
        assert "".join(words) == "".join(plain_words(place.text))
    return True


def test_words_are_found_with_their_byline_and_place(keepers: Engine, look: Look) -> None:
    answer = look(SAID_ONCE)
    assert (answer.verdict, answer.count, answer.is_abridged) == ("exact", 1, False)
    (place,) = answer.places
    (citation,) = place.citations
    assert (place.text, place.differences, place.changes) == (SAID_ONCE, 0, [])
    assert citation.quote == SAID_ONCE
    assert (citation.authors, citation.byline, citation.voice, citation.id) == (["Ada Thorne"], "printed", "own", 1)
    assert "Ada Thorne" in place.frame
    assert "tide" in place.frame.casefold()
    assert is_true(keepers.snapshot, answer)


@pytest.mark.parametrize(
    "quote",
    [
        "  “A LONG TERM plan\nfor   the harbour\u00a0wall”  ",
        "a long—term plan for the har\u00adbour wall",
        "A longterm plan for the harbour wall",
        "a long-term plan for the har-\nbour wall",
        "‘A long - term plan for the harbour wall …’",
        "a [l]ong-term plan [sic] for the *harbour* wall [3]",
        "A lo\u200bng–term plan, for the harbour wall²",
    ],
)
def test_how_words_are_set_makes_no_difference(look: Look, quote: str) -> None:
    answer = look(quote)
    assert answer.verdict == "exact"
    assert answer.places[0].text == "A long-term plan for the harbour wall"


@pytest.mark.parametrize("quote", ["it cost them $4,000 in lost nets", "it cost them £4.000 in lost nets"])
def test_a_sign_or_a_figure_changed_is_a_difference(look: Look, quote: str) -> None:
    assert (look(quote).verdict, look(quote).places[0].differences) == ("near", 1)
    assert look("it cost them £4000 in lost nets, and 12 % of the fleet").verdict == "exact"


def test_all_who_said_it_are_given(look: Look) -> None:
    answer = look("every seventh wave was said to be the tallest")
    assert [place.citations[0].authors for place in answer.places] == [["Ada Thorne"], ["Benedict Okafor"]]
    assert [place.citations[0].id for place in answer.places] == [1, 2]
    assert (answer.verdict, answer.count) == ("exact", 2)


def test_filters_say_where_to_look(look: Look) -> None:
    quote = "every seventh wave was said to be the tallest"
    found = look(quote, filters=Filters(people=["Benedict Okafor"]))
    assert [place.citations[0].authors for place in found.places] == [["Benedict Okafor"]]
    assert look(quote, filters=Filters(volumes=["lighthouse-essays"])).verdict == "not_here"
    assert look(quote + " of none", filters=Filters(volumes=["lighthouse-essays"])).verdict == "not_here"
    assert look(quote, filters=Filters(sections=[found.places[0].citations[0].section_id])).count == 1
    with pytest.raises(NotFound, match="nobody"):
        look(quote, filters=Filters(people=["Nobody Here"]))


def test_words_run_on_across_sentences(keepers: Engine, look: Look) -> None:
    answer = look("wrote the number down. Every seventh wave")
    assert answer.verdict == "exact"
    assert answer.places[0].text == "wrote the number down. Every seventh wave"
    assert len(answer.places[0].citations) == 1
    assert is_true(keepers.snapshot, answer)
    assert look("never forgave the saucepan. The keepers counted the waves").verdict == "not_here"


def test_words_run_on_across_a_note_mark(keepers: Engine, look: Look) -> None:
    answer = look("the oil grows slow. We learned to keep")
    assert answer.verdict == "exact"
    assert "<sup>" in answer.places[0].citations[0].quote
    assert is_true(keepers.snapshot, answer)


def test_words_run_on_across_a_pull_quote_which_is_not_a_place_of_its_own(keepers: Engine, look: Look) -> None:
    (sentence,) = (
        said
        for name in keepers.snapshot.section_refs
        for said in keepers.snapshot.sentences(name)
        if len(said.spans) > 1
    )
    across = look(sentence.text)
    assert (across.verdict, across.count) == ("exact", 1)
    assert len(across.places[0].citations) == len(sentence.spans)
    assert is_true(keepers.snapshot, across)
    repeated = look("We learned to keep two stoves alight")
    assert [place.citations[0].voice for place in repeated.places] == ["own"]


def test_a_title_is_found_and_says_that_it_is_one(look: Look) -> None:
    answer = look("what the fog taught us")
    assert answer.verdict == "exact"
    assert {place.citations[0].voice for place in answer.places} <= {"heading", "boilerplate"}


@pytest.mark.parametrize(
    ("quote", "change", "said", "source"),
    [
        ("The keepers counted the ships and wrote the number down", "replaced", "ships ", "waves"),
        ("The keepers counted the waves and wrote number down", "missing", "", "the"),
        ("The keepers slowly counted the waves and wrote the number down", "added", "slowly ", ""),
        ("The keepers counted waves the and wrote the number down", "swapped", "waves the ", "the waves"),
        ("The kepers counted the waves and wrote the number down", "replaced", "kepers ", "keepers"),
    ],
)
def test_a_word_that_differs_is_marked(look: Look, quote: str, change: str, said: str, source: str) -> None:
    answer = look(quote)
    assert (answer.verdict, answer.count, answer.is_abridged) == ("near", 1, False)
    (place,) = answer.places
    assert place.text == SAID_ONCE
    assert place.differences == 1
    assert "".join(part.quote for part in place.changes) == quote
    changed = [part for part in place.changes if part.change != "same"]
    assert [(part.change, part.quote, part.source) for part in changed] == [(change, said, source)]


def test_words_said_to_be_left_out_are_no_difference(keepers: Engine, look: Look) -> None:
    quote = "The keepers counted the waves […] A long-term plan … was drawn on [linen], and nobody washed it"
    answer = look(quote)
    assert (answer.verdict, answer.is_abridged) == ("near", True)
    (place,) = answer.places
    assert place.differences == 0
    assert place.text.count(" … ") == 3
    assert [part.quote.strip() for part in place.changes if part.change == "left out"] == ["[…]", "…", "[linen],"]
    assert "".join(part.quote for part in place.changes) == quote
    assert len(place.citations) == 4
    assert is_true(keepers.snapshot, answer)


def test_marks_that_the_source_has_itself_are_no_joints(look: Look) -> None:
    answer = look("The keepers [counted] the waves … and wrote the number up")
    assert (answer.verdict, answer.is_abridged, answer.places[0].differences) == ("near", False, 1)


def test_what_is_left_out_must_stand_in_one_piece_and_in_order(look: Look) -> None:
    assert look("The rope of the bell was cut … The fishermen rang a saucepan instead").is_abridged
    assert look("The fishermen rang a saucepan instead … The rope of the bell was cut").verdict == "not_here"
    assert look("The keepers counted the waves … The fishermen rang a saucepan").verdict == "not_here"


@pytest.mark.parametrize(
    "quote",
    [
        "saucepan never forgave the fleet of keepers and waves",
        "A lighthouse is only as honest as the people who dust it",
        "the of and to in the of and to a",
        "wave wave wave wave",
        "counted … washed … saucepan",
        "灯台 の 光",
    ],
)
def test_what_nobody_wrote_is_not_here(look: Look, quote: str) -> None:
    answer = look(quote)
    assert (answer.verdict, answer.count, answer.places) == ("not_here", 0, [])


def test_short_quotations_are_counted_and_never_nearly_right(look: Look) -> None:
    found = look("the", limit=2)
    assert found.verdict == "exact"
    assert found.count > len(found.places) == 2
    missing = look("the saucepam")
    assert (missing.verdict, missing.places) == ("not_here", [])
    assert any("fewer than 3 words" in note for note in missing.notes)


def test_a_digest_says_that_the_words_are_not_the_writers(digest_engine: Engine) -> None:
    answer = find_quote(digest_engine, QuoteAsk(quote="zebras jump over the mountains of Neptune"))
    assert answer.verdict == "not_here"
    assert any("digest only" in note for note in answer.notes)


@pytest.mark.parametrize(
    ("quote", "error"),
    [
        ("", EmptyQuotation),
        (" … “—” ", EmptyQuotation),
        ("a\x00b", UnreadableQuotation),
        ("a\ud800b", UnreadableQuotation),
        ("word " * (MOST_WORDS + 1), QuotationTooLong),
        ("w" * (MOST_CHARACTERS + 1), QuotationTooLong),
        ("a page of words " * 1000, QuotationTooLong),
    ],
)
def test_what_is_no_quotation_is_refused(look: Look, quote: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        look(quote)


def test_joints_are_read_from_the_marks() -> None:
    literal, marked = read_quotation("One [two] three … four [f]ive (...) six [sic] seven [12].")
    assert not literal.has_joints
    assert [word.word for word in marked.words] == ["one", "three", "four", "five", "six", "seven"]
    none, insertion, omission = Joint.NONE, Joint.INSERTION, Joint.OMISSION
    assert list(marked.joints) == [none, insertion, omission, none, omission, none]
    assert len(read_quotation("No marks at all.")) == 1


@pytest.mark.parametrize(
    "quote",
    ["<!--" * 2_999, "[" * 11_999, " … ".join(["the"] * 1000), "the of and " * 333, "a-\n" * 3_999, "．" * 9_000 + "a"],
)
def test_a_hostile_quotation_costs_little(engine: Engine, quote: str) -> None:
    began = time.process_time()
    with suppress(EmptyQuotation, QuotationTooLong):
        find_quote(engine, QuoteAsk(quote=quote))
    assert time.process_time() - began < 3


def test_a_concordance_is_the_same_when_it_was_written_and_read(keepers: Engine, tmp_path: Path) -> None:
    made = concordance(keepers.snapshot)
    made.save(tmp_path)
    read = Concordance.load(tmp_path)
    for quote in (SAID_ONCE, "every seventh wave", "the", "saucepan instead"):
        places = [each.occurrences(each.numbers(plain_words(quote))).tolist() for each in (made, read)]
        assert places[0] == places[1] != []


def _sections(snapshot: Snapshot) -> list[str]:
    return [name for name in snapshot.section_refs if snapshot.sentences(name)]


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_words_of_any_sentences_are_found_where_they_stand(any_engine: Engine, data: st.DataObject) -> None:
    snapshot = any_engine.snapshot
    name = data.draw(st.sampled_from(_sections(snapshot)))
    text = [said for said in snapshot.sentences(name) if said.voice in CITABLE_VOICES] or list(snapshot.sentences(name))
    first = data.draw(st.integers(0, len(text) - 1))
    words = " ".join(said.text for said in text[first : first + data.draw(st.integers(1, 4))]).split()
    begin = data.draw(st.integers(0, len(words) - 1))
    quote = " ".join(words[begin : begin + data.draw(st.integers(1, 60))])
    if not plain_words(quote):
        return
    answer = find_quote(any_engine, QuoteAsk(quote=quote, limit=100))
    assert answer.verdict == "exact"
    assert is_true(snapshot, answer)
    assert all(plain_words(place.text) == plain_words(quote) for place in answer.places)
    found = {citation.section_id for place in answer.places for citation in place.citations}
    assert name in found or answer.count > 100


def test_every_place_of_a_phrase_is_counted(engine: Engine) -> None:
    phrase = "children in care"
    told = 0
    for name in engine.snapshot.section_refs:
        said = engine.snapshot.sentences(name)
        text = " ".join(word for each in said if each.voice in CITABLE_VOICES for word in plain_words(each.text))
        told += f" {text} ".count(f" {phrase} ")
    answer = find_quote(engine, QuoteAsk(quote=phrase, limit=100))
    in_text = [place for place in answer.places if Voice(place.citations[0].voice) in CITABLE_VOICES]
    assert told > 10
    assert len(in_text) == told
