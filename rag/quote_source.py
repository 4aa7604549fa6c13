"""From words of sentences to the characters of the source that they are.

In: a run of words of sentences of one section. Out: what one reads there, and the source spans of exactly those words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.concordance import SentencePart
from index.inline import read_inline
from index.model import Span
from index.records import SentenceRecord
from index.snapshot import Snapshot
from index.wording import SIGNS, Worded, wording


@dataclass(frozen=True, slots=True)
class Stretch:
    """Source characters of one voice: `source[span.start:span.end]`; `sentence` is the first that they are of."""

    sentence: SentenceRecord
    span: Span


def text_of(snapshot: Snapshot, parts: Sequence[SentencePart]) -> str:
    """The words as one reads them, from the first to the last and with all that stands in between."""
    said = []
    for number, part in enumerate(parts):
        sentence = snapshot.sentences(part.section_id)[part.ordinal]
        words = _words(sentence, part)
        start = words[0].start if number == 0 else 0
        said.append(sentence.text[start : words[-1].end if number == len(parts) - 1 else None])
    return " ".join(said)


def stretches(snapshot: Snapshot, parts: Sequence[SentencePart]) -> list[Stretch]:
    """The source spans of the words, as few as can be: sentences that follow each other in one voice are one."""
    if not parts:
        return []
    source = snapshot.source(snapshot.section_refs[parts[0].section_id].volume_id)
    found: list[Stretch] = []
    for part in parts:
        sentence = snapshot.sentences(part.section_id)[part.ordinal]
        for span in _spans(source, sentence, part):
            if found and _goes_on(source, found[-1], Stretch(sentence, span)):
                found[-1] = Stretch(found[-1].sentence, Span(found[-1].span.start, span.end))
            else:
                found.append(Stretch(sentence, span))
    return found


def _words(sentence: SentenceRecord, part: SentencePart) -> list[Worded]:
    return wording(sentence.text)[part.first : part.last]


def _spans(source: str, sentence: SentenceRecord, part: SentencePart) -> Iterator[Span]:
    """The source spans of some words of a sentence, one for each span of the sentence that has any of them.

    What a reader takes out (markup, note marks, line breaks) is never a letter of a sentence, so its letters and those
    of its spans are the same in number and order.
    """
    words = _words(sentence, part)
    before = sum(map(_is_letter, sentence.text[: words[0].start]))
    letters = sum(map(_is_letter, sentence.text[words[0].start : words[-1].end]))
    for span in sentence.spans:
        reading = read_inline(source, span)
        offsets = [at for char, at in zip(reading.text, reading.offsets, strict=True) if _is_letter(char)]
        if own := offsets[before : before + letters]:
            yield Span(own[0], own[-1] + 1)
        letters -= len(own)
        before = max(0, before - len(offsets))


def _goes_on(source: str, before: Stretch, after: Stretch) -> bool:
    """Whether one stretch follows the other, in the same voice and with no word in between."""
    if (before.sentence.voice, before.sentence.speaker) != (after.sentence.voice, after.sentence.speaker):
        return False
    gap = Span(before.span.end, after.span.start)
    return gap.start <= gap.end and not any(map(_is_letter, read_inline(source, gap).text))


def _is_letter(char: str) -> bool:
    return char.isalnum() or char in SIGNS
