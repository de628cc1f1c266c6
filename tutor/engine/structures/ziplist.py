"""Ziplist: the compact sequence of Redis 2.2 to 6.2, read here from old dumps.

    | total bytes u32 LE | offset of the last entry u32 LE | count u16 LE | entry | ... | 0xFF |
    entry = | size of the entry before | encoding (+ length or integer) | text |

    size of the entry before   1 byte up to 253, else FE and u32 LE
    first byte   meaning              before the text
    00xxxxxx     text                 length
    01xxxxxx     text                 6 high bits of the length, then 1 byte
    80           text                 length, u32 big-endian
    C0 D0 E0     int16 32 64          2, 4 or 8 bytes LE
    F0 FE        int24, int8          3 or 1 bytes LE
    F1 .. FD     0 .. 12              in the byte

Empty = 11 bytes. Unlike a listpack each entry knows its predecessor's size, so a growing entry may
make all that follow grow. Redis 7.0 turns every ziplist it loads into a listpack (ziplist.c).
"""

from __future__ import annotations

from struct import unpack_from

HEADER_SIZE = 10
END = 0xFF
COUNT_UNKNOWN = 65_535
_LONG_PREVIOUS = 0xFE
_INTEGERS = {0xC0: 2, 0xD0: 4, 0xE0: 8, 0xF0: 3, 0xFE: 1}


def decode(blob: bytes) -> list[bytes]:
    """The values of a ziplist (integers in decimal); ValueError naming the offset if damaged."""
    size = len(blob)
    if size < HEADER_SIZE + 1:
        raise ValueError("ziplist: shorter than its header")
    total, tail, count = unpack_from("<IIH", blob)
    if total != size or blob[-1] != END:
        raise ValueError("ziplist: header or terminator does not fit its size")
    values: list[bytes] = []
    position, previous, last = HEADER_SIZE, 0, HEADER_SIZE
    while position < size - 1:
        head, told = _previous_size(blob, position)
        if told != previous:
            raise ValueError(f"ziplist: wrong size of the entry before offset {position}")
        value, body = _decode_entry(blob, position + head)
        values.append(value)
        last, previous = position, head + body
        position += previous
        if position >= size:
            raise ValueError(f"ziplist: entry at offset {last} runs past the end")
    if tail != last:
        raise ValueError(f"ziplist: the last entry is at offset {last}, not {tail}")
    if count not in (COUNT_UNKNOWN, len(values)):
        raise ValueError(f"ziplist: header counts {count} entries, there are {len(values)}")
    return values


def _previous_size(blob: bytes, position: int) -> tuple[int, int]:
    """Bytes the field takes, and the size it tells."""
    if blob[position] < _LONG_PREVIOUS:
        return 1, blob[position]
    if blob[position] == END or position + 5 > len(blob):
        raise ValueError(f"ziplist: entry at offset {position} is cut short")
    return 5, int.from_bytes(blob[position + 1 : position + 5], "little")


def _decode_entry(blob: bytes, position: int) -> tuple[bytes, int]:
    """Value and size of what follows the first field of an entry."""
    first = blob[position] if position < len(blob) - 1 else END
    width = _INTEGERS.get(first)
    if width is not None:
        image = blob[position + 1 : position + 1 + width]
        return b"%d" % int.from_bytes(image, "little", signed=True), 1 + width
    if 0xF1 <= first <= 0xFD:
        return b"%d" % (first - 0xF1), 1
    if first < 0x40:
        head, length = 1, first
    elif first < 0x80:
        head, length = 2, (first & 63) << 8 | blob[position + 1]
    elif first == 0x80:
        head, length = 5, int.from_bytes(blob[position + 1 : position + 5], "big")
    else:
        raise ValueError(f"ziplist: unknown encoding {first:#04x} at offset {position}")
    start = position + head
    if start + length > len(blob) - 1:
        raise ValueError(f"ziplist: entry at offset {position} runs past the end")
    return blob[start : start + length], head + length
