"""The command line `byline`; its evaluations, keys and feedback have files of their own.

Heavy modules are imported by the command that needs them, so that `byline --help` answers at once.
"""

import sys
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from api.batch_cli import ask_batch, exports
from api.console import Json, build_progress, console, errors, print_json
from api.eval_cli import evaluations
from api.eval_documents_cli import document_evaluation
from api.feedback_cli import feedback
from api.keys_cli import keys
from index.errors import BylineError
from index.model import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.batch import Refusal

app = typer.Typer(
    name="byline",
    help="Answers questions about a collection of texts, and never loses the byline.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.add_typer(evaluations)
app.add_typer(document_evaluation)
app.add_typer(keys)
app.add_typer(feedback)
app.add_typer(exports)

CitationStyle = Literal["chicago", "bibtex", "csl"]
Composer = Literal["extractive", "llm"]


@app.command(epilog="Example: `BYLINE_TEXTS=~/texts byline index`")
def index(json: Json = False) -> None:
    """Read the texts and publish the index; does nothing where nothing changed."""
    from api.show import show_build
    from index.build import build_index
    from index.settings import load_settings

    with build_progress(json) as progress:
        report = build_index(load_settings(), progress)
    if json:
        print_json(asdict(report))
    else:
        show_build(console, report)


@app.command(epilog='Example: `byline ask "what did Harker say about schools?"`')
def ask(
    question: Annotated[str | None, typer.Argument(help="The question, in quotation marks.")] = None,
    person: Annotated[list[str] | None, typer.Option(help="Answer only from what this person wrote.")] = None,
    volume: Annotated[list[str] | None, typer.Option(help="Answer only from this volume (its id).")] = None,
    composer: Annotated[
        Composer | None, typer.Option(help="Who words it: extractive, or llm (see BYLINE_LLM).")
    ] = None,
    batch: Annotated[Path | None, typer.Option(help="Ask every line of this JSONL file instead.")] = None,
    out: Annotated[Path | None, typer.Option(help="With --batch: the JSONL file that answers are added to.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="With --batch: begin anew instead of going on.")] = False,
    timings: Annotated[bool, typer.Option("--timings", help="With --batch: add how long each answer took.")] = False,
    json: Json = False,
) -> None:
    """Ask a question and print the answer with its bylines. Ends with 3 where there is no answer.

    With --batch and --out a file of questions is asked offline. A run that was stopped goes on where it was; the same
    questions over the same index give the same bytes. Ends with 65 where lines could not be asked.
    """
    if batch is not None or out is not None:
        if batch is None or out is None:
            raise typer.BadParameter("--batch and --out belong together.")
        if question is not None or person or volume or composer:
            raise typer.BadParameter("with --batch, each line of the file says what is asked, of whom and how.")
        ask_batch(batch, out, fresh, timings, json)
        return
    if question is None:
        raise typer.BadParameter("ask a question, or a file of them with --batch and --out.")
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
        show_answer(console, answer)
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
            errors.print(escape(found.state), highlight=False, soft_wrap=True)
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
        show_quote(console, answer)
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


@app.command(epilog="Example: `byline mcp`")
def mcp() -> None:
    """Answer a program that speaks MCP on standard input and output; docs/mcp.md says how it is set up."""
    from api.mcp.stdio import serve_stdio
    from index.settings import load_settings

    serve_stdio(load_settings())


@app.command(epilog="Example: `BYLINE_SLACK_APP_TOKEN=xapp-… byline slack`")
def slack() -> None:
    """Answer in Slack over Socket Mode, without an address that Slack can reach; docs/slack.md is a guide."""
    from api.logs import log_as_json
    from api.slack.attached import refuse_without_packages
    from index.settings import load_settings

    settings = load_settings()
    refuse_without_packages()
    from api.slack.socket_mode import answer_in_socket_mode

    if settings.log == "json":
        log_as_json()
    answer_in_socket_mode(settings)


@app.command(epilog="Example: `byline doctor --json`")
def doctor(json: Json = False) -> None:
    """Say what is wrong with this installation and what to do. Ends with 1 where something is."""
    from api.doctor import examine
    from index.settings import load_settings

    findings = examine(load_settings())
    if json:
        print_json([finding.model_dump() for finding in findings])
    else:
        signs = {"ok": "[green]ok[/green]     ", "warning": "[yellow]warning[/yellow]", "wrong": "[red]wrong[/red]  "}
        for finding in findings:
            words = escape(f"{finding.about}: {finding.says} {finding.do}".rstrip())
            console.print(f"{signs[finding.grade]}  {words}", highlight=False, soft_wrap=True)
    if any(finding.grade == "wrong" for finding in findings):
        raise typer.Exit(1)


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
        print_json(values if file.is_dir() else values[0])
    else:
        for found in outlines:
            show_outline(console, found)
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
        show_proposals(console, proposals)
    if proposals and not dry_run:
        with build_progress(json) as progress:
            report = add_entries(settings, [proposal.entry for proposal in proposals], progress)
    if json:
        entries = [proposal.entry.model_dump(mode="json") for proposal in proposals]
        print_json({"entries": entries, "build": asdict(report) if report else None})
    elif report:
        show_build(console, report)
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

    with build_progress(json) as progress:
        report = remove_volume(load_settings(), volume, progress)
    if json:
        print_json(asdict(report))
    else:
        show_build(console, report)


def main() -> None:
    """Run the command line; a deliberate error is one sentence on stderr and its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except BylineError as error:
        errors.print(f"[red]byline:[/red] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)


def _given(**fields: object) -> dict[str, object]:
    """The fields that were given."""
    return {name: value for name, value in fields.items() if value is not None}


def _tell(refusals: "Sequence[Refusal]") -> None:
    """Name every file that was refused, and end with 1 if there is one."""
    for refusal in refusals:
        errors.print(f"[red]Refused:[/red] {escape(str(refusal.error))}", highlight=False, soft_wrap=True)
    if refusals:
        raise typer.Exit(1)
