"""What is measured on quotations is true, and the level that was reached is held."""

import random
from dataclasses import replace

import pytest

from eval.quotes import KINDS, Drawn, Material, draw, eval_quotes, fault_of, set_otherwise
from index.settings import Settings
from index.wording import plain_words
from rag.engine import Engine
from rag.quote import find_quote
from rag.quote_answer import QuoteAnswer, QuoteAsk
from tests.api.command import byline


@pytest.fixture(scope="module")
def material(any_engine: Engine) -> Material:
    return Material(any_engine.snapshot)


@pytest.fixture(scope="module", params=["engine", "digest_engine"])
def any_engine(request: pytest.FixtureRequest) -> Engine:
    chosen = request.getfixturevalue(request.param)
    assert isinstance(chosen, Engine)
    return chosen


@pytest.fixture(scope="module")
def drawn(material: Material) -> list[Drawn]:
    return list(draw(material, 7, 20))


def test_a_seed_always_draws_the_same(material: Material, drawn: list[Drawn]) -> None:
    assert list(draw(material, 7, 20)) == drawn
    assert list(draw(material, 8, 20)) != drawn
    assert [sum(each.kind == kind for each in drawn) for kind in KINDS] == [20, 20, 20]


def test_what_is_drawn_is_what_it_is_said_to_be(material: Material, drawn: list[Drawn]) -> None:
    for each in drawn:
        said = plain_words(each.quote)
        assert material.stands(each.words)
        if each.kind == "altered":
            assert "".join(said) != "".join(each.words)
            assert 1 <= each.changes <= 3
        if each.kind != "exact":
            assert not material.stands(said)


def test_setting_words_otherwise_leaves_them_the_same_words() -> None:
    text = "The office’s “first floor” — a flat, fluffy affair - is well-lit; nobody's there."
    settings = {set_otherwise(text, random.Random(seed)) for seed in range(50)}
    assert len(settings) == 50
    assert {"".join(plain_words(each.replace("\u00ad", ""))) for each in settings} == {"".join(plain_words(text))}


def test_a_wrong_answer_is_a_fault(any_engine: Engine, drawn: list[Drawn]) -> None:
    exact, altered, invented = (next(each for each in drawn if each.kind == kind) for kind in KINDS)
    found = {each: find_quote(any_engine, QuoteAsk(quote=each.quote, limit=100)) for each in (exact, altered, invented)}
    nothing = found[invented]
    assert fault_of(exact, nothing) == fault_of(altered, nothing) == "verdict"
    assert fault_of(invented, found[exact]) == "verdict"
    assert fault_of(replace(exact, section_id="elsewhere"), found[exact]) == "place"
    assert fault_of(replace(exact, words=(*exact.words, "more")), found[exact]) == "place"
    assert fault_of(replace(altered, changes=0), found[altered]) == "marks"
    assert fault_of(altered, _unmarked(found[altered])) == "marks"


def _unmarked(answer: QuoteAnswer) -> QuoteAnswer:
    """The same answer, which says of every change that it is none."""
    places = [
        place.model_copy(update={"changes": [change.model_copy(update={"change": "same"}) for change in place.changes]})
        for place in answer.places
    ]
    return answer.model_copy(update={"places": places})


def test_the_level_is_held(any_engine: Engine) -> None:
    report = eval_quotes(any_engine, [1, 2, 3], 40, lambda: None)
    assert sum(figures.count for figures in report.kinds.values()) == 360
    assert report.right >= 0.99, report.misses
    assert all(figures.right >= 0.975 for figures in report.kinds.values()), report.misses


def test_the_command_is_a_gate(digest_engine: Engine, digest_settings: Settings) -> None:
    ran = byline("eval-quotes", "--count", "4", "--min", "0.9", settings=digest_settings)
    assert (ran.code, "12 quotations" in ran.out) == (0, True), ran.err
