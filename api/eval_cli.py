"""The commands `byline eval…` and `byline calibrate`: ask, measure and fit, offline.

Every command imports what it needs itself, so that `byline --help` stays quick.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from api.console import Json, build_progress, console, errors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydantic import BaseModel
    from rich.console import Console

    from eval.peers.comparison import ComparisonReport

_Report = TypeVar("_Report", bound="BaseModel")

evaluations = typer.Typer()


@evaluations.command(name="eval", epilog="Example: `byline eval eval/questions/first.jsonl --min right=0.5`")
def evaluate(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of questions.")],
    least: Annotated[list[str] | None, typer.Option("--min", help="Fail below this, as in right=0.5.")] = None,
    most: Annotated[list[str] | None, typer.Option("--max", help="Fail above, as in attribution_error=0.")] = None,
    swaps: Annotated[bool, typer.Option("--swaps", help="Ask again under another name, and under none.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write report.md and report.html here; implies --swaps.")] = None,
    peers: Annotated[bool, typer.Option("--peers", help="Ask LlamaIndex and Haystack too; print one table.")] = False,
    json: Json = False,
) -> None:
    """Ask every question of the files and print how true the answers are."""
    if peers and (least or most):
        raise typer.BadParameter("--min and --max gate Byline alone; leave them out with --peers.")
    if report:
        from eval.report import refuse_tracked

        refuse_tracked(report)
    comparison = _compare_with_peers(files, json) if peers else None
    if peers and not report:
        return

    from rich.progress import track

    from eval.runner import check_gates, run_eval
    from eval.schema import load_questions
    from eval.show import show_report
    from index.settings import load_settings
    from rag.engine import Engine

    again = swaps or report is not None
    total = len(load_questions(files)) * (2 if again else 1)
    steps = iter(track(range(total), "asking", console=errors, disable=not errors.is_terminal))
    found = run_eval(Engine.open(load_settings()), files, lambda: next(steps, None), again)
    missed = check_gates(found, least or [], most or [])
    if json and not peers:
        print(found.model_dump_json(indent=2))
    elif not json:
        show_report(console, found)
    if report:
        from eval.report import write_report

        for path in write_report(report, found, comparison):
            errors.print(f"Written to {path}", highlight=False, soft_wrap=True)
    for sentence in missed:
        errors.print(f"[red]Missed:[/red] {sentence}")
    if missed:
        raise typer.Exit(1)


@evaluations.command(name="eval-finding", epilog="Example: `byline eval-finding eval/questions/first.jsonl`")
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
    steps = iter(track(questions, "looking", console=errors, disable=not errors.is_terminal))
    report = eval_finding(
        "Byline", byline_finder(engine), questions, lambda: next(steps, None), asked=byline_people(engine)
    )
    _give(report, show_finding, json)


@evaluations.command(name="eval-fusion", epilog="Example: `byline eval-fusion eval/questions/*.jsonl`")
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
    steps = iter(track(questions, "looking", console=errors, disable=not errors.is_terminal))
    report = eval_fusion(Engine.open(load_settings()), questions, lambda: next(steps, None))
    _give(report, show_fusion, json)


@evaluations.command(name="eval-speed", epilog="Example: `byline eval-speed eval/questions/first.jsonl --build --save`")
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
    from eval.schema import load_questions
    from eval.speed import Plan, measure_speed
    from eval.speed_show import show_speed
    from index.settings import load_settings

    questions = load_questions(files)
    if not busy:
        refuse_busy_machine()
    with build_progress(json) as progress:
        report = measure_speed(load_settings(), questions, Plan(count, at_once, build), progress)
    _give(report, show_speed, json, "speed" if keep else None)


@evaluations.command(name="eval-load", epilog="Example: `byline eval-load eval/questions/first.jsonl --save`")
def evaluate_load(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of questions.")],
    seconds: Annotated[float, typer.Option(min=2, help="How long to ask at twice the capacity.")] = 120,
    busy: Annotated[bool, typer.Option("--busy", help="Measure even where other processes use the machine.")] = False,
    keep: Annotated[bool, typer.Option("--save", help="Keep the figures as JSON in eval/results/.")] = False,
    json: Json = False,
) -> None:
    """Ask a server more than it can answer, and time what it answers, what it refuses, and its /healthz."""
    from eval.busy import refuse_busy_machine
    from eval.load import measure_load
    from eval.schema import load_questions
    from eval.show import show_load
    from index.settings import load_settings

    questions = load_questions(files)
    if not busy:
        refuse_busy_machine()
    with build_progress(json) as progress:
        report = measure_load(load_settings(), questions, seconds, progress)
    _give(report, show_load, json, "load" if keep else None)


@evaluations.command(name="eval-streaming", epilog="Example: `byline eval-streaming eval/questions/first.jsonl`")
def evaluate_streaming(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of questions.")],
    busy: Annotated[bool, typer.Option("--busy", help="Measure even where other processes use the machine.")] = False,
    keep: Annotated[bool, typer.Option("--save", help="Keep the figures as JSON in eval/results/.")] = False,
    json: Json = False,
) -> None:
    """Time the first sentence of streamed answers, and how soon work stops for a client that goes away."""
    from eval.busy import refuse_busy_machine
    from eval.schema import load_questions
    from eval.streaming import measure_streaming
    from eval.streaming_show import show_streaming
    from index.settings import load_settings

    questions = load_questions(files)
    if not busy:
        refuse_busy_machine()
    with build_progress(json) as progress:
        report = measure_streaming(load_settings(), questions, progress)
    _give(report, show_streaming, json, "streaming" if keep else None)


@evaluations.command(name="eval-search", epilog="Example: `byline eval-search --rows 100000 --rows 1000000`")
def evaluate_search(
    rows: Annotated[list[int] | None, typer.Option(min=1, help="Passages: 1e4, 1e5 and 1e6 by default.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many searches under each filter.")] = 200,
    busy: Annotated[bool, typer.Option("--busy", help="Measure even where other processes use the machine.")] = False,
    keep: Annotated[bool, typer.Option("--save", help="Keep the figures as JSON in eval/results/.")] = False,
    json: Json = False,
) -> None:
    """Time dense search among passages made up from the index's sentences, and compare it with exact search."""
    from eval.busy import refuse_busy_machine
    from eval.search_speed import measure_search
    from eval.show import show_search
    from index.settings import load_settings
    from index.snapshot import Snapshot

    sentences = Snapshot.open(load_settings().home).sentence_vectors
    if not busy:
        refuse_busy_machine()
    with build_progress(json) as progress:
        report = measure_search(sentences, rows or (10_000, 100_000, 1_000_000), count, progress)
    _give(report, show_search, json, "search" if keep else None)


@evaluations.command(name="eval-generated", epilog="Example: `byline eval-generated --count 10000`")
def evaluate_generated(
    count: Annotated[int, typer.Option(min=1, help="How many questions are to be answered.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Another seed makes other questions.")] = 0,
    json: Json = False,
) -> None:
    """Ask questions made up from the index, without the reranker, and check that every answer is true."""
    from rich.progress import track

    from eval.generated import eval_generated
    from eval.show import show_generated
    from index.settings import RERANK_OFF, load_settings
    from rag.engine import Engine

    engine = Engine.open(load_settings().model_copy(update={"rerank": RERANK_OFF}))
    steps = iter(track(range(count), "asking", console=errors, disable=not errors.is_terminal))
    report = eval_generated(engine, count, seed, lambda: next(steps, None))
    _give(report, show_generated, json)
    if report.failures:
        raise typer.Exit(1)


@evaluations.command(name="eval-leaks", epilog="Example: `byline eval-leaks adcs-blog --count 10000`")
def evaluate_leaks(
    volumes: Annotated[list[str], typer.Argument(help="The volumes (ids) that a key may see.")],
    count: Annotated[int, typer.Option(min=1, help="How many requests are sent.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Another seed makes other requests.")] = 0,
    json: Json = False,
) -> None:
    """Ask a server over HTTP with a key for some volumes, and look for anything of the others in what comes back."""
    from rich.progress import track

    from eval.leaks import eval_leaks
    from eval.show import show_leaks
    from index.settings import load_settings

    steps = iter(track(range(count), "asking", console=errors, disable=not errors.is_terminal))
    report = eval_leaks(load_settings(), volumes, count, seed, lambda: next(steps, None))
    _give(report, show_leaks, json)
    if report.leaks:
        raise typer.Exit(1)


@evaluations.command(name="eval-quotes", epilog="Example: `byline eval-quotes --seeds 20 --min 0.99`")
def evaluate_quotes(
    seeds: Annotated[int, typer.Option(min=1, help="How many draws: seeds 1 to so many.")] = 1,
    count: Annotated[int, typer.Option(min=1, help="How many quotations of each of the three kinds a draw.")] = 40,
    least: Annotated[float, typer.Option("--min", min=0, max=1, help="Fail where a smaller share is right.")] = 0.0,
    json: Json = False,
) -> None:
    """Draw quotations from the index (exact, altered, invented) and print how truly they are found."""
    from rich.progress import track

    from eval.quotes import KINDS, eval_quotes
    from eval.quotes_show import show_quotes
    from index.settings import load_settings
    from rag.engine import Engine

    total = range(seeds * count * len(KINDS))
    steps = iter(track(total, "looking up", console=errors, disable=not errors.is_terminal))
    report = eval_quotes(Engine.open(load_settings()), range(1, seeds + 1), count, lambda: next(steps, None))
    _give(report, show_quotes, json)
    if report.right < least:
        errors.print(f"[red]Missed:[/red] right is {report.right}, less than {least}.")
        raise typer.Exit(1)


@evaluations.command(
    name="eval-llm", epilog="Example: `BYLINE_LLM=~/model.gguf byline eval-llm eval/questions/first.jsonl --count 20`"
)
def evaluate_llm(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of questions.")],
    count: Annotated[int, typer.Option(min=1, help="So many questions of each file, spread over their kinds.")] = 20,
    json: Json = False,
) -> None:
    """Ask with the language model, and print every sentence that got out beside what it cites, to be read."""
    from rich.progress import track

    from eval.retelling import eval_retelling, sample
    from eval.retelling_show import show_retelling
    from eval.schema import load_questions
    from index.settings import load_settings
    from rag.engine import Engine

    questions = [question for file in files for question in sample(load_questions([file]), count)]
    engine = Engine.open(load_settings())
    engine.warm()
    steps = iter(track(questions, "asking", console=errors, disable=not errors.is_terminal))
    report = eval_retelling(engine, questions, lambda: next(steps, None))
    _give(report, show_retelling, json)


@evaluations.command(name="eval-chunks", epilog="Example: `byline eval-chunks ~/chunkeval`")
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
    with build_progress(json) as progress:
        report = eval_chunks(settings, folder, open_reranker(settings), progress)
    _give(report, show_chunks, json)


@evaluations.command(name="eval-clapnq", epilog="Example: `byline eval-clapnq ~/clapnq`")
def evaluate_clapnq(
    folder: Annotated[Path, typer.Argument(help="Folder with dev_answerable.jsonl and dev_unanswerable.jsonl.")],
    json: Json = False,
) -> None:
    """Answer CLAPnq's questions from their own passages and print RougeL and silence beside published rows."""
    from eval.clapnq_engine import eval_clapnq
    from eval.show import show_clapnq
    from index.settings import load_settings

    with build_progress(json) as progress:
        report = eval_clapnq(load_settings(), folder, progress)
    _give(report, show_clapnq, json)


@evaluations.command(
    name="eval-reading", epilog="Example: `BYLINE_TEXTS=~/texts byline eval-reading eval/structure/001.json`"
)
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
    _give(report, show_reading, json)


@evaluations.command(epilog="Example: `byline calibrate eval/questions/*.jsonl --clapnq ~/clapnq`")
def calibrate(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of training questions; never those that measure.")],
    clapnq: Annotated[Path | None, typer.Option(help="A folder with CLAPnq: learn from its fitting half too.")] = None,
    chunkeval: Annotated[Path | None, typer.Option(help="A folder with the chunking evaluation: too.")] = None,
) -> None:
    """Fit the decision between answering and silence, and what the reranker's probes know.

    Writes rag/calibration.json, and rag/probes.json where the default reranker is in force.
    """
    from eval.calibrate import calibrate as fit
    from index.settings import load_settings

    with build_progress(False) as progress:
        fitted = fit(load_settings(), files, progress, clapnq, chunkeval)
    console.print(fitted.summary, highlight=False)


def _compare_with_peers(files: "Sequence[Path]", json: bool) -> "ComparisonReport":
    """Ask Byline and other libraries, and print one table."""
    from eval.peers.comparison import compare
    from eval.peers.cross_encoder import open_scorer
    from eval.peers.show import show_comparison
    from index.settings import load_settings
    from rag.engine import Engine

    settings = load_settings()
    engine = Engine.open(settings)
    with errors.status("opening the models") as status:
        report = compare(engine, files, open_scorer(settings), status.update)
    _give(report, show_comparison, json)
    return report


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers of `1,4,16`."""
    try:
        numbers = tuple(int(number) for number in text.split(","))
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no list of numbers as in 1,4,16.") from error
    if min(numbers) < 1:
        raise typer.BadParameter("every number of clients is at least 1.")
    return numbers


def _give(report: _Report, show: "Callable[[Console, _Report], None]", json: bool, keep_as: str | None = None) -> None:
    """Print a report, for machines or for people, and keep it in eval/results/ under a name where one is given."""
    print(report.model_dump_json(indent=2)) if json else show(console, report)
    if keep_as:
        from eval.results import save

        errors.print(f"Kept in {save(report, keep_as)}", highlight=False, soft_wrap=True)
