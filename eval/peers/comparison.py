"""Byline and its peers over the same questions, in one process, with the same embedder and cross-encoder.

In: an engine over full texts and questions. Out: a `ComparisonReport`, a line a system. Nothing of a peer composes an
answer, so its best chunk is its answer. No peer understands a follow-up, so it is asked with the turns before it.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
from llama_index.core.node_parser import SentenceSplitter
from pydantic import BaseModel

from eval import runner
from eval.errors import EvalError
from eval.finding import FindingReport, Place, as_answer, byline_finder, eval_finding
from eval.metrics import Row, score
from eval.peers.haystack import haystack_peer
from eval.peers.llama_index import llama_index_peers
from eval.peers.peer import Embed, Peer, Scorer
from eval.schema import Question, load_questions
from index.embedding import Embedder, Vectors
from index.embedding_cache import EmbeddingCache
from index.texts import SourceText
from rag.engine import Engine

CACHE = "peers.sqlite"
"""Where the vectors of the peers' chunks are kept, in BYLINE_HOME."""
_EMBEDDED_TOKENS = 256
"""What all-MiniLM-L6-v2 reads of a text; of LlamaIndex's own chunks it sees a quarter."""
ANSWER_MEASURES = ("right", "right_answerable", "facts", "author_accuracy", "words")


class System(BaseModel):
    """One line of the table: how a system found, and how true its answers were."""

    name: str
    finding: FindingReport
    answers: dict[str, float]
    right_by_kind: dict[str, float]
    rows: list[Row]
    """Every answer; a peer's is its best chunk."""


class ComparisonReport(BaseModel):
    """Byline, then its peers."""

    generation: str
    questions: int
    answerable: int
    systems: list[System]


def compare(
    engine: Engine, files: Sequence[Path], scorer: Scorer | None, progress: Callable[[str], object] = lambda _: None
) -> ComparisonReport:
    """Ask Byline and its peers every question; `progress` is told which system is being asked.

    Raises:
        EvalError: a file is malformed, or a volume is there as a digest only.
        MissingExtra: the peers are not installed.
    """
    questions = load_questions(files)
    texts = full_texts(engine)
    progress("indexing for the peers")
    with closing(EmbeddingCache(engine.settings.home / CACHE, engine.snapshot.manifest.model.sha256)) as cache:
        peers = build_peers(texts, partial(_cached, engine.embedder, cache), scorer)
        progress("Byline")
        systems = [_byline(engine, questions)]
        for peer in peers:
            progress(peer.name)
            systems.append(_peer(peer, questions, texts))
    return ComparisonReport(
        generation=engine.snapshot.generation,
        questions=len(questions),
        answerable=sum(question.answerable for question in questions),
        systems=systems,
    )


def full_texts(engine: Engine) -> list[SourceText]:
    """The texts of the snapshot, as it read them.

    Raises:
        EvalError: a volume is there as a digest only, whose lines are not those of the golds.
    """
    volumes = engine.snapshot.volumes()
    for volume in volumes:
        if volume.edition == "digest":
            raise EvalError(
                f"{volume.title} is indexed from its digest, which peers cannot be compared on. "
                "Point BYLINE_TEXTS at the full texts and run `byline index`."
            )
    return [SourceText(v.file, v.edition, engine.snapshot.source(v.id), v.sha256) for v in volumes]


def build_peers(texts: Sequence[SourceText], embed: Embed, scorer: Scorer | None) -> list[Peer]:
    """Every peer; those with a cross-encoder only where there is one.

    Raises:
        MissingExtra: the peers are not installed.
    """
    small = SentenceSplitter(chunk_size=_EMBEDDED_TOKENS, chunk_overlap=20)
    return [
        *llama_index_peers(texts, embed, scorer),
        *llama_index_peers(texts, embed, scorer, small),
        haystack_peer(texts, embed),
    ]


def asked_of_peer(question: Question) -> str:
    """The question as a peer is asked it: after the asker's earlier turns."""
    return "\n".join([*(turn.content for turn in question.history if turn.role == "user"), question.question])


def _byline(engine: Engine, questions: Sequence[Question]) -> System:
    engine.warm()
    finding = eval_finding("Byline", byline_finder(engine), questions)
    return _system(finding, [runner.ask_one(engine, question) for question in questions])


def _peer(peer: Peer, questions: Sequence[Question], texts: Sequence[SourceText]) -> System:
    found: dict[str, Place | None] = {}
    sources = {text.file: text.text for text in texts}

    def find(question: Question) -> Sequence[Place]:
        places = peer.find(asked_of_peer(question))
        found[question.id] = places[0] if places else None
        return places

    finding = eval_finding(peer.name, find, questions)
    for question in questions:
        if question.id not in found:
            find(question)
    return _system(finding, [score(q, as_answer(q, found[q.id]), sources.__getitem__, 0.0) for q in questions])


def _system(finding: FindingReport, rows: Sequence[Row]) -> System:
    answers = runner.figures(rows)
    answerable = runner.figures([row for row in rows if row.answerable])
    if "right" in answerable:
        answers["right_answerable"] = answerable["right"]
    if not any(row.people is not None for row in finding.rows):
        answers.pop("author_accuracy", None)
    return System(
        name=finding.finder,
        finding=finding,
        answers={name: answers[name] for name in ANSWER_MEASURES if name in answers},
        right_by_kind={
            kind: runner.figures([row for row in rows if row.kind == kind])["right"]
            for kind in sorted({row.kind for row in rows})
        },
        rows=list(rows),
    )


def _cached(embedder: Embedder, cache: EmbeddingCache, texts: Sequence[str]) -> Vectors:
    """Vectors of chunks through the cache; a single text is a question and is always embedded."""
    if len(texts) == 1:
        return embedder.embed(texts)
    known = cache.get(texts)
    new = [number for number in range(len(texts)) if number not in known]
    vectors = embedder.embed([texts[number] for number in new])
    cache.put(zip((texts[number] for number in new), vectors, strict=True))
    known |= dict(zip(new, vectors, strict=True))
    return np.stack([known[number] for number in range(len(texts))])
