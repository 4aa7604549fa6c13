"""Another name must change the answer, and no name still finds the writer."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.errors import EvalError
from eval.runner import check_gates, run_eval
from eval.schema import Question, load_questions
from eval.swaps import another_writer, eval_swaps, judge_swap
from rag.answer import Ask
from rag.engine import Engine
from tests.eval.test_runner import QUESTIONS


@pytest.fixture
def harker() -> Question:
    return Question.model_validate(QUESTIONS[0] | {"question": "what did Lisa Harker say about schools?"})


def test_the_other_writer_has_nothing_to_say_about_it(digest_engine: Engine, harker: Question) -> None:
    (former,) = (p for p in digest_engine.lexicon.people if p.name == "Lisa Harker")
    other = another_writer(digest_engine, harker, former)
    assert other is not None
    assert other.name.split()[-1] != "Harker"
    words = " ".join(digest_engine.snapshot.section(ref.id).text for ref in other.sections)
    assert "school" not in words.casefold()
    assert another_writer(digest_engine, harker, former) == other


def test_who_is_asked_decides_the_answer(digest_engine: Engine, harker: Question) -> None:
    steps: list[int] = []
    report = eval_swaps(digest_engine, [harker], lambda: steps.append(1))
    (row,) = report.rows
    assert (row.former, row.answered, row.changed, row.misattributed) == ("Lisa Harker", True, True, False)
    assert row.new not in (None, "Lisa Harker")
    assert row.suppressed_cited is not None
    assert report.overall["swap_misattributed"] == 0.0
    assert steps == [1]


@pytest.mark.parametrize(
    "changes",
    [
        {"question": "what is said about schools?"},
        {"question": "what did Lisa Harker and Mark Rogers say about schools?"},
        {"question": "what did Mark Rogers say about schools?"},
        {"answerable": False},
    ],
)
def test_a_question_that_does_not_name_its_only_gold_writer_is_left_out(
    digest_engine: Engine, harker: Question, changes: dict[str, Any]
) -> None:
    report = eval_swaps(digest_engine, [harker.model_copy(update=changes)])
    assert (report.rows, report.overall) == ([], {})


def test_the_former_words_under_the_new_name_are_seen(digest_engine: Engine, harker: Question) -> None:
    people = {person.name: person for person in digest_engine.lexicon.people}
    before = digest_engine.ask(Ask(question=harker.question))
    former, new = people["Lisa Harker"], people["Mark Rogers"]
    same = judge_swap(before, before, former, new)
    assert same == {"changed": False, "silent": False, "former_cited": True, "misattributed": False}
    renamed = [
        sentence.model_copy(update={"frame": sentence.frame.replace("Lisa Harker", "Mark Rogers")})
        for sentence in before.sentences
    ]
    assert judge_swap(before, before.model_copy(update={"sentences": renamed}), former, new)["misattributed"]


def test_what_swaps_measure_can_be_gated(digest_engine: Engine, harker: Question, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps(harker.model_dump(mode="json")), encoding="utf-8")
    assert load_questions([file]) == [harker]
    report = run_eval(digest_engine, [file], swaps=True)
    assert check_gates(report, ["swap_changed=1"], ["swap_misattributed=0", "attribution_error=0"]) == []
    with pytest.raises(EvalError, match=r"--swaps\.$"):
        check_gates(run_eval(digest_engine, [file]), ["swap_changed=1"])
