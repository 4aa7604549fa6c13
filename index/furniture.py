"""Finding what a volume repeats: lines that close every post, headings that open every spread.

In: the blocks of a volume. Out: the indices of its boilerplate and of its recurring headings.
"""

from collections import Counter
from itertools import pairwise

from index.blocks import Block
from index.names import fold

_CLOSING_REPEATS = 5
_CLOSING_WORDS = 4
_HEADING_REPEATS = 3


def find_boilerplate(blocks: list[Block]) -> frozenset[int]:
    """Blocks that stand together, word for word, at least five times: the lines that end each post of a blog.

    Headings and a word or two are no such lines: a form repeats them, and what it has between them is its text.
    """
    keys = [fold(block.text) for block in blocks]
    pairs = Counter(pairwise(keys))
    found: set[int] = set()
    for index, pair in enumerate(pairwise(keys)):
        if pairs[pair] >= _CLOSING_REPEATS and _may_close(blocks[index], blocks[index + 1]):
            found.update((index, index + 1))
    return frozenset(found)


def _may_close(first: Block, second: Block) -> bool:
    marked = first.heading_level or second.heading_level
    return not marked and first.word_count + second.word_count >= _CLOSING_WORDS


def find_recurring_headings(blocks: list[Block]) -> frozenset[int]:
    """Short unpunctuated blocks that open a page with the same words at least three times."""
    keys = Counter(fold(block.text) for block in blocks if _may_head(block))
    return frozenset(
        index for index, block in enumerate(blocks) if _may_head(block) and keys[fold(block.text)] >= _HEADING_REPEATS
    )


def _may_head(block: Block) -> bool:
    return block.gap >= 2 and block.word_count <= 8 and block.text[-1:].isalnum() and not block.is_bullet
