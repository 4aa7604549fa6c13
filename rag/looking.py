"""Looking for what answers: retrieve, rerank, rank, and weigh what was found.

In: a `Run` and a scope, which is a mask over passage rows. Out: `Found`, and whether it is enough to answer from.
"""

import time
from collections.abc import Sequence

from index.names import fold
from index.records import PersonRecord
from index.tokens import stem
from rag.abstain import weigh
from rag.rank import rank_sentences, read, rerank
from rag.retrieve import Hit, Mask, retrieve
from rag.run import Found, Run
from rag.scope import both, rows_about, rows_by, rows_naming
from rag.watch import watching

PASSAGES = 8
"""An answer is composed from so many passages."""
POOL = 5
"""The reranker reads so many of what retrieval found, shared between the people of one name."""
_MORE = 3
_CLEARLY = 1.0
"""It reads so many more where it says of none that it answers with these log-odds: of two questions in five."""
_HEARD = 0.4
"""What the reranker says of a question that leans on the conversation counts less: half of it is said elsewhere."""
_READ_WHOLE = 2
"""Whether to answer such a question is judged by so many passages, read with the whole of it."""
_LEAST_SAID = 0.15
"""Pieces that have less of the topic's words, by rarity, are not about it: true of hardly any training question that
has an answer."""


def scope_of(run: Run, people: Sequence[PersonRecord]) -> Mask | None:
    """The rows that may answer: in scope, by these people or on their lives, or naming the stranger asked about."""
    snapshot = run.tools.snapshot
    theirs = rows_by(snapshot, people) if people else None
    if theirs is not None and run.understood.asks_of_lives:
        theirs |= rows_about(snapshot, people)
    return both(run.scope, theirs, _stranger_rows(run))


def look(run: Run, scope: Mask | None, pool: int = POOL, depth: int = PASSAGES, asked: str = "") -> Found:
    """Retrieve, rerank, rank and weigh within a scope.

    Args:
        run: the question.
        scope: rows that may answer, shape (passages,); None is all.
        pool: so many passages are read by the reranker.
        depth: so many are retrieved.
        asked: what is asked of this scope; empty is the whole question.
    """
    tools, understood = run.tools, run.understood
    watching().reach("retrieve")
    began = time.perf_counter()
    hits = retrieve(tools.snapshot, understood.query, run.vector, scope, depth, run.focus)
    run.clock("retrieve", began)
    hits = _reread(run, hits, pool, asked or understood.asked)
    watching().reach("rank")
    began = time.perf_counter()
    candidates = rank_sentences(tools.snapshot, tools.lexicon, hits, run.vector, understood.stems)
    meant = stems_besides_strangers(run)
    known = {token for token in meant if _knows(run, token, scope)}
    nearest = float(tools.snapshot.vectors.search(run.vector, 1)[1].max(initial=0.0))
    evidence = weigh(hits, candidates, meant, tools.lexicon, known, nearest)
    run.clock("rank", began)
    return Found(hits, candidates, evidence, tools.calibration.probability(evidence) if hits else 0.0)


def is_enough(run: Run, found: Found, share: float = 1.0, has_topic: bool = True) -> bool:
    """Whether to answer: likely enough, and the pieces looked at use some word of what is asked about.

    Args:
        run: the question.
        found: what looking for it brought.
        share: of the probability that is else required.
        has_topic: whether the words of the question tell what it is about, and not only where to look.
    """
    silent = has_topic and bool(run.understood.stems) and found.evidence.scope_coverage < _LEAST_SAID
    return found.probability >= share * run.tools.calibration.threshold and not silent


def _reread(run: Run, hits: list[Hit], pool: int, asked: str) -> list[Hit]:
    """The hits with the first `pool`, or some more, in the reranker's order; as they are where there is none.

    Of a follow-up the best are then read with the whole question: alone it says too little to decide by.
    """
    reranker, understood = run.tools.reranker, run.understood
    if reranker is None or not pool:
        return hits
    watching().reach("rerank")
    began = time.perf_counter()
    snapshot = run.tools.snapshot
    share = _HEARD if understood.leans else 1.0
    known = read(snapshot, reranker, asked, hits[:pool])
    if all(hit.reading and hit.reading.answers is not None and hit.reading.answers < _CLEARLY for hit in known):
        known += read(snapshot, reranker, asked, hits[pool : pool + _MORE])
    hits = [*rerank(known, share), *hits[len(known) :]]
    if understood.leans:
        whole = read(snapshot, reranker, understood.standalone, hits[:_READ_WHOLE])
        hits = [*whole, *hits[_READ_WHOLE:]]
    run.clock("rerank", began)
    return hits


def _knows(run: Run, token: str, scope: Mask | None) -> bool:
    """Whether any row of the scope has a stem."""
    rows = run.tools.snapshot.lexical.rows_with(token)
    return bool(len(rows) if scope is None else scope[rows].any())


def stems_besides_strangers(run: Run) -> list[str]:
    """The stems of what is asked; not of the name of a stranger, whose rows are all that is looked at."""
    strangers = () if run.understood.speakers else run.understood.strangers[:1]
    names = {stem(part) for name in strangers for part in fold(name).split()}
    return [token for token in run.understood.meant if token not in names]


def _stranger_rows(run: Run) -> Mask | None:
    """For the words of somebody who writes nothing here: the rows that name them."""
    strangers = run.understood.strangers
    if not strangers or run.understood.speakers:
        return None
    return rows_naming(run.tools.snapshot, strangers[0])
