"""What the signals of retrieval count, on a terminal."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from eval.fusion import RANKS, FusionReport
from rag.retrieve import SIGNALS


def show_fusion(console: Console, report: FusionReport) -> None:
    """Print the fusions, a line each, and the weights to write into rag/retrieve.py, should they be better."""
    table = Table(
        title=f"{report.questions} questions with an answer, before reranking, {report.generation}",
        title_justify="left",
        box=SIMPLE_HEAD,
    )
    table.add_column("fusion", no_wrap=True)
    for heading in (*(f"passage@{rank}" for rank in RANKS), *(signal.replace("_", " ") for signal in SIGNALS)):
        table.add_column(heading, justify="right")
    for row in report.rows:
        shares = (f"{share:.3f}" for share in (row.passage_1, row.passage_5, row.passage_8))
        weights = (f"{row.weights[signal]:.2f}" if row.weights else "" for signal in SIGNALS)
        table.add_row(row.name, *shares, *weights)
    console.print(table)
    fitted = ", ".join(f"{signal} {weight:.2f}" for signal, weight in report.fitted.items())
    console.print(
        f"Fitted on all questions: {fitted}.\nOut of fold: the mean of {report.repeats} times {report.folds} folds. Of "
        f"{report.proposed} questions a gold passage is among the rows proposed.",
        highlight=False,
    )
