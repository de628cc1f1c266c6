"""Ziplist: the compact sequence of Redis 2.2 to 6.2, kept for old dumps and for comparison.

    | total bytes u32 LE | offset of the last entry u32 LE | count u16 LE | entry | ... | 0xFF |
    entry = | size of the entry before | encoding (+ length or integer) | text |

    size of the entry before   1 byte up to 253, else FE and u32 LE
    first byte   meaning              before the text
    00xxxxxx     text                 length
    01xxxxxx     text                 6 high bits of the length, then 1 byte
    80           text                 length, u32 big-endian
    C0 D0 E0     int16 32 64          2, 4 or 8 bytes LE
    F0 FE        int24, int8          3 or 1 bytes LE         since 2.6
    F1 .. FD     0 .. 12              in the byte             since 2.6

Empty = 11 bytes. Unlike a listpack each entry knows its predecessor's size, so an entry that grows
to 254 bytes makes the next one grow by four, which may bring that one to 254, and so on: `cascade`.
Redis 7.0 turns every ziplist it loads into a listpack (redis 6.2 and 2.4, ziplist.c).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from struct import pack, unpack_from
from typing import NamedTuple

from .sds import parse_integer
from .window import Window

HEADER_SIZE = 10
EMPTY_SIZE = 11
END = 0xFF
COUNT_UNKNOWN = 65_535
LONG_PREVIOUS = 254
"""Bytes from which on the size of an entry takes five bytes in the next one."""

GROWTH = 4
"""Bytes by which an entry grows when its predecessor comes to `LONG_PREVIOUS` bytes."""

_INTEGERS = {0xC0: 2, 0xD0: 4, 0xE0: 8, 0xF0: 3, 0xFE: 1}
_NAMES = {0xC0: "int16", 0xD0: "int32", 0xE0: "int64", 0xF0: "int24", 0xFE: "int8"}
_BY_WIDTH = (0xFE, 0xC0, 0xF0, 0xD0, 0xE0)
_BEFORE_2_6 = (0xC0, 0xD0, 0xE0)
_SMALLEST, _LARGEST_IMMEDIATE = 0xF1, 12
_LONGEST_INTEGER = 20


# writing


def encode(values: Iterable[bytes], old: bool = False) -> bytes:
    """The ziplist to which ``values`` were appended one by one; ``old``: as 2.2 and 2.4 did."""
    parts: list[bytes] = []
    previous, tail, position = 0, HEADER_SIZE, HEADER_SIZE
    for value in values:
        entry = encode_previous(previous) + b"".join(_encode_body(value, old))
        parts.append(entry)
        tail, previous = position, len(entry)
        position += previous
    header = pack("<IIH", position + 1, tail, min(len(parts), COUNT_UNKNOWN))
    return header + b"".join(parts) + b"\xff"


def encode_previous(size: int) -> bytes:
    """How an entry notes that the one before it takes ``size`` bytes."""
    return bytes((size,)) if size < LONG_PREVIOUS else pack("<BI", LONG_PREVIOUS, size)


def _encode_body(value: bytes, old: bool) -> tuple[bytes, bytes]:
    """Encoding with length or integer, and text."""
    number = parse_integer(value)
    if number is not None:
        return _encode_integer(number, old), b""
    size = len(value)
    if size < 1 << 6:
        return bytes((size,)), value
    if size < 1 << 14:
        return (0x4000 | size).to_bytes(2, "big"), value
    return b"\x80" + size.to_bytes(4, "big"), value


def _encode_integer(number: int, old: bool) -> bytes:
    if 0 <= number <= _LARGEST_IMMEDIATE and not old:
        return bytes((_SMALLEST + number,))
    for mark in _BEFORE_2_6 if old else _BY_WIDTH:
        width = _INTEGERS[mark]
        if -(1 << 8 * width - 1) <= number < 1 << 8 * width - 1:
            break
    return bytes((mark,)) + number.to_bytes(width, "little", signed=True)


def entry_sizes(values: Iterable[bytes], old: bool = False) -> list[int]:
    """Bytes of each whole entry, without encoding it."""
    sizes: list[int] = []
    previous = 0
    for value in values:
        previous = _body_size(value, old) + (1 if previous < LONG_PREVIOUS else 1 + GROWTH)
        sizes.append(previous)
    return sizes


def _body_size(value: bytes, old: bool) -> int:
    size = len(value)
    if size <= _LONGEST_INTEGER and size and value[0] < 58:
        number = parse_integer(value)
        if number is not None:
            return len(_encode_integer(number, old))
    if size < 1 << 6:
        return size + 1
    return size + (2 if size < 1 << 14 else 5)


# reading


@dataclass(frozen=True, slots=True)
class ZiplistEntry:
    """One entry: where it stands, how it is encoded and its bytes, part by part; ``previous`` is
    its note of the size of the entry before."""

    index: int
    offset: int
    encoding: str
    previous: bytes
    prefix: bytes
    data: bytes
    value: bytes
    integer: int | None

    @property
    def size(self) -> int:
        """Bytes of the whole entry."""
        return len(self.previous) + len(self.prefix) + len(self.data)


@dataclass(frozen=True, slots=True)
class ZiplistLayout:
    """The memory image of a ziplist; ``tail`` is the offset of its last entry. ``entries`` are
    those of a window, from ``start`` on, and perhaps the last ones."""

    total_bytes: int
    tail: int
    count: int
    start: int
    entries: tuple[ZiplistEntry, ...]

    @property
    def header(self) -> bytes:
        """The ten header bytes."""
        return pack("<IIH", self.total_bytes, self.tail, min(self.count, COUNT_UNKNOWN))


def decode(blob: bytes) -> list[bytes]:
    """The values of a ziplist (integers in decimal); ValueError naming the offset if damaged."""
    return [place.value for place in _places(blob)]


def layout(
    blob: bytes,
    window: Window = Window(),  # noqa: B008 - frozen
    last: int = 0,
) -> ZiplistLayout:
    """The image of a ziplist with the entries of ``window`` and the ``last`` ones. O(bytes)."""
    entries = entries_of(blob)
    start, stop = window.bounds(len(entries))
    shown = entries[start:stop] + entries[max(stop, len(entries) - last) :]
    tail = int.from_bytes(blob[4:8], "little")
    return ZiplistLayout(len(blob), tail, len(entries), start, tuple(shown))


def layout_of(values: Sequence[bytes], shown: Iterable[int], old: bool = False) -> ZiplistLayout:
    """The image of the ziplist holding ``values``, with the entries of the indexes ``shown``.
    O(values), but only what is shown is encoded."""
    sizes = entry_sizes(values, old)
    offsets = list(accumulate(sizes, initial=HEADER_SIZE))
    entries: list[ZiplistEntry] = []
    for index in shown:
        value = values[index]
        prefix, text = _encode_body(value, old)
        previous = encode_previous(sizes[index - 1] if index else 0)
        name = _name(prefix[0])
        number = None if name.endswith("str") else int(value)
        entries.append(
            ZiplistEntry(index, offsets[index], name, previous, prefix, text, value, number)
        )
    start = entries[0].index if entries else 0
    tail = offsets[-2] if sizes else HEADER_SIZE
    return ZiplistLayout(offsets[-1] + 1, tail, len(sizes), start, tuple(entries))


def _name(first: int) -> str:
    """What the first byte of an encoding stands for."""
    if first in _NAMES:
        return _NAMES[first]
    if first >= _SMALLEST:
        return "4-bit int"
    return "6-bit str" if first < 0x40 else "14-bit str" if first < 0x80 else "32-bit str"


def entries_of(blob: bytes) -> list[ZiplistEntry]:
    """All entries of a ziplist; ValueError naming the offset if it is damaged."""
    return [
        ZiplistEntry(
            index=index,
            offset=place.offset,
            encoding=place.name,
            previous=blob[place.offset : place.body],
            prefix=blob[place.body : place.text],
            data=blob[place.text : place.stop],
            value=place.value,
            integer=None if place.name.endswith("str") else int(place.value),
        )
        for index, place in enumerate(_places(blob))
    ]


class _Place(NamedTuple):
    """Where the parts of an entry begin and where it stops, and what it means."""

    offset: int
    body: int
    text: int
    stop: int
    name: str
    value: bytes


def _places(blob: bytes) -> list[_Place]:
    size = len(blob)
    if size < HEADER_SIZE + 1:
        raise ValueError("ziplist: shorter than its header")
    total, tail, count = unpack_from("<IIH", blob)
    if total != size or blob[-1] != END:
        raise ValueError("ziplist: header or terminator does not fit its size")
    places = list(_walk(blob))
    last = places[-1].offset if places else HEADER_SIZE
    if tail != last:
        raise ValueError(f"ziplist: the last entry is at offset {last}, not {tail}")
    if count not in (COUNT_UNKNOWN, len(places)):
        raise ValueError(f"ziplist: header counts {count} entries, there are {len(places)}")
    return places


def _walk(blob: bytes) -> Iterator[_Place]:
    end = len(blob) - 1
    position, previous = HEADER_SIZE, 0
    while position < end:
        head, told = _previous_size(blob, position)
        if told != previous:
            raise ValueError(f"ziplist: wrong size of the entry before offset {position}")
        start = position + head
        name, value, prefix, length = _decode_body(blob, start)
        stop = start + prefix + length
        if stop > end:
            raise ValueError(f"ziplist: entry at offset {position} runs past the end")
        yield _Place(position, start, start + prefix, stop, name, value)
        position, previous = stop, stop - position


def _previous_size(blob: bytes, position: int) -> tuple[int, int]:
    """Bytes the field takes, and the size it tells."""
    if blob[position] < LONG_PREVIOUS:
        return 1, blob[position]
    if blob[position] == END or position + 5 > len(blob):
        raise ValueError(f"ziplist: entry at offset {position} is cut short")
    return 5, int.from_bytes(blob[position + 1 : position + 5], "little")


def _decode_body(blob: bytes, position: int) -> tuple[str, bytes, int, int]:
    """Name of the encoding, value, and bytes before the text and of the text."""
    first = blob[position] if position < len(blob) - 1 else END
    width = _INTEGERS.get(first)
    if width is not None:
        image = blob[position + 1 : position + 1 + width]
        return _NAMES[first], b"%d" % int.from_bytes(image, "little", signed=True), 1 + width, 0
    if _SMALLEST <= first <= _SMALLEST + _LARGEST_IMMEDIATE:
        return "4-bit int", b"%d" % (first - _SMALLEST), 1, 0
    if first < 0x40:
        name, head, length = "6-bit str", 1, first
    elif first < 0x80:
        name, head, length = "14-bit str", 2, (first & 63) << 8 | blob[position + 1]
    elif first == 0x80:
        length = int.from_bytes(blob[position + 1 : position + 5], "big")
        name, head = "32-bit str", 5
    else:
        raise ValueError(f"ziplist: unknown encoding {first:#04x} at offset {position}")
    start = position + head
    if start + length > len(blob) - 1:
        raise ValueError(f"ziplist: entry at offset {position} runs past the end")
    return name, blob[start : start + length], head, length


# the cascade


@dataclass(frozen=True, slots=True)
class CascadeStep:
    """The entry at ``index`` grows because the one before it grew; sizes in bytes."""

    index: int
    before: int
    after: int


def cascade(sizes: Sequence[int], index: int, size: int) -> tuple[CascadeStep, ...]:
    """Which entries grow when the one at ``index`` comes to take ``size`` bytes; ``sizes`` are
    those of entries that were appended one by one (`entry_sizes`).

    An entry grows only if its note of the size before it takes one byte yet; the note never shrinks
    again (redis 6.2, ziplist.c: __ziplistCascadeUpdate). O(entries that grow).
    """
    steps: list[CascadeStep] = []
    for at in range(index + 1, len(sizes)):
        if size < LONG_PREVIOUS or sizes[at - 1] >= LONG_PREVIOUS:
            break
        size = sizes[at] + GROWTH
        steps.append(CascadeStep(at, sizes[at], size))
    return tuple(steps)


def widest_cascade(sizes: Sequence[int]) -> int | None:
    """The index of the entry whose growing to 254 bytes would make most others grow; of several
    the first; None where no entry could make another grow. O(entries)."""
    best: int | None = None
    reach, most = 0, 0
    for at in range(len(sizes) - 2, -1, -1):
        if sizes[at] >= LONG_PREVIOUS:
            reach = 0
            continue
        reach = reach + 1 if sizes[at + 1] + GROWTH >= LONG_PREVIOUS else 1
        if reach >= most:
            best, most = at, reach
    return best
