"""A summary tells one piece in order and shortly: what it is about, what it concludes, and nothing twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import build_index
from index.model import CITABLE_VOICES
from index.model_files import DEFAULT_MODEL, ensure_export
from index.settings import Settings
from index.snapshot import Snapshot
from index.tokens import tokens
from rag.compose import BUDGETS
from rag.engine import Engine
from rag.question import Sort
from rag.summarise import summarise
from tests.conftest import SilentProgress
from tests.index.collection import make_collection, piece

FERRY = """\
The ferry across the Saltmere is the cheapest bridge the county never built. It carries four hundred people a day, \
and most of them carry something to sell. Have you ever waited for it in the rain? I have, often enough to know every \
plank of the landing.

Ferries fail when nobody pays for the idle hours. A ferry that runs only when it is full leaves the nurse and baker \
on the wrong bank. In my first winter the boat lay tied up on nineteen mornings for want of six passengers.

The county pays for the road by the mile, whoever drives on it, and nobody asks the road to be full. A ferry is a road \
that moves, and the county ought to pay for it in the same way. The clerk told me that no form exists for it.

My brother painted the wheelhouse green in the spring. The paint came from a chandler in Holme. It peeled by August, \
and he painted it again. The cook on the evening boat sells soup in tin mugs, and her kitchen is the warmest place on \
the river.

Other rivers show that it can be done. On the Ouse a levy of a penny on each house pays for a boat each half hour, and \
the market there has doubled. On the Ouse a levy of one penny on every house pays for a boat each half hour, and its \
market has doubled. On the Tern the parish owns the boat, and the ferryman is paid for waiting.

We should pay the ferry for its hours and not for its passengers. A penny on each house would keep the boat running \
from six to ten, full or empty, and both banks would be one town again."""


@pytest.fixture(scope="module")
def river(digest_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """One piece of our own, half as long again as a summary."""
    models = ensure_export(digest_settings.home, DEFAULT_MODEL).parent
    collection = make_collection(Path(tmp_path_factory.mktemp("river")) / "collection", models)
    collection.put_digest(piece("A road that moves", "**Ada Thorne**, ferrywoman", FERRY))
    build_index(collection.settings, SilentProgress())
    snapshot = Snapshot.open(collection.home)
    yield snapshot
    snapshot.close()


def told(snapshot: Snapshot, *about: str) -> list[str]:
    """The sentences of the summary of the piece, rather of what is about these words."""
    (section_id,) = (ref.id for ref in snapshot.section_refs.values() if ref.title == "A road that moves")
    (part,) = summarise(snapshot, section_id, tokens(" ".join(about)))
    return [sentence.text for sentence in part.sentences]


def test_a_summary_tells_the_thesis_and_the_conclusion(river: Snapshot) -> None:
    said = " ".join(told(river))
    assert "cheapest bridge" in said
    assert "Ferries fail when nobody pays" in said
    assert "pay the ferry for its hours" in said


def test_a_summary_tells_nothing_twice_and_asks_nothing(river: Snapshot) -> None:
    said = " ".join(told(river))
    assert said.count("market") == 1
    assert "Have you ever waited" not in said
    assert "peeled by August" not in said


def test_what_is_asked_about_a_piece_is_told_rather(river: Snapshot) -> None:
    assert not any("soup" in sentence for sentence in told(river))
    assert any("soup" in sentence for sentence in told(river, "the cook's soup and her warm kitchen"))


def test_a_summary_is_of_one_piece_in_order_and_short(any_engine: Engine) -> None:
    for section_id in sorted(set(any_engine.snapshot.passage_sections)):
        for part in summarise(any_engine.snapshot, section_id):
            ordinals = [sentence.ordinal for sentence in part.sentences]
            assert part.section.id == section_id
            assert ordinals == sorted(set(ordinals))
            assert all(sentence.voice in CITABLE_VOICES for sentence in part.sentences)
            words = sum(len(sentence.text.split()) for sentence in part.sentences)
            assert words <= BUDGETS[Sort.SUMMARY].words or len(ordinals) == 1


def test_a_summary_of_a_long_piece_is_spread_over_it(engine: Engine) -> None:
    for section_id in engine.snapshot.section_refs:
        section = engine.snapshot.section(section_id)
        paragraphs = {sentence.paragraph for sentence in section.sentences if sentence.voice in CITABLE_VOICES}
        if section.kind == "essay" and len(paragraphs) >= 12:
            (part,) = summarise(engine.snapshot, section_id)
            assert len({sentence.paragraph for sentence in part.sentences}) >= 5
            assert part.sentences[-1].ordinal > len(section.sentences) / 2
