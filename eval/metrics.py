"""Scoring one answer against what a right answer holds.

In: a question, the answer, and the sources. Out: a `Row` with every measure on its own. A question is *right* when,
answerable, it was answered, every required fact is in the answer or its bylines, nothing forbidden is, and a citation
lies in a gold section; unanswerable, it was abstained from.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping

from pydantic import BaseModel

from eval.answering import citation_precision, citation_recall, is_misframed
from eval.schema import Gold, Question
from index.names import fold
from rag.answer import Answer, Citation

_PLAIN = {ord(fancy): plain for plain, fancies in {"'": "’‘", '"': "“”", "-": "–—−"}.items() for fancy in fancies}
_MARKS = re.compile(r"(?:\[\d+\])+")


class Row(BaseModel):
    """One question's scores; None where a measure does not apply."""

    id: str
    kind: str
    question: str
    answerable: bool
    answered: bool
    reason: str | None
    confidence: float
    """How sure the answer is of being one, or the silence of being right."""
    right: bool
    facts: float | None
    forbidden: bool
    section_hit: bool | None
    passage_hit: bool | None
    author_accuracy: float | None
    offsets_valid: float | None
    sentences_cited: float | None
    citation_recall: float | None
    citation_precision: float | None
    attribution_error: float | None
    """1 where a citation of a gold place has not the gold's people, or a frame not those of its citations."""
    words: int
    ms: float
    answer: str
    missing: list[str]


def score(
    question: Question,
    answer: Answer,
    source: Callable[[str], str],
    ms: float,
    files: Mapping[str, str] | None = None,
    writers: Collection[str] = (),
) -> Row:
    """Score an answer.

    Args:
        question: what was asked, with what a right answer holds.
        answer: what came back.
        source: the text of a volume by its id.
        ms: how long it took, in milliseconds.
        files: the name of each volume's full text by the volume's id: what a digest stands for.
        writers: the names of all who write in the collection, folded: nobody of them may stand in another's frame.
    """
    answer = _standing_for(answer, files or {})
    answered = answer.status == "answered"
    text = normal(_said(answer))
    missing = [group[0] for group in question.facts if not any(states(text, fact) for fact in group)]
    forbidden = answered and any(states(normal(answer.answer), phrase) for phrase in question.forbid)
    section_hit = _hits(question, answer, _in_section) if question.answerable and answered else None
    facts = 1 - len(missing) / len(question.facts) if question.answerable and question.facts else None
    accuracy = _author_accuracy(question, answer)
    truly = answered and not missing and not forbidden and bool(section_hit)
    return Row(
        id=question.id,
        kind=question.kind,
        question=question.question,
        answerable=question.answerable,
        answered=answered,
        reason=answer.reason,
        confidence=answer.confidence,
        right=truly if question.answerable else not answered,
        facts=facts if answered or facts is None else 0.0,
        forbidden=forbidden,
        section_hit=section_hit,
        passage_hit=_hits(question, answer, _in_lines) if question.answerable and answered else None,
        author_accuracy=accuracy,
        offsets_valid=_share([source(c.volume_id)[c.start : c.end] == c.quote for c in answer.citations]),
        sentences_cited=_share([bool(sentence.citations) for sentence in answer.sentences]),
        citation_recall=citation_recall(answer),
        citation_precision=citation_precision(answer),
        attribution_error=_attribution_error(answer, accuracy, writers),
        words=len(answer.answer.split()) if answered else 0,
        ms=round(ms, 1),
        answer=answer.answer,
        missing=missing if question.answerable else [],
    )


def normal(text: str) -> str:
    """Text for comparing facts: compatibility forms, lower case, straight quotes and dashes, single spaces."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = text.translate(_PLAIN)
    return " ".join(text.split())


def states(text: str, fact: str) -> bool:
    """Whether the text has the fact, not within a longer number."""
    wanted = normal(fact)
    left = r"(?<!\d)(?<!\d[.,])" if re.match(r"\d", wanted) else ""
    right = r"(?!\d|[.,]\d)" if wanted[-1:].isdigit() else ""
    return bool(re.search(left + re.escape(wanted) + right, text))


def _said(answer: Answer) -> str:
    names = " ".join(name for citation in answer.citations for name in citation.authors)
    return f"{_MARKS.sub('', answer.answer)} {names}"


def _hits(question: Question, answer: Answer, inside: Callable[[Citation, Gold], bool]) -> bool:
    found = [any(inside(citation, gold) for citation in answer.citations) for gold in question.gold]
    return bool(found) and (all(found) if question.gold_match == "all" else any(found))


def _in_section(citation: Citation, gold: Gold) -> bool:
    return _same_volume(citation, gold) and (_same_title(citation.section, gold.section) or _in_lines(citation, gold))


def _in_lines(citation: Citation, gold: Gold) -> bool:
    first, last = citation.lines
    return (
        _same_volume(citation, gold)
        and citation.edition == "full text"
        and first <= gold.end_line
        and last >= gold.start_line
    )


def _standing_for(answer: Answer, files: Mapping[str, str]) -> Answer:
    """The answer with every citation of a digest under the file name of the full text that it stands for."""
    citations = [
        c.model_copy(update={"file": files.get(c.volume_id, c.file)}) if c.edition == "digest" else c
        for c in answer.citations
    ]
    return answer.model_copy(update={"citations": citations})


def _same_volume(citation: Citation, gold: Gold) -> bool:
    """A gold document is named by the first letters of its file."""
    return citation.file.startswith(gold.doc)


def _same_title(left: str, right: str) -> bool:
    one, other = (re.sub(r"[\W_]+", "", fold(title)) for title in (left, right))
    return (
        bool(one)
        and bool(other)
        and (one == other or (min(len(one), len(other)) >= 12 and (one in other or other in one)))
    )


def _author_accuracy(question: Question, answer: Answer) -> float | None:
    """Share of the citations in gold sections whose people are the gold ones."""
    verdicts = [
        {fold(name) for name in citation.authors} == {fold(_bare(name)) for name in gold.authors}
        for citation in answer.citations
        for gold in question.gold
        if _in_section(citation, gold)
    ]
    return _share(verdicts)


def _attribution_error(answer: Answer, accuracy: float | None, writers: Collection[str]) -> float | None:
    if answer.status != "answered":
        return None
    return float((accuracy is not None and accuracy < 1) or is_misframed(answer, writers))


def _bare(name: str) -> str:
    """A name without the honorific that truth files may carry."""
    return re.sub(r"^(?:Sir|Dame|Lord|Lady|Dr|Professor|Prof|Cllr|Councillor)\.?\s+", "", name)


def _share(verdicts: list[bool]) -> float | None:
    return sum(verdicts) / len(verdicts) if verdicts else None
