"""Which history the data belong to, and how far they are in it.

    id        ────────────●──────────────▶  offset    the history that goes on
    second id ────────────┘ second offset             the one that it has branched from

An id stands for one master's stream of changes; an offset counts its bytes. A replica that is
promoted begins a history of its own and remembers the old one, so that its sisters can go on with
it without copying everything. Redis 7.0, replication.c: changeReplicationId, shiftReplicationId.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

ID_SIZE = 40
NO_ID = b"0" * ID_SIZE


class History:
    """``offset`` is the last byte of the stream that the data contain; ``second_offset`` the first
    that the second history does not share with us, -1 if there is no second one."""

    __slots__ = ("_engine", "_made", "id", "offset", "second_id", "second_offset")

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._made = 0
        self.id = b""
        self.offset = 0
        self.second_id = NO_ID
        self.second_offset = -1
        self.begin()

    def begin(self) -> None:
        """A new history that has branched from none."""
        self.id = self.new_token(b"history")
        self.forget_second()

    def branch(self) -> None:
        """From here on the history is our own."""
        self.second_id, self.second_offset = self.id, self.offset + 1
        self.id = self.new_token(b"history")

    def rename(self, identity: bytes) -> None:
        """Our master goes on with its history under another id."""
        self.second_id, self.second_offset = self.id, self.offset + 1
        self.id = identity

    def adopt(self, identity: bytes, offset: int) -> None:
        """The data are a copy of somebody's who stands there."""
        self.id, self.offset = identity, offset
        self.forget_second()

    def forget_second(self) -> None:
        """Nobody can go on with the history that we have branched from."""
        self.second_id, self.second_offset = NO_ID, -1

    def holds(self, identity: bytes, offset: int) -> bool:
        """Whether a server that has ``identity`` and wants its bytes from ``offset`` on may go on
        with our stream, if the bytes are still there."""
        identity = identity.lower()
        return identity == self.id or (identity == self.second_id and offset <= self.second_offset)

    def new_token(self, purpose: bytes) -> bytes:
        """Forty hexadecimal digits that nothing else has: no two engines that differ in seed or
        start, and no second one of this."""
        self._made += 1
        engine = self._engine
        text = b"%b %d %d %d %d" % (
            purpose,
            engine.seed,
            engine.start_us,
            engine.clock.now_us(),
            self._made,
        )
        return hashlib.sha1(text).hexdigest().encode()
