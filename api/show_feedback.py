"""Showing on a terminal what readers said of answers."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rag.feedback import Feedback


def show_feedback(console: Console, found: Sequence[Feedback]) -> None:
    """A line for each: when, what was said, of the answer to which question."""
    table = Table(box=None, pad_edge=False)
    for title in ("given", "verdict", "question", "comment"):
        table.add_column(title)
    for said in found:
        verdict = said.verdict.replace("_", " ") + ("" if said.is_true else " (citations not true)")
        table.add_row(
            f"{said.given:%Y-%m-%d %H:%M}", verdict, escape(str(said.answer.get("question", ""))), escape(said.comment)
        )
    console.print(table)
