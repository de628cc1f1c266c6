"""What an onlooker learns of eviction agrees with what OBJECT IDLETIME, FREQ and PTTL say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.test_census import Bench
from tutor.engine.memory.eviction import POOL_SIZE
from tutor.engine.memory.eviction_watch import EvictionWatch

POLICIES = ("allkeys-lru", "volatile-lru", "allkeys-lfu", "volatile-lfu", "volatile-ttl")
ASKED = {"lru": "OBJECT IDLETIME", "lfu": "OBJECT FREQ", "ttl": "PTTL"}


def full(policy: str, idle: list[int]) -> tuple[Bench, EvictionWatch]:
    """A server at its limit whose keys were used so many seconds apart."""
    bench = Bench(f"CONFIG SET maxmemory-policy {policy}")
    for n, seconds in enumerate(idle):
        bench.run(f"SET k:{n} {'x' * 100} EX {1000 + 7 * n}")
        for _ in range(n % 4):
            bench.run(f"GET k:{n}")
        bench.clock.advance(ms=seconds * 1000)
    bench.engine.tick()
    bench.run("PING")  # the first call of a command takes memory
    bench.run(f"{ASKED.get(policy[-3:], 'TTL')} k:0")
    watch = EvictionWatch(bench.engine)
    watch.attach()
    bench.run(f"CONFIG SET maxmemory {bench.engine.accounts.used + 400}")
    return bench, watch


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=10)
@given(idle=st.lists(st.integers(0, 90), min_size=20, max_size=60), new=st.integers(1, 12))
def test_the_pool_is_sorted_by_what_redis_itself_says_of_its_keys(
    policy: str, idle: list[int], new: int
) -> None:
    bench, watch = full(policy, idle)
    for n in range(new):  # time stands still from here on
        bench.run(f"SET new:{n} {'y' * 150} EX 90000")
    bench.run("PING")  # room is made before a command, not after it
    figures = watch.figures()
    assert figures.policy == policy
    assert len(figures.pool) <= figures.pool_size == POOL_SIZE
    scores = [one.score for one in figures.pool]
    assert scores == sorted(scores)
    readings = [one.reading for one in figures.pool]
    assert readings == sorted(readings, reverse=figures.by != "lru")
    for one in figures.pool:
        assert one.there is (one.key in bench.engine.databases[0].keys.data)
        if one.there:
            said = bench.run(f"{ASKED[figures.by]} {one.key.decode()}")
            assert said == one.reading, (one, said)


@pytest.mark.parametrize("policy", POLICIES)
def test_who_went_was_the_best_of_its_sample_and_of_the_pool(policy: str) -> None:
    bench, watch = full(policy, [5] * 60)
    for n in range(40):
        bench.run(f"SET new:{n} {'y' * 150} EX 90000")
    assert len(watch.evictions) == bench.engine.stats.evicted_keys > 5
    for one in watch.evictions:
        assert one.victim.key not in bench.engine.databases[0].keys.data
        assert one.sample
        assert one.victim.score >= max(each.score for each in one.sample if each.pooled)


def test_random_policies_have_no_pool_and_no_samples() -> None:
    bench, watch = full("allkeys-random", [1] * 30)
    for n in range(10):
        bench.run(f"SET new:{n} {'y' * 300}")
    figures = watch.figures()
    assert figures.by == "random"
    assert not figures.pool
    assert figures.evictions
    assert all(not one.sample for one in figures.evictions)


def test_looking_changes_neither_pool_nor_peak() -> None:
    bench, watch = full("allkeys-lru", [5] * 40)
    for n in range(10):
        bench.run(f"SET new:{n} {'y' * 150}")
    pool, peak = list(bench.engine.eviction.pool), bench.engine.accounts.peak
    watch.figures()
    assert bench.engine.eviction.pool == pool
    assert bench.engine.accounts.peak == peak


def test_detached_it_hears_nothing() -> None:
    bench, watch = full("allkeys-lru", [5] * 40)
    watch.detach()
    for n in range(20):
        bench.run(f"SET new:{n} {'y' * 150}")
    assert bench.engine.stats.evicted_keys
    assert not watch.evictions
