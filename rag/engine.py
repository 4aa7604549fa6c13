"""The engine: from a question to a cited answer or an honest abstention.

In: an `Ask`. Out: an `Answer`. Understand → retrieve → rerank → rank → weigh the evidence → compose → cite → gate. The
constants that speak of the reranker's scores are in logits of the default model; another needs its own.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import cast

import numpy as np

from index.embedding import Embedder, Vectors
from index.model_files import export_folder
from index.records import PersonRecord, SectionRef
from index.settings import RERANK_OFF, Settings
from index.snapshot import Snapshot
from rag.abstain import NO_EVIDENCE, Calibration, Evidence, load_calibration, probable, weigh
from rag.answer import Answer, AnswerSentence, Ask, Citation, Reason, Suggestion
from rag.check import check_question
from rag.cite import cite, plain_text
from rag.clauses import things_asked
from rag.compose import Budget, Part, compose
from rag.enumeration import number_asked
from rag.figures import figures_asked, gives_figure, years_asked
from rag.frame import people_in_words
from rag.ground import hold
from rag.lexicon import Lexicon, content_stems
from rag.llm.answering import refuse_composer_that_is_off, retold
from rag.llm.compose import LlmComposer, open_composer
from rag.people import OFFICE, reports
from rag.premise import denied_by
from rag.question import Sort, Understanding, put_to, understand
from rag.rank import Candidate, rank_sentences, read, rerank
from rag.rerank import Reranker, open_reranker
from rag.retrieve import Hit, Mask, Proposed, propose, retrieve
from rag.scope import both, filter_mask, named_mask, rows_around, rows_by, rows_naming
from rag.suggest import suggested
from rag.summarise import summarise
from rag.watch import say_all, watching

_PASSAGES = 8
"""An answer is composed from so many passages."""
_POOL = 5
"""The reranker reads so many of what retrieval found, shared between the people of a comparison."""
_OWN = 0.8
"""Of the vector of a question that leans on the conversation, what it says itself."""
_HEARD = 0.4
"""What the reranker says of such a question counts less: half of it is said elsewhere."""
_READ_WHOLE = 2
"""Whether to answer it is judged by so many passages, read with the whole of it."""
_FOCUSED = 20
"""A follow-up goes on about the section of one of so many passages that the question before it finds."""
_TURN_CHARACTERS = 600
"""So much of a turn is looked at for what a conversation is about."""
_NEAR_TIE = 0.03
_FIGURE_DEPTH = 8
"""Without a reranker, a figure is looked for in this many of the best sentences."""
_FIGURES = 6
"""So many of the sentences that have a figure are considered."""
_FIGURE_TOLD = -1.25
"""A sentence of lower log-odds to belong to the answer does not give the figure: of 44 training questions that have
one, with probes that were fitted on others, this keeps all but one, and meets 15 of 25 that have none with silence. It
decides alone: at as few wrong silences the calibrated evidence finds 5 of the 25."""
_FIGURE_RELEVANCE = -2.55
"""The same for a reranker without probes, in its own scores."""
_FIGURE_MISSING = -5.0
"""An answer whose sentences all get less for a clause that asks for a figure does not give that figure: of the
training questions of several clauses it told all six that were missing from the five that were not."""
_COMPARED = 0.5
"""Of several people asked together, one is heard where the evidence reaches this share of what is else required."""
_COMPARED_POOL = 6
"""So many passages are read for a comparison, shared between its sides."""
_COMPARED_WORDS = 220
"""So many words a comparison may have, those included that say whose part is which."""
_FRAME_WORDS = 18
_SUMMARY_TELLS = 0.85
"""Of the training questions for a summary, the share whose summary holds all that is asked for."""
_LEAST_SAID = 0.15
"""Who uses less of the topic's words, by rarity, in all their pieces does not write about it: true of no training
question that has an answer."""


@dataclass(frozen=True, slots=True)
class Found:
    """What looking in one scope brought."""

    hits: Sequence[Hit] = ()
    candidates: Sequence[Candidate] = ()
    evidence: Evidence = NO_EVIDENCE
    probability: float = 0.0


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


@dataclass
class _Run:
    """One question on its way through the engine."""

    ask: Ask
    understood: Understanding
    scope: Mask | None
    vector: Vectors
    focus: str | None
    """The section that a follow-up goes on about."""
    notes: list[str] = field(default_factory=list)
    silence: str = ""
    """What an abstention says."""
    suggestions: list[Suggestion] = field(default_factory=list)
    """Whom an abstention suggests to ask."""
    timings: dict[str, float] = field(default_factory=dict)


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
        began = time.perf_counter()
        run = self._start(ask, offices)
        people = run.understood.speakers
        if len(people) > 1 and any(mention.is_ambiguous for mention in run.understood.mentions):
            people = self._prefer(run)
            if not people:
                return self._abstain(run, "ambiguous_person", began)
        parts, probability, reason = self._answer_from(run, people)
        if reason and any(mention.basis == OFFICE for mention in run.understood.mentions):
            return self._answer(ask, offices=False)
        if reason:
            return self._abstain(run, reason, began, probability)
        return self._finish(run, parts, probability, began)

    def evidence(self, ask: Ask) -> Evidence:
        """How thick the evidence for a question is: what the decision between answer and silence is fitted on."""
        run = self._start(ask)
        return self._look(run, self._scope(run, self._wanted(run))).evidence

    def proposals(self, ask: Ask) -> tuple[Proposed, str | None]:
        """The rows that an answer is chosen from, and the section that a follow-up goes on about: what the weights
        of retrieval are fitted on.
        """
        run = self._start(ask)
        focused = self.snapshot.passage_mask(frozenset({run.focus})) if run.focus else None
        scope = self._scope(run, self._wanted(run))
        return propose(self.snapshot, run.understood.query, run.vector, scope, focused), run.focus

    def _wanted(self, run: _Run) -> tuple[PersonRecord, ...]:
        """The people whose words are asked for; of several of one name the preferred one, else all."""
        people = run.understood.speakers
        if len(people) > 1 and any(mention.is_ambiguous for mention in run.understood.mentions):
            return self._prefer(run) or people
        return people

    def _scope(self, run: _Run, people: Sequence[PersonRecord]) -> Mask | None:
        """The rows that may answer: in scope, by these people, or naming the stranger asked about."""
        return both(run.scope, rows_by(self.snapshot, people) if people else None, self._stranger_rows(run))

    def _start(self, ask: Ask, offices: bool = True) -> _Run:
        began = time.perf_counter()
        allowed = filter_mask(self.snapshot, self.lexicon, ask.filters)
        watching().reach("understand")
        understood = understand(ask.question, ask.history, self.lexicon, offices)
        scope = both(allowed, named_mask(self.snapshot, understood))
        if understood.without:
            scope = both(scope, ~rows_by(self.snapshot, understood.without))
        watching().check()
        vector = self._embed_question(understood)
        watching().check()
        run = _Run(ask, understood, scope, vector, self._focus(ask, understood, scope))
        _clock(run, "understand", began)
        return run

    def _embed_question(self, understood: Understanding) -> Vectors:
        """The vector to look with; what a follow-up says itself counts most."""
        if not understood.leans:
            return cast(Vectors, self.embedder.embed([understood.query])[0])
        said, meant = self.embedder.embed([understood.own, understood.query])
        both_ways = _OWN * said + (1 - _OWN) * meant
        return cast(Vectors, both_ways / np.linalg.norm(both_ways))

    def _focus(self, ask: Ask, understood: Understanding, scope: Mask | None) -> str | None:
        """Of a question that leans on the conversation: the section that its last turns are about.

        It is one that the last answer cites, else one that the user's own last words find: what else stands in an
        assistant's turn only chooses among those.
        """
        if not understood.leans:
            return None
        near = frozenset(understood.near)
        turns = " ".join(turn.content[:_TURN_CHARACTERS] for turn in ask.history[-2:])
        if not near:
            asked = next((t.content for t in reversed(ask.history) if t.role == "user"), "")[:_TURN_CHARACTERS]
            found = retrieve(self.snapshot, asked, self.embedder.embed([asked])[0], scope, _FOCUSED)
            near = frozenset(hit.passage.section_id for hit in found)
        among = both(scope, self.snapshot.passage_mask(near))
        hits = retrieve(self.snapshot, turns, self.embedder.embed([turns])[0], among, 1)
        return hits[0].passage.section_id if hits else None

    def _answer_from(self, run: _Run, people: Sequence[PersonRecord]) -> tuple[list[Part], float, Reason | None]:
        """The parts of an answer, how sure it is, and the reason where there is none."""
        understood = run.understood
        if understood.sort is Sort.COMPARE and len(people) > 1:
            return self._compare(run, people)
        if understood.sides and (contrasted := self._contrast(run)):
            return contrasted
        scope = self._scope(run, people)
        if understood.sort is Sort.SUMMARY and (meant := self._section_to_summarise(run, people, scope)):
            section_id, certainty = meant
            return summarise(self.snapshot, section_id, understood.stems), _SUMMARY_TELLS * certainty, None
        found = self._look(run, scope)
        if understood.strangers and not people:
            found = replace(
                found, candidates=[c for c in found.candidates if reports(c.sentence, understood.strangers[0])]
            )
        share = 1.0
        if understood.sort is Sort.FIGURE:
            found, is_told = self._figures(run, found)
            share = 0.0 if is_told else 1.0
        if found.candidates and self._is_enough(run, found, people, share):
            watching().reach("compose")
            began = time.perf_counter()
            several = len(things_asked(understood.own)) > 1
            number = number_asked(understood.own)
            parts = compose(self.snapshot, found.candidates, understood.sort, asks_several=several, number=number)
            _clock(run, "compose", began)
            return parts, found.probability, None
        return [], found.probability, self._why_not(run, people)

    def _is_enough(self, run: _Run, found: Found, people: Sequence[PersonRecord], share: float = 1.0) -> bool:
        """Whether to answer: likely enough, and the people asked use some word of what they are asked about."""
        silent = bool(people and run.understood.stems) and found.evidence.scope_coverage < _LEAST_SAID
        return found.probability >= share * self.calibration.threshold and not silent

    def _figures(self, run: _Run, found: Found) -> tuple[Found, bool]:
        """What could give the figure asked for, and whether the reranker's probes have decided that it does.

        They, or its scores where it has none, put the sentences in order, and say whether any gives the figure; but
        of a question that leans on the conversation they know too little.
        """
        text = run.understood.text
        if years := years_asked(text):
            found = replace(found, candidates=[c for c in found.candidates if years <= self._years_of(c.section_id)])
        if self.reranker is None:
            given = any(gives_figure(text, candidate.sentence.text) for candidate in found.candidates[:_FIGURE_DEPTH])
            return (found if given else replace(found, candidates=())), False
        giving = [c for c in found.candidates if gives_figure(text, c.sentence.text)][:_FIGURES]
        is_told = any(candidate.told for candidate in giving)
        least = _FIGURE_TOLD if is_told else _FIGURE_RELEVANCE
        if is_told:
            scores = [candidate.told for candidate in giving]
        else:
            began = time.perf_counter()
            scores = self.reranker.score(run.understood.asked, [c.sentence.text for c in giving])
            _clock(run, "rerank", began)
        ranked = sorted(zip(scores, giving, strict=True), key=lambda item: -item[0])
        if not ranked or (ranked[0][0] < least and not run.understood.leans):
            return replace(found, candidates=()), is_told
        candidates = [replace(candidate, score=score) for score, candidate in ranked]
        if not is_told or run.understood.leans:
            return replace(found, candidates=candidates), False
        return replace(found, candidates=candidates, probability=probable(ranked[0][0])), True

    def _years_of(self, section_id: str) -> frozenset[str]:
        """The years that a piece, its title or its volume's names."""
        section = self.snapshot.section(section_id)
        volume = next(volume for volume in self.lexicon.volumes if volume.id == section.volume_id)
        named = [section.title, volume.title, str(volume.year), *(sentence.text for sentence in section.sentences)]
        return years_asked(" ".join(named))

    def find(self, ask: Ask, count: int = _PASSAGES) -> list[Hit]:
        """The best `count` passages for a question; raises what `look` does."""
        return list(self.look(ask, count).found.hits[:count])

    def look(self, ask: Ask, count: int = _PASSAGES) -> Looked:
        """Look for `count` passages or more for a question, with everything that an answer would take into account.

        Raises:
            QuestionError: the question is empty, too long or no text.
            NotFound: a filter names something that is not here.
        """
        began = time.perf_counter()
        check_question(ask, self.settings.max_question_words)
        run = self._start(ask)
        people = self._wanted(run)
        found = self._look(run, self._scope(run, people), depth=max(count, _PASSAGES))
        _clock(run, "total", began)
        return Looked(run.understood, people, run.focus, found, run.timings)

    def people_asked(self, ask: Ask) -> list[str]:
        """The names of the people whose own words a question asks for."""
        return [person.name for person in self._wanted(self._start(ask))]

    def _look(self, run: _Run, scope: Mask | None, pool: int = _POOL, depth: int = _PASSAGES, asked: str = "") -> Found:
        """Retrieve, rerank, rank and weigh within a scope; `pool` passages are read by the reranker, with what is asked
        of this scope or else the whole question.
        """
        watching().reach("retrieve")
        began = time.perf_counter()
        understood = run.understood
        hits = retrieve(self.snapshot, understood.query, run.vector, scope, depth, run.focus)
        _clock(run, "retrieve", began)
        if self.reranker is not None and pool:
            watching().reach("rerank")
            began = time.perf_counter()
            share = _HEARD if understood.leans else 1.0
            asks = asked or understood.asked
            hits = [*rerank(self.snapshot, self.reranker, asks, hits[:pool], share), *hits[pool:]]
            if understood.leans:
                hits = [*self._read_whole(understood, hits[:_READ_WHOLE]), *hits[_READ_WHOLE:]]
            _clock(run, "rerank", began)
        watching().reach("rank")
        began = time.perf_counter()
        candidates = rank_sentences(self.snapshot, self.lexicon, hits, run.vector, understood.stems)
        known = {token for token in understood.meant if self._knows(token, scope)}
        nearest = float(self.snapshot.vectors.search(run.vector, 1)[1].max(initial=0.0))
        evidence = weigh(hits, candidates, understood.meant, self.lexicon, known, nearest)
        _clock(run, "rank", began)
        return Found(hits, candidates, evidence, self.calibration.probability(evidence) if hits else 0.0)

    def _read_whole(self, understood: Understanding, hits: Sequence[Hit]) -> list[Hit]:
        """A follow-up's best passages as the whole question judges them: alone it says too little to decide by."""
        assert self.reranker is not None
        return read(self.snapshot, self.reranker, understood.standalone, hits)

    def _knows(self, token: str, scope: Mask | None) -> bool:
        """Whether any row of the scope has a stem."""
        rows = self.snapshot.lexical.rows_with(token)
        return bool(len(rows) if scope is None else scope[rows].any())

    def _stranger_rows(self, run: _Run) -> Mask | None:
        """For the words of somebody who writes nothing here: the rows that name them."""
        strangers = run.understood.strangers
        if not strangers or run.understood.speakers:
            return None
        return rows_naming(self.snapshot, strangers[0])

    def _prefer(self, run: _Run) -> tuple[PersonRecord, ...]:
        """Of several writers of one name, the one who writes about it; nobody where two do alike."""
        chosen: list[PersonRecord] = []
        for mention in run.understood.mentions:
            if not mention.is_ambiguous:
                chosen += [person for person in mention.candidates if person in run.understood.speakers]
                continue
            share = _POOL // len(mention.candidates)
            scored = sorted(
                (
                    (self._look(run, both(run.scope, rows_by(self.snapshot, [p])), share).probability, p)
                    for p in mention.candidates
                ),
                key=lambda item: -item[0],
            )
            names = people_in_words([person.name for _, person in scored])
            if scored[0][0] < self.calibration.threshold:
                chosen += [person for _, person in scored]
                continue
            if scored[0][0] - scored[1][0] < _NEAR_TIE:
                run.silence = f"{mention.text} may be {names}; both write about this. Ask with the full name."
                run.suggestions = [Suggestion(id=person.id, name=person.name) for _, person in scored]
                return ()
            chosen.append(scored[0][1])
            rest = [person.name for _, person in scored[1:]]
            others, verb = people_in_words(rest), _verb(rest, "writes", "write")
            run.notes.append(
                f"{others} also {verb} in this collection, but {_verb(rest, 'is', 'are')} someone else; "
                f"{mention.text} is read as {scored[0][1].name}."
            )
        return tuple(dict.fromkeys(chosen))

    def _compare(self, run: _Run, people: Sequence[PersonRecord]) -> tuple[list[Part], float, Reason | None]:
        """One part a person, of like length; who says nothing about it is named."""
        parts: list[Part] = []
        best = 0.0
        for person in people:
            asked = run.understood.asked_of.get(person.id, "")
            own = _asking(run, asked)
            scope = both(run.scope, rows_by(self.snapshot, [person]))
            found = self._look(own, scope, _COMPARED_POOL // len(people), asked=asked)
            best = max(best, found.probability)
            if not self._is_enough(own, found, [person], _COMPARED):
                run.notes.append(f"{person.name} does not write about this here.")
                continue
            parts += compose(self.snapshot, found.candidates, Sort.COMPARE, _share(len(people)))
        if not parts:
            names = [person.name for person in people]
            run.silence = f"{people_in_words(names)} {_verb(names, 'does not', 'do not')} write about this here."
            run.notes.clear()
        return parts, best, None if parts else "not_by_this_person"

    def _contrast(self, run: _Run) -> tuple[list[Part], float, Reason | None] | None:
        """One part for each of two things compared, from two pieces; None where either is not found."""
        sides = run.understood.sides
        parts: dict[int, list[Part]] = {}
        taken: set[str] = set()
        least = 1.0
        for place in sorted(range(len(sides)), key=lambda place: not (sides[place].people or sides[place].names)):
            side = sides[place]
            scope = both(
                run.scope,
                rows_by(self.snapshot, side.people) if side.people else None,
                rows_around(self.snapshot, side.names) if side.names else None,
                ~self.snapshot.passage_mask(frozenset(taken)),
            )
            understood = put_to(run.understood, side)
            own = replace(run, understood=understood, vector=self._embed_question(understood))
            found = self._look(own, scope, _COMPARED_POOL // len(sides), asked=side.asked)
            if not self._is_enough(own, found, side.people, _COMPARED) or not _gives_what_is_asked(own, found):
                return None
            parts[place] = compose(self.snapshot, found.candidates, Sort.COMPARE, _share(len(sides)))
            taken |= {part.section.id for part in parts[place]}
            least = min(least, found.probability)
        return [part for place in sorted(parts) for part in parts[place]], least, None

    def _section_to_summarise(
        self, run: _Run, people: Sequence[PersonRecord], scope: Mask | None
    ) -> tuple[str, float] | None:
        """The piece that a summary is asked of, and how certain it is that it is this one.

        It is the one named, else the one of whose passages most is found: its share says how certain it is.
        """
        if len(run.understood.section_ids) == 1:
            named = run.understood.section_ids[0]
            rows = both(scope, self.snapshot.passage_mask(frozenset({named})))
            return (named, 1.0) if rows is not None and rows.any() else None
        hits = retrieve(self.snapshot, run.understood.standalone, run.vector, scope, _PASSAGES)
        if not hits:
            return None
        totals: dict[str, float] = {}
        for hit in hits:
            totals[hit.passage.section_id] = totals.get(hit.passage.section_id, 0.0) + hit.score
        best = max(totals, key=lambda section_id: totals[section_id])
        share = totals[best] / sum(totals.values())
        if people:
            return best, share
        probability = self._look(run, scope).probability
        return (best, (share + probability) / 2) if probability >= self.calibration.threshold else None

    def _why_not(self, run: _Run, people: Sequence[PersonRecord]) -> Reason:
        """The reason to be silent, with a note on who does write about it."""
        names = [person.name for person in people] or list(run.understood.strangers)
        if not names:
            run.silence = "Nothing in the collection answers this."
            return "not_in_collection"
        elsewhere = self._look(run, run.scope)
        found = [self.snapshot.section_refs[hit.passage.section_id] for hit in elsewhere.hits[:3]]
        others = _writers(found, names)
        if elsewhere.probability >= self.calibration.threshold:
            run.suggestions = suggested(self.snapshot.people(), found, others)
        if not people:
            run.silence = f"{people_in_words(names)} {_verb(names, 'writes', 'write')} nothing in this collection."
            return "not_in_collection"
        if elsewhere.probability >= self.calibration.threshold and others:
            does, does_not = _verb(others, "writes", "write"), _verb(names, "does not", "do not")
            run.silence = f"{people_in_words(others)} {does} about this; {people_in_words(names)} {does_not}."
        else:
            run.silence = f"{people_in_words(names)} {_verb(names, 'writes', 'write')} here, but not about this."
        return "not_by_this_person"

    def _finish(self, run: _Run, parts: Sequence[Part], probability: float, began: float) -> Answer:
        watching().reach("ground")
        start = time.perf_counter()
        sentences, citations = cite(self.snapshot, parts)
        held = hold(sentences, citations, self.snapshot)
        _clock(run, "ground", start)
        if not held:
            run.silence = "No sentence found could be verified against its source."
            return self._abstain(run, "not_verified", began, probability)
        used = {number for sentence in held for number in sentence.citations}
        kept = [citation for citation in citations if citation.id in used]
        composer = self.llm_composer if run.ask.composer == "llm" else None
        if composer is None:
            say_all(held, kept)
        watching().reach("review")
        self._note_what_is_missing(run, held)
        self._note_what_is_denied(run, held)
        _note_digests(run, kept)
        answer = _answer(run, began, "answered", None, probability).model_copy(
            update={"answer": plain_text(held), "sentences": held, "citations": kept}
        )
        if composer is not None:
            watching().reach("retell")
            return retold(composer, run.understood.standalone, parts, answer)
        return answer

    def _note_what_is_missing(self, run: _Run, said: Sequence[AnswerSentence]) -> None:
        """Name the figures asked for, of a question that asks several things, that no sentence of the answer gives."""
        if self.reranker is None:
            return
        for clause in figures_asked(run.understood.own):
            began = time.perf_counter()
            relevance = max(self.reranker.score(clause, [sentence.text for sentence in said]))
            _clock(run, "rerank", began)
            if relevance < _FIGURE_MISSING:
                run.notes.append(f"Not clearly answered here: {clause}.")

    def _note_what_is_denied(self, run: _Run, said: Sequence[AnswerSentence]) -> None:
        """Point to the sentence that seems to deny what the question takes for granted."""
        texts = [sentence.text for sentence in said]
        place = denied_by(run.understood.own, run.understood.stems, texts, self.lexicon)
        if place is not None:
            marks = "".join(f"[{number}]" for number in said[place].citations)
            run.notes.append(f"The text may say the contrary of what the question supposes: see {marks}.")

    def _abstain(self, run: _Run, reason: Reason, began: float, probability: float = 0.0) -> Answer:
        answer = _answer(run, began, "abstained", reason, 1.0 - probability)
        return answer.model_copy(update={"answer": run.silence, "suggestions": run.suggestions})


def _answer(run: _Run, began: float, status: str, reason: Reason | None, confidence: float) -> Answer:
    run.timings["total"] = round((time.perf_counter() - began) * 1000, 2)
    return Answer(
        id=uuid.uuid4().hex,
        question=run.ask.question,
        standalone_question=run.understood.standalone,
        status="answered" if status == "answered" else "abstained",
        reason=reason,
        answer="",
        sentences=[],
        citations=[],
        notes=run.notes,
        confidence=round(max(0.0, min(1.0, confidence)), 3),
        composer="extractive",
        timings_ms=run.timings,
    )


def _gives_what_is_asked(run: _Run, found: Found) -> bool:
    """Whether anything was found, and a figure where one is asked for."""
    asked, best = run.understood.standalone, found.candidates[:_FIGURE_DEPTH]
    is_figure = run.understood.sort is Sort.FIGURE
    return any(gives_figure(asked, candidate.sentence.text) for candidate in best) if is_figure else bool(best)


def _asking(run: _Run, asked: str) -> _Run:
    """A run that asks no more than these words of the question; the same where none of them says what it is about."""
    said = frozenset(content_stems(asked))
    stems, meant = (
        tuple(token for token in of if token in said) for of in (run.understood.stems, run.understood.meant)
    )
    return replace(run, understood=replace(run.understood, stems=stems, meant=meant)) if stems and meant else run


def _verb(names: Sequence[str], one: str, many: str) -> str:
    return one if len(names) == 1 else many


def _clock(run: _Run, stage: str, began: float) -> None:
    run.timings[stage] = round(run.timings.get(stage, 0.0) + (time.perf_counter() - began) * 1000, 2)


def _share(people: int) -> Budget:
    return Budget(sentences=4 if people == 2 else 3, words=_COMPARED_WORDS // people - _FRAME_WORDS, parts=1)


def _writers(refs: Sequence[SectionRef], without: Sequence[str]) -> list[str]:
    names = [name for ref in refs for name in ref.authors]
    return [name for name in dict.fromkeys(names) if name not in without][:2]


def _note_digests(run: _Run, citations: Sequence[Citation]) -> None:
    volumes = dict.fromkeys(c.volume for c in citations if c.edition == "digest")
    for volume in volumes:
        run.notes.append(f"{volume} is answered from Byline's own digest; the words are ours, not the writers'.")
