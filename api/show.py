"""Answers, outlines and reports on a terminal: text with bylines, tables, colours only where there is a terminal."""

from collections.abc import Sequence
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from index.build import BuildReport
from index.outline import Outline
from index.proposals import Proposal
from rag.answer import Answer, Citation, Edition


def show_answer(console: Console, answer: Answer) -> None:
    """Print an answer with its bylines, or an abstention with its reason."""
    if answer.status == "abstained":
        reason = (answer.reason or "").replace("_", " ")
        console.print(f"[yellow]No answer[/yellow] ({reason}). {escape(answer.answer)}", soft_wrap=True)
        return
    console.print(escape(answer.answer), soft_wrap=True, highlight=False)
    console.print()
    for citation in answer.citations:
        console.print(f"  {byline(citation)}", soft_wrap=True, highlight=False)
    for credit in dict.fromkeys(citation.credit for citation in answer.citations):
        console.print(f"[dim]Source: {escape(credit)}[/dim]", soft_wrap=True, highlight=False)
    for note in answer.notes:
        console.print(f"[dim]{escape(note)}[/dim]", soft_wrap=True, highlight=False)


def byline(citation: Citation) -> str:
    """One line that says who and where, with its markup for rich."""
    voice = "" if citation.voice == "own" or citation.edition == "digest" else f", {citation.voice}"
    if voice and citation.speaker:
        voice += f": {citation.speaker}" if citation.voice == "reported" else f" from {citation.speaker}"
    place = place_of(citation.authors, citation.section, citation)
    return f"[cyan]\\[{citation.id}][/cyan] {place}{escape(voice)}"


class Placed(Protocol):
    """Something that stands in lines of a volume's file."""

    volume: str
    edition: Edition
    file: str
    lines: list[int]


def place_of(people: Sequence[str], title: str, placed: Placed) -> str:
    """Who wrote a piece and where it or a part of it stands, with its markup for rich."""
    first, last = placed.lines
    lines = f"line {first}" if first == last else f"lines {first}–{last}"
    edition = "" if placed.edition == "full text" else " (digest)"
    return (
        f"[bold]{escape(', '.join(people) or 'writer not named')}[/bold], {escape(title)}. "
        f"{escape(placed.volume)}{edition}, {lines} of {placed.file}"
    )


def show_build(console: Console, report: BuildReport) -> None:
    """Print what an index run did."""
    counts = ", ".join(f"{count:,} {name}" for name, count in report.counts.items() if name != "vectors")
    if not report.published:
        console.print(f"{report.generation} is up to date: {counts}. Nothing was embedded.", highlight=False)
    else:
        stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in report.seconds.items())
        console.print(f"Published {report.generation}: {counts}.", highlight=False)
        console.print(f"{report.embedded:,} embedded, {report.reused:,} known before; {stages}.", highlight=False)
    for volume, edition in report.editions.items():
        if edition == "digest":
            console.print(
                f"{volume}: read from its digest; put its full text into BYLINE_TEXTS to use that.", highlight=False
            )
    for note in report.notes:
        console.print(escape(note), highlight=False, soft_wrap=True)


def show_proposals(console: Console, proposals: Sequence[Proposal]) -> None:
    """Print the entries proposed, and how much was understood of each file."""
    for proposal in proposals:
        outline = proposal.outline
        people = {author for piece in outline.pieces for author in piece.authors}
        console.print(escape(proposal.toml), highlight=False, soft_wrap=True)
        console.print(
            f"# {len(outline.pieces)} pieces by {len(people)} people, {len(outline.doubts)} doubts; "
            "`byline outline` shows them.\n",
            highlight=False,
            soft_wrap=True,
        )


def show_outline(console: Console, outline: Outline) -> None:
    """Print what was understood of a text."""
    table = Table(title=f"{outline.title} ({outline.edition}, {outline.file})", title_justify="left", box=None)
    for column in ("lines", "kind", "title", "people", "byline"):
        table.add_column(column, overflow="fold")
    for piece in outline.pieces:
        people = ", ".join(piece.authors) or "—"
        lines = f"{piece.lines[0]}–{piece.lines[1]}"
        table.add_row(lines, piece.kind, escape(piece.title), escape(people), piece.byline)
    console.print(table)
    console.print(
        "Voices: " + ", ".join(f"{voice} {share:.1%}" for voice, share in outline.voices.items()), highlight=False
    )
    for doubt in outline.doubts:
        console.print(f"[yellow]Doubt:[/yellow] {escape(doubt)}", soft_wrap=True, highlight=False)
