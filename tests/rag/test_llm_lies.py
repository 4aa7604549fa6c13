"""A language model that lies in every way we know gets nothing out, and an honest one gets nearly all out."""

import pytest

from rag.support.verdict import Verdict
from tests.rag.conftest import Asked, plain_answer
from tests.rag.lies.lies import LIES, TRUTHS, Lie

LEAST_HONEST = 0.9
"""Of honest sentences, at least this share gets out."""


def test_the_lies_are_sixty_and_no_two_alike() -> None:
    assert len(LIES) >= 60
    assert len({lie.name for lie in LIES}) == len({lie.text for lie in LIES}) == len(LIES)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.name)
def test_a_lie_does_not_get_out(keepers: Asked, lie: Lie) -> None:
    answer = keepers.answer(lie.question, f"{lie.after} {lie.text}")
    assert any("language model" in note for note in answer.notes)
    if lie.after and answer.composer == "llm":
        assert [sentence.text for sentence in answer.sentences] == [lie.after.split(" <<")[0]]
    else:
        assert answer.composer == "extractive"
        assert answer.answer == plain_answer(keepers.engine, lie.question).answer


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.name)
def test_a_lie_is_called_what_it_is(keepers: Asked, lie: Lie) -> None:
    *before, last = keepers.judged(lie.question, f"{lie.after} {lie.text}")
    assert all(judged.sentence for judged in before)
    assert (last.judgement.verdict, last.sentence) == (lie.verdict, None)
    assert last.judgement.why


def test_a_lie_costs_only_itself(keepers: Asked) -> None:
    question, truth = TRUTHS[0]
    answer = keepers.answer(
        question, f"{truth} {LIES[0].text} The guild should not close a tower in winter. <<not close>>"
    )
    assert answer.composer == "llm"
    assert [sentence.text for sentence in answer.sentences] == [
        truth.split(" <<")[0],
        "The guild should not close a tower in winter.",
    ]
    assert answer.sentences[0].frame == "Ada Thorne, in “Cold towers” (Keepers Papers), retold:"
    assert any("1 sentence of it did not hold" in note for note in answer.notes)


def test_honest_sentences_get_out(keepers: Asked) -> None:
    verdicts = {truth: keepers.judged(question, truth)[-1].judgement for question, truth in TRUTHS}
    held = [truth for truth, judgement in verdicts.items() if judgement.verdict is Verdict.SUPPORTED]
    assert len(held) >= LEAST_HONEST * len(TRUTHS), {t: j.why for t, j in verdicts.items() if not j.holds}


@pytest.mark.parametrize("question", list(dict.fromkeys(question for question, _ in TRUTHS)))
def test_an_honest_answer_is_told_in_the_words_of_the_model(keepers: Asked, question: str) -> None:
    truths = [truth for asked, truth in TRUTHS if asked == question][:5]
    answer = keepers.answer(question, " ".join(truths))
    assert answer.composer == "llm"
    assert [sentence.text for sentence in answer.sentences] == [truth.split(" <<")[0] for truth in truths]
    assert answer.notes[-1].startswith("Worded by a language model (scripted)")
    for citation in answer.citations:
        source = keepers.engine.snapshot.source(citation.volume_id)
        assert source[citation.start : citation.end] == citation.quote
