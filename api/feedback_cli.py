"""The commands `byline feedback list | export`: what readers said of answers."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.console import Json, console, errors, print_json

Verdict = Literal["right", "wrong_person", "wrong_passage", "incomplete"]

feedback = typer.Typer(
    name="feedback", help="What readers said of answers: list it, or export it as questions.", no_args_is_help=True
)


@feedback.command(name="list", epilog="Example: `byline feedback list --verdict wrong_person`")
def list_feedback(
    verdict: Annotated[Verdict | None, typer.Option(help="Only what says this.")] = None,
    json: Json = False,
) -> None:
    """Print what readers said of answers, the newest first."""
    from api.show_feedback import show_feedback
    from index.settings import load_settings
    from rag.database import open_database
    from rag.feedback_store import FeedbackStore

    found = FeedbackStore(open_database(load_settings())).newest(verdict=verdict)
    if json:
        print_json([{**asdict(said), "given": said.given.isoformat()} for said in found])
    else:
        show_feedback(console, found)


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
    from rag.feedback_store import FeedbackStore

    settings = load_settings()
    files = {entry.id: entry.file for entry in load_catalogue(settings.seeds / "catalogue.toml")}
    said = FeedbackStore(open_database(settings)).newest(verdict=verdict)
    questions = questions_from(said, Snapshot.open(settings.home), files)
    write_questions(file, questions)
    many = "1 question" if len(questions) == 1 else f"{len(questions)} questions"
    errors.print(f"Written to {file}: {many}", highlight=False, soft_wrap=True)
