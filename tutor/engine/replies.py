"""What a command answers: plain Python values plus the few types that RESP tells apart.

| Python value        | RESP2                   | RESP3          |
|---------------------|-------------------------|----------------|
| ``bytes``           | bulk string             | bulk string    |
| `Status`            | simple string           | simple string  |
| ``int``             | integer                 | integer        |
| ``None``            | null bulk ``$-1``       | null ``_``     |
| `NULL_ARRAY`        | null array ``*-1``      | null ``_``     |
| ``list``            | array                   | array          |
| ``dict``            | flat array              | map            |
| `SetReply`          | array                   | set            |
| `Pairs`             | flat array              | array of pairs |
| ``float``           | bulk, ``%.17g``         | double         |
| ``bool``            | integer 0 or 1          | boolean        |
| `Verbatim`          | bulk string             | verbatim       |
| `Push`              | array                   | push           |
| `ReplyError`        | error                   | error          |

A `ReplyError` is raised by a command and returned by `Engine.execute`; inside EXEC it stands
in the array. `BLOCKED` means that the answer comes later, through `Session.on_reply`.
"""

from __future__ import annotations

from typing import Any, Final

Reply = Any
"""One of the values of the table above."""


class Status(bytes):
    """A simple string such as ``OK``; prints without quotes."""

    __slots__ = ()


class SetReply(list[Any]):
    """An unordered collection: a set in RESP3, an array in RESP2."""

    __slots__ = ()


class Pairs(list[Any]):
    """A list of 2-tuples (member, score): nested in RESP3, flat in RESP2."""

    __slots__ = ()


class Push(list[Any]):
    """An out-of-band message (RESP3 push)."""

    __slots__ = ()


class Verbatim(bytes):
    """Text for people (INFO, CLIENT LIST): RESP3 sends it with the prefix ``txt:``."""

    __slots__ = ()


class _Sentinel:
    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


class ReplyError(Exception):
    """An error reply. ``message`` is the text without the leading ``-``: ``"ERR syntax error"``.

    Bytes of the learner's arguments that are not UTF-8 travel as surrogate escapes.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def code(self) -> str:
        """The first word: ``ERR``, ``WRONGTYPE``, …"""
        return self.message.split(" ", 1)[0]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReplyError) and other.message == self.message

    def __hash__(self) -> int:
        return hash(self.message)


OK: Final = Status(b"OK")
QUEUED: Final = Status(b"QUEUED")
PONG: Final = Status(b"PONG")
NULL_ARRAY: Final = _Sentinel("NULL_ARRAY")
BLOCKED: Final = _Sentinel("BLOCKED")
NOT_SERVED: Final = _Sentinel("NOT_SERVED")
NO_REPLY: Final = _Sentinel("NO_REPLY")


def is_error(reply: Reply) -> bool:
    """True for an error reply."""
    return type(reply) is ReplyError


def format_double(value: float) -> bytes:
    """A double as RESP2 prints it: ``%.17g``, ``inf``, ``-inf`` (redis 7.0, networking.c)."""
    if value != value:
        return b"nan"
    if value in (float("inf"), float("-inf")):
        return b"inf" if value > 0 else b"-inf"
    return b"%.17g" % value
