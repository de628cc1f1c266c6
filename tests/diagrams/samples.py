"""Keys worth drawing, each made by commands in a world of its own, as a learner would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from tutor.diagrams import Changes, Drawing, View, changes, draw, draw_diff
from tutor.diagrams.memory import Block
from tutor.diagrams.named import named
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import split
from tutor.engine.engine import Engine
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.locate import remember
from tutor.engine.replies import ReplyError
from tutor.engine.structures.window import Window
from tutor.engine.world import Entry, World

WINDOW = Window(0, 32)


def new_world() -> World:
    """The same world every time."""
    return World(Engine(VirtualClock(), seed=1))


def run(world: World, *words: str | bytes) -> None:
    """A command that must succeed."""
    argv = [word.encode() if isinstance(word, str) else word for word in words]
    reply = world.run(argv)
    assert not isinstance(reply, ReplyError), (argv, reply)


def look(world: World, key: str = "k", window: Window = WINDOW) -> Inspection:
    seen = inspect(world.engine, 0, key.encode(), window)
    assert seen is not None
    return seen


@dataclass(frozen=True)
class Sample:
    """Key ``k`` after the last of its commands, and what that command changed."""

    after: Inspection
    changed: Changes
    before: Inspection | None = None
    entry: Entry | None = None

    def draw(self, width: int, view: View = "structure") -> Drawing:
        return draw(self.after, width, view, self.changed)

    def draw_diff(self, width: int) -> Drawing:
        """Before and after the last command."""
        assert self.entry is not None
        return draw_diff(
            self.before,
            self.after,
            width,
            self.entry.argv,
            [each for each in self.entry.conversions if each.key == b"k"],
            [event for _db, key, event in self.entry.changed if key == b"k"],
        )


def build(lines: Sequence[str], window: Window = WINDOW) -> Sample:
    """Run command lines; the last one is what the marks are about."""
    world = new_world()
    for line in lines[:-1]:
        run(world, *split(line))
    before = inspect(world.engine, 0, b"k", window)
    words = [word.encode() if isinstance(word, str) else word for word in split(lines[-1])]
    if before is not None:
        before = remember(before, words)
    run(world, *words)
    after = look(world, window=window)
    return Sample(after, changes(before, after) | named(words, after), before, world.last)


def _words(pattern: str, numbers: range) -> str:
    return " ".join(pattern.format(n=n) for n in numbers)


_SMALL_NODES = "CONFIG SET list-max-listpack-size 3"
_BIG_ZSET = "CONFIG SET zset-max-listpack-entries 0"
_BIG_HASH = "CONFIG SET hash-max-listpack-entries 4"
_LONG = "lorem ipsum dolor sit amet " * 300

SAMPLES: Mapping[str, Sequence[str]] = {
    # strings
    "string-int": ["SET k 5", "SET k 1234567"],
    "string-int-shared": ["SET k 9999"],
    "string-int-negative": ["SET k -9223372036854775807", "DECR k"],
    "string-embstr": ["SET k user_id=123;theme=dark"],
    "string-embstr-44": [f"SET k {'x' * 44}"],
    "string-raw-45": [f"SET k {'x' * 45}"],
    "string-append": ["SET k user_id=123", "APPEND k ;theme=dark"],
    "string-append-int": ["SET k 10", "APPEND k 0"],
    "string-setrange": ["SET k hello", "SETRANGE k 3 Привет"],
    "string-sdshdr5": ["SETRANGE k 0 short"],
    "string-empty": ['SET k ""'],
    "string-long": [f'SET k "{_LONG}"', 'APPEND k "the end"'],
    "string-bytes": ['SET k "a\\x00b\\r\\n\\xff\\xfe\\\\ \\x1b[31m \\xd0"'],
    "string-scripts": ["SET k Привет,日本語,🎉,e\u0301,👍🏽,🇷🇺,\u200b"],
    "string-expiring": ["SET k v EX 90"],
    # hashes
    "hash-listpack": ["HSET k name Alice email a@example.com role admin age 30", "HSET k age 31"],
    "hash-listpack-one": ["HSET k city Москва"],
    "hash-listpack-many": [f"HSET k {_words('field:{n} value-{n}', range(40))}", "HSET k f g"],
    "hash-listpack-odd": ['HSET k "" "" " a" "b " "\\"q\\"" 70000 "\\x00" -5 f 5000000000'],
    "hash-table": [
        _BIG_HASH,
        f"HSET k {_words('field:{n} {n}', range(9))} name Алиса",
        "HSET k field:3 three",
    ],
    "hash-rehashing": [_BIG_HASH, f"HSET k {_words('f{n} {n}', range(8))}", "HSET k new 1"],
    "hash-converted": ["HSET k name Alice", f"HSET k bio {'x' * 65}"],
    # lists
    "list-one-node": ["RPUSH k a b c", "LPUSH k hello"],
    "list-one-long-node": [f"RPUSH k {_words('job:{n}', range(100))}", "RPUSH k last"],
    "list-nodes": [_SMALL_NODES, "RPUSH k a b c d e f g h Новое\u00a0сообщение j", "LPUSH k 0"],
    "list-many-nodes": [_SMALL_NODES, f"RPUSH k {_words('{n}', range(150))}", "LSET k 4 four"],
    "list-compressed": [
        _SMALL_NODES,
        "CONFIG SET list-compress-depth 1",
        f"RPUSH k {_words('abcdefgh' * 6 + '{n}', range(14))}",
        "RPOP k",
    ],
    "list-odd": ['RPUSH k "" " x " "\\xff\\xfe" 🎉🎉 日本語 "a\\nb" ' + "y" * 300],
    # sets
    "set-intset-16": ["SADD k 1 2 3 10 200", "SADD k 5"],
    "set-intset-32": ["SADD k 1 2 3", "SADD k 70000"],
    "set-intset-64": ["SADD k -1 7", "SADD k 5000000000"],
    "set-intset-many": [f"SADD k {_words('{n}', range(0, 400, 4))}"],
    "set-table": ["SADD k redis python postgres", "SADD k kafka"],
    "set-rehashing": [f"SADD k {_words('m{n}', range(17))}", "SADD k m17", "SADD k m18"],
    "set-converted": ["SADD k 1 2 3", "SADD k three"],
    # sorted sets
    "zset-listpack": ["ZADD k 100 player1 250 player2 3.2 игрок", "ZINCRBY k 5 player1"],
    "zset-skiplist-9": [
        _BIG_ZSET,
        "ZADD k 100 p1 120 p2 150 p3 180 p4 200 p5 260 p7 300 p8 999 p9",
        "ZADD k 250 p6",
    ],
    "zset-skiplist-300": [_BIG_ZSET, f"ZADD k {_words('{n} member:{n}', range(300))}", "ZREM k x"],
    "zset-skiplist-odd": [
        _BIG_ZSET,
        "ZADD k -inf low +inf high 1.5 tie-a 1.5 tie-b 1.5 tie-c 0.1 Москва "
        '0.30000000000000004 日本 1e100 🎉 -0 "" 7 a-member-with-a-very-long-name',
    ],
    # cascades that a ziplist would have
    "list-cascade": [f"RPUSH k {_words('x' * 246 + '{n}', range(6))} end", f"LPUSH k {'h' * 300}"],
    "list-cascade-ahead": [f"RPUSH k first {_words('x' * 247 + '{n}', range(6))}", "RPUSH k last"],
    "list-plain": [
        "DEBUG QUICKLIST-PACKED-THRESHOLD 100",
        f"RPUSH k a {'x' * 300} b",
        "RPUSH k c",
    ],
    # streams
    "stream-groups": [
        "XADD k 1764123456789-0 sensor 7 temp 21",
        "XADD k 1764123456789-1 sensor 8 temp 22",
        "XADD k 1764123457000-0 sensor 7 temp 23",
        "XADD k 1764123460000-0 alarm on",
        "XGROUP CREATE k mail 0",
        "XREADGROUP GROUP mail ann COUNT 2 STREAMS k >",
        "XREADGROUP GROUP mail bob COUNT 1 STREAMS k >",
        "XDEL k 1764123456789-1",
        "XADD k 1764123461000-0 sensor 9 temp 20",
    ],
    "stream-acknowledged": [
        "XADD k 1-1 job a",
        "XADD k 1-2 job b",
        "XGROUP CREATE k g 0",
        "XREADGROUP GROUP g ann STREAMS k >",
        "XACK k g 1-1",
    ],
    "stream-deleted": ["XADD k 1-1 job a", "XADD k 1-2 job b", "XADD k 2-1 job c", "XDEL k 1-2"],
    "stream-nodes": [
        "CONFIG SET stream-node-max-entries 3",
        *(f"XADD k {1764123456789 + 40 * n}-0 job {n}" for n in range(14)),
    ],
    "stream-empty": ["XGROUP CREATE k g 0 MKSTREAM"],
    "stream-odd": ['XADD k 5-5 "" "\\x00" имя Алиса', 'XADD k 6-* 🎉 " x " long ' + "y" * 300],
    # HyperLogLogs
    "hll-sparse": ["PFADD k a b c", "PFCOUNT k", "PFADD k ann bob"],
    "hll-counted": ["PFADD k a b c", "PFCOUNT k"],
    "hll-dense": [f"PFADD k {_words('e{n}', range(4000))}", "PFCOUNT k", "PFADD k ann xx e1"],
    "hll-corrupt": ["PFADD k a b c", 'SETRANGE k 18 "\\x7f\\xff"'],
    # bits
    "bits-setbit": ["SET k hello", "SETBIT k 2 0"],
    "bits-bitfield": ["SETBIT k 7 1", "BITFIELD k SET u5 10 13 INCRBY i8 #4 100"],
    "bits-far": ["SETBIT k 9 1", "SETBIT k 30000 1"],
    # places
    "geo-places": [
        "GEOADD k 13.361389 38.115556 Palermo 15.087269 37.502669 Catania 12.5 41.9 Рим",
        "GEOADD k 14.25 40.85 Napoli",
    ],
    "geo-alone": ["GEOADD k 37.6173 55.7558 Кремль"],
    "geo-search": [
        "GEOADD k 13.361389 38.115556 Palermo 15.087269 37.502669 Catania 12.5 41.9 Рим",
        "GEOADD k 14.25 40.85 Napoli",
        "GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 200 km ASC",
    ],
}


@cache
def sample(name: str) -> Sample:
    """One of `SAMPLES`, built."""
    return build(SAMPLES[name])


def bytes_of(blocks: Iterable[Block]) -> bytes:
    """All bytes of a bytes view in their order; those that nobody knows are left out."""
    return b"".join(field.data or b"" for block in blocks for field in block.fields)
