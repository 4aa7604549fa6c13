"""How well the right places are found, on a terminal."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from eval.finding import MEASURES, FindingReport

_WHOLE = ("words_5", "ms_p50")


def show_finding(console: Console, report: FindingReport) -> None:
    """Print the figures by kind and over all."""
    table = Table(title=f"{report.questions} questions with an answer", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("kind", no_wrap=True)
    for heading in ("n", *(measure.replace("_", "@") for measure in MEASURES[:-1]), "p50 ms"):
        table.add_column(heading, justify="right", no_wrap=True)
    for kind, figures in [*report.by_kind.items(), ("all", report.overall)]:
        count = report.questions if kind == "all" else sum(row.kind == kind for row in report.rows)
        table.add_row(kind, str(count), *(_cell(measure, figures.get(measure)) for measure in MEASURES))
    console.print(table)


def _cell(measure: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if measure in _WHOLE else f"{value:.2f}"
