"""Random stream commands, and what of a reply or a value depends on the clock.

IDs are small numbers, so that scripts collide; some streams live in the far future, where ``*``
continues the last ID whatever the time is. Idle times are far apart (`IDLE`, `OLD`), so that a few
milliseconds decide nothing.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence

from tests.oracle.raw import Neutral, Typed
from tutor.engine import codec
from tutor.engine.engine import Engine
from tutor.engine.structures.stream import SEQUENCE, Stream

Words = list[bytes]

KEYS = [b"a", b"b", b"future"]
GROUPS = [b"g", b"h"]
CONSUMERS = [b"ann", b"bob", b"eve"]
FUTURE = 9_999_999_999_999
IDLE, OLD = b"50000", b"100000"
_RECENT_MS = 10_000_000
_ODD = (
    *(b"", b"-", b"+", b"1-", b"-1", b"1-1-1", b" 7", b"+7-+8", b"07-007", b"5--3", b"x", b">"),
    *(b"18446744073709551615", b"18446744073709551616", b"(", b"((1", b"1\x00x", b"1-*", b"$"),
)


class StreamCommands:
    """One random command after another, from a seed."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.top = 1
        self.kinds: list[tuple[int, Callable[[], Words]]] = [
            (30, self._add),
            (6, self._add_trimming),
            (3, self._trim),
            (6, self._delete),
            (4, self._range),
            (3, self._read),
            (4, self._group),
            (12, self._read_group),
            (5, self._acknowledge),
            (5, self._claim),
            (4, self._claim_many),
            (4, self._pending),
            (3, self._info),
            (2, self._set_id),
            (1, self._odd),
            (2, self._whole),
        ]

    def next(self) -> Words:
        """A command."""
        kinds = [make for _, make in self.kinds]
        return self.chance.choices(kinds, [weight for weight, _ in self.kinds])[0]()

    def key(self) -> bytes:
        return self.chance.choice(KEYS)

    def maybe(self, *words: bytes, likely: float = 0.5) -> Words:
        return list(words) if self.chance.random() < likely else []

    def number(self, most: int) -> bytes:
        return b"%d" % self.chance.randint(0, most)

    def id(self, key: bytes = b"") -> bytes:
        """An ID that there may be."""
        ms = self.chance.randint(max(self.top - 40, 0), self.top + 2)
        if key == b"future":
            ms += FUTURE
        return self.chance.choice([b"%d-0", b"%d-0", b"%d-1", b"%d", b"%d-5"]) % ms

    def edge(self, key: bytes) -> bytes:
        kinds = [b"-", b"+", b"(" + self.id(key), self.id(key), self.id(key), b"0", b"(0"]
        return self.chance.choice(kinds)

    def new_id(self, key: bytes) -> bytes:
        base = FUTURE if key == b"future" else 0
        if key == b"future" and self.chance.random() < 0.4:
            return b"*"
        if self.chance.random() < 0.6:
            self.top += 1
        form = self.chance.choice([b"%d-0", b"%d-*", b"%d-*", b"%d", b"%d-7"])
        return form % (base + self.top)

    def words(self) -> Words:
        chance = self.chance
        if chance.random() < 0.7:
            return [b"name", self.value(), b"age", self.number(200)]
        count = chance.randint(1, 4)
        return [
            word for _ in range(count) for word in (chance.choice([b"x", b"name"]), self.value())
        ]

    def value(self) -> bytes:
        chance = self.chance
        kinds = [b"v", b"-1", b"00", b"70000", b"%d" % chance.getrandbits(63), b"", b"\r\n"]
        return chance.choice([*kinds, b"y" * chance.choice([5, 70, 130, 300, 2000])])

    # commands

    def _add(self) -> Words:
        key = self.key()
        return [
            b"XADD",
            key,
            *self.maybe(b"NOMKSTREAM", likely=0.1),
            self.new_id(key),
            *self.words(),
        ]

    def _trimming(self, key: bytes) -> Words:
        chance = self.chance
        how = chance.choice([[], [b"="], [b"~"], [b"~"]])
        limit = self.maybe(b"LIMIT", self.number(200), likely=0.4)
        if how != [b"~"] and chance.random() < 0.9:
            limit = []
        if chance.random() < 0.5:
            return [b"MAXLEN", *how, self.number(chance.choice([3, 40, 200])), *limit]
        return [b"MINID", *how, self.id(key), *limit]

    def _add_trimming(self) -> Words:
        key = self.key()
        return [b"XADD", key, *self._trimming(key), self.new_id(key), *self.words()]

    def _trim(self) -> Words:
        key = self.key()
        return [b"XTRIM", key, *self._trimming(key)]

    def _delete(self) -> Words:
        key = self.key()
        return [b"XDEL", key, *[self.id(key) for _ in range(self.chance.randint(1, 6))]]

    def _range(self) -> Words:
        key = self.key()
        name = self.chance.choice([b"XRANGE", b"XREVRANGE"])
        return [name, key, self.edge(key), self.edge(key), *self.maybe(b"COUNT", self.number(9))]

    def _read(self) -> Words:
        keys = [self.key() for _ in range(self.chance.randint(1, 3))]
        ids = [self.chance.choice([self.id(key), b"0", b"$"]) for key in keys]
        return [b"XREAD", *self.maybe(b"COUNT", self.number(5)), b"STREAMS", *keys, *ids]

    def _group(self) -> Words:
        key, group = self.key(), self.chance.choice(GROUPS)
        start = self.chance.choice([b"0", b"$", self.id(key)])
        known = self.maybe(b"ENTRIESREAD", self.number(40), likely=0.3)
        forms: list[Words] = [
            [b"CREATE", key, group, start, *self.maybe(b"MKSTREAM"), *known],
            [b"CREATE", key, group, start, *self.maybe(b"MKSTREAM"), *known],
            [b"SETID", key, group, start, *known],
            [b"CREATECONSUMER", key, group, self.chance.choice(CONSUMERS)],
            [b"DELCONSUMER", key, group, self.chance.choice(CONSUMERS)],
            [b"DESTROY", key, group],
        ]
        return [b"XGROUP", *self.chance.choices(forms, [3, 3, 2, 1, 1, 0.4])[0]]

    def _read_group(self) -> Words:
        chance = self.chance
        keys = [self.key() for _ in range(chance.choice([1, 1, 1, 2]))]
        ids = [chance.choice([b">", b">", b">", b"0", self.id(key)]) for key in keys]
        options = [*self.maybe(b"COUNT", self.number(6)), *self.maybe(b"NOACK", likely=0.15)]
        who = [chance.choice(GROUPS), chance.choice(CONSUMERS)]
        return [b"XREADGROUP", b"GROUP", *who, *options, b"STREAMS", *keys, *ids]

    def _acknowledge(self) -> Words:
        key = self.key()
        ids = [self.id(key) for _ in range(self.chance.randint(1, 8))]
        return [b"XACK", key, self.chance.choice(GROUPS), *ids]

    def _claim(self) -> Words:
        key, chance = self.key(), self.chance
        ids = [self.id(key) for _ in range(chance.randint(1, 6))]
        options = [
            *self.maybe(b"IDLE", OLD),
            *self.maybe(b"TIME", b"12345", likely=0.1),
            *self.maybe(b"RETRYCOUNT", self.number(9), likely=0.2),
            *self.maybe(b"FORCE", likely=0.3),
            *self.maybe(b"JUSTID", likely=0.3),
            *self.maybe(b"LASTID", self.id(key), likely=0.1),
        ]
        who = [chance.choice(GROUPS), chance.choice(CONSUMERS)]
        return [b"XCLAIM", key, *who, chance.choice([b"0", b"0", IDLE]), *ids, *options]

    def _claim_many(self) -> Words:
        key, chance = self.key(), self.chance
        start = chance.choice([b"0", b"-", self.id(key), b"(" + self.id(key)])
        options = [*self.maybe(b"COUNT", b"%d" % chance.randint(1, 5)), *self.maybe(b"JUSTID")]
        who = [chance.choice(GROUPS), chance.choice(CONSUMERS)]
        return [b"XAUTOCLAIM", key, *who, chance.choice([b"0", IDLE]), start, *options]

    def _pending(self) -> Words:
        key, chance = self.key(), self.chance
        if chance.random() < 0.3:
            return [b"XPENDING", key, chance.choice(GROUPS)]
        idle = self.maybe(b"IDLE", IDLE, likely=0.3)
        consumer = self.maybe(chance.choice(CONSUMERS))
        edges = [self.edge(key), self.edge(key)]
        return [b"XPENDING", key, chance.choice(GROUPS), *idle, *edges, self.number(9), *consumer]

    def _info(self) -> Words:
        key = self.key()
        forms: list[Words] = [
            [b"STREAM", key],
            [b"STREAM", key, b"FULL", *self.maybe(b"COUNT", self.number(4))],
            [b"GROUPS", key],
            [b"CONSUMERS", key, self.chance.choice(GROUPS)],
        ]
        return [b"XINFO", *self.chance.choice(forms)]

    def _set_id(self) -> Words:
        key = self.key()
        added = self.maybe(b"ENTRIESADDED", self.number(400))
        deleted = self.maybe(b"MAXDELETEDID", self.id(key), likely=0.3)
        if self.chance.random() < 0.3:  # back, so that IDs are given again
            self.top = max(self.top - self.chance.randint(1, 10), 1)
        return [b"XSETID", key, self.id(key), *added, *deleted]

    def _odd(self) -> Words:
        """Words that commands refuse, or take in a way of their own."""
        key, chance = self.key(), self.chance
        odd = chance.choice(_ODD)
        forms: list[Words] = [
            [b"XADD", b"odd", odd, b"f", b"v"],
            [b"XADD", key, b"MAXLEN", odd, b"MINID", odd, b"1-1", b"f", b"v"],
            [b"XADD", key, b"LIMIT", odd, b"1-1", b"f", b"v"],
            [b"XRANGE", key, odd, b"+", b"COUNT", b"3"],
            [b"XREVRANGE", key, odd, b"-", b"COUNT", b"-1"],
            [b"XREAD", b"COUNT", odd, b"STREAMS", key, odd],
            [b"XREADGROUP", b"GROUP", b"g", b"ann", b"STREAMS", key, odd],
            [b"XPENDING", key, b"g", odd, b"+", b"3"],
            [b"XCLAIM", key, b"g", b"ann", b"0", odd, b"FORCE", b"JUSTID"],
            [b"XAUTOCLAIM", key, b"g", b"ann", b"0", odd, b"COUNT", b"1"],
            [b"XTRIM", key, b"MINID", odd],
            [b"XGROUP", b"SETID", key, b"g", odd],
            [b"XGROUP", b"CREATE", b"odd", b"g", odd, b"MKSTREAM"],
            [b"XSETID", b"odd", odd],
            [b"XDEL", b"odd", odd],
            [b"XACK", key, b"g", odd],
        ]
        return chance.choice(forms)

    def _whole(self) -> Words:
        """What concerns a key whatever it holds, and the size of new nodes."""
        key, other, chance = self.key(), self.key(), self.chance
        entries = chance.choice([b"0", b"1", b"5", b"100", b"300"])
        size = chance.choice([b"0", b"1", b"200", b"4096", b"4096", b"100000"])
        forms: list[Words] = [
            [b"DEL", key],
            [b"COPY", key, other, b"REPLACE"],
            [b"COPY", key, b"twin", b"REPLACE"],
            [b"RENAME", key, other],
            [b"CONFIG", b"SET", b"stream-node-max-entries", entries],
            [b"CONFIG", b"SET", b"stream-node-max-bytes", size],
            [b"DEBUG", b"RELOAD"],
            [b"TYPE", key],
            [b"DEBUG", b"DIGEST-VALUE", key],
            [b"MEMORY", b"USAGE", key, b"SAMPLES", self.number(5)],
        ]
        return chance.choices(forms, [0.3, 1, 1, 0.3, 1, 1, 0.3, 1, 1, 1])[0]


# payloads


def stream_payload(chance: random.Random, old: bool) -> bytes:
    """A sound stream as DUMP writes it, without version and checksum; ``old``: as redis 5 did."""
    engine = Engine(seed=1)
    session = engine.connect()
    commands = StreamCommands(chance)
    while True:
        argv = commands.next()
        if argv[0].startswith(b"X") and b"future" not in argv:
            engine.execute(session, argv)
        stream = session.db.keys.data.get(b"a")
        enough = isinstance(stream, Stream) and len(stream.nodes) and stream.groups
        if enough and chance.random() < 0.03:
            break
    kind, body = codec.write_value(stream)
    return bytes((codec.STREAM_OLD,)) + _as_redis_5(stream) if old else bytes((kind,)) + body


def _as_redis_5(stream: Stream) -> bytes:
    length = codec.write_length
    parts = [length(len(stream.nodes))]
    for master, node in stream.nodes.walk(0):
        parts += [codec.write_string(master.to_bytes(16, "big")), codec.write_string(node.image())]
    last = stream.last_id
    parts += map(length, (stream.length, last >> 64, last & SEQUENCE, len(stream.groups)))
    for name, group in stream.groups.items():
        parts.append(codec.write_string(name))
        parts += map(length, (group.last_id >> 64, group.last_id & SEQUENCE, len(group.pending)))
        for entry, nack in group.pending.walk(0):
            parts.append(entry.to_bytes(16, "big") + nack.time.to_bytes(8, "little"))
            parts.append(length(nack.deliveries))
        parts.append(length(len(group.consumers)))
        for consumer in group.consumers.values():
            seen = consumer.seen_ms.to_bytes(8, "little")
            parts += [codec.write_string(consumer.name), seen, length(len(consumer.pending))]
            parts += (entry.to_bytes(16, "big") for entry in consumer.pending.keys)
    return b"".join(parts)


# what depends on the clock


def timeless(argv: Sequence[bytes], reply: Neutral) -> Neutral:
    """The reply with recent times, and idle times, told only as such."""
    name = argv[0].lower()
    if name == b"xpending" and len(argv) > 3 and isinstance(reply, list):
        return [[row[0], row[1], row[2] > 10_000, row[3]] for row in reply]
    return _without_times(reply) if name == b"xinfo" else reply


def _without_times(reply: Neutral) -> Neutral:
    if isinstance(reply, Typed):
        return Typed(reply.kind, [_without_times(pair) for pair in reply.items])
    if isinstance(reply, list):
        found = [_without_times(item) for item in reply]
        for at, item in enumerate(reply[:-1]):
            if item == b"idle":
                found[at + 1] = reply[at + 1] > 10_000
        return found
    if isinstance(reply, int) and abs(reply - time.time() * 1000) < _RECENT_MS:
        return "recent"
    return reply


def timeless_dump(payload: bytes | None) -> bytes | None:
    """A payload without its checksum, and with recent times (8 bytes, little-endian) blanked."""
    if payload is None:
        return None
    now = int(time.time() * 1000) >> 24
    body = payload[:-8]
    for top in (now - 1, now):
        body = re.sub(b"(?s)..." + re.escape(top.to_bytes(5, "little")), b"<time ..", body)
    return body
