"""Eviction beside the real server: how many keys stay, and which.

Both sides choose by chance, so shares are compared, over thousands of keys: a key is "hot" (used
after the others, or often, or with a long time to live) or "cold", then new keys push old ones out.
A client's buffers grow and shrink with time and count as memory: the server is a new one each time,
without other tests' clients, and the values are large beside the buffers of the one that remains.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.oracle.conftest import running_redis
from tests.oracle.raw import RawConnection
from tutor.engine.clock import VirtualClock
from tutor.engine.config import Config
from tutor.engine.engine import Engine

KEYS = 4000
HOT = KEYS // 4
NEW = 3000
SEEDS = range(4)
VALUE = b"x" * 1000
PIPELINE = 10  # calls; their 11 KB fit into the buffer that a client has anyway
POLICIES = (
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
)

Run = Callable[[Sequence[Sequence[bytes]]], list[object]]


@dataclass(frozen=True)
class Shares:
    """Which part of the keys of each kind is still there."""

    hot: float
    cold: float
    new: float
    kept: int

    def near(self, other: Shares, tolerance: float) -> bool:
        pairs = ((self.hot, other.hot), (self.cold, other.cold), (self.new, other.new))
        return all(abs(mine - theirs) <= tolerance for mine, theirs in pairs)


def _used(run: Run) -> int:
    (info,) = run([(b"INFO", b"memory")])
    assert isinstance(info, bytes)
    line = next(line for line in info.splitlines() if line.startswith(b"used_memory:"))
    return int(line.partition(b":")[2])


def _play(run: Run, wait: Callable[[float], None], policy: bytes, samples: int) -> Shares:
    """Hot and cold keys, then new ones, under a limit that the first two reach."""
    settings = (b"maxmemory-policy", policy, b"maxmemory-samples", b"%d" % samples)
    settings += (b"lfu-decay-time", b"0")  # or it matters when a minute begins
    run([(b"CONFIG", b"SET", *settings), (b"FLUSHALL",)])
    _used(run)  # the first INFO takes memory itself

    def stored(key: bytes, seconds: int) -> tuple[bytes, ...]:
        return (b"SET", key, VALUE, *((b"EX", b"%d" % seconds) if policy[:3] == b"vol" else ()))

    old = [b"old:%d" % i for i in range(KEYS)]
    hot = set(old[::4])
    run([stored(key, 90_000 if key in hot else 5000 + i) for i, key in enumerate(old)])
    wait(1.2)
    uses = 25 if policy.endswith(b"lfu") else 1
    run([(b"GET", key) for key in hot for _ in range(uses)])
    wait(1.2)
    limit = _used(run)
    run([(b"CONFIG", b"SET", b"maxmemory", b"%d" % limit)])
    new = [b"new:%d" % i for i in range(NEW)]
    for at in range(0, NEW, 50):
        run([stored(key, 50_000) for key in new[at : at + 50]])
    run([(b"CONFIG", b"SET", b"maxmemory", b"0")])

    def share(keys: Sequence[bytes]) -> float:
        return sum(map(int, run([(b"EXISTS", key) for key in keys]))) / len(keys)

    (kept,) = run([(b"DBSIZE",)])
    assert isinstance(kept, int)
    cold = [key for key in old if key not in hot]
    return Shares(share(sorted(hot)), share(cold), share(new), kept)


def _on_the_engine(policy: bytes, samples: int) -> Shares:
    """The mean of some seeds: one alone may be as lucky as one run of the real server."""
    runs = [_with_seed(seed, policy, samples) for seed in SEEDS]

    def mean(share: Callable[[Shares], float]) -> float:
        return statistics.fmean(map(share, runs))

    return Shares(
        hot=mean(lambda run: run.hot),
        cold=mean(lambda run: run.cold),
        new=mean(lambda run: run.new),
        kept=round(mean(lambda run: run.kept)),
    )


def _with_seed(seed: int, policy: bytes, samples: int) -> Shares:
    clock = VirtualClock(1_700_000_000_000_000)
    engine = Engine(clock, seed=seed, config=Config(save=()))
    session = engine.connect()

    def run(calls: Sequence[Sequence[bytes]]) -> list[object]:
        return [engine.execute(session, call) for call in calls]

    return _play(run, lambda seconds: clock.advance(us=int(seconds * 1_000_000)), policy, samples)


def _on_the_oracle(raw: RawConnection, policy: bytes, samples: int) -> Shares:
    def run(calls: Sequence[Sequence[bytes]]) -> list[object]:
        replies = []
        for at in range(0, len(calls), PIPELINE):
            part = calls[at : at + PIPELINE]
            for call in part:
                raw.send(*call)
            replies += [raw.receive() for _ in part]
        return replies

    return _play(run, time.sleep, policy, samples)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[RawConnection]:
    """The only connection to a server of its own."""
    with running_redis(tmp_path) as port, RawConnection(port) as connection:
        yield connection


@pytest.mark.parametrize("policy", POLICIES)
def test_the_same_share_of_hot_cold_and_new_keys_stays(alone: RawConnection, policy: str) -> None:
    ours = _on_the_engine(policy.encode(), 5)
    theirs = _on_the_oracle(alone, policy.encode(), 5)
    assert ours.near(theirs, 0.1), (ours, theirs)
    assert abs(ours.kept - theirs.kept) <= KEYS * 0.03, (ours, theirs)
    if not policy.endswith("random"):
        assert ours.hot - ours.cold > 0.3


def test_one_sample_tells_hot_from_cold_worse_as_in_the_real_server(alone: RawConnection) -> None:
    ours, theirs = _on_the_engine(b"allkeys-lru", 1), _on_the_oracle(alone, b"allkeys-lru", 1)
    assert ours.near(theirs, 0.1), (ours, theirs)
    better = _on_the_engine(b"allkeys-lru", 10)
    assert better.hot > ours.hot
