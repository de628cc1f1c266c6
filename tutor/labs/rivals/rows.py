"""What is tried, as data: for each row of the notes' table the same thing on both engines.

A line for Redis is what one types into redis-cli, a line for Memcached what goes over its wire,
``\\n`` standing for its line ends. In both ``{n}`` is the number of the repetition, ``{x8}`` a
value of 8 bytes, ``{cas}`` the id that the last ``gets`` has told. ``@name`` before a line sends
it to another server (``@replica``, ``@cache2``), ``@name#b`` from another client, ``@shard`` to
the server that the client's rule gives the key to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

RowName = Literal[
    "types", "persistence", "replication", "cache", "queue", "rate-limit", "sessions", "memory",
    "speed", "popularity",
]  # fmt: skip
Verdict = Literal["right", "imprecise", "opinion", "measure"]

VALUES = 5
KEYS = 30
LIMIT = 10
FILLED = 60
SIZES = (8, 60, 500)
USERS = 200


class Step(NamedTuple):
    """One thing that is tried. ``code`` names it for whoever puts it into words; ``act`` is done
    before the lines: ``wait 61``, ``kill``, ``start`` (see `Bench`). ``times``: how often."""

    code: str
    redis: tuple[str, ...] = ()
    memcached: tuple[str, ...] = ()
    act: str = ""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table. ``of`` is the notes' criterion it belongs to, None if they have none;
    ``verdict`` says what is wrong with what they say, if anything."""

    name: RowName
    of: Literal["types", "persistence", "replication", "use", "speed", "popularity"] | None
    verdict: Verdict
    steps: tuple[Step, ...]


_TYPES = (
    Step("string", ("SET greeting hello", "GET greeting"),
         ("set greeting 0 0 5\nhello", "get greeting")),
    Step("counter", ("SET hits 41", "INCR hits", "INCRBY hits 10"),
         ("set hits 0 0 2\n41", "incr hits 1", "incr hits 10")),
    Step("append", ('APPEND greeting " world"', "GET greeting"),
         ("append greeting 0 0 6\n world", "get greeting")),
    Step("flags", (), ("set page 7 0 4\n<p/>", "get page")),
    Step("cas", ("WATCH greeting", "@redis#b SET greeting theirs", "MULTI", "SET greeting mine",
                 "EXEC"),
         ("gets greeting", "@cache1#b set greeting 0 0 6\ntheirs",
          "cas greeting 0 0 4 {cas}\nmine")),
    Step("hash", ("HSET user:1 name Alice age 30", "HINCRBY user:1 age 1"),
         ("hset user:1 name Alice age 30",
          'set user:1 0 0 25\n{"name":"Alice","age":30}', "get user:1",
          'set user:1 0 0 25\n{"name":"Alice","age":31}')),
    Step("list", ("LPUSH tasks b a", "LRANGE tasks 0 -1"), ("lpush tasks b a",)),
    Step("set", ("SADD tags redis cache redis", "SISMEMBER tags cache"),
         ("sadd tags redis cache redis",)),
    Step("zset", ("ZADD board 100 alice 90 bob", "ZRANGE board 0 0 REV WITHSCORES"),
         ("zadd board 100 alice 90 bob",)),
)  # fmt: skip

_GET_ALL = "get " + " ".join(f"k:{number}" for number in range(1, VALUES + 1))
_WRITE = Step("write", ("SET k:{n} v{n}",), ("set k:{n} 0 0 2\nv{n}",), times=VALUES)
_COUNT = Step("count", ("DBSIZE",), (_GET_ALL,))
_START = Step("start", act="start")


def _life(fresh: str, death: str) -> tuple[Step, ...]:
    """Begin anew with a setting, write, die, start, count."""
    begin, end = Step(f"fresh-{fresh}", act=f"fresh {fresh}"), Step(death, act=death)
    return begin, _WRITE, end, _START, _COUNT


LIVES: tuple[tuple[str, str], ...] = (
    ("rdb", "kill"), ("rdb", "stop"), ("aof", "kill"), ("nothing", "stop"),
)  # fmt: skip
"""What Redis keeps (``rdb``: its default save points), and how both processes end."""

_PERSISTENCE = tuple(step for life in LIVES for step in _life(*life))

_REPLICATION = (
    Step("replicaof", ("@replica REPLICAOF redis 6379",), ("replicaof 127.0.0.1 11212",)),
    Step("write", ("SET k:{n} v{n}",), ("@shard set k:{n} 0 0 1\nv",), "wait 7", KEYS),
    Step("other-server", ("@replica GET k:1",),
         ("@cache1 get k:1", "@cache2 get k:1", "@cache3 get k:1"), "wait 1"),
    Step("machine-dies", act="lose redis cache1"),
    Step("promote", ("@replica REPLICAOF NO ONE",)),
    Step("read-all", ("@replica GET k:{n}",), ("@shard get k:{n}",), times=KEYS),
)  # fmt: skip

_CACHE = (
    Step("put", ("SET page:1 <html> EX 60",), ("set page:1 0 60 6\n<html>",)),
    Step("hit", ("GET page:1", "TTL page:1"), ("get page:1", "mg page:1 t v")),
    Step("expired", ("GET page:1",), ("get page:1",), "wait 61"),
    Step("limit", ("CONFIG SET maxmemory 4mb", "CONFIG GET maxmemory-policy"), (), "fresh nothing"),
    Step("fill-noeviction", ("SET page:{n} {x100000}",), ("set page:{n} 0 0 100000\n{x100000}",),
         times=FILLED),
    Step("policy", ("CONFIG SET maxmemory-policy allkeys-lru",)),
    Step("fill-lru", ("SET page:{n} {x100000}",), (), times=FILLED),
    Step("first-page", ("EXISTS page:1", f"EXISTS page:{FILLED}"),
         ("mg page:1", f"mg page:{FILLED}")),
)  # fmt: skip

_QUEUE = (
    Step("push", ("LPUSH tasks a", "LPUSH tasks b"), ("lpush tasks a",)),
    Step("pop", ("RPOP tasks", "RPOP tasks", "RPOP tasks"), ("rpop tasks",)),
    Step("by-hand", (), ("set tail 0 0 1\n0", "set head 0 0 1\n0", "incr tail 1",
                         "set tasks:1 0 0 1\na", "incr head 1", "get tasks:1")),
    Step("torn", ("LPUSH tasks c", "RPOP tasks"), ("incr tail 1", "incr head 1", "get tasks:2",
                                                 "set tasks:2 0 0 1\nc")),
    Step("wait-for", ("BRPOP tasks 5", "@redis#b LPUSH tasks d"), ("brpop tasks 5",)),
)  # fmt: skip

_RATE = (
    Step("naive", ("MULTI", "INCR rl:7", "EXPIRE rl:7 60 NX", "EXEC"),
         ("add rl:7 0 60 1\n0", "incr rl:7 1")),
    Step("twelve", ("INCR rl:7",), ("incr rl:7 1",), times=LIMIT + 1),
    Step("window-ends", ("GET rl:7",), ("incr rl:7 1", "add rl:7 0 60 1\n0", "incr rl:7 1"),
         "wait 61"),
)  # fmt: skip

_MONTH = 2_592_000
_SESSIONS = (
    Step("login", ('SET session:a1 "user=7" EX 1209600',),
         ("set session:a1 0 1209600 6\nuser=7",)),
    Step("prolong", ("EXPIRE session:a1 1209600",), ("touch session:a1 1209600",)),
    Step("month", (f'SET session:b2 "user=8" EX {_MONTH + 1}', "GET session:b2"),
         (f"set session:b2 0 {_MONTH + 1} 6\nuser=8", "get session:b2")),
    Step("deploy", act="stop"),
    _START,
    Step("still-in", ("GET session:a1",), ("get session:a1",)),
)  # fmt: skip

_MEMORY = tuple(
    step
    for size in SIZES
    for step in (
        Step(f"fill-{size}", (f"SET user:{{n}} {{x{size}}}",),
             (f"set user:{{n}} 0 0 {size}\n{{x{size}}}",), "empty", USERS),
        Step("look", ("MEMORY USAGE user:100",), ("me user:100",)),
    )
)  # fmt: skip

_SPEED = (
    Step("one-set", ("SET user:100 {x60}",), ("set user:100 0 0 60\n{x60}",)),
    Step("one-get", ("GET user:100",), ("get user:100",)),
    Step("many", act="clock"),
)

_POPULARITY = (
    Step("version", ("HELLO",), ("version",)),
    Step("meta", (), ("mn", "ms page 6 T60\n<html>", "mg page v t f c")),
    Step("stampede", ("SET report:lock 1 NX EX 30", "@redis#b SET report:lock 1 NX EX 30"),
         ("mg report N30 v t", "@cache1#b mg report N30 v t")),
)  # fmt: skip

_TABLE = (
    Row("types", "types", "imprecise", _TYPES),
    Row("persistence", "persistence", "right", _PERSISTENCE),
    Row("replication", "replication", "right", _REPLICATION),
    Row("cache", "use", "imprecise", _CACHE),
    Row("queue", "use", "right", _QUEUE),
    Row("rate-limit", "use", "imprecise", _RATE),
    Row("sessions", "use", "imprecise", _SESSIONS),
    Row("memory", None, "measure", _MEMORY),
    Row("speed", "speed", "measure", _SPEED),
    Row("popularity", "popularity", "opinion", _POPULARITY),
)
ROWS: Mapping[str, Row] = {row.name: row for row in _TABLE}
"""In the order of the notes' table."""
