"""The report: both files hold the figures and the worst answers, nothing foreign, and never land in a repository."""

import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from eval.errors import EvalError
from eval.finding import FindingReport
from eval.metrics import Row, score
from eval.peers.comparison import ComparisonReport, System
from eval.report import as_html, as_markdown, refuse_tracked, verdict, worst, write_report
from eval.risk import measure_risk
from eval.runner import EvalReport, figures
from index.settings import PACKAGE_ROOT
from rag.answer import Answer, AnswerSentence
from tests.api.command import byline
from tests.eval.conftest import QUOTE, SOURCE

Make = Callable[..., Any]
EVIL = "<script src=//evil.example/x></script> ![p](//evil.example/p.png)"


@pytest.fixture
def rows(question: Make, answer: Make, silence: Answer) -> list[Row]:
    """Right, wrong and sure, wrong and unsure, wrongly silent, credited to somebody else."""
    misframed = [AnswerSentence(frame="Benedict Okafor, in “Lamps”:", text=QUOTE, citations=[1])]
    pairs = (
        (question(id="right"), answer()),
        (question(id="sure", facts=[["nine"]], question=EVIL), answer(confidence=0.95, answer=EVIL)),
        (question(id="unsure", facts=[["nine | ten"]]), answer(confidence=0.2)),
        (question(id="silent"), silence),
        (question(id="credited"), answer(sentences=misframed, confidence=0.1)),
    )
    writers = {"ada thorne", "benedict okafor"}
    return [score(asked, given, lambda _: SOURCE, 5.0, writers=writers) for asked, given in pairs]


@pytest.fixture
def report(rows: list[Row]) -> EvalReport:
    return EvalReport(
        generation="gen-1", questions=len(rows), overall=figures(rows), by_kind={"fact": figures(rows)}, rows=rows,
        risk=measure_risk(rows),
    )  # fmt: skip


@pytest.fixture
def comparison(rows: list[Row]) -> ComparisonReport:
    found = FindingReport(finder="x", questions=1, overall={}, by_kind={}, rows=[])
    peer = [row.model_copy(update={"answer": "The peer's best chunk."}) for row in rows]
    systems = [
        System(name=name, finding=found, answers={"right": 0.25}, right_by_kind={}, rows=made)
        for name, made in (("Byline", rows), ("A library", peer))
    ]
    return ComparisonReport(generation="gen-1", questions=5, answerable=5, systems=systems)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "data", "action")]


def test_wrong_credit_comes_first_then_the_surest_error(rows: list[Row]) -> None:
    assert [row.id for row in worst(rows)] == ["credited", "sure", "silent", "unsure"]
    assert [row.id for row in worst(rows, 1)] == ["credited"]


def test_a_verdict_says_what_is_wrong(rows: list[Row]) -> None:
    said = {row.id: verdict(row) for row in rows}
    assert said["right"] == "right"
    assert said["credited"] == "credits the wrong people"
    assert said["sure"] == "lacks nine"
    assert said["silent"].startswith("silent (not_in_collection)")


def test_the_html_is_one_file_that_runs_and_loads_nothing(report: EvalReport) -> None:
    html = as_html(report)
    tags = _Tags()
    tags.feed(html)
    assert "default-src 'none'" in html
    assert tags.addresses == []
    assert not {"script", "img", "link", "iframe"} & set(tags.opened)
    assert tags.opened.count("svg") == 3
    assert tags.opened.count("article") == 4


def test_what_a_text_says_stays_text_in_markdown(report: EvalReport) -> None:
    markdown = as_markdown(report)
    assert "<script" not in markdown
    assert "![" not in markdown
    assert "|fact|5|" in markdown
    assert "attribution_error|0.2500" in markdown
    assert "aurc" not in markdown
    assert "nine | ten" in markdown


def test_peers_stand_beside(report: EvalReport, comparison: ComparisonReport) -> None:
    for text in (as_html(report, comparison), as_markdown(report, comparison)):
        assert "A library" in text
        assert text.count("The peer's best chunk.") + text.count("The peer&#x27;s best chunk.") == 4
    assert "A library" not in as_html(report)


def test_a_report_is_written_outside_a_repository(report: EvalReport, tmp_path: Path) -> None:
    paths = write_report(tmp_path / "made" / "anew", report)
    assert [path.name for path in paths] == ["report.md", "report.html"]
    assert paths[0].read_text("utf-8") == as_markdown(report)
    assert paths[1].read_text("utf-8") == as_html(report)


def test_a_folder_that_git_would_track_is_refused(report: EvalReport, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("/kept-out/\n")
    refuse_tracked(tmp_path / "kept-out" / "deep")
    for folder in (tmp_path, tmp_path / "docs"):
        with pytest.raises(EvalError, match=r"repository .*\.$"):
            write_report(folder, report)
    assert not (tmp_path / "docs").exists()


def test_a_file_is_no_folder(report: EvalReport, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    with pytest.raises(EvalError, match="cannot be written"):
        write_report(tmp_path / "taken", report)


def test_the_command_refuses_before_it_asks() -> None:
    ran = byline("eval", "eval/questions/first.jsonl", "--report", str(PACKAGE_ROOT / "docs" / "report"))
    assert ran.code == 65
    assert "holds sentences of the texts" in ran.err.replace("\n", " ")
