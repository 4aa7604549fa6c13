"""Chosen sentences keep their reading order, lists stay whole, and a sentence that leans has what it leans on."""

from dataclasses import replace

import pytest

from index.model import CITABLE_VOICES
from rag.answer import Ask
from rag.compose import BUDGETS, LIST_OVERRUN, OVERRUN, SEVERAL_WINDOWS, WINDOWS, Budget, Part, compose
from rag.engine import Engine
from rag.question import Sort
from rag.rank import Candidate
from tests.rag.conftest import candidate

RULES = [
    "Four rules keep the pendulum swinging in bad weather:",
    "Oil the pivot with a feather before the frost.",
    "Shut the louvres on the windward side.",
    "Wind the great spring by hand and never by engine.",
    "Write down the temperature at noon.",
]


def texts(parts: list[Part]) -> list[str]:
    """The sentences of all parts."""
    return [sentence.text for part in parts for sentence in part.sentences]


@pytest.mark.parametrize("words", ["Four rules", "feather before", "louvres", "great spring", "temperature at noon"])
def test_any_sentence_of_a_list_brings_the_whole_list_in_order(workshop: Engine, words: str) -> None:
    assert texts(compose(workshop.snapshot, [candidate(workshop, words)], Sort.LIST)) == RULES


def test_a_question_for_a_list_is_answered_with_the_list(workshop: Engine) -> None:
    answer = workshop.ask(Ask(question="what are the rules that keep the pendulum swinging?"))
    said = [sentence.text for sentence in answer.sentences]
    assert any(said[start : start + len(RULES)] == RULES for start in range(len(said)))


@pytest.mark.parametrize(
    ("leaning", "before"),
    [("It was cast from ship nails", "Its pendulum is as tall"), ("They come off the loom", "Nobody weaves well")],
)
def test_a_sentence_that_leans_brings_the_one_before(workshop: Engine, leaning: str, before: str) -> None:
    said = texts(compose(workshop.snapshot, [candidate(workshop, leaning)], Sort.WHO))
    assert said[-1].startswith(leaning)
    assert said[-2].startswith(before)


def test_a_sentence_that_stands_alone_brings_nothing(workshop: Engine) -> None:
    found = candidate(workshop, "A dry pivot stops")
    assert texts(compose(workshop.snapshot, [found], Sort.WHO)) == [found.sentence.text]


def test_sentences_of_a_piece_stand_in_reading_order_and_once(workshop: Engine) -> None:
    words = ["A dry pivot stops", "The town clock", "It was cast from", "The town clock"]
    (part,) = compose(workshop.snapshot, [candidate(workshop, each) for each in words], Sort.SUMMARY)
    ordinals = [sentence.ordinal for sentence in part.sentences]
    assert ordinals == sorted(set(ordinals))


def test_the_best_piece_comes_first(workshop: Engine) -> None:
    words = ["blue threads", "A dry pivot stops", "The town clock"]
    parts = compose(workshop.snapshot, [candidate(workshop, each) for each in words], Sort.TOPIC)
    titles = [part.section.title.casefold() for part in parts]
    assert titles == ["the loom by the window", "winding the town clock"]


def test_a_budget_is_kept(workshop: Engine) -> None:
    words = ["blue threads", "A dry pivot stops", "The town clock", "A loom wants"]
    found = [candidate(workshop, each) for each in words]
    assert len(compose(workshop.snapshot, found, Sort.WHO, Budget(sentences=4, words=99, parts=1))) == 1
    assert len(texts(compose(workshop.snapshot, found, Sort.WHO, Budget(sentences=1, words=99, parts=2)))) <= 2


def test_a_side_of_a_comparison_has_the_item_found_where_the_whole_list_is_too_long(workshop: Engine) -> None:
    found = [candidate(workshop, "temperature at noon")]
    assert texts(compose(workshop.snapshot, found, Sort.COMPARE, Budget(sentences=4, words=12, parts=1))) == RULES[-1:]
    assert texts(compose(workshop.snapshot, found, Sort.COMPARE, Budget(sentences=4, words=90, parts=1))) == RULES


def test_nothing_found_composes_to_nothing(workshop: Engine) -> None:
    assert compose(workshop.snapshot, [], Sort.TOPIC) == []


def test_every_sort_has_a_budget_or_windows() -> None:
    assert set(BUDGETS) | set(WINDOWS) == set(Sort)
    assert not set(BUDGETS) & set(WINDOWS)


@pytest.mark.parametrize("sort", [Sort.TOPIC, Sort.REASON])
def test_an_argument_is_quoted_in_one_run_around_its_best_sentence(workshop: Engine, sort: Sort) -> None:
    found = candidate(workshop, "The blue threads")
    (part,) = compose(workshop.snapshot, [found], sort)
    ordinals = [sentence.ordinal for sentence in part.sentences]
    assert len(ordinals) > 1
    assert ordinals == list(range(ordinals[0], ordinals[-1] + 1))
    assert found.sentence in part.sentences


def test_a_run_keeps_to_its_words_and_to_what_may_be_cited(any_engine: Engine) -> None:
    snapshot = any_engine.snapshot
    for section_id in list(snapshot.section_refs)[:40]:
        for sentence in snapshot.sentences(section_id):
            if sentence.row is None or sentence.is_list_item or sentence.text.endswith(":"):
                continue
            parts = compose(snapshot, [Candidate(section_id, sentence, 1.0, 1.0, 1.0)], Sort.TOPIC)
            said = [sentence for part in parts for sentence in part.sentences]
            most = WINDOWS[Sort.TOPIC][0] + (LIST_OVERRUN if any(each.is_list_item for each in said) else OVERRUN)
            assert sum(len(each.text.split()) for each in said) <= most or len(said) <= 2
            assert all(each.voice in CITABLE_VOICES for each in said)


def test_a_question_that_asks_several_things_is_answered_at_more_length(any_engine: Engine) -> None:
    snapshot = any_engine.snapshot
    section_id = max(snapshot.section_refs, key=lambda section_id: len(snapshot.sentences(section_id)))
    best = [Candidate(section_id, s, 1.0, 1.0, 1.0) for s in snapshot.sentences(section_id) if s.row is not None]

    def words(asks_several: bool) -> int:
        parts = compose(snapshot, best, Sort.TOPIC, asks_several=asks_several)
        return sum(len(sentence.text.split()) for part in parts for sentence in part.sentences)

    assert words(False) < words(True) <= sum(SEVERAL_WINDOWS[Sort.TOPIC]) + 2 * OVERRUN


def test_a_second_piece_joins_only_where_it_is_nearly_as_good(workshop: Engine) -> None:
    best, other = candidate(workshop, "The blue threads"), candidate(workshop, "A dry pivot stops")
    weak = replace(other, score=best.score * 0.5)
    assert len(compose(workshop.snapshot, [best, weak], Sort.TOPIC)) == 1
    assert len(compose(workshop.snapshot, [best, other], Sort.TOPIC)) == 2


def test_a_run_that_comes_to_a_list_takes_all_of_it(workshop: Engine) -> None:
    said = texts(compose(workshop.snapshot, [candidate(workshop, "Apprentices forget the feather")], Sort.TOPIC))
    assert "Apprentices forget the feather more often than the rest." in said
    assert said[said.index(RULES[0]) :][: len(RULES)] == RULES
