"""Turning chosen sentences into answer sentences and citations.

In: parts of an answer. Out: sentences with their frames, and one numbered citation for every source span.
"""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from index.model import PageStart, Span, Voice, page_of
from index.records import SectionRecord, SentenceRecord
from index.snapshot import Snapshot
from rag.address import address_of
from rag.answer import AnswerSentence, BylineName, Citation
from rag.chicago import chicago_note
from rag.compose import Part
from rag.frame import frame, turn
from rag.others import goes_on, quoted_from
from rag.work import Locator, Work, work_of

_QUOTED = re.compile(r"[“\"‘].*[”\"’]", re.S)


def cite(snapshot: Snapshot, parts: Sequence[Part]) -> tuple[list[AnswerSentence], list[Citation]]:
    """Answer sentences and their citations, numbered from 1 in the order of the answer."""
    years = {volume.id: volume.year for volume in snapshot.volumes()}
    sentences: list[AnswerSentence] = []
    citations: list[Citation] = []
    for part in parts:
        source, pages = snapshot.source(part.section.volume_id), snapshot.pages(part.section.volume_id)
        work = work_of(snapshot, part.section)
        openings = _openings(part, years[part.section.volume_id])
        for sentence, opening in zip(part.sentences, openings, strict=True):
            numbers = []
            for span in sentence.spans:
                numbers.append(len(citations) + 1)
                citations.append(citation_of(numbers[-1], part.section, work, sentence, span, source, pages))
            text = _as_said(part.section, sentence)
            sentences.append(AnswerSentence(frame=opening, text=text, citations=numbers))
    return sentences, citations


def _openings(part: Part, year: int | None) -> Iterator[str]:
    """The frame before each sentence: at the beginning, and where the words become somebody else's or the writer's."""
    framed: str | None = None
    for position, sentence in enumerate(part.sentences):
        quoted = quoted_from(part.section, sentence)
        if position == 0:
            framed = quoted
            yield frame(part.section, year, quoted)
        elif quoted == framed or (
            quoted and framed is None and _is_introduced(part.section, part.sentences[position - 1], sentence)
        ):
            yield ""
        else:
            framed = quoted
            yield turn(part.section, quoted)


def _is_introduced(section: SectionRecord, before: SentenceRecord, sentence: SentenceRecord) -> bool:
    """Whether the writer's own words right before say whose these are, or are all that the text has to say of it."""
    if before.ordinal + 1 != sentence.ordinal:
        return False
    return sentence.speaker is None or before.text.endswith(":") or goes_on(section, sentence)


def _as_said(section: SectionRecord, sentence: SentenceRecord) -> str:
    """The words; those of somebody else stand in quotation marks, also where the text opens them elsewhere."""
    text = sentence.text
    if sentence.voice is not Voice.QUOTED or _QUOTED.search(text) or not quoted_from(section, sentence):
        return text
    if text[0] in '“"':
        return f"{text}{'”' if text[0] == '“' else text[0]}"
    if text[-1] in '”"':
        return f"{'“' if text[-1] == '”' else text[-1]}{text}"
    return f"“{text}”"


def plain_text(sentences: Sequence[AnswerSentence]) -> str:
    """The answer as plain text with its marks; a new paragraph for every frame."""
    paragraphs: list[list[str]] = []
    for sentence in sentences:
        marks = "".join(f"[{number}]" for number in sentence.citations)
        words = f"{sentence.frame} {sentence.text}{marks}".strip()
        if sentence.frame or not paragraphs:
            paragraphs.append([])
        paragraphs[-1].append(words)
    return "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)


def section_url(section_id: str, start: int, end: int) -> str:
    """Where the page shows a span in its section."""
    return f"/#/sections/{section_id}?{urlencode({'start': start, 'end': end})}"


def citation_of(
    number: int,
    section: SectionRecord,
    work: Work,
    sentence: SentenceRecord,
    span: Span,
    source: str,
    pages: Sequence[PageStart],
) -> Citation:
    """The citation of a source span that is a sentence of a section, or a part of it; `source` is its volume's."""
    first = source.count("\n", 0, span.start) + 1
    lines = first, first + source.count("\n", span.start, span.end)
    page = page_of(pages, span.start)
    basis: dict[str, BylineName] = {"printed": "printed", "signed": "signed", "inferred": "inferred"}
    return Citation(
        id=number,
        volume=section.volume,
        volume_id=section.volume_id,
        file=section.file,
        edition=section.edition,
        section=section.title,
        section_id=section.id,
        kind=section.kind,
        authors=[author.name for author in section.authors],
        byline=basis.get(section.byline, "unknown"),
        voice=sentence.voice.value,
        speaker=sentence.speaker,
        start=span.start,
        end=span.end,
        lines=list(lines),
        page=page,
        quote=source[span.start : span.end],
        url=section_url(section.id, span.start, span.end),
        credit=section.credit,
        address=str(address_of(section.id, sentence, section.sentences)),
        reference=chicago_note(work, Locator(page, lines, section.file), sentence.speaker, _is_of_others(sentence)),
    )


def _is_of_others(sentence: SentenceRecord) -> bool:
    """Whether the words are somebody else's, which the piece only quotes."""
    return sentence.voice in (Voice.QUOTED, Voice.EPIGRAPH) or (
        sentence.voice is Voice.VERSE and sentence.speaker is not None
    )
