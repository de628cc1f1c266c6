"""CRC-64 "Jones", the checksum at the end of every RDB file and DUMP payload.

    polynomial 0xad93d23594c935a9, reflected in and out, start 0, no final xor
    crc64(b"123456789") == 0xe9c6d914c4b8d9ca

Short data goes eight bytes at a time through eight tables of 256 entries. Long data is folded
first: a chunk is one polynomial over GF(2), its first part times x^s mod P added to its second part
leaves the same remainder, and Python's big integers shift and xor at C speed.

    chunk   | first part A | second part B |        A * x^|B| + B  =  A * r * x^(|B|-s) + B  (mod P)
                    \\_____ * r ____/               r = x^s mod P,  s = |A| + 64 bits

Reflected, bit i of a little-endian integer is the i-th bit sent, so products come out one bit low.
O(bytes), about 15 ns a byte long and 100 ns a byte short. Constants: redis 7.0, crc64.c.
"""

from __future__ import annotations

from functools import cache
from struct import unpack_from

REFLECTED_POLYNOMIAL = 0x95AC9329AC4BC9B5
_CHUNK = 16_384
_SHORTEST_FOLD = 512


def _tables() -> tuple[tuple[int, ...], ...]:
    first = []
    for index in range(256):
        crc = index
        for _ in range(8):
            crc = crc >> 1 ^ (REFLECTED_POLYNOMIAL if crc & 1 else 0)
        first.append(crc)
    tables = [tuple(first)]
    for _ in range(7):
        tables.append(tuple(first[crc & 0xFF] ^ crc >> 8 for crc in tables[-1]))
    return tuple(tables)


_TABLES = _tables()


def crc64(data: bytes, crc: int = 0) -> int:
    """The checksum of ``data``, continuing from ``crc``."""
    folded = len(data) // _CHUNK * _CHUNK
    for start in range(0, folded, _CHUNK):
        chunk = int.from_bytes(data[start : start + _CHUNK], "little") ^ crc
        size = _CHUNK
        while size > _SHORTEST_FOLD:
            front = 8 * (size // 2 - 8)
            first, second = chunk & ((1 << front) - 1), chunk >> front
            for shift in _fold_shifts(front):
                second ^= first << shift
            chunk = second
            size -= front // 8
        crc = _by_table(chunk.to_bytes(size, "little"), 0)
    return _by_table(data[folded:] if folded else data, crc)


def _by_table(data: bytes, crc: int) -> int:
    t0, t1, t2, t3, t4, t5, t6, t7 = _TABLES
    words = len(data) >> 3
    for word in unpack_from(f"<{words}Q", data):
        crc ^= word
        crc = (
            t7[crc & 255]
            ^ t6[crc >> 8 & 255]
            ^ t5[crc >> 16 & 255]
            ^ t4[crc >> 24 & 255]
            ^ t3[crc >> 32 & 255]
            ^ t2[crc >> 40 & 255]
            ^ t1[crc >> 48 & 255]
            ^ t0[crc >> 56]
        )
    for byte in data[words << 3 :]:
        crc = t0[(crc ^ byte) & 255] ^ crc >> 8
    return crc


@cache
def _fold_shifts(front: int) -> tuple[int, ...]:
    """How far to shift a first part of ``front`` bits for each term of r = x^(front + 64) mod P."""
    # x^63 reflected is 1; the checksum register after n zero bits holds it times x^n.
    power = 1
    for _ in range(front + 1):
        power = power >> 1 ^ (REFLECTED_POLYNOMIAL if power & 1 else 0)
    return tuple(bit + 1 for bit in range(64) if power >> bit & 1)
