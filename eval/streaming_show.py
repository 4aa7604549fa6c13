"""Showing on a terminal how streamed answers come and stop."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from eval.streaming import StreamReport


def show_streaming(console: Console, report: StreamReport) -> None:
    """Print the times, and what the first sentence takes of the retrieval stage."""
    table = Table(title=f"{report.answered} of {report.asked} answered", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("ms")
    for title in ("p50", "p95", "p99", "most"):
        table.add_column(title, justify="right")
    for name in ("finding", "first_sentence", "whole", "stopped"):
        times = getattr(report, name)
        table.add_row(
            name.replace("_", " "), *(f"{getattr(times, each):.1f}" for each in ("p50", "p95", "p99", "most"))
        )
    console.print(table)
    console.print(
        f"The first sentence comes after {report.ratio:.2f} times the retrieval stage (p95 {report.ratio_p95:.2f}).",
        highlight=False,
    )
