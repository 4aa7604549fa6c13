"""The command `byline eval-documents`: what documents that change do to those who ask meanwhile."""

from pathlib import Path
from typing import Annotated

import typer

from api.console import Json, build_progress, console, errors

document_evaluation = typer.Typer()


@document_evaluation.command(
    name="eval-documents", epilog="Example: `byline eval-documents eval/questions/first.jsonl --save`"
)
def evaluate_documents(
    files: Annotated[list[Path], typer.Argument(help="JSONL files of questions.")],
    rate: Annotated[float, typer.Option(min=0.5, help="How many requests a second.")] = 10,
    rounds: Annotated[int, typer.Option(min=1, help="How often a document is sent, replaced and deleted.")] = 3,
    busy: Annotated[bool, typer.Option("--busy", help="Measure even where other processes use the machine.")] = False,
    keep: Annotated[bool, typer.Option("--save", help="Keep the figures as JSON in eval/results/.")] = False,
    json: Json = False,
) -> None:
    """Ask a server over a copy of the index while documents are sent, replaced and deleted there.

    Ends with 1 where a request failed, or an answer was not from one generation.
    """
    from eval.busy import refuse_busy_machine
    from eval.documents import measure_documents
    from eval.documents_show import show_documents
    from eval.schema import load_questions
    from index.settings import load_settings

    questions = load_questions(files)
    if not busy:
        refuse_busy_machine()
    with build_progress(json) as progress:
        report = measure_documents(load_settings(), questions, rate, rounds, progress)
    print(report.model_dump_json(indent=2)) if json else show_documents(console, report)
    if keep:
        from eval.results import save

        errors.print(f"Kept in {save(report, 'documents')}", highlight=False, soft_wrap=True)
    if report.failed or report.mixed:
        raise typer.Exit(1)
