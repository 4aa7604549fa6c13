"""Whether an answer knows how sure it may be: risk against coverage, and AUROC.

In: scored rows with their confidence. Out: a `Risk`.

- curve: answers are taken from the surest on; coverage is their share of all questions, risk the share of them that is
  wrong (El-Yaniv and Wiener 2010). It ends where silence begins. An answer to a question that has none is wrong.
- aurc: the area under that curve as the mean risk over its points (Geifman and El-Yaniv 2017); less is better.
- auroc_right: of a right and a wrong answer, how often the right one is surer.
- auroc_answerable: of a question with an answer and one without, how often an answer to the first is held likelier;
  over all questions, those met with silence too.
"""

from collections.abc import Sequence

from pydantic import BaseModel
from sklearn.metrics import roc_auc_score

from eval.metrics import Row


class RiskPoint(BaseModel):
    """So large a share of the questions answered, and so large a share of the answers wrong; both 0–1."""

    coverage: float
    risk: float
    confidence: float
    """Of the least sure of these answers."""


class Risk(BaseModel):
    """What confidence is worth; None where there is only one class, or no answer."""

    curve: list[RiskPoint]
    aurc: float | None
    auroc_right: float | None
    auroc_answerable: float | None


def measure_risk(rows: Sequence[Row]) -> Risk:
    """Weigh the confidence of all rows against their being right; equal confidences are one point."""
    answered = sorted((row for row in rows if row.answered), key=lambda row: -row.confidence)
    curve: list[RiskPoint] = []
    wrong = 0
    for count, row in enumerate(answered, start=1):
        wrong += not row.right
        if count == len(answered) or answered[count].confidence < row.confidence:
            curve.append(RiskPoint(coverage=count / len(rows), risk=wrong / count, confidence=row.confidence))
    return Risk(
        curve=curve,
        aurc=round(_area(curve), 4) if curve else None,
        auroc_right=_auroc([row.right for row in answered], [row.confidence for row in answered]),
        auroc_answerable=_auroc([row.answerable for row in rows], [_likelihood(row) for row in rows]),
    )


def _likelihood(row: Row) -> float:
    """How likely an answer is held to be there: silence is sure of the contrary."""
    return row.confidence if row.answered else 1.0 - row.confidence


def _area(curve: Sequence[RiskPoint]) -> float:
    """Mean risk over the coverage reached, each point standing for what it adds."""
    steps = [0.0, *(point.coverage for point in curve)]
    return sum(p.risk * (p.coverage - before) for p, before in zip(curve, steps, strict=False)) / curve[-1].coverage


def _auroc(classes: Sequence[bool], scores: Sequence[float]) -> float | None:
    return round(float(roc_auc_score(classes, scores)), 4) if len(set(classes)) == 2 else None
