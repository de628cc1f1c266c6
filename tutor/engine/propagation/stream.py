"""Effects as bytes: what the append-only file holds and what goes to replicas.

    *2 $6 SELECT $1 0    *3 $3 SET $1 k $1 v    *2 $4 INCR $1 n    …

Redis 7.0, aof.c: feedAppendOnlyFile, replication.c: replicationFeedSlaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hiredis import pack_command

from tutor.engine.propagation import Effect

ANY_DB = -1
"""The database of an effect that has nothing to do with one."""


def encode_command(argv: Sequence[bytes]) -> bytes:
    """A command as an array of bulk strings."""
    packed: bytes = pack_command(tuple(argv))  # type: ignore[arg-type]
    return packed


class CommandStream:
    """Encodes effects one after the other; ``db`` is the database that the reader has selected."""

    __slots__ = ("db",)

    def __init__(self) -> None:
        self.db = ANY_DB

    def forget(self) -> None:
        """Whoever reads on from here has selected nothing yet."""
        self.db = ANY_DB

    def encode(self, effects: Iterable[Effect]) -> bytes:
        """The bytes of these effects, SELECT wherever the database changes."""
        parts: list[bytes] = []
        for effect in effects:
            db = effect.db
            if db != self.db and db != ANY_DB:
                self.db = db
                parts.append(encode_command((b"SELECT", b"%d" % db)))
            parts.append(encode_command(effect.argv))
        return parts[0] if len(parts) == 1 else b"".join(parts)
