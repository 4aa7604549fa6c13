"""What gives the figure that a question asks for, and whether anything does.

In: a `Run` and what was found, or what is said. Out: the sentences that could give the figure, the likeliest first; a
note on each figure asked for that none gives. The constants that speak of the reranker's scores are in logits of the
default model; another needs its own.
"""

import time
from collections.abc import Sequence
from dataclasses import replace

from rag.abstain import probable
from rag.figures import figures_asked, gives_figure, years_asked
from rag.question import Sort
from rag.rank import Candidate
from rag.run import Found, Run

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


def giving_figure(run: Run, found: Found) -> tuple[Found, bool]:
    """What could give the figure asked for, and whether the reranker's probes have decided that it does.

    They, or its scores where it has none, put the sentences in order, and say whether any gives the figure; but of a
    question that leans on the conversation they know too little.
    """
    text = run.understood.text
    if years := years_asked(text):
        found = replace(found, candidates=[c for c in found.candidates if years <= _years_of(run, c.section_id)])
    if run.tools.reranker is None:
        return (found if _has_figure(text, found) else replace(found, candidates=())), False
    giving = [c for c in found.candidates if gives_figure(text, c.sentence.text)][:_FIGURES]
    is_told = any(candidate.told for candidate in giving)
    least = _FIGURE_TOLD if is_told else _FIGURE_RELEVANCE
    scores = [candidate.told for candidate in giving] if is_told else _relevance(run, run.understood.asked, giving)
    ranked = sorted(zip(scores, giving, strict=True), key=lambda item: -item[0])
    if not ranked or (ranked[0][0] < least and not run.understood.leans):
        return replace(found, candidates=()), is_told
    candidates = [replace(candidate, score=score) for score, candidate in ranked]
    if not is_told or run.understood.leans:
        return replace(found, candidates=candidates), False
    return replace(found, candidates=candidates, probability=probable(ranked[0][0])), True


def gives_what_is_asked(run: Run, found: Found) -> bool:
    """Whether anything was found, and a figure where one is asked for."""
    if run.understood.sort is Sort.FIGURE:
        return _has_figure(run.understood.standalone, found)
    return bool(found.candidates)


def note_missing_figures(run: Run, said: Sequence[str]) -> None:
    """Name the figures asked for, of a question that asks several things, that no sentence of the answer gives."""
    reranker = run.tools.reranker
    if reranker is None:
        return
    for clause in figures_asked(run.understood.own):
        began = time.perf_counter()
        relevance = max(reranker.score(clause, said))
        run.clock("rerank", began)
        if relevance < _FIGURE_MISSING:
            run.notes.append(f"Not clearly answered here: {clause}.")


def _has_figure(question: str, found: Found) -> bool:
    return any(gives_figure(question, candidate.sentence.text) for candidate in found.candidates[:_FIGURE_DEPTH])


def _relevance(run: Run, question: str, candidates: Sequence[Candidate]) -> list[float]:
    """What the reranker makes of each sentence alone, in logits."""
    assert run.tools.reranker is not None
    began = time.perf_counter()
    scores = run.tools.reranker.score(question, [candidate.sentence.text for candidate in candidates])
    run.clock("rerank", began)
    return scores


def _years_of(run: Run, section_id: str) -> frozenset[str]:
    """The years that a piece, its title or its volume's names."""
    section = run.tools.snapshot.section(section_id)
    volume = next(volume for volume in run.tools.lexicon.volumes if volume.id == section.volume_id)
    named = [section.title, volume.title, str(volume.year), *(sentence.text for sentence in section.sentences)]
    return years_asked(" ".join(named))
