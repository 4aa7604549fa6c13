"""Every answer to whatever is asked is true; what is not would be seen."""

import json
from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest

from eval.generated import Checker, Made, eval_generated, made_questions
from index.settings import RERANK_OFF, Settings
from rag.answer import Answer, Ask, Citation
from rag.engine import Engine
from tests.api.command import byline

ANSWERS = 150


@pytest.fixture(scope="module")
def fast(digest_engine: Engine) -> Engine:
    """The digests' engine without the reranker, as the command asks it."""
    return Engine.open(digest_engine.settings.model_copy(update={"rerank": RERANK_OFF}))


@pytest.fixture(scope="module")
def true_answer(fast: Engine) -> Answer:
    answer = fast.ask(Ask(question="what did Lisa Harker say about schools?"))
    assert answer.status == "answered"
    return answer


@pytest.mark.parametrize("seed", [0, 1])
def test_every_answer_over_the_digests_is_true(fast: Engine, seed: int) -> None:
    report = eval_generated(fast, ANSWERS, seed)
    assert report.first_failures == []
    assert (report.failures, report.answered) == (0, ANSWERS)
    assert report.citations >= ANSWERS
    assert report.asked == report.answered + sum(report.abstained.values()) + report.refused


def test_every_answer_over_the_full_texts_is_true(settings: Settings, engine: Engine) -> None:
    report = eval_generated(Engine.open(settings.model_copy(update={"rerank": RERANK_OFF})), 2 * ANSWERS)
    assert report.first_failures == []
    assert report.answered == 2 * ANSWERS


def test_a_seed_makes_the_same_questions_and_another_makes_others(fast: Engine) -> None:
    one, again, other = (list(islice(made_questions(fast.snapshot, seed), 50)) for seed in (3, 3, 4))
    assert one == again
    assert one != other


def test_questions_ask_people_and_everybody_follow_and_are_odd(fast: Engine) -> None:
    made = list(islice(made_questions(fast.snapshot, 0), 400))
    assert Counter((each.by is not None, each.filtered, each.follows) for each in made) == {
        (True, False, False): 120,
        (True, True, False): 40,
        (False, False, True): 80,
        (False, False, False): 160,
    }
    assert len({each.question for each in made}) > 320
    assert any(not each.question.isascii() for each in made)
    assert any("system" in each.question for each in made)


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (lambda c: {"quote": c.quote.replace("a", "e", 1)}, "not what the source says"),
        (lambda c: {"start": c.start + 1}, "not what the source says"),
        (lambda c: {"start": c.start - 4000, "end": c.end - 4000}, "lies outside"),
        (lambda c: {"lines": [c.lines[0] + 1, c.lines[1]]}, "is on lines"),
        (lambda c: {"authors": ["Mark Rogers"]}, "credits"),
        (lambda c: {"section_id": "nowhere"}, "has no section"),
        (lambda c: {"file": "another.txt"}, "is not from"),
        (lambda c: {"id": 99}, "cite"),
        (lambda c: {"address": ""}, "does not stand at its address"),
        (lambda c: {"address": c.address[:-2] + "zz"}, "does not stand at its address"),
    ],
)
def test_an_untrue_citation_is_seen(
    fast: Engine, true_answer: Answer, change: Callable[[Citation], dict[str, Any]], seen: str
) -> None:
    checker = Checker(fast)
    assert checker.check(true_answer, "Lisa Harker") == []
    first, *rest = true_answer.citations
    untrue = true_answer.model_copy(update={"citations": [first.model_copy(update=change(first)), *rest]})
    assert any(seen in wrong for wrong in checker.check(untrue))


def test_an_untrue_answer_is_seen(fast: Engine, true_answer: Answer) -> None:
    checker = Checker(fast)
    first, *rest = true_answer.sentences
    framed = first.model_copy(update={"frame": first.frame.replace("Lisa Harker", "Mark Rogers")})
    altered = first.model_copy(update={"text": first.text + " Not."})
    untrue: tuple[tuple[dict[str, object], str], ...] = (
        ({"sentences": [framed, *rest]}, "a frame names other people"),
        ({"sentences": [altered, *rest]}, "does not pass the gate"),
        ({"sentences": []}, "without a sentence"),
        ({"answer": "No marks."}, "no mark"),
        ({"status": "abstained", "reason": None, "citations": []}, "without a reason"),
        ({"status": "abstained", "reason": "not_in_collection"}, "with citations"),
    )
    for changes, seen in untrue:
        assert any(seen in wrong for wrong in checker.check(true_answer.model_copy(update=changes))), seen
    assert any("was asked" in wrong for wrong in checker.check(true_answer, "Mark Rogers"))


def test_a_crash_is_a_failure_and_a_refusal_is_none(fast: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(ask: Ask) -> Answer:
        raise RuntimeError("the lamp went out")

    monkeypatch.setattr(fast, "ask", crash)
    report = eval_generated(fast, 2)
    assert report.failures == report.asked == 10
    assert report.first_failures[0].what == "crashed with RuntimeError: the lamp went out"
    monkeypatch.undo()
    monkeypatch.setattr("eval.generated.made_questions", lambda snapshot, seed: iter([Made("?"), Made("…")]))
    report = eval_generated(fast, 1)
    assert (report.refused, report.failures, report.asked) == (2, 0, 2)


def test_the_command_prints_what_held(digest_engine: Engine) -> None:
    ran = byline("eval-generated", "--count", "20", settings=digest_engine.settings)
    assert ran.code == 0, ran.err
    assert "0 things did not hold" in ran.out
    told = byline("eval-generated", "--count", "5", "--seed", "2", "--json", settings=digest_engine.settings)
    assert json.loads(told.out)["answered"] == 5
