"""What holds of the cache lab in every run, whatever its chances are.

LAB_SEEDS=1000 python3 -m pytest tests/labs/test_cache_properties.py     a night's worth
LAB_SEED=123 …                                                          beginning with this one
"""

from __future__ import annotations

import os
import random
from itertools import pairwise

import pytest

from tutor.labs.cache import CURES, FIRST, STEPS, CacheLab, Knobs
from tutor.labs.cache.cures import GRACE_S
from tutor.labs.cache.lane import Computation, TrafficLane
from tutor.labs.cache.routing import RoutingLane, stale_by_delay

SEEDS = int(os.environ.get("LAB_SEEDS", "200"))
FIRST_SEED = int(os.environ.get("LAB_SEED", random.SystemRandom().randrange(1 << 24)))
CHUNK = 10
CHUNKS = range(-(-SEEDS // CHUNK))
SECOND = 1_000_000
TRIP = 1_000
"""Microseconds that two round trips take."""

HOT = Knobs(workers=12, rate=40, cost_ms=400, ttl_s=2)


def seeds_of(chunk: int) -> range:
    first = FIRST_SEED + chunk * CHUNK
    return range(first, min(first + CHUNK, FIRST_SEED + SEEDS))


def run(cure: str, seed: int, knobs: Knobs = HOT, seconds: int = 9) -> TrafficLane:
    lane = TrafficLane(cure, seed, knobs, filled=True)
    lane.run_to(seconds * SECOND)
    return lane


def bursts(lane: TrafficLane) -> list[list[Computation]]:
    """Computations in groups: a later one belongs to the group if it began before the first of it
    was done. A group that goes on at the end is left out."""
    groups: list[list[Computation]] = []
    over = -1
    for one in lane.computations:
        if one.begin > over + TRIP or not groups:  # it may have looked before it was stored
            groups.append([])
            over = one.end or lane.world.simulation.now
        groups[-1].append(one)
    return groups if over < lane.world.simulation.now else groups[:-1]


@pytest.mark.parametrize("chunk", CHUNKS)
def test_without_a_cure_each_expiry_is_a_stampede(chunk: int) -> None:
    for seed in seeds_of(chunk):
        groups = bursts(run("none", seed))
        assert len(groups) >= 2, seed
        assert all(len(group) > 1 for group in groups), (seed, [len(one) for one in groups])


@pytest.mark.parametrize("chunk", CHUNKS)
def test_get_or_set_does_not_cure_it_but_keeps_the_first_value(chunk: int) -> None:
    for seed in seeds_of(chunk):
        lane = run("get_or_set", seed)
        assert lane.at_once > 1, seed
        assert all(len(group) > 1 for group in bursts(lane)), seed


@pytest.mark.parametrize("chunk", CHUNKS)
def test_a_lock_allows_exactly_one_recomputation_per_expiry(chunk: int) -> None:
    for seed in seeds_of(chunk):
        lane = run("lock", seed)
        assert lane.at_once == 1, seed
        for earlier, later in pairwise(lane.computations):
            assert later.begin - earlier.end >= HOT.ttl_s * SECOND, seed
        assert 2 <= len(lane.computations) <= 4, seed


@pytest.mark.parametrize("chunk", CHUNKS)
def test_an_old_value_is_never_older_than_lifetime_and_grace(chunk: int) -> None:
    limit = (HOT.ttl_s + GRACE_S) * SECOND + HOT.cost_ms * 1000 + TRIP
    for seed in seeds_of(chunk):
        lane = run("stale", seed, seconds=16)
        assert lane.at_once == 1, seed
        assert lane.sums.outcomes["miss"] == 0, seed
        assert lane.sums.outcomes["stale"] > 0, seed
        for answer in lane.answers:
            assert answer.age_us <= limit, seed
            assert answer.took_us < 20 * TRIP, seed
            if answer.outcome == "hit":
                assert answer.age_us <= HOT.ttl_s * SECOND + TRIP, seed


@pytest.mark.parametrize("chunk", CHUNKS)
def test_an_early_refresh_comes_before_the_end_and_takes_the_edge_off(chunk: int) -> None:
    """It is a matter of chance: under a hot key some still begin together, now and then all."""
    early = missed = together = stampede = computed = without = 0
    for seed in seeds_of(chunk):
        lane, plain = run("early", seed), run("none", seed)
        early += lane.sums.outcomes["early"]
        missed += lane.sums.outcomes["miss"]
        together += lane.at_once
        stampede += plain.at_once
        computed += len(lane.computations)
        without += len(plain.computations)
        assert {*lane.sums.outcomes} <= {"hit", "early", "miss"}, seed
    assert missed * 10 < early
    assert together < 0.85 * stampede
    assert computed < 0.85 * without


@pytest.mark.parametrize("chunk", CHUNKS)
def test_who_keeps_it_warm_spares_every_request_the_slow_function(chunk: int) -> None:
    for seed in seeds_of(chunk):
        lane = run("warm", seed)
        assert lane.sums.outcomes.keys() == {"hit"}, seed
        assert lane.at_once == 1, seed


@pytest.mark.parametrize("chunk", CHUNKS)
def test_other_lifetimes_for_many_keys_flatten_the_peak(chunk: int) -> None:
    knobs = Knobs(workers=40, rate=40, cost_ms=100, ttl_s=10, keys=20)
    flat = same = 0
    for seed in seeds_of(chunk)[:4]:
        same += run("none", seed, knobs, 15).world.database.peak
        flat += run("jitter", seed, knobs, 15).world.database.peak
    assert flat < same


@pytest.mark.parametrize("chunk", CHUNKS)
def test_every_request_is_counted_once_and_every_lane_gets_the_same(chunk: int) -> None:
    for seed in seeds_of(chunk)[::2]:
        chance = random.Random(seed)
        names = ("workers", "rate", "cost", "ttl", "keys")
        turned = {name: int(chance.choice(STEPS[name])) for name in names}
        knobs = Knobs(turned["workers"], turned["rate"] or 5, turned["cost"], turned["ttl"],
                      turned["keys"])  # fmt: skip
        cure = chance.choice(CURES["stampede"])
        lane, plain = run(cure, seed, knobs, 5), run("none", seed, knobs, 5)
        frame = lane.take()
        misses = lane.sums.outcomes["miss"] + lane.sums.outcomes["early"]
        assert frame.hits + misses == frame.done == len(lane.answers), (seed, cure)
        busy = sum(worker.request is not None for worker in lane.workers)
        assert frame.done + frame.waiting + busy == frame.requests, (seed, cure)
        begun = sum(one.background is False for one in lane.computations)
        assert misses <= begun <= misses + busy, (seed, cure)
        assert lane.requests == plain.requests, (seed, cure)
        assert lane.arrivals.chance.getstate() == plain.arrivals.chance.getstate(), (seed, cure)


@pytest.mark.parametrize("chunk", CHUNKS)
def test_a_hit_is_never_older_than_its_lifetime(chunk: int) -> None:
    for seed in seeds_of(chunk)[::2]:
        lane = TrafficLane("aside", seed, FIRST["aside"], filled=False)
        lane.run_to(12 * SECOND)
        limit = FIRST["aside"].ttl_s * SECOND + 2 * TRIP
        assert all(one.age_us <= limit for one in lane.answers if one.outcome == "hit"), seed
        assert lane.take().saved_us > 0, seed


@pytest.mark.parametrize("chunk", CHUNKS)
def test_stale_reads_grow_with_the_delay_and_no_cure_but_none_has_any(chunk: int) -> None:
    knobs = Knobs(rate=20, cost_ms=50, gap_ms=400)
    for seed in seeds_of(chunk)[:2]:
        found = stale_by_delay("none", seed, (0, 40, 150, 600), knobs, 8)
        counts = [stale for _delay, _reads, stale in found]
        assert counts == sorted(counts), seed
        assert counts[0] == 0 < counts[-1], seed
        assert len({reads for _delay, reads, _stale in found}) == 1, seed
        for cure in ("sticky", "wait", "version"):
            assert stale_by_delay(cure, seed, (150,), knobs, 8)[0][2] == 0, (seed, cure)


@pytest.mark.parametrize("chunk", CHUNKS)
def test_a_read_is_stale_exactly_if_it_came_before_the_stream(chunk: int) -> None:
    knobs = Knobs(rate=20, cost_ms=50, gap_ms=400, delay_ms=150)
    for seed in seeds_of(chunk)[:2]:
        lane = RoutingLane("none", seed, knobs)
        lane.run_to(8 * SECOND)
        assert lane.pairs
        for delay, gap, outcome in lane.pairs:
            if gap > delay * 1000 + 2 * TRIP:
                assert outcome == "hit", (seed, gap)
            elif gap < delay * 1000 - 2 * TRIP:
                assert outcome == "stale", (seed, gap)


@pytest.mark.parametrize("chunk", CHUNKS)
def test_the_same_seed_gives_the_same_run_and_going_back_repeats_it(chunk: int) -> None:
    seed = FIRST_SEED + chunk
    chance = random.Random(seed)
    experiment = chance.choice(("aside", "stampede", "versions", "routing"))
    one, two = CacheLab(experiment, seed), CacheLab(experiment, seed)
    at = {chance.randrange(5, 40): kind for kind in ("ttl", "rate", "kill", "cost")}
    for number in range(45):
        for lab in (one, two):
            lab.step()
            kind = at.get(number)
            if kind is not None and kind in _knobs(lab):
                lab.act(kind, "", STEPS.get(kind, (0, 0))[1])
    assert one.frames == two.frames
    wanted = list(one.frames)
    to = chance.randrange(45)
    one.back_to(to * 100_000)
    assert one.frames == wanted[: to + 1]
    one.step(45 - to)
    assert one.frames == wanted


@pytest.mark.parametrize("chunk", CHUNKS)
def test_another_future_is_that_of_a_run_in_which_the_same_was_done(chunk: int) -> None:
    seed = FIRST_SEED + chunk
    chance = random.Random(seed)
    experiment = chance.choice(("aside", "stampede", "routing", "versions"))
    lab = CacheLab(experiment, seed)
    for _future in range(4):
        lab.step(chance.randrange(20, 60))
        lab.back_to(chance.randrange(len(lab.frames)) * 100_000)
        for _act in range(chance.randrange(3)):
            kind = chance.choice(_knobs(lab))
            lab.act(kind, "", chance.choice(STEPS.get(kind, (0,))))
            lab.step(chance.randrange(3))
    lab.step(10)
    again = CacheLab(experiment, seed, acts=lab.acts)
    again.step(len(lab.frames) - 1)
    assert again.frames == lab.frames, (seed, experiment)


def _knobs(lab: CacheLab) -> tuple[str, ...]:
    from tutor.labs.cache import OF

    return OF[lab.experiment]
