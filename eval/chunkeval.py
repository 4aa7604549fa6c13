"""The chunking evaluation of Chroma's technical report: two published rows made again, then ours beside them.

In: a folder with `corpora/*.md` and `questions.jsonl`. Out: a `ChunkReport`. All corpora are searched as one. Every
question has gold spans; at most five chunks come back for it, compared with the gold by character
(https://research.trychroma.com/evaluating-chunking). Percentages throughout. The embedder is all-MiniLM-L6-v2 in every
row, so a row differs from another by what is cut, how it is found, and how much of it is handed on.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from eval.chunkers import by_tokens, recursive, token_count
from eval.errors import EvalError
from eval.windows import Piece, Weights, WindowIndex, cut_windows
from index.build import Progress
from index.embedding import Embedder, Vectors
from index.embedding_cache import EmbeddingCache
from index.model import Span
from index.model_files import ensure_export
from index.settings import Settings
from rag.rerank import Reranker

COUNT = 5
"""How many chunks come back for a question."""
WEIGHTS = Weights(lexical=0.1, lexical_context=0.3, cosine=0.3, cosine_context=0.3)
BUDGET = 540
"""Words that the pieces of one answer may have together: chosen, as the weights are, on every second question."""
RERANK_DEPTH = 24
RERANK_WEIGHT = 0.3
_DRAWS = 10_000
_SEED = 7


class Reference(BaseModel):
    """A gold span; offsets count the characters of the corpus."""

    model_config = ConfigDict(frozen=True)

    content: str
    start_index: int
    end_index: int


class ChunkQuestion(BaseModel):
    """A question, the corpus that answers it and where."""

    model_config = ConfigDict(frozen=True)

    id: str
    question: str
    corpus_id: str
    references: tuple[Reference, ...]


class Measured(BaseModel):
    """Means over the questions, in per cent; `tokens` are cl100k tokens handed on for a question."""

    recall: float
    precision: float
    iou: float
    tokens: float


class Published(BaseModel):
    """What the report prints for a row."""

    recall: float
    precision: float
    iou: float


class ChunkRow(BaseModel):
    """One way to cut and find; intervals are of the difference to the first row, paired by question, at 95 %."""

    name: str
    measured: Measured
    published: Published | None = None
    by_corpus: dict[str, float]
    """Recall by corpus."""
    recall_gain: tuple[float, float] | None = None
    iou_gain: tuple[float, float] | None = None


class ChunkReport(BaseModel):
    """All rows, the reproduced ones first."""

    questions: int
    rows: list[ChunkRow]


Cut = Callable[[str], list[Span]]
Embed = Callable[[Sequence[str]], Vectors]
_Row = tuple[str, list[list[Piece]], Published | None]

PUBLISHED: tuple[tuple[str, Cut, Published], ...] = (
    ("Recursive 200/0", lambda text: recursive(text, 200, 0), Published(recall=75.7, precision=6.5, iou=6.5)),
    ("Recursive 250/125", lambda text: recursive(text, 250, 125), Published(recall=78.7, precision=4.9, iou=4.9)),
    ("TokenText 200/0", lambda text: by_tokens(text, 200, 0), Published(recall=76.6, precision=4.1, iou=4.1)),
)


def load(folder: Path) -> tuple[dict[str, str], list[ChunkQuestion]]:
    """The corpora by name and the questions.

    Raises:
        EvalError: a file is missing or malformed, or a gold span is not what it says.
    """
    path = folder / "questions.jsonl"
    corpora = {file.stem: file.read_bytes().decode() for file in sorted((folder / "corpora").glob("*.md"))}
    if not corpora or not path.is_file():
        raise EvalError(f"{folder} holds no corpora/*.md with a questions.jsonl beside it. Name the folder that does.")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        questions = [ChunkQuestion.model_validate_json(line) for line in lines if line.strip()]
    except ValidationError as error:
        raise EvalError(f"{path}: {error.errors()[0]['msg']}. Correct that line.") from error
    for question in questions:
        corpus = corpora.get(question.corpus_id, "")
        if not question.references or any(
            corpus[r.start_index : r.end_index] != r.content for r in question.references
        ):
            raise EvalError(f"{path}: a reference of {question.id} is not in {question.corpus_id}. Restore the files.")
    if not questions:
        raise EvalError(f"{path} holds no question.")
    return corpora, questions


def measure(question: ChunkQuestion, chunks: Sequence[Piece]) -> tuple[float, float, float]:
    """Recall, precision and IoU of the chunks handed on, each 0–1.

    A character counts once as found, but as often as it is handed on in what precision and IoU are divided by.
    """
    gold = [(r.start_index, r.end_index) for r in question.references]
    found = [
        (max(start, chunk.span.start), min(end, chunk.span.end))
        for chunk in chunks
        if chunk.name == question.corpus_id
        for start, end in gold
    ]
    hit = _covered(found)
    given = sum(chunk.span.end - chunk.span.start for chunk in chunks)
    recall = hit / _covered(gold)
    return recall, hit / given if given else 0.0, hit / (given + _covered(gold) - hit)


def _covered(ranges: Sequence[tuple[int, int]]) -> int:
    """How many characters at least one of the ranges has."""
    total, reached = 0, 0
    for start, end in sorted(ranges):
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total


def paired_interval(before: NDArray[np.float64], after: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean difference of paired scores, in points of a hundred."""
    difference = (after - before) * 100
    draws = np.random.default_rng(_SEED).integers(len(difference), size=(_DRAWS, len(difference)))
    low, high = np.quantile(difference[draws].mean(axis=1), [0.025, 0.975])
    return round(float(low), 2), round(float(high), 2)


def eval_chunks(settings: Settings, folder: Path, reranker: Reranker | None, progress: Progress) -> ChunkReport:
    """Make the published rows again and put ours beside them.

    Raises:
        EvalError: the folder is not such an evaluation.
        ModelError: the embedder is missing.
    """
    corpora, questions = load(folder)
    export = ensure_export(settings.home, settings.model)
    embedder = Embedder.open(export, settings.threads)
    with closing(EmbeddingCache(settings.home / "chunkeval.sqlite", embedder.exported.sha256)) as cache:

        def embed(texts: Sequence[str]) -> Vectors:
            return _embed(embedder, cache, texts, progress)

        asked = embed([question.question for question in questions])
        rows: list[_Row] = [
            (name, _densely(corpora, cut, asked, embed), published) for name, cut, published in PUBLISHED
        ]
        index = window_index(corpora, embed)
    progress.stage("searching", None)
    rows.append(("Byline", ours(index, questions, asked), None))
    if reranker is not None:
        rows.append(("Byline, reranked", ours(index, questions, asked, reranker), None))
    return _report(corpora, questions, rows)


def window_index(corpora: dict[str, str], embed: Embed) -> WindowIndex:
    """The windows of all corpora, ready to be searched."""
    windows = [window for name, text in corpora.items() for window in cut_windows(name, text)]
    vectors = embed([corpora[window.name][window.span.start : window.span.end] for window in windows])
    return WindowIndex(corpora, windows, vectors)


def ours(
    index: WindowIndex, questions: Sequence[ChunkQuestion], asked: Vectors, reranker: Reranker | None = None
) -> list[list[Piece]]:
    """What Byline hands on for each question."""
    answers = []
    for question, vector in zip(questions, asked, strict=True):
        scores = index.scores(question.question, vector, WEIGHTS)
        if reranker is not None:
            scores = index.reranked(question.question, scores, reranker, RERANK_DEPTH, RERANK_WEIGHT)
        answers.append(index.grow(scores, BUDGET, COUNT))
    return answers


def _densely(corpora: dict[str, str], cut: Cut, asked: Vectors, embed: Embed) -> list[list[Piece]]:
    """For each question the chunks nearest by cosine, as the report retrieves."""
    chunks = [Piece(name, span) for name, text in corpora.items() for span in cut(text)]
    vectors = embed([corpora[chunk.name][chunk.span.start : chunk.span.end] for chunk in chunks])
    nearest = np.argsort(-(asked @ vectors.T), axis=1, kind="stable")[:, :COUNT]
    return [[chunks[row] for row in rows] for rows in nearest]


def _embed(embedder: Embedder, cache: EmbeddingCache, texts: Sequence[str], progress: Progress) -> Vectors:
    """Vectors of the texts; those made before come from the cache."""
    known = cache.get(texts)
    missing = [position for position in range(len(texts)) if position not in known]
    progress.stage("embedding", len(missing))
    for start in range(0, len(missing), 256):
        part = missing[start : start + 256]
        made = embedder.embed([texts[position] for position in part], progress.advance)
        cache.put((texts[position], vector) for position, vector in zip(part, made, strict=True))
        known.update(zip(part, made, strict=True))
    return np.stack([known[position] for position in range(len(texts))])


def _report(
    corpora: dict[str, str],
    questions: Sequence[ChunkQuestion],
    rows: Sequence[_Row],
) -> ChunkReport:
    first: NDArray[np.float64] | None = None
    found = []
    for name, answers, published in rows:
        scores = np.array([measure(q, chunks) for q, chunks in zip(questions, answers, strict=True)])
        row = ChunkRow(
            name=name,
            measured=_sum_up(scores, corpora, answers),
            published=published,
            by_corpus={
                corpus: _per_cent(scores[[q.corpus_id == corpus for q in questions], 0])
                for corpus in dict.fromkeys(q.corpus_id for q in questions)
            },
        )
        if first is not None:
            row.recall_gain = paired_interval(first[:, 0], scores[:, 0])
            row.iou_gain = paired_interval(first[:, 2], scores[:, 2])
        first = scores if first is None else first
        found.append(row)
    return ChunkReport(questions=len(questions), rows=found)


def _sum_up(scores: NDArray[np.float64], corpora: dict[str, str], answers: Sequence[Sequence[Piece]]) -> Measured:
    tokens = [
        sum(token_count(corpora[chunk.name][chunk.span.start : chunk.span.end]) for chunk in chunks)
        for chunks in answers
    ]
    return Measured(
        recall=_per_cent(scores[:, 0]),
        precision=_per_cent(scores[:, 1]),
        iou=_per_cent(scores[:, 2]),
        tokens=round(float(np.mean(tokens)), 1),
    )


def _per_cent(values: NDArray[np.float64]) -> float:
    return round(float(values.mean()) * 100, 2)
