"""A question file is read whole, or refused by file and line."""

import json
from pathlib import Path

import pytest

from eval.errors import EvalError
from eval.schema import load_questions

GOOD = {"id": "t-1", "question": "why?", "kind": "why_how", "answerable": False}


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_questions_come_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    first = written(tmp_path / "one.jsonl", json.dumps(GOOD), "", json.dumps(GOOD | {"id": "t-2"}))
    second = written(tmp_path / "two.jsonl", json.dumps(GOOD | {"id": "t-3"}))
    assert [question.id for question in load_questions([first, second])] == ["t-1", "t-2", "t-3"]


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    (question,) = load_questions([written(tmp_path / "one.jsonl", json.dumps(GOOD))])
    assert (question.history, question.gold, question.facts, question.forbid) == ([], [], [], [])
    assert question.gold_match == "any"


def test_fields_we_do_not_know_are_let_pass(tmp_path: Path) -> None:
    (question,) = load_questions([written(tmp_path / "one.jsonl", json.dumps(GOOD | {"note": "misspelt"}))])
    assert question.id == "t-1"


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("{", "line"),
        ("[]", "line"),
        (json.dumps({key: value for key, value in GOOD.items() if key != "id"}), "id"),
        (json.dumps(GOOD | {"answerable": "perhaps"}), "answerable"),
        (json.dumps(GOOD | {"facts": ["£750"]}), "facts"),
        (json.dumps(GOOD | {"gold": [{"doc": "001"}]}), "gold"),
        (json.dumps(GOOD | {"gold_match": "some"}), "gold_match"),
        (json.dumps(GOOD | {"history": [{"role": "writer", "content": "a"}]}), "history"),
    ],
)
def test_a_malformed_line_is_named_with_file_and_line(tmp_path: Path, line: str, named: str) -> None:
    path = written(tmp_path / "bad.jsonl", json.dumps(GOOD), "", line)
    with pytest.raises(EvalError, match=rf"bad\.jsonl:3: .*{named}.*\.$"):
        load_questions([path])


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"gone\.jsonl"):
        load_questions([tmp_path / "gone.jsonl"])
    (tmp_path / "latin.jsonl").write_bytes(b"\xe9\n")
    with pytest.raises(EvalError, match=r"latin\.jsonl"):
        load_questions([tmp_path / "latin.jsonl"])


def test_a_line_separator_inside_a_question_does_not_end_its_line(tmp_path: Path) -> None:
    path = written(tmp_path / "one.jsonl", json.dumps(GOOD | {"question": "why\u2028so\x85?"}, ensure_ascii=False))
    assert [question.id for question in load_questions([path])] == ["t-1"]
