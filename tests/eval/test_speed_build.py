"""Both pipelines build an index of the same texts, each in a process of its own, and say what it took."""

from pathlib import Path

import pytest

from eval.errors import EvalError
from eval.speed_build import Build, count_tokens, measure_build
from eval.speed_llama import split, splitter
from index.settings import Settings
from tests.index.collection import Collection, make_collection

PARAGRAPH = (
    "The oil grows slow in winter, and the keepers of tower number {0} sit close to the stove until the watch is over. "
    "A cold keeper makes mistakes, and a mistake at night may cost a ship and {0} barrels of salted herring besides. "
    "Nine towers out of forty have a second stove already, so the guild has no reason left to refuse one to tower {0}."
)
TEXT = "LAMPS IN WINTER\n\nAda Thorne, Head keeper\n\n" + "\n\n".join(map(PARAGRAPH.format, range(40))) + "\n"
BUILT = ("interpreter", "imports", "model", "embed")


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """One volume of some three thousand tokens."""
    folder = tmp_path_factory.mktemp("speed")
    made = make_collection(folder / "collection", folder)
    (made.texts / "harbour-papers.txt").write_text(TEXT, "utf-8")
    made.put_catalogue()
    return made


@pytest.fixture(scope="module")
def byline(collection: Collection) -> Build:
    return measure_build("byline", collection.settings)


@pytest.fixture(scope="module")
def llamaindex(collection: Collection) -> Build:
    return measure_build("llamaindex", collection.settings)


def test_byline_is_timed_by_stage(byline: Build) -> None:
    assert set(byline.seconds) == {*BUILT, "read", "publish", "checks"}
    assert all(byline.seconds[stage] > 0 for stage in BUILT)
    assert byline.total_s == pytest.approx(sum(byline.seconds.values()), abs=0.1)


def test_llamaindex_is_timed_by_stage(llamaindex: Build) -> None:
    assert set(llamaindex.seconds) == {*BUILT, "split", "index", "persist"}
    assert all(llamaindex.seconds[stage] > 0 for stage in BUILT)
    assert llamaindex.total_s == pytest.approx(sum(llamaindex.seconds.values()), abs=0.1)
    assert "1024 tokens, 200" in llamaindex.cut


def test_both_read_the_same_texts(byline: Build, llamaindex: Build, collection: Collection) -> None:
    assert byline.tokens.texts == llamaindex.tokens.texts == count_tokens([TEXT], [], collection.settings).texts > 2000


def test_the_model_reads_a_quarter_of_a_chunk_of_1024_tokens(llamaindex: Build) -> None:
    assert llamaindex.tokens.given > llamaindex.tokens.texts
    assert 0.2 < llamaindex.tokens.embedded / llamaindex.tokens.given < 0.35
    assert llamaindex.tokens.embedded <= 254 * llamaindex.embedded


def test_the_model_reads_all_of_a_passage(byline: Build) -> None:
    assert byline.tokens.embedded == byline.tokens.given > byline.tokens.texts
    assert byline.embedded > 120


def test_a_build_leaves_the_home_as_it_was(byline: Build, llamaindex: Build, collection: Collection) -> None:
    assert byline.pipeline != llamaindex.pipeline
    assert [path.name for path in collection.home.iterdir()] == ["models"]


def test_a_build_that_fails_is_told_with_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"build with Byline failed: .*BYLINE_TEXTS"):
        measure_build("byline", Settings(home=tmp_path, texts=tmp_path / "nowhere"))


def test_tokens_past_the_window_are_not_embedded(digest_settings: Settings) -> None:
    tokens = count_tokens(["lamp"], ["lamp " * 100, "lamp " * 400], digest_settings)
    assert (tokens.texts, tokens.given, tokens.embedded) == (1, 500, 100 + 254)


def test_chunks_are_llamaindex_s_own_or_of_the_size_asked_for() -> None:
    default, small = splitter(None), splitter(256)
    assert (default.chunk_size, default.chunk_overlap) == (1024, 200)
    assert (small.chunk_size, small.chunk_overlap) == (256, 20)
    assert len(split([TEXT], small)) > 3 * len(split([TEXT], default))
