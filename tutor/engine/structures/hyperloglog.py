"""HyperLogLog: how many different elements were seen, in 16384 small registers.

    "HYLL" | encoding 1 | 0 0 0 | cached cardinality 8 (little-endian) | registers ...

    dense   encoding 0: 16384 registers of 6 bits, the first in the low bits of the first byte
    sparse  encoding 1: runs of equal registers, see `hyperloglog_sparse`

An element's hash names a register with its low 14 bits; the place of the lowest 1 among the other
50 is its rank, and a register keeps the highest rank it has seen. The highest bit of the cached
cardinality says that it is stale.

Invariants: a dense value is 12304 bytes long; registers never fall. Adding to a dense value is
O(1), counting O(registers). Facts: redis 7.0, hyperloglog.c; the hash is MurmurHash64A; the
estimator is Otmar Ertl's, "New cardinality estimation algorithms for HyperLogLog sketches".
"""

from __future__ import annotations

import math
from collections.abc import Sequence

REGISTERS = 16384
HEADER_SIZE = 16
DENSE_SIZE = HEADER_SIZE + REGISTERS * 6 // 8
MAGIC = b"HYLL"
DENSE, SPARSE = 0, 1
ENCODING_AT = 4
_CACHE_AT = 8
_STALE_AT, _STALE = 15, 0x80

_INDEX_BITS = 14
_RANK_BITS = 64 - _INDEX_BITS
_ALPHA = 0.721347520444481703680  # 1 / (2 ln 2)

_MASK64 = 2**64 - 1
_SEED = 0xADC83B19
_MULTIPLIER = 0xC6A4A7935BD1E995
_ROTATION = 47

Text = bytes | bytearray

# elements


def murmur64(data: bytes, seed: int = _SEED) -> int:
    """MurmurHash64A, words read little-endian."""
    size = len(data)
    whole = size & ~7
    result = seed ^ (size * _MULTIPLIER & _MASK64)
    for at in range(0, whole, 8):
        word = int.from_bytes(data[at : at + 8], "little") * _MULTIPLIER & _MASK64
        word = (word ^ word >> _ROTATION) * _MULTIPLIER & _MASK64
        result = (result ^ word) * _MULTIPLIER & _MASK64
    if whole < size:
        tail = int.from_bytes(data[whole:], "little")
        result = (result ^ tail) * _MULTIPLIER & _MASK64
    result = (result ^ result >> _ROTATION) * _MULTIPLIER & _MASK64
    return result ^ result >> _ROTATION


def place(element: bytes) -> tuple[int, int]:
    """The register an element falls on, and its rank (1 to 51)."""
    digest = murmur64(element)
    rest = digest >> _INDEX_BITS | 1 << _RANK_BITS
    return digest & (REGISTERS - 1), (rest & -rest).bit_length()


# the header


def is_hyperloglog(text: Text) -> bool:
    """Whether a string can be one: magic, encoding, and the length of a dense one."""
    if len(text) < HEADER_SIZE or text[:4] != MAGIC or text[ENCODING_AT] > SPARSE:
        return False
    return text[ENCODING_AT] == SPARSE or len(text) == DENSE_SIZE


def header(encoding: int) -> bytes:
    """The header of an empty value: its cached cardinality, 0, is right."""
    return MAGIC + bytes([encoding]) + bytes(11)


def cached_count(text: Text) -> int | None:
    """The cardinality kept in the header, None if it is stale."""
    if text[_STALE_AT] & _STALE:
        return None
    return int.from_bytes(text[_CACHE_AT:HEADER_SIZE], "little")


def cache_count(text: bytearray, count: int) -> None:
    """Keep a cardinality in the header."""
    text[_CACHE_AT:HEADER_SIZE] = count.to_bytes(8, "little")


def invalidate(text: bytearray) -> None:
    """Mark the kept cardinality as stale."""
    text[_STALE_AT] |= _STALE


# dense registers


def dense_get(text: Text, index: int) -> int:
    """One register of a dense value."""
    at = HEADER_SIZE + index * 6 // 8
    pair = int.from_bytes(text[at : at + 2], "little")
    return pair >> (index * 6 & 7) & 63


def dense_set(text: bytearray, index: int, rank: int) -> bool:
    """Raise one register of a dense value to ``rank``; False if it is there already."""
    if rank <= dense_get(text, index):
        return False
    at, shift = HEADER_SIZE + index * 6 // 8, index * 6 & 7
    pair = int.from_bytes(text[at : at + 2], "little")
    pair = pair & ~(63 << shift) | rank << shift
    text[at : at + 2] = pair.to_bytes(2, "little")[: len(text) - at]
    return True


_MASKS = [
    int.from_bytes(bytes(63 if at == byte else 0 for at in range(4)) * (REGISTERS // 4), "little")
    for byte in range(4)
]
"""Of every fourth byte the low six bits, from the first, second, third, fourth byte on."""


def unpack(text: Text) -> bytes:
    """All registers of a dense value, one in each byte.

    Three packed bytes lie in a word of four, then all words are spread at once.
    """
    image = bytearray(REGISTERS)
    for byte in range(3):
        image[byte::4] = text[HEADER_SIZE + byte :: 3]
    packed = int.from_bytes(image, "little")
    spread = sum(packed << 2 * byte & mask for byte, mask in enumerate(_MASKS))
    return spread.to_bytes(REGISTERS, "little")


def pack(registers: Text) -> bytes:
    """The converse: the bytes after the header of a dense value."""
    spread = int.from_bytes(registers, "little")
    packed = sum((spread & mask) >> 2 * byte for byte, mask in enumerate(_MASKS))
    image = packed.to_bytes(REGISTERS, "little")
    text = bytearray(DENSE_SIZE - HEADER_SIZE)
    for byte in range(3):
        text[byte::3] = image[byte::4]
    return bytes(text)


# counting


def estimate(histogram: Sequence[int]) -> int:
    """The cardinality, from how many registers hold each rank (0 to 51; more do not count)."""
    total = float(REGISTERS)
    z = total * _tau((total - histogram[_RANK_BITS + 1]) / total)
    for rank in range(_RANK_BITS, 0, -1):
        z = (z + histogram[rank]) * 0.5
    z += total * _sigma(histogram[0] / total)
    if z == 0.0:  # every register holds 51: C rounds infinity to this
        return 1 << 63
    value = _ALPHA * total * total / z
    whole = math.floor(value)
    return whole + (value - whole >= 0.5)


def histogram_of(registers: Text) -> list[int]:
    """How many registers hold each of the ranks 0 to 63."""
    return [registers.count(rank) for rank in range(64)]


def _sigma(x: float) -> float:
    """The part of the registers that are still 0."""
    if x == 1.0:
        return math.inf
    y, z, before = 1.0, x, -1.0
    while z != before:
        x *= x
        before = z
        z += x * y
        y += y
    return z


def _tau(x: float) -> float:
    """The part of the registers that cannot rise any more."""
    if x in (0.0, 1.0):
        return 0.0
    y, z, before = 1.0, 1.0 - x, -1.0
    while z != before:
        x = math.sqrt(x)
        before = z
        y *= 0.5
        z -= math.pow(1.0 - x, 2.0) * y
    return z / 3.0
