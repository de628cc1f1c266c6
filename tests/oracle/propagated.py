"""What a real master tells its replicas, command by command, beside what our sinks are fed."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from typing import BinaryIO

from tests.oracle.raw import RawConnection
from tutor.engine.engine import Engine
from tutor.engine.propagation import Effect
from tutor.engine.propagation.stream import CommandStream

Argv = Sequence[bytes]

MARK = b"--mark--"
_TIME = re.compile(rb"(1[6-9]\d{11}|9223371\d{12})(-\d+)?").fullmatch
_NEAR_MS = 60_000


class RealReplica:
    """A connection that the master takes for a replica."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 60)
        self._file: BinaryIO = self._socket.makefile("rb")
        self._socket.sendall(b"SYNC\r\n")
        line = self._file.readline()
        while line == b"\n":
            line = self._file.readline()
        assert line[:1] == b"$", line
        self._file.read(int(line[1:]))

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def until(self, mark: bytes) -> list[Argv]:
        """Commands that came before ``PUBLISH --mark-- mark``."""
        found: list[Argv] = []
        while True:
            argv = self._command()
            if argv[:2] == [b"PUBLISH", MARK]:
                assert argv[2] == mark, argv
                return found
            if argv not in ([b"ping"], [b"PING"]):
                found.append(argv)

    def _command(self) -> list[bytes]:
        head = self._file.readline()
        while head == b"\n":
            head = self._file.readline()
        assert head[:1] == b"*", head
        words = []
        for _ in range(int(head[1:])):
            size = int(self._file.readline()[1:])
            words.append(self._file.read(size))
            self._file.read(2)
        return words


class OurReplica:
    """A sink that reads back the bytes which a replica of ours would get."""

    def __init__(self, engine: Engine) -> None:
        self._stream = CommandStream()
        self._bytes = bytearray()
        engine.propagation.add(self)

    def feed(self, effects: Sequence[Effect]) -> None:
        self._bytes += self._stream.encode(effect for effect in effects if effect.replicated)

    def take(self) -> list[Argv]:
        """Commands since the last call, without marks."""
        data, self._bytes = bytes(self._bytes), bytearray()
        found: list[Argv] = []
        at = 0
        while at < len(data):
            end = data.index(b"\r\n", at)
            count, at = int(data[at + 1 : end]), end + 2
            words = []
            for _ in range(count):
                end = data.index(b"\r\n", at)
                size = int(data[at + 1 : end])
                words.append(data[end + 2 : end + 2 + size])
                at = end + 4 + size
            if words[:2] != [b"PUBLISH", MARK]:
                found.append(words)
        return found


def same_effects(ours: Sequence[Argv], theirs: Sequence[Argv]) -> bool:
    """Whether both mean the same: times a moment apart, and picks by chance, are no difference."""
    return len(ours) == len(theirs) and all(map(_same, ours, theirs))


def _same(ours: Argv, theirs: Argv) -> bool:
    if len(ours) != len(theirs):
        return False
    if theirs[0] == b"SREM" and len(theirs) == 3:  # SPOP picks by chance
        return list(ours[:2]) == list(theirs[:2])
    return all(map(_same_word, ours, theirs))


def _same_word(ours: bytes, theirs: bytes) -> bool:
    if ours == theirs:
        return True
    one, other = _TIME(ours), _TIME(theirs)
    return (
        one is not None
        and other is not None
        and one[2] == other[2]
        and abs(int(one[1]) - int(other[1])) < _NEAR_MS
    )


def mark(raw: RawConnection, number: int) -> bytes:
    """Have the master send a mark."""
    text = b"%d" % number
    raw.call(b"PUBLISH", MARK, text)
    return text
