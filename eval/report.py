"""The report of an evaluation, to be read by people: Markdown, and one HTML file that asks nothing of the network.

In: an `EvalReport`, with the peers' comparison where they were asked. Out: report.md and report.html. Both hold
sentences of the texts, which are not ours to publish: a folder that git would track is refused.
"""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from eval.errors import EvalError
from eval.metrics import Row
from eval.plot import bars, curve
from eval.runner import COLUMNS, MEASURES, EvalReport

if TYPE_CHECKING:
    from eval.peers.comparison import ComparisonReport

WORST = 25
"""So many of the worst answers are listed."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; font-size: .85rem; margin: 1rem 0; display: block; overflow-x: auto }
th, td { padding: .2rem .5rem; text-align: right; border-bottom: 1px solid #8884 }
th:first-child, td:first-child { text-align: left } td { white-space: nowrap } th { vertical-align: bottom }
svg { max-width: 100%; height: auto; font-size: 12px; fill: currentColor }
.line { fill: none; stroke: #2a7; stroke-width: 2 } .bar { fill: #2a7 } .grid { stroke: #8884 }
article { border-left: 3px solid #c44; padding-left: 1rem; margin: 1.5rem 0 } article p { margin: .3rem 0 }
blockquote { margin: .5rem 0; padding-left: 1rem; border-left: 1px solid #8888; white-space: pre-wrap }
"""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under headings; the first column names the row."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


def write_report(folder: Path, report: EvalReport, comparison: "ComparisonReport | None" = None) -> tuple[Path, Path]:
    """Write report.md and report.html; the paths of both.

    Raises:
        EvalError: git would track what is written there, or the folder cannot be written.
    """
    refuse_tracked(folder)
    paths = folder / "report.md", folder / "report.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in zip(paths, (as_markdown(report, comparison), as_html(report, comparison)), strict=True):
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EvalError(f"--report {folder} cannot be written: {error.strerror}. Name another folder.") from error
    return paths


def refuse_tracked(folder: Path) -> None:
    """Make sure that no repository takes in what is written to a folder.

    Raises:
        EvalError: the folder lies in a checkout and is not ignored by git.
    """
    target = folder.resolve() / "report.md"
    checkout = next((parent for parent in target.parents if (parent / ".git").exists()), None)
    if checkout is None:
        return
    git = shutil.which("git")
    if git is None or subprocess.run([git, "-C", checkout, "check-ignore", "-q", target], check=False).returncode != 0:  # noqa: S603
        raise EvalError(
            f"--report {folder} lies in the repository {checkout}, and a report holds sentences of the texts. "
            "Name a folder outside, or one that git ignores, such as var/report."
        )


def worst(rows: Sequence[Row], count: int = WORST) -> list[Row]:
    """The rows that are wrong: first those that credit the wrong people, then the surest."""
    wrong = [row for row in rows if not row.right or row.attribution_error]
    return sorted(wrong, key=lambda row: (-(row.attribution_error or 0.0), -row.confidence, row.id))[:count]


def verdict(row: Row) -> str:
    """What is wrong with an answer, in a few words."""
    if not row.answered:
        return f"silent ({row.reason}), though there is an answer"
    said = ["answered, though there is no answer"] if not row.answerable else []
    said += ["credits the wrong people"] if row.attribution_error else []
    said += ["says what it must not"] if row.forbidden else []
    said += ["cites no gold section"] if row.section_hit is False else []
    said += [f"lacks {', '.join(row.missing)}"] if row.missing else []
    return "; ".join(said) or "right"


def as_markdown(report: EvalReport, comparison: "ComparisonReport | None" = None) -> str:
    """The report as Markdown; the plots are in the HTML only, their numbers in tables here."""
    parts = [f"# {_title(report)}"]
    for heading, table in (*_tables(report, comparison), ("Risk and coverage", _risk_table(report))):
        parts += [f"## {heading}", _markdown_table(table)]
    parts.append("## The worst answers")
    for row in worst(report.rows):
        parts += [
            f"### {_plain(row.id)} · {_plain(row.kind)}",
            f"{_plain(row.question)}\n\n**{_plain(verdict(row))}** (confidence {row.confidence:.2f})",
            "\n".join(f"> {_plain(line)}" for line in row.answer.splitlines()),
            *(f"{name}, {right}:\n\n> {_plain(text)}" for name, right, text in _peers_said(comparison, row.id)),
        ]
    return "\n\n".join(parts) + "\n"


def as_html(report: EvalReport, comparison: "ComparisonReport | None" = None) -> str:
    """The report as one HTML file with its plots."""
    title = escape(_title(report))
    body = [f"<h1>{title}</h1>"]
    for heading, table in _tables(report, comparison):
        body += [f"<h2>{escape(heading)}</h2>", _html_table(table)]
    for heading, plot in _plots(report):
        body += [f"<h2>{escape(heading)}</h2>", plot]
    body.append("<h2>The worst answers</h2>")
    body += [_html_row(row, comparison) for row in worst(report.rows)]
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_STYLE}</style>'
    )
    return "\n".join(
        ["<!doctype html>", '<html lang="en">', f"<head>{head}</head>", "<body>", *body, "</body></html>\n"]
    )


def _title(report: EvalReport) -> str:
    return f"{report.questions} questions to Byline, {report.generation}"


def _tables(report: EvalReport, comparison: "ComparisonReport | None") -> list[tuple[str, Table]]:
    kinds = [*report.by_kind.items(), ("all", report.overall)]
    by_kind = [
        (kind, str(_count(report, kind)), *(_cell(name, figures.get(name)) for name in COLUMNS))
        for kind, figures in kinds
    ]
    further = [name for name in MEASURES if name not in COLUMNS and name in report.overall]
    found = [
        ("By kind", Table(("kind", "n", *COLUMNS), by_kind)),
        ("Over all", Table(("measure", "value"), [(name, f"{report.overall[name]:.4f}") for name in further])),
    ]
    if comparison:
        names = list(comparison.systems[0].answers)
        rows = [(s.name, *(_cell(name, s.answers.get(name)) for name in names)) for s in comparison.systems]
        found.append(("Beside its peers", Table(("system", *names), rows)))
    return found


def _risk_table(report: EvalReport) -> Table:
    """Some dozen points of the curve that the HTML draws."""
    curve_points = report.risk.curve if report.risk else []
    points = curve_points[:: max(1, len(curve_points) // 12)]
    figures = [(f"{p.coverage:.2f}", f"{p.risk:.2f}", f"{p.confidence:.2f}") for p in points]
    return Table(("coverage", "risk", "confidence"), figures)


def _plots(report: EvalReport) -> list[tuple[str, str]]:
    kinds = list(report.by_kind.items())
    found = [
        ("Right, by kind", bars([(kind, figures["right"]) for kind, figures in kinds], "right by kind", 1.0)),
        ("Words, by kind", bars([(kind, figures["words"]) for kind, figures in kinds], "words by kind", places=0)),
    ]
    if report.risk and report.risk.curve:
        points = [(point.coverage, point.risk) for point in report.risk.curve]
        found.append(
            ("Risk and coverage", curve(points, "coverage: share of the questions answered", "risk: share wrong"))
        )
    return found


def _peers_said(comparison: "ComparisonReport | None", question: str) -> list[tuple[str, str, str]]:
    """What each peer answered to a question with its best chunk, and whether that was right."""
    systems = comparison.systems[1:] if comparison else []
    rows = chain.from_iterable(((system.name, row) for row in system.rows) for system in systems)
    return [(name, "right" if row.right else "wrong", row.answer) for name, row in rows if row.id == question]


def _count(report: EvalReport, kind: str) -> int:
    return report.questions if kind == "all" else sum(row.kind == kind for row in report.rows)


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if name == "words" else f"{value:.1f}" if name.startswith("ms") else f"{value:.2f}"


def _markdown_table(table: Table) -> str:
    rule = "|".join(["---", *["---:"] * (len(table.headings) - 1)])
    lines = ["|".join(_plain(cell).replace("|", "\\|") for cell in row) for row in table.rows]
    return "\n".join(f"|{line}|" for line in ("|".join(table.headings), rule, *lines))


def _html_table(table: Table) -> str:
    head = "".join(f"<th>{escape(heading.replace('_', ' '))}</th>" for heading in table.headings)
    rows = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in table.rows]
    return "<table>" + "".join(f"<tr>{cells}</tr>" for cells in (head, *rows)) + "</table>"


def _html_row(row: Row, comparison: "ComparisonReport | None") -> str:
    said = "".join(
        f"<details><summary>{escape(name)}: {right}</summary><blockquote>{escape(text)}</blockquote></details>"
        for name, right, text in _peers_said(comparison, row.id)
    )
    return (
        f"<article><h3>{escape(row.id)} · {escape(row.kind)}</h3><p>{escape(row.question)}</p>"
        f"<p><strong>{escape(verdict(row))}</strong> (confidence {row.confidence:.2f})</p>"
        f"<blockquote>{escape(row.answer)}</blockquote>{said}</article>"
    )


def _plain(text: str) -> str:
    """Text that Markdown shows as it is: nothing of it becomes a tag, a link or a picture."""
    return text.replace("<", "&lt;").replace("[", "\\[").replace("`", "\\`")
