"""The comparison on a terminal: one table, a line a system."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from eval.peers.comparison import ComparisonReport, System

_ANSWERS = {"right": "right", "right_answerable": "of answerable", "facts": "facts", "author_accuracy": "authors"}
_FINDING = {
    "passage_1": "p@1", "passage_5": "p@5", "passage_8": "p@8", "golds_8": "golds@8", "section_1": "s@1",
    "section_5": "s@5", "ndcg_10": "nDCG@10",
}  # fmt: skip
_COUNTS = {"words_5": "words@5", "ms_p50": "p50 ms"}
"""Short headings: p is passage, s is section; words are those of an answer, words@5 those of the best five places."""


def show_comparison(console: Console, report: ComparisonReport) -> None:
    """Print what each system found and how true its answers were; a peer's answer is its best chunk."""
    title = f"{report.questions} questions, {report.answerable} with an answer, {report.generation}"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("system", no_wrap=True)
    for heading in (*_ANSWERS.values(), "words", *_FINDING.values(), *_COUNTS.values()):
        table.add_column(heading, justify="right")
    for system in report.systems:
        table.add_row(system.name, *_cells(system))
    console.print(table)


def _cells(system: System) -> list[str]:
    answers, found = system.answers, system.finding.overall
    return [
        *(_cell(answers.get(name), 2) for name in _ANSWERS),
        _cell(answers.get("words"), 0),
        *(_cell(found.get(name), 2) for name in _FINDING),
        *(_cell(found.get(name), 0) for name in _COUNTS),
    ]


def _cell(value: float | None, places: int) -> str:
    return "" if value is None else f"{value:.{places}f}"
