"""A whole measure over a real index, as values, on a terminal and through the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from api.cli import app
from eval.errors import EvalError
from eval.schema import Question
from eval.speed import Plan, SpeedReport, measure_speed, modes
from eval.speed_build import Build, Tokens
from eval.speed_show import show_speed
from index.errors import NoSnapshot
from index.settings import DEFAULT_RERANKER, RERANK_OFF, Settings
from tests.api.command import byline
from tests.conftest import SilentProgress

Make = Callable[..., Question]
LINE = {"id": "s-1", "question": "what did Harker say about schools?", "kind": "author_topic", "answerable": True}


@pytest.fixture(scope="module")
def fast(digest_settings: Settings) -> Settings:
    return digest_settings.model_copy(update={"rerank": RERANK_OFF})


@pytest.fixture(scope="module")
def report(fast: Settings, request: pytest.FixtureRequest) -> SpeedReport:
    """Seven askings of two questions."""
    request.getfixturevalue("digest_engine")
    questions = [Question.model_validate(LINE | {"question": text}) for text in (LINE["question"], "who is it?")]
    return measure_speed(fast, questions, Plan(count=7, clients=(1, 2)), SilentProgress())


def test_every_question_is_asked_as_often_as_planned(report: SpeedReport) -> None:
    assert (report.questions, report.distinct) == (7, 2)
    assert (report.engine["fast"].embedding.count, report.engine["fast"].answer.count) == (7, 7)
    assert [(load.clients, load.times.count) for load in report.served["fast"].loads] == [(1, 7), (2, 7)]


def test_an_answer_takes_longer_than_the_embedding_in_it(report: SpeedReport) -> None:
    times = report.engine["fast"]
    assert 0 < times.embedding.p50 < times.answer.p50


def test_the_report_says_what_was_measured_and_beside_what(report: SpeedReport, fast: Settings) -> None:
    assert report.modes == {"fast": RERANK_OFF}
    assert report.threads == fast.threads
    assert report.counts["passages"] > 100
    assert 0 <= report.others <= report.machine.cores
    assert SpeedReport.model_validate_json(report.model_dump_json()) == report


def test_full_answers_are_measured_beside_fast_ones_where_something_reranks() -> None:
    full = Settings(rerank=DEFAULT_RERANKER)
    assert modes(full)["full"] == full
    assert {mode: settings.rerank for mode, settings in modes(full).items()} == {
        "fast": RERANK_OFF,
        "full": DEFAULT_RERANKER,
    }
    assert set(modes(Settings(rerank=RERANK_OFF))) == {"fast"}


def test_without_questions_nothing_is_measured(fast: Settings) -> None:
    with pytest.raises(EvalError, match="no questions"):
        measure_speed(fast, [], Plan(), SilentProgress())


def test_without_an_index_nothing_is_measured(tmp_path: Path, question: Make) -> None:
    with pytest.raises(NoSnapshot):
        measure_speed(Settings(home=tmp_path), [question()], Plan(), SilentProgress())


def test_every_figure_stands_in_the_tables(report: SpeedReport) -> None:
    build = Build(
        pipeline="llamaindex",
        cut="chunks",
        seconds={"model": 1.25, "embed": 4.5},
        total_s=5.75,
        cpu_s=9.5,
        embedded=1207,
        tokens=Tokens(texts=164_528, given=188_492, embedded=52_578),
        peak_mb=761.0,
    )
    console = Console(record=True, width=160)
    show_speed(console, report.model_copy(update={"builds": [build]}))
    shown = console.export_text()
    for times in (report.engine["fast"].embedding, *(load.times for load in report.served["fast"].loads)):
        assert f"{times.p50:.1f}" in shown
    assert f"{report.served['fast'].ready_s:.2f}" in shown
    for figure in ("1.25", "4.50", "5.75", "9.50", "1,207", "164,528", "188,492", "52,578", "761", "LlamaIndex"):
        assert figure in shown


@pytest.mark.usefixtures("digest_engine")
def test_the_command_speaks_json(fast: Settings, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps(LINE), "utf-8")
    own = Settings(home=fast.home, rerank=RERANK_OFF)
    ran = byline("eval-speed", str(file), "--count", "2", "--clients", "1", "--busy", "--json", settings=own)
    assert ran.code == 0, ran.err
    assert SpeedReport.model_validate_json(ran.out).questions == 2


@pytest.mark.parametrize("clients", ["", "0", "1,x", "-1"])
def test_clients_are_a_list_of_numbers(clients: str, tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["eval-speed", str(tmp_path), "--clients", clients])
    assert ran.exit_code == 2
    assert "client" in ran.output or "1,4,16" in ran.output
