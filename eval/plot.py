"""Two plots as inline SVG: a curve and bars.

In: numbers. Out: an `<svg>` element as text, coloured by the page's own text colour, without scripts or foreign parts.
Drawn here rather than by matplotlib, which would bring 30 MB for these two.
"""

from collections.abc import Sequence
from html import escape

_WIDTH, _HEIGHT = 560, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 14, 44
_TICKS = 5
_ROW, _NAMES, _VALUES = 22, 150, 60
Points = Sequence[tuple[float, float]]


def curve(points: Points, across: str, up: str) -> str:
    """A line through points whose coordinates lie between 0 and 1, with what its axes mean."""
    width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    placed = " ".join(f"{_LEFT + x * width:.1f},{_TOP + (1 - y) * height:.1f}" for x, y in points)
    parts = [f'<polyline class="line" points="{placed}"/>']
    for number in range(_TICKS + 1):
        share = number / _TICKS
        x, y = _LEFT + share * width, _TOP + (1 - share) * height
        parts.append(f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{_LEFT + width}" y2="{y:.1f}"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{share:.1f}", "end"))
        parts.append(_text(x, _TOP + height + 18, f"{share:.1f}", "middle"))
    parts.append(_text(_LEFT + width / 2, _HEIGHT - 6, across, "middle"))
    parts.append(
        f'<text transform="translate(14 {_TOP + height / 2:.0f}) rotate(-90)" text-anchor="middle">{escape(up)}</text>'
    )
    return _svg(_WIDTH, _HEIGHT, parts, f"{up} against {across}")


def bars(values: Sequence[tuple[str, float]], what: str, whole: float | None = None, places: int = 2) -> str:
    """A bar for each named value, the longest as wide as the plot, or as its share of `whole`."""
    longest = whole or max((value for _, value in values), default=0.0) or 1.0
    width = _WIDTH - _NAMES - _VALUES
    parts = []
    for row, (name, value) in enumerate(values):
        y = row * _ROW
        drawn = min(1.0, value / longest) * width
        parts.append(f'<rect class="bar" x="{_NAMES}" y="{y + 4}" width="{drawn:.1f}" height="{_ROW - 8}"/>')
        parts.append(_text(_NAMES - 8, y + 15, name, "end"))
        parts.append(_text(_NAMES + drawn + 6, y + 15, f"{value:.{places}f}", "start"))
    return _svg(_WIDTH, max(1, len(values)) * _ROW, parts, what)


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(width: int, height: int, parts: Sequence[str], what: str) -> str:
    head = (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{escape(what)}">'
    )
    return "\n".join([head, *parts, "</svg>"])
