"""An engine's keys as an RDB file, chunk by chunk.

What is written is a moment: an engine that stands still meanwhile (SAVE, or the child of a fork),
or an `Engine.snapshot`, beside which the engine goes on. Empty databases are left out. Keys, and
elements of tables, come in the order in which they were made, where redis writes them by bucket.
Redis 7.0, rdb.c: rdbSaveRio.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from struct import Struct, pack
from typing import Any

from tutor.engine.codec import INT8, INT16, INT32, STRING, write_length, write_string, write_value
from tutor.engine.config import Config
from tutor.engine.engine import Engine, Snapshot
from tutor.engine.memory.last_uses import LastUses, idle_seconds
from tutor.engine.memory.lfu import frequency
from tutor.engine.scripting.libraries import Library
from tutor.engine.structures.crc64 import crc64
from tutor.persistence.rdb import opcodes

SERVER_VERSION = b"7.0.15"
_BITS = 64
_PARTS = 6000
_BODIES = 1 << 16
_LONGEST_INTEGER = 11
_COMPRESS_ABOVE = 20
_NINE = ord("9")
_PREFIXES = tuple(bytes((size,)) for size in range(64))
_TYPE_STRING = bytes((STRING,))
_EXPIRY = Struct("<Bq").pack
_INT8, _INT16, _INT32 = Struct("<Bb").pack, Struct("<Bh").pack, Struct("<Bi").pack


@dataclass(frozen=True, slots=True)
class ReplInfo:
    """Where in a master's history the moment stands: what lets a restarted server go on with a
    partial resync. ``stream_db`` is the database that the stream has selected."""

    stream_db: int
    id: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class RdbInfo:
    """What a file says of itself: when it was made (Unix seconds), how much memory was in use,
    whether it is the base of an append-only file."""

    ctime: int
    used_memory: int
    aof_base: bool = False
    repl: ReplInfo | None = None


@dataclass(slots=True)
class _Moment:
    """What a file is made of. Databases are keys, expiries and last uses, by number."""

    databases: list[tuple[dict[bytes, Any], dict[bytes, int], LastUses]]
    libraries: Iterable[Library]
    config: Config
    now_ms: int


def _moment(source: Engine | Snapshot) -> _Moment:
    if isinstance(source, Engine):
        held = [(one.keys.data, one.expires.data, one.access) for one in source.databases]
        return _Moment(held, source.scripting.libraries.values(), source.config, source.now_ms)
    held = [(keys.data, expires.data, uses) for keys, expires, uses in source.databases]
    libraries = source.scripts.libraries.values()
    return _Moment(held, libraries, source.config, source.now_us // 1000)


def write_rdb(
    source: Engine | Snapshot, info: RdbInfo, *, compress: bool, checksum: bool
) -> Iterator[bytes]:
    """The file in chunks of some dozens of KiB, or of one value where that is longer.

    ``compress`` is rdbcompression; without ``checksum`` (rdbchecksum no) eight zeros stand for it.
    """
    crc = 0
    for chunk in _content(_moment(source), info, compress):
        if checksum:
            crc = crc64(chunk, crc)
        yield chunk
    yield pack("<Q", crc)


HEADER = b"%b%04d" % (opcodes.MAGIC, opcodes.VERSION)


def _content(moment: _Moment, info: RdbInfo, compress: bool) -> Iterator[bytes]:
    yield HEADER + b"".join(fields_in_front(info))
    for library in moment.libraries:
        yield write_library(library, compress)
    for number, (keys, expires, uses) in enumerate(moment.databases):
        if not keys:
            continue
        yield b"".join(database_head(number, len(keys), len(expires)))
        if moment.config.maxmemory_policy.endswith(("lru", "lfu")):
            yield from _used_pairs(moment, keys, expires, uses, compress)
        else:
            yield from write_pairs(keys, expires, compress)
    yield bytes((opcodes.END,))


def write_library(library: Library, compress: bool) -> bytes:
    """A library of functions."""
    return bytes((opcodes.FUNCTION,)) + write_string(library.code, compress)


def database_head(number: int, keys: int, expiries: int) -> tuple[bytes, bytes]:
    """Which database follows, and how many keys it has."""
    sizes = bytes((opcodes.SIZES,)) + write_length(keys) + write_length(expiries)
    return bytes((opcodes.SELECT,)) + write_length(number), sizes


def fields_in_front(info: RdbInfo) -> list[bytes]:
    """The fields in front, in redis's order."""
    fields: list[tuple[bytes, bytes | int]] = [
        (b"redis-ver", SERVER_VERSION),
        (b"redis-bits", _BITS),
        (b"ctime", info.ctime),
        (b"used-mem", info.used_memory),
    ]
    if info.repl is not None:
        fields += [
            (b"repl-stream-db", info.repl.stream_db),
            (b"repl-id", info.repl.id),
            (b"repl-offset", info.repl.offset),
        ]
    fields.append((b"aof-base", int(info.aof_base)))
    return [
        bytes((opcodes.AUX,))
        + write_string(name, compress=False)
        + write_string(value if isinstance(value, bytes) else b"%d" % value, compress=False)
        for name, value in fields
    ]


def _used_pairs(
    moment: _Moment,
    keys: dict[bytes, Any],
    expires: dict[bytes, int],
    uses: LastUses,
    compress: bool,
) -> Iterator[bytes]:
    """As `write_pairs`, under a policy that looks at when or how often keys were used: each pair
    has it in front, behind its expiry."""
    lfu = moment.config.maxmemory_policy.endswith("lfu")
    seconds = moment.now_ms // 1000
    parts: list[bytes] = []
    for key, value in keys.items():
        when = expires.get(key)
        if when is not None:
            parts.append(_EXPIRY(opcodes.EXPIRY_MS, when))
        if lfu:
            parts.append(bytes((opcodes.FREQUENCY, frequency(moment, uses.get(key)))))
        else:
            idle = idle_seconds(moment.now_ms, uses.get(key, seconds))
            parts.append(bytes((opcodes.IDLE,)) + write_length(idle))
        parts += write_pairs({key: value}, {}, compress)
        if len(parts) > _PARTS // 4:
            yield b"".join(parts)
            parts.clear()
    yield b"".join(parts)


def write_pairs(
    keys: dict[bytes, Any], expires: dict[bytes, int], compress: bool
) -> Iterator[bytes]:
    """Keys with their values and expiries. The loop over all keys of a server: what most keys and
    texts are is written here, without a call."""
    parts: list[bytes] = []
    put, prefixes = parts.append, _PREFIXES
    room = _BODIES
    for key, value in keys.items():
        if expires and key in expires:
            put(_EXPIRY(opcodes.EXPIRY_MS, expires[key]))
        kind = type(value)
        if kind is bytes or kind is int:
            put(_TYPE_STRING)
            body = b""
        else:
            code, body = write_value(value, compress, by_bucket=False)
            put(prefixes[code])
            room -= len(body)
        size = len(key)
        if _LONGEST_INTEGER < size <= _COMPRESS_ABOVE or (
            0 < size <= _LONGEST_INTEGER and key[0] > _NINE
        ):
            put(prefixes[size])
            put(key)
        else:
            put(write_string(key, compress))
        if kind is bytes:
            size = len(value)
            if _LONGEST_INTEGER < size <= _COMPRESS_ABOVE or (
                0 < size <= _LONGEST_INTEGER and value[0] > _NINE
            ):
                put(prefixes[size])
                put(value)
            else:
                body = write_string(value, compress)
                room -= len(body)
                put(body)
        elif kind is int:
            put(_integer(value))
        else:
            put(body)
        if len(parts) > _PARTS or room < 0:
            yield b"".join(parts)
            parts.clear()
            room = _BODIES
    yield b"".join(parts)


def _integer(value: int) -> bytes:
    """A string that is a number: in up to five bytes if it has 32 bits, else as text."""
    if -128 <= value < 128:
        return _INT8(INT8, value)
    if -32_768 <= value < 32_768:
        return _INT16(INT16, value)
    if -2_147_483_648 <= value < 2_147_483_648:
        return _INT32(INT32, value)
    return write_string(b"%d" % value)
