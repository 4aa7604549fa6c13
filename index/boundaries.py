"""Where each piece of a volume begins.

In: the blocks of a volume and its contents page. Out: the `Start` of every piece, in order. Evidence, strongest first:
lines that close every post; the contents page; headings that name a part of a book; a signature that ends a piece;
headings in Markdown or capitals where no contents page says otherwise.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from index.blocks import Block
from index.catalogue import Profile
from index.contents import Contents, Entry, title_similarity
from index.furniture import find_boilerplate, find_recurring_headings
from index.lines import is_turn
from index.model import Kind
from index.names import NAME, fold, is_name, looks_like_role, parse_byline
from index.notes import calls_notes

_NAMED_KINDS: tuple[tuple[str, Kind], ...] = (
    (r"(?:table of )?contents", Kind.CONTENTS),
    (r"fore(?:word|ward)|preface", Kind.FOREWORD),
    (r"introduction(?: (?:and|&) .*)?|introductory note", Kind.INTRODUCTION),
    (r"conclusions?|afterword|epilogue", Kind.CONCLUSION),
    (r"(?:about the )?(?:contributors?|authors?)|biograph(?:y|ies)|notes on (?:the )?contributors", Kind.BIO),
    (r"(?:end|foot)?notes?(?: and references)?", Kind.NOTES),
    (r"references|refs|bibliography|sources|works cited", Kind.NOTES),
    (
        r"acknowledge?ments?|about .{3,60}|some rights reserved|copyright|imprint|more from .*",
        Kind.FRONT_MATTER,
    ),
)
_BIBLIOGRAPHY = re.compile(r"references|refs|bibliography|sources|works cited", re.I)
_FRONT = re.compile(r"some rights reserved|copyright|imprint|more from .*", re.I)
_ANONYMOUS = re.compile(r"anonymous\b.{0,30}$", re.I)
_TITLE_MATCH = 0.8
_MAX_TITLE_WORDS = 22
_LONGEST_TITLE_WORDS = 30
_LONGEST_TITLE = 300
"""Characters."""
_LONG_PROSE_WORDS = 40
_LEAST_SAID = 4
_LONGEST_PLAIN_TITLE = 12
_LEAST_NAMED = 3
_MOST_FRONT_WORDS = 600
"""Prose in an imprint and whatever else is nobody's writing."""
_CUES = 3
"""Times that a line of capitals stands in a text that is no title in it: whoever speaks next, in a script."""


@dataclass(frozen=True, slots=True)
class Start:
    """The first block of a piece."""

    index: int
    title: str
    kind: Kind | None = None
    entry: Entry | None = None
    certain: bool = True
    """False where only its place suggests it; such a piece without prose is furniture."""
    is_titled: bool = True
    """False where the first block is prose already."""


@dataclass(frozen=True)
class Layout:
    """What the whole volume shows before its pieces are read."""

    blocks: list[Block]
    contents: Contents | None
    boilerplate: frozenset[int]
    recurring: frozenset[int]
    signed_after: bool

    @cached_property
    def listed(self) -> list[Start]:
        """The starts that the contents page vouches for."""
        return _from_contents(self)

    @cached_property
    def calls_notes(self) -> bool:
        """Whether marks in the text call notes."""
        return any(calls_notes(block.raw) for block in self.blocks)

    def kind_named(self, title: str) -> Kind | None:
        """The kind that a title names here: a list of what was read is notes only where marks call them."""
        kind = named_kind(title)
        if kind is Kind.NOTES and _BIBLIOGRAPHY.fullmatch(title.strip(" .:")) and not self.calls_notes:
            return None
        return kind

    def is_front_matter(self, title: str, first: int, last: int) -> bool:
        """Whether the blocks `first … last` under a title can be front matter: they hold little prose.

        A contents page tells what is not; without one, front matter must name itself to hold any.
        """
        sure = self.contents is not None or _FRONT.fullmatch(fold(title).strip(" .:"))
        blocks = self.blocks[first + 1 : last + 1]
        if not sure:
            return not any(block.word_count >= _LEAST_SAID and ends_sentence(block.text) for block in blocks)
        return sum(block.word_count for block in blocks if _is_paragraph(block)) <= _MOST_FRONT_WORDS

    @cached_property
    def named_below(self) -> frozenset[int]:
        """The titles with nothing but a name below, and prose below that: in an anthology, who wrote it."""
        if self.contents is not None:
            return frozenset()
        triples = zip(self.blocks, self.blocks[1:], self.blocks[2:], strict=False)
        found = [index for index, triple in enumerate(triples) if _is_title_over_name(*triple)]
        return frozenset(found if len(found) >= _LEAST_NAMED else ())

    def in_contents(self, index: int) -> bool:
        """Whether a block belongs to the contents page."""
        return self.contents is not None and self.contents.first <= index <= self.contents.last


def survey(blocks: list[Block], contents: Contents | None, profile: Profile) -> Layout:
    """Look a volume over: what it repeats and on which side of the text its bylines stand."""
    boilerplate = find_boilerplate(blocks)
    recurring = find_recurring_headings(blocks)
    signatures = sum(1 for index in range(len(blocks)) if signature_length(blocks, index))
    signed_after = profile.byline == "after" or (profile.byline is None and signatures >= 8)
    return Layout(blocks, contents, boilerplate, recurring, signed_after)


def named_kind(title: str) -> Kind | None:
    """The kind that a title itself names ("FOREWORD", "Notes", "About the authors")."""
    folded = fold(title).strip(" .:")
    if folded.startswith("about ") and NAME.match(title[len("about ") :]):
        return Kind.BIO
    return next((kind for pattern, kind in _NAMED_KINDS if re.fullmatch(pattern, folded)), None)


def find_starts(layout: Layout) -> list[Start]:
    """Every start in order; the first block of a volume always starts a piece."""
    found: dict[int, Start] = {}
    for start in (
        *_after_signatures(layout),
        *_from_headings(layout),
        *_after_notes(layout),
        *_title_pages(layout),
        *_after_boilerplate(layout),
        *(Start(index, layout.blocks[index].text) for index in layout.named_below),
        *_from_named(layout),
        *layout.listed,
    ):
        found[start.index] = start
    first = next((i for i, block in enumerate(layout.blocks) if not block.is_comment), 0)
    if layout.blocks and first not in found:
        kind = None if _is_piece(layout, first, min(found, default=len(layout.blocks))) else Kind.FRONT_MATTER
        opening = layout.blocks[first]
        found[first] = Start(first, opening.text, kind, is_titled=kind is not None or not _is_statement(opening))
    starts = _without_title_lines(layout, [found[index] for index in sorted(found)])
    return [start if _may_title(layout.blocks[start.index]) else replace(start, is_titled=False) for start in starts]


def _may_title(block: Block) -> bool:
    """Whether a block is short enough for a title; long prose never is one."""
    most = _MAX_TITLE_WORDS if ends_sentence(block.text) else _LONGEST_TITLE_WORDS
    return bool(block.heading_level) or (block.word_count <= most and len(block.text) <= _LONGEST_TITLE)


def _is_statement(block: Block) -> bool:
    """Whether a block that nothing sets apart says something: a text may begin without a title."""
    return is_turn(block.raw) or (
        _is_sentence(block)
        and block.text.rstrip("\"'”’)] ")[-1:] == "."
        and not (block.heading_level or block.is_bold or block.is_italic or block.is_caps)
    )


def _is_piece(layout: Layout, first: int, stop: int) -> bool:
    """Whether what stands before the first sure start is a piece itself and no title page: prose, or all there is."""
    said = any(char.isalnum() for block in layout.blocks[first:stop] for char in block.text)
    if layout.boilerplate or (said and stop == len(layout.blocks)):
        return True
    return layout.contents is None and any(map(_is_sentence, layout.blocks[first:stop]))


def _without_title_lines(layout: Layout, starts: list[Start]) -> list[Start]:
    """The lines of one title page are one piece: no start right under another that only front matter precedes."""
    kept: list[Start] = []
    for start in starts:
        above = kept[-1] if kept else None
        if (
            above is not None
            and not start.certain
            and above.kind is Kind.FRONT_MATTER
            and layout.blocks[start.index].gap < 2
            and all(layout.blocks[index].word_count <= 8 for index in range(above.index, start.index))
        ):
            continue
        kept.append(start)
    return kept


def _title_pages(layout: Layout) -> list[Start]:
    """The half title again: a second title page before the contents."""
    end = layout.contents.first if layout.contents else 0
    first = fold(layout.blocks[0].text) if layout.blocks else ""
    return [
        Start(index, layout.blocks[index].text, Kind.FRONT_MATTER)
        for index in range(1, end)
        if layout.blocks[index].gap >= 2 and fold(layout.blocks[index].text) == first
    ]


def _after_notes(layout: Layout) -> list[Start]:
    """Where a list of notes ends and an imprint follows on a page of its own."""
    starts = []
    in_notes = False
    for index, block in enumerate(layout.blocks):
        if in_notes and not block.is_bullet and block.gap >= 2:
            starts.append(Start(index, block.text, Kind.FRONT_MATTER))
        if layout.kind_named(block.text) is Kind.NOTES and not block.is_bullet:
            in_notes = True
        elif not block.is_bullet:
            in_notes = False
    return starts


def _from_contents(layout: Layout) -> list[Start]:
    """The best block for each entry of the contents page; later, better or nearer blocks win over early ones."""
    if layout.contents is None:
        return []
    starts = [Start(layout.contents.first, layout.blocks[layout.contents.first].text, Kind.CONTENTS)]
    taken: set[int] = set()
    scored = []
    candidates = [index for index in range(len(layout.blocks)) if _may_be_title(layout, index)]
    for order, entry in enumerate(layout.contents.entries):
        for index in candidates:
            score = title_similarity(entry.title, layout.blocks[index].text)
            if score >= _TITLE_MATCH:
                scored.append((-score, index < layout.contents.first, index, order, entry))
    placed: set[int] = set()
    for _, _, index, order, entry in sorted(scored, key=lambda item: item[:4]):
        if index not in taken and order not in placed:
            taken.add(index)
            placed.add(order)
            starts.append(Start(index, layout.blocks[index].text, named_kind(entry.title), entry))
    return starts


def _may_be_title(layout: Layout, index: int) -> bool:
    block = layout.blocks[index]
    return (
        not layout.in_contents(index)
        and index not in layout.boilerplate
        and not block.is_bullet
        and not block.is_comment
        and block.word_count <= _MAX_TITLE_WORDS
        and block.text[-1:] not in ",;:"
    )


def _from_named(layout: Layout) -> list[Start]:
    starts = []
    for index, block in enumerate(layout.blocks):
        kind = layout.kind_named(block.text) if _may_be_title(layout, index) else None
        if kind and (block.heading_level or block.is_caps or block.is_bold or block.gap >= 2 or _stands_alone(block)):
            starts.append(Start(index, block.text, kind))
    return starts


def _stands_alone(block: Block) -> bool:
    return block.lines[0] == block.lines[1] and block.word_count <= 8 and block.text[-1:].isalnum()


def _after_boilerplate(layout: Layout) -> list[Start]:
    """A new piece begins where the lines that close every piece end."""
    return [
        Start(index, layout.blocks[index].text)
        for index in range(1, len(layout.blocks))
        if index - 1 in layout.boilerplate and index not in layout.boilerplate
    ]


def _from_headings(layout: Layout) -> list[Start]:
    """Headings in Markdown or capitals. With a contents page, only those outside the run of its pieces."""
    candidates = [
        index
        for index, block in enumerate(layout.blocks)
        if (block.heading_level or block.is_caps) and _may_be_title(layout, index) and not _is_byline(block)
    ]
    levels = [layout.blocks[index].heading_level for index in candidates if layout.blocks[index].heading_level]
    if layout.contents is not None:
        placed = [start.index for start in layout.listed]
        return [
            Start(i, layout.blocks[i].text, Kind.FRONT_MATTER, certain=False)
            for i in candidates
            if i < _run_start(layout, placed)
        ]
    titles = _titles_in_capitals(layout, candidates)
    top = next((level for level in sorted(set(levels)) if levels.count(level) >= 2), max(levels, default=0))
    return [
        Start(index, block.text, Kind.FRONT_MATTER if block.heading_level < top else None)
        for index in candidates
        if 0 < (block := layout.blocks[index]).heading_level <= top or (not levels and index in titles)
    ]


def _titles_in_capitals(layout: Layout, candidates: Sequence[int]) -> frozenset[int]:
    """The lines of capitals that can be titles: not where most of a text is in capitals, nor the names in a script."""
    capitals = [index for index in candidates if layout.blocks[index].is_caps]
    if 2 * sum(block.is_caps for block in layout.blocks) > len(layout.blocks):
        return frozenset()
    times = Counter(fold(layout.blocks[index].text) for index in capitals)
    most = 1 if max(times.values(), default=0) >= _CUES else _CUES - 1
    return frozenset(index for index in capitals if times[fold(layout.blocks[index].text)] <= most)


def _is_byline(block: Block) -> bool:
    """Whether a heading names a writer: with a role or an honorific, or set in bold."""
    authors = parse_byline(block.text)
    return any(author.role or author.honorific for author in authors) or (bool(authors) and block.is_bold)


def _run_start(layout: Layout, placed: list[int]) -> int:
    """The first piece after the contents page: before it, every heading heads its own bit of front matter."""
    after = [index for index in placed if layout.contents is not None and index > layout.contents.last]
    return min(after, default=0)


def signature_length(blocks: list[Block], index: int) -> int:
    """How many blocks from `index` on sign the piece before them: name and role on one line or on two; 0 if none."""
    block = blocks[index]
    if index == 0 or block.is_bullet or block.is_caps or block.word_count > 24 or block.heading_level:
        return 0
    if _ANONYMOUS.match(block.text):
        return 1
    authors = parse_byline(block.text)
    if not authors or not ends_sentence(blocks[index - 1].text):
        return 0
    if any(author.role for author in authors):
        return 0 if ends_sentence(block.text) else 1
    following = blocks[index + 1] if index + 1 < len(blocks) else None
    if (
        following
        and following.word_count <= 14
        and looks_like_role(following.text)
        and not ends_sentence(following.text)
    ):
        return 2
    return 1 if authors[0].honorific else 0


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does, closing quotes and brackets aside."""
    return text.rstrip("\"'”’)] ")[-1:] in (".", "!", "?", "…", ":")


def _after_signatures(layout: Layout) -> list[Start]:
    """In a volume that signs its pieces at the end: the block after a signature and its one-line moral."""
    if not layout.signed_after:
        return []
    titles = {start.index for start in (*layout.listed, *_from_named(layout))} | layout.recurring
    starts = [Start(index, layout.blocks[index].text, Kind.FRONT_MATTER) for index in layout.recurring]
    starts += _after_title_page(layout)
    starts += [Start(i + 1, layout.blocks[i + 1].text) for i in layout.recurring if i + 1 < len(layout.blocks)]
    first = layout.contents.last + 1 if layout.contents else 0
    for index in range(first, len(layout.blocks)):
        after = index + signature_length(layout.blocks, index)
        if after == index or after >= len(layout.blocks) or after in titles:
            continue
        if _opens_page(layout, after, titles):
            starts.append(Start(after, layout.blocks[after].text, certain=False))
        elif _opens_page(layout, after + 1, titles):
            starts += [
                Start(i, layout.blocks[i].text, certain=False)
                for i in (after + 1,)
                if i < len(layout.blocks) and i not in titles
            ]
        elif _is_prose(layout.blocks[after + 1]):
            starts.append(Start(after, layout.blocks[after].text))
    return starts


def _after_title_page(layout: Layout) -> list[Start]:
    """Without a contents page: the first block on a new page after lines that hold no sentence."""
    for index in range(1, len(layout.blocks)):
        if layout.contents is not None or any(map(_is_sentence, layout.blocks[:index])):
            return []
        if layout.blocks[index].gap >= 2:
            return [Start(index, layout.blocks[index].text)]
    return []


def _is_sentence(block: Block) -> bool:
    return (block.word_count >= 6 and ends_sentence(block.text)) or block.word_count >= _LONG_PROSE_WORDS


def _is_title_over_name(title: Block, name: Block, prose: Block) -> bool:
    """Whether a short line, a name and a paragraph follow each other, each apart."""
    if title.word_count > _LONGEST_PLAIN_TITLE or title.is_bullet or title.text[-1:] in ".,;:" or is_name(title.text):
        return False
    return min(name.gap, prose.gap) >= 1 and is_name(name.text) and _is_paragraph(prose)


def _is_paragraph(block: Block) -> bool:
    return (block.word_count >= 15 and ends_sentence(block.text)) or block.word_count >= _LONG_PROSE_WORDS


def _is_prose(block: Block) -> bool:
    return block.word_count >= 15 or ends_sentence(block.text)


def _opens_page(layout: Layout, index: int, titles: set[int] | frozenset[int]) -> bool:
    return index >= len(layout.blocks) or index in titles or layout.blocks[index].gap >= 2
