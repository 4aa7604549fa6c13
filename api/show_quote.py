"""A quotation looked up, on a terminal: the places with their bylines, and what differs.

Colours only where there is a terminal; elsewhere `[-misquoted-]` and `{+what stands there+}`, as GNU wdiff writes.
"""

from rich.console import Console
from rich.markup import escape

from api.show import byline
from rag.quote_answer import QuoteAnswer, QuotePlace, WordChange

_OPENINGS = {
    "exact": "[green]Word for word[/green]",
    "near": "[yellow]Not word for word[/yellow]",
    "abridged": "[green]Word for word, but for what it says it changes[/green]",
    "not_here": "[red]Not here[/red]",
}


def show_quote(console: Console, answer: QuoteAnswer) -> None:
    """Print where a quotation stands, with every word that differs."""
    true = answer.is_abridged and not any(place.differences for place in answer.places)
    opening = _OPENINGS["abridged" if true else answer.verdict]
    places = "" if answer.verdict == "not_here" else f", in {answer.count:,} place{'s'[: answer.count != 1]}"
    console.print(f"{opening}{places}.", soft_wrap=True, highlight=False)
    for place in answer.places:
        console.print()
        console.print(f"{escape(place.frame)} {_words(console, place)}", soft_wrap=True, highlight=False)
        for citation in place.citations:
            console.print(f"  {byline(citation)}", soft_wrap=True, highlight=False)
    if answer.count > len(answer.places):
        console.print(f"\n… and {answer.count - len(answer.places):,} more.", highlight=False)
    for credit in dict.fromkeys(citation.credit for place in answer.places for citation in place.citations):
        console.print(f"[dim]Source: {escape(credit)}[/dim]", soft_wrap=True, highlight=False)
    for note in answer.notes:
        console.print(f"[dim]{escape(note)}[/dim]", soft_wrap=True, highlight=False)


def _words(console: Console, place: QuotePlace) -> str:
    if not place.changes:
        return f"“{escape(place.text)}”"
    return "".join(_change(change, console.is_terminal) for change in place.changes).strip()


def _change(change: WordChange, coloured: bool) -> str:
    """A change with its markup for rich."""
    said = change.quote.rstrip()
    space = change.quote[len(said) :] or " "
    if change.change == "same":
        return escape(change.quote)
    if change.change == "left out":
        return f" {escape(said.strip())} "
    if coloured:
        parts = (f"[red strike]{escape(said)}[/]" if said else "", f"[green]{escape(change.source)}[/]")
    else:
        parts = (escape(f"[-{said}-]") if said else "", escape(f"{{+{change.source}+}}"))
    return " ".join(part for part, words in zip(parts, (said, change.source), strict=True) if words) + space
