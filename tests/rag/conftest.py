"""What the tests of answering share: engines over the full texts, over the digests and over two pieces of our own."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pytest

from eval.schema import Question, load_questions
from index.build import build_index
from index.model import CITABLE_VOICES
from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import PACKAGE_ROOT, Settings
from index.snapshot import Snapshot
from rag.answer import Answer, Ask
from rag.cite import cite
from rag.compose import Part
from rag.engine import Engine
from rag.lexicon import Lexicon
from rag.llm.compose import Judged
from rag.rank import Candidate
from tests.conftest import SilentProgress
from tests.index.collection import DATA, make_collection
from tests.rag.lies.endpoint import Behaviour, Endpoint

KEEPERS = PACKAGE_ROOT / "tests" / "rag" / "lies" / "keepers.txt"
OWN_QUESTIONS = PACKAGE_ROOT / "eval" / "questions" / "first.jsonl"


@pytest.fixture(scope="session", params=["engine", "digest_engine"])
def any_engine(request: pytest.FixtureRequest) -> Engine:
    """The engine over the full texts, then the one over the digests."""
    chosen = request.getfixturevalue(request.param)
    assert isinstance(chosen, Engine)
    return chosen


@pytest.fixture(scope="session")
def snapshot(any_engine: Engine) -> Snapshot:
    """The snapshot of either engine."""
    return any_engine.snapshot


@pytest.fixture(scope="session")
def lexicon(any_engine: Engine) -> Lexicon:
    """The lexicon of either engine."""
    return any_engine.lexicon


@pytest.fixture(scope="session")
def dev_questions(settings: Settings) -> list[Question]:
    """Sixty questions of every kind: those beside the texts, or our own where none are."""
    beside = settings.texts.parent / "questions-dev.jsonl"
    return load_questions([beside if beside.is_file() else OWN_QUESTIONS])[:60]


@pytest.fixture(scope="session")
def answers(engine: Engine, dev_questions: list[Question]) -> list[Answer]:
    """What the engine over the full texts answers to them."""
    return [engine.ask(asking(question)) for question in dev_questions]


@pytest.fixture(scope="session")
def workshop(digest_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine over two short pieces of our own, read as a full text: one has a list, both lean."""
    models = ensure_export(digest_settings.home, DEFAULT_MODEL).parent
    collection = make_collection(tmp_path_factory.mktemp("workshop") / "collection", models)
    shutil.copy(DATA / "workshop-papers.txt", collection.texts)
    collection.put_catalogue("workshop-papers")
    build_index(collection.settings, SilentProgress())
    engine = Engine.open(collection.settings)
    yield engine
    engine.snapshot.close()


@lru_cache(maxsize=64)
def plain_answer(engine: Engine, question: str) -> Answer:
    """What an engine answers in the texts' own words."""
    return engine.ask(Ask(question=question))


def sections_cited(engine: Engine, question: str) -> list[str]:
    """The ids of the pieces that an answer cites, in order."""
    return list(dict.fromkeys(citation.section_id for citation in plain_answer(engine, question).citations))


@dataclass(frozen=True)
class Asked:
    """An engine whose language model says what a test wrote."""

    engine: Engine
    endpoint: Endpoint

    def answer(self, question: str, says: str, behaviour: Behaviour | None = None) -> Answer:
        """What is answered when the model says, or does, this."""
        self.endpoint.says(says, behaviour)
        return self.engine.ask(Ask(question=question, composer="llm"))

    def judged(self, question: str, says: str) -> list[Judged]:
        """Every sentence that the model says, with the gate's verdict, given the pieces that the question finds."""
        composer = self.engine.llm_composer
        assert composer is not None
        self.endpoint.says(says)
        sections = [self.engine.snapshot.section(key) for key in sections_cited(self.engine, question)]
        parts = [Part(s, tuple(x for x in s.sentences if x.voice in CITABLE_VOICES)) for s in sections]
        return list(composer.judge_each(question, parts, cite(self.engine.snapshot, parts)[1]))


@pytest.fixture(scope="session")
def keepers_texts(digest_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The keepers' papers, about which the lies are told, indexed."""
    models = ensure_export(digest_settings.home, DEFAULT_MODEL).parent
    collection = make_collection(tmp_path_factory.mktemp("lies") / "collection", models)
    shutil.copy(KEEPERS, collection.texts / "keepers-papers.txt")
    collection.put_catalogue("keepers-papers")
    build_index(collection.settings, SilentProgress())
    return collection.settings


@pytest.fixture(scope="session")
def keepers(keepers_texts: Settings) -> Iterator[Asked]:
    """The engine over the keepers' papers, with a scripted language model on loopback."""
    with Endpoint() as endpoint:
        yield asked(keepers_texts, endpoint, llm="openai:scripted", llm_url=f"{endpoint.url}/v1")


def asked(settings: Settings, endpoint: Endpoint, **changes: object) -> Asked:
    """A warm engine with a scripted language model."""
    engine = Engine.open(settings.model_copy(update=changes))
    engine.warm()
    return Asked(engine, endpoint)


def asking(question: Question) -> Ask:
    """The question of an evaluation set as somebody asks it."""
    return Ask(question=question.question, history=question.history)


def candidate(engine: Engine, words: str) -> Candidate:
    """The only sentence that has these words, as if ranking had found it."""
    (found,) = (
        Candidate(section_id, sentence, score=1.0, cosine=1.0, coverage=1.0)
        for section_id in engine.snapshot.section_refs
        for sentence in engine.snapshot.sentences(section_id)
        if words in sentence.text and sentence.row is not None
    )
    return found
