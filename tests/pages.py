"""The pages that tell people what to type: README.md and docs/, and the blocks in them.

Blocks `sh` and `python` of a page in docs/ are run by tests/test_docs.py, in order, in one shell. A block `console` is
for what a test cannot do (installing, serving, other machines), and is only read. A comment after a block says what it
prints (`<!-- prints: … -->`) or how else than with 0 it may end (`<!-- ends: 0 or 1 -->`).
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.settings import PACKAGE_ROOT

README = PACKAGE_ROOT / "README.md"
DOCS = PACKAGE_ROOT / "docs"
PAGES = (README, *sorted(DOCS.glob("*.md")))
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n((?:<!-- [^\n]* -->\n)*)", re.M | re.S)
_COMMENT = re.compile(r"<!-- (\w+): (.*) -->")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code with what is said of it."""

    language: str
    code: str
    prints: tuple[str, ...]
    may_fail: bool


def blocks(page: Path) -> list[Block]:
    """The blocks of a page that have a language, in order."""
    found = []
    for language, code, said in _BLOCK.findall(page.read_text(encoding="utf-8")):
        comments = _COMMENT.findall(said)
        prints = tuple(value for name, value in comments if name == "prints")
        found.append(Block(language, code, prints, any(name == "ends" for name, _ in comments)))
    return found


def commands(page: Path, *languages: str) -> Iterator[list[str]]:
    """The words of every command in blocks of these languages, comments and settings before it left out."""
    for block in blocks(page):
        if block.language in languages:
            for line in block.code.replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                    words.pop(0)
                if words:
                    yield [words[0].rsplit("/", 1)[-1], *words[1:]]
