"""Reading a stream from the bytes that `codec` writes, and those of redis 5 and 6.

    nodes    count | (16 bytes of its first ID | listpack) …
    figures  length | last ID | [first ID | greatest deleted ID | entries added]      not before 7.0
    groups   count | (name | last ID | [entries read] | pending | consumers) …
    pending  count | (16 bytes of ID | delivered at, ms | times delivered) …
    consumer name | seen at, ms | [active at, ms] | count | 16 bytes of ID …   not before 7.2

Redis 7.0, rdb.c; 7.2, rdb.c: rdbLoadObject. What is damaged raises ValueError, which says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.engine.structures.radix import KEY_SIZE
from tutor.engine.structures.stream import SEQUENCE, Stream
from tutor.engine.structures.stream_group import Consumer, Group, Nack
from tutor.engine.structures.stream_node import decode

if TYPE_CHECKING:
    from tutor.engine.codec_reader import Reader

_SIGN = 1 << 63
_LONG_LENGTHS = (0x80, 0x81)


def read_stream(reader: Reader, with_figures: bool, active_times: bool = False) -> Stream:
    """The stream that ``reader`` stands at; ``with_figures``: as 7.0 writes it (type 19), with
    ``active_times`` as 7.2 does (type 21; they are read over)."""
    stream = Stream()
    for _ in range(reader.length()):
        master = reader.string()
        if len(master) != KEY_SIZE:
            raise ValueError("stream: a node's key is not an ID")
        _add_node(stream, int.from_bytes(master, "big"), reader.string())
    stream.length = _figure(reader)
    stream.last_id = _id(reader)
    if with_figures:
        stream.first_id, stream.max_deleted_id = _id(reader), _id(reader)
        stream.entries_added = _figure(reader)
    else:
        stream.entries_added = stream.length
        stream.first_id = stream.edge(first=True)
    if stream.length and not stream.nodes.keys:
        raise ValueError("stream: there are entries but no nodes")
    for _ in range(reader.length()):
        _read_group(reader, stream, with_figures, active_times)
    return stream


def _figure(reader: Reader) -> int:
    """A length that counts nothing: 7.0 takes an unknown form of it for the greatest number."""
    first = reader.blob[reader.position : reader.position + 1]
    if first and first[0] >> 6 == 2 and first[0] not in _LONG_LENGTHS:
        reader.take(1)
        return SEQUENCE
    return reader.length()


def _id(reader: Reader) -> int:
    ms = _figure(reader)
    return ms << 64 | _figure(reader)


def _add_node(stream: Stream, master: int, image: bytes) -> None:
    if master in stream.nodes:
        raise ValueError("stream: two nodes have the same key")
    stream.nodes.set(master, decode(master, image, stream.owner))


def _signed(number: int) -> int:
    return number - (_SIGN << 1) if number & _SIGN else number


def _read_group(reader: Reader, stream: Stream, with_figures: bool, active_times: bool) -> None:
    name, last = reader.string(), _id(reader)
    read = _signed(_figure(reader)) if with_figures else stream.estimated_read(last)
    group = stream.add_group(name, last, read)
    if group is None:
        raise ValueError("stream: two groups have the same name")
    pending: dict[int, tuple[int, int]] = {}
    for _ in range(reader.length()):
        entry = _raw_id(reader)
        if entry in pending:
            raise ValueError("stream: an entry is pending twice")
        pending[entry] = _time(reader), _figure(reader)
    for _ in range(reader.length()):
        _read_consumer(reader, group, pending, active_times)
    if pending:
        raise ValueError("stream: a pending entry belongs to no consumer")


def _raw_id(reader: Reader) -> int:
    return int.from_bytes(reader.take(KEY_SIZE), "big")


def _time(reader: Reader) -> int:
    return int.from_bytes(reader.take(8), "little", signed=True)


def _read_consumer(
    reader: Reader, group: Group, pending: dict[int, tuple[int, int]], active_times: bool
) -> None:
    name = reader.string()
    if name in group.consumers:
        raise ValueError("stream: two consumers have the same name")
    group.consumers[name] = Consumer(name, _time(reader))
    if active_times:
        _time(reader)
    for _ in range(reader.length()):
        entry = _raw_id(reader)
        if entry not in pending:
            raise ValueError("stream: a consumer holds an entry that is not pending")
        group.assign(entry, Nack(name, *pending.pop(entry)))
