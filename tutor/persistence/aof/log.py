"""The append-only file while the server runs: effects in, bytes on the disk.

    effects ─▶ buffer ─▶ write, before replies are sent ─▶ sync: at once, each second, or never

Redis 7.0, aof.c: feedAppendOnlyFile, flushAppendOnlyFile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from tutor.engine.engine import Engine
from tutor.engine.host import Level
from tutor.engine.propagation import Effect
from tutor.engine.propagation.stream import CommandStream
from tutor.persistence.folder import Writing

SYNC_EVERY_US = 1_000_000
POSTPONED_MOST_US = 2_000_000


class Syncer(Protocol):
    """Who syncs a file while clients are served."""

    @property
    def busy(self) -> bool:
        """It has not finished the last one."""
        ...

    @property
    def problem(self) -> str:
        """What the system said against the last one, "" if nothing."""
        ...

    def begin(self, file: Writing) -> None:
        """Sync it soon."""
        ...

    def finish(self) -> None:
        """Wait until nothing is under way."""
        ...


class InlineSyncer:
    """Syncs at once: for labs, whose disks take no time, and where there are no threads."""

    busy = False

    def __init__(self) -> None:
        self.problem = ""

    def begin(self, file: Writing) -> None:
        try:
            file.sync()
        except OSError as error:
            self.problem = error.strerror or str(error)
        else:
            self.problem = ""

    def finish(self) -> None:
        """Nothing ever is."""


class LogFailed(Exception):
    """appendfsync is always, and the file cannot be written: the server must not go on."""


class AppendLog:
    """Writes effects to ``file``."""

    def __init__(
        self,
        engine: Engine,
        file: Writing,
        syncer: Syncer,
        log: Callable[[Level, str], None],
    ) -> None:
        self._engine = engine
        self._file = file
        self._syncer = syncer
        self._log = log
        self._stream = CommandStream()
        self._buffer: list[bytes] = []
        self._buffered = 0
        self._unsynced = False
        self._synced_us = engine.clock.stopwatch_us()
        self._postponed_us = 0
        self._noted_s = -1
        self.written = 0  # bytes since this file was opened
        self._unwritten = ""  # why the last write failed
        self.delayed = 0

    @property
    def problem(self) -> str:
        """What stands between effects and the disk: the last write, or the last sync, failed."""
        return self._unwritten or (
            self._syncer.problem if self._engine.config.appendfsync == "everysec" else ""
        )

    @property
    def pending(self) -> int:
        """Bytes that are not written yet."""
        return self._buffered

    @property
    def syncing(self) -> bool:
        """A sync is under way."""
        return self._syncer.busy

    def feed(self, effects: Sequence[Effect]) -> None:
        """Effects of a command, as `tutor.engine.propagation.Sink`."""
        logged = [effect for effect in effects if effect.logged]
        if not logged:
            return
        text = self._stream.encode(logged)
        if self._engine.config.aof_timestamp_enabled:
            text = self._stamp() + text
        self._buffer.append(text)
        self._buffered += len(text)

    def _stamp(self) -> bytes:
        """A note of the time, once a second."""
        second = self._engine.now_ms // 1000
        if second == self._noted_s:
            return b""
        self._noted_s = second
        return b"#TS:%d\r\n" % second

    def flush(self, force: bool = False) -> None:
        """Write what has gathered, and sync as appendfsync has it. Raises `LogFailed`."""
        policy = self._engine.config.appendfsync
        if not self._buffer:
            if self._unsynced and policy == "everysec":
                self._sync_each_second()
            elif self._unsynced and policy == "always":
                self._sync_now()
            return
        if policy == "everysec" and not force and self._must_wait():
            return
        data = self._buffer[0] if len(self._buffer) == 1 else b"".join(self._buffer)
        try:
            self._file.write(data)
        except OSError as error:
            self._failed(error, policy)
            return
        if self._unwritten:
            self._log("warning", "AOF write error looks solved, Redis can write again.")
            self._unwritten = ""
        self.written += len(data)
        self._buffer.clear()
        self._buffered = 0
        self._unsynced = True
        if policy == "always":
            self._sync_now()
        elif policy == "everysec":
            self._sync_each_second()

    def _must_wait(self) -> bool:
        """A sync is under way: writing now would wait for it. Not for longer than two seconds."""
        if not self._syncer.busy:
            self._postponed_us = 0
            return False
        now = self._engine.clock.stopwatch_us()
        if not self._postponed_us:
            self._postponed_us = now
            return True
        if now - self._postponed_us < POSTPONED_MOST_US:
            return True
        self._postponed_us = 0
        self.delayed += 1
        self._log(
            "notice",
            "Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer "
            "without waiting for fsync to complete, this may slow down Redis.",
        )
        return False

    def _failed(self, error: OSError, policy: str) -> None:
        text = error.strerror or str(error)
        if not self._unwritten:
            self._log("warning", f"Error writing to the AOF file: {text}")
        if policy == "always":
            self._log(
                "warning",
                "Can't recover from AOF write error when the AOF fsync policy is 'always'. "
                "Exiting...",
            )
            raise LogFailed(text) from error
        self._unwritten = text

    def _sync_now(self) -> None:
        if self._spared:
            return
        try:
            self._file.sync()
        except OSError as error:
            text = error.strerror or str(error)
            self._log(
                "warning",
                "Can't persist AOF for fsync error when the AOF fsync policy is 'always': "
                f"{text}. Exiting...",
            )
            raise LogFailed(text) from error
        self._unsynced = False
        self._synced_us = self._engine.clock.stopwatch_us()

    def _sync_each_second(self) -> None:
        now = self._engine.clock.stopwatch_us()
        if now - self._synced_us < SYNC_EVERY_US or self._syncer.busy or self._spared:
            return
        self._unsynced = bool(self._syncer.problem)  # then again, until it goes well
        self._syncer.begin(self._file)
        self._synced_us = now

    @property
    def _spared(self) -> bool:
        """no-appendfsync-on-rewrite, while something else is written."""
        persistence = self._engine.persistence
        return (
            self._engine.config.no_appendfsync_on_rewrite
            and persistence is not None
            and persistence.busy
        )

    def discard(self) -> None:
        """Forget what has gathered: something else holds it."""
        self._buffer.clear()
        self._buffered = 0

    def go_on_in(self, file: Writing) -> None:
        """Another file from here on; the present one is whole, synced and closed."""
        self._syncer.finish()
        self._file.sync()
        self._unsynced = False
        self._file.close()
        self._file = file
        self._stream.forget()
        self._noted_s = -1
        self.written = 0

    def complete(self) -> None:
        """Write everything and sync it."""
        self.flush(force=True)
        self._syncer.finish()
        self._file.sync()
        self._unsynced = False

    def close(self) -> None:
        """Write, sync and close."""
        self.complete()
        self._file.close()
