"""Fitting the decision between answering and silence.

In: training questions, some of them without an answer in the collection. Out: rag/calibration.json, and with the
default reranker rag/probes.json. The threshold is the highest at which cross-validated predictions silence no more than
one answerable question in twenty. What the probes say of a training question is taken from probes that were fitted
without it: the decision must not trust them more than it may with a question that nobody has seen.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedKFold

from eval.probes import are_enough, chunkeval_examples, clapnq_examples, fit_probes, own_examples
from eval.schema import Question, load_questions
from index.build import Progress
from index.settings import RERANK_OFF, Settings
from rag.abstain import CALIBRATION, FEATURES, NEUTRAL, NO_EVIDENCE, SPEAKS_AGAINST, Evidence
from rag.answer import Ask
from rag.engine import Engine
from rag.probes import PROBES
from rag.rerank import OnnxReranker

_FALSE_ABSTENTION = 0.05
_FOLDS, _REPEATS = 5, 10
_RIDGE = 0.05

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Fitted decisions, with the reranker and without, and what is to be said of them."""

    data: dict[str, object]
    summary: str


def calibrate(
    settings: Settings,
    files: Sequence[Path],
    progress: Progress,
    clapnq: Path | None = None,
    chunkeval: Path | None = None,
) -> Fitted:
    """Fit on the questions of the files, once with the reranker and once without, and write where the engine reads.

    Args:
        settings: of the index that is asked.
        files: training questions.
        progress: told how it goes on.
        clapnq: a folder with CLAPnq, whose fitting half the probes learn from besides.
        chunkeval: a folder with the chunking evaluation, from which they learn as well.

    Raises:
        EvalError: a file is malformed.
    """
    questions = load_questions(files)
    data: dict[str, object] = json.loads(CALIBRATION.read_text(encoding="utf-8")) if CALIBRATION.exists() else {}
    said = []
    if settings.rerank != RERANK_OFF:
        engine = Engine.open(settings, NEUTRAL)
        evidence = _probed(engine, questions, progress, clapnq, chunkeval)
        data["reranked"], summary = _fit(evidence, questions)
        said.append(f"reranked: {summary}")
    progress.stage("asking without the reranker", len(questions))
    fast = Engine.open(settings.model_copy(update={"rerank": RERANK_OFF}), NEUTRAL)
    data["fast"], summary = _fit(_asked(fast, questions, progress), questions)
    said.append(f"fast: {summary}")
    data["fitted_on"] = [path.name for path in files]
    CALIBRATION.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    return Fitted(data, "\n".join([*said, f"Written to {CALIBRATION}."]))


def _probed(
    engine: Engine, questions: Sequence[Question], progress: Progress, clapnq: Path | None, chunkeval: Path | None
) -> list[Evidence]:
    """The evidence for each question, with probes that were fitted without it; those fitted on all are written."""
    reader = engine.reranker
    if not isinstance(reader, OnnxReranker):  # another model has no probes
        progress.stage("asking", len(questions))
        return _asked(engine, questions, progress)
    progress.stage("reading what questions find", len(questions))
    own = own_examples(engine, reader, questions, progress)
    others = clapnq_examples(reader, clapnq, progress) if clapnq else []
    others += chunkeval_examples(reader, chunkeval, progress) if chunkeval else []
    if not are_enough([*others, *own]):  # questions without gold lines teach no probe; those in force stay
        progress.stage("asking", len(questions))
        return _asked(engine, questions, progress)
    found: dict[str, Evidence] = {}
    progress.stage("asking with probes fitted on others", len(questions))
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(questions, [question.answerable for question in questions]):
        seen = {questions[place].id for place in train}
        probes = fit_probes([*others, *(example for example in own if example.group in seen)])
        engine.reranker = reader.with_probes(probes)
        held_out = [questions[place] for place in test]
        asked = _asked(engine, held_out, progress)
        found.update(zip((question.id for question in held_out), asked, strict=True))
    fit_probes([*others, *own]).save(PROBES)
    return [found[question.id] for question in questions]


def _asked(engine: Engine, questions: Sequence[Question], progress: Progress) -> list[Evidence]:
    found = []
    for question in questions:
        found.append(engine.evidence(Ask(question=question.question, history=question.history)))
        progress.advance()
    return found


def _fit(evidence: Sequence[Evidence], questions: Sequence[Question]) -> tuple[dict[str, object], str]:
    """One decision, and how good it is across folds."""
    features, answerable = _matrix(evidence, questions)
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


def _matrix(evidence: Sequence[Evidence], questions: Sequence[Question]) -> tuple[Matrix, NDArray[np.bool_]]:
    """Features, shape (questions, features), and which have an answer; none for those without a hit."""
    kept = [(e.values(), q.answerable) for e, q in zip(evidence, questions, strict=True) if e != NO_EVIDENCE]
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
