"""Byline's way over plain texts without pieces: small windows, judged with their neighbours, grown into evidence.

In: texts and questions. Out: at most so many contiguous `Piece`s of a text, best first. A window is a run of sentences
of some fifty words. What it says is matched twice, alone and together with its two neighbours, by words (BM25) and by
meaning (cosine); then windows are taken from the best on, those that touch become one piece, until a budget of words is
spent. So evidence that stands close together costs one piece, and no word is handed on twice.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.lexical import LexicalIndex
from index.model import Span
from index.sentences import split_sentences
from index.tokens import tokens
from rag.rerank import Reranker

Vectors = NDArray[np.float32]
_MOST_WORDS = 60
_LEAST_WORDS = 40
_LONGEST_SENTENCE = 80
_WRITTEN_BREAK = re.compile(r"(?:\\n)+")
"""A line break as a dump of a chat writes it: two characters."""
_PLAIN_END = re.compile(r"(?<=[.!?])\s+(?=\S)")
_FEW_CAPITALS = 0.005
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Window:
    """A run of sentences of one text: `texts[name][span.start:span.end]`."""

    name: str
    span: Span
    words: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What is handed on: a stretch of one text."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of a window's score; they need not add up to 1."""

    lexical: float
    lexical_context: float
    cosine: float
    cosine_context: float


def cut_sentences(text: str) -> list[tuple[Span, int]]:
    """The sentences of a text with the number of their line. Every character but white space is in one of them.

    A line is a paragraph. Where a line has next to no capitals, a sentence may begin without one. A sentence longer
    than 80 words is cut at a comma, a semicolon, a colon or a bar if there is one.
    """
    found: list[tuple[Span, int]] = []
    offset = 0
    for number, line in enumerate(text.split("\n")):
        for start, end in _stretches(line):
            for first, last in _sentences(line[start:end]):
                found += [
                    (Span(offset + start + a, offset + start + b), number)
                    for a, b in _shortened(line[start:end], first, last)
                ]
        offset += len(line) + 1
    return found


def _stretches(line: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _WRITTEN_BREAK.finditer(line):
        yield start, match.end()
        start = match.end()
    if start < len(line):
        yield start, len(line)


def _sentences(stretch: str) -> list[tuple[int, int]]:
    if sum(map(str.isupper, stretch)) > _FEW_CAPITALS * len(stretch):
        return split_sentences(stretch)
    edges = [0]
    for match in _PLAIN_END.finditer(stretch):
        if len(stretch[edges[-1] : match.start()].split()) >= 5:
            edges.append(match.end())
    return list(zip(edges, [*edges[1:], len(stretch)], strict=True))


def _shortened(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    words = [(match.start() + start, match.end() + start) for match in _WORD.finditer(text[start:end])]
    while len(words) > _LONGEST_SENTENCE:
        cut = next((i for i in range(60, 30, -1) if text[words[i - 1][1] - 1] in ",;:|"), 50)
        yield words[0][0], words[cut - 1][1]
        words = words[cut:]
    if words:
        yield words[0][0], words[-1][1]


def cut_windows(name: str, text: str) -> list[Window]:
    """The windows of a text in order; together they hold all its sentences, each once."""
    windows: list[Window] = []
    held: list[Span] = []
    size, line = 0, -1
    for span, number in cut_sentences(text):
        words = len(text[span.start : span.end].split())
        if held and (size + words > _MOST_WORDS or (size >= _LEAST_WORDS and number != line)):
            windows.append(Window(name, Span(held[0].start, held[-1].end), size))
            held, size = [], 0
        held.append(span)
        size, line = size + words, number
    if held:
        windows.append(Window(name, Span(held[0].start, held[-1].end), size))
    return windows


class WindowIndex:
    """Windows of some texts, ready to be searched."""

    def __init__(self, texts: Mapping[str, str], windows: Sequence[Window], vectors: Vectors) -> None:
        """Index windows, those of a text next to each other and in order.

        Args:
            texts: the texts by name.
            windows: their windows.
            vectors: what each window means, shape (windows, dimensions), unit length.
        """
        self.windows = list(windows)
        self._texts = [texts[w.name][w.span.start : w.span.end] for w in windows]
        self._vectors = vectors
        around = [self._around(row) for row in range(len(self.windows))]
        context = np.stack([vectors[rows].sum(axis=0) for rows in around])
        self._context = context / np.linalg.norm(context, axis=1, keepdims=True)
        self._lexical = LexicalIndex.build(self._texts)
        self._lexical_context = LexicalIndex.build([" ".join(self._texts[i] for i in rows) for rows in around])

    def scores(self, question: str, vector: Vectors, weights: Weights) -> NDArray[np.float32]:
        """How well each window answers, shape (windows,): the weighted sum of cosines and of BM25 scores, each BM25 as
        a share of the best of this question."""
        stems = tokens(question)
        total = weights.cosine * (self._vectors @ vector) + weights.cosine_context * (self._context @ vector)
        total = total + weights.lexical * _share(self._lexical.scores(stems))
        return np.asarray(total + weights.lexical_context * _share(self._lexical_context.scores(stems)), np.float32)

    def reranked(
        self, question: str, scores: NDArray[np.float32], reranker: Reranker, depth: int, weight: float
    ) -> NDArray[np.float32]:
        """The scores with the reranker's probability, weighted, added for the best `depth` windows.

        The rest can then only follow as neighbours in rank: they keep what they had.
        """
        best = np.argsort(-scores, kind="stable")[:depth]
        logits = np.array(reranker.score(question, [self._texts[row] for row in best]))
        added = scores.copy()
        added[best] += weight * (1 / (1 + np.exp(-logits)))
        return added

    def grow(self, scores: NDArray[np.float32], words: int, most: int, depth: int = 60) -> list[Piece]:
        """At most `most` pieces of together at most `words` words: the best windows, those that touch as one.

        Args:
            scores: the score of each window.
            words: the budget; a window that would break it is passed over.
            most: how many pieces there may be.
            depth: how many windows are looked at.
        """
        runs: list[tuple[int, int]] = []
        spent = 0
        for row in np.argsort(-scores, kind="stable")[:depth].tolist():
            touching = [run for run in runs if self._touches(run, row)]
            cost = self.windows[row].words
            if spent + cost > words or (not touching and len(runs) == most):
                continue
            rows = [row, *(edge for run in touching for edge in run)]
            first = runs.index(touching[0]) if touching else len(runs)
            runs = [run for run in runs if run not in touching]
            runs.insert(first, (min(rows), max(rows)))
            spent += cost
        return [
            Piece(self.windows[a].name, Span(self.windows[a].span.start, self.windows[b].span.end)) for a, b in runs
        ]

    def _around(self, row: int) -> list[int]:
        """A window and its neighbours in the same text."""
        name = self.windows[row].name
        return [i for i in (row - 1, row, row + 1) if 0 <= i < len(self.windows) and self.windows[i].name == name]

    def _touches(self, run: tuple[int, int], row: int) -> bool:
        return run[0] - 1 <= row <= run[1] + 1 and self.windows[run[0]].name == self.windows[row].name


def _share(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    best = float(scores.max(initial=0.0))
    return scores / np.float32(best) if best > 0 else scores
