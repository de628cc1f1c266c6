"""CRC-64 "Jones", the checksum at the end of every RDB file and DUMP payload.

    polynomial 0xad93d23594c935a9, reflected in and out, start 0, no final xor
    crc64(b"123456789") == 0xe9c6d914c4b8d9ca

A file of 100 MB is nothing to sum up in Python: the library anycrc does it at the processor's own
speed. It is imported when the first sum is wanted. Constants: redis 7.0, crc64.c.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

WIDTH = 64
POLYNOMIAL = 0xAD93D23594C935A9


@cache
def _algorithm() -> Callable[[bytes, int], int]:
    from anycrc import CRC

    model = CRC(WIDTH, POLYNOMIAL, init=0, refin=True, refout=True, xorout=0)
    calculate: Callable[[bytes, int], int] = model.calc
    return calculate


def crc64(data: bytes, crc: int = 0) -> int:
    """The checksum of ``data``, continuing from ``crc``."""
    return _algorithm()(data, crc)
