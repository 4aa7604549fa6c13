"""What the tests of answering share: engines over the full texts, over the digests and over two pieces of our own."""

import shutil
from collections.abc import Iterator

import pytest

from eval.schema import Question, load_questions
from index.build import build_index
from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import PACKAGE_ROOT, Settings
from index.snapshot import Snapshot
from rag.answer import Answer, Ask
from rag.engine import Engine
from rag.lexicon import Lexicon
from rag.rank import Candidate
from tests.conftest import SilentProgress
from tests.index.collection import DATA, make_collection

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
