"""Numbers as bytes and bits: what the libraries for Lua leave to Python."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final

_WORD = (1 << 64) - 1
_NO_FRACTIONS = 6755399441055744.0  # 2**52 + 2**51


def _packed(form: bytes, value: float) -> bytes:
    """A number as the bytes of a C ``float`` or ``double``; ``form`` is struct's."""
    try:
        return struct.pack(form, value)
    except OverflowError:  # a double too large for a float
        return struct.pack(form, float("inf") if value > 0 else float("-inf"))


def _unpacked(form: bytes, text: bytes) -> float:
    return float(struct.unpack(form, text)[0])


def _integer_bytes(value: float, size: int, big: bool) -> bytes:
    """A number as ``size`` bytes: C's 64 bits of it, and zeros where there is more room."""
    word = clamp_integer(value) if value < 0 else int(value) if value < 2.0**64 else 0
    return (word & _WORD & (1 << 8 * size) - 1).to_bytes(size, "big" if big else "little")


def _integer_value(text: bytes, size: int, signed: bool, big: bool) -> float:
    """``size`` bytes as a number: the lowest 64 bits count, the sign is where C looks for it."""
    word = int.from_bytes(text, "big" if big else "little") & _WORD
    if not signed:
        return float(word)
    mask = _WORD << (size * 8 - 1 & 63) & _WORD
    if word & mask:
        word |= mask
    return float(word - (1 << 64) if word >> 63 else word)


def clamp_integer(value: float) -> int:
    """C's ``(long long)value`` as x86-64 does it: what does not fit becomes the lowest number."""
    if value != value or not -(2.0**63) <= value < 2.0**63:
        return -(1 << 63)
    return int(value)


def _signed(value: int) -> int:
    """The lowest 32 bits as a signed integer."""
    value &= 0xFFFFFFFF
    return value - (1 << 32) if value & 0x80000000 else value


def _whole(value: float) -> int:
    """A number as BitOp takes it: the lowest bits of a double that has no room for fractions."""
    return int.from_bytes(struct.pack("<d", value + _NO_FRACTIONS)[:4], "little")


def _rotated(value: int, count: int) -> int:
    low = value & 0xFFFFFFFF
    return low << (count & 31) | low >> (-count & 31)


_BIT_OPERATIONS: Final[dict[bytes, Callable[..., int]]] = {
    b"tobit": lambda value: value,
    b"bnot": lambda value: ~value,
    b"bswap": lambda value: int.from_bytes((value & 0xFFFFFFFF).to_bytes(4, "big"), "little"),
    b"band": lambda value, other: value & other,
    b"bor": lambda value, other: value | other,
    b"bxor": lambda value, other: value ^ other,
    b"lshift": lambda value, count: value << (count & 31),
    b"rshift": lambda value, count: (value & 0xFFFFFFFF) >> (count & 31),
    b"arshift": lambda value, count: _signed(value) >> (count & 31),
    b"rol": _rotated,
    b"ror": lambda value, count: _rotated(value, -count),
}


def _bit_operation(name: bytes, *values: float) -> int:
    """An operation of the library ``bit``."""
    return _signed(_BIT_OPERATIONS[name](*map(_whole, values)))


FLOAT_FUNCTIONS: Final[dict[bytes, Callable[..., Any]]] = {
    b"packed": _packed,
    b"unpacked": _unpacked,
    b"integer_bytes": _integer_bytes,
    b"integer_value": _integer_value,
    b"bit_operation": _bit_operation,
}
