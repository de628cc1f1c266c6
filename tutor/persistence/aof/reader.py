"""Commands out of an append-only file, each with the offset behind it.

    *3 $3 SET $1 k $1 v        a command
    #TS:1700000000             a note of the time, passed over

Redis 7.0, aof.c: loadSingleAppendOnlyFile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

Why = Literal["truncated", "format"]

_LONGEST_HEAD = 64
_MOST_WORDS = (1 << 31) - 1


class DamagedLog(Exception):
    """``offset`` is where what is wrong begins, ``valid`` the end of the last whole command (or of
    the last before a transaction that is not whole). "truncated": the file is over too early."""

    def __init__(
        self, why: Why, offset: int, valid: int, expected: str = "", found: str = ""
    ) -> None:
        super().__init__(f"offset {offset}: {why}: expected {expected}, found {found}")
        self.why: Why = why
        self.offset, self.valid = offset, valid
        self.expected, self.found = expected, found


class CommandReader:
    """Iterate over it for ``(argv, offset behind the command)``. ``base`` is the offset of the
    first byte in its file. Raises `DamagedLog`."""

    def __init__(self, chunks: Iterable[bytes], base: int = 0) -> None:
        self._chunks = iter(chunks)
        self._buffer = b""
        self._at = 0
        self._missing = 0  # bytes that the present command lacks at least
        self._base = base
        self.valid = base

    def __iter__(self) -> Iterator[tuple[list[bytes], int]]:
        while True:
            argv = self._next()
            if argv is None:
                if not self._more():
                    if self._at < len(self._buffer):
                        offset = self._base + self._at
                        raise DamagedLog("truncated", offset, offset, "a whole command", "the end")
                    return
                continue
            self.valid = self._base + self._at
            if argv:
                yield argv, self.valid

    def _more(self) -> bool:
        """Take in what a command lacks, at least a chunk; what has been read is let go."""
        taken = [self._buffer[self._at :]]
        while chunk := next(self._chunks, b""):
            taken.append(chunk)
            self._missing -= len(chunk)
            if self._missing <= 0:
                break
        if len(taken) == 1:
            return False
        self._base += self._at
        self._buffer = b"".join(taken)
        self._at = self._missing = 0
        return True

    def _next(self) -> list[bytes] | None:
        """The next command, an empty list for a note, None if it is not all there yet."""
        buffer, at = self._buffer, self._at
        end = buffer.find(b"\n", at)
        if end < 0:
            if len(buffer) - at > _LONGEST_HEAD and buffer[at : at + 1] != b"#":
                raise self._bad(at, "*")
            return None
        if buffer[at] != 42:  # *
            if buffer[at] == 35:  # #
                self._at = end + 1
                return []
            raise self._bad(at, "*")
        count = self._number(at, end)
        if not 1 <= count <= _MOST_WORDS:
            raise self._bad(at, "a number of words")
        at = end + 1
        argv = []
        for _ in range(count):
            end = buffer.find(b"\n", at)
            if end < 0:
                if len(buffer) - at > _LONGEST_HEAD:
                    raise self._bad(at, "$")
                return None
            if buffer[at] != 36:  # $
                raise self._bad(at, "$")
            size = self._number(at, end)
            if size < 0:
                raise self._bad(at, "a length")
            at = end + 1 + size
            if at + 2 > len(buffer):
                self._missing = at + 2 - len(buffer)
                return None
            argv.append(buffer[end + 1 : at])
            if buffer[at : at + 2] != b"\r\n":
                raise self._bad(at, "CR LF")
            at += 2
        self._at = at
        return argv

    def _number(self, at: int, end: int) -> int:
        try:
            return int(self._buffer[at + 1 : end])
        except ValueError:
            raise self._bad(at + 1, "a number") from None

    def _bad(self, at: int, expected: str) -> DamagedLog:
        found = self._buffer[at : at + 12]
        return DamagedLog("format", self._base + at, self.valid, expected, repr(found)[1:])
