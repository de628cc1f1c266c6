"""Replies into Lua, and what a script returns into replies (redis 7.0, script_lua.c).

Into Lua a reply becomes strings, numbers, booleans and tables. Out of Lua comes a row of tokens
(``reply.lua``): strings and numbers as they are, ``False`` for null, and ``True`` before
the kind and parts of anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from tutor.engine.replies import (
    NULL_ARRAY,
    BigNumber,
    MapReply,
    Pairs,
    Reply,
    ReplyError,
    SetReply,
    Status,
    Verbatim,
    format_double,
)
from tutor.engine.scripting.floats import clamp_integer

Table = Callable[[Any], Any]
"""Makes a Lua table of a list or a dict."""


def error_text(error: ReplyError) -> bytes:
    """An error as scripts see it."""
    return error.message.encode("utf-8", "surrogateescape")


def to_lua(reply: Reply, resp: int, table: Table) -> Any:
    """A reply as a value of Lua, as protocol ``resp`` of the script has it."""
    kind = type(reply)
    if kind is bytes or kind is int:
        return reply
    if reply is None or reply is NULL_ARRAY:
        return None if resp == 3 else False
    for base in kind.__mro__:
        convert = _KINDS.get(base)
        if convert is not None:
            return convert(reply, resp, table)
    raise TypeError(f"a script cannot take {reply!r}")


def _list(reply: Sequence[Reply], resp: int, table: Table) -> Any:
    return table([to_lua(item, resp, table) for item in reply])


def _double(reply: float, resp: int, table: Table) -> Any:
    text = format_double(reply)  # what is lost in writing it is lost to the script, too
    return table({b"double": float(text)}) if resp == 3 else text


def _status(reply: Status, _resp: int, table: Table) -> Any:
    return table({b"ok": bytes(reply)})


def _error(reply: ReplyError, _resp: int, table: Table) -> Any:
    return table({b"err": error_text(reply), b"ignore_error_stats_update": True})


def _boolean(reply: bool, resp: int, _table: Table) -> Any:
    return reply if resp == 3 else int(reply)


def _verbatim(reply: Verbatim, resp: int, table: Table) -> Any:
    if resp == 2:
        return bytes(reply)
    return table({b"verbatim_string": table({b"string": bytes(reply), b"format": b"txt"})})


def _map(reply: dict[Any, Any], resp: int, table: Table) -> Any:
    if resp == 2:
        return to_lua(list(chain.from_iterable(reply.items())), resp, table)
    return _map_of(reply.items(), resp, table)


def _map_of(pairs: Any, resp: int, table: Table) -> Any:
    content = {
        to_lua(name, resp, table): to_lua(value, resp, table)
        for name, value in pairs
        if name is not None
    }
    return table({b"map": table(content)})


def _map_reply(reply: MapReply, resp: int, table: Table) -> Any:
    if resp == 2:
        return to_lua([list(pair) for pair in reply], resp, table)
    return _map_of(reply, resp, table)


def _set(reply: SetReply, resp: int, table: Table) -> Any:
    if resp == 2:
        return to_lua(list(reply), resp, table)
    return table({b"set": table({to_lua(item, resp, table): True for item in reply})})


def _pairs(reply: Pairs, resp: int, table: Table) -> Any:
    if resp == 2:
        return to_lua(list(chain.from_iterable(reply)), resp, table)
    return to_lua([list(pair) for pair in reply], resp, table)


_KINDS: dict[type, Callable[[Any, int, Table], Any]] = {
    Status: _status,
    ReplyError: _error,
    bool: _boolean,
    Verbatim: _verbatim,
    dict: _map,
    MapReply: _map_reply,
    SetReply: _set,
    Pairs: _pairs,
    list: _list,
    tuple: _list,
    float: _double,
    bytes: lambda reply, _resp, _table: bytes(reply),
}


# out of Lua


def one_line(text: bytes) -> bytes:
    """Text as an error shows it: up to a NUL, in one line."""
    return text.partition(b"\0")[0].rstrip(b"\r\n").replace(b"\r", b" ").replace(b"\n", b" ")


def error_of(text: bytes) -> ReplyError:
    """An error with a script's own text."""
    return ReplyError(one_line(text).decode("utf-8", "surrogateescape"))


Errors = list[tuple[ReplyError, bool]]
"""Errors in a reply, and whether each is in the statistics already."""


class TokenReader:
    """Reads the tokens of one reply for a client that speaks protocol ``resp``."""

    __slots__ = ("_at", "_resp", "_tokens", "errors")

    def __init__(self, tokens: Sequence[Any], at: int, resp: int) -> None:
        self.errors: Errors = []
        self._tokens = tokens
        self._at = at
        self._resp = resp

    def read(self) -> Reply:
        """The reply that comes next."""
        token = self._next()
        if token is False:
            return None
        if token is not True:
            kind = type(token)
            return token if kind is bytes or kind is int else clamp_integer(token)
        kind, value = self._next(), self._next()
        if kind == b"a":
            return [self.read() for _ in range(value)]
        if kind == b"s":
            return SetReply(self.read() for _ in range(value))
        if kind == b"m":
            return self._map(value)
        if kind == b"v":
            return Verbatim(self._next())
        reply = _SCALARS[kind](value)
        if type(reply) is ReplyError:
            self.errors.append((reply, kind == b"k"))
        return reply

    def _next(self) -> Any:
        self._at += 1
        return self._tokens[self._at - 1]

    def _map(self, count: int) -> Reply:
        """A map; names may come twice (1.2 and 1.3 are both 1) or be collections themselves."""
        pairs = [[self.read(), self.read()] for _ in range(count)]
        try:
            found = dict(pairs)
        except TypeError:
            found = {}
        if len(found) == count:
            return found
        return MapReply(pairs) if self._resp == 3 else [half for pair in pairs for half in pair]


_SCALARS: dict[bytes, Callable[[Any], Reply]] = {
    b"b": bool,
    b"d": float,
    b"e": error_of,
    b"k": error_of,  # an error that is known already
    b"n": lambda text: BigNumber(text.replace(b"\r", b" ").replace(b"\n", b" ")),
    b"o": lambda text: Status(text.partition(b"\0")[0].replace(b"\r", b" ").replace(b"\n", b" ")),
}
