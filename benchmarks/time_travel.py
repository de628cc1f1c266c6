"""Time travel against size: one write, undo and redo in a world, at 10² to 10⁶ elements.

    python benchmarks/time_travel.py [--largest 1000000] [--rounds 200]

For each kind of value a world is filled, then writes are run one by one, each taken back and done
again. The median of a round is shown in microseconds, its three parts apart, and its ratio to that
at the smallest size; a journey whose cost follows the change is flat. The ratio is what counts, not
the digits. In the second table stands what the first write costs (a snapshot is open at that
moment, so this is where a value is copied if it is copied at all), and the bytes that history keeps
of a write.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
import tracemalloc
from collections.abc import Callable
from statistics import median

from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.world import World

GOAL = 3.0
BATCH = 10_000
Words = list[bytes]


def in_batches(words: Words, pairs: Callable[[int], list[bytes]], size: int) -> list[Words]:
    """Commands that fill one key with ``size`` elements."""
    lines = []
    for start in range(0, size, BATCH):
        numbers = range(start, min(start + BATCH, size))
        lines.append([*words, *(word for n in numbers for word in pairs(n))])
    return lines


def spread(number: int, size: int) -> int:
    """Some element of the first ``size``, far from the one before."""
    return number * 7919 % size


KINDS: dict[str, tuple[Callable[[int], list[Words]], Callable[[int, int], Words]]] = {
    "zset": (
        lambda size: in_batches([b"ZADD", b"k"], lambda n: [b"%d" % n, b"m%d" % n], size),
        lambda n, size: [b"ZADD", b"k", b"%d.5" % spread(n, size), b"new%d" % n],
    ),
    "hash": (
        lambda size: in_batches([b"HSET", b"k"], lambda n: [b"f%d" % n, b"%d" % n], size),
        lambda n, size: [b"HSET", b"k", b"f%d" % spread(n, size), b"new"],
    ),
    "set": (
        lambda size: in_batches([b"SADD", b"k"], lambda n: [b"m%d" % n], size),
        lambda n, size: [b"SADD", b"k", b"new%d" % n],
    ),
    "list": (
        lambda size: in_batches([b"RPUSH", b"k"], lambda n: [b"element %d" % n], size),
        lambda n, size: [b"LPUSH", b"k", b"new%d" % n],
    ),
    "strings": (
        lambda size: in_batches([b"MSET"], lambda n: [b"key:%d" % n, b"value"], size),
        lambda n, size: [b"SET", b"key:%d" % spread(n, size), b"new"],
    ),
    "deletion": (
        lambda size: in_batches([b"SADD", b"k"], lambda n: [b"m%d" % n], size),
        lambda n, size: [b"SREM", b"k", b"m%d" % spread(n, size)],
    ),
}


def filled(kind: str, size: int) -> World:
    """A world with that many elements; the filling itself cannot be taken back."""
    engine = Engine(VirtualClock(), seed=1)
    session = engine.connect()
    for words in KINDS[kind][0](size):
        engine.execute(session, words)
    return World(engine)


def measure(kind: str, size: int, rounds: int) -> tuple[float, float, float, float, float]:
    """Seconds of the first write; of a write, its undo and its redo; bytes kept of a write."""
    world, write = filled(kind, size), KINDS[kind][1]
    gc.collect()
    gc.freeze()
    started = time.perf_counter()
    world.run(write(0, size))
    first = time.perf_counter() - started
    times: list[tuple[float, float, float]] = []
    for number in range(1, rounds + 1):
        words = write(number, size)
        at = [time.perf_counter()]
        for step in (lambda: world.run(words), world.undo, world.redo):  # noqa: B023
            step()
            at.append(time.perf_counter())
        times.append((at[1] - at[0], at[2] - at[1], at[3] - at[2]))
    parts = [median(one[part] for one in times) for part in range(3)]
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(rounds + 1, 2 * rounds + 1):
        world.run(write(number, size))
    kept = (tracemalloc.get_traced_memory()[0] - before) / rounds
    tracemalloc.stop()
    gc.unfreeze()
    return first, parts[0], parts[1], parts[2], kept


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--largest", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    sizes = [size for size in (100, 10_000, 1_000_000) if size <= options.largest]
    worst = 0.0
    print(f"{'':10}{'elements':>10}{'write':>9}{'undo':>9}{'redo':>9}{'ratio':>8}"
          f"{'first write':>13}{'bytes kept':>12}")  # fmt: skip
    for kind in KINDS:
        base = 0.0
        for size in sizes:
            first, write, undo, redo, kept = measure(kind, size, options.rounds)
            whole = write + undo + redo
            base = base or whole
            worst = max(worst, whole / base)
            figures = "".join(f"{part * 1e6:7.0f}µs" for part in (write, undo, redo))
            print(f"{kind:10}{size:10,}{figures}{whole / base:8.2f}"
                  f"{first * 1e3:11.2f}ms{kept:12,.0f}", flush=True)  # fmt: skip
    print(f"worst ratio {worst:.2f}, goal below {GOAL}")
    return 0 if worst < GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
