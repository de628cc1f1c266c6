"""RESP2 and RESP3 replies from a socket, as the engine's own reply types.

redis-py's parsers make ``bytes`` of statuses and bulk strings alike; a console must tell them
apart. This one is handed to redis-py's `Connection` as its ``parser_class``.
"""

from __future__ import annotations

import socket
from typing import Any, Protocol

from tutor.engine.replies import (
    NULL_ARRAY,
    Push,
    Reply,
    ReplyError,
    SetReply,
    Status,
    Verbatim,
)

__all__ = ["Closed", "Double", "ReplyReader"]


class Closed(ConnectionError):
    """The other side closed the connection."""


class Double(float):
    """A RESP3 double that remembers how the server wrote it."""

    __slots__ = ("text",)
    text: bytes

    @classmethod
    def parse(cls, text: bytes) -> Double:
        value = cls(text)
        value.text = text
        return value


class _HasSocket(Protocol):
    _sock: socket.socket


class ReplyReader:
    """Reads replies; raises `Closed`, ``TimeoutError``, or ValueError for what is not RESP."""

    def __init__(self, socket_read_size: int = 32768) -> None:
        self._size = socket_read_size
        self._sock: socket.socket | None = None
        self._buffer = bytearray()
        self._at = 0

    # what redis-py's Connection asks of a parser

    def on_connect(self, connection: _HasSocket) -> None:
        self._sock = connection._sock
        self._buffer.clear()
        self._at = 0

    def on_disconnect(self) -> None:
        self._sock = None
        self._buffer.clear()
        self._at = 0

    def can_read(self, timeout: float | None = 0) -> bool:
        """True if something has come; raises `Closed` if what has come is the end."""
        if self._at < len(self._buffer):
            return True
        assert self._sock is not None
        before = self._sock.gettimeout()
        self._sock.settimeout(timeout)
        try:
            self._receive()
        except (TimeoutError, BlockingIOError):
            return False
        finally:
            if self._sock is not None:
                self._sock.settimeout(before)
        return True

    def read_response(self, disable_decoding: bool = False, **_: Any) -> Reply:
        return self.read()

    # reading

    def read(self) -> Reply:
        """The next reply; `Push` messages come out like any other."""
        reply = self._reply()
        if self._at == len(self._buffer):
            self._buffer.clear()
            self._at = 0
        return reply

    def _reply(self) -> Reply:
        line = self._line()
        kind, rest = line[:1], line[1:]
        if kind == b"+":
            return Status(rest)
        if kind == b"-":
            return ReplyError(rest.decode("utf-8", "surrogateescape"))
        if kind in b":(":
            return int(rest)
        if kind == b"_":
            return None
        if kind == b",":
            return Double.parse(rest)
        if kind == b"#":
            return rest == b"t"
        length = int(rest)
        if kind == b"$":
            return None if length < 0 else self._exactly(length)
        if kind == b"=":
            return Verbatim(self._exactly(length)[4:])
        if kind == b"!":
            return ReplyError(self._exactly(length).decode("utf-8", "surrogateescape"))
        if kind == b"*":
            return NULL_ARRAY if length < 0 else [self._reply() for _ in range(length)]
        if kind == b"~":
            return SetReply(self._reply() for _ in range(length))
        if kind == b">":
            return Push(self._reply() for _ in range(length))
        if kind == b"%":
            return self._map(length)
        if kind == b"|":
            self._map(length)  # attributes say something about the reply that follows
            return self._reply()
        raise ValueError(f"not a reply: {line[:40]!r}")

    def _map(self, length: int) -> dict[Any, Reply]:
        pairs: dict[Any, Reply] = {}
        for _ in range(length):
            key = _hashable(self._reply())
            pairs[key] = self._reply()
        return pairs

    def _line(self) -> bytes:
        start = self._at
        while True:
            end = self._buffer.find(b"\r\n", start)
            if end >= 0:
                line = bytes(self._buffer[self._at : end])
                self._at = end + 2
                if not line:
                    raise ValueError("not a reply: an empty line")
                return line
            start = max(self._at, len(self._buffer) - 1)
            self._receive()

    def _exactly(self, length: int) -> bytes:
        end = self._at + length
        while len(self._buffer) < end + 2:
            self._receive()
        data = bytes(self._buffer[self._at : end])
        self._at = end + 2
        return data

    def _receive(self) -> None:
        if self._sock is None:
            raise Closed("not connected")
        data = self._sock.recv(self._size)
        if not data:
            raise Closed("the server closed the connection")
        self._buffer += data


def _hashable(key: Reply) -> Any:
    if isinstance(key, dict):
        return tuple((_hashable(name), _hashable(value)) for name, value in key.items())
    return tuple(map(_hashable, key)) if isinstance(key, list) else key
