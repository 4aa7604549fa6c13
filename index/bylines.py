"""Who wrote a piece, and which blocks say so.

In: the blocks of one piece and what the contents page says of it. Out: its `Byline` and the blocks that are byline,
strapline, signature, closing biography or moral rather than the writer's words.
"""

import re
from dataclasses import dataclass, field

from index.blocks import Block
from index.boundaries import ends_sentence, signature_length
from index.contents import Entry
from index.model import Author, Byline, BylineBasis, Span
from index.names import NAME, is_name, looks_like_role, parse_byline, split_honorific

_BOLD_NAME = re.compile(r"\*\*(?P<name>[^*]{4,60})\*\*(?P<role>[^*]*)")
_ANONYMOUS = re.compile(r"anonymous\b", re.I)
_STRAPLINE_WORDS = 45
_SIGNATURE_REACH = 6


@dataclass
class Attribution:
    """The byline of a piece and what its blocks are for: block index → "byline", "strapline", "bio" or "moral"."""

    byline: Byline = field(default_factory=Byline)
    roles: dict[int, str] = field(default_factory=dict)


def attribute(
    blocks: list[Block], first: int, last: int, entry: Entry | None, may_sign: bool, named_below: bool = False
) -> Attribution:
    """Find the byline of the piece whose title is block `first` and whose last block is `last`.

    Args:
        blocks: all blocks of the volume.
        first: index of the title block.
        last: index of the last block of the piece.
        entry: its entry in the contents page, if any.
        may_sign: whether the kind of piece can have a writer at all.
        named_below: whether the block below the title is known to name the writer.
    """
    if not may_sign or first == last:
        return Attribution()
    if named_below and (authors := parse_byline(blocks[first + 1].text)):
        used = {first + 1: "byline"}
        return Attribution(_byline(blocks, used, authors, BylineBasis.PRINTED), used)
    for finder in (_printed_before, _strapline, _signed_after):
        attribution = finder(blocks, first, last, entry)
        if attribution:
            _mark_closing_bio(blocks, first, last, attribution)
            return attribution
    return Attribution()


def _printed_before(blocks: list[Block], first: int, last: int, entry: Entry | None) -> Attribution | None:
    block = blocks[first + 1]
    short = block.word_count <= 40 and not block.is_bullet
    authors = (_in_bold(block) or parse_byline(block.text)) if short else ()
    if not authors or (ends_sentence(block.text) and not (block.is_bold or _known(authors, entry))):
        return None
    used = {first + 1: "byline"}
    following = blocks[first + 2] if first + 2 <= last else None
    if not any(author.role for author in authors):
        if (
            following
            and following.word_count <= 20
            and looks_like_role(following.text)
            and not ends_sentence(following.text)
        ):
            used[first + 2] = "byline"
            authors = (_with_role(authors[0], following.text), *authors[1:])
        elif not (_known(authors, entry) or block.is_bold or block.heading_level):
            return None
    return Attribution(_byline(blocks, used, authors, BylineBasis.PRINTED), used)


def _in_bold(block: Block) -> tuple[Author, ...]:
    """Names in bold, each followed by a role in plain type ("**Ann Lee**, head of service, and **Tom Roe**, …")."""
    found = [match for match in _BOLD_NAME.finditer(block.raw) if is_name(match.group("name"))]
    if not found or found[0].start() > 0 or ends_sentence(block.text):
        return ()
    authors = []
    for match in found:
        honorific, name = split_honorific(match.group("name"))
        role = re.sub(r",?\s+and$", "", match.group("role").strip(" ,.")).strip(" ,")
        authors.append(Author(name, honorific, role))
    return tuple(authors)


def _strapline(blocks: list[Block], first: int, last: int, entry: Entry | None) -> Attribution | None:
    """A line under the title that tells about the author in the third person ("Lisa Harker explains why …")."""
    block = blocks[first + 1]
    match = NAME.match(block.text)
    if match is None or block.word_count > _STRAPLINE_WORDS or ends_sentence(block.text):
        return None
    names = [match.group("name")]
    if second := re.match(r"\s+and\s+", block.text[match.end() :]):
        other = NAME.match(block.text, match.end() + second.end())
        names += [other.group("name")] if other else []
    authors = tuple(_author_named(name, match.group("honorific").strip(), entry, blocks, last) for name in names)
    if not _known(authors, entry) and not _closing_bio_names(blocks, first, last, names[0]):
        return None
    span = block.reading.span(0, len(block.text))
    return Attribution(Byline(authors, BylineBasis.PRINTED, span, block.text), {first + 1: "strapline"})


def _signed_after(blocks: list[Block], first: int, last: int, entry: Entry | None) -> Attribution | None:
    for index in range(last, max(first, last - _SIGNATURE_REACH), -1):
        attribution = _signature_at(blocks, index, last, entry)
        if attribution:
            return attribution
    return None


def _signature_at(blocks: list[Block], index: int, last: int, entry: Entry | None) -> Attribution | None:
    block = blocks[index]
    length = signature_length(blocks, index)
    authors = () if _ANONYMOUS.match(block.text) else parse_byline(block.text)
    if (
        not length
        and authors
        and (_known(authors, entry) or block.is_bold or block.heading_level)
        and block.word_count <= 24
    ):
        length = 1
    if not length:
        return None
    used = dict.fromkeys(range(index, index + length), "byline")
    rest = range(index + length, last + 1)
    if length == 2 or (rest and authors and not authors[0].role and _continues_role(blocks[rest[0]])):
        used[index + 1] = "byline"
        authors = (_with_role(authors[0], blocks[index + 1].text), *authors[1:])
    used |= dict.fromkeys(range(max(used) + 1, last + 1), "moral")
    signed = {i: role for i, role in used.items() if role == "byline"}
    basis = BylineBasis.SIGNED if authors else BylineBasis.UNKNOWN
    return Attribution(_byline(blocks, signed, authors, basis), used)


def _continues_role(block: Block) -> bool:
    return block.word_count <= 14 and looks_like_role(block.text) and not ends_sentence(block.text)


def _byline(blocks: list[Block], used: dict[int, str], authors: tuple[Author, ...], basis: BylineBasis) -> Byline:
    span = Span(blocks[min(used)].span.start, blocks[max(used)].span.end)
    return Byline(authors, basis, span, " ".join(blocks[index].text for index in sorted(used)))


def _with_role(author: Author, role: str) -> Author:
    return Author(author.name, author.honorific, role)


def _known(authors: tuple[Author, ...], entry: Entry | None) -> bool:
    return entry is not None and bool({a.name for a in authors} & {a.name for a in entry.authors})


def _author_named(name: str, honorific: str, entry: Entry | None, blocks: list[Block], last: int) -> Author:
    """The author with the role that the contents page or the closing biography prints beside the name."""
    for author in entry.authors if entry else ():
        if author.name == name:
            return Author(name, honorific or author.honorific, author.role)
    return Author(name, honorific)


def _closing_bio_names(blocks: list[Block], first: int, last: int, name: str) -> bool:
    return any(_is_bio(blocks[index], name) for index in range(max(first + 1, last - _SIGNATURE_REACH), last + 1))


def _is_bio(block: Block, name: str) -> bool:
    match = NAME.match(block.text)
    return (
        block.is_bold and match is not None and match.group("name") == name and block.word_count > len(name.split()) + 1
    )


def _mark_closing_bio(blocks: list[Block], first: int, last: int, attribution: Attribution) -> None:
    names = {author.name for author in attribution.byline.authors}
    for index in range(max(first + 1, last - _SIGNATURE_REACH), last + 1):
        if any(_is_bio(blocks[index], name) for name in names):
            attribution.roles[index] = "bio"
