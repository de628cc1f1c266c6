"""LZF in Python: where LuaJIT is not there, and for the few bytes that do not pay for compiling it.

`tutor.engine.structures.lzf` says what the format is.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import pairwise
from struct import unpack_from

MAX_LITERAL = 32
MAX_DISTANCE = 8192
MAX_MATCH = 264
_EAGER_COMPARISONS = 16
_SHORT = 512
_LONG = 1 << 20
"""From here on slots are kept in two bytes each; as a list they would take up to forty."""


def compress(data: bytes, limit: int) -> bytes | None:
    """As `lzf.compress`."""
    end = len(data)
    if not end or limit <= 0:
        return None
    slots = _slots(data)
    if end <= _SHORT and limit <= end and len(set(slots)) == len(slots):
        return None  # no three bytes can be there twice
    out = bytearray()
    put = out.append
    table: dict[int, int] = {}
    seen_at = table.get
    scan_end = end - 2
    run = place = 0  # literals since the last match stand from ``run`` on
    while place < scan_end:
        slot = slots[place]
        seen = seen_at(slot)
        table[slot] = place
        if (
            not seen
            or data[seen : seen + 3] != data[place : place + 3]
            or place - seen > MAX_DISTANCE
        ):
            place += 1
            continue
        literals = place - run
        if 0 < literals < MAX_LITERAL:
            put(literals - 1)
            out += data[run:place]
            size = len(out)
        else:
            size = _size_with(out, literals) - (not literals % MAX_LITERAL)
            _put_literals(out, data, run, place)
        if size + 4 >= limit:
            return None
        length = _match_length(data, seen, place, end)
        offset = place - seen - 1
        if length < 9:
            put((length - 2) << 5 | offset >> 8)
        else:
            put(7 << 5 | offset >> 8)
            put(length - 9)
        put(offset & 0xFF)
        run = place = place + length
        if place < scan_end:
            table[slots[place - 2]] = place - 2
            table[slots[place - 1]] = place - 1
    if _size_with(out, max(scan_end - run, 0)) + 3 > limit:
        return None
    _put_literals(out, data, run, end)
    return bytes(out)


def _slots(data: bytes) -> Sequence[int]:
    """The slot of the three bytes at each place: ((h >> 8) - 5h) & 0xFFFF."""
    if len(data) <= _LONG:
        return _slots_of(data)
    slots = array("H")
    for start in range(0, len(data) - 2, _LONG):
        slots.extend(_slots_of(data[start : start + _LONG + 2]))
    return slots


def _slots_of(data: bytes) -> list[int]:
    count = len(data) - 1
    if count < 2:
        return []
    pairs: list[int] = [0] * count
    pairs[::2] = unpack_from(f">{(count + 1) // 2}H", data)
    pairs[1::2] = unpack_from(f">{count // 2}H", data, 1)
    return [(first - 5 * second) & 0xFFFF for first, second in pairwise(pairs)]


def _size_with(out: bytearray, literals: int) -> int:
    """Bytes of the output with an open run of literals, and the control byte of the next one."""
    return len(out) + literals + literals // MAX_LITERAL + 1


def _put_literals(out: bytearray, data: bytes, start: int, end: int) -> None:
    """Copy bytes as they are, in runs."""
    for begin in range(start, end, MAX_LITERAL):
        run = data[begin : min(begin + MAX_LITERAL, end)]
        out.append(len(run) - 1)
        out += run


def _match_length(data: bytes, seen: int, place: int, end: int) -> int:
    """How many bytes the match takes: the search stops two bytes before the end of the data.

    While more than 16 bytes remain, the first 16 comparisons do not look at that limit.
    """
    most = min(end - place - 2, MAX_MATCH)
    eager = 3 + _EAGER_COMPARISONS if most > _EAGER_COMPARISONS else 0
    length = 3
    stop = max(most, eager)
    while length < stop:
        if data[seen + length] != data[place + length]:
            return length
        length += 1
    return length


def decompress(blob: bytes, size: int) -> bytes:
    """As `lzf.decompress`."""
    out = bytearray()
    place = 0
    end = len(blob)
    while place < end:
        control = blob[place]
        place += 1
        if control < MAX_LITERAL:
            stop = place + control + 1
            if stop > end:
                raise ValueError(f"lzf: literal run at offset {place - 1} runs past the end")
            out += blob[place:stop]
            place = stop
            continue
        length = (control >> 5) + 2
        if place + (2 if length == 9 else 1) > end:
            raise ValueError(f"lzf: match at offset {place - 1} is cut short")
        if length == 9:
            length += blob[place]
            place += 1
        distance = ((control & 31) << 8 | blob[place]) + 1
        place += 1
        start = len(out) - distance
        if start < 0:
            raise ValueError(f"lzf: match at offset {place} refers before the beginning")
        if distance >= length:
            out += out[start : start + length]
        else:  # the two stretches overlap: what is copied repeats itself
            out += (out[start:] * (length // distance + 1))[:length]
        if len(out) > size:
            break
    if len(out) != size:
        raise ValueError(f"lzf: {len(out)} bytes came out, {size} were announced")
    return bytes(out)
