"""Percentiles are times that were measured, by nearest rank."""

from hypothesis import given
from hypothesis import strategies as st

from eval.speed_times import sum_up

TIMES = st.lists(st.integers(0, 10_000).map(float), min_size=1, max_size=300)


def test_of_two_hundred_times_the_percentiles_are_those_at_their_rank() -> None:
    times = sum_up([float(number) for number in range(200, 0, -1)])
    assert (times.count, times.p50, times.p95, times.p99, times.most) == (200, 100, 190, 198, 200)


def test_of_one_time_all_are_that_time() -> None:
    times = sum_up([7.125])
    assert {times.p50, times.p95, times.p99, times.most} == {7.12}


@given(TIMES)
def test_that_share_and_no_less_does_not_exceed_a_percentile(milliseconds: list[float]) -> None:
    times = sum_up(milliseconds)
    for share, value in ((0.5, times.p50), (0.95, times.p95), (0.99, times.p99), (1.0, times.most)):
        assert value in milliseconds
        assert sum(found <= value for found in milliseconds) >= share * len(milliseconds)
        assert sum(found < value for found in milliseconds) < share * len(milliseconds)
