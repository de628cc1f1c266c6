"""A bare RESP client that tells all reply types apart, and the neutral form of replies.

Neutral: a bulk string is ``bytes``, an integer ``int``, a null bulk (and RESP3's null) ``None``,
an array ``list``; everything else has a class of its own, so ``+OK`` never equals ``$2 OK``.
Imports nothing of ours: the fixtures work whatever state the engine is in.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Neutral = Any


@dataclass(frozen=True)
class Simple:
    """A simple string: ``+OK``."""

    text: bytes


@dataclass(frozen=True)
class Error:
    """An error reply, without the leading ``-``."""

    text: bytes


@dataclass(frozen=True)
class NullArray:
    """``*-1`` of RESP2."""


@dataclass(frozen=True)
class Double:
    """A RESP3 double, as text."""

    text: bytes


@dataclass(frozen=True)
class Bool:
    """A RESP3 boolean."""

    value: bool


@dataclass(frozen=True)
class Text:
    """A RESP3 verbatim string of format ``txt``."""

    text: bytes


@dataclass
class Typed:
    """A RESP3 aggregate: ``%`` map (items are pairs), ``~`` set, ``>`` push."""

    kind: str
    items: list[Neutral]


@dataclass(frozen=True)
class Waits:
    """No reply yet: the client is blocked."""


class RawConnection:
    """A RESP2/RESP3 client that tells all reply types apart. ``timeout`` is in seconds."""

    def __init__(self, port: int, timeout: float = 60.0) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> RawConnection:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def call(self, *argv: bytes) -> Neutral:
        """Send one command and wait for its reply."""
        self.send(*argv)
        return self.receive()

    def send(self, *argv: bytes) -> None:
        """Send one command only."""
        self.send_together(argv)

    def send_together(self, *commands: Sequence[bytes]) -> None:
        """Send commands in one packet."""
        parts: list[bytes] = []
        for argv in commands:
            parts.append(b"*%d\r\n" % len(argv))
            parts += [b"$%d\r\n%b\r\n" % (len(word), word) for word in argv]
        self._socket.sendall(b"".join(parts))

    def receive(self) -> Neutral:
        """Wait for one reply."""
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the server closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            return self._bulk(int(rest))
        if kind == b"=":
            return Text((self._bulk(int(rest)) or b"")[4:])
        if kind in b"*~>":
            if rest == b"-1":
                return NullArray()
            items = [self.receive() for _ in range(int(rest))]
            return items if kind == b"*" else Typed(kind.decode(), items)
        if kind == b"%":
            return Typed("%", [[self.receive(), self.receive()] for _ in range(int(rest))])
        if kind == b":":
            return int(rest)
        scalars: dict[bytes, Callable[[bytes], Neutral]] = {
            b"+": Simple,
            b"-": Error,
            b",": Double,
            b"_": lambda _: None,
            b"#": lambda text: Bool(text == b"t"),
        }
        return scalars[kind](rest)

    def quiet(self, seconds: float) -> bool:
        """True if nothing arrives for so long (the client is blocked)."""
        before = self._socket.gettimeout()
        self._socket.settimeout(seconds)
        try:
            return self._socket.recv(1, socket.MSG_PEEK) == b""
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(before)

    def _bulk(self, length: int) -> bytes | None:
        if length < 0:
            return None
        data = self._file.read(length + 2)
        if len(data) != length + 2:
            raise ConnectionError("the server closed the connection")
        return data[:-2]
