"""Dumps in memory: for labs, prompts and tests, where there are no files and no second process.

A dump is a moment of the engine (`Engine.snapshot`), written while it is read; one that comes is
kept until it is whole. Where there is a disk, the persister does this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.persistence.rdb import Loaded, Progress, RdbInfo, ReplInfo, load_steps, write_rdb
from tutor.replication.links import Only, Outgoing

if TYPE_CHECKING:
    from tutor.engine.engine import Engine


class WrittenDump:
    """An `Outgoing` that is whole when it begins."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.failed = False

    @property
    def size(self) -> int | None:
        """Its length."""
        return len(self._data)

    def read(self, at: int, most: int) -> bytes | None:
        """The next bytes."""
        return self._data[at : at + most]

    def close(self) -> None:
        """Nobody wants more of it."""
        self._data = b""


class StreamedDump:
    """An `Outgoing` that is written while it is read."""

    size = None

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.failed = False

    def read(self, at: int, most: int) -> bytes | None:
        """The next bytes, ``b""`` at the end."""
        return next(self._chunks, b"")

    def close(self) -> None:
        """Nobody wants more of it."""
        self._chunks = iter(())


class KeptDump:
    """An `Incoming` in memory."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._chunks: list[bytes] = []
        self.stream_db = 0

    def write(self, data: bytes) -> None:
        """The next bytes of it."""
        self._chunks.append(data)

    def load(self) -> Iterator[Progress]:
        """Put it in place of what the engine holds. Raises `DamagedRdb`."""
        chunks, self._chunks = self._chunks, []
        total = sum(map(len, chunks))
        checksum = self._engine.config.rdbchecksum
        loaded: Loaded = yield from load_steps(
            self._engine, chunks, total=total, keep_expired=True, checksum=checksum
        )
        if loaded.repl is not None:
            self.stream_db = loaded.repl.stream_db

    def close(self) -> None:
        """Nobody needs it any more."""
        self._chunks.clear()


class MemoryDumps:
    """`Dumps` of an engine, without a disk."""

    busy = False

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, origin: ReplInfo, *, to_disk: bool, only: Only = "") -> Outgoing:
        """A dump of the present moment."""
        engine, config = self._engine, self._engine.config
        moment = engine.snapshot()
        if only:
            moment = replace(moment, databases=())
        if only == "nothing":
            moment = replace(moment, scripts=replace(moment.scripts, libraries={}))
        info = RdbInfo(engine.now_ms // 1000, engine.accounts.present(), repl=origin)
        chunks = write_rdb(
            moment, info, compress=config.rdbcompression, checksum=config.rdbchecksum
        )
        return WrittenDump(b"".join(chunks)) if to_disk else StreamedDump(chunks)

    def receive(self, *, keep: bool) -> KeptDump:
        """A place for one that comes."""
        return KeptDump(self._engine)
