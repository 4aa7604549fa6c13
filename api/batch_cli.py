"""The commands of offline runs: what `byline ask --batch` does, and `byline export ragas | trec`."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from api.console import errors, print_json

if TYPE_CHECKING:
    from api.batch import BatchReport
    from api.batch_lines import BadLine

exports = typer.Typer(
    name="export", help="Answers and searches in the forms that other tools of evaluation read.", no_args_is_help=True
)

Unit = Literal["passage", "section"]
_EVERY_S = 60.0
"""Where there is no terminal, a line says so often how far a run is."""
_INTERRUPTED = 130


class AskProgress:
    """How a run goes on, on standard error: a bar on a terminal, now and then a line elsewhere."""

    def __init__(self, questions: Path) -> None:
        self._questions = questions
        self._bar = Progress(
            TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
            console=errors, disable=not errors.is_terminal,
        )  # fmt: skip
        self._task = self._bar.add_task("asking")
        self._told = time.monotonic()

    def __enter__(self) -> "AskProgress":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def begin(self, report: "BatchReport") -> None:
        """Say where an earlier run stopped."""
        self._bar.update(self._task, total=report.questions, completed=report.kept)
        if report.kept:
            self._say(f"Going on: {report.kept} of {report.questions} were answered before.")

    def pass_by(self, line: "BadLine") -> None:
        """Name a line that cannot be asked."""
        self._say(f"[red]Passed by[/red] {escape(f'{self._questions}:{line.number}: {line.why}')}")

    def advance(self, report: "BatchReport") -> None:
        """Show how far it is."""
        done = report.kept + report.asked + report.bad
        self._bar.update(self._task, completed=done)
        if self._bar.disable and time.monotonic() - self._told >= _EVERY_S:
            self._told = time.monotonic()
            self._say(f"{done} of {report.questions}, {report.asked / report.seconds:.2g} a second")

    @staticmethod
    def _say(words: str) -> None:
        errors.print(words, highlight=False, soft_wrap=True)


def ask_batch(questions: Path, answers: Path, fresh: bool, timings: bool, json: bool) -> None:
    """Ask a file of questions; ends with 65 where lines had to be passed by, and with 130 where it was interrupted."""
    from api.batch import ask_all
    from index.settings import load_settings
    from rag.engine import Engine

    engine = Engine.open(load_settings())
    try:
        with AskProgress(questions) as progress:
            report = ask_all(engine, questions, answers, progress, fresh=fresh, timings=timings)
    except KeyboardInterrupt:
        errors.print("Interrupted. The same command goes on from here.", soft_wrap=True)
        raise typer.Exit(_INTERRUPTED) from None
    if json:
        print_json(report.model_dump())
    else:
        rate = f", {report.asked / report.seconds:.2g} a second" if report.asked else ""
        words = f"{answers}: {report.answered} answered, {report.abstained} abstained from{rate}"
        errors.print(f"{escape(words)}", highlight=False, soft_wrap=True)
    if report.bad:
        lines = "1 line was" if report.bad == 1 else f"{report.bad} lines were"
        errors.print(f"{lines} passed by. Correct and run the same command: only they are asked.", soft_wrap=True)
        raise typer.Exit(65)


@exports.command(
    name="ragas", epilog="Example: `byline export ragas answers.jsonl --questions questions.jsonl --out samples.jsonl`"
)
def export_ragas(
    answers: Annotated[Path, typer.Argument(help="JSONL file that `byline ask --batch` wrote.")],
    out: Annotated[Path, typer.Option(help="The JSONL file to write; one that is there is replaced.")],
    questions: Annotated[
        list[Path] | None, typer.Option(help="Questions with golds and facts, for references; known by their ids.")
    ] = None,
) -> None:
    """Write the answers of an offline run as samples of RAGAS, with the passages that each was made from."""
    from rich.progress import track

    from eval.exports import ragas_samples, written
    from eval.schema import load_questions
    from index.settings import load_settings
    from rag.engine import Engine

    samples = ragas_samples(Engine.open(load_settings()), answers, load_questions(questions or []))
    count = known = 0
    with written(out) as file:
        for sample in track(samples, "exporting", console=errors, disable=not errors.is_terminal):
            file.write(sample.model_dump_json(exclude_none=True) + "\n")
            count += 1
            known += sample.reference is not None or sample.reference_contexts is not None
    words = f"Written to {out}: {count} samples, {known} with a reference"
    errors.print(escape(words), highlight=False, soft_wrap=True)


@exports.command(name="trec", epilog="Example: `byline export trec eval/questions/first.jsonl --out ~/trec`")
def export_trec(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of questions with golds.")],
    out: Annotated[Path, typer.Option(help="The folder to write run.txt and qrels.txt into.")],
    by: Annotated[Unit, typer.Option(help="What is a document: passage or section.")] = "passage",
    depth: Annotated[int, typer.Option(min=1, max=60, help="How many passages are looked for.")] = 60,
) -> None:
    """Look for the answer of every question that has one, and write a run and qrels as trec_eval reads them."""
    from rich.progress import track

    from eval.exports import QRELS, RUN
    from eval.exports import export_trec as export
    from eval.schema import load_questions
    from index.settings import load_settings
    from rag.engine import Engine

    questions = load_questions(files)
    total = range(sum(question.answerable for question in questions))
    steps = iter(track(total, "searching", console=errors, disable=not errors.is_terminal))
    found = export(Engine.open(load_settings()), questions, out, by, depth, lambda: next(steps, None))
    words = f"Written to {out}: {RUN} and {QRELS} of {found} questions, a {by} a document"
    errors.print(escape(words), highlight=False, soft_wrap=True)
