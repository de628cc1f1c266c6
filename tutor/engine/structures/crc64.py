"""CRC-64 "Jones", the checksum at the end of every RDB file and DUMP payload.

    polynomial 0xad93d23594c935a9, reflected in and out, start 0, no final xor
    crc64(b"123456789") == 0xe9c6d914c4b8d9ca

Eight bytes are taken at a time with eight tables of 256 entries; what remains goes byte by byte.
O(bytes). Constants: redis 7.0, crc64.c.
"""

from __future__ import annotations

from struct import unpack_from

REFLECTED_POLYNOMIAL = 0x95AC9329AC4BC9B5


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
