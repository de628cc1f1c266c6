"""A key of a server that is looked at from outside: its DUMP bytes, and what was asked beside them.

    payload = type byte | value | RDB version u16 LE | CRC64 u64 LE

The value is kept as that server holds it: a ziplist of 6.2 stays a ziplist, a listpack set of 7.2 a
listpack. What neither the bytes nor the answers tell is named in `Inspection.unknown`, never made
up: `UNKNOWABLE` has the words. RDB versions: 9 is Redis 5.0 to 6.2, 10 is 7.0, 11 is 7.2 (and
Valkey 8), 12 is 7.4 and 8.0, 13 is 8.6; those of other servers (Valkey 9 writes 80) are unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from tutor.engine.codec_reader import BadFormat, Reader
from tutor.engine.dumped.images import Look, derive
from tutor.engine.dumped.values import READERS, STREAM_PRODUCERS, Held, read_value
from tutor.engine.inspect import Filed, Inspection
from tutor.engine.structures.crc64 import crc64
from tutor.engine.structures.window import Window

__all__ = [
    "UNKNOWABLE",
    "DamagedDump",
    "Outside",
    "Unknowable",
    "UnknownDump",
    "inspect_dump",
]

Unknowable = Literal[
    "towers",  # heights of a skiplist's nodes, and with them its links and spans
    "buckets",  # which slot of a hash table an entry lies in
    "tables",  # how many slots a hash table has, and whether it is rehashing
    "spare",  # room behind the text of a raw string, and its header
    "header",  # which of two SDS headers a string has
    "fill",  # list-max-listpack-size of a list, which it keeps from its creation
    "depth",  # list-compress-depth of a list, likewise
    "compression",  # which inner nodes of a list are compressed
    "allocations",  # what the allocator makes of a size
    "refcount",  # whether an integer is shared
    "encoding",
    "memory",
    "ttl",
    "producers",  # what a stream remembers of idempotent producers
]
UNKNOWABLE: tuple[Unknowable, ...] = get_args(Unknowable)

OLDEST, NEWEST = 6, 13
_FOOTER = 10
FILED_MOST = 1 << 18
"""Bytes of a payload up to which it can be shown as it would stand in a file."""
_SINCE: Mapping[int, int] = {
    **dict.fromkeys(range(16, 20), 10),
    **dict.fromkeys((20, 21), 11),
    **dict.fromkeys(range(22, 26), 12),
    26: 13,
}
"""The RDB version in which a type came; the others are older than DUMP or than Redis 6.2."""

_ENCODINGS: Mapping[int, tuple[str, ...]] = {
    0: ("int", "embstr", "raw"),
    **dict.fromkeys((2, 4, 22, 24), ("hashtable",)),
    **dict.fromkeys((3, 5), ("skiplist",)),
    9: ("zipmap",),
    **dict.fromkeys((10, 12, 13), ("ziplist",)),
    11: ("intset",),
    14: ("quicklist",),
    **dict.fromkeys((15, 19, 21, 26), ("stream",)),
    **dict.fromkeys((16, 17, 20), ("listpack",)),
    18: ("quicklist", "listpack"),
    **dict.fromkeys((23, 25), ("listpackex",)),
}
"""What OBJECT ENCODING may say of a type."""


class UnknownDump(ValueError):
    """A payload of a version or a type that is not known here; ``kind`` is None if the version is
    the matter, and then nothing of the value was read."""

    def __init__(self, version: int, kind: int | None = None) -> None:
        what = f"RDB version {version}" if kind is None else f"type {kind} of RDB version {version}"
        super().__init__(f"unknown dump format: {what}")
        self.version = version
        self.kind = kind


class DamagedDump(ValueError):
    """The payload contradicts itself or what was said of it; the message says how."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What a server said of a key beside DUMP: an answer to each question, None or "" where it did
    not answer. A key without expiry has no ``ttl_ms`` either: ``refused`` names what is unknown.

    ``allocator`` is INFO's mem_allocator; the last three are the texts of DEBUG OBJECT, SDSLEN and
    HTSTATS-KEY.
    """

    key: bytes
    db: int = 0
    encoding: str = ""
    ttl_ms: int | None = None
    memory: int | None = None
    refcount: int | None = None
    server: str = "redis"
    version: str = ""
    allocator: str = ""
    object_text: str = ""
    sdslen_text: str = ""
    table_text: str = ""
    refused: frozenset[str] = frozenset()


def inspect_dump(
    payload: bytes,
    facts: Outside,
    window: Window = Window(),  # noqa: B008 - frozen
) -> Inspection:
    """The image of a window of the value in ``payload``, the reply of DUMP. O(payload); another
    window of it (`Inspection.at`) is derived from what was read.

    Raises `UnknownDump` for a newer or foreign format, `DamagedDump` for a damaged one.
    """
    version, kind = _opened(payload)
    held = _read(payload, kind)
    if facts.encoding and not _agrees(payload, facts.encoding):
        told = f"OBJECT ENCODING says {facts.encoding}"
        raise DamagedDump(f"{told}, the dump holds type {kind}: {held.encoding or held.type}")
    unknown = {"ttl"} & facts.refused
    if facts.memory is None:
        unknown |= {"memory"}
    if kind == STREAM_PRODUCERS:
        unknown |= {"producers"}
    names = " ".join(word for word in (facts.server, facts.version) if word)
    source = f"{names}, RDB {version}" if names else f"RDB {version}"

    filed = None
    if len(payload) <= FILED_MOST:
        filed = Filed(image=payload[:-_FOOTER], dumped=True)

    def at(look: Look) -> Inspection:
        image = derive(held, facts, look)
        return Inspection(
            db=facts.db,
            key=facts.key,
            type=held.type,
            encoding=image.encoding,
            length=image.length,
            memory=facts.memory or 0,
            ttl_ms=facts.ttl_ms,
            window=look.window,
            items_total=image.items_total,
            layout=image.layout,
            table=image.table,
            allocator=image.allocator,
            source=source,
            unknown=image.unknown | unknown,
            value=image.value,
            filed=filed,
            other=lambda window: at(Look(window, ends=False)),
        )

    try:
        return at(Look(window))
    except BadFormat as error:
        raise DamagedDump(str(error)) from error


def _agrees(payload: bytes, encoding: str) -> bool:
    """Whether what OBJECT ENCODING said can be said of the value in ``payload``. If not, the key
    changed between the two questions."""
    return encoding in _ENCODINGS[payload[0]]


def _opened(payload: bytes) -> tuple[int, int]:
    """Version and type of a payload, known ones, whose checksum is right."""
    if len(payload) < _FOOTER + 2:
        raise DamagedDump(f"{len(payload)} bytes are too few for a dump")
    version = int.from_bytes(payload[-_FOOTER:-8], "little")
    if not OLDEST <= version <= NEWEST:
        raise UnknownDump(version)
    if crc64(payload[:-8]) != int.from_bytes(payload[-8:], "little"):
        raise DamagedDump("the checksum is wrong")
    kind = payload[0]
    if kind not in READERS or version < _SINCE.get(kind, OLDEST):
        raise UnknownDump(version, kind)
    return version, kind


def _read(payload: bytes, kind: int) -> Held:
    reader = Reader(payload[:-_FOOTER], 1)
    try:
        held = read_value(kind, reader)
    except BadFormat as error:
        raise DamagedDump(str(error)) from error
    left = len(reader.blob) - reader.position
    if left:
        raise DamagedDump(f"{left} bytes stand behind the value")
    return held
