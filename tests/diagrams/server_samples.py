"""Servers worth drawing, each made by commands, and the layouts of their views."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from tutor.diagrams.canvas import Drawing
from tutor.diagrams.server import ServerView, draw_server
from tutor.diagrams.server.rdb_file import FileFigures
from tutor.engine.census import Census
from tutor.engine.clients.figures import clients_of
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import split
from tutor.engine.engine import Engine
from tutor.engine.expiry_watch import ExpiryWatch, rehearse
from tutor.engine.host import Buffers
from tutor.engine.memory.eviction_watch import EvictionWatch
from tutor.engine.replies import ReplyError
from tutor.network.exchange import exchange
from tutor.persistence.dissect.server_file import ServerFile
from tutor.persistence.rdb import RdbInfo


class Bench:
    """An engine, a session, and a clock that is moved by hand."""

    def __init__(self, *lines: str) -> None:
        self.clock = VirtualClock()
        self.engine = Engine(self.clock, seed=1)
        self.session = self.engine.connect()
        for line in lines:
            self.run(line)

    def run(self, line: str) -> Any:
        """A command that must succeed."""
        reply = self.engine.execute(self.session, split(line))
        assert not isinstance(reply, ReplyError), (line, reply)
        return reply

    def wait(self, ms: int, ticks: int = 1) -> None:
        """Let time pass, with the periodic work at its end."""
        for _ in range(ticks):
            self.clock.advance(ms=ms // ticks)
            self.engine.tick()

    def census(self) -> Census:
        """Everything counted."""
        census = Census(self.engine)
        while not census.advance():
            pass
        return census


KEYS = (
    "HSET user:1 name Alice email a@example.com role admin",
    "ZADD board " + " ".join(f"{n} player:{n}" for n in range(200)),
    "RPUSH queue " + " ".join(f"job:{n}" for n in range(60)),
    "SADD tags redis python",
    "SADD ids 1 2 3",
    "SET session:42 abcdef EX 100",
    "SET lock:1 x PX 4000",
    'SET "Привет,日本語" ' + "x" * 200,
    "XADD log 1-1 a b",
    "SET page " + "y" * 2000 + " EX 900",
    'SET "\\x00\\xff odd\\r\\n" 1',
    "SET n 12345",
)


def _map(order: Any = "bytes", **window: Any) -> Any:
    bench = Bench(*KEYS)
    census = bench.census()
    census.keyspace(order)
    bench.wait(3000)
    census.advance()
    return census.keyspace(order, chosen=(0, b"queue"), **window)


def _two_databases() -> Any:
    """One of its keys has gone since it was counted."""
    bench = Bench("SET a 1", "SELECT 3", "SET a 2 EX 5", "LPUSH b 1 2 3")
    census = bench.census()
    layout = census.keyspace()
    bench.run("DEL b")
    return replace(layout, rows=tuple((place, census.facts(place)) for place, _ in layout.rows))


def _under_count() -> Any:
    bench = Bench(*(f"SET key:{n} v{'v' * n}" for n in range(300)))
    census = Census(bench.engine)
    census.advance(100)
    return census.keyspace(rows=5)


def _lfu() -> Any:
    bench = Bench("CONFIG SET maxmemory-policy allkeys-lfu", "SET a 1", "SET b 2", "GET a", "GET a")
    return bench.census().keyspace("idle")


def _memory(*more: str) -> Any:
    return Bench(*KEYS, *more).census().figures()


def _large() -> Any:
    big = Bench("CONFIG SET maxmemory 100mb", *KEYS)
    big.run("RPUSH long " + " ".join("x" * 100 for _ in range(60_000)))
    return big.census().figures()


def _expiry(ticks: int) -> Any:
    bench = Bench(*(f"SET tmp:{n} x PX {100 + n * 3}" for n in range(60)))
    for n in range(20):
        bench.run(f"SET stay:{n} x EX {100 + n}")
    watch = ExpiryWatch(bench.engine)
    watch.attach()
    if ticks:
        bench.wait(100 * ticks, ticks)
    return watch.figures(0)


def _rehearsed() -> Any:
    bench = Bench("SET a 1 EX 1", "SET b 2 EX 100", "SET c 3")
    bench.clock.advance(ms=2000)
    return rehearse(bench.engine, 0)


def _asleep() -> Any:
    bench = Bench("DEBUG SET-ACTIVE-EXPIRE 0", "SET a 1 PX 1")
    bench.clock.advance(ms=10)
    return ExpiryWatch(bench.engine).figures(0)


def _eviction(policy: str, *, ttl: bool = False) -> Any:
    bench = Bench(f"CONFIG SET maxmemory-policy {policy}")
    watch = EvictionWatch(bench.engine)
    watch.attach()
    tail = "x" * 100
    for n in range(120):
        bench.run(f"SET cold:{n} {tail}" + (f" EX {1000 + n * 7}" if ttl else ""))
        bench.clock.advance(ms=1000)
    bench.run(f"CONFIG SET maxmemory {bench.engine.accounts.used}")
    for n in range(30):
        bench.run(f"SET hot:{n} {tail}" + (" EX 90000" if ttl else ""))
        bench.clock.advance(ms=100)
    return watch.figures()


def _refusing() -> Any:
    bench = Bench("SET a 1", "CONFIG SET maxmemory 1mb")
    return EvictionWatch(bench.engine).figures()


def _wire(line: str, resp: int = 2, *before: str, most: int = 16_384) -> Any:
    bench = Bench(*KEYS, *before)
    bench.session.resp = resp
    argv = split(line)
    reply = bench.engine.execute(bench.session, argv)
    return exchange(argv, reply, resp, most)


def _clients() -> Any:
    bench = Bench()
    bench.run("CLIENT SETNAME me")
    other = bench.engine.connect("127.0.0.1:50312")
    other.buffers = lambda: Buffers(
        fd=9, query=120, query_free=16_264, reply=16_384, fixed=3000, writable=True
    )
    reader = bench.engine.connect("127.0.0.1:50313")
    reader.buffers = lambda: Buffers(
        fd=10, query_free=16_384, reply=16_384, fixed=16_384, chunks=3, output=48_000
    )
    bench.engine.execute(reader, [b"SUBSCRIBE", b"news"])
    bench.engine.execute(other, [b"MULTI"])
    bench.engine.execute(other, [b"SET", b"a", b"b"])
    blocked = bench.engine.connect("127.0.0.1:50314")
    bench.engine.execute(blocked, [b"BLPOP", b"nothing", b"0"])
    bench.wait(5000)
    return clients_of(bench.engine)


def _figures_of(bench: Bench, counted: bool = True, start: int = 0, *changed: Any) -> FileFigures:
    file = ServerFile(bench.engine, RdbInfo(1_700_000_000, 948_392))
    while counted and file.go_on():
        pass
    return FileFigures(file, start, file.count, frozenset(changed))


def _file() -> FileFigures:
    bench = Bench(
        'SET greeting "hello hello hello hello hello"',
        "HSET user:1 name Алиса age 30",
        'SET "bin\\x00\\xff" 日本語🎉שלום',
        "SADD ids 1 2 70000",
        "PEXPIREAT ids 1800000000000",
    )
    return _figures_of(bench, True, 0, (0, b"ids"))


def _file_of_two() -> FileFigures:
    bench = Bench(
        "CONFIG SET maxmemory-policy allkeys-lfu",
        "ZADD board " + " ".join(f"{n} player:{n}" for n in range(2000)),
        "RPUSH queue " + " ".join(f"job:{n}" for n in range(6000)),
        "SELECT 3",
        "SET n 1000000",
    )
    return _figures_of(bench, True, 3)


SAMPLES: Mapping[str, tuple[ServerView, Callable[[], Any]]] = {
    "map": ("map", _map),
    "map-by-ttl": ("map", lambda: _map("ttl")),
    "map-by-type": ("map", lambda: _map("type", start=3, rows=4)),
    "map-lfu": ("map", _lfu),
    "map-two-databases": ("map", _two_databases),
    "map-under-count": ("map", _under_count),
    "map-empty": ("map", lambda: Bench().census().keyspace()),
    "memory": ("memory", _memory),
    "memory-limit": ("memory", _large),
    "memory-empty": ("memory", lambda: Bench().census().figures()),
    "expiry": ("expiry", lambda: _expiry(3)),
    "expiry-unwatched": ("expiry", lambda: _expiry(0)),
    "expiry-rehearsed": ("expiry", _rehearsed),
    "expiry-asleep": ("expiry", _asleep),
    "expiry-empty": ("expiry", lambda: ExpiryWatch(Bench().engine).figures(0)),
    "eviction-lru": ("eviction", lambda: _eviction("allkeys-lru")),
    "eviction-lfu": ("eviction", lambda: _eviction("allkeys-lfu")),
    "eviction-ttl": ("eviction", lambda: _eviction("volatile-ttl", ttl=True)),
    "eviction-random": ("eviction", lambda: _eviction("allkeys-random")),
    "eviction-none": ("eviction", lambda: EvictionWatch(Bench().engine).figures()),
    "eviction-refusing": ("eviction", _refusing),
    "wire-set": ("wire", lambda: _wire("SET greeting Привет")),
    "wire-map": ("wire", lambda: _wire("HGETALL user:1", 3)),
    "wire-nested": ("wire", lambda: _wire("ZRANGE board 0 2 WITHSCORES", 3)),
    "wire-long": ("wire", lambda: _wire("GET page", 2, most=500)),
    "wire-error": ("wire", lambda: _wire("NOPE x")),
    "wire-null": ("wire", lambda: _wire("MGET nothing n", 2)),
    "wire-binary": ("wire", lambda: _wire('SET k "\\x00\\xff\\r\\n日本語🎉"')),
    "wire-waits": ("wire", lambda: _wire("BLPOP nothing 0")),
    "wire-nothing": ("wire", lambda: None),
    "clients": ("clients", _clients),
    "file": ("file", _file),
    "file-two-databases": ("file", _file_of_two),
    "file-empty": ("file", lambda: _figures_of(Bench())),
}


@cache
def layout(name: str) -> Any:
    """The layout of a sample, built once."""
    return SAMPLES[name][1]()


def draw(name: str, width: int) -> Drawing:
    """A sample drawn."""
    return draw_server(SAMPLES[name][0], layout(name), width)
