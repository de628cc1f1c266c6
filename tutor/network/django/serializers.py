"""What turns values into bytes and back, beside Django's own.

`GuardedPickle` writes exactly what Django's serializer writes. It reads the same too, but for one
thing: a pickle may name any function of Python to be called while it is read, and whoever can write
to the server can put such a pickle there. Here only names of plain data are let through.
"""

from __future__ import annotations

import io
import json
import pickle
from typing import Any, Final

__all__ = ["GuardedPickle", "JSONSerializer", "RefusedPickle"]

_PLAIN: Final = frozenset(
    {
        ("builtins", "bytearray"),
        ("builtins", "complex"),
        ("builtins", "frozenset"),
        ("builtins", "set"),
        ("collections", "OrderedDict"),
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("datetime", "time"),
        ("datetime", "timedelta"),
        ("decimal", "Decimal"),
        ("uuid", "UUID"),
        ("tutor.network.django.samples", "Player"),
    }
)
"""Classes that hold data and do nothing when they are made."""


class RefusedPickle(pickle.UnpicklingError):
    """The pickle wants ``module.name``, which is not plain data; nothing of it was called."""

    def __init__(self, module: str, name: str) -> None:
        super().__init__(f"{module}.{name}")
        self.module, self.name = module, name


class _GuardedUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _PLAIN:
            raise RefusedPickle(module, name)
        return super().find_class(module, name)


class GuardedPickle:
    """Django 5.2's `RedisSerializer` (an exact int as decimal text, else pickle), which does not
    call what a pickle names. Facts: django/core/cache/backends/redis.py."""

    def __init__(self, protocol: int | None = None) -> None:
        self.protocol = pickle.HIGHEST_PROTOCOL if protocol is None else protocol

    def dumps(self, value: object) -> bytes | int:
        """Raises what pickle raises: PicklingError, TypeError, AttributeError."""
        return value if type(value) is int else pickle.dumps(value, self.protocol)

    def loads(self, data: bytes) -> Any:
        """Raises `RefusedPickle`, and whatever broken pickles raise."""
        try:
            return int(data)
        except ValueError:
            return _GuardedUnpickler(io.BytesIO(data)).load()


class JSONSerializer:
    """Values as JSON text: readable from any language, and nothing in it can be called.

    A tuple comes back as a list, a number that was a dictionary's key as text; what JSON has no
    word for (a set, bytes, a date, an object) raises TypeError when it is written.
    """

    def dumps(self, value: object) -> bytes:
        """Raises TypeError, ValueError."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        """Raises ValueError for what is not JSON."""
        return json.loads(data)
