"""Commands per second in process: this engine against `fakeredis.FakeRedis`, in one run.

    python benchmarks/engine.py [--seconds 0.4] [--rounds 5]

Both are called the way a Python program would call them without a socket: the engine through
`Engine.execute`, fakeredis through its client's `execute_command`. Rounds are interleaved and
the median of the rounds is shown; the ratio is what counts, not the digits.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from tutor.engine.engine import Engine

Calls = Iterator[tuple[bytes, ...]]
KEYS = 1000


def _keys(*words: str) -> Calls:
    """Endless calls in which ``{i}`` runs over `KEYS` numbers."""
    table = [tuple(word.format(i=i).encode() for word in words) for i in range(KEYS)]
    return itertools.cycle(table)


def _members(*words: str) -> Calls:
    return (tuple(word.format(i=i).encode() for word in words) for i in itertools.count())


WORKLOADS: dict[str, tuple[list[tuple[bytes, ...]], Callable[[], Calls]]] = {
    "SET": ([], lambda: _keys("SET", "key:{i}", "value:{i}")),
    "GET": (
        [(b"SET", b"key:%d" % i, b"v") for i in range(KEYS)],
        lambda: _keys("GET", "key:{i}"),
    ),
    "INCR": ([], lambda: _keys("INCR", "counter:{i}")),
    "LPUSH": ([], lambda: _members("LPUSH", "list", "item:{i}")),
    "RPOP": (
        [(b"RPUSH", b"list", *(b"item:%d" % i for i in range(500))) for _ in range(1000)],
        lambda: _keys("RPOP", "list"),
    ),
    "HSET": ([], lambda: _keys("HSET", "hash", "field:{i}", "value:{i}")),
    "SADD": ([], lambda: _members("SADD", "set", "member:{i}")),
    "ZADD": ([], lambda: _members("ZADD", "zset", "{i}", "member:{i}")),
    "ZRANK": (
        [(b"ZADD", b"zset", b"%d" % i, b"member:%d" % i) for i in range(KEYS)],
        lambda: _keys("ZRANK", "zset", "member:{i}"),
    ),
}


def _rate(call: Callable[[Sequence[bytes]], object], calls: Calls, seconds: float) -> float:
    """Calls per second over about ``seconds``."""
    done, start = 0, time.perf_counter()
    while True:
        for argv in itertools.islice(calls, 200):
            call(argv)
        done += 200
        spent = time.perf_counter() - start
        if spent >= seconds:
            return done / spent


def _ours(setup: list[tuple[bytes, ...]]) -> Callable[[Sequence[bytes]], object]:
    engine = Engine(seed=1)
    session = engine.connect()
    for argv in setup:
        engine.execute(session, argv)
    return lambda argv: engine.execute(session, argv)


def _fake(setup: list[tuple[bytes, ...]]) -> Callable[[Sequence[bytes]], object]:
    import fakeredis

    client = fakeredis.FakeRedis()
    client.flushall()
    for argv in setup:
        client.execute_command(*argv)
    return lambda argv: client.execute_command(*argv)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=0.4)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    print(f"{'command':8} {'engine/s':>12} {'fakeredis/s':>12} {'ratio':>7}")
    worst = float("inf")
    for name, (setup, calls) in WORKLOADS.items():
        ours, fake = [], []
        for _ in range(args.rounds):
            ours.append(_rate(_ours(setup), calls(), args.seconds))
            fake.append(_rate(_fake(setup), calls(), args.seconds))
        mine, theirs = statistics.median(ours), statistics.median(fake)
        worst = min(worst, mine / theirs)
        print(f"{name:8} {mine:12,.0f} {theirs:12,.0f} {mine / theirs:6.1f}x")
    print(f"smallest ratio {worst:.1f}x, goal 5x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
