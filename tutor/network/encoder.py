"""Replies as RESP2 or RESP3 bytes. The table of types stands in `tutor.engine.replies`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tutor.engine.replies import (
    NO_REPLY,
    NULL_ARRAY,
    OK,
    Attribute,
    BigNumber,
    MapReply,
    Pairs,
    PlainDouble,
    Push,
    Reply,
    ReplyError,
    SetReply,
    Several,
    Status,
    Verbatim,
    format_double,
)

OK_BYTES = b"+OK\r\n"
NULL2 = b"$-1\r\n"
NULL_ARRAY2 = b"*-1\r\n"
NULL3 = b"_\r\n"

_FEW = 8
_BULKS = frozenset([bytes])
_HEADERS = tuple(b"$%d" % length for length in range(1024))

SMALL_INTEGERS = tuple(b":%d\r\n" % number for number in range(4096))


def encode(reply: Reply, resp: int) -> bytes:
    """The bytes of a reply in protocol version ``resp`` (2 or 3)."""
    kind = type(reply)
    if kind is bytes:
        return b"$%d\r\n%b\r\n" % (len(reply), reply)
    if kind is int:
        return b":%d\r\n" % reply
    if reply is None:
        return NULL2 if resp == 2 else NULL3
    if kind is Status:
        return OK_BYTES if reply is OK else b"+%b\r\n" % reply
    if kind is list or kind is tuple:
        return _array(b"*", reply, resp)
    if kind is ReplyError:
        text = reply.message.encode("utf-8", "surrogateescape")
        return b"-%b\r\n" % text.replace(b"\r", b" ").replace(b"\n", b" ")
    packed: bytes = _RARE[kind](reply, resp)
    return packed


def _array(sign: bytes, items: Any, resp: int) -> bytes:
    if len(items) > _FEW and _BULKS.issuperset(map(type, items)):
        bulk = _short_bulks(items)
        if bulk is not None:
            return b"%b%d\r\n%b" % (sign, len(items), bulk)
    parts = [b"%b%d\r\n" % (sign, len(items))]
    for item in items:
        if type(item) is bytes:
            parts.append(b"$%d\r\n%b\r\n" % (len(item), item))
        else:
            parts.append(encode(item, resp))
    return b"".join(parts)


def _short_bulks(items: Sequence[bytes]) -> bytes | None:
    """Bulk strings one after the other, put together without a loop; None if one is long."""
    lines = [b""] * (2 * len(items) + 1)
    try:
        lines[0:-1:2] = [_HEADERS[length] for length in map(len, items)]
    except IndexError:
        return None
    lines[1::2] = items
    return b"\r\n".join(lines)


def _map(reply: dict[Any, Reply], resp: int) -> bytes:
    head = b"*%d\r\n" % (2 * len(reply)) if resp == 2 else b"%%%d\r\n" % len(reply)
    parts = [head]
    for name, value in reply.items():
        parts += (encode(name, resp), encode(value, resp))
    return b"".join(parts)


def _pairs(reply: Pairs, resp: int) -> bytes:
    if resp == 2:
        return _array(b"*", [half for pair in reply for half in pair], resp)
    return b"*%d\r\n" % len(reply) + b"".join(_array(b"*", pair, resp) for pair in reply)


def _map_reply(reply: MapReply, resp: int) -> bytes:
    if resp == 2:
        return _array(b"*", reply, resp)
    body = b"".join(encode(half, resp) for pair in reply for half in pair)
    return b"%%%d\r\n" % len(reply) + body


def _double(reply: float, resp: int) -> bytes:
    text = format_double(reply)
    return b"$%d\r\n%b\r\n" % (len(text), text) if resp == 2 else b",%b\r\n" % text


def _bool(reply: bool, resp: int) -> bytes:
    if resp == 2:
        return b":1\r\n" if reply else b":0\r\n"
    return b"#t\r\n" if reply else b"#f\r\n"


def _verbatim(reply: Verbatim, resp: int) -> bytes:
    if resp == 2:
        return b"$%d\r\n%b\r\n" % (len(reply), reply)
    return b"=%d\r\ntxt:%b\r\n" % (len(reply) + 4, reply)


def _sentinel(reply: Reply, resp: int) -> bytes:
    if reply is NULL_ARRAY:
        return NULL_ARRAY2 if resp == 2 else NULL3
    if reply is NO_REPLY:
        return b""
    raise TypeError(f"not a reply: {reply!r}")


_RARE: dict[type, Any] = {
    float: _double,
    PlainDouble: _double,
    BigNumber: lambda reply, resp: b"(%b\r\n" % reply if resp == 3 else encode(bytes(reply), 2),
    Attribute: lambda reply, resp: b"|" + _map(reply, 3)[1:] if resp == 3 else b"",
    bool: _bool,
    dict: _map,
    Pairs: _pairs,
    MapReply: _map_reply,
    SetReply: lambda reply, resp: _array(b"*" if resp == 2 else b"~", reply, resp),
    Push: lambda reply, resp: _array(b"*" if resp == 2 else b">", reply, resp),
    Several: lambda reply, resp: b"".join(encode(one, resp) for one in reply),
    Verbatim: _verbatim,
    type(NULL_ARRAY): _sentinel,
}
