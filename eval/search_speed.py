"""How fast and how true dense search is among many passages, on one thread, with and without a filter by person.

In: vectors of real sentences and numbers of rows. Out: a `SearchReport`. Passages are made up from the sentences
(eval/synthetic.py), indexed, saved and opened again as a published index is; every search is compared with exact inner
products over all rows of its filter. Of a million rows of 384 dimensions the vectors take 1.5 GB three times over: as
made, as indexed, and in the temporary folder, where the index lies.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from eval.busy import Watch
from eval.results import Machine, machine_facts
from eval.speed_times import Times, sum_up
from eval.synthetic import PASSAGES_A_PERSON, hold_out, make_passages
from index.build import Progress
from index.vectors import RULE, Mask, Rows, Rule, VectorIndex, Vectors
from rag.retrieve import DEPTH

BEST = 10
_SEED = 20_240_601
_WARM_UP = 10
_TOGETHER = 16
"""How many questions are compared with all rows at a time: 64 MB of cosines among a million."""


class Filtered(BaseModel):
    """Searches under one kind of filter, each for as many rows as retrieval asks for (`rag.retrieve.DEPTH`)."""

    filter: str
    rows: int
    """How many rows a search may return (the median over the searches)."""
    exact: bool
    """Whether every one of them is compared with the question."""
    times: Times
    processor: Times
    """The searching thread's own processor time: nearly the same beside other processes."""
    recall_at_10: float
    """Share of the 10 truly best rows that are among the first 10 found."""
    recall_at_depth: float
    """The same of all rows that were asked for."""
    outside: int
    """Rows found that the filter excludes: always 0."""


class Size(BaseModel):
    """An index of so many passages."""

    rows: int
    people: int
    build_s: float
    open_ms: float
    megabytes: float
    searches: list[Filtered]


class SearchReport(BaseModel):
    """What was measured, and on what."""

    machine: Machine
    others: float
    """Cores that other processes kept busy while this was measured, on average."""
    sentences: int
    """Real sentences that passages and questions come from."""
    depth: int
    sizes: list[Size]


@dataclass(frozen=True, slots=True)
class _Filter:
    name: str
    people: Callable[[int], int] | None
    """How many people of so many it lets through; None lets all rows through, without a mask."""

    def mask(self, rows: int, number: int) -> Mask | None:
        """The mask of search `number`: everything that some people, drawn by chance, have written."""
        if self.people is None:
            return None
        people = _people(rows)
        kept = np.zeros(people, dtype=np.bool_)
        kept[np.random.default_rng([_SEED, number]).choice(people, self.people(people), replace=False)] = True
        return np.repeat(kept, PASSAGES_A_PERSON)[:rows]


FILTERS = (
    _Filter("none", None),
    _Filter("one person", lambda people: 1),
    _Filter("a tenth of people", lambda people: max(1, people // 10)),
    _Filter("half of people", lambda people: max(1, people // 2)),
)


def measure_search(
    sentences: NDArray[np.float16], sizes: Sequence[int], count: int, progress: Progress, rule: Rule = RULE
) -> SearchReport:
    """Search indexes of these sizes for `count` questions under each filter, or as many as there are.

    A tenth of the sentences are questions; ten of them warm up and are not counted.

    Raises:
        EvalError: there are too few sentences.
    """
    watch, random = Watch(), np.random.default_rng(_SEED)
    material, asking = hold_out(sentences, random)
    questions = asking[: count + _WARM_UP]
    measured = []
    for rows in sizes:
        progress.stage(f"making {rows:,} passages", rows)
        passages = make_passages(material, rows, random, progress.advance)
        measured.append(_measure(passages, questions, rule, progress))
        del passages
    return SearchReport(
        machine=machine_facts(),
        others=round(watch.others(), 2),
        sentences=len(sentences),
        depth=DEPTH,
        sizes=measured,
    )


def _measure(passages: Vectors, questions: Vectors, rule: Rule, progress: Progress) -> Size:
    with TemporaryDirectory() as name:
        folder = Path(name)
        progress.stage(f"indexing {len(passages):,} passages", None)
        began = time.perf_counter()
        VectorIndex.build(passages, rule).save(folder)
        built = time.perf_counter()
        index = VectorIndex.load(folder, rule)
        opened = time.perf_counter()
        return Size(
            rows=len(passages),
            people=_people(len(passages)),
            build_s=round(built - began, 2),
            open_ms=round((opened - built) * 1000, 2),
            megabytes=round(sum(path.stat().st_size for path in folder.iterdir()) / 1e6, 1),
            searches=_search(index, passages, questions, progress),
        )


def _search(index: VectorIndex, passages: Vectors, questions: Vectors, progress: Progress) -> list[Filtered]:
    asked = questions[_WARM_UP:]
    found, times = [], []
    for each in FILTERS:
        progress.stage(f"searching {len(passages):,} passages, filter: {each.name}", len(asked))
        for number, question in enumerate(questions[:_WARM_UP]):
            index.search(question, DEPTH, each.mask(len(passages), len(asked) + number))
        timed = [_timed(index, question, each.mask(len(passages), n), progress) for n, question in enumerate(asked)]
        found.append([rows for rows, _, _ in timed])
        times.append((sum_up([wall for _, wall, _ in timed]), sum_up([processor for _, _, processor in timed])))
    truth = _truth(passages, asked, progress)
    return [_sum_up(index, each, len(passages), found[i], truth[i], times[i]) for i, each in enumerate(FILTERS)]


def _timed(index: VectorIndex, question: Vectors, mask: Mask | None, progress: Progress) -> tuple[Rows, float, float]:
    """What is found, and milliseconds on the wall and of the thread."""
    began, used = time.perf_counter(), time.thread_time()
    rows, _ = index.search(question, DEPTH, mask)
    wall, processor = time.perf_counter() - began, time.thread_time() - used
    progress.advance()
    return rows, wall * 1000, processor * 1000


def _truth(passages: Vectors, questions: Vectors, progress: Progress) -> list[list[Rows]]:
    """The truly best rows, best first, by filter and question."""
    progress.stage(f"comparing with all {len(passages):,} passages", len(questions))
    truth: list[list[Rows]] = [[] for _ in FILTERS]
    for number, cosines in enumerate(_cosines(passages, questions)):
        for each, best in zip(FILTERS, truth, strict=True):
            best.append(_best(cosines, each.mask(len(passages), number)))
        progress.advance()
    return truth


def _cosines(passages: Vectors, questions: Vectors) -> Iterator[Vectors]:
    for start in range(0, len(questions), _TOGETHER):
        yield from questions[start : start + _TOGETHER] @ passages.T


def _best(cosines: Vectors, mask: Mask | None) -> Rows:
    among = np.arange(len(cosines)) if mask is None else np.flatnonzero(mask)
    scores = cosines[among]
    if len(among) > DEPTH:
        top = np.argpartition(-scores, DEPTH)[:DEPTH]
        among, scores = among[top], scores[top]
    best: Rows = among[np.argsort(-scores, kind="stable")]
    return best


def _sum_up(
    index: VectorIndex,
    each: _Filter,
    size: int,
    found: Sequence[Rows],
    truth: Sequence[Rows],
    times: tuple[Times, Times],
) -> Filtered:
    masks = [each.mask(size, number) for number in range(len(found))]
    return Filtered(
        filter=each.name,
        rows=int(np.median([size if mask is None else int(np.count_nonzero(mask)) for mask in masks])),
        exact=all(index.is_exact(mask) for mask in masks),
        times=times[0],
        processor=times[1],
        recall_at_10=_recall(found, truth, BEST),
        recall_at_depth=_recall(found, truth, DEPTH),
        outside=sum(int((~mask[rows]).sum()) for mask, rows in zip(masks, found, strict=True) if mask is not None),
    )


def _recall(found: Sequence[Rows], truth: Sequence[Rows], count: int) -> float:
    """The mean share of the first `count` true rows that are among the first `count` found."""
    pairs = zip(found, truth, strict=True)
    return round(float(np.mean([np.isin(true[:count], rows[:count]).mean() for rows, true in pairs])), 4)


def _people(rows: int) -> int:
    return -(-rows // PASSAGES_A_PERSON)
