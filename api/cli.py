"""The command line: `byline index | ask | serve | outline | add | remove | calibrate | eval` and the other evaluations.

Heavy modules are imported by the command that needs them, so that `byline --help` answers at once.
"""

import sys
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from index.errors import BylineError
from index.model import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.progress import BuildProgress
    from index.batch import Refusal

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
    from api.show import show_build
    from index.build import build_index
    from index.settings import load_settings

    with _build_progress(json) as progress:
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
    peers: Annotated[bool, typer.Option("--peers", help="Ask LlamaIndex and Haystack too; print one table.")] = False,
    json: Json = False,
) -> None:
    """Ask every question of the files and print how true the answers are."""
    if peers:
        if least:
            raise typer.BadParameter("--min gates Byline alone; leave it out with --peers.")
        _compare_with_peers(files, json)
        return

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


@app.command(name="eval-finding", epilog="Example: `byline eval-finding eval/questions/first.jsonl`")
def evaluate_finding(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of questions.")],
    json: Json = False,
) -> None:
    """Look for the answers to the questions of the files and print how well the right places are found."""
    from rich.progress import track

    from eval.finding import byline_finder, byline_people, eval_finding
    from eval.finding_show import show_finding
    from eval.schema import load_questions
    from index.settings import load_settings
    from rag.engine import Engine

    questions = load_questions(files)
    engine = Engine.open(load_settings())
    engine.warm()
    steps = iter(track(questions, "looking", console=_errors, disable=not _errors.is_terminal))
    report = eval_finding(
        "Byline", byline_finder(engine), questions, lambda: next(steps, None), asked=byline_people(engine)
    )
    if json:
        print(report.model_dump_json(indent=2))
    else:
        show_finding(_console, report)


@app.command(name="eval-fusion", epilog="Example: `byline eval-fusion eval/questions/*.jsonl`")
def evaluate_fusion(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of training questions; never those that measure.")],
    json: Json = False,
) -> None:
    """Fit what each signal of retrieval counts, cross-validate it beside the weights in force, and write nothing."""
    from rich.progress import track

    from eval.fusion import eval_fusion
    from eval.fusion_show import show_fusion
    from eval.schema import load_questions
    from index.settings import load_settings
    from rag.engine import Engine

    questions = load_questions(files)
    steps = iter(track(questions, "looking", console=_errors, disable=not _errors.is_terminal))
    report = eval_fusion(Engine.open(load_settings()), questions, lambda: next(steps, None))
    if json:
        print(report.model_dump_json(indent=2))
    else:
        show_fusion(_console, report)


@app.command(name="eval-speed", epilog="Example: `byline eval-speed eval/questions/first.jsonl --build --save`")
def evaluate_speed(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of questions.")],
    count: Annotated[int, typer.Option(min=1, help="How many questions to ask in every measure.")] = 200,
    clients: Annotated[str, typer.Option(help="How many clients ask at once, one measure after the other.")] = "1,4,16",
    build: Annotated[bool, typer.Option("--build", help="Build the index anew, beside LlamaIndex's pipeline.")] = False,
    busy: Annotated[bool, typer.Option("--busy", help="Measure even where other processes use the machine.")] = False,
    keep: Annotated[bool, typer.Option("--save", help="Keep the figures as JSON in eval/results/.")] = False,
    json: Json = False,
) -> None:
    """Time embedding, answers, servers and index builds on a machine that does nothing else."""
    at_once = _numbers(clients)
    from eval.busy import refuse_busy_machine
    from eval.results import save
    from eval.schema import load_questions
    from eval.speed import Plan, measure_speed
    from eval.speed_show import show_speed
    from index.settings import load_settings

    questions = load_questions(files)
    if not busy:
        refuse_busy_machine()
    with _build_progress(json) as progress:
        report = measure_speed(load_settings(), questions, Plan(count, at_once, build), progress)
    if json:
        print(report.model_dump_json(indent=2))
    else:
        show_speed(_console, report)
    if keep:
        _errors.print(f"Kept in {save(report, 'speed')}", highlight=False, soft_wrap=True)


@app.command(name="eval-search", epilog="Example: `byline eval-search --rows 100000 --rows 1000000`")
def evaluate_search(
    rows: Annotated[list[int] | None, typer.Option(min=1, help="Passages: 1e4, 1e5 and 1e6 by default.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many searches under each filter.")] = 200,
    busy: Annotated[bool, typer.Option("--busy", help="Measure even where other processes use the machine.")] = False,
    keep: Annotated[bool, typer.Option("--save", help="Keep the figures as JSON in eval/results/.")] = False,
    json: Json = False,
) -> None:
    """Time dense search among passages made up from the index's sentences, and compare it with exact search."""
    from eval.busy import refuse_busy_machine
    from eval.results import save
    from eval.search_speed import measure_search
    from eval.show import show_search
    from index.settings import load_settings
    from index.snapshot import Snapshot

    sentences = Snapshot.open(load_settings().home).sentence_vectors
    if not busy:
        refuse_busy_machine()
    with _build_progress(json) as progress:
        report = measure_search(sentences, rows or (10_000, 100_000, 1_000_000), count, progress)
    if json:
        print(report.model_dump_json(indent=2))
    else:
        show_search(_console, report)
    if keep:
        _errors.print(f"Kept in {save(report, 'search')}", highlight=False, soft_wrap=True)


@app.command(name="eval-chunks", epilog="Example: `byline eval-chunks ~/chunkeval`")
def evaluate_chunks(
    folder: Annotated[Path, typer.Argument(help="Folder with corpora/*.md and questions.jsonl.")],
    json: Json = False,
) -> None:
    """Make published rows of the chunking evaluation again and print ours beside them."""
    from eval.chunkeval import eval_chunks
    from eval.show import show_chunks
    from index.settings import load_settings
    from rag.rerank import open_reranker

    settings = load_settings()
    with _build_progress(json) as progress:
        report = eval_chunks(settings, folder, open_reranker(settings), progress)
    if json:
        print(report.model_dump_json(indent=2))
    else:
        show_chunks(_console, report)


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
    file: Annotated[Path, typer.Argument(help="A file of any format, a folder, or - for standard input.")],
    json: Json = False,
) -> None:
    """Print what is understood of a text: pieces, bylines, voices, doubts.

    A bad file of a folder is named, the rest is read, and the command ends with 1.
    """
    from api.show import show_outline
    from index.batch import Refusal, read_each
    from index.outline import Outline, outline_bytes
    from index.outline import outline as read
    from index.settings import load_settings
    from index.texts import LARGEST_FILE, files_of

    settings, refusals = load_settings(), list[Refusal]()
    outlines: list[Outline]
    if str(file) == "-":
        outlines = [outline_bytes("standard input", sys.stdin.buffer.read(LARGEST_FILE + 1))]
    else:
        outlines, refusals = read_each(files_of(file), lambda path: read(path, settings))
    if json:
        values = [found.model_dump(mode="json") for found in outlines]
        _print_json(values if file.is_dir() else values[0])
    else:
        for found in outlines:
            show_outline(_console, found)
    _tell(refusals)


@app.command(epilog='Example: `byline add ~/essays.pdf --title "Essays on lamps"`')
def add(
    files: Annotated[list[Path], typer.Argument(help="Files of any format, or folders of them.")],
    title: Annotated[str | None, typer.Option(help="Title of the volume (of one file only).")] = None,
    kind: Annotated[Kind | None, typer.Option(help="Kind of the pieces that nothing else names.")] = None,
    side: Annotated[str | None, typer.Option("--byline", help="Side of the text with bylines: before, after.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Publisher of the volume.")] = None,
    year: Annotated[int | None, typer.Option(help="Year of the volume.")] = None,
    credit: Annotated[str | None, typer.Option(help="How the volume is to be credited.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be added, and add nothing.")] = False,
    json: Json = False,
) -> None:
    """Propose a catalogue entry for each file and index it; the files stay where they are.

    A file that is refused is named, the rest is added, and the command ends with 1.
    """
    from api.show import show_build, show_proposals
    from index.added import add as add_entries
    from index.batch import propose_each
    from index.settings import load_settings
    from index.texts import files_of

    settings, paths = load_settings(), [path for file in files for path in files_of(file)]
    if title and len(paths) != 1:
        raise typer.BadParameter("a title is of one file; add the files one by one, or without a title.")
    profile = _given(kind=kind, byline=side)
    said = _given(title=title, publisher=publisher, year=year, credit=credit, profile=profile or None)
    proposals, refusals = propose_each(paths, settings, said)
    report = None
    if not json:
        show_proposals(_console, proposals)
    if proposals and not dry_run:
        with _build_progress(json) as progress:
            report = add_entries(settings, [proposal.entry for proposal in proposals], progress)
    if json:
        entries = [proposal.entry.model_dump(mode="json") for proposal in proposals]
        _print_json({"entries": entries, "build": asdict(report) if report else None})
    elif report:
        show_build(_console, report)
    _tell(refusals)


@app.command(epilog="Example: `byline remove essays-on-lamps`")
def remove(
    volume: Annotated[str, typer.Argument(help="The id of a volume that you added.")],
    json: Json = False,
) -> None:
    """Take a volume that you added out of your catalogue and the index; its file stays where it is."""
    from api.show import show_build
    from index.added import remove as remove_volume
    from index.settings import load_settings

    with _build_progress(json) as progress:
        report = remove_volume(load_settings(), volume, progress)
    if json:
        _print_json(asdict(report))
    else:
        show_build(_console, report)


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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except BylineError as error:
        _errors.print(f"[red]byline:[/red] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)


def _compare_with_peers(files: "Sequence[Path]", json: bool) -> None:
    """Ask Byline and other libraries, and print one table."""
    from eval.peers.comparison import compare
    from eval.peers.cross_encoder import open_scorer
    from eval.peers.show import show_comparison
    from index.settings import load_settings
    from rag.engine import Engine

    settings = load_settings()
    engine = Engine.open(settings)
    with _errors.status("opening the models") as status:
        report = compare(engine, files, open_scorer(settings), status.update)
    if json:
        print(report.model_dump_json(indent=2))
    else:
        show_comparison(_console, report)


def _build_progress(json: bool) -> "BuildProgress":
    from api.progress import BuildProgress

    return BuildProgress(Console(stderr=True) if json else _console)


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers of `1,4,16`."""
    try:
        numbers = tuple(int(number) for number in text.split(","))
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no list of numbers as in 1,4,16.") from error
    if min(numbers) < 1:
        raise typer.BadParameter("every number of clients is at least 1.")
    return numbers


def _given(**fields: object) -> dict[str, object]:
    """The fields that were given."""
    return {name: value for name, value in fields.items() if value is not None}


def _tell(refusals: "Sequence[Refusal]") -> None:
    """Name every file that was refused, and end with 1 if there is one."""
    for refusal in refusals:
        _errors.print(f"[red]Refused:[/red] {escape(str(refusal.error))}", highlight=False, soft_wrap=True)
    if refusals:
        raise typer.Exit(1)


def _print_json(value: object) -> None:
    import json

    print(json.dumps(value, indent=2, ensure_ascii=False))
