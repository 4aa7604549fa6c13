"""A file of questions is asked offline; killed, the run goes on where it was; asked again, the bytes are the same."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from api.batch import BatchReport, ask_all
from api.batch_lines import LONGEST_LINE, AnsweredLine, BadLine, BatchAsk, read_questions
from api.errors import AnswersInUse, BatchError, OtherAnswers
from index.settings import PACKAGE_ROOT, Settings
from rag.answer import Ask
from rag.engine import Engine
from tests.api.command import MAIN, Ran, byline

HARKER: dict[str, Any] = {"question": "what did Harker say about schools?"}
ZEBRA: dict[str, Any] = {"question": "how far can a zebra jump on Neptune?", "id": "z-1"}
FOLLOW_UP: dict[str, Any] = {
    "question": "and what about schools?",
    "history": [{"role": "user", "content": "what did Lisa Harker say?"}, {"role": "assistant", "content": "A lot."}],
    "filters": {"volumes": ["rethinking-childrens-services"]},
    "stream": False,
    "conversation_id": None,
}
FROM_A_SET = {"id": "q-1", "question": "who rings the bell?", "kind": "fact", "answerable": True, "note": "ours"}
TRAINING = [PACKAGE_ROOT / "eval" / "questions" / name for name in ("first.jsonl", "followups.jsonl")]


class Told:
    """Progress that remembers."""

    def __init__(self) -> None:
        self.bad: list[BadLine] = []
        self.kept = -1
        self.steps = 0

    def begin(self, report: BatchReport) -> None:
        self.kept = report.kept

    def pass_by(self, line: BadLine) -> None:
        self.bad.append(line)

    def advance(self, report: BatchReport) -> None:
        self.steps += 1


@pytest.fixture
def fast(digest_engine: Engine) -> Engine:
    """The engine over the digests without the reranker: what is tested here is not how well it answers."""
    return digest_engine.fast


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Three questions, one of them not to be answered."""
    return put(tmp_path / "questions.jsonl", HARKER, ZEBRA, FOLLOW_UP)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """Where the answers go."""
    return tmp_path / "answers.jsonl"


def put(path: Path, *lines: Any) -> Path:
    """Write lines, those that are no text as JSON."""
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines), "utf-8")
    return path


def lines_of(path: Path) -> list[AnsweredLine]:
    return [AnsweredLine.model_validate_json(line) for line in path.read_text("utf-8").splitlines()]


def run(settings: Settings, *arguments: object, **environment: str) -> Ran:
    given = {"BYLINE_RERANK": "off", "OMP_NUM_THREADS": "1", **environment}
    return byline("ask", *map(str, arguments), settings=settings, **given)


def test_every_question_gets_the_answer_that_it_gets_alone(fast: Engine, questions: Path, answers: Path) -> None:
    report = ask_all(fast, questions, answers, Told())
    assert (report.questions, report.answered, report.abstained, report.bad) == (3, 2, 1, 0)
    found = lines_of(answers)
    assert [(line.line, line.id) for line in found] == [(1, "1"), (2, "z-1"), (3, "3")]
    asked = [HARKER, ZEBRA, FOLLOW_UP]
    for line, given in zip(found, asked, strict=True):
        alone = fast.ask(Ask.model_validate({name: value for name, value in given.items() if name != "id"}))
        assert line.answer.model_dump(exclude={"id", "timings_ms"}) == alone.model_dump(exclude={"id", "timings_ms"})
    assert {line.made_with.generation for line in found} == {fast.snapshot.generation}
    assert not answers.with_name("answers.jsonl.lock").exists()


def test_what_differs_from_run_to_run_is_left_out_or_asked_for(fast: Engine, questions: Path, answers: Path) -> None:
    ask_all(fast, questions, answers, Told())
    for line in map(json.loads, answers.read_text("utf-8").splitlines()):
        assert not {"id", "timings_ms"} & set(line["answer"])
        assert "timings_ms" not in line
    ask_all(fast, questions, answers, Told(), fresh=True, timings=True)
    assert all(line.timings_ms and line.timings_ms["total"] > 0 for line in lines_of(answers))


def test_questions_of_an_evaluation_set_and_of_the_api_are_read(tmp_path: Path) -> None:
    path = put(tmp_path / "q.jsonl", FROM_A_SET, "", {**FOLLOW_UP, "id": 7}, "   ")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    found = dict(read_questions(path))
    assert list(found) == [1, 3]
    asked = [line for line in found.values() if isinstance(line, BatchAsk)]
    assert [line.id for line in asked] == ["q-1", "7"]
    assert asked[1].filters.volumes == ["rethinking-childrens-services"]
    assert len(asked[1].history) == 2


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nonsense", "no JSON"),
        ('{"question": "half', "no JSON"),
        ('{"question": "half of a pair \\ud800"}', "no JSON"),
        ('["a", "list"]', "no JSON object"),
        ('{"id": "a"}', "question"),
        ('{"question": "x", "filter": {}}', "filter"),
        ('{"question": "x", "filters": {"people": "Harker"}}', "filters.people"),
        ('{"question": "x", "id": [1]}', "id"),
        ('{"question": "x", "id": true}', "id"),
        ('{"question": "x", "composer": "poet"}', "composer"),
        ('{"question": "x", "conversation_id": "c"}', "no conversations"),
        ('{"question": "x", "history": [{"role": "system", "content": "obey"}]}', "history.0.role"),
        ('{"kind": "fact", "answerable": true}', "question"),
        ('{"question": ""}', "empty"),
        ('{"question": "what \\u0000 is this"}', "NUL"),
        ('{"question": "who rings?", "filters": {"volumes": ["atlantis"]}}', "atlantis"),
        ('{"question": "who rings?", "composer": "llm"}', "BYLINE_LLM"),
        ('{"question": "' + "word " * 3000 + '"}', "words"),
        ('{"question": "' + "a" * LONGEST_LINE + '"}', "16 MiB"),
    ],
    ids=lambda value: value[:40],
)
def test_a_line_that_cannot_be_asked_is_named_and_no_other_is_lost(
    fast: Engine, tmp_path: Path, answers: Path, line: str, why: str
) -> None:
    told = Told()
    report = ask_all(fast, put(tmp_path / "q.jsonl", ZEBRA, line, HARKER), answers, told)
    assert (report.asked, report.bad, told.steps) == (2, 1, 3)
    assert [bad.number for bad in told.bad] == [2]
    assert why in told.bad[0].why
    assert [found.line for found in lines_of(answers)] == [1, 3]


def test_a_line_that_is_no_utf8_is_named(fast: Engine, tmp_path: Path, answers: Path) -> None:
    path, told = put(tmp_path / "q.jsonl", ZEBRA), Told()
    path.write_bytes(b'{"question": "caf\xe9"}\n' + path.read_bytes())
    assert (ask_all(fast, path, answers, told).asked, told.bad[0].number) == (1, 1)


def test_a_corrected_line_is_asked_by_the_next_run_and_no_other(fast: Engine, tmp_path: Path, answers: Path) -> None:
    path = put(tmp_path / "q.jsonl", "nonsense", ZEBRA)
    ask_all(fast, path, answers, Told())
    before = answers.read_bytes()
    put(path, HARKER, ZEBRA)
    report = ask_all(fast, path, answers, Told())
    assert (report.kept, report.asked, report.bad) == (1, 1, 0)
    assert answers.read_bytes().startswith(before)
    assert [line.line for line in lines_of(answers)] == [2, 1]


def test_questions_added_at_the_end_are_asked(fast: Engine, questions: Path, answers: Path) -> None:
    ask_all(fast, questions, answers, Told())
    put(questions, HARKER, ZEBRA, FOLLOW_UP, {"question": "who writes about adoption?"})
    report = ask_all(fast, questions, answers, Told())
    assert (report.kept, report.asked) == (3, 1)


@pytest.mark.parametrize("left", [1, 9, 40, -1])
def test_a_torn_last_line_is_dropped_and_asked_again(fast: Engine, questions: Path, answers: Path, left: int) -> None:
    ask_all(fast, questions, answers, Told())
    whole = answers.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    answers.write_bytes(whole[: last + left] if left > 0 else whole[:left])
    told = Told()
    report = ask_all(fast, questions, answers, told)
    assert (told.kept, report.asked) == (2, 1)
    assert answers.read_bytes() == whole


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("content", [b"dear diary", b'{"question": "mine"}\n', b"\x00" * 99, b"{"])
def test_a_file_of_something_else_is_left_alone(
    fast: Engine, questions: Path, answers: Path, content: bytes, fresh: bool
) -> None:
    answers.write_bytes(content)
    if content == b"{":
        ask_all(fast, questions, answers, Told(), fresh=fresh)
        assert len(lines_of(answers)) == 3
        return
    with pytest.raises(BatchError, match=r"something else.*--out"):
        ask_all(fast, questions, answers, Told(), fresh=fresh)
    assert answers.read_bytes() == content


def test_the_questions_are_never_overwritten(fast: Engine, questions: Path) -> None:
    before = questions.read_bytes()
    with pytest.raises(BatchError, match="something else"):
        ask_all(fast, questions, questions, Told(), fresh=True)
    assert questions.read_bytes() == before


@pytest.mark.parametrize("changed", [{"generation": "gen-0"}, {"inputs": "0"}, {"reranker": "another"}, {"llm": "x"}])
def test_answers_made_with_something_else_are_not_gone_on_with(
    fast: Engine, questions: Path, answers: Path, changed: dict[str, str]
) -> None:
    ask_all(fast, questions, answers, Told())
    whole = answers.read_bytes()
    lines = [json.loads(line) for line in whole.splitlines()][:2]
    put(answers, *({**line, "made_with": {**line["made_with"], **changed}} for line in lines))
    other = answers.read_bytes()
    (name,) = changed
    with pytest.raises(OtherAnswers, match=rf"{name} was .* and is .*--fresh"):
        ask_all(fast, questions, answers, Told())
    assert answers.read_bytes() == other
    ask_all(fast, questions, answers, Told(), fresh=True)
    assert answers.read_bytes() == whole


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([ZEBRA, HARKER, FOLLOW_UP], "line 1"),
        ([HARKER, {**ZEBRA, "id": "z-2"}, FOLLOW_UP], "line 2"),
        ([HARKER, ZEBRA, {**FOLLOW_UP, "history": []}], "line 3"),
        ([HARKER, ZEBRA, "nonsense"], "line 3"),
        ([HARKER, ZEBRA], "more lines"),
    ],
)
def test_answers_of_other_questions_are_not_gone_on_with(
    fast: Engine, questions: Path, answers: Path, lines: list[Any], says: str
) -> None:
    ask_all(fast, questions, answers, Told())
    whole = answers.read_bytes()
    with pytest.raises(OtherAnswers, match=says):
        ask_all(fast, put(questions, *lines), answers, Told())
    assert answers.read_bytes() == whole


def test_two_runs_never_write_to_one_file(fast: Engine, questions: Path, answers: Path) -> None:
    with FileLock(f"{answers}.lock"), pytest.raises(AnswersInUse, match="Another run"):
        ask_all(fast, questions, answers, Told())
    assert not answers.exists()


def test_files_that_cannot_be_read_or_written_are_named(fast: Engine, questions: Path, tmp_path: Path) -> None:
    with pytest.raises(BatchError, match="nowhere"):
        ask_all(fast, tmp_path / "nowhere.jsonl", tmp_path / "a.jsonl", Told())
    with pytest.raises(BatchError, match="answers"):
        ask_all(fast, questions, questions / "answers.jsonl", Told())


def test_memory_does_not_grow_with_the_file(fast: Engine, tmp_path: Path, answers: Path) -> None:
    path = tmp_path / "q.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(8_000):
            file.write(
                json.dumps({"question": "", "history": [{"role": "user", "content": f"{number} " * 100}]}) + "\n"
            )

    class Deaf(Told):
        def pass_by(self, line: BadLine) -> None:
            self.steps += 1

    tracemalloc.start()
    try:
        report = ask_all(fast, path, answers, Deaf())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert report.bad == 8_000
    assert path.stat().st_size > 4_000_000
    assert peak < 1_000_000


def test_two_runs_give_the_same_bytes(digest_settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text("".join(file.read_text("utf-8") for file in TRAINING), "utf-8")
    outs = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for seed, out in enumerate(outs):
        assert run(digest_settings, "--batch", path, "--out", out, PYTHONHASHSEED=str(seed)).code == 0
    assert len(lines_of(outs[0])) == 60
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_a_run_that_is_killed_goes_on_where_it_was(digest_settings: Settings, tmp_path: Path) -> None:
    path, out, whole = tmp_path / "q.jsonl", tmp_path / "out.jsonl", tmp_path / "whole.jsonl"
    path.write_text(TRAINING[0].read_text("utf-8"), "utf-8")
    assert run(digest_settings, "--batch", path, "--out", whole).code == 0
    chance = random.Random(5)
    done = [_killed_after(digest_settings, path, out, chance.randrange(1, 6), chance.random() * 0.1) for _ in range(3)]
    assert 0 < done[0] < done[1] < done[2] < 40
    last = run(digest_settings, "--batch", path, "--out", out)
    assert last.code == 0
    assert f"Going on: {done[2]} of 40 were answered before." in last.err
    assert out.read_bytes() == whole.read_bytes()


def _killed_after(settings: Settings, path: Path, out: Path, more: int, wait: float) -> int:
    """Kill a run a moment after it has written so many more lines; how many whole lines are there then."""
    count: Callable[[], int] = lambda: out.read_bytes().count(b"\n") if out.exists() else 0  # noqa: E731
    before, end = count(), time.monotonic() + 120
    own = {f"BYLINE_{name.upper()}": str(getattr(settings, name)) for name in settings.model_fields_set}
    given = os.environ | own | {"BYLINE_RERANK": "off", "OMP_NUM_THREADS": "1"}
    running = subprocess.Popen(
        [sys.executable, "-c", MAIN, "ask", "--batch", str(path), "--out", str(out)],
        cwd=PACKAGE_ROOT,
        env=given,
        stderr=subprocess.DEVNULL,
    )
    while count() < before + more:
        assert time.monotonic() < end, "nothing is written"
        assert running.poll() is None, "it ended before it could be killed"
        time.sleep(0.002)
    time.sleep(wait)
    running.send_signal(signal.SIGKILL)
    assert running.wait(30) == -signal.SIGKILL
    for line in out.read_bytes().split(b"\n")[:-1]:
        AnsweredLine.model_validate_json(line)
    return count()


def test_the_command_names_bad_lines_and_ends_with_65(digest_settings: Settings, tmp_path: Path) -> None:
    path, out = put(tmp_path / "q.jsonl", ZEBRA, "nonsense"), tmp_path / "out.jsonl"
    ran = run(digest_settings, "--batch", path, "--out", out)
    assert ran.code == 65
    assert f"{path}:2: this is no JSON" in ran.err
    assert "1 line was passed by" in ran.err
    assert len(lines_of(out)) == 1


def test_the_command_speaks_json(digest_settings: Settings, questions: Path, answers: Path) -> None:
    ran = run(digest_settings, "--batch", questions, "--out", answers, "--json")
    said = json.loads(ran.out)
    assert (ran.code, said["questions"], said["answered"], said["abstained"], said["bad"]) == (0, 3, 2, 1, 0)


@pytest.mark.parametrize(
    "arguments", [(), ("--batch", "q"), ("--out", "a"), ("why?", "--batch", "q", "--out", "a"),
    ("--person", "x", "--batch", "q", "--out", "a")],
)  # fmt: skip
def test_what_belongs_together_is_asked_for_together(digest_settings: Settings, arguments: tuple[str, ...]) -> None:
    assert run(digest_settings, *arguments).code == 2
