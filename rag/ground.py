"""The gate: every sentence of an answer is checked against the source before it leaves.

In: an answer's sentences and citations, and the snapshot. Out: those that hold. A citation must be the source's own
characters, a span of the section it names, in that sentence's voice, and by that section's people; a sentence's words,
figures and signs must be those of its citations in order; its frame must name all of those people and no others.
"""

import re
from collections.abc import Sequence, Set

from index.inline import read_inline
from index.model import Span
from index.names import fold
from index.records import SectionRecord
from index.snapshot import Snapshot
from rag.answer import AnswerSentence, Citation

_WORD = re.compile(r"[£$€]?\d+(?:[.,]\d+)*%?|[^\W\d_]+|[£$€%−]")


def hold(
    sentences: Sequence[AnswerSentence], citations: Sequence[Citation], snapshot: Snapshot
) -> list[AnswerSentence]:
    """The sentences that pass."""
    true = {citation.id: citation for citation in citations if _is_true(citation, snapshot)}
    return [sentence for sentence in sentences if _holds(sentence, true, snapshot.writer_names)]


def _is_true(citation: Citation, snapshot: Snapshot) -> bool:
    """Whether a citation is what it says: the words, the voice and the people of its place."""
    if citation.section_id not in snapshot.section_refs:
        return False
    section = snapshot.section(citation.section_id)
    source = snapshot.source(section.volume_id)
    return (
        0 <= citation.start < citation.end <= len(source)
        and source[citation.start : citation.end] == citation.quote
        and citation.section == section.title
        and citation.file == section.file
        and citation.authors == [author.name for author in section.authors]
        and _has_span(section, citation)
    )


def _has_span(section: SectionRecord, citation: Citation) -> bool:
    span = Span(citation.start, citation.end)
    return any(span in sentence.spans and sentence.voice == citation.voice for sentence in section.sentences)


def _holds(sentence: AnswerSentence, true: dict[int, Citation], writers: Set[str]) -> bool:
    cited = [true[number] for number in sentence.citations if number in true]
    if not cited or len(cited) != len(sentence.citations):
        return False
    spoken = [word for citation in cited for word in _words(citation.quote)]
    return _words(sentence.text) == spoken and _is_attributed(sentence, cited, writers)


def _is_attributed(sentence: AnswerSentence, cited: Sequence[Citation], writers: Set[str]) -> bool:
    """All spans are by the same people, and the frame, where there is one, names exactly them."""
    authors = {tuple(citation.authors) for citation in cited}
    if len(authors) != 1 or not sentence.frame:
        return len(authors) == 1
    frame = f" {fold(sentence.frame.split('“')[0])} "
    named = {writer for writer in writers if f" {writer} " in re.sub(r"[.,]", " ", frame)}
    return named == {fold(name) for name in next(iter(authors))}


def _words(text: str) -> list[str]:
    """The words, figures and signs that a reader reads: markup and footnote marks off."""
    return _WORD.findall(read_inline(text, Span(0, len(text))).text) if text else []
