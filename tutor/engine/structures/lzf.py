"""LZF, the compressor of dumps and of inner list nodes: byte for byte what Redis writes.

    literal run   | 000LLLLL | L+1 bytes |                          1..32 bytes copied
    short match   | LLLooooo | oooooooo |                           L+2 bytes (3..8), L in 1..6
    long match    | 111ooooo | L | oooooooo |                       L+9 bytes (9..264)
    distance back = offset + 1, at most 8192

The compressor keeps one table from a hash of three bytes to the last place they were seen; it takes
the match found there or copies one literal. After a match only the last two places inside it are
entered into the table. Position 0 is never referred to.

Complexity O(bytes). Constants: redis 7.0, lzfP.h and lzf_c.c (HLOG 16, VERY_FAST, MAX_OFF 8192).
"""

from __future__ import annotations

MAX_LITERAL = 32
MAX_DISTANCE = 8192
MAX_MATCH = 264
_EAGER_COMPARISONS = 16


def compress(data: bytes, max_out: int | None = None) -> bytes | None:
    """Compress ``data`` into at most ``max_out`` bytes (default: its own length).

    None when it does not fit, by the same conservative tests the original makes.
    """
    end = len(data)
    limit = end if max_out is None else max_out
    if not end or limit <= 0:
        return None
    out = bytearray(1)  # room for the control byte of the first literal run
    table: dict[int, int] = {}
    literals = 0
    place = 0
    scan_end = end - 2
    while place < scan_end:
        first, second, third = data[place : place + 3]
        slot = ((first << 8 | second) - 5 * (second << 8 | third)) & 0xFFFF
        seen = table.get(slot, 0)
        table[slot] = place
        if (
            seen
            and place - seen <= MAX_DISTANCE
            and data[seen] == first
            and data[seen + 1] == second
            and data[seen + 2] == third
        ):
            if len(out) + 4 >= limit and len(out) - (not literals) + 4 >= limit:
                return None
            _close_run(out, literals)
            literals = 0
            length = _match_length(data, seen, place, end)
            _put_match(out, length, place - seen - 1)
            out.append(0)
            place += length
            if place >= scan_end:
                break
            _enter(table, data, place - 2)
            _enter(table, data, place - 1)
            continue
        if len(out) >= limit:
            return None
        out.append(first)
        literals += 1
        place += 1
        if literals == MAX_LITERAL:
            _close_run(out, literals)
            literals = 0
            out.append(0)
    if len(out) + 3 > limit:
        return None
    return _finish(out, data[place:], literals)


def _enter(table: dict[int, int], data: bytes, place: int) -> None:
    """Remember where three bytes were seen."""
    first, second, third = data[place : place + 3]
    table[((first << 8 | second) - 5 * (second << 8 | third)) & 0xFFFF] = place


def _close_run(out: bytearray, literals: int) -> None:
    """Write the length of a literal run into its control byte, or take that back if it is empty."""
    if literals:
        out[-literals - 1] = literals - 1
    else:
        out.pop()


def _match_length(data: bytes, seen: int, place: int, end: int) -> int:
    """How many bytes the match takes: the search stops two bytes before the end of the data.

    While more than 16 bytes remain, the first 16 comparisons do not look at that limit.
    """
    most = min(end - place - 2, MAX_MATCH)
    length = 3
    if most > _EAGER_COMPARISONS:
        eager = 2 + _EAGER_COMPARISONS
        while length <= eager and data[seen + length] == data[place + length]:
            length += 1
        if length <= eager:
            return length
    while length < most and data[seen + length] == data[place + length]:
        length += 1
    return length


def _put_match(out: bytearray, length: int, offset: int) -> None:
    if length < 9:
        out.append((length - 2) << 5 | offset >> 8)
    else:
        out.append(7 << 5 | offset >> 8)
        out.append(length - 9)
    out.append(offset & 0xFF)


def _finish(out: bytearray, rest: bytes, literals: int) -> bytes:
    """Copy the last bytes as literals and close their run."""
    for byte in rest:
        out.append(byte)
        literals += 1
        if literals == MAX_LITERAL:
            _close_run(out, literals)
            literals = 0
            out.append(0)
    _close_run(out, literals)
    return bytes(out)


def decompress(blob: bytes, size: int) -> bytes:
    """The original ``size`` bytes; ValueError when the blob is damaged or of another size."""
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
        length = control >> 5
        needed = 2 if length == 7 else 1
        if place + needed > end:
            raise ValueError(f"lzf: match at offset {place - 1} is cut short")
        if length == 7:
            length += blob[place]
            place += 1
        start = len(out) - ((control & 31) << 8 | blob[place]) - 1
        place += 1
        if start < 0:
            raise ValueError(f"lzf: match at offset {place} refers before the beginning")
        _copy_match(out, start, length + 2)
        if len(out) > size:
            break
    if len(out) != size:
        raise ValueError(f"lzf: {len(out)} bytes came out, {size} were announced")
    return bytes(out)


def _copy_match(out: bytearray, start: int, length: int) -> None:
    """Append ``length`` bytes from ``start`` on; the two stretches may overlap."""
    distance = len(out) - start
    if distance >= length:
        out += out[start : start + length]
        return
    pattern = bytes(out[start:])
    repeats, rest = divmod(length, distance)
    out += pattern * repeats + pattern[:rest]
