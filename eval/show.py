"""Reports on a terminal: tables of figures."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from eval.reading import ReadingReport
from eval.runner import MEASURES, EvalReport
from eval.speed import SpeedReport

_HEADINGS = {
    "section_hit": "section",
    "passage_hit": "passage",
    "author_accuracy": "authors",
    "offsets_valid": "offsets",
    "sentences_cited": "cited",
    "abstain_recall": "silent",
    "false_abstain": "wrongly",
    "ms_p50": "p50 ms",
    "ms_p95": "p95 ms",
}
"""Short headings: silent is abstain recall, wrongly is false abstention."""


def show_report(console: Console, report: EvalReport) -> None:
    """Print the figures of an evaluation, by kind and over all."""
    table = Table(title=f"{report.questions} questions, {report.generation}", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("kind", no_wrap=True)
    table.add_column("n", justify="right", no_wrap=True)
    for measure in MEASURES:
        table.add_column(_HEADINGS.get(measure, measure), justify="right", no_wrap=True)
    for kind, figures in [*report.by_kind.items(), ("all", report.overall)]:
        count = report.questions if kind == "all" else sum(row.kind == kind for row in report.rows)
        table.add_row(kind, str(count), *(_figure(measure, figures.get(measure)) for measure in MEASURES))
    console.print(table)


def _figure(measure: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if measure == "words" else f"{value:.1f}" if measure.startswith("ms") else f"{value:.2f}"


def show_reading(console: Console, report: ReadingReport) -> None:
    """Print how volumes were read, a line each."""
    table = Table(
        title="Reading" if report.profiles else "Reading without profiles", title_justify="left", box=SIMPLE_HEAD
    )
    for column in ("volume", "pieces", "boundary F1", "right section", "right people", "spurious", "missed"):
        table.add_column(column, justify="left" if column == "volume" else "right")
    for volume in report.volumes:
        table.add_row(
            volume.volume,
            f"{volume.sections}/{volume.true_sections}",
            f"{volume.boundary_f1:.3f}",
            f"{volume.right_section:.4f}",
            f"{volume.right_people:.4f}",
            str(len(volume.people_spurious)),
            str(len(volume.people_missed)),
        )
    console.print(table)


def show_speed(console: Console, report: SpeedReport) -> None:
    """Print how fast answers came."""
    console.print(
        f"{report.questions} questions over HTTP: p50 {report.ask_p50:.1f} ms, p95 {report.ask_p95:.1f} ms; "
        f"one bare query embedding: p50 {report.embedding_p50:.1f} ms, p95 {report.embedding_p95:.1f} ms.",
        highlight=False,
    )
