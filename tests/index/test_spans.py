"""The reading text leads back to the source, whatever was cleaned away."""

import json
import random
from pathlib import Path

import pytest

from index.blocks import Block, cut_blocks
from index.catalogue import load_catalogue
from index.inline import read_inline
from index.model import CITABLE_VOICES, Voice
from index.reading import read_volume
from index.settings import PACKAGE_ROOT
from index.texts import read_text

SPANS = 10_000


@pytest.fixture(scope="module")
def sources(texts: Path) -> dict[str, str]:
    """The five full texts by file name."""
    return {path.name: read_text(path).text for path in sorted(texts.glob("*.txt"))}


def test_ten_thousand_random_spans_hold_exactly_their_words(sources: dict[str, str]) -> None:
    chance = random.Random(20261121)
    blocks = [(source, block) for source in sources.values() for block in cut_blocks(source) if block.text]
    for _ in range(SPANS):
        source, block = chance.choice(blocks)
        start, end = _words_of(block, chance)
        span = block.reading.span(start, end)
        read = read_inline(source, span).text.replace("[", "")  # a link's words without its target keep their bracket
        assert read.split() == block.text[start:end].replace("[", "").split()


def _words_of(block: Block, chance: random.Random) -> tuple[int, int]:
    """Where a random run of whole words begins and ends in the reading text of a block."""
    words = [(i, i + len(word)) for i, word in _places(block.text) if word[0].isalnum()] or [(0, len(block.text))]
    first = chance.randrange(len(words))
    last = min(len(words) - 1, first + chance.randrange(30))
    return words[first][0], words[last][1]


def _places(text: str) -> list[tuple[int, str]]:
    found, position = [], 0
    for word in text.split(" "):
        if word:
            found.append((position, word))
        position += len(word) + 1
    return found


@pytest.mark.parametrize("doc", ["001"])
def test_no_known_pull_quote_may_be_cited(texts: Path, doc: str) -> None:
    truth = json.loads((PACKAGE_ROOT / "eval" / "structure" / f"{doc}.json").read_text(encoding="utf-8"))
    pulled = {voice["line"] for voice in truth["voices"] if voice["voice"] == Voice.PULL_QUOTE}
    entry = next(e for e in load_catalogue(PACKAGE_ROOT / "seeds" / "catalogue.toml") if e.file.startswith(doc))
    source = read_text(texts / entry.file)
    citable = {
        source.line_of(span.start)
        for section in read_volume(entry, source).sections
        for sentence in section.sentences
        if sentence.voice in CITABLE_VOICES
        for span in sentence.spans
    }
    assert pulled
    assert not pulled & citable
