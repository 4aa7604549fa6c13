"""From an ask to a `Run`: what is asked, which rows may answer, and by which vector to look for them.

In: an `Ask`. Out: a `Run`. A question that leans on the conversation gets a vector that leans too, and the section that
the talk was about.
"""

import time
from typing import cast

import numpy as np

from index.embedding import Vectors
from rag.answer import Ask
from rag.question import Understanding, understand
from rag.retrieve import Mask, retrieve
from rag.run import Run, Tools
from rag.scope import both, filter_mask, named_mask, rows_by
from rag.watch import watching

_OWN = 0.8
"""Of the vector of a question that leans on the conversation, what it says itself."""
_FOCUSED = 20
"""A follow-up goes on about the section of one of so many passages that the question before it finds."""
_TURN_CHARACTERS = 600
"""So much of a turn is looked at for what a conversation is about."""


def start(tools: Tools, ask: Ask, offices: bool = True) -> Run:
    """Understand a question; `offices` also name people.

    Raises:
        NotFound: a filter names something that is not here.
    """
    began = time.perf_counter()
    allowed = filter_mask(tools.snapshot, tools.lexicon, ask.filters)
    watching().reach("understand")
    understood = understand(ask.question, ask.history, tools.lexicon, offices)
    scope = both(allowed, named_mask(tools.snapshot, understood))
    if understood.without:
        scope = both(scope, ~rows_by(tools.snapshot, understood.without))
    watching().check()
    vector = embed_question(tools, understood)
    watching().check()
    run = Run(tools, ask, understood, scope, vector, _focus(tools, ask, understood, scope), began)
    run.clock("understand", began)
    return run


def embed_question(tools: Tools, understood: Understanding) -> Vectors:
    """The vector to look with, shape (dimensions,); what a follow-up says itself counts most."""
    if not understood.leans:
        return cast(Vectors, tools.embedder.embed([understood.query])[0])
    said, meant = tools.embedder.embed([understood.own, understood.query])
    both_ways = _OWN * said + (1 - _OWN) * meant
    return cast(Vectors, both_ways / np.linalg.norm(both_ways))


def _focus(tools: Tools, ask: Ask, understood: Understanding, scope: Mask | None) -> str | None:
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
        found = retrieve(tools.snapshot, asked, tools.embedder.embed([asked])[0], scope, _FOCUSED)
        near = frozenset(hit.passage.section_id for hit in found)
    among = both(scope, tools.snapshot.passage_mask(near))
    hits = retrieve(tools.snapshot, turns, tools.embedder.embed([turns])[0], among, 1)
    return hits[0].passage.section_id if hits else None
