"""What stands between the header and the checksum of an RDB file: opcodes and pairs.

`Content.take` reads as many whole items as there are, `take_long` one that is longer than what is
here. Most items are short keys with short texts: those are read without a call; the rest goes
through `tutor.engine.codec_reader`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tutor.engine.codec import INT8, INT16, INT32, LZF, SET_LISTPACK, STREAM, STREAM_ACTIVE, STRING
from tutor.engine.codec_reader import (
    BadFormat,
    CutShort,
    EmptyValue,
    Reader,
    load_newer_value,
    load_value,
)
from tutor.engine.engine import Engine
from tutor.engine.memory.last_uses import RECENT, LastUses, used_before
from tutor.engine.memory.lfu import is_lfu, stamp
from tutor.engine.structures import lzf
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.values import Value
from tutor.persistence.rdb import opcodes
from tutor.persistence.rdb.damage import DamagedRdb, Fault
from tutor.persistence.rdb.intake import Intake, Puller

_SHORT = 160
"""More than a pair of the short kind takes: where fewer bytes are left, each byte is asked for."""

_MODULES = (6, 7)
_UNUSED = 8
_EXPIRING_FIELDS = range(22, 26)
_LAST_TYPE = 26
_MODULE_NAME = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class _Database:
    """Keys on their way into a database; the sizes are what the file announces."""

    __slots__ = ("announced", "expires", "keys", "uses")

    def __init__(self) -> None:
        self.keys: dict[bytes, Any] = {}
        self.expires: dict[bytes, int] = {}
        self.uses = LastUses()
        self.announced = 0, 0


class Content:
    """The items of a file so far. ``keys`` counts those that were read, ``expired`` those of them
    that were dropped; ``open_key`` is the key at whose value the bytes ended, if they did."""

    def __init__(self, engine: Engine, version: int, keep_expired: bool) -> None:
        self.engine = engine
        self.version = version
        self.ended = False
        self.db = 0
        self.keys = self.expired = self.empty = 0
        self.aux: dict[bytes, bytes] = {}
        self.libraries: list[tuple[int, bytes]] = []
        self.open_key: bytes | None = None
        self._value_at = 0
        self._now_ms = engine.clock.now_us() // 1000
        self._alive_ms = -(1 << 63) if keep_expired else self._now_ms
        self._lfu = is_lfu(engine.config.maxmemory_policy)
        self._databases: dict[int, _Database] = {}
        self._base = 0  # where in the file the present bytes begin
        self._open(0)

    def _open(self, number: int) -> None:
        self.db = number
        self._present = self._databases.setdefault(number, _Database())

    def take(self, intake: Intake) -> None:
        """Read the whole items that are here. Raises `DamagedRdb`."""
        reader = Reader(intake.buffer, intake.position)
        with self._reading(intake):
            while not self.ended:
                intake.position = self._short_pairs(reader.blob, intake.position)
                reader.position = intake.position
                self._item(reader)
                intake.position = reader.position

    def take_long(self, intake: Intake) -> None:
        """Read one item, and what of it is still to come. Raises `DamagedRdb`."""
        reader = Puller(intake)
        with self._reading(intake):
            self._item(reader)
            intake.position = reader.position

    @contextmanager
    def _reading(self, intake: Intake) -> Iterator[None]:
        """Where the bytes end inside the block, the block ends; the item that was begun stays to be
        read."""
        self._base = intake.base
        self.open_key = None
        try:
            yield
        except CutShort:
            pass
        except BadFormat as error:
            begins = intake.position if self.open_key is None else self._value_at
            place = begins if error.at is None else error.at
            found = error.what
            raise self._damage("value", place, found=found, key=self.open_key) from error

    def _short_pairs(self, buffer: bytes, at: int) -> int:
        """Texts under short keys, with or without an expiry: as many as come."""
        limit = len(buffer)
        safe = limit - _SHORT
        keys, expires = self._present.keys, self._present.expires
        alive_ms = self._alive_ms
        before = len(keys)
        expired = 0
        while at < safe:
            kind = buffer[at]
            when = None
            place = at + 1
            if kind == opcodes.EXPIRY_MS:
                when = int.from_bytes(buffer[place : at + 9], "little", signed=True)
                kind = buffer[at + 9]
                place = at + 10
            size = buffer[place]
            if kind or size > 63:
                break
            place += 1
            end = place + size
            key = buffer[place:end]
            size = buffer[end]
            value: bytes | int
            if size < 64:
                place = end + 1
                end = place + size
                value = buffer[place:end]
            elif size < 128:
                place = end + 2
                end = place + ((size & 63) << 8 | buffer[end + 1])
                if end > limit:
                    break
                value = buffer[place:end]
            elif size == INT8:
                end += 2
                value = buffer[end - 1]
                if value > 127:
                    value -= 256
            elif size == INT16:
                end += 3
                value = int.from_bytes(buffer[end - 2 : end], "little", signed=True)
            elif size == INT32:
                end += 5
                value = int.from_bytes(buffer[end - 4 : end], "little", signed=True)
            elif size == LZF:
                found = _squeezed(buffer, end + 1, limit)
                if found is None:
                    break
                value, end = found
            else:
                break
            if key in keys:
                break
            at = end
            if when is None:
                keys[key] = value
            elif when >= alive_ms:
                keys[key] = value
                expires[key] = when
            else:
                expired += 1
        self.keys += len(keys) - before + expired
        self.expired += expired
        return at

    def _item(self, reader: Reader) -> None:
        """One opcode with what belongs to it, or one pair."""
        start = reader.position
        code = reader.take(1)[0]
        if code == opcodes.END:
            self.ended = True
        elif code == opcodes.SELECT:
            self._select(start, reader.length())
        elif code == opcodes.SIZES:
            self._present.announced = reader.length(), reader.length()
        elif code == opcodes.AUX:
            name = reader.string()
            self.aux[name] = reader.string()
        elif code == opcodes.FUNCTION:
            self.libraries.append((self._base + start, reader.string()))
        elif code == opcodes.SLOT_INFO and self.version >= 12:
            for _ in range(3):
                reader.length()
        elif code == opcodes.MODULE_AUX:
            raise self._damage("module", start, found=_module(reader.length()))
        elif code == opcodes.OLD_FUNCTION:
            raise self._damage("function", start, found="a library of a release candidate of 7.0")
        else:
            reader.position = start
            self._pair(reader)

    def _select(self, start: int, number: int) -> None:
        most = len(self.engine.databases)
        if number >= most:
            raise self._damage(
                "database", start, expected=f"a number below {most}", found=str(number)
            )
        self._open(number)

    def _pair(self, reader: Reader) -> None:
        """A pair of any kind, with what may stand before it."""
        when: int | None = None
        idle = frequency = -1
        while True:
            start = reader.position
            kind = reader.take(1)[0]
            if kind == opcodes.EXPIRY_MS:
                when = int.from_bytes(reader.take(8), "little", signed=True)
            elif kind == opcodes.EXPIRY_S:
                when = int.from_bytes(reader.take(4), "little", signed=True) * 1000
            elif kind == opcodes.IDLE:
                idle = reader.length()
            elif kind == opcodes.FREQUENCY:
                frequency = reader.take(1)[0]
            elif kind <= _LAST_TYPE:
                break
            else:
                raise self._damage(
                    "opcode", start, expected="an opcode or a type", found=f"{kind:#04x}"
                )
        key = reader.string()
        self.open_key, self._value_at = key, reader.position
        value = self._value(kind, reader, start, key)
        self.open_key = None
        self.keys += value is not None
        if value is None:
            self.empty += 1
        elif when is not None and when < self._alive_ms:
            self.expired += 1
        else:
            self._keep(key, value, when, start)
            self._remember_use(key, idle, frequency)

    def _value(self, kind: int, reader: Reader, start: int, key: bytes) -> Value | None:
        """A value; None if it has no elements and so no right to a key."""
        if kind == STRING:
            return reader.string()
        if kind in _MODULES:
            found = _module(reader.length())
            raise self._damage("module", start, found=found, key=key)
        if kind in _EXPIRING_FIELDS:
            raise self._damage("field-expiry", start, found=f"type {kind}", key=key)
        newer = kind in (SET_LISTPACK, STREAM_ACTIVE)
        if kind == _UNUSED or (kind > STREAM and not newer):
            raise self._damage("newer-type", start, found=f"type {kind}", key=key)
        try:
            value = (load_newer_value if newer else load_value)(self.engine, kind, reader)
        except EmptyValue:
            return None
        if not isinstance(value, (bytes, int)):
            value.epoch = self.engine.epoch
        return value

    def _keep(self, key: bytes, value: Value, when: int | None, start: int) -> None:
        present = self._present
        if key in present.keys:
            raise self._damage("duplicate", start, key=key)
        present.keys[key] = value
        if when is not None:
            present.expires[key] = when

    def _remember_use(self, key: bytes, idle: int, frequency: int) -> None:
        """What the file says of a key's uses, if the policy in force looks at it."""
        uses = self._present.uses
        if self._lfu and frequency >= 0:
            uses.recent[key] = stamp(self.engine, frequency)
        elif not self._lfu and idle >= 0:
            uses.recent[key] = used_before(self._now_ms, idle)
        if len(uses.recent) > RECENT:
            uses.settle()

    # what is there in the end

    def database(self, number: int) -> tuple[HashTable, HashTable, LastUses]:
        """Keys, expiries and uses of a database, in tables of the size that was announced."""
        held = self._databases.get(number) or _Database()
        keys, expires = (
            _table(self.engine.hash_seed, contents, announced)
            for contents, announced in zip((held.keys, held.expires), held.announced, strict=True)
        )
        held.uses.base = stamp(self.engine) if self._lfu else self._now_ms // 1000
        return keys, expires, held.uses

    # what is wrong

    def _damage(
        self,
        fault: Fault,
        at: int,
        *,
        expected: str = "",
        found: str = "",
        key: bytes | None = None,
    ) -> DamagedRdb:
        offset = self._base + at
        return DamagedRdb(fault, offset, expected=expected, found=found, key=key, db=self.db)


def _squeezed(buffer: bytes, at: int, limit: int) -> tuple[bytes, int] | None:
    """A compressed text whose two lengths stand at ``at``, and where it ends; None if it is not
    there to its end, or not of the usual kind, or damaged."""
    sizes = [0, 0]
    for which in (0, 1):
        first = buffer[at]
        if first < 64:
            sizes[which] = first
            at += 1
        elif first < 128:
            sizes[which] = (first & 63) << 8 | buffer[at + 1]
            at += 2
        else:
            return None
    end = at + sizes[0]
    if end > limit:
        return None
    try:
        return lzf.decompress(buffer[at:end], sizes[1]), end
    except ValueError:
        return None


def _table(seed: bytes, contents: dict[bytes, Any], announced: int) -> HashTable:
    """A table that holds these; as large as announced, if that is no more than can be true."""
    table = HashTable(seed)
    count = len(contents)
    if contents:
        table.expand(announced if count <= announced <= 2 * count + 16 else count)
    table.data = contents
    return table


def _module(identity: int) -> str:
    """A module's name: nine signs of six bits, then ten bits of its version (redis 7.0,
    module.c: moduleTypeNameByID)."""
    signs = [_MODULE_NAME[identity >> 10 + 6 * place & 63] for place in range(8, -1, -1)]
    return "".join(signs)
