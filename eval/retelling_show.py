"""What a language model got past the gate, on a terminal: each sentence above the words that it cites."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from eval.retelling import OutSentence, RetellingReport


def show_retelling(console: Console, report: RetellingReport) -> None:
    """Print what got out, what would have, and why the other answers are in the texts' own words."""
    console.print(
        f"{report.model}: {report.questions} questions, {report.answered} answered, {report.told} in its words; it "
        f"wrote {report.written} sentences, {len(report.out)} got out ({report.seconds:.0f} s).",
        highlight=False,
    )
    for reason, number in sorted(report.fallbacks.items(), key=lambda item: -item[1]):
        console.print(f"{number:4}  {escape(reason)}", highlight=False, soft_wrap=True)
    _list(console, "Got out; is each supported, and by whom it says?", report.out)
    _list(console, "Would have, had it cited the source below:", report.uncited)


def _list(console: Console, title: str, sentences: Sequence[OutSentence]) -> None:
    if sentences:
        console.print(f"\n[bold]{title}[/bold]")
    for sentence in sentences:
        console.print(f"\n[dim]{escape(sentence.question)}[/dim]", highlight=False, soft_wrap=True)
        console.print(f"{escape(sentence.frame)} {escape(sentence.text)}".strip(), highlight=False, soft_wrap=True)
        for words in sentence.cited:
            console.print(f"    {escape(' '.join(words.split()))}", highlight=False, soft_wrap=True)
