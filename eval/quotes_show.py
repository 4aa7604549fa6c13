"""The report on quotations on a terminal."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from eval.quotes import QuotesReport

_SHOWN = 20


def show_quotes(console: Console, report: QuotesReport) -> None:
    """Print how truly quotations were found, by kind, and the first that were not."""
    total = sum(figures.count for figures in report.kinds.values())
    title = f"{total:,} quotations, {len(report.seeds)} draws, {report.generation}: {report.right:.4f} right"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for column in ("kind", "n", "verdict", "place", "marks", "right", "p50 ms", "p95 ms", "most ms"):
        table.add_column(column, justify="left" if column == "kind" else "right", no_wrap=True)
    for kind, figures in report.kinds.items():
        shares = (figures.verdicts, figures.places, figures.marked, figures.right)
        table.add_row(
            kind,
            f"{figures.count:,}",
            *("" if share is None else f"{share:.4f}" for share in shares),
            *(f"{ms:.1f}" for ms in (figures.times.p50, figures.times.p95, figures.times.most)),
        )
    console.print(table)
    for miss in report.misses[:_SHOWN]:
        line = f"seed {miss.seed}, {miss.kind} ({miss.made}): {miss.fault} wrong, {miss.verdict}: {miss.quote!r}"
        console.print(escape(line), soft_wrap=True, highlight=False)
