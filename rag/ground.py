"""The gate: every sentence of an answer is checked against the source before it leaves.

In: an answer's sentences and citations, and the sources. Out: those that hold. A citation must be the source's own
characters; a sentence's words must be those of its citations in order; the people named in its frame must be theirs.
"""

import re
from collections.abc import Callable, Sequence

from index.inline import read_inline
from index.model import Span
from rag.answer import AnswerSentence, Citation

_WORD = re.compile(r"[^\W_]+")


def hold(
    sentences: Sequence[AnswerSentence], citations: Sequence[Citation], source: Callable[[str], str]
) -> list[AnswerSentence]:
    """The sentences that pass; `source` gives the text of a volume by its id."""
    by_id = {citation.id: citation for citation in citations}
    return [sentence for sentence in sentences if _holds(sentence, by_id, source)]


def _holds(sentence: AnswerSentence, by_id: dict[int, Citation], source: Callable[[str], str]) -> bool:
    cited = [by_id[number] for number in sentence.citations if number in by_id]
    if not cited or len(cited) != len(sentence.citations):
        return False
    if not all(_is_verbatim(citation, source(citation.volume_id)) for citation in cited):
        return False
    spoken = [word for citation in cited for word in _words(citation.quote)]
    return _words(sentence.text) == spoken and _is_attributed(sentence, cited)


def _is_verbatim(citation: Citation, text: str) -> bool:
    return 0 <= citation.start < citation.end <= len(text) and text[citation.start : citation.end] == citation.quote


def _is_attributed(sentence: AnswerSentence, cited: Sequence[Citation]) -> bool:
    """All spans are by the same people, and the frame names each of them."""
    authors = {tuple(citation.authors) for citation in cited}
    return len(authors) == 1 and all(name in sentence.frame for name in next(iter(authors)) if sentence.frame)


def _words(text: str) -> list[str]:
    """The words that a reader reads: markup and footnote marks off."""
    return _WORD.findall(read_inline(text, Span(0, len(text))).text) if text else []
