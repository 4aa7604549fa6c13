"""Showing on a terminal how a server answered while its documents changed."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from eval.documents import DocumentsReport


def show_documents(console: Console, report: DocumentsReport) -> None:
    """Print how many requests failed, what they took, and how long each change was under way."""
    title = f"{report.per_second:g} requests a second while documents change: {report.failed} of {report.asked} failed"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("ms")
    for column in ("answers", "p50", "p95", "p99", "most"):
        table.add_column(column, justify="right")
    for name, times in (("undisturbed", report.undisturbed), ("meanwhile", report.meanwhile)):
        figures = (times.p50, times.p95, times.p99, times.most)
        table.add_row(name, str(times.count), *(f"{figure:.0f}" for figure in figures))
    console.print(table)
    changes = ", ".join(f"{change.action} {change.seconds:.1f} s ({change.generation})" for change in report.changes)
    console.print(
        f"Statuses {report.statuses}. {report.about_the_document} answers cited the document, {report.mixed} of them "
        f"from two generations or from one that was not there. Changes: {changes}.",
        highlight=False,
    )
