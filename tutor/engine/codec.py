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

from tutor.engine.memory import listpack_entries
from tutor.engine.structures import listpack, lzf
from tutor.engine.structures.crc64 import crc64
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import Sds, parse_integer
from tutor.engine.values import Hash, Set, Value, Zset, text_of

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

VERSION = 10
FOOTER_SIZE = 10

STRING, LIST, SET, ZSET_TEXT, HASH, ZSET = range(6)
HASH_ZIPMAP, LIST_ZIPLIST, SET_INTSET, ZSET_ZIPLIST, HASH_ZIPLIST, LIST_ZIPLISTS = range(9, 15)
HASH_LISTPACK, ZSET_LISTPACK, LIST_LISTPACKS = range(16, 19)
PLAIN_NODE, PACKED_NODE = 1, 2

INT8, INT16, INT32, LZF = 0xC0, 0xC1, 0xC2, 0xC3
_LONGEST_INTEGER = 11
_COMPRESS_ABOVE = 20
_COMPRESS_GAIN = 4


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


def write_value(value: Value, compress: bool = True) -> tuple[int, bytes]:
    """The type byte and the bytes of a value (without version and checksum)."""
    if isinstance(value, (bytes, int, Sds)):
        return STRING, write_string(text_of(value), compress)
    if isinstance(value, Quicklist):
        return LIST_LISTPACKS, _write_list(value, compress)
    if isinstance(value, Set):
        if value.ints is not None:
            return SET_INTSET, write_string(value.ints.encode(), compress)
        members = list(value.members())
        return SET, write_length(len(members)) + _write_strings(members, compress)
    if isinstance(value, Hash):
        words = chain.from_iterable(value.items())
        if value.table is None:
            return HASH_LISTPACK, write_string(listpack.encode(words), compress)
        return HASH, write_length(len(value)) + _write_strings(words, compress)
    if value.skiplist is None:
        return ZSET_LISTPACK, write_string(listpack.encode(listpack_entries(value)), compress)
    return ZSET, write_length(len(value)) + _write_nodes(value, compress)


def _write_strings(texts: Iterable[bytes], compress: bool) -> bytes:
    return b"".join([write_string(text, compress) for text in texts])


def _write_nodes(value: Zset, compress: bool) -> bytes:
    """Members with binary scores, from the highest to the lowest."""
    assert value.skiplist is not None
    return b"".join(
        write_string(node.member, compress) + pack("<d", node.score)
        for node in reversed(value.skiplist)
    )


def _write_list(value: Quicklist, compress: bool) -> bytes:
    """Nodes as they are; one that is compressed in memory is written so, whatever the setting."""
    parts = [write_length(value.node_count)]
    for node in value.nodes():
        parts.append(write_length(PLAIN_NODE if node.plain else PACKED_NODE))
        image = node.image()
        if node.lzf_size() is not None:
            squeezed = lzf.compress(image, node.size)
            assert squeezed is not None
            parts.append(_write_lzf(squeezed, node.size))
        else:
            parts.append(write_string(image, compress))
    return b"".join(parts)


def dump(engine: Engine, value: Value) -> bytes:
    """The payload that DUMP gives."""
    kind, body = write_value(value, engine.config.rdbcompression)
    content = bytes((kind,)) + body + pack("<H", VERSION)
    return content + pack("<Q", crc64(content))


def serialized_length(engine: Engine, value: Value) -> int:
    """What DEBUG OBJECT calls serializedlength: the bytes of the value without its type."""
    return len(write_value(value, engine.config.rdbcompression)[1])


def verify(payload: bytes) -> bool:
    """Whether version and checksum of a DUMP payload are right."""
    if len(payload) < FOOTER_SIZE:
        return False
    if int.from_bytes(payload[-10:-8], "little") > VERSION:
        return False
    return crc64(payload[:-8]) == int.from_bytes(payload[-8:], "little")
