"""Other libraries are asked over the same texts, with the same models, and scored alike."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.errors import EvalError
from eval.finding import Place
from eval.peers import haystack
from eval.peers.comparison import CACHE, ComparisonReport, asked_of_peer, build_peers, compare, full_texts
from eval.peers.cross_encoder import open_scorer
from eval.peers.peer import Peer, rerank
from eval.schema import Question
from index.build import build_index
from index.errors import MissingExtra
from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import Settings
from index.texts import SourceText
from rag.engine import Engine
from tests.api.command import byline
from tests.conftest import SilentProgress
from tests.index.collection import Collection, make_collection

LAMPS = (
    "A cold keeper makes mistakes, and a mistake at night may cost a ship.",
    "I would put a second stove in every tower before the frost.",
    "Nine towers out of forty have one already, and their logs are better kept.",
    "Oil grows slow in January, when nobody comes to inspect us.",
)
BELL = (
    "Fog has no edges, and the bell is the only answer to it.",
    "The great bell weighs as much as four oxen and is heard for two miles.",
    "Fishermen take turns at the rope, for one man cannot ring all night.",
    "Three strokes tell a boat from a church.",
)
PIECES = ("LAMPS IN WINTER", "Ada Thorne, Head Keeper", *LAMPS, "THE BELL", "Benedict Okafor, Director", *BELL)
LOG = [f"The log of night {number} is blank, as the sea was calm and the wind slept." for number in range(60)]
SOURCES = [
    SourceText("harbour.txt", "full text", "\n\n".join((*PIECES, *LOG)), "0" * 64),
    SourceText("ropes.txt", "full text", "A rope is kept dry.\n\nA wet rope is kept apart.\n", "1" * 64),
]
QUESTIONS = (
    {
        "id": "t-1",
        "question": "how much does the great bell weigh?",
        "kind": "fact",
        "answerable": True,
        "gold": [
            {"doc": "harbour", "section": "The bell", "authors": ["Benedict Okafor"], "start_line": 19, "end_line": 19}
        ],
        "facts": [["four oxen"]],
    },
    {"id": "t-2", "question": "how far can a zebra jump on Neptune?", "kind": "unanswerable", "answerable": False},
)


@pytest.fixture(scope="module")
def peers(digest_engine: Engine, digest_settings: Settings) -> list[Peer]:
    """Every peer over a volume of our own, with the real embedder and cross-encoder."""
    return build_peers(SOURCES, digest_engine.embedder.embed, open_scorer(digest_settings))


@pytest.fixture
def collection(tmp_path: Path, digest_settings: Settings) -> Collection:
    """The same volume, indexed from its full text."""
    made = make_collection(tmp_path / "collection", ensure_export(digest_settings.home, DEFAULT_MODEL).parent)
    (made.texts / "harbour-papers.txt").write_text(SOURCES[0].text, encoding="utf-8")
    made.put_catalogue()
    build_index(made.settings, SilentProgress())
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    return path


def test_there_are_two_cuttings_of_llama_index_and_haystack(peers: Sequence[Peer]) -> None:
    names = [peer.name for peer in peers]
    assert names == [
        *(f"LlamaIndex {way}, {size} tokens" for size in (1024, 256) for way in _WAYS),
        "Haystack hybrid, 200 words",
    ]


_WAYS = ("dense", "BM25", "hybrid", "hybrid + cross-encoder")


def test_every_peer_finds_the_bell(peers: Sequence[Peer]) -> None:
    for peer in peers:
        best = peer.find("how much does the great bell weigh?")[0]
        assert "four oxen" in best.text, peer.name
        assert (best.section, best.people) == (None, None)


def test_every_place_is_where_it_says(peers: Sequence[Peer]) -> None:
    sources = {source.file: source.text for source in SOURCES}
    for peer in peers:
        for place in peer.find("which ropes and bells are kept dry at night?"):
            source = sources[place.file]
            assert source[place.start : place.end] == place.text, peer.name
            assert place.lines[0] == source[: place.start].count("\n") + 1
            assert place.lines[1] >= place.lines[0]


def test_no_peer_brings_more_than_ten_or_one_place_twice(peers: Sequence[Peer]) -> None:
    for peer in peers:
        places = peer.find("the log of a calm night")
        assert 0 < len({(place.file, place.start) for place in places}) == len(places) <= 10, peer.name


@pytest.mark.parametrize("query", ["?", "the", "żółw", "a " * 3000])
def test_no_peer_stumbles_over_an_odd_question(peers: Sequence[Peer], query: str) -> None:
    for peer in peers:
        peer.find(query)


def test_the_cross_encoder_puts_the_answer_first(digest_settings: Settings) -> None:
    scorer = open_scorer(digest_settings)
    assert scorer is not None
    places = [Place("harbour.txt", "full text", 0, len(text), (1, 1), text) for text in (*LAMPS, *BELL)]
    assert rerank(scorer, "how much does the great bell weigh?", places)[0].text == BELL[1]
    assert rerank(scorer, "anything", []) == []


def test_the_cross_encoder_reads_to_the_end_of_a_chunk(digest_settings: Settings) -> None:
    scorer = open_scorer(digest_settings)
    assert scorer is not None
    filler = "The sea was calm and the wind slept. " * 35
    without, within = scorer.score("how much does the great bell weigh?", [filler, filler + BELL[1]])
    assert within > without + 1


def test_a_peer_is_asked_after_the_turns_of_the_asker() -> None:
    history = [{"role": "user", "content": "what of the bell?"}, {"role": "assistant", "content": "It rings."}]
    question = Question.model_validate(QUESTIONS[0] | {"question": "and its weight?", "history": history})
    assert asked_of_peer(question) == "what of the bell?\nand its weight?"


def test_byline_and_its_peers_are_scored_alike(collection: Collection, file: Path) -> None:
    told: list[str] = []
    report = compare(Engine.open(collection.settings), [file], open_scorer(collection.settings), told.append)
    ours, *theirs = report.systems
    assert (report.questions, report.answerable, len(theirs)) == (2, 1, 9)
    assert [system.name for system in report.systems] == told[1:]
    assert ours.answers["author_accuracy"] == ours.finding.overall["section_1"] == 1.0
    assert ours.right_by_kind["fact"] == 1.0
    for system in theirs:
        assert system.right_by_kind == {"fact": 1.0, "unanswerable": 0.0}, system.name
        assert (system.answers["right"], system.answers["right_answerable"]) == (0.5, 1.0)
        assert "author_accuracy" not in system.answers
        assert "section_1" not in system.finding.overall
        assert system.finding.overall["passage_1"] == 1.0
    assert ComparisonReport.model_validate_json(report.model_dump_json()) == report


def test_chunks_are_embedded_once(collection: Collection, file: Path) -> None:
    engine = Engine.open(collection.settings)
    compare(engine, [file], None)
    kept = _digest(collection.home / CACHE)
    report = compare(engine, [file], None)
    assert _digest(collection.home / CACHE) == kept
    assert not [system.name for system in report.systems if "cross-encoder" in system.name]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_digest_cannot_be_compared_on(digest_engine: Engine) -> None:
    with pytest.raises(EvalError, match=r"digest.*BYLINE_TEXTS.*\.$"):
        full_texts(digest_engine)


def test_a_library_that_is_missing_is_named_with_what_installs_it(
    digest_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(haystack, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"byline\[peers\].*\.$"):
        haystack.haystack_peer(SOURCES, digest_engine.embedder.embed)


def test_the_command_prints_one_table(collection: Collection, file: Path) -> None:
    ran = byline("eval", str(file), "--peers", settings=collection.settings, BYLINE_RERANK="off")
    assert ran.code == 0, ran.err
    assert "2 questions, 1 with an answer" in ran.out
    lines = [line for line in ran.out.splitlines() if line.strip().startswith(("Byline", "LlamaIndex", "Haystack"))]
    assert len(lines) == 1 + 7


def test_the_command_gates_byline_alone(file: Path) -> None:
    assert byline("eval", str(file), "--peers", "--min", "right=0.1").code == 2


def test_finding_is_a_command_of_its_own(collection: Collection, file: Path) -> None:
    ran = byline("eval-finding", str(file), "--json", settings=collection.settings)
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["overall"]["passage_1"] == 1.0
    table = byline("eval-finding", str(file), settings=collection.settings, BYLINE_RERANK="off")
    assert "1 questions with an answer" in table.out
    assert "passage@1" in table.out
