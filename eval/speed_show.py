"""A `SpeedReport` on a terminal: a table of times, one of servers, one of builds."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from eval.speed import SpeedReport
from eval.speed_build import PIPELINES, Build
from eval.speed_process import Memory
from eval.speed_server import Served
from eval.speed_times import Times


def show_speed(console: Console, report: SpeedReport) -> None:
    """Print what was measured."""
    machine = report.machine
    reranked = ", ".join(f"{what} for {mode} answers" for mode, what in report.modes.items())
    console.print(
        f"{report.questions} questions, {report.distinct} of them different, over {report.counts['passages']:,} "
        f"passages; reranker: {reranked}.\n"
        f"{machine.cores} cores of {machine.cpu}, {machine.memory_gb:g} GB; meanwhile other processes used "
        f"{report.others:.2f} cores.",
        highlight=False,
    )
    console.print(_times(report))
    console.print(_servers(report.served))
    if report.builds:
        console.print(_builds(report.builds))


def _times(report: SpeedReport) -> Table:
    table = _table("Answers", "milliseconds of", "p50", "p95", "p99", "most", "a second", "refused")
    for mode, times in report.engine.items():
        _add_times(table, f"one bare query embedding, beside {mode} answers", times.embedding)
        _add_times(table, f"{mode} answer, engine alone", times.answer)
    for mode, served in report.served.items():
        for load in served.loads:
            who = "1 client" if load.clients == 1 else f"{load.clients} clients"
            refused = str(sum(load.refused.values()))
            _add_times(table, f"{mode} answer over HTTP, {who}", load.times, f"{load.per_second:.1f}", refused)
    return table


def _add_times(table: Table, name: str, times: Times, *more: str) -> None:
    table.add_row(name, *(f"{value:.1f}" for value in (times.p50, times.p95, times.p99, times.most)), *more)


def _servers(servers: dict[str, Served]) -> Table:
    table = _table("Server, from the start of its process", "", *servers)
    table.add_row("ready, s", *(f"{served.ready_s:.2f}" for served in servers.values()))
    table.add_row("first answer, s", *(f"{served.first_answer_s:.2f}" for served in servers.values()))
    table.add_row("resident after the first answer, MiB", *(_now(served.memory_ready) for served in servers.values()))
    for what in dict.fromkeys(served.asked for served in servers.values()):
        table.add_row(f"resident after {what} more, MiB", *(_now(served.memory_after) for served in servers.values()))
    return table


def _builds(builds: list[Build]) -> Table:
    table = _table("Index, from texts to disk", "seconds of", *(PIPELINES[build.pipeline] for build in builds))
    for stage in dict.fromkeys(stage for build in builds for stage in build.seconds):
        found = (build.seconds.get(stage) for build in builds)
        table.add_row(stage, *("" if seconds is None else f"{seconds:.2f}" for seconds in found))
    table.add_row("all", *(f"{build.total_s:.2f}" for build in builds), end_section=True)
    table.add_row("processor time", *(f"{build.cpu_s:.2f}" for build in builds), end_section=True)
    table.add_row("texts embedded", *(f"{build.embedded:,}" for build in builds))
    table.add_row("tokens given to the model", *(f"{build.tokens.given:,}" for build in builds))
    table.add_row("tokens within its window", *(f"{build.tokens.embedded:,}" for build in builds))
    table.add_row("tokens of the texts", *(f"{build.tokens.texts:,}" for build in builds))
    table.add_row("resident at most, MiB", *(f"{build.peak_mb:.0f}" if build.peak_mb else "" for build in builds))
    return table


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column(first, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _now(held: Memory | None) -> str:
    return f"{held.now:.0f}" if held else ""
