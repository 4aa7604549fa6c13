"""The gate lets through what the source holds under the name that it carries, and nothing else."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rag.answer import Answer, AnswerSentence, Ask, Citation
from rag.engine import Engine
from rag.ground import hold

HARKER = Ask(question="what did Harker say about schools?")


def read(words: list[str]) -> list[str]:
    """Words without the marks around them."""
    return re.findall(r"\w+", " ".join(words))


@dataclass(frozen=True)
class Grounded:
    """A true answer, and the gate that it went through."""

    engine: Engine
    answer: Answer

    def held(self, sentence: AnswerSentence, *citations: Citation) -> bool:
        """Whether the gate lets one sentence through."""
        return hold([sentence], citations or self.answer.citations, self.engine.snapshot) == [sentence]

    @property
    def first(self) -> AnswerSentence:
        """The first sentence, which has a frame."""
        return self.answer.sentences[0]

    def cited(self, sentence: AnswerSentence, **changes: Any) -> list[Citation]:
        """The citations of a sentence, each with something changed."""
        return [c.model_copy(update=changes) for c in self.answer.citations if c.id in sentence.citations]


@pytest.fixture(scope="module")
def grounded(any_engine: Engine) -> Grounded:
    answer = any_engine.ask(HARKER)
    assert answer.sentences
    assert answer.sentences[0].frame
    return Grounded(any_engine, answer)


def test_a_true_answer_passes_whole(grounded: Grounded) -> None:
    answer = grounded.answer
    assert hold(answer.sentences, answer.citations, grounded.engine.snapshot) == answer.sentences


def test_an_altered_quotation_is_dropped(grounded: Grounded) -> None:
    quote = grounded.cited(grounded.first)[0].quote
    altered = quote.replace(" the ", " no ", 1)
    assert altered != quote
    assert not grounded.held(grounded.first, *grounded.cited(grounded.first, quote=altered))


def test_an_altered_quotation_is_dropped_though_the_sentence_is_altered_alike(grounded: Grounded) -> None:
    sentence = grounded.answer.sentences[-1]
    changed = sentence.model_copy(update={"text": sentence.text + " Never."})
    citations = [c.model_copy(update={"quote": c.quote + " Never."}) for c in grounded.cited(sentence)]
    assert not grounded.held(changed, *citations)


@pytest.mark.parametrize("move", [-1, 1, 10_000_000])
def test_wrong_offsets_are_dropped(grounded: Grounded, move: int) -> None:
    moved = [
        c.model_copy(update={"start": c.start + move, "end": c.end + move}) for c in grounded.cited(grounded.first)
    ]
    assert not grounded.held(grounded.first, *moved)


def test_offsets_from_the_end_are_dropped(grounded: Grounded) -> None:
    (citation, *_) = grounded.cited(grounded.first)
    size = len(grounded.engine.snapshot.source(citation.volume_id))
    moved = [
        c.model_copy(update={"start": c.start - size, "end": c.end - size}) for c in grounded.cited(grounded.first)
    ]
    assert not grounded.held(grounded.first, *moved)


def test_an_empty_span_is_dropped(grounded: Grounded) -> None:
    empty = [c.model_copy(update={"end": c.start, "quote": ""}) for c in grounded.cited(grounded.first)]
    assert not grounded.held(grounded.first.model_copy(update={"text": ""}), *empty)


def test_an_invented_citation_is_dropped(grounded: Grounded) -> None:
    invented = grounded.first.model_copy(update={"citations": [*grounded.first.citations, 999]})
    assert not grounded.held(invented)
    assert not grounded.held(grounded.first.model_copy(update={"citations": [999]}))


def test_a_missing_citation_is_dropped(grounded: Grounded) -> None:
    assert not grounded.held(grounded.first.model_copy(update={"citations": []}))


def test_a_swapped_author_is_dropped(grounded: Grounded) -> None:
    assert not grounded.held(grounded.first, *grounded.cited(grounded.first, authors=["Lorraine Harker"]))
    swapped = grounded.first.frame.replace("Lisa", "Lorraine")
    assert not grounded.held(grounded.first.model_copy(update={"frame": swapped}))


def test_a_sentence_of_two_people_is_dropped(grounded: Grounded) -> None:
    sentence = grounded.first
    (one, *_) = grounded.cited(sentence)
    other = one.model_copy(update={"id": 998, "authors": ["Lorraine Harker"]})
    twice = sentence.model_copy(update={"text": f"{one.quote} {one.quote}", "citations": [one.id, 998]})
    assert not grounded.held(twice, one, other)


def test_one_bad_sentence_costs_only_itself(grounded: Grounded) -> None:
    answer = grounded.answer
    bad = answer.sentences[0].model_copy(update={"text": "Harker wants every school closed."})
    held = hold([bad, *answer.sentences[1:]], answer.citations, grounded.engine.snapshot)
    assert held == answer.sentences[1:]


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_sentence_with_one_word_changed_added_or_left_out_is_dropped(grounded: Grounded, data: st.DataObject) -> None:
    sentence = data.draw(st.sampled_from(grounded.answer.sentences))
    words = sentence.text.split()
    place = data.draw(st.integers(0, len(words) - 1))
    word = data.draw(st.sampled_from(["not", "23", "schools", "Lorraine"]))
    changed = data.draw(
        st.sampled_from(
            [
                [*words[:place], word, *words[place + 1 :]],
                [*words[:place], word, *words[place:]],
                [*words[:place], *words[place + 1 :]],
            ]
        )
    )
    assume(read(changed) != read(words))
    assert not grounded.held(sentence.model_copy(update={"text": " ".join(changed)}))
