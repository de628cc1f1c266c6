"""How a value is read through the cache: the plain way, and the cures of a stampede.

Each is what a Django view would do, with the calls that Django's cache has (`add` is the lock).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tutor.labs.routines import Routine, Sleep

if TYPE_CHECKING:
    from tutor.labs.cache.lane import Request, TrafficLane

LOCK_S = 10
POLL_US = 50_000
GRACE_S = 10
"""How much longer than its lifetime an old value may be served while a new one is made."""

BETA = 1.0
"""Of the early refresh (Vattani, Chierichetti, Lowenstein: Optimal probabilistic cache stampede
prevention, 2015): above 1 it comes earlier."""


def without(lane: TrafficLane, request: Request) -> Routine[Any]:
    """No cache at all."""
    return (yield from lane.compute(request))


def aside(lane: TrafficLane, request: Request) -> Routine[Any]:
    """Look; if it is not there, make it and store it."""
    value = yield from lane.cache.get(request.key)
    if value is None:
        value = yield from lane.compute(request)
        yield from lane.cache.set(request.key, value, lane.knobs.ttl_s)
    return value


def get_or_set(lane: TrafficLane, request: Request) -> Routine[Any]:
    """The same in one call of Django's: everybody who misses computes, the first one's is kept."""
    return (
        yield from lane.cache.get_or_set(
            request.key, lambda: lane.compute(request), lane.knobs.ttl_s
        )
    )


def lock(lane: TrafficLane, request: Request) -> Routine[Any]:
    """Who could add the lock makes the value, the others wait for it."""
    cache, key = lane.cache, request.key
    value = yield from cache.get(key)
    while value is None:
        if (yield from cache.add(f"{key}:lock", request.number, LOCK_S)):
            value = yield from cache.get(key)  # it may have come between the look and the lock
            if value is None:
                value = yield from lane.compute(request)
                yield from cache.set(key, value, lane.knobs.ttl_s)
            yield from cache.delete(f"{key}:lock")
        else:
            request.outcome = "waited"
            yield Sleep(POLL_US)
            value = yield from cache.get(key)
    return value


def early(lane: TrafficLane, request: Request) -> Routine[Any]:
    """Before it is over somebody makes it anew, by chance: the later, the likelier."""
    cache, key, now = lane.cache, request.key, lane.world.simulation.now
    stored = yield from cache.get(key)
    if stored is not None:
        lead = -stored["delta"] * BETA * math.log(1.0 - lane.chance.random())
        if now + lead < stored["until"]:
            return stored["value"]
    value = yield from lane.compute(request)
    if stored is not None:
        request.outcome = "early"
    yield from lane.keep(key, value, lane.world.simulation.now - now)
    return value


def stale(lane: TrafficLane, request: Request) -> Routine[Any]:
    """An old value is served on while one worker makes a new one behind the scenes."""
    cache, key = lane.cache, request.key
    stored = yield from cache.get(key)
    if stored is None:
        yield from lane.refill(request)
        stored = yield from cache.get(key)
        return stored["value"] if stored is not None else (yield from lane.compute(request))
    if lane.world.simulation.now >= stored["until"]:
        request.outcome = "stale"
        if (yield from cache.add(f"{key}:lock", request.number, LOCK_S)):
            lane.behind_the_scenes(key, request.cost)
    return stored["value"]


def jitter(lane: TrafficLane, request: Request) -> Routine[Any]:
    """As `aside`, but no two keys live equally long."""
    value = yield from lane.cache.get(request.key)
    if value is None:
        value = yield from lane.compute(request)
        yield from lane.cache.set(request.key, value, lane.lifetime())
    return value


Way = Callable[["TrafficLane", "Request"], Routine[Any]]
WAYS: Mapping[str, Way] = {
    "without": without,
    "none": aside,
    "aside": aside,
    "get_or_set": get_or_set,
    "lock": lock,
    "early": early,
    "stale": stale,
    "jitter": jitter,
    "warm": aside,  # and somebody behind the scenes makes every value before it is over
}
ASIDE = ("without", "aside")
STAMPEDE = ("none", "get_or_set", "lock", "early", "stale", "jitter", "warm")
ROUTING = ("none", "sticky", "wait", "version")
VERSIONS = ("clear", "own-db", "version", "delete_many")
LIFETIMES = tuple(f"ttl-{seconds}" for seconds in (1, 2, 5, 15, 30, 60))
POLICIES = (
    "noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru", "volatile-ttl",
)  # fmt: skip
CURES: Mapping[str, tuple[str, ...]] = {
    "aside": ASIDE, "stampede": STAMPEDE, "models": (), "versions": VERSIONS, "routing": ROUTING,
    "ttl": LIFETIMES, "eviction": POLICIES,
}  # fmt: skip
