"""The command line: `byline index | ask | serve | eval | outline | calibrate`.

Heavy modules are imported by the command that needs them, so that `byline --help` answers at once.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from index.errors import BylineError

app = typer.Typer(
    name="byline",
    help="Answers questions about a collection of texts, and never loses the byline.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
_console = Console(width=None if sys.stdout.isatty() else 140)
_errors = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


@app.command(epilog="Example: `BYLINE_TEXTS=~/texts byline index`")
def index(json: Json = False) -> None:
    """Read the texts and publish the index; does nothing where nothing changed."""
    from dataclasses import asdict

    from api.progress import BuildProgress
    from api.show import show_build
    from index.build import build_index
    from index.settings import load_settings

    console = Console(stderr=True) if json else _console
    with BuildProgress(console) as progress:
        report = build_index(load_settings(), progress)
    if json:
        _print_json(asdict(report))
    else:
        show_build(_console, report)


@app.command(epilog='Example: `byline ask "what did Harker say about schools?"`')
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    person: Annotated[list[str] | None, typer.Option(help="Answer only from what this person wrote.")] = None,
    volume: Annotated[list[str] | None, typer.Option(help="Answer only from this volume (its id).")] = None,
    json: Json = False,
) -> None:
    """Ask a question and print the answer with its bylines. Ends with 3 where there is no answer."""
    from api.show import show_answer
    from index.settings import load_settings
    from rag.answer import Ask, Filters
    from rag.engine import Engine

    engine = Engine.open(load_settings())
    answer = engine.ask(Ask(question=question, filters=Filters(people=person or [], volumes=volume or [])))
    if json:
        print(answer.model_dump_json(indent=2))
    else:
        show_answer(_console, answer)
    if answer.status == "abstained":
        raise typer.Exit(3)


@app.command(epilog="Example: `BYLINE_PORT=8080 byline serve`")
def serve() -> None:
    """Serve the API and the chat page on BYLINE_HOST and BYLINE_PORT."""
    from api.serve import serve as run
    from index.settings import load_settings

    run(load_settings())


@app.command(name="eval", epilog="Example: `byline eval eval/questions/first.jsonl --min right=0.5`")
def evaluate(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of questions.")],
    least: Annotated[list[str] | None, typer.Option("--min", help="Fail below this, as in right=0.5.")] = None,
    json: Json = False,
) -> None:
    """Ask every question of the files and print how true the answers are."""
    from rich.progress import track

    from eval.runner import check_gates, run_eval
    from eval.schema import load_questions
    from eval.show import show_report
    from index.settings import load_settings
    from rag.engine import Engine

    total = len(load_questions(files))
    steps = iter(track(range(total), "asking", console=_errors, disable=not _errors.is_terminal))
    report = run_eval(Engine.open(load_settings()), files, lambda: next(steps, None))
    missed = check_gates(report, least or [])
    if json:
        print(report.model_dump_json(indent=2))
    else:
        show_report(_console, report)
    for sentence in missed:
        _errors.print(f"[red]Missed:[/red] {sentence}")
    if missed:
        raise typer.Exit(1)


@app.command(name="eval-reading", epilog="Example: `BYLINE_TEXTS=~/texts byline eval-reading eval/structure/001.json`")
def evaluate_reading(
    truths: Annotated[list[Path], typer.Argument(help="JSON files of the true structure of volumes.")],
    bare: Annotated[bool, typer.Option("--bare", help="Leave the catalogue's reading profiles out.")] = False,
    json: Json = False,
) -> None:
    """Compare how volumes are read with files of their true structure."""
    from eval.reading import eval_reading
    from eval.show import show_reading
    from index.settings import load_settings

    report = eval_reading(load_settings(), truths, profiles=not bare)
    if json:
        print(report.model_dump_json(indent=2))
    else:
        show_reading(_console, report)


@app.command(epilog="Example: `byline outline seeds/digests/rethinking-childrens-services.md`")
def outline(
    file: Annotated[Path, typer.Argument(help="A text or Markdown file.")],
    json: Json = False,
) -> None:
    """Print what is understood of a text: pieces, bylines, voices, doubts."""
    from api.show import show_outline
    from index.outline import outline as read
    from index.settings import load_settings

    found = read(file, load_settings())
    if json:
        print(found.model_dump_json(indent=2))
    else:
        show_outline(_console, found)


@app.command(epilog="Example: `byline calibrate eval/questions/*.jsonl`")
def calibrate(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of training questions; never those that measure.")],
) -> None:
    """Fit the decision between answering and silence, and write it to rag/calibration.json."""
    from eval.calibrate import calibrate as fit
    from index.settings import load_settings

    fitted = fit(load_settings(), files)
    _console.print(fitted.summary, highlight=False)


def main() -> None:
    """Run the command line; a deliberate error is one sentence on stderr and its exit code."""
    try:
        app()
    except BylineError as error:
        _errors.print(f"[red]byline:[/red] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)


def _print_json(value: object) -> None:
    import json

    print(json.dumps(value, indent=2, ensure_ascii=False))
