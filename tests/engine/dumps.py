"""DUMP payloads as servers of other versions write them, made from the format alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from struct import pack

from tutor.engine.codec import write_length, write_string
from tutor.engine.structures import listpack, ziplist
from tutor.engine.structures.crc64 import crc64
from tutor.engine.structures.intset import Intset


def sealed(version: int, kind: int, body: bytes) -> bytes:
    """The whole payload."""
    content = bytes((kind,)) + body + pack("<H", version)
    return content + pack("<Q", crc64(content))


def strings(words: Iterable[bytes]) -> bytes:
    return b"".join(map(write_string, words))


# 6.2


def string_6_2(text: bytes) -> bytes:
    return sealed(9, 0, write_string(text))


def hash_6_2(fields: dict[bytes, bytes]) -> bytes:
    flat = [word for pair in fields.items() for word in pair]
    return sealed(9, 13, write_string(ziplist.encode(flat)))


def zset_6_2(pairs: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Members with the texts of their scores, in order."""
    flat = [word for pair in pairs for word in pair]
    return sealed(9, 12, write_string(ziplist.encode(flat)))


def list_6_2(nodes: Sequence[Sequence[bytes]]) -> bytes:
    blobs = [write_string(ziplist.encode(words)) for words in nodes]
    return sealed(9, 14, write_length(len(nodes)) + b"".join(blobs))


def table_6_2(fields: dict[bytes, bytes]) -> bytes:
    flat = [word for pair in fields.items() for word in pair]
    return sealed(9, 4, write_length(len(fields)) + strings(flat))


def skiplist_6_2(scores: dict[bytes, float]) -> bytes:
    """From the highest to the lowest."""
    ordered = sorted(((score, member) for member, score in scores.items()), reverse=True)
    body = b"".join(write_string(member) + pack("<d", score) for score, member in ordered)
    return sealed(9, 5, write_length(len(scores)) + body)


def intset_6_2(numbers: Iterable[int]) -> bytes:
    return sealed(9, 11, write_string(Intset(numbers).encode()))


# 7.2


def set_7_2(members: Sequence[bytes]) -> bytes:
    return sealed(11, 20, write_string(listpack.encode(members)))


def list_7_2(words: Sequence[bytes]) -> bytes:
    """A listpack is written as a quicklist of one node."""
    return sealed(11, 18, write_length(1) + write_length(2) + write_string(listpack.encode(words)))


def zset_7_2(words: Sequence[bytes]) -> bytes:
    return sealed(11, 17, write_string(listpack.encode(words)))


# 7.4

Expiring = Sequence[tuple[bytes, bytes, int]]
"""Fields, values and when they expire, in ms (0 = never)."""


FIELDS = [(b"a", b"1", 1_700_000_000_000), (b"b", b"2", 1_700_000_000_500), (b"c", b"3", 0)]


def hash_7_4(fields: Expiring, early: bool = False) -> bytes:
    """A table whose fields expire; before the release times were not told from the soonest on."""
    soonest = min((when for *_pair, when in fields if when), default=0)
    body = b"" if early else pack("<Q", soonest)
    body += write_length(len(fields))
    for name, text, when in fields:
        told = when if early or not when else when - soonest + 1
        body += write_length(told) + strings([name, text])
    return sealed(12, 22 if early else 24, body)


def small_hash_7_4(fields: Expiring, early: bool = False) -> bytes:
    """The same in a listpack: three entries a field, those without expiry behind the others."""
    soonest = min((when for *_pair, when in fields if when), default=0)
    flat = [word for name, text, when in fields for word in (name, text, b"%d" % when)]
    body = b"" if early else pack("<Q", soonest)
    return sealed(12, 23 if early else 25, body + write_string(listpack.encode(flat)))


# streams: one node with the entry 1-1 {f: v}, one group with one consumer

_NODE = listpack.encode([b"1", b"0", b"1", b"f", b"0", b"2", b"0", b"0", b"v", b"4"])
_FIRST = pack(">QQ", 1, 1)
_ID = write_length(1) * 2


def stream(version: int, kind: int) -> bytes:
    """As 6.2 (15), 7.0 (19), 7.2 (21) and 8.6 (26) write it."""
    body = write_length(1) + write_string(_FIRST) + write_string(_NODE)
    body += write_length(1) + _ID
    if kind > 15:
        body += _ID + write_length(0) * 2 + write_length(1)
    body += write_length(1) + write_string(b"group") + _ID
    if kind > 15:
        body += write_length(1)
    body += write_length(1) + _FIRST + pack("<q", 1000) + write_length(1)
    body += write_length(1) + write_string(b"alice") + pack("<q", 2000)
    if kind > 19:
        body += pack("<q", 3000)
    body += write_length(1) + _FIRST
    if kind > 21:
        body += write_length(100) + write_length(100) + write_length(0) * 3
    return sealed(version, kind, body)


# what DEBUG HTSTATS-KEY says of a table of two

HTSTATS = """Hash table 0 stats (main hash table):
 table size: 4
 number of elements: 2
 different slots: 2
 max chain length: 1
 avg chain length (counted): 1.00
 avg chain length (computed): 1.00
 Chain length distribution:
   0: 2 (50.00%)
   1: 2 (50.00%)
"""
