"""Summing up what was timed: many milliseconds go in, a few figures come out."""

from collections.abc import Sequence
from math import ceil

from pydantic import BaseModel


class Times(BaseModel):
    """Milliseconds over `count` askings; a percentile is the smallest that this share of them do not exceed."""

    count: int
    p50: float
    p95: float
    p99: float
    most: float


def sum_up(milliseconds: Sequence[float]) -> Times:
    """The nearest-rank percentiles of at least one time."""
    ordered = sorted(milliseconds)
    p50, p95, p99, most = (round(ordered[ceil(share * len(ordered)) - 1], 2) for share in (0.5, 0.95, 0.99, 1.0))
    return Times(count=len(ordered), p50=p50, p95=p95, p99=p99, most=most)
