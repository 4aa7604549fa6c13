"""What an answer is made from: a comparison, a summary, a figure, or a run of sentences.

In: a `Run` and the people whose words are asked for. Out: a `Draft`, or one with the reason for silence.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from index.records import PersonRecord
from rag.clauses import things_asked
from rag.comparison import compare, contrast
from rag.compose import Part, compose
from rag.enumeration import number_asked
from rag.figure_answer import giving_figure
from rag.looking import PASSAGES, is_enough, look, scope_of, stems_besides_strangers
from rag.people import reports
from rag.question import Sort
from rag.rank import Candidate, coverage
from rag.retrieve import Mask, retrieve
from rag.run import Draft, Run
from rag.scope import both
from rag.silence import why_not
from rag.summarise import moral_of, summarise
from rag.watch import watching

_SUMMARY_TELLS = 0.85
"""Of the training questions for a summary, the share whose summary holds all that is asked for."""
_MOST = 0.5
"""More than this of the topic's words, by rarity."""
_MORAL = re.compile(r"\bmoral\s+(?:of|to|in)\b", re.I)


def draft(run: Run, people: Sequence[PersonRecord]) -> Draft:
    """Choose what answers, in the way that the question asks for."""
    understood = run.understood
    if understood.sort is Sort.COMPARE and len(people) > 1:
        return compare(run, people)
    if understood.sides and (contrasted := contrast(run)):
        return contrasted
    scope = scope_of(run, people)
    if understood.sort is Sort.SUMMARY and (meant := _section_to_summarise(run, people, scope)):
        section_id, certainty = meant
        return Draft(summarise(run.tools.snapshot, section_id, understood.stems), _SUMMARY_TELLS * certainty)
    if _MORAL.search(understood.own) and (moral := _moral_printed(run, people, scope)):
        return Draft(moral, look(run, scope).probability)
    return _of_sentences(run, people, scope)


def _of_sentences(run: Run, people: Sequence[PersonRecord], scope: Mask | None) -> Draft:
    understood = run.understood
    found = look(run, scope)
    if understood.strangers and not people:
        told = [c for c in found.candidates if reports(c.sentence, understood.strangers[0])]
        least = run.tools.calibration.threshold if any(_are_own_words(run, c) for c in told) else 0.0
        found = replace(found, candidates=told, probability=max(found.probability, least))
    share = 1.0
    if understood.sort is Sort.FIGURE:
        found, is_told = giving_figure(run, found)
        share = 0.0 if is_told else 1.0
    if found.candidates and is_enough(run, found, share):
        return Draft(_composed(run, found.candidates), found.probability)
    return Draft((), found.probability, why_not(run, people))


def _are_own_words(run: Run, candidate: Candidate) -> bool:
    """Whether a sentence is the words of the stranger asked about, and has most of what is asked.

    That is enough to answer from: a reranker, which reads no speaker, cannot know whose words they are.
    """
    speaker, stems = candidate.sentence.speaker, stems_besides_strangers(run)
    is_theirs = speaker is not None and run.understood.strangers[0] in speaker
    return is_theirs and bool(stems) and coverage(candidate.sentence.text, stems, run.tools.lexicon) > _MOST


def _moral_printed(run: Run, people: Sequence[PersonRecord], scope: Mask | None) -> list[Part]:
    """The moral that the piece asked about prints, where the question leaves only one piece."""
    if scope is None or not (people or run.understood.section_ids):
        return []
    snapshot = run.tools.snapshot
    left = {snapshot.passage_sections[row] for row in np.flatnonzero(scope)}
    return moral_of(snapshot, left.pop()) if len(left) == 1 else []


def _composed(run: Run, candidates: Sequence[Candidate]) -> list[Part]:
    watching().reach("compose")
    began = time.perf_counter()
    several = len(things_asked(run.understood.own)) > 1
    number = number_asked(run.understood.own)
    parts = compose(run.tools.snapshot, candidates, run.understood.sort, asks_several=several, number=number)
    run.clock("compose", began)
    return parts


def _section_to_summarise(run: Run, people: Sequence[PersonRecord], scope: Mask | None) -> tuple[str, float] | None:
    """The piece that a summary is asked of, and how certain it is that it is this one.

    It is the one named, else the one of whose passages most is found: its share says how certain it is.
    """
    snapshot = run.tools.snapshot
    if len(run.understood.section_ids) == 1:
        named = run.understood.section_ids[0]
        rows = both(scope, snapshot.passage_mask(frozenset({named})))
        return (named, 1.0) if rows is not None and rows.any() else None
    hits = retrieve(snapshot, run.understood.standalone, run.vector, scope, PASSAGES)
    if not hits:
        return None
    totals: dict[str, float] = {}
    for hit in hits:
        totals[hit.passage.section_id] = totals.get(hit.passage.section_id, 0.0) + hit.score
    best = max(totals, key=lambda section_id: totals[section_id])
    share = totals[best] / sum(totals.values())
    if people:
        return best, share
    probability = look(run, scope).probability
    return (best, (share + probability) / 2) if probability >= run.tools.calibration.threshold else None
