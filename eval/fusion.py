"""Fitting what each signal of retrieval counts: the weights in rag/retrieve.py.

In: training questions and an engine over full texts. Out: a `FusionReport`: how often a passage on gold lines is among
the best, before anything reranks, by the weights in force, by weights fitted on other questions and by plain fusions;
and the weights fitted on all questions, which a person may write into rag/retrieve.py.

The weights w >= 0 minimise -mean_q log(sum_g exp(T s_g w) / sum_r exp(T s_r w)) + ridge |w - w0|^2, where s_r are the
signals of a row r proposed for question q, g its rows on gold lines and w0 the weights in force: the softmax cross
entropy of ListNet (Cao et al. 2007), with all of a question's gold rows as one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from scipy.optimize import minimize
from sklearn.model_selection import RepeatedKFold

from eval.errors import EvalError
from eval.finding import Place, holds_gold, passage_places
from eval.schema import Question
from index.records import PassageRecord
from rag.answer import Ask
from rag.engine import Engine
from rag.retrieve import FOCUS, SIGNALS, WEIGHTS

RANKS = (1, 5, 8)
PLAIN: dict[str, dict[str, float]] = {"cosine": {"cosine": 1.0}, "cosine + lexical": {"cosine": 0.7, "lexical": 0.3}}
"""Fusions to compare with, by name."""
IN_FORCE, FITTED = "in force", "fitted, out of fold"
_TEMPERATURE = 30.0
"""T: a difference of 0.1 between two rows' scores makes the better one twenty times as likely."""
_RIDGE = 0.02
"""Too little for the weights in force, which may have seen the questions, to be kept where a fold says otherwise."""
_FOLDS, _REPEATS = 5, 10

Matrix = NDArray[np.float64]
Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """The rows proposed for a question in the order of the index: signals, shape (rows, signals), and which are gold.

    What a follow-up's section counts in addition is part of every signal: weights that sum to 1 add it once.
    """

    signals: Matrix
    gold: NDArray[np.bool_]


class FusionRow(BaseModel):
    """One fusion: the share of questions with a gold passage among the best; `weights` None where they vary by fold."""

    name: str
    weights: dict[str, float] | None
    passage_1: float
    passage_5: float
    passage_8: float


class FusionReport(BaseModel):
    """Fusions compared, and the weights fitted on all questions, which sum to 1."""

    generation: str
    questions: int
    proposed: int
    """Questions with a gold passage among the rows proposed: nobody's weights find more."""
    folds: int
    repeats: int
    rows: list[FusionRow]
    fitted: dict[str, float]


def eval_fusion(
    engine: Engine, questions: Sequence[Question], progress: Callable[[], object] = lambda: None
) -> FusionReport:
    """Fit the weights on the questions that have an answer, and judge them on folds that they were not fitted on.

    Raises:
        EvalError: fewer than ten questions have a passage to learn from, as where only digests are indexed.
    """
    judged, place = [], cache(passage_places(engine))
    for question in questions:
        if question.answerable and question.gold:
            judged.append(judge_proposals(engine, question, place))
        progress()
    told = sum(bool(each.gold.any()) for each in judged)
    if told < 2 * _FOLDS:
        raise EvalError(
            f"{told} questions have a passage on gold lines; ten are needed. Give more training questions, and index "
            "the full texts (BYLINE_TEXTS): a digest has no lines of the text."
        )
    plain = {name: np.array([weights.get(signal, 0.0) for signal in SIGNALS]) for name, weights in PLAIN.items()}
    rows = [_row(name, weights, judged) for name, weights in (plain | {IN_FORCE: np.array(WEIGHTS)}).items()]
    return FusionReport(
        generation=engine.snapshot.generation,
        questions=len(judged),
        proposed=told,
        folds=_FOLDS,
        repeats=_REPEATS,
        rows=[*rows, _out_of_fold(judged)],
        fitted=_named(fit(judged)),
    )


def judge_proposals(engine: Engine, question: Question, place: Callable[[PassageRecord], Place]) -> Judged:
    """What the engines propose for a question, and which of it lies on gold lines; `place` says where it stands."""
    proposed, focus = engine.proposals(Ask(question=question.question, history=question.history))
    passages = engine.snapshot.passages(proposed.rows)
    focused = np.array([passage.section_id == focus for passage in passages], dtype=np.float64)
    gold = np.array([holds_gold(question, place(passage)) for passage in passages], dtype=np.bool_)
    return Judged(proposed.signals.astype(np.float64) + FOCUS * focused[:, None], gold)


def fit(judged: Sequence[Judged], start: Sequence[float] = WEIGHTS) -> Weights:
    """Weights that sum to 1, shape (signals,), fitted on the questions with a gold row; `start` where none has one."""
    before = np.array(start, dtype=np.float64)
    useful = [each for each in judged if each.gold.any()]
    if not useful:
        return np.asarray(before / before.sum())

    def loss(weights: Weights) -> tuple[float, Weights]:
        value, slope = 0.0, np.zeros_like(weights)
        for each in useful:
            scores = _TEMPERATURE * (each.signals @ weights)
            every, right = _softmax(scores), _softmax(np.where(each.gold, scores, -np.inf))
            value -= float(np.log(every[each.gold].sum() + np.finfo(np.float64).tiny))
            slope += _TEMPERATURE * (every - right) @ each.signals
        apart = weights - before
        total = value / len(useful) + _RIDGE * float(apart @ apart)
        return total, np.asarray(slope / len(useful) + 2 * _RIDGE * apart)

    found = minimize(loss, before, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(before)).x
    return np.asarray(found / found.sum())


def hits(judged: Sequence[Judged], weights: Weights) -> Matrix:
    """Whether a gold row is among the best 1, 5 and 8, shape (questions, 3); of equal rows the first one leads."""
    found = np.zeros((len(judged), len(RANKS)))
    for number, each in enumerate(judged):
        order = np.argsort(-(each.signals @ weights), kind="stable")
        found[number] = [each.gold[order[:rank]].any() for rank in RANKS]
    return found


def _out_of_fold(judged: Sequence[Judged]) -> FusionRow:
    """Each question under weights fitted without it, the mean of all repeats."""
    total = np.zeros((len(judged), len(RANKS)))
    for train, test in RepeatedKFold(n_splits=_FOLDS, n_repeats=_REPEATS, random_state=0).split(judged):
        weights = fit([judged[number] for number in train])
        total[test] += hits([judged[number] for number in test], weights)
    return _shares(FITTED, None, total / _REPEATS)


def _row(name: str, weights: Weights, judged: Sequence[Judged]) -> FusionRow:
    return _shares(name, weights, hits(judged, weights))


def _shares(name: str, weights: Weights | None, found: Matrix) -> FusionRow:
    shares = (round(float(share), 4) for share in found.mean(axis=0))
    named = None if weights is None else _named(weights)
    return FusionRow.model_validate({"name": name, "weights": named} | dict(zip(_MEASURES, shares, strict=True)))


_MEASURES = tuple(f"passage_{rank}" for rank in RANKS)


def _named(weights: Weights) -> dict[str, float]:
    return {name: round(float(weight), 4) for name, weight in zip(SIGNALS, weights, strict=True)}


def _softmax(scores: Weights) -> Weights:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum())
