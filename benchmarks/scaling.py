"""Does a command cost the same at a thousand, a hundred thousand and a million elements?

    python -m benchmarks.scaling [--sizes 1000,100000,1000000] [--calls 2000] [--only ZADD,SPOP]

Calls go through `Engine.execute` in this process. Printed are microseconds of processor time per
call (the mean, so that work put off for later counts), how much more the largest size costs than
the smallest, and the longest of the first calls at the largest size: an index that is built when
it is first needed shows there. A thousand times the elements may cost three times as much where
Redis is O(1), since memory is slower than caches, and ten times where it is O(log n): twice the
steps, each of which meets memory that no cache holds.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tutor.engine.engine import Engine

Argv = tuple[bytes, ...]
Calls = Callable[[int, int, random.Random], Iterator[Argv]]
CONSTANT, LOGARITHMIC = 3.0, 10.0
FIRST = 50
LONG_MS = 10.0
"""A single call above this is named."""
BATCH = 1000
SHARED = 10_000
"""An engine with so many elements serves all cases of one kind."""


def _batches(head: Sequence[bytes], words: Iterable[bytes], size: int) -> Iterator[Argv]:
    """Variadic commands with `BATCH` elements each; ``size`` words make an element."""
    pending: list[bytes] = []
    for word in words:
        pending.append(word)
        if len(pending) == BATCH * size:
            yield (*head, *pending)
            pending.clear()
    if pending:
        yield (*head, *pending)


def _keys(n: int) -> Iterator[Argv]:
    yield from _batches((b"MSET",), (w for i in range(n) for w in (b"key:%d" % i, b"v")), 2)


def _mortal_keys(n: int) -> Iterator[Argv]:
    yield from ((b"SET", b"key:%d" % i, b"v", b"EX", b"100000") for i in range(n))


def _list(n: int) -> Iterator[Argv]:
    yield from _batches((b"RPUSH", b"list"), (b"item:%d" % i for i in range(n)), 1)


def _hash(n: int) -> Iterator[Argv]:
    words = (w for i in range(n) for w in (b"field:%d" % i, b"value:%d" % i))
    yield from _batches((b"HSET", b"hash"), words, 2)


def _set(n: int) -> Iterator[Argv]:
    yield from _batches((b"SADD", b"set"), (b"member:%d" % i for i in range(n)), 1)


def _zset(n: int) -> Iterator[Argv]:
    words = (w for i in range(n) for w in (b"%d" % (i * 7919 % n), b"member:%d" % i))
    yield from _batches((b"ZADD", b"zset"), words, 2)


def _stream(n: int) -> Iterator[Argv]:
    yield from ((b"XADD", b"stream", b"%d-1" % i, b"field", b"%d" % i) for i in range(1, n + 1))


def _bits(n: int) -> Iterator[Argv]:
    yield (b"SET", b"bits", b"\x55" * n)


def _fill(*words: str) -> Calls:
    """Calls in which ``{i}`` is any element, ``{new}`` one that is not there yet, ``{c}`` a count
    of calls and ``{cursor}`` any cursor."""
    templates = [word.encode().replace(b"{", b"%(").replace(b"}", b")d") for word in words]

    def calls(size: int, count: int, chance: random.Random) -> Iterator[Argv]:
        for number in range(count):
            values = {
                b"i": chance.randrange(size),
                b"new": size + number,
                b"c": number,
                b"cursor": chance.randrange(1 << (size - 1).bit_length()),
            }
            yield tuple(word % values if b"%" in word else word for word in templates)

    return calls


@dataclass(frozen=True)
class Case:
    """A command, what it works on, and how much dearer it may get."""

    name: str
    setup: Callable[[int], Iterator[Argv]]
    calls: Calls
    limit: float = CONSTANT


CASES = [
    Case("SET new", _keys, _fill("SET", "key:{new}", "v")),
    Case("GET", _keys, _fill("GET", "key:{i}")),
    Case("DEL", _keys, _fill("DEL", "key:{i}"), LOGARITHMIC),
    Case("RANDOMKEY", _keys, _fill("RANDOMKEY")),
    Case("SCAN step", _keys, _fill("SCAN", "{cursor}")),
    Case("EXPIRE", _keys, _fill("EXPIRE", "key:{i}", "1000")),
    Case("EXPIRE again", _mortal_keys, _fill("EXPIRE", "key:{i}", "1000")),
    Case("TTL", _mortal_keys, _fill("TTL", "key:{i}")),
    Case("LPUSH", _list, _fill("LPUSH", "list", "x")),
    Case("RPUSH", _list, _fill("RPUSH", "list", "x")),
    Case("LPOP", _list, _fill("LPOP", "list")),
    Case("LINDEX 5", _list, _fill("LINDEX", "list", "5")),
    Case("LINDEX -5", _list, _fill("LINDEX", "list", "-5")),
    Case("LRANGE 0 9", _list, _fill("LRANGE", "list", "0", "9")),
    Case("LLEN", _list, _fill("LLEN", "list")),
    Case("HSET new", _hash, _fill("HSET", "hash", "field:{new}", "v")),
    Case("HSET old", _hash, _fill("HSET", "hash", "field:{i}", "v")),
    Case("HGET", _hash, _fill("HGET", "hash", "field:{i}")),
    Case("HDEL", _hash, _fill("HDEL", "hash", "field:{i}")),
    Case("HRANDFIELD", _hash, _fill("HRANDFIELD", "hash")),
    Case("HSCAN step", _hash, _fill("HSCAN", "hash", "{cursor}")),
    Case("SADD", _set, _fill("SADD", "set", "member:{new}")),
    Case("SISMEMBER", _set, _fill("SISMEMBER", "set", "member:{i}")),
    Case("SREM", _set, _fill("SREM", "set", "member:{i}")),
    Case("SPOP", _set, _fill("SPOP", "set")),
    Case("SRANDMEMBER", _set, _fill("SRANDMEMBER", "set")),
    Case("SRANDMEMBER 10", _set, _fill("SRANDMEMBER", "set", "10")),
    Case("SSCAN step", _set, _fill("SSCAN", "set", "{cursor}")),
    Case("ZADD new", _zset, _fill("ZADD", "zset", "{i}", "member:{new}"), LOGARITHMIC),
    Case("ZADD old", _zset, _fill("ZADD", "zset", "{i}", "member:{i}"), LOGARITHMIC),
    Case("ZINCRBY", _zset, _fill("ZINCRBY", "zset", "10", "member:{i}"), LOGARITHMIC),
    Case("ZREM", _zset, _fill("ZREM", "zset", "member:{i}"), LOGARITHMIC),
    Case("ZSCORE", _zset, _fill("ZSCORE", "zset", "member:{i}")),
    Case("ZRANK", _zset, _fill("ZRANK", "zset", "member:{i}"), LOGARITHMIC),
    Case("ZRANGE 10", _zset, _fill("ZRANGE", "zset", "{i}", "{i}"), LOGARITHMIC),
    Case("ZRANGEBYSCORE 10", _zset,
         _fill("ZRANGEBYSCORE", "zset", "{i}", "+inf", "LIMIT", "0", "10"), LOGARITHMIC),
    Case("ZCOUNT", _zset, _fill("ZCOUNT", "zset", "{i}", "+inf"), LOGARITHMIC),
    Case("ZPOPMIN", _zset, _fill("ZPOPMIN", "zset"), LOGARITHMIC),
    Case("ZRANDMEMBER", _zset, _fill("ZRANDMEMBER", "zset"), LOGARITHMIC),
    Case("ZSCAN step", _zset, _fill("ZSCAN", "zset", "{cursor}")),
    Case("XADD", _stream, _fill("XADD", "stream", "*", "field", "v")),
    Case("XRANGE 10", _stream, _fill("XRANGE", "stream", "{i}", "+", "COUNT", "10"), LOGARITHMIC),
    Case("XREVRANGE 10", _stream,
         _fill("XREVRANGE", "stream", "{i}", "-", "COUNT", "10"), LOGARITHMIC),
    Case("XDEL", _stream, _fill("XDEL", "stream", "{i}-1"), LOGARITHMIC),
    Case("GETBIT", _bits, _fill("GETBIT", "bits", "{i}")),
    Case("SETBIT", _bits, _fill("SETBIT", "bits", "{i}", "1")),
    Case("GETRANGE 10", _bits, _fill("GETRANGE", "bits", "-10", "-1")),
    Case("SETRANGE", _bits, _fill("SETRANGE", "bits", "{i}", "x")),
    Case("APPEND", _bits, _fill("APPEND", "bits", "x")),
    Case("BITFIELD", _bits, _fill("BITFIELD", "bits", "INCRBY", "u8", "{i}", "1")),
]  # fmt: skip


class Worlds:
    """Engines with the elements that cases work on. A big one is used by one case after the other:
    what they take away or add does not count among so many."""

    def __init__(self) -> None:
        self._last: tuple[object, Engine] | None = None

    def get(self, case: Case, size: int) -> Engine:
        """An engine with ``size`` elements of the case's kind."""
        kind = (case.setup, size)
        if self._last is not None and self._last[0] == kind:
            return self._last[1]
        self._last = None
        engine = Engine(seed=1)
        session = engine.connect()
        for argv in case.setup(size):
            engine.execute(session, argv)
        if size >= SHARED:
            self._last = (kind, engine)
        return engine


def measure(case: Case, engine: Engine, size: int, count: int) -> tuple[float, float]:
    """Microseconds per call, and milliseconds of the longest of the first calls."""
    session = engine.connect()
    calls = list(case.calls(size, count + FIRST, random.Random(case.name)))
    longest = 0
    execute, clock = engine.execute, time.thread_time_ns
    for argv in calls[:FIRST]:
        before = clock()
        execute(session, argv)
        longest = max(longest, clock() - before)
    rest = calls[FIRST:]
    before = clock()
    for argv in rest:
        execute(session, argv)
    spent = clock() - before
    return spent / len(rest) / 1e3, longest / 1e6


def measure_all(
    cases: Sequence[Case], sizes: Sequence[int], count: int
) -> dict[str, list[tuple[float, float]]]:
    """What each case costs at each size, by its name."""
    results: dict[str, list[tuple[float, float]]] = {case.name: [] for case in cases}
    for size in sizes:
        worlds = Worlds()
        for case in cases:
            # at a thousand elements a call that takes one away must not empty the key
            some = min(count, size // 2 - FIRST)
            results[case.name].append(measure(case, worlds.get(case, size), size, some))
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return results


def main() -> int:
    """Print the table; the exit code is 1 if something is not flat."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=_numbers, default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--calls", type=int, default=2_000)
    parser.add_argument("--only", type=lambda text: text.upper().split(","), default=[])
    args = parser.parse_args()
    cases = [case for case in CASES if not args.only or case.name.split()[0] in args.only]
    results = measure_all(cases, args.sizes, args.calls)
    sizes = "".join(f"{size:>12,}" for size in args.sizes)
    print(f"{'µs per call at':18}{sizes}{'ratio':>8}{'first, ms':>11}")
    steep = []
    for case in cases:
        costs = [cost for cost, _ in results[case.name]]
        ratio, first = costs[-1] / costs[0], results[case.name][-1][1]
        flat = ratio <= case.limit and first <= LONG_MS
        figures = "".join(f"{cost:12.2f}" for cost in costs)
        print(f"{case.name:18}{figures}{ratio:8.2f}{first:11.2f}{'' if flat else '   not flat'}")
        if not flat:
            steep.append(case.name)
    print("not flat: " + (", ".join(steep) or "none"))
    return 1 if steep else 0


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
