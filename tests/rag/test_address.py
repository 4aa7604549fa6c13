"""An address outlives an index run: what it names is held, has moved or is gone, and that is found out."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import build_index
from index.model import CITABLE_VOICES, PROSE_KINDS
from index.model_files import DEFAULT_MODEL, ensure_export
from index.records import SectionRecord, SentenceRecord
from index.settings import Settings
from index.snapshot import Snapshot
from rag.address import Address, address_of, fingerprint, fingerprint_number, parse_address
from rag.cite import cite
from rag.compose import Part
from rag.engine import Engine
from rag.errors import BadAddress
from rag.resolve import Resolution, resolve
from tests.conftest import SilentProgress
from tests.index.collection import DATA, Collection, make_collection

_SLUGS = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True)
_NUMBERS = st.integers(1, 99_999)


def _citable(snapshot: Snapshot) -> Iterator[tuple[SectionRecord, SentenceRecord]]:
    for ref in snapshot.section_refs.values():
        if ref.kind in PROSE_KINDS:
            section = snapshot.section(ref.id)
            yield from ((section, s) for s in section.sentences if s.voice in CITABLE_VOICES)


def _address(snapshot: Snapshot, words: str) -> str:
    """The address of the only sentence that has these words and may be cited."""
    ((section, sentence),) = ((a, b) for a, b in _citable(snapshot) if words in b.text)
    return str(address_of(section.id, sentence, section.sentences))


class TestEverySentence:
    """Of the full texts, and of the digests."""

    def test_has_an_address_of_its_own_that_is_held(self, any_engine: Engine) -> None:
        snapshot, seen = any_engine.snapshot, Counter[str]()
        for section, sentence in _citable(snapshot):
            address = str(address_of(section.id, sentence, section.sentences))
            seen[address] += 1
            found = resolve(snapshot, address)
            assert (found.status, found.current, found.also) == ("held", address, [])
            assert [(c.start, c.end) for c in found.citations] == [(span.start, span.end) for span in sentence.spans]
            assert {c.section_id for c in found.citations} == {section.id}
            assert {c.address for c in found.citations} == {address}
        assert len(seen) > 800
        assert max(seen.values()) == 1

    def test_has_an_address_that_needs_no_escaping(self, any_engine: Engine) -> None:
        for section, sentence in _citable(any_engine.snapshot):
            address = str(address_of(section.id, sentence, section.sentences))
            assert all(c.isascii() and (c.isalnum() or c in "-/~") for c in address)
            assert str(parse_address(address)) == address

    def test_has_a_fingerprint_that_only_the_same_words_have(self, any_engine: Engine) -> None:
        texts = {sentence.text for _, sentence in _citable(any_engine.snapshot)}
        written = {" ".join(text.replace("’", "'").replace("‘", "'").split()) for text in texts}
        assert len({fingerprint(text) for text in texts}) >= 0.999 * len(written)


def test_a_sentence_in_two_spans_has_one_address(engine: Engine) -> None:
    cut = [(a, b) for a, b in _citable(engine.snapshot) if len(b.spans) > 1]
    assert cut
    for section, sentence in cut:
        citations = cite(engine.snapshot, [Part(section, (sentence,))])[1]
        assert len(citations) == len(sentence.spans)
        assert len({citation.address for citation in citations}) == 1


@given(st.lists(_SLUGS, min_size=2, max_size=4), _NUMBERS, _NUMBERS, st.text())
def test_an_address_is_read_as_it_is_written(slugs: list[str], paragraph: int, sentence: int, words: str) -> None:
    address = Address("/".join(slugs), paragraph, sentence, fingerprint(words))
    assert parse_address(str(address)) == address
    assert parse_address(f" /{str(address).upper()}\n") == address
    assert address.number == fingerprint_number(words)
    assert address.volume_id == slugs[0]


@given(st.text())
def test_what_is_no_address_is_refused_and_nothing_else_happens(text: str) -> None:
    with pytest.raises(BadAddress):
        parse_address(f"{text}!")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "harbour-papers",
        "harbour-papers/the-bell",
        "harbour-papers/the-bell/p1/s1",
        "harbour-papers/the-bell/p0/s1~k4x2mq7a",
        "harbour-papers/the-bell/p1/s0~k4x2mq7a",
        "harbour-papers/the-bell/p1/s1~k4x2mq7",
        "harbour-papers/the-bell/p1/s1~k4x2mq10",
        "harbour-papers/p1/s1~k4x2mq7a",
        "../../etc/passwd/p1/s1~k4x2mq7a",
        "harbour papers/the-bell/p1/s1~k4x2mq7a",
        "harbour-papers/the-bell/p99999999/s1~k4x2mq7a",
        "harbour-papers/the-bell/p١/s1~k4x2mq7a",
        "a/b\x00/p1/s1~k4x2mq7a",
        "a/" * 100_000,
    ],
)
def test_a_bad_address_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadAddress, match=r"is no address of a citation\. .* copy the whole of it\.$") as caught:
        parse_address(text)
    assert len(str(caught.value)) < 700


@pytest.mark.parametrize(
    "other",
    [
        "The  keeper's lamp –\n“two stoves”",
        'The keeper\'s lamp - "two stoves"',
        "The keep\u00ader’s lamp — “two stoves”",
    ],
)
def test_line_breaks_quotes_and_dashes_change_no_fingerprint(other: str) -> None:
    assert fingerprint(other) == fingerprint("The keeper’s lamp – “two stoves”")


@pytest.mark.parametrize(
    "other", ["It cost £5.", "It cost $5", "it cost £5", "It cost £50", "It cost not £5", "It cost -£5"]
)
def test_anything_else_changes_the_fingerprint(other: str) -> None:
    assert fingerprint(other) != fingerprint("It cost £5")


@dataclass(frozen=True)
class Runs:
    """A small collection before and after somebody edited it and indexed it again."""

    before: Snapshot
    after: Snapshot

    def now(self, words: str) -> Resolution:
        """What has become of the sentence that had these words."""
        return resolve(self.after, _address(self.before, words))


@pytest.fixture(scope="module")
def runs(digest_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    models = ensure_export(digest_settings.home, DEFAULT_MODEL).parent
    collection = make_collection(tmp_path_factory.mktemp("addresses") / "collection", models)
    for name in ("workshop-papers.txt", "orchard-notes.md", "signed-stories.txt"):
        shutil.copy(DATA / name, collection.texts / f"{name.split('.')[0]}.txt")
    _index(collection, "workshop-papers", "orchard-notes", "signed-stories")
    before = Snapshot.open(collection.home)
    _edit(collection, "workshop-papers", "The town clock of", "A clock is a neighbour too.\n\nThe town clock of")
    _edit(collection, "workshop-papers", "within a week", "within a day")
    _edit(collection, "orchard-notes", "before they lift\na blade", "before\nthey lift a blade")
    _edit(collection, "orchard-notes", "## Windfalls", "## What falls")
    text = (collection.texts / "orchard-notes.txt").read_text(encoding="utf-8")
    start, end = text.index("## The bees"), text.index("## What falls")
    (collection.texts / "orchard-notes.txt").write_text(text[:start] + text[end:], encoding="utf-8")
    (collection.texts / "signed-stories.txt").rename(collection.texts / "front-desk.txt")
    _index(collection, "workshop-papers", "orchard-notes", "front-desk")
    after = Snapshot.open(collection.home)
    yield Runs(before, after)
    before.close()
    after.close()


def _index(collection: Collection, *volume_ids: str) -> None:
    collection.put_catalogue(*volume_ids)
    build_index(collection.settings, SilentProgress())


def _edit(collection: Collection, volume_id: str, old: str, new: str) -> None:
    path = collection.texts / f"{volume_id}.txt"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


class TestAfterAnotherIndexRun:
    def test_what_nobody_touched_is_held(self, runs: Runs) -> None:
        found = runs.now("the cloth came out a shade truer")
        assert (found.status, found.current) == ("held", found.address)
        assert found.citations[0].quote.startswith("We moved ours")
        assert found.references is not None

    def test_words_on_other_lines_are_held(self, runs: Runs) -> None:
        found = runs.now("walk round it twice")
        assert found.status == "held"
        assert "before\nthey lift" in found.citations[0].quote

    def test_words_below_a_new_paragraph_have_moved(self, runs: Runs) -> None:
        found = runs.now("one minute in a month")
        asked, current = parse_address(found.address), parse_address(found.current or "")
        assert found.status == "moved"
        assert (current.section_id, current.paragraph) == (asked.section_id, asked.paragraph + 1)
        assert "one minute in a month" in found.citations[0].quote
        assert resolve(runs.after, found.current or "").status == "held"

    def test_an_edited_sentence_is_gone(self, runs: Runs) -> None:
        found = runs.now("within a week")
        assert (found.status, found.current, found.citations, found.references) == ("gone", None, [], None)
        assert "other words stand in their place" in found.message or not found.standing

    def test_what_stands_in_the_place_of_a_gone_sentence_is_told(self, runs: Runs) -> None:
        (first, *_) = (s for _, s in _citable(runs.before) if "A loom wants daylight" in s.text)
        address = parse_address(_address(runs.before, first.text))
        other = Address(address.section_id, address.paragraph, address.sentence, fingerprint("Looms hate daylight."))
        found = resolve(runs.after, str(other))
        assert found.status == "gone"
        assert found.message.endswith("other words stand in their place.")
        assert [citation.quote for citation in found.standing] == [first.text]

    def test_words_of_a_retitled_section_have_moved(self, runs: Runs) -> None:
        found = runs.now("Nobody owns a windfall")
        assert found.status == "moved"
        assert parse_address(found.current or "").section_id == "orchard-notes/what-falls"
        assert "“What falls”" in found.message

    def test_words_of_a_deleted_section_are_gone(self, runs: Runs) -> None:
        found = runs.now("nine hives against the south wall")
        assert (found.status, found.standing) == ("gone", [])
        assert "nor is there a section 'orchard-notes/the-bees-next-door'" in found.message

    def test_words_of_a_volume_with_another_name_have_moved_there(self, runs: Runs) -> None:
        found = runs.now("A boy came to our door")
        assert found.status == "moved"
        assert parse_address(found.current or "").volume_id == "front-desk"
        assert "another volume" in found.message
        assert found.citations[0].file == "front-desk.txt"

    def test_words_of_no_volume_are_gone(self, runs: Runs) -> None:
        found = resolve(runs.after, f"no-such/volume/p1/s1~{fingerprint('Nobody wrote this.')}")
        assert found.status == "gone"
        assert "nor is there a volume 'no-such'" in found.message

    def test_every_sentence_is_held_moved_or_gone_rightly(self, runs: Runs) -> None:
        words = Counter(fingerprint(sentence.text) for _, sentence in _citable(runs.after))
        seen = Counter[str]()
        for section, sentence in _citable(runs.before):
            address = address_of(section.id, sentence, section.sentences)
            found = resolve(runs.after, str(address))
            seen[found.status] += 1
            assert (found.status == "gone") == (words[address.fingerprint] == 0)
            assert (found.status == "held") == (found.current == str(address))
            if found.current:
                assert parse_address(found.current).fingerprint == address.fingerprint
        assert min(seen["held"], seen["moved"], seen["gone"]) >= 3


def test_a_pull_quote_is_not_taken_for_its_sentence(engine: Engine) -> None:
    snapshot = engine.snapshot
    pulled = [
        (section_id, sentence)
        for section_id in snapshot.section_refs
        for sentence in snapshot.sentences(section_id)
        if sentence.voice == "pull quote"
    ]
    citable = {fingerprint(sentence.text) for _, sentence in _citable(snapshot)}
    assert pulled
    for section_id, sentence in pulled:
        found = resolve(snapshot, f"{section_id}/p9999/s1~{fingerprint(sentence.text)}")
        assert found.status == ("moved" if fingerprint(sentence.text) in citable else "gone")
        assert {citation.voice for citation in found.citations} <= {voice.value for voice in CITABLE_VOICES}


def test_words_that_stand_twice_are_found_nearest_first(any_engine: Engine) -> None:
    snapshot = any_engine.snapshot
    places: dict[str, list[str]] = {}
    for section, sentence in _citable(snapshot):
        address = address_of(section.id, sentence, section.sentences)
        places.setdefault(address.fingerprint, []).append(str(address))
    repeated = [
        found for found in places.values() if len({parse_address(a).volume_id for a in found}) == 1 < len(found)
    ]
    for addresses in repeated:
        asked = parse_address(addresses[-1])
        moved = resolve(snapshot, f"{asked.section_id}/p{asked.paragraph}/s999~{asked.fingerprint}")
        assert moved.status == "moved"
        assert {moved.current, *moved.also} <= set(addresses)
        assert parse_address(moved.current or "").section_id == asked.section_id
        assert len(moved.also) == min(5, len(addresses) - 1)
