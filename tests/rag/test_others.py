"""Words of somebody else never stand under the writer's name alone: a frame says whom the piece quotes."""

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from index.build import build_index
from index.model import Author, Span, Voice
from index.model_files import DEFAULT_MODEL, ensure_export
from index.records import SectionRecord, SentenceRecord
from index.settings import Settings
from rag.answer import AnswerSentence, Citation, Turn
from rag.cite import cite, plain_text
from rag.compose import Part
from rag.earlier import read_answer
from rag.engine import Engine
from rag.frame import frame, quoted_in, turn
from rag.ground import hold
from rag.others import quoted_from
from tests.conftest import SilentProgress
from tests.index.collection import DATA, make_collection

Said = tuple[str, Voice, str | None]
OWN, QUOTED, EPIGRAPH = Voice.OWN, Voice.QUOTED, Voice.EPIGRAPH


def section(*said: Said, authors: tuple[str, ...] = ("Ada Thorne",)) -> SectionRecord:
    """A piece of one paragraph."""
    sentences = tuple(
        SentenceRecord(place, text, (Span(0, 1),), voice, speaker, 0, False, place)
        for place, (text, voice, speaker) in enumerate(said)
    )
    return SectionRecord(
        "tower/stoves", "tower", "Tower Papers", "full text", "tower.txt", "Two stoves", "essay", None,
        tuple(map(Author, authors)), "printed", None, Span(0, 9), (1, 2), "", sentences, None, None, "", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "who"),
    [
        (("“Light is a debt.”", EPIGRAPH, "Clara Moss"), "Clara Moss"),
        (("“Light is a debt.”", QUOTED, "Clara Moss"), "Clara Moss"),
        (("‘I like it up here’", QUOTED, None), "somebody"),
        (("Light is a debt.", QUOTED, "the old log"), "the old log"),
        (("It keeps the children’s boats safe.”", QUOTED, "one of our keepers"), "somebody"),
        (("“Fog,” he wrote, “has no edges.”", QUOTED, "Clara Moss"), None),
        (("As Moss said, ‘light is a debt’.", QUOTED, "Clara Moss"), None),
        (('Moss said; "Light is a debt.', QUOTED, "Clara Moss"), None),
        (("Moss holds that light is a debt.", Voice.REPORTED, "Clara Moss"), None),
        (("“Light is a debt.”", QUOTED, "Thorne"), None),
        (("Light is a debt.", OWN, None), None),
    ],
)
def test_somebody_is_quoted_where_the_writer_says_no_word(said: Said, who: str | None) -> None:
    piece = section(said)
    assert quoted_from(piece, piece.sentences[0]) == who


def test_a_quotation_goes_on_in_the_next_sentence_whatever_it_quotes_itself() -> None:
    piece = section(("Moss said: “Light is a debt.", QUOTED, "Moss"), ("Some ‘keepers’ never pay.”", QUOTED, "Moss"))
    assert [quoted_from(piece, sentence) for sentence in piece.sentences] == [None, "Moss"]


@pytest.mark.parametrize("who", [None, "Clara Moss", "the harbour board, in 1911"])
@pytest.mark.parametrize("authors", [("Ada Thorne",), ("Ada Thorne", "Edwin Thorne"), ()])
def test_a_frame_says_whom_it_quotes(who: str | None, authors: tuple[str, ...]) -> None:
    piece = section(authors=authors)
    for words in (frame(piece, 1911, who), turn(piece, who)):
        assert quoted_in(words) == who
        assert all(name in words for name in authors)
        assert words.endswith(":")


@pytest.fixture(scope="module")
def tower(digest_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine over the workshop's papers, the second of which has a motto and quotes somebody in the middle."""
    models = ensure_export(digest_settings.home, DEFAULT_MODEL).parent
    collection = make_collection(tmp_path_factory.mktemp("tower") / "collection", models)
    shutil.copy(DATA / "workshop-papers.txt", collection.texts)
    papers = collection.texts / "workshop-papers.txt"
    own = "A loom wants daylight"
    motto = "“A thread is a promise that somebody has to keep.” – Clara Moss\n\n"
    text = papers.read_text(encoding="utf-8").replace(own, motto + own)
    papers.write_text(text, encoding="utf-8")
    collection.put_catalogue("workshop-papers")
    build_index(collection.settings, SilentProgress())
    engine = Engine.open(collection.settings)
    yield engine
    engine.snapshot.close()


Cited = tuple[list[AnswerSentence], list[Citation]]


@pytest.fixture
def loom(tower: Engine) -> Cited:
    """The motto and two sentences of the writer's own."""
    piece = tower.snapshot.section("workshop-papers/the-loom-by-the-window")
    motto = next(sentence for sentence in piece.sentences if sentence.voice is EPIGRAPH)
    own = [sentence for sentence in piece.sentences if sentence.voice is OWN][:2]
    return cite(tower.snapshot, [Part(piece, (motto, *own))])


def test_a_motto_stands_under_its_speakers_name_and_the_writer_is_named_again(loom: Cited) -> None:
    assert [sentence.frame for sentence in loom[0]] == [
        "Benedict Okafor, quoting Clara Moss, in “THE LOOM BY THE WINDOW” (Workshop Papers):",
        "Benedict Okafor:",
        "",
    ]


def test_the_gate_lets_no_words_of_others_through_under_the_writers_name(tower: Engine, loom: Cited) -> None:
    sentences, citations = loom
    assert hold(sentences, citations, tower.snapshot) == sentences
    motto, own, _ = sentences
    for words in (motto.frame.replace(", quoting Clara Moss", ""), motto.frame.replace("Clara", "Carla")):
        assert words != motto.frame
        assert not hold([motto.model_copy(update={"frame": words})], citations, tower.snapshot)
    lent = own.model_copy(update={"frame": "Benedict Okafor, quoting Clara Moss:"})
    assert not hold([lent], citations, tower.snapshot)


def test_what_a_mark_of_a_pasted_answer_says_is_without_the_name_before_it(tower: Engine, loom: Cited) -> None:
    pasted = Turn(role="assistant", content=plain_text(loom[0]))
    words = [cited.words for cited in read_answer(pasted, tower.lexicon).cited]
    assert words == [sentence.text for sentence in loom[0]]


def test_a_quotation_after_the_writers_own_words_has_a_frame(tower: Engine) -> None:
    piece = section(
        ("We keep two stoves.", OWN, None),
        ("“Light is a debt.”", QUOTED, "Clara Moss"),
        ("“It is paid nightly.”", QUOTED, "Clara Moss"),
        ("We pay it.", OWN, None),
    )
    placed = tower.snapshot.section("workshop-papers/the-loom-by-the-window")
    piece = replace(placed, sentences=piece.sentences, authors=piece.authors)
    said, _ = cite(tower.snapshot, [Part(piece, piece.sentences)])
    assert [sentence.frame for sentence in said[1:]] == ["Ada Thorne, quoting Clara Moss:", "", "Ada Thorne:"]
