"""The bytes of a file as they come: what is not yet read, its checksum, where in the file it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tutor.engine.codec_reader import Reader
from tutor.engine.structures.crc64 import crc64

SLICE = 1 << 16


class Intake:
    """``buffer`` from ``position`` on is still to be read. Whoever cannot go on for lack of bytes
    asks for `more`, as many again at least."""

    def __init__(self, chunks: Iterable[bytes], checksum: bool) -> None:
        self.buffer = b""
        self.position = 0
        self.base = 0  # where in the file the buffer begins
        self.crc = 0
        self._counts = checksum
        self._coming = _sliced(chunks)

    @property
    def offset(self) -> int:
        """Where in the file reading stands."""
        return self.base + self.position

    @property
    def left(self) -> int:
        """Bytes that are here and not yet read."""
        return len(self.buffer) - self.position

    def more(self) -> bool:
        """Take in more bytes; False if there are none."""
        self.settle()
        return self.extend(self.left)

    def extend(self, count: int) -> bool:
        """Take in ``count`` bytes more, if there are so many, behind those that are here; False if
        there are none."""
        parts, size = [self.buffer], 0
        for chunk in self._coming:
            parts.append(chunk)
            size += len(chunk)
            if size >= count:
                break
        self.buffer = b"".join(parts)
        return size > 0

    def settle(self) -> None:
        """Forget what was read, but for its checksum."""
        done = self.buffer[: self.position]
        if self._counts:
            self.crc = crc64(done, self.crc)
        self.base += len(done)
        self.buffer = self.buffer[self.position :]
        self.position = 0

    def at_least(self, count: int) -> bool:
        """Take in bytes until ``count`` are here; False if there are not so many."""
        while self.left < count:
            if not self.more():
                return False
        return True

    def rest(self) -> bytes:
        """What was taken in and not read; more may still come after it."""
        return self.buffer[self.position :]


class Puller(Reader):
    """Reads one item however long it is: takes in more bytes where those that are here end. Each
    time as many again, so that what is copied meanwhile is no more than twice its length."""

    __slots__ = ("_intake",)

    def __init__(self, intake: Intake) -> None:
        super().__init__(intake.buffer, intake.position)
        self._intake = intake

    def take(self, count: int) -> bytes:
        missing = self.position + count - len(self.blob)
        if missing > 0:
            self._intake.extend(max(missing, len(self.blob)))
            self.blob = self._intake.buffer
        return super().take(count)


def _sliced(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks, long ones in pieces, so that between two pieces others may have their turn."""
    for chunk in chunks:
        if len(chunk) <= SLICE:
            if chunk:
                yield bytes(chunk)
            continue
        view = memoryview(chunk)
        for start in range(0, len(chunk), SLICE):
            yield bytes(view[start : start + SLICE])
