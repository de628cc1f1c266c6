"""Listpack: the compact sequence behind small hashes, sorted sets and every list node.

    | total bytes u32 LE | count u16 LE | entry | entry | ... | 0xFF |        empty = 7 bytes
    entry = | encoding (+ length or integer) | text | backlen |

    first byte   meaning              before the text
    0xxxxxxx     7-bit uint           the value itself
    10xxxxxx     6-bit str            length
    110xxxxx     13-bit int           5 high bits, then 1 byte
    1110xxxx     12-bit str           4 high bits of the length, then 1 byte
    F0           32-bit str           length, u32 LE
    F1 F2 F3 F4  int16 24 32 64       2, 3, 4 or 8 bytes LE

``backlen`` is the size of all that precedes it in the entry, in base 128, most significant group
first; every byte but the first has bit 7 set, since it is read from the right. A text that is the
canonical form of a signed 64-bit integer is stored as that integer. A ``count`` of 65535 means
"unknown, walk the entries".

The contents live as a list of ``bytes`` with their owner; this module derives sizes and images.
``entry_size`` is O(1) (O(digits) for a number); ``encode``, ``decode`` are O(bytes).
Constants: redis 7.0, listpack.c (encodings, backlen thresholds, 6-byte header).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .sds import parse_integer
from .window import Window

HEADER_SIZE = 6
EMPTY_SIZE = 7
COUNT_UNKNOWN = 65_535
END = 0xFF
_LONGEST_NUMBER = 20
_NINE = ord("9")
_BYTES = tuple(bytes((value,)) for value in range(256))
_SMALL_NUMBERS = tuple(b"%d" % value for value in range(128))


def _integer_body(number: int) -> int:
    """Bytes of an integer entry before its backlen."""
    if 0 <= number <= 127:
        return 1
    if -4096 <= number <= 4095:
        return 2
    if -32_768 <= number <= 32_767:
        return 3
    if -8_388_608 <= number <= 8_388_607:
        return 4
    return 5 if -2_147_483_648 <= number <= 2_147_483_647 else 9


def _backlen_size(body: int) -> int:
    """Bytes the backlen of a body of that size takes (16383 already takes three)."""
    if body <= 127:
        return 1
    if body < 16_383:
        return 2
    if body < 2_097_151:
        return 3
    return 4 if body < 268_435_455 else 5


def integer_size(number: int) -> int:
    """Bytes the whole entry of a signed 64-bit integer takes."""
    return _integer_body(number) + 1


def entry_size(value: bytes) -> int:
    """Bytes the whole entry for ``value`` takes, its backlen included."""
    size = len(value)
    if size <= 20 and size and value[0] < 58:
        number = parse_integer(value)
        if number is not None:
            return _integer_body(number) + 1
    if size < 64:
        return size + 2
    if size < 4096:
        return size + (3 if size < 126 else 4)
    return size + 5 + _backlen_size(size + 5)


def _encode_integer(number: int) -> bytes:
    if 0 <= number <= 127:
        return bytes([number])
    if -4096 <= number <= 4095:
        return (0xC000 | (number & 0x1FFF)).to_bytes(2, "big")
    for mark, width in ((0xF1, 2), (0xF2, 3), (0xF3, 4)):
        limit = 1 << (8 * width - 1)
        if -limit <= number < limit:
            return bytes([mark]) + number.to_bytes(width, "little", signed=True)
    return b"\xf4" + number.to_bytes(8, "little", signed=True)


def _encode_prefix(value: bytes) -> tuple[str, bytes, bytes]:
    """Encoding name, encoding bytes and text bytes of an entry."""
    number = parse_integer(value)
    if number is not None:
        body = _encode_integer(number)
        return _integer_name(body[0]), body, b""
    size = len(value)
    if size < 64:
        return "6-bit str", bytes([0x80 | size]), value
    if size < 4096:
        return "12-bit str", (0xE000 | size).to_bytes(2, "big"), value
    return "32-bit str", b"\xf0" + size.to_bytes(4, "little"), value


def _integer_name(first: int) -> str:
    if first < 0x80:
        return "7-bit uint"
    if first < 0xE0:
        return "13-bit int"
    return {0xF1: "int16", 0xF2: "int24", 0xF3: "int32"}.get(first, "int64")


def encode_backlen(body: int) -> bytes:
    """The backlen of an entry whose other bytes number ``body``."""
    count = _backlen_size(body)
    groups = [(body >> (7 * shift)) & 127 for shift in reversed(range(count))]
    return bytes([groups[0]] + [group | 128 for group in groups[1:]])


def encode_entry(value: bytes) -> bytes:
    """One whole entry."""
    _, prefix, text = _encode_prefix(value)
    return prefix + text + encode_backlen(len(prefix) + len(text))


def encode(values: Iterable[bytes]) -> bytes:
    """The whole listpack holding ``values``. Short texts and numbers, which are most entries, are
    put together here: what `encode_entry` gives, without its calls."""
    parts: list[bytes] = []
    put = parts.append
    count = 0
    for value in values:
        count += 1
        size = len(value)
        if 0 < size <= _LONGEST_NUMBER and value[0] <= _NINE:
            number = parse_integer(value)
            if number is not None:
                body = _encode_integer(number)
                put(body)
                put(_BYTES[len(body)])
                continue
        if size < 64:
            put(_BYTES[0x80 | size])
            put(value)
            put(_BYTES[size + 1])
        else:
            put(encode_entry(value))
    content = b"".join(parts)
    return _header(len(content) + EMPTY_SIZE, count) + content + b"\xff"


def _header(total_bytes: int, count: int) -> bytes:
    return total_bytes.to_bytes(4, "little") + min(count, COUNT_UNKNOWN).to_bytes(2, "little")


def total_size(values: Iterable[bytes]) -> int:
    """Bytes of the listpack holding ``values``."""
    return EMPTY_SIZE + sum(map(entry_size, values))


def decode(blob: bytes, validate: bool = True) -> list[bytes]:
    """The values of a listpack (integers in decimal).

    Raises ValueError naming the offset when ``blob`` is damaged; without ``validate`` the header
    and the backlens are taken on trust.
    """
    size = len(blob)
    if size < EMPTY_SIZE or int.from_bytes(blob[:4], "little") != size or blob[-1] != END:
        raise ValueError("listpack: header or terminator does not fit its size")
    values: list[bytes] = []
    position = HEADER_SIZE
    last = size - 1
    put = values.append
    while position < last:
        first = blob[position]
        if first < 0x80:  # most entries are small numbers and short texts
            if blob[position + 1] == 1 and position + 1 < last:
                put(_SMALL_NUMBERS[first])
                position += 2
                continue
        elif first < 0xC0:
            end = position + first - 0x7F
            if end < last and blob[end] == first - 0x7F:
                put(blob[position + 1 : end])
                position = end + 1
                continue
        value, body = _decode_entry(blob, position, last)
        backlen = encode_backlen(body)
        after = position + body + len(backlen)
        if after > last:
            raise ValueError(f"listpack: entry at offset {position} runs past the end")
        if validate and blob[position + body : after] != backlen:
            raise ValueError(f"listpack: wrong backlen of the entry at offset {position}")
        put(value)
        position = after
    count = int.from_bytes(blob[4:6], "little")
    if validate and count != COUNT_UNKNOWN and count != len(values):
        raise ValueError(f"listpack: header counts {count} entries, there are {len(values)}")
    return values


def _decode_entry(blob: bytes, position: int, last: int) -> tuple[bytes, int]:
    """Value and body size of the entry at ``position``; ``last`` is where the terminator stands."""
    first = blob[position]
    if first < 0x80:
        return b"%d" % first, 1
    if first < 0xC0:
        head, length = 1, first & 63
    elif first < 0xE0:
        number = (first & 31) << 8 | blob[position + 1]
        return b"%d" % (number - 8192 if number >= 4096 else number), 2
    elif first < 0xF0:
        head, length = 2, (first & 15) << 8 | blob[position + 1]
    elif first == 0xF0:
        head, length = 5, int.from_bytes(blob[position + 1 : position + 5], "little")
    elif first <= 0xF4:
        width = (2, 3, 4, 8)[first - 0xF1]
        image = blob[position + 1 : position + 1 + width]
        return b"%d" % int.from_bytes(image, "little", signed=True), 1 + width
    else:
        raise ValueError(f"listpack: unknown encoding {first:#04x} at offset {position}")
    start = position + head
    if start + length > last:
        raise ValueError(f"listpack: entry at offset {position} runs past the end")
    return blob[start : start + length], head + length


@dataclass(frozen=True, slots=True)
class ListpackEntry:
    """One entry: where it stands, how it is encoded and its bytes, part by part."""

    index: int
    offset: int
    encoding: str
    prefix: bytes
    data: bytes
    backlen: bytes
    value: bytes
    integer: int | None

    @property
    def size(self) -> int:
        """Bytes of the whole entry."""
        return len(self.prefix) + len(self.data) + len(self.backlen)


@dataclass(frozen=True, slots=True)
class ListpackLayout:
    """The memory image of a listpack; ``entries`` are those of the window, from ``start`` on."""

    total_bytes: int
    count: int
    start: int
    entries: tuple[ListpackEntry, ...]

    @property
    def header(self) -> bytes:
        """The six header bytes."""
        return _header(self.total_bytes, self.count)


def layout(
    values: Sequence[bytes],
    window: Window = Window(),  # noqa: B008 - frozen
    total_bytes: int | None = None,
) -> ListpackLayout:
    """Derive the image of the listpack holding ``values``.

    O(entries up to the window) when the owner knows ``total_bytes``, else O(entries).
    """
    start, stop = window.bounds(len(values))
    offset = HEADER_SIZE + sum(map(entry_size, values[:start]))
    entries = entries_at(values[start:stop], start, offset)
    offset += sum(entry.size for entry in entries)
    if total_bytes is None:
        total_bytes = offset + sum(map(entry_size, values[stop:])) + 1
    return ListpackLayout(total_bytes, len(values), start, entries)


def entries_at(values: Iterable[bytes], index: int, offset: int) -> tuple[ListpackEntry, ...]:
    """The images of entries that follow each other, the first of them at ``index`` and ``offset``
    of its listpack."""
    entries: list[ListpackEntry] = []
    for at, value in enumerate(values, index):
        name, prefix, text = _encode_prefix(value)
        backlen = encode_backlen(len(prefix) + len(text))
        integer = None if name.endswith("str") else int(value)
        entries.append(ListpackEntry(at, offset, name, prefix, text, backlen, value, integer))
        offset += len(prefix) + len(text) + len(backlen)
    return tuple(entries)


def check(values: Sequence[bytes], total_bytes: int | None = None) -> None:
    """Assert that sizes and images agree for ``values``."""
    blob = encode(values)
    assert len(blob) == total_size(values)
    assert total_bytes is None or total_bytes == len(blob)
    assert decode(blob) == list(values)
