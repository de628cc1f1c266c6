"""RDB files for replicas, made by a child, and those that come from a master, kept on the disk.

    begin ─▶ fork: the child writes ─▶ memory file, or temp-….rdb ─▶ read as it grows
    receive ─▶ temp-….rdb ─▶ load in steps ─▶ dump.rdb

A transfer "without a disk" is written to a file that exists in memory only; where the system has
none, to one without a name.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace

from tutor.engine.engine import Engine, Snapshot
from tutor.persistence.background import Outcome, Source
from tutor.persistence.folder import Writing
from tutor.persistence.rdb import Loaded, Progress, RdbInfo, ReplInfo, load_steps
from tutor.persistence.service import Persister
from tutor.replication.links import Only


class GrowingDump:
    """An `Outgoing` that a child writes: ``fd`` is read as it grows."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.size: int | None = None
        self.failed = False
        self._over = False

    def ended(self, outcome: Outcome) -> None:
        """The child is done."""
        self._over = True
        if outcome.good:
            self.size = os.fstat(self._fd).st_size
        else:
            self.failed = True

    def read(self, at: int, most: int) -> bytes | None:
        """Bytes from ``at`` on; None while there are none yet."""
        data = os.pread(self._fd, most, at)
        if data or self._over:
            return data
        return None

    def close(self) -> None:
        """Nobody wants more of it."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class StreamedDump(GrowingDump):
    """The same where its length must not be told: it goes while it is made."""

    def ended(self, outcome: Outcome) -> None:
        self._over = True
        self.failed = not outcome.good


class KeptDump:
    """An `Incoming` in a file of the server's folder."""

    def __init__(self, persister: Persister) -> None:
        self._persister = persister
        self._engine = persister.engine
        self._name = f"temp-{persister.engine.now_ms // 1000}.{persister.tag}.rdb"
        self._file: Writing | None = persister.folder.create(self._name)
        self.stream_db = 0

    def write(self, data: bytes) -> None:
        """The next bytes of it."""
        assert self._file is not None
        self._file.write(data)

    def load(self) -> Iterator[Progress]:
        """Put it in place of what the engine holds, and of the dump. Raises `DamagedRdb`."""
        folder, name = self._persister.folder, self._name
        assert self._file is not None
        self._file.sync()
        total = self._file.size
        self._file.close()
        self._file = None
        loaded: Loaded = yield from load_steps(
            self._engine,
            folder.read(name),
            total=total,
            keep_expired=True,
            checksum=self._engine.config.rdbchecksum,
        )
        if self._engine.config.rdb_del_sync_files and not self._keeps_files:
            folder.remove(name)
        else:
            folder.replace(name, self._persister.dump_name)
            folder.sync_names()
        if loaded.repl is not None:
            self.stream_db = loaded.repl.stream_db

    @property
    def _keeps_files(self) -> bool:
        return bool(self._engine.config.save) or self._engine.config.appendonly

    def close(self) -> None:
        """Nobody needs it any more."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None
        with contextlib.suppress(OSError):
            self._persister.folder.remove(self._name)


class Transfers:
    """`Dumps` of a server that has a persister."""

    def __init__(self, persister: Persister) -> None:
        self._persister = persister

    @property
    def busy(self) -> bool:
        """Something is written in the background already."""
        return self._persister.busy

    def begin(self, origin: ReplInfo, *, to_disk: bool, only: Only = "") -> GrowingDump:
        """Have a child write the present moment."""
        persister = self._persister
        info = replace(persister.info(), repl=origin)
        fd = _unnamed(persister.engine) if not to_disk or only else _named(persister)
        dump = GrowingDump(fd) if to_disk else StreamedDump(fd)

        def work(source: Source) -> Iterator[int]:
            return _written(fd, persister, source, info, only)

        def done(outcome: Outcome) -> None:
            if to_disk and not only:
                _settle_name(persister, outcome)
            dump.ended(outcome)

        if not persister.start_job("transfer", work, done):
            dump.close()
            raise OSError("fork")
        return dump

    def receive(self, *, keep: bool) -> KeptDump:
        """A place for one that comes."""
        return KeptDump(self._persister)


def _temporary(persister: Persister) -> str:
    return persister.temporary("sync-")


def _named(persister: Persister) -> int:
    """A file in the server's folder, which will be its dump."""
    path = os.path.join(os.fsdecode(persister.engine.config.dir), _temporary(persister))
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)


def _settle_name(persister: Persister, outcome: Outcome) -> None:
    """A dump that is whole takes the place of the old one."""
    name = _temporary(persister)
    with contextlib.suppress(OSError):
        if outcome.good:
            persister.folder.replace(name, persister.dump_name)
        else:
            persister.folder.remove(name)


def _unnamed(engine: Engine) -> int:
    """A file without a name, in memory if the system has such."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("replica-dump")
    fd, path = tempfile.mkstemp(dir=os.fsdecode(engine.config.dir))
    os.unlink(path)
    return fd


def _written(
    fd: int, persister: Persister, source: Source, info: RdbInfo, only: Only
) -> Iterator[int]:
    for chunk in persister.chunks(_part(source, only), info):
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(fd, rest) :]
        yield 0


def _part(source: Source, only: Only) -> Source:
    """What of a moment is wanted."""
    if not only:
        return source
    moment: Snapshot = source.snapshot() if isinstance(source, Engine) else source
    moment = replace(moment, databases=())
    if only == "nothing":
        moment = replace(moment, scripts=replace(moment.scripts, libraries={}))
    return moment
