"""Leading a footnote mark to its note.

In: the sections of a volume and its source. Out: the same sections, each sentence with the notes that its marks call. A
mark is looked up in the notes of its own piece first, then in the notes that belong to the piece, then in the volume's.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.model import Kind, NoteRef, Section, Sentence, Voice

_MARK = re.compile(
    r"<sup>\s*([\d,\s–-]+?)\s*</sup>|\^\{([\d,\s–-]+)\}|([\u00b9\u00b2\u00b3\u2070\u2074-\u2079]+)|\[\^(\d+)\](?!:)"
)
_FIGURES = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_NUMBER = re.compile(r"\s*(?:[-•]\s+)?(?:<sup>\s*|\[\^)?(\d{1,3})(?:\s*</sup>|\]:?|[.)]?\s)")

_Notes = dict[str, NoteRef]


def calls_notes(text: str) -> bool:
    """Whether a text has the mark of a note."""
    return bool(_MARK.search(text))


def link_notes(sections: Sequence[Section], source: str) -> tuple[Section, ...]:
    """Give every sentence the notes that the marks in its source spans call."""
    own = [_numbered(section, source) for section in sections]
    volume_notes = [notes for section, notes in zip(sections, own, strict=True) if section.kind is Kind.NOTES]
    whole = volume_notes[0] if len(volume_notes) == 1 else {}
    linked = []
    for number, section in enumerate(sections):
        following = sections[number + 1] if number + 1 < len(sections) else None
        behind = (
            own[number + 1] if following and following.kind is Kind.NOTES and following.parent == section.title else {}
        )
        known = whole | behind | own[number]
        linked.append(_linked(section, source, known) if known and section.kind is not Kind.NOTES else section)
    return tuple(linked)


def _numbered(section: Section, source: str) -> _Notes:
    """The notes that stand in a section, by number; the first of two with one number counts."""
    found: _Notes = {}
    for ordinal, sentence in enumerate(section.sentences):
        if sentence.voice is Voice.NOTE:
            line_start = source.rfind("\n", 0, sentence.spans[0].start) + 1
            if match := _NUMBER.match(source, line_start):
                found.setdefault(match.group(1), NoteRef(match.group(1), section.id, ordinal))
    return found


def _linked(section: Section, source: str, known: _Notes) -> Section:
    return replace(section, sentences=tuple(_with_notes(sentence, source, known) for sentence in section.sentences))


def _with_notes(sentence: Sentence, source: str, known: _Notes) -> Sentence:
    if sentence.voice is Voice.NOTE:
        return sentence
    numbers = [number for span in sentence.spans for number in _marks(source, span.start, span.end)]
    return replace(sentence, notes=tuple(known[number] for number in dict.fromkeys(numbers) if number in known))


def _marks(source: str, start: int, end: int) -> list[str]:
    """The numbers of the marks within a span or right behind it."""
    numbers = []
    for match in _MARK.finditer(source, start, min(len(source), end + 14)):
        if match.start() <= end:
            printed = next(group for group in match.groups() if group)
            numbers += [_range(part) for part in re.split(r"[,\s]+", printed.translate(_FIGURES)) if part]
    return [number for part in numbers for number in part]


def _range(part: str) -> list[str]:
    first, _, last = re.sub("[–-]", "-", part).partition("-")
    if first.isdigit() and last.isdigit() and 0 < int(last) - int(first) < 20:
        return [str(number) for number in range(int(first), int(last) + 1)]
    return [first] if first.isdigit() else []
