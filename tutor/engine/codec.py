"""One value as bytes, as DUMP and RDB files have it, and back.

    DUMP payload = type byte | value | version u16 LE | CRC64 u64 LE over everything before it

    length   00xxxxxx             6 bits          string  length | text
             01xxxxxx + 1 byte    14 bits                 C0 int8, C1 int16, C2 int32 (LE)
             80 + u32 big-endian                          C3 | length | length | LZF
             81 + u64 big-endian

Reading decides about encodings anew, by the limits in force (redis 7.0, rdb.c: rdbLoadObject), so a
value may come back more compact, or less, than it went. `persistence` builds files out of this.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from struct import pack
from typing import TYPE_CHECKING

from tutor.engine.memory.usage import listpack_entries
from tutor.engine.structures import listpack, lzf
from tutor.engine.structures.crc64 import crc64
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.quicklist_node import Node
from tutor.engine.structures.radix import KEY_SIZE
from tutor.engine.structures.sds import Sds, parse_integer
from tutor.engine.structures.stream import SEQUENCE, Stream
from tutor.engine.structures.stream_group import Group
from tutor.engine.structures.stream_node import StreamNode
from tutor.engine.values import Hash, Set, Value, Zset, text_of

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

VERSION = 10
FOOTER_SIZE = 10

STRING, LIST, SET, ZSET_TEXT, HASH, ZSET = range(6)
HASH_ZIPMAP, LIST_ZIPLIST, SET_INTSET, ZSET_ZIPLIST, HASH_ZIPLIST, LIST_ZIPLISTS = range(9, 15)
STREAM_OLD = 15
HASH_LISTPACK, ZSET_LISTPACK, LIST_LISTPACKS, STREAM = range(16, 20)
SET_LISTPACK, STREAM_ACTIVE = 20, 21  # from 7.2
PLAIN_NODE, PACKED_NODE = 1, 2

INT8, INT16, INT32, LZF = 0xC0, 0xC1, 0xC2, 0xC3
_LONGEST_INTEGER = 11
_COMPRESS_ABOVE = 20
_COMPRESS_GAIN = 4
_NINE = ord("9")
_SHORT_LENGTHS = tuple(bytes((size,)) for size in range(64))


# writing


def write_length(length: int) -> bytes:
    """A length, in as few bytes as it takes."""
    if length < 1 << 6:
        return bytes((length,))
    if length < 1 << 14:
        return (0x4000 | length).to_bytes(2, "big")
    if length < 1 << 32:
        return b"\x80" + length.to_bytes(4, "big")
    return b"\x81" + length.to_bytes(8, "big")


def write_string(text: bytes, compress: bool = True) -> bytes:
    """A string: an integer if it is a small one, else LZF if that gains, else the text."""
    size = len(text)
    if size <= _LONGEST_INTEGER:
        number = parse_integer(text)
        if number is not None:
            for mark, code in ((INT8, "b"), (INT16, "h"), (INT32, "i")):
                limit = 1 << (8 << mark - INT8) - 1
                if -limit <= number < limit:
                    return bytes((mark,)) + pack("<" + code, number)
    elif compress and size > _COMPRESS_ABOVE:
        image = lzf.compress(text, size - _COMPRESS_GAIN)
        if image is not None:
            return _write_lzf(image, size)
    return write_length(size) + text


def _write_lzf(image: bytes, size: int) -> bytes:
    return bytes((LZF,)) + write_length(len(image)) + write_length(size) + image


def write_value(value: Value, compress: bool = True, by_bucket: bool = True) -> tuple[int, bytes]:
    """The type byte and the bytes of a value (without version and checksum).

    Elements of a hash table stand in the order of its buckets, as redis writes them, or else, which
    is much faster where nobody has asked for that order yet, as they came.
    """
    if isinstance(value, (bytes, int, Sds)):
        return STRING, write_string(text_of(value), compress)
    if isinstance(value, Quicklist):
        return LIST_LISTPACKS, _write_list(value, compress)
    if isinstance(value, Stream):
        return STREAM, _write_stream(value, compress)
    if isinstance(value, Set):
        if value.ints is not None:
            return SET_INTSET, write_string(value.ints.encode(), compress)
        assert value.table is not None
        members = value.members() if by_bucket else value.table.data
        return SET, write_length(len(value)) + _write_strings(members, compress)
    if isinstance(value, Hash):
        words = chain.from_iterable(value.items() if by_bucket else value.fields.items())
        if value.table is None:
            return HASH_LISTPACK, write_string(listpack.encode(words), compress)
        return HASH, write_length(len(value)) + _write_strings(words, compress)
    if value.skiplist is None:
        return ZSET_LISTPACK, write_string(listpack.encode(listpack_entries(value)), compress)
    return ZSET, write_length(len(value)) + _write_nodes(value, compress)


def _write_strings(texts: Iterable[bytes], compress: bool) -> bytes:
    parts: list[bytes] = []
    for text in texts:
        size = len(text)
        if size <= _COMPRESS_ABOVE and (size > _LONGEST_INTEGER or (size and text[0] > _NINE)):
            parts.append(_SHORT_LENGTHS[size])  # neither a number nor long enough for LZF
            parts.append(text)
        else:
            parts.append(write_string(text, compress))
    return b"".join(parts)


def _write_nodes(value: Zset, compress: bool) -> bytes:
    """Members with binary scores, from the highest to the lowest."""
    assert value.skiplist is not None
    return b"".join(
        write_string(node.member, compress) + pack("<d", node.score)
        for node in reversed(value.skiplist)
    )


def _write_list(value: Quicklist, compress: bool) -> bytes:
    nodes = (write_list_node(node, compress) for node in value.nodes())
    return write_length(value.node_count) + b"".join(nodes)


def write_list_node(node: Node, compress: bool) -> bytes:
    """A node as it is; one that is compressed in memory is written so, whatever the setting."""
    form = write_length(PLAIN_NODE if node.plain else PACKED_NODE)
    image = node.image()
    if node.lzf_size() is None:
        return form + write_string(image, compress)
    squeezed = lzf.compress(image, node.size)
    assert squeezed is not None
    return form + _write_lzf(squeezed, node.size)


def _write_id(entry: int) -> bytes:
    return write_length(entry >> 64) + write_length(entry & SEQUENCE)


def _write_stream(value: Stream, compress: bool) -> bytes:
    """Nodes under their IDs, the five figures of the stream, its groups by name."""
    nodes = (write_stream_node(*one, compress) for one in value.nodes.walk(0))
    return write_length(len(value.nodes)) + b"".join(nodes) + write_figures(value, compress)


def write_stream_node(master: int, node: StreamNode, compress: bool) -> bytes:
    """A node under its first ID."""
    return write_string(master.to_bytes(KEY_SIZE, "big")) + write_string(node.image(), compress)


def write_figures(value: Stream, compress: bool) -> bytes:
    """What stands behind the nodes of a stream: five figures, groups by name."""
    parts = [write_length(value.length)]
    parts += map(_write_id, (value.last_id, value.first_id, value.max_deleted_id))
    parts.append(write_length(value.entries_added))
    parts.append(write_length(len(value.groups)))
    for name in sorted(value.groups):
        parts.append(write_string(name, compress))
        parts.append(_write_group(value.groups[name], compress))
    return b"".join(parts)


def _write_group(group: Group, compress: bool) -> bytes:
    """What is pending for all, then for each consumer the IDs alone."""
    parts = [_write_id(group.last_id), write_length(group.entries_read & SEQUENCE)]
    parts.append(write_length(len(group.pending)))
    for entry, nack in group.pending.walk(0):
        parts.append(entry.to_bytes(KEY_SIZE, "big") + pack("<q", nack.time))
        parts.append(write_length(nack.deliveries))
    parts.append(write_length(len(group.consumers)))
    for consumer in group.listed():
        parts.append(write_string(consumer.name, compress) + pack("<q", consumer.seen_ms))
        parts.append(write_length(len(consumer.pending)))
        parts += (entry.to_bytes(KEY_SIZE, "big") for entry in consumer.pending.keys)
    return b"".join(parts)


def dump(engine: Engine, value: Value) -> bytes:
    """The payload that DUMP gives."""
    kind, body = write_value(value, engine.config.rdbcompression)
    content = bytes((kind,)) + body + pack("<H", VERSION)
    return content + pack("<Q", crc64(content))


def serialized_length(engine: Engine, value: Value) -> int:
    """What DEBUG OBJECT calls serializedlength: the bytes of the value without its type."""
    return len(write_value(value, engine.config.rdbcompression)[1])


def verify(payload: bytes, checksum: bool = True) -> bool:
    """Whether version and, unless it is not asked for, checksum of a DUMP payload are right."""
    if len(payload) < FOOTER_SIZE:
        return False
    if int.from_bytes(payload[-10:-8], "little") > VERSION:
        return False
    return not checksum or crc64(payload[:-8]) == int.from_bytes(payload[-8:], "little")
