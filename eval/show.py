"""Reports on a terminal: tables of figures."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from eval.chunkeval import ChunkReport
from eval.reading import ReadingReport
from eval.runner import MEASURES, EvalReport
from eval.search_speed import SearchReport

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


def show_chunks(console: Console, report: ChunkReport) -> None:
    """Print the rows of the chunking evaluation, the published figures beside those reproduced."""
    table = Table(
        title=f"Chunking evaluation, n = {report.questions}, at most five chunks a question, per cent",
        title_justify="left",
        box=SIMPLE_HEAD,
    )
    for column in ("row", "recall", "precision", "IoU", "tokens", "published R/P/IoU", "recall gain", "IoU gain"):
        table.add_column(column, justify="left" if column == "row" else "right", no_wrap=True)
    for row in report.rows:
        was = row.published
        table.add_row(
            row.name,
            f"{row.measured.recall:.1f}",
            f"{row.measured.precision:.1f}",
            f"{row.measured.iou:.1f}",
            f"{row.measured.tokens:.0f}",
            f"{was.recall:g} / {was.precision:g} / {was.iou:g}" if was else "",
            _interval(row.recall_gain),
            _interval(row.iou_gain),
        )
    console.print(table)
    console.print("Gains: 95 % interval of the difference to the first row, paired by question.", highlight=False)


def _interval(interval: tuple[float, float] | None) -> str:
    return f"{interval[0]:+.1f} to {interval[1]:+.1f}" if interval else ""


def show_search(console: Console, report: SearchReport) -> None:
    """Print how fast and how true dense search was, a line for each size and filter."""
    machine = report.machine
    console.print(
        f"Made-up passages from {report.sentences:,} sentences; the best {report.depth} rows of each search, on one "
        f"thread.\n{machine.cores} cores of {machine.cpu}, {machine.memory_gb:g} GB; meanwhile other processes used "
        f"{report.others:.2f} cores. CPU: p95 of the thread's processor time.",
        highlight=False,
    )
    table = Table(title="Search", title_justify="left", box=SIMPLE_HEAD)
    for column in ("passages", "MB", "build s", "open ms"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("filter", no_wrap=True)
    for column in ("rows", "way", "p50 ms", "p95 ms", "CPU ms", "recall@10", f"@{report.depth}", "outside"):
        table.add_column(column, justify="right", no_wrap=True)
    for size in report.sizes:
        facts = (f"{size.rows:,}", f"{size.megabytes:,.0f}", f"{size.build_s:.1f}", f"{size.open_ms:.1f}")
        for search in size.searches:
            table.add_row(
                *(facts if search is size.searches[0] else [""] * len(facts)),
                search.filter,
                f"{search.rows:,}",
                "exact" if search.exact else "codes",
                f"{search.times.p50:.1f}",
                f"{search.times.p95:.1f}",
                f"{search.processor.p95:.1f}",
                f"{search.recall_at_10:.3f}",
                f"{search.recall_at_depth:.3f}",
                str(search.outside),
                end_section=search is size.searches[-1],
            )
    console.print(table)
