"""Numbers in commands, as memcached reads them: C's strtol and strtoul (util.c, 1.6.18).

Blanks before a number are skipped, a sign is allowed, and the number ends at a blank, at a NUL or
with the word. 32-bit numbers are cut off rather than refused, so that 4294967297 is 1; a negative
unsigned number is refused only where it is large.
"""

from __future__ import annotations

import re

_NUMBER = re.compile(rb"[ \t\n\v\f\r]*([+-]?)([0-9]+)(?=[ \t\n\v\f\r\0]|\Z)")

MASK32 = 0xFFFF_FFFF
MASK64 = 0xFFFF_FFFF_FFFF_FFFF


def unsigned64(word: bytes) -> int | None:
    """A 64-bit unsigned number; None if it is none or does not fit."""
    if word.isdigit():
        value = int(word) if len(word) <= 20 else MASK64 + 1
        return value if value <= MASK64 else None
    found = _NUMBER.match(word)
    if found is None:
        return None
    digits = found[2].lstrip(b"0")
    if len(digits) > 20:
        return None
    value = int(digits or b"0")
    if value > MASK64:
        return None
    if found[1] == b"-":
        value = -value & MASK64
        if value >> 63:
            return None
    return value


def unsigned32(word: bytes) -> int | None:
    """A 32-bit unsigned number: the low half of a 64-bit one."""
    value = unsigned64(word)
    return None if value is None else value & MASK32


def signed32(word: bytes) -> int | None:
    """A 32-bit signed number: the low half of a 64-bit one."""
    if word.isdigit() and len(word) <= 9:
        return int(word)
    found = _NUMBER.match(word)
    if found is None:
        return None
    digits = found[2].lstrip(b"0")
    if len(digits) > 19:
        return None
    value = int(digits or b"0")
    if found[1] == b"-":
        value = -value
    if not -(1 << 63) <= value < 1 << 63:
        return None
    value &= MASK32
    return value - (1 << 32) if value >> 31 else value
