"""Plots are well-formed and keep to their frame."""

import re
from xml.etree import ElementTree

import pytest

from eval.plot import bars, curve

SVG = "{http://www.w3.org/2000/svg}"


def _read(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def test_a_curve_rises_to_the_left_and_up() -> None:
    drawn = _read(curve([(0.0, 0.0), (0.5, 0.25), (1.0, 1.0)], "coverage", "risk <&>"))
    line = drawn.find("polyline")
    assert line is not None
    points = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert [y for _, y in points] == sorted((y for _, y in points), reverse=True)
    assert all(0 <= x <= float(drawn.attrib["width"]) and 0 <= y <= float(drawn.attrib["height"]) for x, y in points)
    assert "risk <&>" in [text.text for text in drawn.findall("text")]


@pytest.mark.parametrize("whole", [None, 1.0])
def test_a_bar_is_as_wide_as_its_value(whole: float | None) -> None:
    drawn = _read(bars([("fact", 0.8), ("<list>", 0.4), ("none", 0.0)], "right", whole))
    wide = [float(bar.attrib["width"]) for bar in drawn.findall("rect")]
    assert wide[0] == pytest.approx(2 * wide[1], abs=0.2)
    assert wide[2] == 0.0
    assert {"<list>", "0.40"} <= {text.text for text in drawn.findall("text")}


def test_no_values_are_a_plot_too() -> None:
    assert _read(bars([], "nothing")).findall("rect") == []


def test_a_plot_asks_nothing_of_the_network() -> None:
    drawn = curve([(0.0, 1.0)], "a", "b") + bars([("a", 1.0)], "b")
    assert not re.search(r"https?:|href|script|<image", drawn)
