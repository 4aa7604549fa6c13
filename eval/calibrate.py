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
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold

from eval.schema import Question, load_questions
from index.settings import Settings
from rag.abstain import CALIBRATION, FEATURES, NEUTRAL, NO_EVIDENCE
from rag.answer import Ask
from rag.engine import Engine

_FALSE_ABSTENTION = 0.05
_FOLDS, _REPEATS = 5, 10

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted decision and what is to be said of it."""

    data: dict[str, object]
    summary: str


def calibrate(settings: Settings, files: Sequence[Path]) -> Fitted:
    """Fit on the questions of the files and write the result where the engine reads it.

    Raises:
        EvalError: a file is malformed.
    """
    engine = Engine.open(settings, NEUTRAL)
    questions = load_questions(files)
    features, answerable = _measure(engine, questions)
    probabilities = _cross_validated(features, answerable)
    threshold = float(np.quantile(probabilities[answerable], _FALSE_ABSTENTION))
    auroc = float(roc_auc_score(answerable, probabilities))
    silenced = float((probabilities[~answerable] < threshold).mean())
    model = _model().fit(features, answerable)
    data: dict[str, object] = {
        "intercept": round(float(model.intercept_[0]), 4),
        "weights": {name: round(float(weight), 4) for name, weight in zip(FEATURES, model.coef_[0], strict=True)},
        "threshold": round(threshold, 4),
        "fitted_on": [path.name for path in files],
        "questions": len(answerable),
        "cross_validated": {"auroc": round(auroc, 3), "abstain_recall": round(silenced, 3)},
    }
    CALIBRATION.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    return Fitted(
        data,
        f"{len(answerable)} questions, cross-validated: AUROC {auroc:.3f}; at {_FALSE_ABSTENTION:.0%} false "
        f"abstention, {silenced:.0%} of the unanswerable are met with silence. Written to {CALIBRATION}.",
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
        total[test] += _model().fit(features[train], answerable[train]).predict_proba(features[test])[:, 1]
    return total / _REPEATS


def _model() -> LogisticRegression:
    return LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000)
