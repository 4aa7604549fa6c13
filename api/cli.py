"""The command line: `byline index | ask | serve | outline | add | remove | calibrate | eval` and the other evaluations.

Heavy modules are imported by the command that needs them, so that `byline --help` answers at once.
"""

import sys
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from api.keys_cli import keys
from index.errors import BylineError
from index.model import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydantic import BaseModel

    from api.progress import BuildProgress
    from eval.peers.comparison import ComparisonReport
    from index.batch import Refusal

_Report = TypeVar("_Report", bound="BaseModel")

app = typer.Typer(
    name="byline",
    help="Answers questions about a collection of texts, and never loses the byline.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.add_typer(keys)
feedback = typer.Typer(
    name="feedback", help="What readers said of answers: list it, or export it as questions.", no_args_is_help=True
)
app.add_typer(feedback)
_console = Console(width=None if sys.stdout.isatty() else 140)
_errors = Console(stderr=True)

CitationStyle = Literal["chicago", "bibtex", "csl"]
Composer = Literal["extractive", "llm"]
Verdict = Literal["right", "wrong_person", "wrong_passage", "incomplete"]
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
    composer: Annotated[
        Composer | None, typer.Option(help="Who words it: extractive, or llm (see BYLINE_LLM).")
    ] = None,
    json: Json = False,
) -> None:
    """Ask a question and print the answer with its bylines. Ends with 3 where there is no answer."""
    from api.show import show_answer
    from index.settings import load_settings
    from rag.answer import Ask, Filters
    from rag.engine import Engine

    engine = Engine.open(load_settings())
    filters = Filters(people=person or [], volumes=volume or [])
    answer = engine.ask(Ask(question=question, filters=filters, composer=composer))
    if json:
        print(answer.model_dump_json(indent=2))
    else:
        show_answer(_console, answer)
    if answer.status == "abstained":
        raise typer.Exit(3)


@app.command(epilog="Example: `byline cite harbour-papers/the-bell/p2/s1~k4x2mq7a --style bibtex`")
def cite(
    address: Annotated[str, typer.Argument(help="The address that a citation carries.")],
    style: Annotated[
        CitationStyle | None, typer.Option(help="Print nothing but the reference: chicago, bibtex or csl.")
    ] = None,
    json: Json = False,
) -> None:
    """Say what has become of a cited sentence, and how to refer to it.

    Ends with 0 where the words are held or have moved (the new address is printed), with 3 where they are gone, with 64
    where this is no address.
    """
    from index.settings import load_settings
    from index.snapshot import Snapshot
    from rag.resolve import resolve

    found = resolve(Snapshot.open(load_settings().home), address)
    if json:
        print(found.model_dump_json(indent=2))
    elif style is None:
        print(found.as_text)
    else:
        if found.status != "held":
            _errors.print(escape(found.state), highlight=False, soft_wrap=True)
        if found.references is not None:
            print(found.references.in_style(style))
    if found.status == "gone":
        raise typer.Exit(3)


@app.command(epilog='Example: `byline quote "it takes a village to raise a child"`')
def quote(
    words: Annotated[str, typer.Argument(help="The quotation, in quotation marks; - reads standard input.")],
    person: Annotated[list[str] | None, typer.Option(help="Look only in what this person wrote.")] = None,
    volume: Annotated[list[str] | None, typer.Option(help="Look only in this volume (its id).")] = None,
    section: Annotated[list[str] | None, typer.Option(help="Look only in this section (its id).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Print so many places; all are counted.")] = 20,
    json: Json = False,
) -> None:
    """Say who said this, and where: word for word, nearly, or not here.

    Ends with 0 where the words stand exactly so, with 4 where nearly, with 3 where they are not here.
    """
    from api.show_quote import show_quote
    from index.settings import load_settings
    from rag.answer import Filters
    from rag.engine import Engine
    from rag.quote import find_quote
    from rag.quote_answer import QuoteAsk

    said = sys.stdin.read() if words == "-" else words
    filters = Filters(people=person or [], volumes=volume or [], sections=section or [])
    answer = find_quote(Engine.open(load_settings()), QuoteAsk(quote=said, filters=filters, limit=limit))
    if json:
        print(answer.model_dump_json(indent=2))
    else:
        show_quote(_console, answer)
    if answer.verdict != "exact":
        raise typer.Exit(4 if answer.verdict == "near" else 3)


@app.command(epilog="Example: `BYLINE_PORT=8080 byline serve`")
def serve() -> None:
    """Serve the API and the chat page on BYLINE_HOST and BYLINE_PORT."""
    from api.logs import log_as_json
    from api.serve import serve as run
    from index.settings import load_settings

    settings = load_settings()
    if settings.log == "json":
        log_as_json()
    run(settings)


@app.command(epilog="Example: `byline doctor --json`")
def doctor(json: Json = False) -> None:
    """Say what is wrong with this installation and what to do. Ends with 1 where something is."""
    from api.doctor import examine
    from index.settings import load_settings

    findings = examine(load_settings())
    if json:
        _print_json([finding.model_dump() for finding in findings])
    else:
        signs = {"ok": "[green]ok[/green]     ", "warning": "[yellow]warning[/yellow]", "wrong": "[red]wrong[/red]  "}
        for finding in findings:
            words = escape(f"{finding.about}: {finding.says} {finding.do}".rstrip())
            _console.print(f"{signs[finding.grade]}  {words}", highlight=False, soft_wrap=True)
    if any(finding.grade == "wrong" for finding in findings):
        raise typer.Exit(1)


@app.command(name="eval", epilog="Example: `byline eval eval/questions/first.jsonl --min right=0.5`")
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
    steps = iter(track(range(total), "asking", console=_errors, disable=not _errors.is_terminal))
    found = run_eval(Engine.open(load_settings()), files, lambda: next(steps, None), again)
    missed = check_gates(found, least or [], most or [])
    if json and not peers:
        print(found.model_dump_json(indent=2))
    elif not json:
        show_report(_console, found)
    if report:
        from eval.report import write_report

        for path in write_report(report, found, comparison):
            _errors.print(f"Written to {path}", highlight=False, soft_wrap=True)
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
    _give(report, show_finding, json)


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
    _give(report, show_fusion, json)


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
    from eval.schema import load_questions
    from eval.speed import Plan, measure_speed
    from eval.speed_show import show_speed
    from index.settings import load_settings

    questions = load_questions(files)
    if not busy:
        refuse_busy_machine()
    with _build_progress(json) as progress:
        report = measure_speed(load_settings(), questions, Plan(count, at_once, build), progress)
    _give(report, show_speed, json, "speed" if keep else None)


@app.command(name="eval-load", epilog="Example: `byline eval-load eval/questions/first.jsonl --save`")
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
    with _build_progress(json) as progress:
        report = measure_load(load_settings(), questions, seconds, progress)
    _give(report, show_load, json, "load" if keep else None)


@app.command(name="eval-streaming", epilog="Example: `byline eval-streaming eval/questions/first.jsonl`")
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
    with _build_progress(json) as progress:
        report = measure_streaming(load_settings(), questions, progress)
    _give(report, show_streaming, json, "streaming" if keep else None)


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
    from eval.search_speed import measure_search
    from eval.show import show_search
    from index.settings import load_settings
    from index.snapshot import Snapshot

    sentences = Snapshot.open(load_settings().home).sentence_vectors
    if not busy:
        refuse_busy_machine()
    with _build_progress(json) as progress:
        report = measure_search(sentences, rows or (10_000, 100_000, 1_000_000), count, progress)
    _give(report, show_search, json, "search" if keep else None)


@app.command(name="eval-generated", epilog="Example: `byline eval-generated --count 10000`")
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
    steps = iter(track(range(count), "asking", console=_errors, disable=not _errors.is_terminal))
    report = eval_generated(engine, count, seed, lambda: next(steps, None))
    _give(report, show_generated, json)
    if report.failures:
        raise typer.Exit(1)


@app.command(name="eval-leaks", epilog="Example: `byline eval-leaks adcs-blog --count 10000`")
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

    steps = iter(track(range(count), "asking", console=_errors, disable=not _errors.is_terminal))
    report = eval_leaks(load_settings(), volumes, count, seed, lambda: next(steps, None))
    _give(report, show_leaks, json)
    if report.leaks:
        raise typer.Exit(1)


@app.command(name="eval-quotes", epilog="Example: `byline eval-quotes --seeds 20 --min 0.99`")
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
    steps = iter(track(total, "looking up", console=_errors, disable=not _errors.is_terminal))
    report = eval_quotes(Engine.open(load_settings()), range(1, seeds + 1), count, lambda: next(steps, None))
    _give(report, show_quotes, json)
    if report.right < least:
        _errors.print(f"[red]Missed:[/red] right is {report.right}, less than {least}.")
        raise typer.Exit(1)


@app.command(
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
    steps = iter(track(questions, "asking", console=_errors, disable=not _errors.is_terminal))
    report = eval_retelling(engine, questions, lambda: next(steps, None))
    _give(report, show_retelling, json)


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
    _give(report, show_chunks, json)


@app.command(name="eval-clapnq", epilog="Example: `byline eval-clapnq ~/clapnq`")
def evaluate_clapnq(
    folder: Annotated[Path, typer.Argument(help="Folder with dev_answerable.jsonl and dev_unanswerable.jsonl.")],
    json: Json = False,
) -> None:
    """Answer CLAPnq's questions from their own passages and print RougeL and silence beside published rows."""
    from eval.clapnq_engine import eval_clapnq
    from eval.show import show_clapnq
    from index.settings import load_settings

    with _build_progress(json) as progress:
        report = eval_clapnq(load_settings(), folder, progress)
    _give(report, show_clapnq, json)


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
    _give(report, show_reading, json)


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


@feedback.command(name="list", epilog="Example: `byline feedback list --verdict wrong_person`")
def list_feedback(
    verdict: Annotated[Verdict | None, typer.Option(help="Only what says this.")] = None,
    json: Json = False,
) -> None:
    """Print what readers said of answers, the newest first."""
    from api.show_feedback import show_feedback
    from index.settings import load_settings
    from rag.database import open_database
    from rag.feedback import FeedbackStore

    found = FeedbackStore(open_database(load_settings())).newest(verdict=verdict)
    if json:
        _print_json([{**asdict(said), "given": said.given.isoformat()} for said in found])
    else:
        show_feedback(_console, found)


@feedback.command(name="export", epilog="Example: `byline feedback export feedback.jsonl`")
def export_feedback(
    file: Annotated[Path, typer.Argument(help="The JSONL file to write; one that is there is replaced.")],
    verdict: Annotated[Verdict | None, typer.Option(help="Only what says this.")] = None,
) -> None:
    """Write what readers said of answers as questions that `byline eval` can ask.

    Notes say what is to be filled in by hand before they can measure anything.
    """
    from eval.from_feedback import questions_from, write_questions
    from index.catalogue import load_catalogue
    from index.settings import load_settings
    from index.snapshot import Snapshot
    from rag.database import open_database
    from rag.feedback import FeedbackStore

    settings = load_settings()
    files = {entry.id: entry.file for entry in load_catalogue(settings.seeds / "catalogue.toml")}
    said = FeedbackStore(open_database(settings)).newest(verdict=verdict)
    questions = questions_from(said, Snapshot.open(settings.home), files)
    write_questions(file, questions)
    many = "1 question" if len(questions) == 1 else f"{len(questions)} questions"
    _errors.print(f"Written to {file}: {many}", highlight=False, soft_wrap=True)


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


def _compare_with_peers(files: "Sequence[Path]", json: bool) -> "ComparisonReport":
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
    _give(report, show_comparison, json)
    return report


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


def _give(report: _Report, show: "Callable[[Console, _Report], None]", json: bool, keep_as: str | None = None) -> None:
    """Print a report, for machines or for people, and keep it in eval/results/ under a name where one is given."""
    print(report.model_dump_json(indent=2)) if json else show(_console, report)
    if keep_as:
        from eval.results import save

        _errors.print(f"Kept in {save(report, keep_as)}", highlight=False, soft_wrap=True)


def _print_json(value: object) -> None:
    import json

    print(json.dumps(value, indent=2, ensure_ascii=False))
