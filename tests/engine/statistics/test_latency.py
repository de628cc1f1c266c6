"""The latency monitor's spikes and their graph."""

from __future__ import annotations

from tutor.engine.statistics.latency import MOST_SAMPLES, Latency, ago, graph, summary


def test_two_spikes_in_one_second_are_one_the_worse() -> None:
    latency = Latency()
    for at, ms in ((100, 5), (100, 9), (100, 2), (101, 3)):
        latency.add("command", at, ms)
    spikes = latency.events["command"]
    assert list(spikes.samples) == [(100, 9), (101, 3)]
    assert spikes.highest == 9


def test_the_oldest_spikes_go() -> None:
    latency = Latency()
    for at in range(MOST_SAMPLES + 5):
        latency.add("command", at, 1000 - at)
    spikes = latency.events["command"]
    assert len(spikes.samples) == MOST_SAMPLES
    assert spikes.samples[0][0] == 5
    assert spikes.highest == 1000


def test_forgetting_counts_what_was_there() -> None:
    latency = Latency()
    for event in ("a", "b", "c"):
        latency.add(event, 1, 1)
    assert latency.forget("a", "nope") == 1
    assert latency.forget() == 2
    assert latency.events == {}


def test_the_graph_is_the_real_servers() -> None:
    latency = Latency()
    for at, ms in ((100, 11), (101, 2)):
        latency.add("command", at, ms)
    assert graph("command", latency.events["command"], 101).splitlines() == [
        "command - high 11 ms, low 2 ms (all time high 11 ms)",
        "-" * 80,
        "# ",
        "| ",
        "| ",
        "|_",
        "  ",
        "10",
        "ss",
    ]


def test_a_graph_of_equal_spikes_is_flat() -> None:
    latency = Latency()
    for at in (100, 170):
        latency.add("command", at, 7)
    lines = graph("command", latency.events["command"], 170).splitlines()
    assert lines[2:] == ["  ", "  ", "  ", "__", "  ", "10", "ms"]


def test_more_spikes_than_columns_take_a_second_block() -> None:
    latency = Latency()
    for at in range(90):
        latency.add("command", at, at + 1)
    blocks = graph("command", latency.events["command"], 90).split("\n\n")
    assert len(blocks) == 2
    assert len(blocks[1].splitlines()[0]) == 10


def test_ages_are_short() -> None:
    assert [ago(seconds) for seconds in (0, 59, 60, 3599, 3600, 86399, 86400)] == [
        "0s", "59s", "1m", "59m", "1h", "23h", "1d",
    ]  # fmt: skip


def test_figures_of_an_event() -> None:
    latency = Latency()
    for at, ms in ((100, 10), (110, 20), (120, 30)):
        latency.add("command", at, ms)
    figures = summary(latency.events["command"], 130)
    assert (figures.count, figures.average, figures.deviation) == (3, 20, 6)
    assert (figures.period_s, figures.lowest, figures.highest) == (10.0, 10, 30)
