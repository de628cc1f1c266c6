"""Counting a load: percentiles, seconds, nodes, charts, which key is asked for."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tutor import i18n
from tutor.console.load import charts
from tutor.console.load.charts import Shown, advice_on, bars, chart, grouped, plain
from tutor.console.load.figures import SECONDS, Figures, Latencies
from tutor.console.load.zipf import Zipf
from tutor.network.loadtarget import TargetFacts

ALONE = TargetFacts(False, "7.0.15", ("127.0.0.1:6379",), 3, {}, False)
THREE = TargetFacts(True, "7.0.15", tuple(f"10.0.0.{n}:7000" for n in (1, 2, 3)), 0, {}, False)


@pytest.fixture(autouse=True)
def english() -> None:
    i18n.set_language("en")


@pytest.mark.parametrize("seed", range(20))
def test_a_percentile_is_at_most_seven_in_a_hundred_too_high(seed: int) -> None:
    chance = random.Random(seed)
    values = sorted(round(chance.lognormvariate(7, 2)) + 1 for _n in range(2000))
    latencies = Latencies()
    for value in values:
        latencies.add(value)
    for share in (1, 50, 90, 99, 99.9, 100):
        exact = values[max(-(-len(values) * share // 100) - 1, 0).__int__()]
        assert exact <= latencies.percentile(share) <= exact * 1.07 + 1
    assert latencies.worst == values[-1]


def test_latencies_of_any_number_take_little_memory() -> None:
    latencies = Latencies()
    for value in range(1, 200_000, 7):
        latencies.add(value)
    assert len(latencies._counts) < 16 * 18
    assert Latencies().percentile(99) == 0


def test_seconds_without_a_request_are_there_too_and_old_ones_go() -> None:
    figures = Figures()
    figures.request(0, 100, "accepted", True)
    figures.request(3, 100, "refused", False)
    figures.request(2, 100, "refused", False)
    assert [(one.at, one.requests, one.good) for one in figures.seconds] == [
        (0, 1, 1), (1, 0, 0), (2, 0, 0), (3, 2, 0),
    ]  # fmt: skip
    figures.request(5000, 100, "accepted", True)
    assert len(figures.seconds) == SECONDS


def test_failures_in_a_row_end_with_an_answer() -> None:
    figures = Figures()
    figures.failure(0, "LOST")
    figures.failure(0, "LOST")
    assert figures.failed_in_a_row == 2
    figures.request(0, 100, "accepted", True)
    assert (figures.failed_in_a_row, figures.failed, figures.errors["LOST"]) == (0, 2, 2)


def test_zipf_asks_for_the_first_key_twice_as_often_as_for_the_second() -> None:
    zipf, chance = Zipf(1000, 1.0), random.Random(1)
    counts = Counter(zipf.pick(chance) for _n in range(40_000))
    assert 1.8 < counts[0] / counts[1] < 2.2
    assert max(counts) < 1000
    alike = Counter(Zipf(10, 0).pick(chance) for _n in range(20_000))
    assert max(alike.values()) / min(alike.values()) < 1.2


def test_bars_are_as_high_as_what_they_stand_for() -> None:
    assert bars([0, 4, 8]) == "▁▅█"
    assert bars([0, 0]) == "▁▁"
    assert bars([50], top=100) == "▅"
    assert bars([1, 8], ascii=True).isascii()
    assert grouped(1234567) == "1\u00a0234\u00a0567"


def loaded() -> Figures:
    figures = Figures()
    for number in range(300):
        figures.request(number // 100, 400 + number, "accepted" if number % 3 else "refused",
                        bool(number % 3))  # fmt: skip
        for name in THREE.nodes:
            figures.command(name, 300, failed=False)
    figures.over, figures.most = 2, 12
    figures.errors["MOVED"] = 3
    return figures


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_chart_fits_and_tells_every_figure(width: int, lang: str) -> None:
    i18n.set_language(lang)
    shown = Shown("gcra", THREE, 30, limit=10, window_s=10, width=width)
    text = plain(chart(loaded(), shown, 3.0))
    for part in ("300", "200", "100", "12", "10.0.0.3:7000", "MOVED 3", "p99.9"):
        assert part in text
    assert max(map(len, text.splitlines())) <= max(width, 80)


def test_the_chart_of_the_cache_tells_the_hit_ratio() -> None:
    figures = Figures()
    for number in range(10):
        figures.request(0, 400, "hit" if number else "miss", number > 0)
    figures.computed = figures.at_once = 1
    text = plain(chart(figures, Shown("aside", ALONE, 10), 1.0))
    assert "90.0 %" in text
    assert "hit 9  miss 1" in text
    assert "127.0.0.1:6379" in text


def test_a_chart_before_the_first_request_is_one_too() -> None:
    assert "0 s of 30" in plain(chart(Figures(), Shown("gcra", ALONE, 30, 10, 10), 0.0))


def test_many_nodes_are_told_in_part() -> None:
    figures = Figures()
    for number in range(charts.NODES + 5):
        figures.command(f"10.0.0.{number}:1", 100, failed=False)
    assert "5 more" in plain(chart(figures, Shown("x", THREE, 1), 1.0))


@pytest.mark.parametrize("code", ["MOVED", "CLUSTERDOWN", "TIMEOUT", "LOST", "NOPERM", "OOM"])
def test_errors_come_with_what_to_do(code: str) -> None:
    assert advice_on(code) != advice_on("WHATEVER")
