"""The backlog: the stream's last bytes, for replicas that come back.

    first ▼                                     offset ▼
          [ block, 20440 ][ block, 20440 ][ block, us▒▒▒]      histlen = offset - first + 1
            ▲ trimmed once the rest is still longer than repl-backlog-size,
              and no replica has yet to get bytes of it

Since 7.0 it is a chain of blocks that replicas' output shares rather than a ring, so it can be
longer than its size by the block that it cannot spare, and by what the slowest replica still needs.
Redis 7.0, replication.c: feedReplicationBuffer, incrementalTrimReplicationBacklog.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from tutor.engine.structures.allocator import size_class

BLOCK_LEAST = 16 * 1024
_BLOCK_HEADER = 40
_LIST_NODE = 24
_TRIM_AT_ONCE = 64


class _Block:
    """``room`` bytes of the stream, not all of them used."""

    __slots__ = ("data", "room")

    def __init__(self, room: int) -> None:
        self.data = bytearray()
        self.room = room


class Backlog:
    """The bytes ``first`` to ``offset`` of a stream, ``histlen`` in all.

    ``needed()`` tells the first byte that a replica still has to get, or None.
    """

    __slots__ = ("_allocator", "_blocks", "_needed", "first", "histlen")

    def __init__(
        self, offset: int, needed: Callable[[], int | None], allocator: str = "debian"
    ) -> None:
        self._blocks: deque[_Block] = deque()
        self._needed = needed
        self._allocator = allocator
        self.first = offset + 1
        self.histlen = 0

    @property
    def offset(self) -> int:
        """The last byte's place in the stream."""
        return self.first + self.histlen - 1

    def append(self, data: bytes, size: int) -> None:
        """The stream goes on; ``size`` is repl-backlog-size. O(len(data))."""
        length = len(data)
        self.histlen += length
        block = self._blocks[-1] if self._blocks else None
        if block is not None and len(block.data) + length <= block.room:
            block.data += data
            return
        view, at = memoryview(data), 0
        if block is not None:
            at = block.room - len(block.data)
            block.data += view[:at]
        while at < length:
            block = _Block(self._room(length - at, size))
            self._blocks.append(block)
            block.data += view[at : at + block.room]
            at += block.room
        self.trim(size)

    def _room(self, wanted: int, size: int) -> int:
        """How large a block is made: what the allocator gives is used."""
        limit = max(size // 16, BLOCK_LEAST)
        asked = min(max(wanted, BLOCK_LEAST), limit) + _BLOCK_HEADER
        return size_class(asked, self._allocator) - _BLOCK_HEADER

    @property
    def memory(self) -> int:
        """What the blocks take."""
        return sum(block.room + _BLOCK_HEADER + _LIST_NODE for block in self._blocks)

    def trim(self, size: int, most: int = _TRIM_AT_ONCE) -> None:
        """Let go of ``most`` blocks that ``size`` bytes of backlog do not need."""
        blocks = self._blocks
        while len(blocks) > 1 and most and self.histlen - blocks[0].room > size:
            needed = self._needed()
            if needed is not None and needed < self.first + len(blocks[0].data):
                return
            gone = len(blocks.popleft().data)
            self.histlen -= gone
            self.first += gone
            most -= 1

    def holds(self, offset: int) -> bool:
        """Whether the stream can go on from ``offset``."""
        return self.first <= offset <= self.first + self.histlen

    def read(self, offset: int) -> list[bytes]:
        """The bytes from ``offset`` on, in pieces; `holds` must be true of it."""
        pieces, at = [], self.first
        for block in self._blocks:
            end = at + len(block.data)
            if end > offset:
                pieces.append(bytes(block.data[max(offset - at, 0) :]))
            at = end
        return pieces
