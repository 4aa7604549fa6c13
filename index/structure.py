"""From blocks to pieces: title, kind, parent, byline and the use of every block.

In: the source text of a volume and its reading profile. Out: `Piece`s in order.
"""

from dataclasses import dataclass, field
from itertools import pairwise

from index.blocks import Block, cut_blocks
from index.boundaries import Layout, Start, find_starts, survey
from index.bylines import attribute
from index.catalogue import Profile
from index.contents import find_contents, strip_number, title_similarity
from index.model import Byline, Kind
from index.sentences import split_sentences

_TITLE_WORDS = 10
_TITLE_CHARACTERS = 80
_SIGNABLE = frozenset({Kind.ESSAY, Kind.STORY, Kind.POST, Kind.FOREWORD, Kind.INTRODUCTION, Kind.CONCLUSION})


@dataclass
class Piece:
    """One piece of a volume before its prose is read."""

    title: str
    kind: Kind
    blocks: list[Block]
    parent: str | None = None
    byline: Byline = field(default_factory=Byline)
    roles: dict[int, str] = field(default_factory=dict)
    """Index into `blocks` → "title", "byline", "strapline", "bio" or "moral"; the rest is prose and its furniture."""


def read_structure(source: str, profile: Profile, is_digest: bool = False) -> list[Piece]:
    """Cut a source into its pieces. Furniture between pieces (closing lines, stray captions) belongs to none.

    Args:
        source: the text.
        profile: how it is to be read.
        is_digest: whether it is a digest, whose front matter is prose of ours and stands for nothing.
    """
    blocks = cut_blocks(source)
    contents = find_contents(blocks)
    layout = survey(blocks, contents, profile)
    starts = find_starts(layout)
    listed = [start for start in starts if start.entry]
    signed_contents = _names_writers(listed)
    themes = _themes(listed) if signed_contents else set()
    default = profile.kind or _default_kind(bool(layout.boilerplate), layout.signed_after)
    pieces: list[Piece] = []
    parent: str | None = None
    for start, stop in zip(starts, [*(s.index for s in starts), len(blocks)][1:], strict=True):
        last = max((index for index in range(start.index, stop) if index not in layout.boilerplate), default=None)
        if last is None:
            continue
        kind = _kind(layout, start, default, themes, signed_contents)
        if kind is Kind.FRONT_MATTER and not is_digest and not layout.is_front_matter(start.title, start.index, last):
            kind = default
        if not start.certain and kind not in (Kind.FRONT_MATTER,) and last == start.index:
            continue
        if start.index in themes or (kind is Kind.FRONT_MATTER and start.index not in layout.recurring):
            parent = None
        piece = _piece(layout, start, last, kind, parent)
        if start.index in themes:
            parent = piece.title
        pieces.append(piece)
    return _with_note_parents(pieces)


def _piece(layout: Layout, start: Start, last: int, kind: Kind, parent: str | None) -> Piece:
    blocks = layout.blocks
    named_below = start.index in layout.named_below
    attribution = attribute(blocks, start.index, last, start.entry, kind in _SIGNABLE, named_below)
    roles = {index - start.index: role for index, role in attribution.roles.items()}
    return Piece(
        _title(start),
        kind,
        blocks[start.index : last + 1],
        parent,
        attribution.byline,
        ({0: "title"} if start.is_titled else {}) | roles,
    )


def _title(start: Start) -> str:
    """The title as printed over the piece; where that is in capitals, as the contents page prints it.

    A piece without one goes by its first words.
    """
    if not start.is_titled:
        return _first_words(start.title)
    printed = strip_number(start.title)
    listed = start.entry.title if start.entry else ""
    same = title_similarity(listed, printed) == 1.0
    return listed if same and printed.isupper() and not listed.isupper() else printed


def _first_words(text: str) -> str:
    start, end = next(iter(split_sentences(text)), (0, 0))
    words = text[start:end].split()
    kept = " ".join(words[:_TITLE_WORDS])[:_TITLE_CHARACTERS]
    return kept if kept == text[start:end] else f"{kept.rstrip(' ,;:.')} …"


def _default_kind(closes_posts: bool, signed_after: bool) -> Kind:
    if closes_posts:
        return Kind.POST
    return Kind.STORY if signed_after else Kind.ESSAY


def _kind(layout: Layout, start: Start, default: Kind, themes: set[int], signed_contents: bool) -> Kind:
    if start.index in themes:
        return Kind.CHAPTER_INTRO
    if signed_contents and start.entry and start.kind is None and not start.entry.has_writer:
        return Kind.FRONT_MATTER
    return start.kind or layout.kind_named(start.title) or default


def _names_writers(listed: list[Start]) -> bool:
    """Whether the contents page gives the writer of most pieces."""
    return sum(bool(start.entry and start.entry.has_writer) for start in listed) * 2 > len(listed)


def _themes(listed: list[Start]) -> set[int]:
    """Parts of a volume: entries without a writer right before an entry with one."""
    return {
        start.index
        for start, following in pairwise(listed)
        if start.kind is None and start.entry and not start.entry.has_writer
        if following.entry and following.entry.has_writer
    }


def _with_note_parents(pieces: list[Piece]) -> list[Piece]:
    """Notes belong to the piece they stand behind, unless they serve the whole volume."""
    for before, piece in pairwise(pieces):
        if piece.kind is Kind.NOTES and sum(other.kind is Kind.NOTES for other in pieces) > 1:
            piece.parent = before.title
    return pieces
