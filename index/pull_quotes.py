"""Finding pull quotes: lines set apart that repeat words of the piece they stand in.

In: the blocks of a piece. Out: the indices of those that only repeat.
"""

from difflib import SequenceMatcher

from index.blocks import Block
from index.names import fold

_MIN_WORDS = 5
_SET_APART_SHARE = 0.7
_MAX_WORDS = 80


def find_pull_quotes(blocks: list[Block], used: set[int]) -> frozenset[int]:
    """Blocks not in `used` that repeat the rest of the piece.

    A block set apart (italic, bold or in quotation marks) need only match in most of its words, since printers trim
    what they pull out; any other short block must occur in the rest word for word.
    """
    candidates = [i for i, block in enumerate(blocks) if i not in used and _may_be_pulled(block)]
    others = [
        block.text for i, block in enumerate(blocks) if i not in used and not (i in candidates and _set_apart(block))
    ]
    stream = " ".join(_words(" ".join(others)))
    return frozenset(i for i in candidates if _repeats(blocks[i], stream, blocks))


def _may_be_pulled(block: Block) -> bool:
    return (
        _MIN_WORDS <= block.word_count <= _MAX_WORDS
        and not block.is_bullet
        and not block.heading_level
        and block.lines[1] - block.lines[0] <= 3
    )


def _set_apart(block: Block) -> bool:
    return block.is_italic or block.is_bold or (block.text[:1] in '“"‘' and block.text[-1:] in '”"’')


def _repeats(block: Block, stream: str, blocks: list[Block]) -> bool:
    words = _words(block.text)
    phrase = f" {' '.join(words)} "
    if _set_apart(block):
        return phrase in f" {stream} " or _shared_share(words, stream.split()) >= _SET_APART_SHARE
    elsewhere = " ".join(
        " ".join(_words(other.text)) for other in blocks if other is not block and not _set_apart(other)
    )
    return len(words) >= 6 and phrase in f" {elsewhere} " and block.gap + 1 >= 2


def _shared_share(words: list[str], stream: list[str]) -> float:
    """Share of `words` in runs of three or more that the stream has too, in order."""
    matcher = SequenceMatcher(None, words, stream, autojunk=False)
    near = matcher.find_longest_match(0, len(words), 0, len(stream))
    if near.size < 3:
        return 0.0
    window = stream[max(0, near.b - near.a - 10) : near.b + len(words) + 20]
    runs = SequenceMatcher(None, words, window, autojunk=False).get_matching_blocks()
    return sum(run.size for run in runs if run.size >= 3) / len(words)


def _words(text: str) -> list[str]:
    return fold(text).replace(".", " ").replace("-", " ").split()
