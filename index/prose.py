"""From the blocks of a piece to its reading text: paragraphs joined over page breaks, sentences with their voices.

In: a `Piece` and its source. Out: its `Sentence`s in reading order. What interrupts the text (pull quotes, notes,
captions, sub-headings) keeps its own sentences with a voice that is never cited.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.blocks import Block
from index.boundaries import ends_sentence
from index.cast import Cast
from index.inline import Reading
from index.lines import is_turn
from index.model import Kind, Sentence, Span, Voice
from index.names import fold, is_name
from index.pull_quotes import find_pull_quotes
from index.quoting import announces, voices_of
from index.sentences import split_sentences
from index.structure import Piece
from index.verse import Verse, find_verse

_NOTE = re.compile(r"\s*(?:<sup>\s*\d+\s*</sup>|\[\^\w+\]:)")
_QUOTATION = re.compile(r"[“\"‘'].+[”\"’'][.]?$", re.DOTALL)
_ATTRIBUTED = re.compile(r"([“\"‘'].+[”\"’'])\s*[-–—]+\s*(\S.{2,60})$", re.DOTALL)
_SOURCE = re.compile(r"[-–—]*\s*(\S.{2,60})$")
_DASHED = re.compile(r"(?:[-–—]+\s*|\()(\S.{2,40}?)\)?\.?")
_RUN_IN = re.compile(
    r"(?P<head>[A-Z](?:[^.!?:;“”\"]{8,80}?))\s(?="
    r"(?:In|But|After|The|We|Of|At|For|This|These|When|While|As|If|It|There|Our|They|To|On|By|And|So|My)\s[a-z0-9]"
    r"|(?:[A-Z][a-z]+)\s(?:had|has|was|is|were|are|have|will|can)\s)"
)
_NAME_TWICE = re.compile(r"(?P<head>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){1,3})\s(?=(?P=head)\s)")
"""A name as heading that runs into a sentence about its bearer."""
_FINITE = re.compile(r"\b(?:is|are|was|were|has|have|had|I|we|they|he|she|it|who|that|which|said|can|will)\b")
_JOINABLE_WORDS = 6


@dataclass
class _Paragraph:
    """Fragments of blocks that read as one paragraph."""

    parts: list[Reading]
    voice: Voice | None = None
    speaker: str | None = None
    is_list_item: bool = False

    @property
    def text(self) -> str:
        return " ".join(part.text for part in self.parts)


def read_prose(piece: Piece, source: str) -> tuple[Sentence, ...]:
    """All sentences of a piece, citable or not, in reading order."""
    paragraphs = _join(_paragraphs(piece))
    sentences: list[Sentence] = []
    cast = Cast([paragraph.text for paragraph in paragraphs], [author.name for author in piece.byline.authors])
    announced: str | None = None
    for number, paragraph in enumerate(paragraphs):
        read = _sentences(paragraph, source, number, cast, announced)
        sentences.extend(read)
        announced = _announced(paragraph, read, cast, announced)
    return tuple(sentences)


def _announced(paragraph: _Paragraph, read: Sequence[Sentence], cast: Cast, before: str | None) -> str | None:
    """Whose quotation the next paragraph begins: a row of quotations is announced once."""
    if paragraph.voice is not None:
        return before
    if read and all(sentence.voice is Voice.QUOTED for sentence in read):
        return before
    return announces(read[-1].text, cast) if read else None


def _paragraphs(piece: Piece) -> list[_Paragraph]:
    if piece.kind in (Kind.NOTES, Kind.CONTENTS, Kind.FRONT_MATTER):
        voice = Voice.NOTE if piece.kind is Kind.NOTES else Voice.BOILERPLATE
        return [
            _Paragraph([b.reading], Voice.HEADING if i == 0 else voice) for i, b in enumerate(piece.blocks) if b.text
        ]
    pulled = find_pull_quotes(piece.blocks, set(piece.roles))
    verses = {verse.first: verse for verse in find_verse(piece.blocks, {*piece.roles, *pulled})}
    found: list[_Paragraph] = []
    index = 0
    while index < len(piece.blocks):
        if verse := verses.get(index):
            found.extend(_read_verse(piece, verse))
            index = (verse.source or verse.last) + 1
            continue
        block = piece.blocks[index]
        if not block.is_comment:
            found.extend(_read_block(piece, index, block, index in pulled))
        index += 1
    return found


def _read_verse(piece: Piece, verse: Verse) -> list[_Paragraph]:
    """A stanza as one paragraph; the line that says whose it is, apart."""
    lines = [block.reading for block in piece.blocks[verse.first : verse.last + 1]]
    source = [] if verse.source is None else [_Paragraph([piece.blocks[verse.source].reading], Voice.HEADING)]
    return [_Paragraph(lines, Voice.VERSE, verse.speaker), *source]


def _read_block(piece: Piece, index: int, block: Block, pulled: bool) -> list[_Paragraph]:
    role = piece.roles.get(index)
    if role == "moral":
        return [_Paragraph([block.reading], Voice.MORAL)]
    if role is not None or block.heading_level or _is_caption(block):
        return [_Paragraph([block.reading], Voice.HEADING)]
    if _NOTE.match(block.raw):
        return [_Paragraph([block.reading], Voice.NOTE)]
    if pulled:
        return [_Paragraph([block.reading], Voice.PULL_QUOTE)]
    if epigraph := _epigraph(piece, index, block):
        return [epigraph]
    if _is_epigraph_source(piece, index) or _is_subheading(piece, index, block):
        return [_Paragraph([block.reading], Voice.HEADING)]
    return _split_run_in(block)


def _is_caption(block: Block) -> bool:
    return block.is_caps and block.word_count <= 12 and not ends_sentence(block.text)


def _epigraph(piece: Piece, index: int, block: Block) -> _Paragraph | None:
    """A quotation with the name of its source on the same line or the next; an epigraph before the text begins."""
    opening = max((role for role in piece.roles if role <= 3), default=0)
    if index > opening + 3:
        following = _following(piece, index)
        name = _dashed_name(following) if following and _QUOTATION.match(block.text) else None
        return _Paragraph([block.reading], speaker=name) if name else None
    if match := _ATTRIBUTED.match(block.text):
        return _Paragraph([block.reading.slice(*match.span(1))], Voice.EPIGRAPH, match.group(2).rstrip("."))
    following = _following(piece, index)
    if following and _QUOTATION.match(block.text) and (name := _source_name(following)):
        return _Paragraph([block.reading], Voice.EPIGRAPH, name.rstrip("."))
    return None


def _following(piece: Piece, index: int) -> Block | None:
    """The next block, unless it has a use of its own, as a signature has."""
    return piece.blocks[index + 1] if index + 1 < len(piece.blocks) and index + 1 not in piece.roles else None


def _dashed_name(block: Block) -> str | None:
    """The name alone on a line after a dash or in brackets."""
    match = _DASHED.fullmatch(block.raw.strip())
    return match.group(1) if match and is_name(match.group(1)) else None


def _source_name(block: Block) -> str | None:
    match = _SOURCE.match(block.text)
    if match is None or block.word_count > 6 or not (is_name(match.group(1)) or block.raw.lstrip()[:1] in "-–—"):
        return None
    return match.group(1)


def _is_epigraph_source(piece: Piece, index: int) -> bool:
    return index > 0 and _epigraph_on_two_lines(piece, index - 1)


def _epigraph_on_two_lines(piece: Piece, index: int) -> bool:
    block = piece.blocks[index]
    return (
        _epigraph(piece, index, block) is not None
        and not _ATTRIBUTED.match(block.text)
        and _source_name(piece.blocks[index + 1]) is not None
    )


def _is_subheading(piece: Piece, index: int, block: Block) -> bool:
    """A short line without a full stop over a paragraph that has one."""
    if (
        block.is_bullet
        or is_turn(block.raw)
        or block.word_count > 10
        or block.text[-1:] in ",;:"
        or not block.text[:1].isupper()
    ):
        return False
    if block.text[-1:] == "?" and (block.word_count > 8 or index == 1):
        return False
    if ends_sentence(block.text) and block.text[-1:] != "?":
        return False
    following = piece.blocks[index + 1] if index + 1 < len(piece.blocks) else None
    return (
        following is not None
        and following.word_count >= 15
        and following.text[:1].isupper()
        and not following.is_bullet
        and index + 1 not in piece.roles
    )


def _split_run_in(block: Block) -> list[_Paragraph]:
    """A paragraph; where a sub-heading runs into its first sentence, the two apart."""
    reading = block.reading
    match = None if block.is_bullet else _RUN_IN.match(reading.text)
    if match and not _looks_run_in(match.group("head"), reading.text[match.end() :]):
        match = None
    match = match or _NAME_TWICE.match(reading.text)
    if match is None:
        return [_Paragraph([reading], is_list_item=block.is_bullet or block.is_row)]
    head, rest = reading.slice(0, match.end("head")), reading.slice(match.end(), len(reading.text))
    return [_Paragraph([head], Voice.HEADING), _Paragraph([rest])]


def _looks_run_in(head: str, rest: str) -> bool:
    words = head.split()
    if not 2 <= len(words) <= 12 or not words[-1][0].islower() or words[-1] in _DANGLING:
        return False
    if any(word[0].isupper() for word in words[1:]):
        return False
    opener = rest.split()[0]
    return opener in _OPENERS or ("," not in head and not _FINITE.search(head))


_OPENERS = frozenset(
    """
    In But After The We Of At For This These When While As If It There Our They To On By
    """.split()
)
_DANGLING = frozenset(
    """
    the a an of in to and or for with by from at on as that which who our their his her its
    """.split()
)


def _join(paragraphs: list[_Paragraph]) -> list[_Paragraph]:
    """Put together what a page break cut: a paragraph that does not end and the next that goes on."""
    joined: list[_Paragraph] = []
    for paragraph in paragraphs:
        target = _open_paragraph(joined, paragraph)
        if target is not None:
            target.parts.extend(paragraph.parts)
        else:
            joined.append(paragraph)
    return joined


def _open_paragraph(joined: list[_Paragraph], paragraph: _Paragraph) -> _Paragraph | None:
    """The paragraph that `paragraph` continues, looking past what interrupts the text."""
    if paragraph.voice is not None or paragraph.is_list_item:
        return None
    continues = paragraph.text[:1].islower() or paragraph.text[:1] in "£€$%" or paragraph.text[:1].isdigit()
    passed = 0
    for candidate in reversed(joined):
        if candidate.voice is not None:
            continue
        if not _is_open(candidate):
            passed += 1
            if not continues or passed > 4:
                return None
            continue
        if continues or (passed == 0 and not candidate.is_list_item and _breaks_off(candidate.text)):
            return candidate
        return None
    return None


def _is_open(paragraph: _Paragraph) -> bool:
    text = paragraph.text
    return not ends_sentence(text) and len(text.split()) >= _JOINABLE_WORDS and text[-1:] not in ";"


def _breaks_off(text: str) -> bool:
    """Whether a text stops in mid-sentence for sure, so that even a capital or a figure may continue it."""
    words = fold(text).split()
    return text.endswith(",") or (bool(words) and words[-1] in _DANGLING)


def _sentences(paragraph: _Paragraph, source: str, number: int, cast: Cast, announced: str | None) -> list[Sentence]:
    text, offsets, breaks = _flatten(paragraph, source)
    whole = paragraph.voice not in (None, Voice.EPIGRAPH, Voice.VERSE)
    ranges = [(0, len(text))] if whole else split_sentences(text)
    if paragraph.voice is None:
        voices = voices_of(text, ranges, cast, paragraph.speaker or announced)
    else:
        voices = [(paragraph.voice, paragraph.speaker)] * len(ranges)
    return [
        Sentence(text[start:end], _spans(offsets, breaks, start, end), voice, speaker, number, paragraph.is_list_item)
        for (start, end), (voice, speaker) in zip(ranges, voices, strict=True)
    ]


def _flatten(paragraph: _Paragraph, source: str) -> tuple[str, list[int], set[int]]:
    """The text of a paragraph, the source offset of every character, and where alien matter stands in between."""
    text, offsets, breaks = "", list[int](), set[int]()
    for part in paragraph.parts:
        if text:
            if any(char.isalnum() for char in source[offsets[-1] + 1 : part.offsets[0]]):
                breaks.add(len(text) + 1)
            text += " "
            offsets.append(offsets[-1] + 1)
        text += part.text
        offsets.extend(part.offsets)
    return text, offsets, breaks


def _spans(offsets: list[int], breaks: set[int], start: int, end: int) -> tuple[Span, ...]:
    cuts = [start, *sorted(cut for cut in breaks if start < cut < end), end]
    spans = []
    for left, right in pairwise(cuts):
        last = right - 1
        while last > left and right != end and last + 1 in breaks:
            last -= 1
        spans.append(Span(offsets[left], offsets[last] + 1))
    return tuple(spans)
