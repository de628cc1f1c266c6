"""The cache lab under maxmemory, and with lifetimes of its own: what each policy and each TTL does
to hits, sessions, memory and age."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from tutor.engine.replies import ReplyError
from tutor.labs.cache import CacheLab
from tutor.labs.cache.cures import LIFETIMES, POLICIES
from tutor.labs.cache.eviction import SESSIONS, EvictionLane
from tutor.labs.cache.lab import FIRST
from tutor.labs.cache.lane import TrafficLane

SECOND = 1_000_000
KNOBS = replace(FIRST["eviction"], keys=200, memory_kb=1250, rate=60)
"""Some sixty pages fit besides the sessions."""

SEEDS = range(41, 45)
SLACK = 6_000
"""A command may come above the limit by what it stores and by a table that grows."""


def run(policy: str, seed: int, seconds: int = 20) -> EvictionLane:
    lane = EvictionLane(policy, seed, KNOBS)
    while lane.world.simulation.now < seconds * SECOND:
        lane.begin_step()
        lane.run_to(lane.world.simulation.now + 500_000)
        frame = lane.take()
        if policy != "noeviction" and frame.limit:
            assert frame.used <= frame.limit + SLACK, (policy, seed)
    return lane


def hits_after(lane: EvictionLane, seconds: int) -> float:
    """Hits in a hundred of the next pages that are asked for."""
    hits, misses = lane.hits, lane.misses
    lane.run_to(lane.world.simulation.now + seconds * SECOND)
    hits, misses = lane.hits - hits, lane.misses - misses
    return 100 * hits / (hits + misses)


@pytest.fixture(scope="module")
def ratios() -> dict[str, list[float]]:
    """Of each policy, for each seed: hits in the last ten seconds of thirty, in a hundred."""
    found: dict[str, list[float]] = {}
    for policy in POLICIES:
        for seed in SEEDS:
            lane = run(policy, seed)
            frame = lane.take()
            assert (frame.refused > 0) == (policy == "noeviction"), (policy, seed)
            assert (frame.evicted > 0) == (policy != "noeviction"), (policy, seed)
            assert (frame.lost > 0) == policy.startswith("allkeys"), (policy, seed)
            found.setdefault(policy, []).append(hits_after(lane, 10))
    return found


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_who_looks_at_use_hits_more_often_than_who_does_not(
    ratios: dict[str, list[float]],
) -> None:
    means = {policy: mean(values) for policy, values in ratios.items()}
    assert means["allkeys-lfu"] > means["allkeys-random"] + 3
    assert means["allkeys-lru"] > means["allkeys-random"]
    assert means["volatile-lru"] > means["volatile-ttl"] + 3


def test_a_scan_pollutes_lru_and_hardly_lfu() -> None:
    drops: dict[str, list[float]] = {"allkeys-lru": [], "allkeys-lfu": []}
    for policy, found in drops.items():
        for seed in SEEDS:
            lane = run(policy, seed, 12)
            before = hits_after(lane, 4)
            lane.scan()
            lane.run_to(lane.world.simulation.now + 2 * SECOND)
            assert lane.scanned >= KNOBS.keys - 2
            found.append(before - hits_after(lane, 3))
    assert mean(drops["allkeys-lru"]) > mean(drops["allkeys-lfu"])


def test_when_others_are_wanted_lru_follows_and_noeviction_does_not() -> None:
    found: dict[str, list[float]] = {"noeviction": [], "allkeys-lru": []}
    for policy, after in found.items():
        for seed in SEEDS:
            lane = run(policy, seed, 10)
            lane.shift()
            lane.run_to(lane.world.simulation.now + 5 * SECOND)
            after.append(hits_after(lane, 5))
    assert mean(found["allkeys-lru"]) > mean(found["noeviction"]) + 20


def test_what_is_refused_is_refused_in_the_words_of_redis() -> None:
    lane = run("noeviction", 7, 10)
    replies = {one.reply for one in lane.take().wire if one.text.startswith("SET")}
    assert replies == {"OOM command not allowed when used memory > 'maxmemory'."}
    node = lane.world.master
    session = node.session_of("127.0.0.1:50000")
    assert isinstance(node.execute(session, (b"SET", b"x", b"1")), ReplyError)
    assert node.execute(session, (b"DEL", b"x")) == 0


def test_more_memory_means_more_pages_and_less_means_fewer_at_once() -> None:
    lab = CacheLab("eviction", 7, KNOBS, cures=["volatile-lru"])
    lab.step(60)
    few = lab.frame.evictions[0].pages
    lab.act("memory", "", 2048)
    lab.step(60)
    frame = lab.frame.evictions[0]
    assert frame.limit == 2048 * 1024
    assert frame.pages > 1.5 * few
    assert lab.execute("volatile-lru", b"CONFIG GET maxmemory".split()) == {
        b"maxmemory": b"2097152"
    }
    lab.act("memory", "", 1300)
    lab.step(5)
    frame = lab.frame.evictions[0]
    assert frame.used <= frame.limit + SLACK
    assert frame.sessions == SESSIONS


def test_an_eviction_run_goes_back_and_comes_out_the_same() -> None:
    lab = CacheLab("eviction", 7, KNOBS, cures=["allkeys-lfu"])
    lab.step(40)
    lab.act("scan")
    lab.act("shift")
    lab.step(40)
    before = [lab.shown(number).as_json() for number in (45, 80)]
    lab.back_to(4_200_000)
    lab.step(38)
    assert [lab.shown(number).as_json() for number in (45, 80)] == before
    assert [event.code for event in lab.frame.events] == ["scan", "shift"]


@pytest.mark.parametrize("seed", range(20))
def test_a_longer_life_means_more_hits_less_work_and_older_answers(seed: int) -> None:
    lanes: list[TrafficLane] = []
    for cure in LIFETIMES[:5]:
        lane = TrafficLane(cure, seed, FIRST["ttl"], filled=False)
        lane.run_to(40 * SECOND)
        lanes.append(lane)
    frames = [lane.take() for lane in lanes]
    assert len({frame.requests for frame in frames}) == 1
    for lane, shorter, longer in zip(lanes[1:], *zip(*pairwise(frames), strict=True), strict=True):
        assert shorter.hit_ratio < longer.hit_ratio
        assert shorter.computed > longer.computed
        assert shorter.age_us < longer.age_us
        assert longer.oldest_us <= lane.knobs.ttl_s * SECOND + SECOND // 2
    assert frames[0].wrong < frames[2].wrong < frames[4].wrong


def test_nothing_is_out_of_date_where_nothing_changes() -> None:
    still = replace(FIRST["ttl"], change_s=1_000_000)
    lane = TrafficLane("ttl-30", 7, still, filled=False)
    lane.run_to(20 * SECOND)
    assert lane.take().wrong == 0
