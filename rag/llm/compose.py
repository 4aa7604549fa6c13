"""Composing with a language model: it retells the sentences found, and only what the gate lets through is kept.

In: a question, the parts of the extractive answer, and a model. Out: a `Retelling`, or `LlmFailed` where there is none
that could stand; whoever asked then answers in the texts' own words. Sentences are judged one by one as they complete.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from index.embedding import Embedder
from index.model import CITABLE_VOICES
from index.records import SentenceRecord
from index.settings import DEFAULT_RERANKER, LLM_OFF, Settings
from index.snapshot import Snapshot
from rag.answer import AnswerSentence, Citation
from rag.cite import cite
from rag.compose import Part
from rag.errors import LlmFailed
from rag.frame import frame
from rag.ground import Retold, source_of, true_citations
from rag.llm.prompt import NO_ANSWER, make_prompt
from rag.llm.provider import Model, open_model
from rag.llm.sentences import Written, read_sentences
from rag.llm.stream import stream
from rag.rerank import Reranker
from rag.support.evidence import CrossEncoderEntailment, Evidence
from rag.support.judge import Judge
from rag.support.verdict import Judgement, Source
from rag.watch import say_from

_WORDS_SENT = 260
"""The model is given the chosen sentences, and of their neighbours as many as so many words hold."""
_MOST_SENTENCES = 8
_MOST_WORDS = 220
_LEAST_WORDS = 8
_LEAST_SHARE = 0.3
"""A retelling shorter than this share of the extractive answer, or of `_ENOUGH` words, is too little."""
_ENOUGH = 60
_DECLINED = re.compile(
    rf"\W*(?:{NO_ANSWER}|i(?:['’]m| am) (?:sorry|unable|not able)|i can(?:not|['’]t)|i apologi[sz]e|unfortunately)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence that the model wrote, and what the gate says of it."""

    written: Written
    judgement: Judgement
    sentence: AnswerSentence | None = None
    """What leaves: the sentence with its frame and its citations; None where it does not hold."""


@dataclass(frozen=True, slots=True)
class Retelling:
    """What of a model's answer holds, in order, with the citations that it may use."""

    judged: Sequence[Judged]
    citations: Sequence[Citation] = field(repr=False)

    @property
    def sentences(self) -> list[AnswerSentence]:
        """The sentences that leave."""
        return [judged.sentence for judged in self.judged if judged.sentence is not None]


class LlmComposer:
    """Asks one model; thread-safe."""

    def __init__(self, model: Model, snapshot: Snapshot, judge: Judge, seconds: float) -> None:
        self.model = model
        self._snapshot = snapshot
        self._judge = judge
        self._seconds = seconds
        self.watch: Callable[[Judged, Sequence[Source], Judge], None] = lambda judged, sources, judge: None
        """Is told of every sentence with its verdict: for measuring."""
        self._years = {volume.id: volume.year for volume in snapshot.volumes()}

    def retell(self, question: str, parts: Sequence[Part]) -> Retelling:
        """The model's answer as far as the texts support it.

        Raises:
            LlmFailed: it gave none, declined, or too little of what it wrote is supported.
        """
        wider = [self._widened(part, _WORDS_SENT // len(parts)) for part in parts]
        _, citations = cite(self._snapshot, wider)
        said = [sentence for part in parts for sentence in part.sentences]
        judged: list[Judged] = []
        retelling, told = Retelling((), citations), 0
        for each in self.judge_each(question, wider, citations):
            judged.append(each)
            retelling = Retelling(judged, citations)
            if not _too_little(retelling, said):
                say_from(told, retelling.sentences, citations)
                told = len(retelling.sentences)
        if why := _too_little(retelling, said):
            raise LlmFailed(why)
        return retelling

    def judge_each(self, question: str, parts: Sequence[Part], citations: Sequence[Citation]) -> Iterator[Judged]:
        """Every sentence that the model writes with its verdict, as soon as it is complete.

        Raises:
            LlmFailed: the model gave no answer, or declined.
        """
        numbered = _numbered(parts, citations)
        prompt = make_prompt(question, [source for source, _ in numbered])
        retold = Retold(self._snapshot, true_citations(citations, self._snapshot), self._judge)
        sentences = words = 0
        with closing(stream(self.model, prompt, self._seconds)) as pieces:
            seen: set[str] = set()
            for written in read_sentences(pieces):
                if not seen and _DECLINED.match(written.text):
                    raise LlmFailed("the language model declined to answer")
                if written.text in seen:
                    continue
                seen.add(written.text)
                judged = self._judged(written, numbered, retold)
                self.watch(judged, [source for source, _ in numbered], self._judge)
                sentences += judged.sentence is not None
                words += len(written.text.split()) if judged.sentence else 0
                if words > _MOST_WORDS:
                    return
                yield judged
                if sentences == _MOST_SENTENCES or len(seen) > 3 * _MOST_SENTENCES:
                    return

    def _judged(self, written: Written, numbered: Sequence[tuple[Source, Sequence[int]]], retold: Retold) -> Judged:
        if any(not 1 <= number <= len(numbered) for number in written.cites):
            return Judged(written, retold.refuse("it cites what is not there"))
        chosen = [numbered[number - 1] for number in written.cites]
        opening = ""
        if chosen and chosen[0][0].section_id != retold.section_id:
            section = self._snapshot.section(chosen[0][0].section_id)
            opening = frame(section, self._years[section.volume_id]).removesuffix(":") + ", retold:"
        sentence = AnswerSentence(
            frame=opening, text=written.text, citations=[number for _, numbers in chosen for number in numbers]
        )
        judgement = retold.judge(sentence)
        return Judged(written, judgement, sentence if judgement.holds else None)

    def _widened(self, part: Part, words: int) -> Part:
        """The part with its neighbours, the nearest first, as far as so many words reach."""
        chosen = {sentence.ordinal for sentence in part.sentences}
        citable = [sentence for sentence in part.section.sentences if sentence.voice in CITABLE_VOICES]
        taken: list[SentenceRecord] = []
        for sentence in sorted(citable, key=lambda s: min(abs(s.ordinal - ordinal) for ordinal in chosen)):
            words -= len(sentence.text.split())
            if words < 0 and sentence.ordinal not in chosen:
                break
            taken.append(sentence)
        return Part(part.section, tuple(sorted(taken, key=lambda sentence: sentence.ordinal)))


def _numbered(parts: Sequence[Part], citations: Sequence[Citation]) -> list[tuple[Source, Sequence[int]]]:
    """The sources in the order of their numbers, each with the ids of its citations: one for each of its spans."""
    ids = iter(citation.id for citation in citations)
    return [
        (source_of(part.section, sentence), [next(ids) for _ in sentence.spans])
        for part in parts
        for sentence in part.sentences
    ]


def _too_little(retelling: Retelling, said: Sequence[SentenceRecord]) -> str:
    """Why what is left of a retelling cannot stand for an answer; empty where it can."""
    held = retelling.sentences
    if not retelling.judged:
        return "the language model wrote nothing"
    if not held:
        return f"nothing that the language model wrote is supported by the texts ({len(retelling.judged)} sentences)"
    words = sum(len(sentence.text.split()) for sentence in held)
    whole = sum(len(sentence.text.split()) for sentence in said)
    if words < max(_LEAST_WORDS, _LEAST_SHARE * min(whole, _ENOUGH)):
        return "too little of what the language model wrote is supported by the texts"
    spans = {(span.start, span.end) for sentence in said for span in sentence.spans}
    used = {number for sentence in held for number in sentence.citations}
    if not any((c.start, c.end) in spans for c in retelling.citations if c.id in used):
        return "the language model left out what answers the question"
    return ""


def open_composer(
    settings: Settings, snapshot: Snapshot, embedder: Embedder, reranker: Reranker | None
) -> LlmComposer | None:
    """The composer of the settings' language model, with the gate for what it writes; None where it is off.

    The reranker is asked where it is the default one, whose logits are known.

    Raises:
        LlmUnavailable: the model's package or file is not there.
        ModelError: BYLINE_NLI names no model of inference.
    """
    if settings.llm == LLM_OFF:
        return None
    entailment = CrossEncoderEntailment(settings.nli) if settings.nli else None
    known = reranker if settings.rerank == DEFAULT_RERANKER else None
    judge = Judge([person.name for person in snapshot.people()], Evidence(embedder, known, entailment))
    return LlmComposer(open_model(settings), snapshot, judge, settings.llm_seconds)
