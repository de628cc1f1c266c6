"""Django's cache calls as the commands that its `RedisCache` sends, one after the other.

    cache.get_or_set("k", f, 60)  ─▶  GET :1:k │ f() │ SET :1:k … NX EX 60 │ GET :1:k
                                       read             write                 read

A call is a routine (`tutor.labs.routines`).
Which calls go to which server: writes to the first, reads to a random one of the others, as
django/core/cache/backends/redis.py (Django 5.2) chooses.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from typing import Any

from tutor.labs.routines import Routine, Send

PROTOCOL = 5
DEFAULT_TIMEOUT = 300
_DEFAULT = object()
MISSING = object()


class _OnlyData(pickle.Unpickler):
    """Values of the lab are plain data; a name of a class has no business in them."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name} is not plain data")


def dumps(value: object) -> bytes:
    """As Django's RedisSerializer: a whole number as text, everything else as a pickle."""
    if type(value) is int:
        return str(value).encode()
    return pickle.dumps(value, PROTOCOL)


def loads(data: bytes) -> Any:
    """What `dumps` wrote."""
    try:
        return int(data)
    except ValueError:
        return _OnlyData(io.BytesIO(data)).load()


class DjangoCache:
    """A configured cache: ``prefix``, ``version`` and ``timeout`` are the notes' settings."""

    def __init__(
        self, prefix: str = "", version: int = 1, timeout: int | None = DEFAULT_TIMEOUT
    ) -> None:
        self.prefix = prefix
        self.version = version
        self.timeout = timeout

    def key(self, key: str, version: int | None = None) -> bytes:
        """``prefix:version:key``."""
        return f"{self.prefix}:{version or self.version}:{key}".encode()

    def _seconds(self, timeout: object) -> int | None:
        """None: no expiry; 0: not to be stored."""
        chosen = self.timeout if timeout is _DEFAULT else timeout
        return None if chosen is None else max(0, int(chosen))  # type: ignore[call-overload]

    def get(self, key: str, default: Any = None, version: int | None = None) -> Routine[Any]:
        data = yield Send(False, (b"GET", self.key(key, version)))
        return default if data is None else loads(data)

    def set(
        self, key: str, value: object, timeout: object = _DEFAULT, version: int | None = None
    ) -> Routine[None]:
        seconds, name = self._seconds(timeout), self.key(key, version)
        if seconds == 0:
            yield Send(True, (b"DEL", name))
        else:
            yield Send(True, (b"SET", name, dumps(value), *_expiry(seconds)))

    def add(
        self, key: str, value: object, timeout: object = _DEFAULT, version: int | None = None
    ) -> Routine[bool]:
        seconds, name = self._seconds(timeout), self.key(key, version)
        if seconds == 0:
            made = yield Send(True, (b"SET", name, dumps(value), b"NX"))
            if made is not None:
                yield Send(True, (b"DEL", name))
            return made is not None
        made = yield Send(True, (b"SET", name, dumps(value), *_expiry(seconds), b"NX"))
        return made is not None

    def get_or_set(
        self, key: str, make: Callable[[], Routine[Any]], timeout: object = _DEFAULT
    ) -> Routine[Any]:
        value = yield from self.get(key, MISSING)
        if value is not MISSING:
            return value
        made = yield from make()
        yield from self.add(key, made, timeout)
        return (yield from self.get(key, made))

    def delete(self, key: str, version: int | None = None) -> Routine[bool]:
        return bool((yield Send(True, (b"DEL", self.key(key, version)))))

    def delete_many(self, keys: list[str]) -> Routine[None]:
        if keys:
            yield Send(True, (b"DEL", *map(self.key, keys)))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> Routine[int]:
        """A look, and then the sum: two commands. Raises ValueError for a key that is not there."""
        name = self.key(key, version)
        if not (yield Send(True, (b"EXISTS", name))):
            raise ValueError(f"Key '{name.decode()}' not found.")
        return int((yield Send(True, (b"INCRBY", name, b"%d" % delta))))

    def incr_version(self, key: str, delta: int = 1) -> Routine[int]:
        """Raises ValueError for a key that is not there."""
        value = yield from self.get(key, MISSING)
        if value is MISSING:
            raise ValueError(f"Key '{key}' not found")
        yield from self.set(key, value, version=self.version + delta)
        yield from self.delete(key)
        return self.version + delta

    def clear(self) -> Routine[None]:
        """The whole database, whoever's keys are in it."""
        yield Send(True, (b"FLUSHDB",))


def _expiry(seconds: int | None) -> tuple[bytes, ...]:
    return () if seconds is None else (b"EX", b"%d" % seconds)
