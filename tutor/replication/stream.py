"""The commands of a master's stream, with the exact place of each.

    *2\\r\\n$6\\r\\nSELECT\\r\\n$1\\r\\n0\\r\\n*3\\r\\n$3\\r\\nSET\\r\\n…
    └────────── 23 bytes ─────────┘▲ `applied` behind each command is what a replica acknowledges

A command's bytes are kept until it is applied and `settle` asks for them: sub-replicas get them as
they came.
"""

from __future__ import annotations

_ARRAY, _BULK = b"*", b"$"
_DOLLAR = _BULK[0]
_BLANK = b"\r\n"
_LONGEST_HEADER = 64


class BrokenStream(Exception):
    """What came is no stream of commands."""


class StreamReader:
    """`feed` it, then call `next` until it returns None, and `commit` after each command that is
    done with. ``applied`` counts the bytes up to the last `commit`."""

    __slots__ = (
        "_begun",
        "_buffer",
        "_lacking",
        "_more",
        "_scan",
        "_settled",
        "_wanted",
        "_words",
        "applied",
    )

    def __init__(self) -> None:
        self._buffer = b""
        self._settled = 0  # bytes before are nobody's business any more
        self._begun = 0  # the first byte that is not applied
        self._scan = 0  # so far it has been read
        self._words: list[bytes] = []  # of the command that is being read
        self._wanted = 0  # words that it still lacks
        self._more: list[bytes] = []  # came while a word was not whole
        self._lacking = 0  # bytes that it lacks
        self.applied = 0

    def feed(self, data: bytes) -> None:
        """Bytes have come."""
        self._lacking -= len(data)
        if self._lacking > 0:
            self._more.append(data)
            return
        settled = self._settled
        if not self._more and settled == len(self._buffer):
            self._buffer = data
        else:
            self._buffer = b"".join((self._buffer[settled:], *self._more, data))
            self._more.clear()
        self._scan -= settled
        self._begun -= settled
        self._settled = self._lacking = 0

    def next(self) -> list[bytes] | None:
        """The next command, None until more has come. Raises `BrokenStream`."""
        if self._lacking > 0 or not (self._wanted or self._header()):
            return None
        buffer, at, wanted, words = self._buffer, self._scan, self._wanted, self._words
        find = buffer.find
        while wanted:
            end = find(b"\r\n", at, at + _LONGEST_HEADER)
            if end < 0:
                self._look(_BULK, at)
                break
            digits = buffer[at + 1 : end]
            if buffer[at] != _DOLLAR or not digits.isdigit():
                raise BrokenStream(buffer[at:end])
            word_end = end + 2 + int(digits)
            if word_end + 2 > len(buffer):
                self._lacking = word_end + 2 - len(buffer)
                break
            words.append(buffer[end + 2 : word_end])
            at = word_end + 2
            wanted -= 1
        self._scan, self._wanted = at, wanted
        if wanted:
            return None
        self._words = []
        return words

    def _header(self) -> bool:
        """Read how many words the next command has; False while that has not come. Empty lines
        and empty commands are passed over."""
        buffer, at = self._buffer, self._scan
        while not self._wanted:
            while at < len(buffer) and buffer[at] in _BLANK:
                at += 1
            self._scan = at
            end = buffer.find(b"\r\n", at, at + _LONGEST_HEADER)
            if end < 0:
                self._look(_ARRAY, at)
                return False
            self._wanted = self._number(_ARRAY, at, end)
            self._scan = at = end + 2
        return True

    def _look(self, sign: bytes, at: int) -> None:
        """A header is not whole: so far it must be one."""
        begun = self._buffer[at : at + _LONGEST_HEADER]
        if begun and (not begun.startswith(sign) or len(begun) == _LONGEST_HEADER):
            raise BrokenStream(begun)

    def _number(self, sign: bytes, at: int, end: int) -> int:
        """What a header says."""
        digits = self._buffer[at + 1 : end]
        if self._buffer[at : at + 1] != sign or not digits.isdigit():
            raise BrokenStream(self._buffer[at:end])
        return int(digits)

    def commit(self) -> None:
        """What was returned last is applied, and everything before it."""
        self.applied += self._scan - self._begun
        self._begun = self._scan

    def settle(self) -> bytes:
        """The bytes of what was applied since the last time."""
        raw = self._buffer[self._settled : self._begun]
        self._settled = self._begun
        return raw
