"""Buckets of LATENCY HISTOGRAM and percentiles of INFO latencystats."""

from __future__ import annotations

import random

import pytest

from tutor.engine.statistics.histogram import Histogram, cumulative, highest_like, percentiles


def histogram(calls: dict[int, int]) -> Histogram:
    """Microseconds to how many calls took so long."""
    made = Histogram()
    for usec, count in calls.items():
        made.add(usec, count)
    return made


def test_buckets_widen_so_that_two_digits_stay_true() -> None:
    assert [highest_like(value) for value in (1, 255, 256, 1000, 9000, 32768)] == [
        1, 255, 257, 1003, 9023, 33023,
    ]  # fmt: skip


def test_levels_double_and_count_everything_below() -> None:
    durations = histogram({0: 2, 1: 3, 2: 1, 12: 4, 33: 1})
    assert cumulative(durations) == {1: 5, 2: 6, 16: 10, 33: 11}


def test_no_calls_no_levels() -> None:
    assert cumulative(Histogram()) == {}


def test_a_call_longer_than_a_second_counts_as_one_second() -> None:
    assert list(cumulative(histogram({5_000_000: 1})).values()) == [1]
    assert percentiles(histogram({5_000_000: 1}), [50])[0] == pytest.approx(1_000_000, rel=0.01)


def test_percentiles_are_the_highest_value_of_their_bucket() -> None:
    durations = histogram({1: 50, 4: 45, 26: 5})
    assert percentiles(durations, (0, 50, 95, 99, 100)) == [
        1.0, 1.003, 4.015, 26.111, 26.111,
    ]  # fmt: skip


def test_what_is_told_is_what_the_calls_themselves_say() -> None:
    chance = random.Random(7)
    times = [int(10 ** chance.uniform(0, 6.5)) for _ in range(30_000)]
    made = Histogram()
    made.update(times)
    assert made.total == len(times)
    alike = sorted(highest_like(min(usec * 1000, 1_000_000_000)) for usec in times)
    assert [highest_like(low) for low, count in made.pairs() for _ in range(count)] == alike
    for percent in (1, 50, 99, 99.9, 100):
        at = max(int(percent / 100 * len(times) + 0.5), 1) - 1
        assert percentiles(made, [percent]) == [alike[at] / 1000]


def test_however_many_durations_there_are_the_room_is_bounded() -> None:
    made = Histogram()
    made.update(range(0, 3_000_000, 7))
    assert len(list(made.pairs())) < 3_000
