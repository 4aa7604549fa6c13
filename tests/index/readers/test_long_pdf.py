"""A PDF of two hundred pages, made of our own digests, is read in good time."""

import re
import time
from itertools import cycle
from xml.sax.saxutils import escape

from index.readers.extract import extract
from index.settings import PACKAGE_ROOT
from tests.index.readers.made import pdf

PARAGRAPHS_A_PAGE = 9


def _paragraphs() -> list[str]:
    digests = sorted((PACKAGE_ROOT / "seeds" / "digests").glob("*.md"))
    blocks = [block for path in digests for block in path.read_text(encoding="utf-8").split("\n\n")]
    return [escape(" ".join(block.split())) for block in blocks if re.match(r"[A-Z]", block) and len(block) > 200]


def test_two_hundred_pages_are_read_in_twenty_seconds() -> None:
    paragraphs = cycle(_paragraphs())
    data = pdf([[("BodyText", next(paragraphs)) for _ in range(PARAGRAPHS_A_PAGE)] for _ in range(200)])
    began = time.perf_counter()
    found = extract("long.pdf", data)
    assert time.perf_counter() - began < 20
    assert len(found.pages) >= 200
    assert len(found.text) > 200 * 1000
