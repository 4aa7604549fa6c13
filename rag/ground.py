"""The gate: every sentence of an answer is checked against the source before it leaves.

In: an answer's sentences and citations, and the snapshot. Out: those that hold. A citation must be the source's own
characters, a span of the section it names, in that sentence's voice, and by that section's people; a sentence's words,
figures and signs must be those of its citations in order; its frame must name all of those people and no others, and
say of words that are somebody else's, and of no others, whom it quotes. A sentence that a language model wrote is
judged by rag/support on the sentences of the source that its citations are.
"""

import re
from collections.abc import Mapping, Sequence, Set

from index.inline import read_inline
from index.model import CITABLE_VOICES, Span
from index.names import fold
from index.records import SectionRecord, SentenceRecord
from index.snapshot import Snapshot
from rag.answer import AnswerSentence, Citation
from rag.frame import QUOTING, quoted_in
from rag.others import quoted_from
from rag.support.judge import Judge
from rag.support.verdict import Judgement, Source, misattributed, unsupported

_WORD = re.compile(r"[£$€]?\d+(?:[.,]\d+)*%?|[^\W\d_]+|[£$€%−]")


def hold(
    sentences: Sequence[AnswerSentence], citations: Sequence[Citation], snapshot: Snapshot
) -> list[AnswerSentence]:
    """The sentences that pass."""
    true = true_citations(citations, snapshot)
    return [sentence for sentence in sentences if _holds(sentence, true, snapshot)]


def true_citations(citations: Sequence[Citation], snapshot: Snapshot) -> dict[int, Citation]:
    """The citations that are what they say, by id."""
    return {citation.id: citation for citation in citations if _is_true(citation, snapshot)}


class Retold:
    """The gate for the sentences of one answer that a language model wrote, in the order in which they are to stand."""

    def __init__(self, snapshot: Snapshot, true: Mapping[int, Citation], judge: Judge) -> None:
        self._snapshot = snapshot
        self._true = true
        self._judge = judge
        self._last: Source | None = None

    @property
    def section_id(self) -> str | None:
        """The section of the last sentence that held."""
        return self._last.section_id if self._last else None

    def judge(self, sentence: AnswerSentence) -> Judgement:
        """Whether a sentence may leave after those that held before it."""
        cited = [self._true[number] for number in sentence.citations if number in self._true]
        if not sentence.citations:
            return self.refuse("it cites nothing")
        if len(cited) != len(sentence.citations):
            return self.refuse("it cites what is not there")
        if not _is_attributed(sentence, cited, self._snapshot.writer_names):
            return misattributed("its frame names other people than those who wrote what it cites")
        sources = self._sources(cited)
        if sources is None:
            return self.refuse("it cites part of a sentence")
        judgement = self._judge.judge(sentence.text, sources, self._last)
        if judgement.holds:
            self._last = sources[-1]
        return judgement

    def refuse(self, why: str) -> Judgement:
        """The verdict on a sentence that cites nothing to judge it by."""
        return unsupported(why)

    def _sources(self, cited: Sequence[Citation]) -> list[Source] | None:
        """The sentences of the source that the citations are, each whole; None where one is cited in part."""
        spans = {(citation.section_id, citation.start, citation.end) for citation in cited}
        sources: list[Source] = []
        for section_id in dict.fromkeys(citation.section_id for citation in cited):
            section = self._snapshot.section(section_id)
            for sentence in section.sentences:
                here = [(section_id, span.start, span.end) in spans for span in sentence.spans]
                if any(here) and not all(here):
                    return None
                if any(here):
                    sources.append(source_of(section, sentence))
        return sources


def source_of(section: SectionRecord, sentence: SentenceRecord) -> Source:
    """A sentence of a section as what a retold sentence is judged by."""
    before = [s.ordinal for s in section.sentences[: sentence.ordinal] if s.voice in CITABLE_VOICES]
    return Source(
        text=sentence.text,
        authors=tuple(author.name for author in section.authors),
        voice=sentence.voice,
        speaker=sentence.speaker,
        title=section.title,
        volume=section.volume,
        section_id=section.id,
        ordinal=sentence.ordinal,
        before=before[-1] if before else None,
    )


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
    said = _sentence_at(section, citation)
    return said is not None and (said.voice, said.speaker) == (citation.voice, citation.speaker)


def _sentence_at(section: SectionRecord, citation: Citation) -> SentenceRecord | None:
    """The sentence of its section that a citation is, or is a part of."""
    span = Span(citation.start, citation.end)
    return next((sentence for sentence in section.sentences if span in sentence.spans), None)


def _holds(sentence: AnswerSentence, true: dict[int, Citation], snapshot: Snapshot) -> bool:
    cited = [true[number] for number in sentence.citations if number in true]
    if not cited or len(cited) != len(sentence.citations):
        return False
    spoken = [word for citation in cited for word in _words(citation.quote)]
    return (
        _words(sentence.text) == spoken
        and _is_attributed(sentence, cited, snapshot.writer_names)
        and _says_who_is_quoted(sentence, cited[0], snapshot)
    )


def _says_who_is_quoted(sentence: AnswerSentence, cited: Citation, snapshot: Snapshot) -> bool:
    """A frame says whose words come after it where they are not the writer's, and says it of no others."""
    if not sentence.frame:
        return True
    section = snapshot.section(cited.section_id)
    said = _sentence_at(section, cited)
    return said is not None and quoted_in(sentence.frame) == quoted_from(section, said)


def _is_attributed(sentence: AnswerSentence, cited: Sequence[Citation], writers: Set[str]) -> bool:
    """All spans are by the same people, and the frame, where there is one, names exactly them as the writers."""
    authors = {tuple(citation.authors) for citation in cited}
    if len(authors) != 1 or not sentence.frame:
        return len(authors) == 1
    frame = f" {fold(sentence.frame.split('“')[0].partition(QUOTING)[0])} "
    named = {writer for writer in writers if f" {writer} " in re.sub(r"[.,:]", " ", frame)}
    return named == {fold(name) for name in next(iter(authors))}


def _words(text: str) -> list[str]:
    """The words, figures and signs that a reader reads: markup and footnote marks off."""
    return _WORD.findall(read_inline(text, Span(0, len(text))).text) if text else []
