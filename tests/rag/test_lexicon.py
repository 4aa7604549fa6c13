"""What the collection talks about: rare and ordinary words, counted where they are asked for."""

import math

import pytest

from rag.answer import Ask
from rag.engine import Engine


def test_a_rare_word_weighs_more_than_a_frequent_one_and_an_unknown_one_most(workshop: Engine) -> None:
    lexicon = workshop.lexicon
    rows = len(workshop.snapshot.passage_sections)
    having = len(workshop.snapshot.lexical.rows_with("pendulum"))
    assert 0 < having < rows
    assert lexicon.idf("pendulum") == pytest.approx(math.log((rows + 1) / (having + 0.5)))
    assert lexicon.idf("zeppelin") == pytest.approx(math.log((rows + 1) / 0.5))
    assert lexicon.idf("zeppelin") > lexicon.idf("pendulum")


def test_a_word_is_ordinary_where_the_collection_writes_it_small(engine: Engine) -> None:
    assert engine.lexicon.is_ordinary("read")
    assert engine.lexicon.is_ordinary("the")
    assert not engine.lexicon.is_ordinary("harker")
    assert not engine.lexicon.is_ordinary("zeppelin")
    assert not engine.lexicon.is_ordinary("o'neill")


def test_a_rare_form_of_a_very_common_word_is_ordinary_and_no_slip_of_a_name(engine: Engine) -> None:
    assert engine.lexicon.is_ordinary("workings")
    assert engine.people_asked(Ask(question="what did Alison Michalska say about workings?")) == ["Alison Michalska"]
    assert engine.people_asked(Ask(question="what does tim wooding say about caseloads")) == ["Tim Woodings"]
