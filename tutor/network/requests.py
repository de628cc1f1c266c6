"""RESP requests and inline commands: bytes in, argv out (redis 7.0, networking.c).

    *2\\r\\n $3\\r\\n GET\\r\\n $1\\r\\n k\\r\\n      an array of bulk strings
    GET k\\r\\n                             a line, cut like redis-cli's

Most chunks that arrive hold whole, ordinary commands: a `ChunkReader` has hiredis read them.
Everything else (pieces, inline lines, errors, giants) goes through `RequestParser`, which does to
the byte what the server does.
"""

from __future__ import annotations

import re
from typing import Any

import hiredis

from tutor.engine.arguments import parse_integer
from tutor.engine.cmdline import UnbalancedQuotes, split

INLINE_MAX = 64 * 1024
UNAUTHENTICATED_COUNT = 10
UNAUTHENTICATED_BULK = 16384
INT_MAX = 2**31 - 1

Argv = list[bytes]

_HUGE_COUNT = re.compile(rb"\*[0-9]{5}").search
_NOTHING = object()
_STAR, _DOLLAR = b"*$"


_join = b"".join


class ProtocolError(Exception):
    """The client does not speak RESP; the message is Redis's, and the connection ends."""


class CrossProtocol(Exception):
    """A web browser was tricked into talking to us (``POST``, ``Host:``): hang up in silence."""


class ChunkReader:
    """The fast reader of one server's loop; not to be shared by threads.

    hiredis reads replies, of which requests are a special case. What it would take and the server
    would not (nested arrays, other types, nulls) shows in the number of headers; what makes it
    reserve room (a huge count) is never shown to it.
    """

    __slots__ = ("_reader",)

    def __init__(self) -> None:
        self._reader: Any = _new_reader()

    def whole_commands(self, data: bytes) -> list[Argv] | None:
        """The commands of a chunk that consists of whole, canonical ones; None for any other, and
        where one is empty."""
        if data[:1] != b"*":
            return None
        if data.count(b"*") > 1:
            return self._several(data)
        if data.find(b"\r", 2, 6) < 0:  # a huge count, or the rest has not come
            return None
        reader = self._reader
        reader.feed(data)
        try:
            words: list[bytes] = reader.gets()
            text = _join(words)  # fails for whatever is no string
        except (hiredis.ProtocolError, TypeError):
            self._begin_afresh()
            return None
        plain = _DOLLAR not in text and data.count(b"$") == len(words)
        if reader.has_data() or not (plain or _canonical(data, 1, words, text)):
            self._begin_afresh()
            return None
        return [words] if words else None

    def _several(self, data: bytes) -> list[Argv] | None:
        """The same for any number of commands, and for words that have a ``*`` in them."""
        if _HUGE_COUNT(data) is not None:
            return None
        reader = self._reader
        reader.feed(data)
        try:
            commands: list[Argv] = list(iter(reader.gets, _NOTHING))
            words: list[bytes] = []
            more = words.extend  # a third of what a chain takes
            for command in commands:
                more(command)
            text = _join(words)
        except (hiredis.ProtocolError, TypeError):
            self._begin_afresh()
            return None
        if reader.has_data() or not _canonical(data, len(commands), words, text):
            self._begin_afresh()
            return None
        return commands if all(commands) else None

    def _begin_afresh(self) -> None:
        """Another reader: this one may wait for the rest, and take anybody's for it."""
        self._reader = _new_reader()


def _new_reader() -> Any:
    return hiredis.Reader(notEnoughData=_NOTHING)


def _canonical(data: bytes, commands: int, words: list[bytes], text: bytes) -> bool:
    """Whether ``data`` has a header ``*`` for each command and a header ``$`` for each of their
    words; ``text`` is all words in one."""
    if _DOLLAR not in text and _STAR not in text:  # then whatever looks like a header is one
        return data.count(b"$") == len(words) and data.count(b"*") == commands
    return (
        data.count(b"\r\n$") == len(words)
        and data.count(b"\r\n*") == commands - 1
        and not (_DOLLAR in text and _looks_like_headers(words))
    )


def _looks_like_headers(words: list[bytes]) -> bool:
    """Whether a word holds what would be counted as the header of another."""
    return any(word[:1] == b"$" or b"\r\n$" in word for word in words)


class RequestParser:
    """The slow, exact reader. `feed` it, then call `next` until it returns None.

    ``strict``: the client is not logged in, and only short commands are read.
    ``bulk_max``: proto-max-bulk-len.
    """

    __slots__ = ("_argv", "_at", "_buffer", "_bulk", "_left")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._at = 0
        self._left = 0  # arguments that the command still lacks
        self._bulk = -1  # length of the argument that is being read
        self._argv: Argv = []

    def __len__(self) -> int:
        """Bytes that were received and not used."""
        return len(self._buffer) - self._at

    @property
    def idle(self) -> bool:
        """Nothing is kept: the next byte begins a command."""
        return self._at == len(self._buffer) and not self._left

    def feed(self, data: bytes) -> None:
        """Bytes have come."""
        if self._at and self._at == len(self._buffer):
            self._buffer.clear()
            self._at = 0
        self._buffer += data

    def next(self, strict: bool, bulk_max: int) -> Argv | None:
        """The next command (empty ones are passed over), or None until more has come.

        Raises `ProtocolError` and `CrossProtocol`.
        """
        while True:
            if not self._left:
                if self._at >= len(self._buffer):
                    return None
                if self._buffer[self._at] != 0x2A:
                    line = self._inline()
                    if line is None or line:
                        return line
                    continue
                if not self._header(strict):
                    return None
                if not self._left:
                    continue
            while self._left:
                if not self._argument(strict, bulk_max):
                    return None
            argv, self._argv = self._argv, []
            return argv

    def _inline(self) -> Argv | None:
        """A command on a line; None while it is not whole, [] for an empty one."""
        end = self._find(b"\n")
        if end < 0:
            if len(self) > INLINE_MAX:
                raise ProtocolError("too big inline request")
            return None
        line = bytes(self._buffer[self._at : end])
        self._at = end + 1
        try:
            argv = split(line.removesuffix(b"\r").decode("utf-8", "surrogateescape"))
        except UnbalancedQuotes:
            raise ProtocolError("unbalanced quotes in request") from None
        if argv and argv[0].lower() in (b"post", b"host:"):
            raise CrossProtocol
        return argv

    def _line(self, name: str) -> bytes | None:
        """A header up to its CR LF, without the sign before it; None while it is not whole."""
        end = self._find(b"\r")
        if end < 0:
            if len(self) > INLINE_MAX:
                raise ProtocolError(f"too big {name} count string")
            return None
        if end + 1 >= len(self._buffer):
            return None
        line = bytes(self._buffer[self._at + 1 : end])
        self._at = end + 2
        return line

    def _header(self, strict: bool) -> bool:
        """``*count``; False while it is not whole. A count of 0 or less is an empty command."""
        line = self._line("mbulk")
        if line is None:
            return False
        count = parse_integer(line)
        if count is None or count > INT_MAX:
            raise ProtocolError("invalid multibulk length")
        if strict and count > UNAUTHENTICATED_COUNT:
            raise ProtocolError("unauthenticated multibulk length")
        self._left = max(count, 0)
        return True

    def _argument(self, strict: bool, bulk_max: int) -> bool:
        """``$length`` and so many bytes; False while they have not come."""
        if self._bulk < 0:
            if self._at >= len(self._buffer):
                return False
            sign = self._buffer[self._at]
            end = self._find(b"\r")
            if end >= 0 and end + 1 < len(self._buffer) and sign != 0x24:
                got = bytes([sign]).decode("utf-8", "surrogateescape")
                raise ProtocolError(f"expected '$', got '{got}'")
            line = self._line("bulk")
            if line is None:
                return False
            length = parse_integer(line)
            if length is None or not 0 <= length <= bulk_max:
                raise ProtocolError("invalid bulk length")
            if strict and length > UNAUTHENTICATED_BULK:
                raise ProtocolError("unauthenticated bulk length")
            self._bulk = length
        end = self._at + self._bulk
        if len(self._buffer) < end + 2:
            self._compact()
            return False
        self._argv.append(bytes(self._buffer[self._at : end]))
        self._at = end + 2
        self._bulk = -1
        self._left -= 1
        return True

    def _compact(self) -> None:
        """Let go of what was used before a long wait."""
        if self._at > INLINE_MAX:
            del self._buffer[: self._at]
            self._at = 0

    def _find(self, byte: bytes) -> int:
        """Where the byte is, -1 if nowhere or behind a NUL (the server looks with strchr)."""
        end = self._buffer.find(byte, self._at)
        if end >= 0 and self._buffer.find(b"\0", self._at, end) >= 0:
            return -1
        return end
