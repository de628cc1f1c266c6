"""A moment as commands: the base of an append-only file where aof-use-rdb-preamble is off.

    SELECT 0, SET k v, PEXPIREAT k 1700000000000, RPUSH l a b …, SADD …, ZADD …, HMSET …, XADD …

At most 64 elements stand in one command. Redis 7.0, aof.c: rewriteAppendOnlyFileRio.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from tutor.engine.engine import Engine, Snapshot
from tutor.engine.propagation.stream import encode_command
from tutor.engine.replies import format_double
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import Sds
from tutor.engine.structures.stream import Stream, id_text
from tutor.engine.values import Hash, Set, Value, Zset, text_of

ITEMS_PER_COMMAND = 64
_CHUNK = 1 << 16


def write_commands(source: Engine | Snapshot) -> Iterator[bytes]:
    """The commands in chunks of some dozens of KiB."""
    parts: list[bytes] = []
    size = 0
    for words in _commands(source):
        text = encode_command(words)
        parts.append(text)
        size += len(text)
        if size >= _CHUNK:
            yield b"".join(parts)
            parts, size = [], 0
    if parts:
        yield b"".join(parts)


def _commands(source: Engine | Snapshot) -> Iterator[list[bytes]]:
    if isinstance(source, Engine):
        held = [(one.keys.data, one.expires.data) for one in source.databases]
        libraries = source.scripting.libraries
    else:
        held = [(keys.data, expires.data) for keys, expires, _uses in source.databases]
        libraries = source.scripts.libraries
    for library in libraries.values():
        yield [b"FUNCTION", b"LOAD", library.code]
    for number, (keys, expires) in enumerate(held):
        if not keys:
            continue
        yield [b"SELECT", b"%d" % number]
        for key, value in keys.items():
            yield from commands_for(key, value)
            if key in expires:
                yield [b"PEXPIREAT", key, b"%d" % expires[key]]


def commands_for(key: bytes, value: Value, by_bucket: bool = True) -> Iterator[list[bytes]]:
    """What makes this key; elements of a table by bucket, or in the order in which they came."""
    if isinstance(value, (bytes, int, Sds)):
        yield [b"SET", key, text_of(value)]
    elif isinstance(value, Quicklist):
        yield from _in_parts([b"RPUSH", key], ([item] for item in value))
    elif isinstance(value, Set):
        yield from _in_parts([b"SADD", key], ([member] for member in _members(value, by_bucket)))
    elif isinstance(value, Hash):
        pairs = value.items() if by_bucket else value.fields.items()
        yield from _in_parts([b"HMSET", key], (list(pair) for pair in pairs))
    elif isinstance(value, Zset):
        scored = ([format_double(score), member] for member, score in value.scores.items())
        yield from _in_parts([b"ZADD", key], scored)
    else:
        yield from _stream(key, value)


def _members(value: Set, by_bucket: bool) -> Iterable[bytes]:
    return value.members() if by_bucket or value.table is None else value.table.data


def _in_parts(head: list[bytes], items: Iterable[list[bytes]]) -> Iterator[list[bytes]]:
    rest = iter(items)
    while part := list(islice(rest, ITEMS_PER_COMMAND)):
        yield [*head, *chain.from_iterable(part)]


def _stream(key: bytes, stream: Stream) -> Iterator[list[bytes]]:
    """Entries, then the figures that they do not tell, then groups, consumers, what is pending."""
    if stream.length:
        for entry, words in stream.range(0):
            yield [b"XADD", key, id_text(entry), *words]
    else:
        yield [b"XADD", key, b"MAXLEN", b"0", b"0-1", b"x", b"y"]
    yield [
        *(b"XSETID", key, id_text(stream.last_id)),
        *(b"ENTRIESADDED", b"%d" % stream.entries_added),
        *(b"MAXDELETEDID", id_text(stream.max_deleted_id)),
    ]
    for name in sorted(stream.groups):
        group = stream.groups[name]
        yield [
            *(b"XGROUP", b"CREATE", key, name, id_text(group.last_id)),
            *(b"ENTRIESREAD", b"%d" % group.entries_read),
        ]
        for consumer in group.listed():
            if not len(consumer.pending):
                yield [b"XGROUP", b"CREATECONSUMER", key, name, consumer.name]
            for entry, _ in consumer.pending.walk(0):
                nack = group.pending.values[entry]
                yield [
                    *(b"XCLAIM", key, name, consumer.name, b"0", id_text(entry)),
                    *(b"TIME", b"%d" % nack.time, b"RETRYCOUNT", b"%d" % nack.deliveries),
                    *(b"JUSTID", b"FORCE"),
                ]
