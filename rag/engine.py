"""The engine: from a question to a cited answer or an honest abstention.

In: an `Ask`. Out: an `Answer`. Understand (rag/starting.py) → retrieve, rerank, rank and weigh the evidence
(rag/looking.py) → choose and compose what answers (rag/drafting.py) → cite → gate.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

from index.embedding import Embedder
from index.model_files import export_folder
from index.records import PersonRecord
from index.settings import RERANK_OFF, Settings
from index.snapshot import Snapshot
from rag.abstain import Calibration, Evidence, load_calibration
from rag.answer import Answer, AnswerSentence, Ask, Citation, Reason
from rag.check import check_question
from rag.cite import cite, plain_text
from rag.drafting import draft
from rag.figure_answer import note_missing_figures
from rag.ground import hold
from rag.lexicon import Lexicon
from rag.llm.answering import refuse_composer_that_is_off, retold
from rag.llm.compose import LlmComposer, open_composer
from rag.looking import PASSAGES, look, scope_of
from rag.namesakes import people_looked_for, people_meant
from rag.people import OFFICE
from rag.premise import denied_by
from rag.question import Understanding
from rag.rerank import Reranker, open_reranker
from rag.retrieve import Hit, Proposed, propose
from rag.run import Draft, Found, Run
from rag.starting import start
from rag.watch import say_all, watching


@dataclass(frozen=True, slots=True)
class Looked:
    """What a question was taken to ask, and what looking for it brought."""

    understood: Understanding
    people: tuple[PersonRecord, ...]
    """Those whose own words are asked for."""
    focus: str | None
    """The section that a follow-up goes on about."""
    found: Found
    timings: dict[str, float]


class Engine:
    """Answers questions from one snapshot; thread-safe."""

    def __init__(self, snapshot: Snapshot, settings: Settings, calibration: Calibration | None = None) -> None:
        self.snapshot = snapshot
        self.calibration = calibration or load_calibration(settings.rerank != RERANK_OFF)
        self.settings = settings
        self.observers: list[Callable[[Answer], None]] = []
        """Called with every answer that `ask` gives, in the thread that asked."""

    @classmethod
    def open(cls, settings: Settings, calibration: Calibration | None = None) -> "Engine":
        """Open the published index.

        Raises:
            SnapshotError: there is no index, or it cannot be used.
        """
        return cls(Snapshot.open(settings.home), settings, calibration)

    @cached_property
    def embedder(self) -> Embedder:
        """The query embedder of the snapshot's model."""
        return Embedder.open(
            export_folder(self.settings.home, self.snapshot.manifest.model.sha256), self.settings.threads
        )

    @cached_property
    def reranker(self) -> Reranker | None:
        """The cross-encoder of the settings; None in fast mode."""
        return open_reranker(self.settings)

    @cached_property
    def llm_composer(self) -> LlmComposer | None:
        """The language model of the settings behind its gate; None where it is off."""
        return open_composer(self.settings, self.snapshot, self.embedder, self.reranker)

    @cached_property
    def lexicon(self) -> Lexicon:
        """Names, titles and word statistics of the snapshot."""
        return Lexicon(self.snapshot)

    @cached_property
    def fast(self) -> "Engine":
        """This engine without its reranker, with the calibration fitted for that; itself where there is none."""
        if self.settings.rerank == RERANK_OFF:
            return self
        fast = Engine(self.snapshot, self.settings.model_copy(update={"rerank": RERANK_OFF}))
        fast.embedder, fast.lexicon, fast.observers = self.embedder, self.lexicon, self.observers
        return fast

    def warm(self) -> None:
        """Load all that the first question would otherwise wait for, the models while names and words are read."""
        with ThreadPoolExecutor(2) as models:
            loading = [models.submit(getattr, self, name) for name in ("embedder", "reranker")]
            self.lexicon  # noqa: B018 - is read by being asked for
        for model in loading:
            model.result()
        self.llm_composer  # noqa: B018
        first = next(iter(self.snapshot.section_refs.values()), None)
        self._answer(Ask(question=first.title if first and first.title.strip(" .…") else "warm"))

    def ask(self, ask: Ask) -> Answer:
        """Answer a question.

        Raises:
            QuestionError: the question is empty, too long or no text.
            NotFound: a filter names something that is not here.
            LlmError: the composer `llm` is asked for, and its model cannot be opened.
        """
        check_question(ask, self.settings.max_question_words)
        refuse_composer_that_is_off(ask, self.settings)
        answer = self._answer(ask)
        for observe in self.observers:
            observe(answer)
        return answer

    def _answer(self, ask: Ask, offices: bool = True) -> Answer:
        """Answer; where the holder of an office says nothing of it, the office may be another's, and all are asked."""
        run = start(self, ask, offices)
        people = people_meant(run)
        if run.understood.speakers and not people:
            return _abstained(run, "ambiguous_person")
        drafted = draft(run, people)
        if drafted.reason and any(mention.basis == OFFICE for mention in run.understood.mentions):
            return self._answer(ask, offices=False)
        if drafted.reason:
            return _abstained(run, drafted.reason, drafted.probability)
        return self._finish(run, drafted)

    def evidence(self, ask: Ask) -> Evidence:
        """How thick the evidence for a question is: what the decision between answer and silence is fitted on."""
        run = start(self, ask)
        return look(run, scope_of(run, people_looked_for(run))).evidence

    def proposals(self, ask: Ask) -> tuple[Proposed, str | None]:
        """The rows that an answer is chosen from, and the section that a follow-up goes on about: what the weights
        of retrieval are fitted on.
        """
        run = start(self, ask)
        focused = self.snapshot.passage_mask(frozenset({run.focus})) if run.focus else None
        scope = scope_of(run, people_looked_for(run))
        return propose(self.snapshot, run.understood.query, run.vector, scope, focused), run.focus

    def find(self, ask: Ask, count: int = PASSAGES) -> list[Hit]:
        """The best `count` passages for a question; raises what `look` does."""
        return list(self.look(ask, count).found.hits[:count])

    def look(self, ask: Ask, count: int = PASSAGES) -> Looked:
        """Look for `count` passages or more for a question, with everything that an answer would take into account.

        Raises:
            QuestionError: the question is empty, too long or no text.
            NotFound: a filter names something that is not here.
        """
        check_question(ask, self.settings.max_question_words)
        run = start(self, ask)
        people = people_looked_for(run)
        found = look(run, scope_of(run, people), depth=max(count, PASSAGES))
        run.clock("total", run.began)
        return Looked(run.understood, people, run.focus, found, run.timings)

    def people_asked(self, ask: Ask) -> list[str]:
        """The names of the people whose own words a question asks for."""
        return [person.name for person in people_looked_for(start(self, ask))]

    def _finish(self, run: Run, drafted: Draft) -> Answer:
        """Cite and gate what answers, and note what is to be known beside it."""
        watching().reach("ground")
        began = time.perf_counter()
        sentences, citations = cite(self.snapshot, drafted.parts)
        held = hold(sentences, citations, self.snapshot)
        run.clock("ground", began)
        if not held:
            run.silence = "No sentence found could be verified against its source."
            return _abstained(run, "not_verified", drafted.probability)
        used = {number for sentence in held for number in sentence.citations}
        kept = [citation for citation in citations if citation.id in used]
        composer = self.llm_composer if run.ask.composer == "llm" else None
        if composer is None:
            say_all(held, kept)
        watching().reach("review")
        note_missing_figures(run, [sentence.text for sentence in held])
        _note_what_is_denied(run, held)
        _note_digests(run, kept)
        answer = _answer(run, None, drafted.probability).model_copy(
            update={"answer": plain_text(held), "sentences": held, "citations": kept}
        )
        if composer is not None:
            watching().reach("retell")
            return retold(composer, run.understood.standalone, drafted.parts, answer)
        return answer


def _abstained(run: Run, reason: Reason, probability: float = 0.0) -> Answer:
    answer = _answer(run, reason, 1.0 - probability)
    return answer.model_copy(update={"answer": run.silence, "suggestions": run.suggestions})


def _answer(run: Run, reason: Reason | None, confidence: float) -> Answer:
    """An answer, or with a reason an abstention, that has no words yet."""
    run.clock("total", run.began)
    return Answer(
        id=uuid.uuid4().hex,
        question=run.ask.question,
        standalone_question=run.understood.standalone,
        status="abstained" if reason else "answered",
        reason=reason,
        answer="",
        sentences=[],
        citations=[],
        notes=run.notes,
        confidence=round(max(0.0, min(1.0, confidence)), 3),
        composer="extractive",
        timings_ms=run.timings,
    )


def _note_what_is_denied(run: Run, said: Sequence[AnswerSentence]) -> None:
    """Point to the sentence that seems to deny what the question takes for granted."""
    texts = [sentence.text for sentence in said]
    place = denied_by(run.understood.own, run.understood.stems, texts, run.tools.lexicon)
    if place is not None:
        marks = "".join(f"[{number}]" for number in said[place].citations)
        run.notes.append(f"The text may say the contrary of what the question supposes: see {marks}.")


def _note_digests(run: Run, citations: Sequence[Citation]) -> None:
    volumes = dict.fromkeys(c.volume for c in citations if c.edition == "digest")
    for volume in volumes:
        run.notes.append(f"{volume} is answered from Byline's own digest; the words are ours, not the writers'.")
