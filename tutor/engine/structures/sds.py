"""Strings: the SDS header kinds, and the three native forms a string value takes in the keyspace.

    header kind  5   |flags|                        1 byte   length in the upper 5 bits, no alloc
    header kind  8   |len:1|alloc:1|flags|          3 bytes
    header kind 16   |len:2|alloc:2|flags|          5 bytes
    header kind 32   |len:4|alloc:4|flags|          9 bytes
    header kind 64   |len:8|alloc:8|flags|         17 bytes
                     followed by the text, the spare bytes and a NUL

    int      |robj 16: the pointer itself is the integer|
    embstr   |robj 16|len|alloc|flags|text|NUL|                     one block, at most 44 bytes
    raw      |robj 16| --> |header|text ......|spare ......|NUL|    two blocks

Native forms: ``bytes`` is what ``SET`` would store and its encoding follows from the contents;
``int`` is an integer the engine computed (``INCR``); ``Sds`` is a string with a history that its
contents cannot tell: spare room won by growing, a raw header on a short text, an embstr of digits.

Invariants: ``len(data) <= alloc``; a kind-5 string has no spare; the block taken from the allocator
is ``size_class(header + alloc + 1)``. Appending is amortised O(added bytes).
Constants: redis 7.0, sds.h (header kinds), sds.c (growth, 1 MiB preallocation), object.c (44, 20).
"""

from __future__ import annotations

from dataclasses import dataclass

from .allocator import size_class
from .trace import Trace, births
from .window import Window

HEADER_SIZES = {5: 1, 8: 3, 16: 5, 32: 9, 64: 17}
MAX_LENGTHS = {5: 31, 8: 255, 16: 65_535, 32: 2**32 - 1, 64: 2**64 - 1}
FLAG_BITS = {5: 0, 8: 1, 16: 2, 32: 3, 64: 4}
MAX_PREALLOCATION = 1024 * 1024
ROBJ_SIZE = 16
BIG_ARGUMENT = 32 * 1024
EMBSTR_LIMIT = 44
SHARED_INTEGERS = 10_000
INT64_MAX = 2**63 - 1
INT64_MIN = -(2**63)
_LONGEST_INTEGER = 20


def header_type(length: int) -> int:
    """The header kind a new string of ``length`` bytes gets (5, 8, 16, 32 or 64).

    An empty string gets kind 8: it is expected to grow.
    """
    if 0 < length < 32:
        return 5
    if length < 256:
        return 8
    if length < 65_536:
        return 16
    return 32 if length < 2**32 else 64


def header_size(kind: int) -> int:
    """Bytes of a header of that kind."""
    return HEADER_SIZES[kind]


def header_name(kind: int) -> str:
    """The C name of a header kind, as the documentation of Redis has it."""
    return f"sdshdr{kind}"


def header_image(kind: int, length: int, alloc: int) -> bytes:
    """The header as it lies in memory (little-endian)."""
    if kind == 5:
        return bytes([length << 3])
    width = kind // 8
    fields = length.to_bytes(width, "little") + alloc.to_bytes(width, "little")
    return fields + bytes([FLAG_BITS[kind]])


def parse_integer(text: bytes) -> int | None:
    """The signed 64-bit integer ``text`` is the canonical decimal form of, or None.

    No plus sign, no leading zeros, no spaces, no ``-0`` (redis 7.0, util.c string2ll).
    """
    size = len(text)
    if not 0 < size <= _LONGEST_INTEGER:
        return None
    first = text[0]
    if 48 < first < 58:
        if not text.isdigit():
            return None
        value = int(text)
        return value if value <= INT64_MAX else None
    if first == 48:
        return 0 if size == 1 else None
    if first != 45 or size == 1 or text[1] == 48 or not text[1:].isdigit():
        return None
    value = int(text)
    return value if value >= INT64_MIN else None


def _slack_alloc(request: int, kind: int, allocator: str) -> int:
    """The alloc field after a block was taken for ``request`` bytes of text: slack included."""
    if kind == 5:
        return request
    header = HEADER_SIZES[kind]
    return min(size_class(header + request + 1, allocator) - header - 1, MAX_LENGTHS[kind])


def _set_shape(length: int, allocator: str) -> tuple[int, int]:
    """Header kind and alloc of a raw string as ``SET`` leaves it.

    Over a tenth of spare room is cut off. An argument of 32 KiB and more is not copied: the string
    is the query buffer it arrived in, made with room for the line's end (networking.c), if the
    client waited for the reply to its last command and that one was not bigger.
    """
    request = length + 2 if length >= BIG_ARGUMENT else length
    kind = header_type(request)
    alloc = _slack_alloc(request, kind, allocator)
    return kind, length if alloc - length > length // 10 else alloc


class Sds:
    """A string value whose memory cannot be derived from its contents alone.

    ``data`` is the text, ``alloc`` the room for text in its block, ``kind`` the header kind,
    ``encoding`` ``"raw"`` or ``"embstr"``; ``epoch`` belongs to the database (copy on write).
    """

    __slots__ = ("alloc", "data", "encoding", "epoch", "kind", "trace")

    def __init__(self, data: bytearray, alloc: int, kind: int, encoding: str = "raw") -> None:
        self.data = data
        self.alloc = alloc
        self.kind = kind
        self.encoding = encoding
        self.epoch = 0
        self.trace: Trace | None = None
        if births.onlooker is not None:
            births.onlooker(self)

    @classmethod
    def fresh(cls, data: bytes | bytearray, allocator: str = "debian") -> Sds:
        """A raw string made in one go (SETRANGE, SETBIT, BITOP, PFADD on a missing key)."""
        kind = header_type(len(data))
        return cls(bytearray(data), _slack_alloc(len(data), kind, allocator), kind)

    @classmethod
    def embstr(cls, data: bytes) -> Sds:
        """Text kept embedded though ``SET`` would encode it otherwise (INCRBYFLOAT giving 12)."""
        if len(data) > EMBSTR_LIMIT:
            raise ValueError(f"an embstr holds at most {EMBSTR_LIMIT} bytes, not {len(data)}")
        return cls(bytearray(data), len(data), 8, "embstr")

    @classmethod
    def from_value(cls, value: bytes | int | Sds, allocator: str = "debian") -> Sds:
        """The raw string APPEND, SETRANGE or SETBIT write into.

        Int and embstr values are decoded into a new exact string; a raw ``bytes`` value is the
        string ``SET`` stored; a raw ``Sds`` is returned itself.
        """
        if isinstance(value, Sds):
            return value if value.encoding == "raw" else cls.fresh(value.data, allocator)
        text = b"%d" % value if isinstance(value, int) else value
        encoding = encoding_of(value)
        if encoding != "raw":
            made = cls.fresh(text, allocator)
            if made.trace is not None:
                made.trace("raw", before=encoding)
            return made
        kind, alloc = _set_shape(len(text), allocator)
        return cls(bytearray(text), alloc, kind)

    @classmethod
    def copy_of(cls, value: bytes | Sds, allocator: str = "debian") -> Sds:
        """The raw string COPY makes of a raw one: same text, spare room not copied."""
        return cls.fresh(value.data if isinstance(value, Sds) else value, allocator)

    def __len__(self) -> int:
        return len(self.data)

    def __bytes__(self) -> bytes:
        return bytes(self.data)

    def append(self, data: bytes, allocator: str = "debian") -> None:
        """Add ``data`` at the end, growing greedily."""
        if len(self.data) + len(data) > self.alloc:
            self._grow(len(self.data) + len(data), allocator)
        self.data += data
        if self.trace is not None:
            self.trace("write", start=len(self.data) - len(data), stop=len(self.data))

    def write_at(self, offset: int, data: bytes, allocator: str = "debian") -> None:
        """Overwrite from ``offset`` on; a gap beyond the end is filled with zero bytes."""
        text = self.data
        end = offset + len(data)
        size = len(text)
        if end > size:
            if end > self.alloc:
                self._grow(end, allocator)
            if offset > size:
                text.extend(bytes(offset - size))
        text[offset:end] = data
        if self.trace is not None:
            self.trace("write", start=offset, stop=end, gap=max(offset - size, 0))

    def reserve(self, size: int, allocator: str = "debian") -> None:
        """Make room for ``size`` more bytes, growing greedily; the text stays as it is."""
        if len(self.data) + size > self.alloc:
            self._grow(len(self.data) + size, allocator)

    def _grow(self, length: int, allocator: str) -> None:
        """Make room for ``length`` bytes: twice that below 1 MiB, else 1 MiB more."""
        request = length * 2 if length < MAX_PREALLOCATION else length + MAX_PREALLOCATION
        kind = header_type(request)
        if kind == 5:
            kind = 8
        before = self.alloc
        self.kind = kind
        self.alloc = _slack_alloc(request, kind, allocator)
        if self.trace is not None:
            self.trace("grow", before=before, length=length, request=request, alloc=self.alloc)

    def resize(self, size: int) -> None:
        """Give the text room for exactly ``size`` bytes, cutting it if it is longer."""
        if size == self.alloc:
            return
        if size < len(self.data):
            del self.data[size:]
        kind = max(header_type(size), 8)
        if not (self.kind > kind > 8):
            self.kind = kind
        self.alloc = size

    def clone(self) -> Sds:
        """An independent copy with the same memory."""
        return Sds(self.data.copy(), self.alloc, self.kind, self.encoding)

    def check(self) -> None:
        """Assert the invariants."""
        length = len(self.data)
        assert length <= self.alloc <= MAX_LENGTHS[self.kind]
        assert self.kind != 5 or self.alloc == length
        assert self.encoding in ("raw", "embstr")
        assert self.encoding == "raw" or (self.kind == 8 and length <= EMBSTR_LIMIT)


def encoding_of(value: bytes | int | Sds) -> str:
    """``int``, ``embstr`` or ``raw``, as OBJECT ENCODING says."""
    if isinstance(value, bytes):
        if len(value) > EMBSTR_LIMIT:
            return "raw"
        return "embstr" if parse_integer(value) is None else "int"
    return "int" if isinstance(value, int) else value.encoding


@dataclass(frozen=True, slots=True)
class SdsFigures:
    """What DEBUG SDSLEN says of one SDS: length, spare bytes, bytes of its block."""

    length: int
    avail: int
    zmalloc: int


@dataclass(frozen=True, slots=True)
class StringLayout:
    """The memory image of a string value.

    ``allocation`` is the block that holds the text (an embstr's includes its object), 0 for an
    int; ``memory`` is everything the value takes. ``preview`` is the text inside the window.
    """

    encoding: str
    length: int
    preview: bytes
    preview_start: int
    alloc: int
    free: int
    header: str
    header_size: int
    header_bytes: bytes
    integer: int | None
    shared: bool
    allocation: int
    memory: int


def _shape(value: bytes | Sds, encoding: str, allocator: str) -> tuple[int, int]:
    """Header kind and alloc of a value that is not an int."""
    if isinstance(value, Sds):
        return value.kind, value.alloc
    if encoding == "embstr":
        return 8, len(value)
    return _set_shape(len(value), allocator)


def _integer_layout(text: bytes, window: Window) -> StringLayout:
    start, stop = window.bounds(len(text))
    integer = int(text)
    return StringLayout(
        encoding="int",
        length=len(text),
        preview=text[start:stop],
        preview_start=start,
        alloc=0,
        free=0,
        header="",
        header_size=0,
        header_bytes=b"",
        integer=integer,
        shared=0 <= integer < SHARED_INTEGERS,
        allocation=0,
        memory=ROBJ_SIZE,
    )


def string_layout(
    value: bytes | int | Sds,
    *,
    allocator: str = "debian",
    window: Window = Window(),  # noqa: B008 - frozen
) -> StringLayout:
    """Derive the memory image of a string value. O(window)."""
    encoding = encoding_of(value)
    if encoding == "int":
        text = b"%d" % value if isinstance(value, int) else bytes(value)
        return _integer_layout(text, window)
    assert not isinstance(value, int)
    content = value.data if isinstance(value, Sds) else value
    length = len(content)
    start, stop = window.bounds(length)
    kind, alloc = _shape(value, encoding, allocator)
    header = HEADER_SIZES[kind]
    embedded = ROBJ_SIZE if encoding == "embstr" else 0
    allocation = size_class(embedded + header + alloc + 1, allocator)
    return StringLayout(
        encoding=encoding,
        length=length,
        preview=bytes(content[start:stop]),
        preview_start=start,
        alloc=alloc,
        free=alloc - length,
        header=header_name(kind),
        header_size=header,
        header_bytes=header_image(kind, length, alloc),
        integer=None,
        shared=False,
        allocation=allocation,
        memory=allocation if embedded else ROBJ_SIZE + allocation,
    )


def string_memory(value: bytes | int | Sds, allocator: str = "debian") -> int:
    """Bytes a string value takes: its object and its text."""
    encoding = encoding_of(value)
    if encoding == "int":
        return ROBJ_SIZE
    assert not isinstance(value, int)
    kind, alloc = _shape(value, encoding, allocator)
    request = HEADER_SIZES[kind] + alloc + 1
    if encoding == "embstr":
        return size_class(ROBJ_SIZE + request, allocator)
    return ROBJ_SIZE + size_class(request, allocator)


def sds_memory(length: int, allocator: str = "debian") -> int:
    """Bytes of the block of a new SDS of ``length`` bytes (a set member, a hash field)."""
    return size_class(HEADER_SIZES[header_type(length)] + length + 1, allocator)


def key_memory(key: bytes, allocator: str = "debian") -> int:
    """Bytes of the block of a key's name."""
    return sds_memory(len(key), allocator)


def key_sdslen(key: bytes, allocator: str = "debian") -> SdsFigures:
    """DEBUG SDSLEN's figures for a key's name."""
    length = len(key)
    alloc = _slack_alloc(length, header_type(length), allocator)
    return SdsFigures(length, alloc - length, key_memory(key, allocator))


def sdslen(value: bytes | int | Sds, allocator: str = "debian") -> SdsFigures | None:
    """DEBUG SDSLEN's figures for a value; None for an int, which has no SDS."""
    encoding = encoding_of(value)
    if encoding == "int":
        return None
    assert not isinstance(value, int)
    kind, alloc = _shape(value, encoding, allocator)
    request = HEADER_SIZES[kind] + alloc + 1
    if encoding == "embstr":
        block = size_class(ROBJ_SIZE + request, allocator) - ROBJ_SIZE
    else:
        block = size_class(request, allocator)
    return SdsFigures(len(value), alloc - len(value), block)
