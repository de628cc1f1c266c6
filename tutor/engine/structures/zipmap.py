"""Zipmap: the small hash of Redis 2.0 to 2.4, kept for old dumps and for comparison.

    | count u8 | length | field | length | free u8 | value | unused | ... | 0xFF |

A count of 254 means "walk it". A length takes one byte up to 253, else FE and u32 LE. ``free``
tells how many bytes behind the value are unused since it was replaced by a shorter one. Everything
is text, integers too, and lookup is a linear scan. Redis 7.0 turns every zipmap it loads into a
listpack (redis 2.4, zipmap.c).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from struct import pack

from .window import Window

END = 0xFF
COUNT_UNKNOWN = 254
_LONG = 0xFE


# writing


def encode(pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The zipmap into which ``pairs`` were put one by one, each once."""
    parts: list[bytes] = []
    count = 0
    for field, value in pairs:
        parts += [_encode_length(len(field)), field, _encode_length(len(value)), b"\0", value]
        count += 1
    return bytes((min(count, COUNT_UNKNOWN),)) + b"".join(parts) + b"\xff"


def _encode_length(length: int) -> bytes:
    return bytes((length,)) if length < _LONG else pack("<BI", _LONG, length)


# reading


@dataclass(frozen=True, slots=True)
class ZipmapText:
    """A field, or a value with its ``free`` byte and the ``unused`` bytes behind it."""

    index: int
    offset: int
    length: bytes
    free: bytes
    value: bytes
    unused: bytes

    @property
    def size(self) -> int:
        """Bytes of all of it."""
        return len(self.length) + len(self.free) + len(self.value) + len(self.unused)


@dataclass(frozen=True, slots=True)
class ZipmapLayout:
    """The memory image of a zipmap; ``count`` and ``start`` are of texts, fields and values alike,
    and ``entries`` those of a window, and perhaps the last ones."""

    total_bytes: int
    count: int
    start: int
    entries: tuple[ZipmapText, ...]

    @property
    def header(self) -> bytes:
        """The byte that counts the pairs."""
        return bytes((min(self.count // 2, COUNT_UNKNOWN),))


def decode(blob: bytes) -> list[tuple[bytes, bytes]]:
    """The pairs of a zipmap; ValueError naming the offset if it is damaged or empty."""
    texts = [text.value for text in texts_of(blob)]
    return list(zip(texts[::2], texts[1::2], strict=True))


def layout(
    blob: bytes,
    window: Window = Window(),  # noqa: B008 - frozen
    last: int = 0,
) -> ZipmapLayout:
    """The image of a zipmap with the texts of ``window`` and the ``last`` ones. O(bytes)."""
    texts = texts_of(blob)
    start, stop = window.bounds(len(texts))
    shown = texts[start:stop] + texts[max(stop, len(texts) - last) :]
    return ZipmapLayout(len(blob), len(texts), start, tuple(shown))


def layout_of(texts: Sequence[bytes], shown: Iterable[int]) -> ZipmapLayout:
    """The image of the zipmap holding ``texts``, field, value, field, value …, with those of the
    indexes ``shown``. O(texts), but only what is shown is encoded."""
    heads = (1 if len(text) < _LONG else 5 for text in texts)
    sizes = (head + at % 2 + len(texts[at]) for at, head in enumerate(heads))
    offsets = list(accumulate(sizes, initial=1))
    entries = tuple(
        ZipmapText(
            index=index,
            offset=offsets[index],
            length=_encode_length(len(texts[index])),
            free=bytes(index % 2),
            value=texts[index],
            unused=b"",
        )
        for index in shown
    )
    start = entries[0].index if entries else 0
    return ZipmapLayout(offsets[-1] + 1, len(texts), start, entries)


def texts_of(blob: bytes) -> list[ZipmapText]:
    """Fields and values in turn; ValueError naming the offset if it is damaged or empty."""
    if len(blob) < 2 or blob[-1] != END:
        raise ValueError("zipmap: no room for header and terminator")
    texts: list[ZipmapText] = []
    position, last = 1, len(blob) - 1
    while position < last or len(texts) % 2:
        text = _text(blob, position, len(texts))
        texts.append(text)
        position += text.size
    if position != last:
        raise ValueError(f"zipmap: it ends at offset {position}, not {last}")
    if not texts:
        raise ValueError("zipmap: empty")
    pairs = len(texts) // 2
    if blob[0] not in (COUNT_UNKNOWN, pairs):
        raise ValueError(f"zipmap: header counts {blob[0]} pairs, there are {pairs}")
    return texts


def _text(blob: bytes, position: int, index: int) -> ZipmapText:
    """The text at ``position``; those with an odd index are values."""
    length, head = blob[position] if position < len(blob) else END, 1
    if length == END:
        raise ValueError(f"zipmap: a length is missing at offset {position}")
    if length == _LONG:
        length, head = int.from_bytes(blob[position + 1 : position + 5], "little"), 5
    middle = position + head
    start = middle + index % 2
    if start + length > len(blob) - 1:
        raise ValueError(f"zipmap: text at offset {position} runs past the end")
    stop = start + length
    free = blob[middle:start]
    return ZipmapText(
        index=index,
        offset=position,
        length=blob[position:middle],
        free=free,
        value=blob[start:stop],
        unused=blob[stop : stop + (free[0] if free else 0)],
    )
