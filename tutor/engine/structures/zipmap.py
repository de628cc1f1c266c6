"""Zipmap: the small hash of Redis 2.0 to 2.4, read here from old dumps.

    | count u8 | length | field | length | free u8 | value | unused | ... | 0xFF |

A count of 254 means "walk it". A length takes one byte up to 253, else FE and u32 LE. ``free``
tells how many bytes behind the value are unused since it was replaced by a shorter one. Lookup is
a linear scan. Redis 7.0 turns every zipmap it loads into a listpack (zipmap.c).
"""

from __future__ import annotations

END = 0xFF
COUNT_UNKNOWN = 254
_LONG = 0xFE


def decode(blob: bytes) -> list[tuple[bytes, bytes]]:
    """The pairs of a zipmap; ValueError naming the offset if it is damaged or empty."""
    if len(blob) < 2 or blob[-1] != END:
        raise ValueError("zipmap: no room for header and terminator")
    pairs: list[tuple[bytes, bytes]] = []
    position, last = 1, len(blob) - 1
    while position < last:
        field, position = _text(blob, position, 0)
        value, position = _text(blob, position, 1)
        pairs.append((field, value))
    if position != last:
        raise ValueError(f"zipmap: it ends at offset {position}, not {last}")
    if not pairs:
        raise ValueError("zipmap: empty")
    if blob[0] not in (COUNT_UNKNOWN, len(pairs)):
        raise ValueError(f"zipmap: header counts {blob[0]} pairs, there are {len(pairs)}")
    return pairs


def _text(blob: bytes, position: int, extra: int) -> tuple[bytes, int]:
    """A text and where the next begins; ``extra``: bytes between its length and itself."""
    length, head = blob[position], 1
    if length == END:
        raise ValueError(f"zipmap: a length is missing at offset {position}")
    if length == _LONG:
        length, head = int.from_bytes(blob[position + 1 : position + 5], "little"), 5
    start = position + head + extra
    if start + length > len(blob) - 1:
        raise ValueError(f"zipmap: text at offset {position} runs past the end")
    unused = blob[start - 1] if extra else 0
    return blob[start : start + length], start + length + unused
