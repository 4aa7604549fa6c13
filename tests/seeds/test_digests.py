"""Checks of the digests in seeds/digests against the texts they digest.

The texts are not part of the repository. The environment variable
BYLINE_TEXTS names the folder that holds them; without it the checks that
need a text are skipped, but fail where CI is "true".
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
CATALOGUE = SEEDS / "catalogue.toml"
DIGESTS = sorted((SEEDS / "digests").glob("*.md"))

RUN = 8
FEWEST_WORDS, MOST_WORDS = 60, 450

LINES = re.compile(r"<!-- lines (\d+)-(\d+)(?:: [^>]*)? -->")
FOOTNOTE = re.compile(r"<sup>.*?</sup>")
PULL_QUOTE = re.compile(r'\*["\u201c].*["\u201d]\*')
APOSTROPHE = re.compile(r"(?<=\w)['\u2019](?=\w)")
WORD = re.compile(r"[^\W_]+")
FIGURE = re.compile(r"(£\s?)?(\d+(?:,\d{3})*(?:\.\d+)?)(\s*(?:%|per\s?cent\b))?", re.IGNORECASE)


@dataclass(frozen=True)
class Piece:
    """One piece of a digest."""

    title: str
    byline: str | None
    lines: tuple[int, int] | None
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True)
class Digest:
    """A digest: its heading, the paragraphs before its first piece, and its pieces."""

    heading: str
    preamble: tuple[str, ...]
    pieces: tuple[Piece, ...]

    def prose(self) -> Iterator[str]:
        """Every paragraph that is neither a title nor a byline."""
        yield from self.preamble
        for piece in self.pieces:
            yield from piece.paragraphs


def blocks(text: str) -> list[str]:
    return [block.strip() for block in re.split(r"\n\s*\n", text) if block.strip()]


def parse_piece(section: str) -> Piece:
    title, _, rest = section.partition("\n")
    parts = blocks(rest)
    byline = parts.pop(0) if parts and parts[0].startswith("**") else None
    found = LINES.fullmatch(parts[0]) if parts else None
    lines = (int(found[1]), int(found[2])) if found else None
    return Piece(title.strip(), byline, lines, tuple(parts[1:] if found else parts))


def parse(text: str) -> Digest:
    head, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    top = blocks(head)
    heading = top.pop(0) if top and top[0].startswith("# ") else ""
    return Digest(heading, tuple(top), tuple(parse_piece(section) for section in sections))


@cache
def read_digest(path: Path) -> Digest:
    return parse(path.read_text(encoding="utf-8"))


def texts_folder() -> Path:
    named = os.environ.get("BYLINE_TEXTS")
    if named:
        return Path(named)
    if os.environ.get("CI") == "true":
        pytest.fail("BYLINE_TEXTS is not set")
    pytest.skip("BYLINE_TEXTS is not set")


@cache
def catalogue() -> dict[str, str]:
    """The file name of each volume, by its id."""
    volumes = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["volume"]
    return {volume["id"]: volume["file"] for volume in volumes}


def source_of(path: Path) -> str:
    folder = texts_folder()
    return (folder / catalogue()[path.stem]).read_text(encoding="utf-8")


def words(text: str) -> list[str]:
    """The words as written, without marks; an apostrophe inside a word joins it."""
    return WORD.findall(APOSTROPHE.sub("", FOOTNOTE.sub(" ", text)))


def grams(written: list[str]) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Each run of RUN words, folded, and whether all of them are capitalised."""
    for start in range(len(written) - RUN + 1):
        run = written[start : start + RUN]
        yield tuple(map(str.casefold, run)), all(word[0].isupper() for word in run)


def without_pull_quotes(source: str) -> str:
    kept = (line for line in source.split("\n") if not PULL_QUOTE.fullmatch(line.strip()))
    return "\n".join(kept)


def guarded(source: str) -> set[tuple[str, ...]]:
    """The source's runs, less names; sentences cut by a pull quote are also read whole."""
    readings = (source, without_pull_quotes(source))
    return {run for text in readings for run, name in grams(words(text)) if not name}


def shared_runs(digest: Digest, source: str) -> list[str]:
    kept = guarded(source)
    return [" ".join(run) for text in digest.prose() for run, _ in grams(words(text)) if run in kept]


def figures(text: str) -> set[str]:
    """The figures of a text, each with its pound sign and per cent where it has them."""
    found = FIGURE.findall(FOOTNOTE.sub(" ", text))
    return {f"{'£' if pound else ''}{number}{'%' if cent else ''}" for pound, number, cent in found}


def line_range(source: str, lines: tuple[int, int]) -> str:
    first, last = lines
    return "\n".join(source.split("\n")[first - 1 : last])


def foreign_figures(piece: Piece, source: str) -> set[str]:
    assert piece.lines is not None
    return figures(piece.text) - figures(line_range(source, piece.lines))


def name_of(path: Path) -> str:
    return path.stem


each_digest = pytest.mark.parametrize("path", DIGESTS, ids=name_of)


def test_there_are_digests() -> None:
    assert DIGESTS


@each_digest
def test_shape(path: Path) -> None:
    digest = read_digest(path)
    assert digest.heading
    assert digest.pieces
    for piece in digest.pieces:
        assert piece.title
        assert piece.lines is not None, piece.title
        assert 1 <= piece.lines[0] <= piece.lines[1], piece.title


@each_digest
def test_length_of_pieces(path: Path) -> None:
    counts = {piece.title: len(piece.text.split()) for piece in read_digest(path).pieces}
    wrong = {title: n for title, n in counts.items() if not FEWEST_WORDS <= n <= MOST_WORDS}
    assert not wrong


@each_digest
def test_line_ranges_lie_in_the_text(path: Path) -> None:
    last = len(source_of(path).split("\n"))
    for piece in read_digest(path).pieces:
        assert piece.lines is not None
        assert piece.lines[1] <= last, piece.title


@each_digest
def test_nothing_is_copied(path: Path) -> None:
    assert not shared_runs(read_digest(path), source_of(path))


@each_digest
def test_figures_come_from_the_text(path: Path) -> None:
    source = source_of(path)
    foreign = {piece.title: foreign_figures(piece, source) for piece in read_digest(path).pieces}
    assert not {title: found for title, found in foreign.items() if found}


COPY = "one two three four five six seven eight"


def digest_of(paragraph: str) -> Digest:
    return Digest("# Heading", (), (Piece("Title", "**A**, b", (1, 1), (paragraph,)),))


@pytest.mark.parametrize(
    ("source", "copied"),
    [
        (f"Nil. {COPY}.", True),
        ("One, two THREE\n\nfour<sup>12</sup> five six-seven eight.", True),
        ("one two three four\n\n*\u201cnine\u201d*\n\nfive six seven eight", True),
        ("one two three four five six seven nine eight", False),
        ("nil One Two Three Four Five Six Seven Eight nil", False),
    ],
)
def test_a_copied_run_is_found(source: str, copied: bool) -> None:
    assert bool(shared_runs(digest_of(f"He says {COPY}."), source)) is copied


@pytest.mark.parametrize(
    ("said", "source", "foreign"),
    [
        ("£6 and 4.97 per cent", "£6 each<sup>9</sup> and 4.97%.", set()),
        ("1,200 in 1989", "1,200, from 1989.", set()),
        ("9 of them", "of them<sup>9</sup>, in 19 and 9,000", {"9"}),
        ("£2.8 and 23 per cent", "2.8 and 23", {"£2.8", "23%"}),
    ],
)
def test_a_foreign_figure_is_found(said: str, source: str, foreign: set[str]) -> None:
    assert foreign_figures(digest_of(said).pieces[0], source) == foreign


def test_parse() -> None:
    text = "# H\n\n> Note.\n\n## T\n\n**A B**, role\n\n<!-- lines 2-3 -->\n\nOne.\n\nTwo.\n\n## U\n"
    first = Piece("T", "**A B**, role", (2, 3), ("One.", "Two."))
    assert parse(text) == Digest("# H", ("> Note.",), (first, Piece("U", None, None, ())))
