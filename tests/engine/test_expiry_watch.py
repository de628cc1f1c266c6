"""What an onlooker learns of active expiry: the real cycle's steps, and the table it walks."""

from __future__ import annotations

from tests.engine.test_census import Bench
from tutor.engine.expiry_watch import KEPT, LOOKS, ExpiryWatch, rehearse


def watched(*lines: str) -> tuple[Bench, ExpiryWatch]:
    bench = Bench(*lines)
    watch = ExpiryWatch(bench.engine)
    watch.attach()
    return bench, watch


def test_rounds_repeat_while_more_than_the_limit_are_dead() -> None:
    bench, watch = watched(*(f"SET dead:{n} v PX 10" for n in range(100)))
    for n in range(100):
        bench.run(f"SET alive:{n} v EX 1000")
    bench.clock.advance(ms=100)
    bench.engine.tick()
    cycle = watch.last
    assert cycle is not None
    assert cycle is watch.deadly
    assert len(cycle.rounds) > 1
    for one in cycle.rounds[:-1]:
        assert one.again
        assert one.percent > one.acceptable or not one.sampled
    assert cycle.expired == sum(one.expired for one in cycle.rounds)
    assert cycle.expired == bench.engine.stats.expired_keys
    for one in cycle.rounds:
        assert sum(key.expired for key in one.keys) == one.expired
        assert all(key.key.startswith(b"dead") is key.expired for key in one.keys)


def test_a_cycle_without_deaths_does_not_hide_the_last_one_with() -> None:
    bench, watch = watched("SET dead v PX 10", "SET alive v EX 1000")
    bench.clock.advance(ms=100)
    bench.engine.tick()
    deadly = watch.deadly
    bench.clock.advance(ms=100)
    bench.engine.tick()
    assert watch.last is not deadly
    assert watch.deadly is deadly
    assert [expired for _sampled, expired in watch.history] == [1, 0]


def test_the_cursor_is_where_the_next_cycle_begins() -> None:
    bench, watch = watched(*(f"SET k:{n} v EX 1000" for n in range(500)))
    bench.engine.tick()
    figures = watch.figures(0)
    assert figures.slots == 512
    assert any(bucket.number == figures.cursor for bucket in figures.buckets)
    bench.engine.tick()
    assert watch.last is not None
    first = watch.last.rounds[0].keys[0].bucket
    between = range(figures.cursor, first)
    empty = {bucket.number for bucket in figures.buckets if not bucket.keys}
    assert set(between) <= empty


def test_the_buckets_are_a_part_of_the_table() -> None:
    bench, watch = watched(*(f"SET k:{n} v EX 1000" for n in range(500)))
    assert watch.figures(0).buckets == ()  # no index is built for an onlooker
    bench.engine.tick()
    whole = watch.figures(0, 512).buckets
    assert sum(len(bucket.keys) for bucket in whole) == 500
    part = watch.figures(0, 16).buckets
    assert len(part) == 16
    assert set(part) <= set(whole)


def test_much_is_forgotten() -> None:
    bench, watch = watched("CONFIG SET active-expire-effort 10")
    for n in range(4000):
        bench.run(f"SET k:{n} v PX 5")
    bench.clock.advance(ms=10)
    bench.engine.tick()
    assert watch.last is not None
    assert watch.last.expired > 3900
    assert len(watch.last.rounds) <= LOOKS
    assert all(len(one.keys) <= KEPT for one in watch.last.rounds)


def test_detached_it_hears_nothing() -> None:
    bench, watch = watched("SET a v EX 100")
    watch.detach()
    assert bench.engine.cron.trace is None
    bench.engine.tick()
    assert watch.last is None


def test_it_leaves_the_trace_of_others_alone() -> None:
    bench = Bench()
    other = ExpiryWatch(bench.engine)
    other.attach()
    watch = ExpiryWatch(bench.engine)
    watch.attach()
    watch.detach()
    assert bench.engine.cron.trace is other


def test_the_rehearsed_cycle_is_the_one_that_comes() -> None:
    bench = Bench(*(f"SET dead:{n} v PX 10" for n in range(50)))
    for n in range(300):
        bench.run(f"SET alive:{n} v EX 1000")
    bench.engine.tick()
    bench.clock.advance(ms=100)
    planned = rehearse(bench.engine, 0)
    assert planned.rehearsed
    assert bench.engine.stats.expired_keys == 0
    assert len(bench.engine.databases[0]) == 350
    watch = ExpiryWatch(bench.engine)
    watch.attach()
    bench.engine.tick()
    assert planned.last is not None
    assert watch.last is not None
    assert planned.last.rounds == watch.last.rounds
