"""What the commands share: where they print, and how a result is given to people and to machines."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from api.progress import BuildProgress

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]

console = Console(width=None if sys.stdout.isatty() else 140)
errors = Console(stderr=True)


def build_progress(as_json: bool) -> "BuildProgress":
    """A progress bar for a run of several stages, beside whatever is printed."""
    from api.progress import BuildProgress

    return BuildProgress(Console(stderr=True) if as_json else console)


def print_json(value: object) -> None:
    """Print a value for machines."""
    print(json.dumps(value, indent=2, ensure_ascii=False))
