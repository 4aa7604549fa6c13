"""Watching an answer come about: the stages it reaches, the sentences that pass, and whether anybody still waits.

In: what the engine does. Out: calls on a `Watch`. The watch of a question is ambient (a context variable, as the cancel
scopes of trio are): whatever works on the question may look, and nothing in between has to hand it on.
"""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event
from typing import Literal

from rag.answer import AnswerSentence, Citation
from rag.errors import Cancelled, TookTooLong

Stage = Literal["understand", "retrieve", "rerank", "rank", "compose", "ground", "retell", "review"]
"""In this order, where they are passed; a comparison retrieves, reranks and ranks for each of its people."""


class Watch:
    """Somebody who waits for an answer. Subclasses are told what happens; this one only can go away."""

    def __init__(self) -> None:
        self._gone = Event()

    def cancel(self) -> None:
        """Nobody waits any longer: the work stops at its next step. May be called from any thread."""
        self._gone.set()

    def check(self) -> None:
        """Go on only where somebody waits.

        Raises:
            Cancelled: nobody does.
            TookTooLong: its time is over (`ended_by`).
        """
        if self._gone.is_set():
            raise Cancelled("Nobody waits for this answer any longer, and the work on it was stopped.")
        if time.monotonic() >= _end.get():
            raise TookTooLong("This took longer than an answer may take here, and was stopped. Ask again later.")

    def reach(self, stage: Stage) -> None:
        """A stage begins.

        Raises:
            Cancelled: nobody waits any longer.
        """
        self.check()

    def say(self, index: int, sentence: AnswerSentence, citations: Sequence[Citation]) -> None:
        """A sentence of the answer has passed the gate.

        Args:
            index: its place in the answer, from 0. A place that was said before is said anew, and what came after it
                no longer holds: a language model failed, and the texts' own words follow.
            sentence: what leaves.
            citations: those that it cites.
        """


_end: ContextVar[float] = ContextVar("end", default=math.inf)
_NOBODY = Watch()
_watch: ContextVar[Watch] = ContextVar("watch", default=_NOBODY)


def watching() -> Watch:
    """The watch of the question that is being worked on; one that never goes away where there is none."""
    return _watch.get()


@contextmanager
def watched_by(watch: Watch) -> Iterator[None]:
    """Work on a question under a watch.

    Example:
        >>> with watched_by(watch):
        ...     answer = engine.ask(Ask(question="what did Harker say about schools?"))
    """
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)


@contextmanager
def ended_by(moment: float) -> Iterator[None]:
    """Work that must end by a moment of `time.monotonic()`, whoever watches it."""
    token = _end.set(moment)
    try:
        yield
    finally:
        _end.reset(token)


def say_all(sentences: Sequence[AnswerSentence], citations: Sequence[Citation]) -> None:
    """Say every sentence of an answer, in order."""
    say_from(0, sentences, citations)


def say_from(first: int, sentences: Sequence[AnswerSentence], citations: Sequence[Citation]) -> None:
    """Say the sentences of an answer from a place on, in order."""
    watch = watching()
    for index, sentence in enumerate(sentences[first:], first):
        watch.say(index, sentence, [citation for citation in citations if citation.id in sentence.citations])
