"""Fitting the decision between answering and silence.

In: training questions, some of them without an answer in the collection. Out: rag/calibration.json. The threshold is
the highest at which cross-validated predictions silence no more than one answerable question in twenty.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold

from eval.schema import Question, load_questions
from index.settings import RERANK_OFF, Settings
from rag.abstain import CALIBRATION, FEATURES, NEUTRAL, NO_EVIDENCE, SPEAKS_AGAINST
from rag.answer import Ask
from rag.engine import Engine

_FALSE_ABSTENTION = 0.05
_FOLDS, _REPEATS = 5, 10
_RIDGE = 0.05

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Fitted decisions, with the reranker and without, and what is to be said of them."""

    data: dict[str, object]
    summary: str


def calibrate(settings: Settings, files: Sequence[Path]) -> Fitted:
    """Fit on the questions of the files, once with the reranker and once without, and write where the engine reads.

    Raises:
        EvalError: a file is malformed.
    """
    questions = load_questions(files)
    modes = {"fast": settings.model_copy(update={"rerank": RERANK_OFF})}
    if settings.rerank != RERANK_OFF:
        modes = {"reranked": settings, **modes}
    data: dict[str, object] = json.loads(CALIBRATION.read_text(encoding="utf-8")) if CALIBRATION.exists() else {}
    said = []
    for mode, chosen in modes.items():
        data[mode], summary = _fit(Engine.open(chosen, NEUTRAL), questions)
        said.append(f"{mode}: {summary}")
    data["fitted_on"] = [path.name for path in files]
    CALIBRATION.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    return Fitted(data, "\n".join([*said, f"Written to {CALIBRATION}."]))


def _fit(engine: Engine, questions: Sequence[Question]) -> tuple[dict[str, object], str]:
    """One decision, and how good it is across folds."""
    features, answerable = _measure(engine, questions)
    probabilities = _cross_validated(features, answerable)
    threshold = float(np.quantile(probabilities[answerable], _FALSE_ABSTENTION))
    auroc = float(roc_auc_score(answerable, probabilities))
    silenced = float((probabilities[~answerable] < threshold).mean())
    intercept, weights = _logistic(features, answerable)
    data: dict[str, object] = {
        "intercept": round(intercept, 4),
        "weights": {name: round(float(weight), 4) for name, weight in zip(FEATURES, weights, strict=True)},
        "threshold": round(threshold, 4),
        "questions": len(answerable),
        "cross_validated": {"auroc": round(auroc, 3), "abstain_recall": round(silenced, 3)},
    }
    return data, (
        f"{len(answerable)} questions, cross-validated: AUROC {auroc:.3f}; at {_FALSE_ABSTENTION:.0%} false "
        f"abstention, {silenced:.0%} of the unanswerable are met with silence."
    )


def _measure(engine: Engine, questions: Sequence[Question]) -> tuple[Matrix, NDArray[np.bool_]]:
    """Features, shape (questions, features), and which have an answer; none for those without a hit."""
    rows = [(engine.evidence(Ask(question=q.question, history=q.history)), q.answerable) for q in questions]
    kept = [(evidence.values(), answerable) for evidence, answerable in rows if evidence != NO_EVIDENCE]
    return np.array([values for values, _ in kept]), np.array([answerable for _, answerable in kept], dtype=np.bool_)


def _cross_validated(features: Matrix, answerable: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean probability of each question over folds that did not train on it."""
    total = np.zeros(len(answerable))
    folds = RepeatedStratifiedKFold(n_splits=_FOLDS, n_repeats=_REPEATS, random_state=0)
    for train, test in folds.split(features, answerable):
        intercept, weights = _logistic(features[train], answerable[train])
        total[test] += 1 / (1 + np.exp(-(intercept + features[test] @ weights)))
    return np.asarray(total / _REPEATS)


def _logistic(features: Matrix, answerable: NDArray[np.bool_]) -> tuple[float, NDArray[np.float64]]:
    """Intercept and weights of a logistic model, both classes counting alike, with a ridge.

    More evidence never speaks against an answer: every weight keeps its sign, or is 0. Without this bound a training
    set of near misses, which use the texts' own words, teaches that such words are a bad sign.
    """
    share = answerable.mean()
    importance = np.where(answerable, 0.5 / share, 0.5 / (1 - share))
    sign = np.where(answerable, 1.0, -1.0)

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (values[0] + features @ values[1:])
        slope = -importance * sign / (1 + np.exp(margin))
        value = (importance * np.logaddexp(0, -margin)).sum() + _RIDGE * (values[1:] ** 2).sum()
        return float(value), np.concatenate([[slope.sum()], slope @ features + 2 * _RIDGE * values[1:]])

    bounds = [(None, None), *((None, 0.0) if name in SPEAKS_AGAINST else (0.0, None) for name in FEATURES)]
    found = minimize(loss, np.zeros(features.shape[1] + 1), jac=True, bounds=bounds).x
    return float(found[0]), np.asarray(found[1:])
