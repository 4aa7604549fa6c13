"""Reports on a terminal: tables of figures."""

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from eval.chunkeval import ChunkReport
from eval.clapnq import ClapReport
from eval.generated import GeneratedReport
from eval.reading import ReadingReport
from eval.runner import COLUMNS, MEASURES, EvalReport
from eval.search_speed import SearchReport

if TYPE_CHECKING:
    from eval.leaks import LeakReport
    from eval.load import LoadReport

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
    for measure in COLUMNS:
        table.add_column(_HEADINGS.get(measure, measure), justify="right", no_wrap=True)
    for kind, figures in [*report.by_kind.items(), ("all", report.overall)]:
        count = report.questions if kind == "all" else sum(row.kind == kind for row in report.rows)
        table.add_row(kind, str(count), *(_figure(measure, figures.get(measure)) for measure in COLUMNS))
    console.print(table)
    console.print(_further(report), highlight=False)


def _further(report: EvalReport) -> str:
    """What is measured over all questions only, in one line."""
    names = [name for name in MEASURES if name not in COLUMNS and name in report.overall]
    return "  ".join(f"{name} {report.overall[name]:.3f}" for name in names)


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


def show_generated(console: Console, report: GeneratedReport) -> None:
    """Print what came back for made-up questions, and what did not hold."""
    silent = ", ".join(f"{reason} {count}" for reason, count in report.abstained.items())
    console.print(
        f"{report.asked} questions made from {report.generation} with seed {report.seed}: {report.answered} answered "
        f"with {report.citations} citations, {sum(report.abstained.values())} met with silence ({silent}), "
        f"{report.refused} refused, {report.seconds:.0f} s.",
        highlight=False,
    )
    console.print(f"{report.failures} things did not hold.", highlight=False)
    for failure in report.first_failures:
        console.print(f"{failure.question}\n    {failure.what}", highlight=False, markup=False)


def show_load(console: Console, report: "LoadReport") -> None:
    """Print how a server holds under its loads."""
    table = Table(box=SIMPLE_HEAD, title="A server under load (milliseconds)")
    for heading in ("", "count", "p50", "p95", "p99", "most"):
        table.add_column(heading, justify="left" if not heading else "right")
    rows = {
        "one client": report.quiet,
        "sixteen flat out": report.flat_out.answers,
        "/healthz meanwhile": report.flat_out.health,
        f"accepted of {report.overload.per_second:g}/s": report.overload.answers,
        "refused": report.overload.refusals,
    }
    for name, times in rows.items():
        if times is not None:
            figures = (times.p50, times.p95, times.p99, times.most)
            table.add_row(name, str(times.count), *(f"{figure:.0f}" for figure in figures))
    console.print(table)
    flat, over = report.flat_out, report.overload
    console.print(
        f"Capacity {report.capacity:g} answers a second. Statuses flat out {flat.statuses}, at twice the capacity "
        f"{over.statuses}. Accepted p95 is {over.answers.p95 / report.quiet.p95:.2f} times that of one client; memory "
        f"{over.memory_before} to {over.memory_after} MiB.",
        highlight=False,
    )


def show_leaks(console: Console, report: "LeakReport") -> None:
    """Print what was asked with a limited key, and what leaked."""
    kinds = ", ".join(f"{kind} {count}" for kind, count in report.kinds.items())
    statuses = ", ".join(f"{status}: {count}" for status, count in report.statuses.items())
    console.print(
        f"{report.asked} requests with a key for {', '.join(report.volumes)} (seed {report.seed}): {kinds}. "
        f"Statuses {statuses}. {report.seconds:.0f} s.",
        highlight=False,
    )
    console.print(f"{report.leaks} leaks.", highlight=False)
    for leak in report.first_leaks:
        console.print(f"{leak.request}\n    {'; '.join(leak.found)}", highlight=False, markup=False)


def show_clapnq(console: Console, report: ClapReport) -> None:
    """Print what every system says and keeps silent about; published rows are of all questions, ours of one half."""
    title = f"CLAPnq, gold passage: fitted on {report.fitted_on} questions, measured on the other {report.measured_on}"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("system", no_wrap=True)
    for column in ("RougeL", "recall", "characters", "refused", "wrongly", "AUROC"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in report.rows:
        auroc = "" if row.auroc is None else f"{row.auroc:.3f}"
        figures = (row.rouge_l, row.recall, row.characters, row.refused, row.wrongly_refused)
        cells = ("" if value is None else f"{value:g}" for value in figures)
        table.add_row(f"{row.name} (published)" if row.published else row.name, *cells, auroc)
    console.print(table)
