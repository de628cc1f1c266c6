"""What a call has left on a server: the key as it is named there, and its bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tutor.engine.engine import Engine
from tutor.engine.inspect import Inspection, inspect
from tutor.engine.structures.sds import Sds
from tutor.engine.structures.window import Window
from tutor.network.django.fleet import Fleet
from tutor.network.django.memory import MemoryFleet
from tutor.network.django.wirelog import Exchange

Form = Literal["int", "pickle", "json", "bytes", "structure"]

_KEYED = frozenset(
    b"SET GET DEL EXISTS INCRBY DECRBY EXPIRE PERSIST MGET MSET LPUSH RPUSH LPOP RPOP LLEN LRANGE "
    b"TTL PTTL TYPE STRLEN HSET HGET HGETALL HMGET SADD SMEMBERS ZADD ZRANGE ZREVRANGE ZSCORE "
    b"INCR DECR SETEX APPEND".split()
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A key of a server. ``data`` are the value's bytes if it is a string (else b""); ``form`` how
    the value is written; ``protocol`` of a pickle (0: unknown); ``ttl_ms`` None without expiry;
    ``memory`` is MEMORY USAGE in bytes; ``inspection`` is for the X-ray."""

    server: str
    db: int
    key: bytes
    type: str
    encoding: str
    data: bytes
    form: Form
    protocol: int
    ttl_ms: int | None
    memory: int
    inspection: Inspection

    def same_as(self, other: Stored) -> bool:
        """Whether another server holds the same value under this key (its age may differ)."""
        mine = (self.db, self.key, self.type, self.data, self.inspection.length)
        theirs = (other.db, other.key, other.type, other.data, other.inspection.length)
        return mine == theirs


def form_of(data: bytes) -> tuple[Form, int]:
    """How a string value is written, by its bytes alone, and the pickle's protocol."""
    if re.fullmatch(rb"-?\d+", data):
        return "int", 0
    if len(data) >= 3 and data[:1] == b"\x80" and data[-1:] == b".":
        return "pickle", data[1]
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "bytes", 0
    import json

    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return "bytes", 0
    return "json", 0


def look(
    fleet: Fleet | MemoryFleet,
    server: str,
    db: int,
    key: bytes,
    window: Window = Window(),  # noqa: B008 - frozen
) -> Stored | None:
    """A key of a server as it is now; None if it is not there. The key is not touched."""
    with fleet[server].engine() as engine:
        found = None if engine is None else inspect(engine, db, key, window)
        if found is None or engine is None:
            return None
        return _stored(engine, server, found)


def _stored(engine: Engine, server: str, found: Inspection) -> Stored:
    value = found.value
    data = b""
    form: Form = "structure"
    protocol = 0
    if isinstance(value, (int, bytes, Sds)):
        data = bytes(value.data) if isinstance(value, Sds) else (
            b"%d" % value if isinstance(value, int) else value)  # fmt: skip
        form, protocol = form_of(data)
    return Stored(server, found.db, found.key, found.type, found.encoding, data, form, protocol,
                  found.ttl_ms, found.memory, found)  # fmt: skip


def keys_of(exchanges: Sequence[Exchange]) -> list[bytes]:
    """The keys that these requests name, each once, in order."""
    keys: dict[bytes, None] = {}
    for one in exchanges:
        if not one.argv:
            continue
        name, *words = one.argv
        if name.upper() not in _KEYED:
            continue
        many = {b"MGET": words, b"DEL": words, b"MSET": words[::2]}.get(name.upper(), words[:1])
        keys.update(dict.fromkeys(many))
    return list(keys)


def key_names(fleet: Fleet | MemoryFleet, server: str, db: int, most: int = 200) -> list[bytes]:
    """Names of keys, for completion and lists."""
    with fleet[server].engine() as engine:
        if engine is None:
            return []
        data = engine.databases[db].keys.data
        return [key for key, _ in zip(data, range(most), strict=False)]
