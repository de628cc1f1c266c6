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
| `MapReply`          | array of pairs          | map            |
| ``float``           | bulk, ``%.17g``         | double         |
| `PlainDouble`       | bulk, no exponent       | double         |
| `BigNumber`         | bulk string             | big number     |
| ``bool``            | integer 0 or 1          | boolean        |
| `Verbatim`          | bulk string             | verbatim       |
| `Push`              | array                   | push           |
| `Attribute`         | nothing                 | attribute      |
| `Several`           | one after the other     | the same       |
| `ReplyError`        | error                   | error          |

A `ReplyError` is raised by a command and returned by `Engine.execute`; inside EXEC it stands
in the array. `BLOCKED` means that the answer comes later, through `Session.on_reply`.
"""

from __future__ import annotations

from collections.abc import Iterator
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


class MapReply(list[Any]):
    """A list of ``[name, value]``: pairs in RESP2, a map in RESP3, where a name may come twice."""

    __slots__ = ()


class PlainDouble(float):
    """A double written without an exponent, up to 17 digits after the point (coordinates)."""

    __slots__ = ()

    @property
    def text(self) -> bytes:
        """``%.17Lf`` without the zeros at its end (redis 7.0, util.c: ld2string)."""
        digits = (b"%.17f" % self).rstrip(b"0").rstrip(b".")
        return b"0" if digits == b"-0" else digits


class BigNumber(bytes):
    """The digits of an integer of any size."""

    __slots__ = ()


class Attribute(dict[Any, Any]):
    """Facts about the reply that follows it in a `Several`; RESP2 has no place for them."""

    __slots__ = ()


class Push(list[Any]):
    """An out-of-band message (RESP3 push)."""

    __slots__ = ()


class Several(list[Any]):
    """Replies that follow one another without a frame (SUBSCRIBE answers once per channel)."""

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
        code, space, _ = self.message.partition(" ")
        return code if space else "ERR"

    def as_reply(self) -> ReplyError:
        """This error, free of the frames it came through: they hold it, and it would hold them."""
        self.__traceback__ = self.__context__ = None
        return self

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


def messages_of(reply: Reply) -> Reply:
    """What is sent of a reply after CLIENT REPLY OFF: the messages in it."""
    messages = list(_messages(reply))
    return Several(messages) if messages else NO_REPLY


def _messages(reply: Reply) -> Iterator[Push]:
    if type(reply) is Push:
        yield reply
    elif type(reply) is Several:
        for one in reply:
            yield from _messages(one)
    elif type(reply) is list:  # EXEC's
        for one in reply:
            if type(one) is Several:
                yield from _messages(one)


def format_double(value: float) -> bytes:
    """A double as RESP2 prints it: ``%.17g``, ``inf``, ``-inf`` (redis 7.0, networking.c)."""
    if value != value:
        return b"nan"
    if value in (float("inf"), float("-inf")):
        return b"inf" if value > 0 else b"-inf"
    return value.text if isinstance(value, PlainDouble) else b"%.17g" % value
