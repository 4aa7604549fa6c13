"""What a peer is: a library's way from a query to places in the texts.

In: the texts as the snapshot read them. Out: `Peer`s, which `eval.peers.comparison` asks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from eval.finding import DEPTH, Place
from index.embedding import Vectors
from index.model import Span
from index.texts import SourceText

Embed = Callable[[Sequence[str]], Vectors]
"""Unit vectors of texts, shape (texts, dimensions)."""
CANDIDATES = 30
"""How many chunks each retriever gives to a fusion."""
RERANKED = 20
"""How many chunks of a fusion the cross-encoder reads: more than it reads of Byline's."""


class Scorer(Protocol):
    """A cross-encoder."""

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers the query; higher is better."""
        ...


@dataclass(frozen=True)
class Peer:
    """A pipeline of another library over the texts."""

    name: str
    find: Callable[[str], Sequence[Place]]
    """The best chunks for a query, best first."""


def chunk_place(source: SourceText, start: int, text: str) -> Place:
    """The place of a chunk that begins at a character of a text."""
    span = Span(start, start + len(text))
    return Place(source.file, source.edition, span.start, span.end, source.lines_of(span), text)


def rerank(scorer: Scorer, query: str, places: Sequence[Place]) -> list[Place]:
    """The best places, by the cross-encoder."""
    places = places[:RERANKED]
    scores = scorer.score(query, [place.text for place in places]) if places else []
    order = sorted(range(len(places)), key=lambda number: -scores[number])
    return [places[number] for number in order[:DEPTH]]
