"""Persistence of a running engine: dumps, the append-only file, when each is written.

    effects ─▶ AppendLog ──────────────▶ incr.aof
    SAVE, BGSAVE, save points ─▶ write_rdb ─▶ temp-….rdb ─▶ dump.rdb
    BGREWRITEAOF, growth ─▶ base in the background, a new increment at once ─▶ manifest

It is the engine's `Persistence`: the engine calls `before_sleep` before replies are sent and `cron`
some times a second. Files are a `Folder`'s, work beside the clients is a `Background`'s, so the
same code serves a port and a lab. Redis 7.0, rdb.c, aof.c.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from tutor.engine import errors
from tutor.engine.engine import Engine
from tutor.engine.host import Level
from tutor.engine.propagation import Effect
from tutor.engine.replies import OK, Reply, ReplyError, Status
from tutor.persistence.aof.log import InlineSyncer, Syncer
from tutor.persistence.background import Background, Job, Outcome, SlicedBackground, Source
from tutor.persistence.figures import Figures
from tutor.persistence.folder import Folder, write_whole
from tutor.persistence.logfile import SIGUSR1, LogFile
from tutor.persistence.rdb import RdbInfo, ReplInfo, write_rdb
from tutor.persistence.start import Start

if TYPE_CHECKING:
    from tutor.persistence.rdb import Progress

Kind = Literal["dump", "rewrite", "transfer"]
Log = Callable[[Level, str], None]

RETRY_S = 5
"""A dump that failed is not tried again by save points for so long."""

_STARTED = Status(b"Background saving started")
_SCHEDULED = Status(b"Background saving scheduled")
_REWRITING = Status(b"Background append only file rewriting started")
_REWRITE_SCHEDULED = Status(b"Background append only file rewriting scheduled")


def _silent(level: Level, message: str) -> None:
    """Nobody reads the log."""


class Persister:
    """Keeps the data of ``engine`` in ``folder``. ``tag`` makes names of temporary files its own
    (a process id). After construction call `load`, then `begin`."""

    def __init__(
        self,
        engine: Engine,
        folder: Folder,
        background: Background | None = None,
        log: Log = _silent,
        *,
        syncer: Syncer | None = None,
        tag: str = "0",
    ) -> None:
        self.engine = engine
        self.folder = folder
        self.background = background or SlicedBackground()
        self.log = log
        self.tag = tag
        self.figures = Figures(last_save=engine.start_us // 1_000_000)
        self.file = LogFile(self, syncer or InlineSyncer())
        self.trouble: Literal["", "dump", "log"] = ""
        self.trouble_text = ""
        self.kind: Kind | None = None  # of what is written in the background now
        self._job: Job | None = None
        self._done: Callable[[Outcome], None] | None = None
        self._began_s = 0
        self._dirty_then = 0
        self._keys_then = 0
        self.dump_scheduled = False
        self.loading: Progress | None = None
        engine.persistence = self

    # at the start

    def load(self) -> Iterator[Progress]:
        """Fill the engine from the append-only file, or from the dump where that is off, in steps.

        Raises `tutor.persistence.start.CannotStart`, and the engine is then as it was.
        """
        return Start(self).load()

    def begin(self) -> None:
        """What is loaded is there: from here on effects are written. Raises `OSError`."""
        self.engine.stats.dirty = 0
        if self.engine.config.appendonly:
            self.file.open_at_start()
            self.engine.propagation.add(self)

    # effects

    def feed(self, effects: Sequence[Effect]) -> None:
        """As `tutor.engine.propagation.Sink`."""
        self.file.feed(effects)

    def before_sleep(self) -> None:
        """Before replies are sent: their effects are in the file."""
        if self.file.is_open:
            self.file.flush()
            self.settle()

    # dumps

    @property
    def busy(self) -> bool:
        """Something is written in the background."""
        return self._job is not None

    @property
    def last_save(self) -> int:
        """When the last dump was complete, in Unix seconds."""
        return self.figures.last_save

    @property
    def dump_name(self) -> str:
        """``dbfilename``."""
        return self.engine.config.dbfilename.decode("utf-8", "surrogateescape")

    def info(self, *, aof_base: bool = False) -> RdbInfo:
        """What a file made now says of itself."""
        engine = self.engine
        return RdbInfo(
            ctime=engine.clock.now_us() // 1_000_000,
            used_memory=engine.accounts.used,
            aof_base=aof_base,
            repl=self._position(),
        )

    def _position(self) -> ReplInfo | None:
        replication = self.engine.replication
        place = None if replication is None else replication.stands()
        return None if place is None else ReplInfo(place.stream_db, place.id, place.offset)

    def chunks(self, source: Source, info: RdbInfo) -> Iterator[bytes]:
        """An RDB file of a moment as the configuration wants it."""
        config = self.engine.config
        return write_rdb(source, info, compress=config.rdbcompression, checksum=config.rdbchecksum)

    def save(self) -> Reply:
        """SAVE."""
        if self.kind == "dump":
            raise ReplyError(errors.SAVE_IN_PROGRESS)
        problem = self.save_now()
        if problem:
            raise ReplyError(errors.SAVE_FAILED)
        return OK

    def save_now(self) -> str:
        """Write the dump before anything else happens; the system's text if that fails."""
        self._stop_job()
        temporary = self.temporary()
        try:
            write_whole(
                self.folder, self.dump_name, temporary, self.chunks(self.engine, self.info())
            )
        except OSError as error:
            problem = error.strerror or str(error)
            self.log("warning", f"Error saving DB on disk: {problem}")
            return problem
        self.log("notice", "DB saved on disk")
        self.engine.stats.dirty = 0
        self._saved()
        return ""

    def emptied(self) -> None:
        """FLUSHALL: with save points what is on the disk is empty at once, too."""
        self._stop_job()
        if self.engine.config.save and not self.engine.loading:
            changes = self.engine.stats.dirty
            self.save_now()
            self.engine.stats.dirty = changes

    def _saved(self) -> None:
        self.figures.last_save = self.engine.clock.now_us() // 1_000_000
        self.figures.saves += 1
        self.figures.dump_good = True
        self.settle()

    def save_in_background(self, *, schedule: bool) -> Reply:
        """BGSAVE [SCHEDULE]."""
        if self.kind == "dump":
            raise ReplyError(errors.SAVE_IN_PROGRESS)
        if self.busy or self._in_exec:
            if schedule or self._in_exec:
                self.dump_scheduled = True
                return _SCHEDULED
            raise ReplyError(errors.CHILD_ACTIVE)
        if not self.start_dump():
            raise ReplyError(errors.SAVE_FAILED)
        return _STARTED

    @property
    def _in_exec(self) -> bool:
        current = self.engine.current
        return current is not None and current.in_exec

    def start_dump(self) -> bool:
        """Begin to write the dump; False if that cannot be."""
        info, temporary = self.info(), self.temporary()

        def work(source: Source) -> Iterator[int]:
            yield from write_steps(self.folder, temporary, self.chunks(source, info))

        def done(outcome: Outcome) -> None:
            self._dump_done(outcome, temporary)

        self.figures.dump_tried = self._now_s
        self._dirty_then = self.engine.stats.dirty
        if not self.start_job("dump", work, done):
            self.figures.dump_good = False
            self.settle()
            return False
        self.log("notice", "Background saving started")
        return True

    def _dump_done(self, outcome: Outcome, temporary: str) -> None:
        problem = outcome.problem
        if outcome.good:
            try:
                self.folder.replace(temporary, self.dump_name)
                self.folder.sync_names()
            except OSError as error:
                problem = error.strerror or str(error)
        self.figures.dump_seconds = self._now_s - self._began_s
        self.figures.dump_copied = outcome.copied
        if not problem and not outcome.signal:
            self.log("notice", "Background saving terminated with success")
            self.engine.stats.dirty -= self._dirty_then
            self._saved()
            return
        with contextlib.suppress(OSError):
            self.folder.remove(temporary)
        if outcome.signal:
            self.log("warning", f"Background saving terminated by signal {outcome.signal}")
            if outcome.signal == SIGUSR1:  # broken off on purpose
                return
        else:
            self.log("warning", f"Background saving error: {problem}")
        self.figures.dump_good = False
        self.settle()

    # the append-only file

    def rewrite_in_background(self) -> Reply:
        """BGREWRITEAOF."""
        if self.kind == "rewrite":
            raise ReplyError(errors.REWRITE_IN_PROGRESS)
        if self.busy or self._in_exec:
            self.file.rewrite_scheduled = True
            return _REWRITE_SCHEDULED
        if not self.file.start_rewrite():
            raise ReplyError(errors.REWRITE_FAILED)
        return _REWRITING

    def follow(self, attribute: str) -> str:
        """CONFIG SET of what concerns files; why that cannot be, or ""."""
        if attribute in ("save", "stop_writes_on_bgsave_error"):
            self.settle()
        elif attribute == "appendonly":
            if self.engine.config.appendonly and not self.file.is_open:
                return self.file.turn_on()
            if not self.engine.config.appendonly and self.file.is_open:
                self.file.turn_off()
        return ""

    # jobs

    def temporary(self, kind: str = "") -> str:
        """A name for a file that is not whole yet."""
        return f"temp-{kind}{self.tag}.rdb"

    def start_job(
        self, kind: Kind, work: Callable[[Source], Iterator[int]], done: Callable[[Outcome], None]
    ) -> bool:
        """Begin something in the background; False if that cannot be. ``done`` is told its end."""
        try:
            self._job = self.background.start(self.engine, work)
        except OSError as error:
            text = error.strerror or str(error)
            self.log("warning", f"Can't save in background: fork: {text}")
            return False
        stats = self.engine.stats
        stats.forks, stats.fork_usec = stats.forks + 1, self.background.fork_us
        self.kind, self._done = kind, done
        self._began_s = self._now_s
        self._keys_then = sum(len(database) for database in self.engine.databases)
        return True

    def _stop_job(self) -> None:
        """Break off a dump: a better one is on its way."""
        if self._job is not None and self.kind == "dump":
            self._job.kill()
            self._over(Outcome(signal=SIGUSR1))

    def abandon(self) -> None:
        """Break off whatever is written in the background (the server ends)."""
        if self._job is not None:
            self._job.kill()
            self._over(Outcome(signal=SIGUSR1))

    def die(self) -> None:
        """The process is killed: what is being written in the background is left as it is."""
        if self._job is not None:
            self._job.kill()
        self._job = self.kind = self._done = None

    def stand_still(self) -> None:
        """The process is stopped and may go on later: what its child writes comes to an end
        meanwhile, of which `cron` will hear."""
        while self._job is not None and self._job.poll() is None:
            pass

    def _over(self, outcome: Outcome) -> None:
        done, self._job, self.kind, self._done = self._done, None, None, None
        if done is not None:
            done(outcome)

    @property
    def _now_s(self) -> int:
        return self.engine.clock.now_us() // 1_000_000

    # the periodic work

    def cron(self) -> None:
        """What is due: ends of jobs, scheduled ones, save points, growth, a sync each second."""
        if self.engine.loading:
            return
        if self._job is not None:
            outcome = self._job.poll()
            if outcome is not None:
                self._over(outcome)
        if self._job is None:
            self._due()
        if self.file.is_open:
            self.file.flush()
            self.settle()

    def _due(self) -> None:
        if self.file.rewrite_scheduled:
            self.file.start_rewrite()
        elif self.dump_scheduled and self._may_try:
            self.dump_scheduled = False
            self.start_dump()
        elif self.save_point is not None and self._may_try:
            seconds, changes = self.save_point
            self.log("notice", f"{changes} changes in {seconds} seconds. Saving...")
            self.start_dump()
        elif self.file.has_grown:
            self.file.start_rewrite()

    @property
    def _may_try(self) -> bool:
        figures = self.figures
        return figures.dump_good or self._now_s - figures.dump_tried > RETRY_S

    @property
    def save_point(self) -> tuple[int, int] | None:
        """The save point that is reached: seconds since the last dump, changes since it."""
        since, dirty = self._now_s - self.figures.last_save, self.engine.stats.dirty
        for seconds, changes in self.engine.config.save:
            if dirty >= changes and since > seconds:
                return seconds, changes
        return None

    def settle(self) -> None:
        """Bring `trouble` up to date."""
        config = self.engine.config
        trouble: Literal["", "dump", "log"] = ""
        if self.file.problem:
            trouble = "log"
        elif config.stop_writes_on_bgsave_error and config.save and not self.figures.dump_good:
            trouble = "dump"
        if (trouble, self.file.problem) != (self.trouble, self.trouble_text):
            self.trouble, self.trouble_text = trouble, self.file.problem
            self.engine.settle()

    # the end

    def finish(self, save: bool | None) -> str:
        """The server is to end: complete the files. ``save`` None follows the save points.

        Returns the system's text if the dump that is due cannot be written; all is as before then.
        """
        if self.file.awaits_base and self.kind == "rewrite":
            self.log("warning", "Writing initial AOF, can't exit.")
            return "no append-only file yet"
        self.abandon()
        if self.file.is_open:
            self.log("warning", "Calling fsync() on the AOF file.")
            self.file.complete()
        if save or (save is None and self.engine.config.save):
            self.log("notice", "Saving the final RDB snapshot before exiting.")
            return self.save_now()
        return ""

    def close(self) -> None:
        """Let go of the files, whatever is in them."""
        self.abandon()
        if self.file.is_open:
            self.file.close()

    # what INFO says

    def fields(self) -> Iterator[tuple[str, object]]:
        """The section Persistence, in redis's order."""
        figures, file, loading = self.figures, self.file, self.loading
        rdb, rewriting = self.kind == "dump", self.kind == "rewrite"
        seconds = self._now_s - self._began_s if self.busy else -1
        keys = self._job.keys if self._job is not None else 0
        total = self._keys_then if self.busy else 0
        percent = f"{100 * keys / total:.2f}" if total else "0.00"
        yield "loading", int(self.engine.loading)
        yield "async_loading", 0
        yield from (("current_cow_peak", 0), ("current_cow_size", 0), ("current_cow_size_age", 0))
        yield "current_fork_perc", percent
        yield "current_save_keys_processed", keys
        yield "current_save_keys_total", total
        yield "rdb_changes_since_last_save", self.engine.stats.dirty
        yield "rdb_bgsave_in_progress", int(rdb)
        yield "rdb_last_save_time", figures.last_save
        yield "rdb_last_bgsave_status", "ok" if figures.dump_good else "err"
        yield "rdb_last_bgsave_time_sec", figures.dump_seconds
        yield "rdb_current_bgsave_time_sec", seconds if rdb else -1
        yield "rdb_saves", figures.saves
        yield "rdb_last_cow_size", figures.dump_copied
        yield "rdb_last_load_keys_expired", figures.expired_at_load
        yield "rdb_last_load_keys_loaded", figures.keys_at_load
        yield "aof_enabled", int(file.is_open)
        yield "aof_rewrite_in_progress", int(rewriting)
        yield "aof_rewrite_scheduled", int(file.rewrite_scheduled)
        yield "aof_last_rewrite_time_sec", figures.rewrite_seconds
        yield "aof_current_rewrite_time_sec", seconds if rewriting else -1
        yield "aof_last_bgrewrite_status", "ok" if figures.rewrite_good else "err"
        yield "aof_rewrites", figures.rewrites
        yield "aof_rewrites_consecutive_failures", figures.rewrite_failures
        yield "aof_last_write_status", "err" if file.problem else "ok"
        yield "aof_last_cow_size", figures.rewrite_copied
        yield from (("module_fork_in_progress", 0), ("module_fork_last_cow_size", 0))
        if file.is_open:
            yield "aof_current_size", file.size
            yield "aof_base_size", figures.base_size
            yield "aof_pending_rewrite", 0
            yield "aof_buffer_length", file.pending
            yield "aof_pending_bio_fsync", int(file.syncing)
            yield "aof_delayed_fsync", file.delayed
        if loading is not None and self.engine.loading:
            yield from self._loading(loading)

    def _loading(self, progress: Progress) -> Iterator[tuple[str, object]]:
        total, done = progress.total or 0, progress.done
        elapsed = max(self._now_s - self._began_s, 1)
        yield "loading_start_time", self._began_s
        yield "loading_total_bytes", total
        yield "loading_rdb_used_mem", 0
        yield "loading_loaded_bytes", done
        yield "loading_loaded_perc", f"{100 * done / total:.2f}" if total else "0.00"
        yield "loading_eta_seconds", max((total - done) * elapsed // max(done, 1), 0)

    def load_began(self) -> None:
        """A file begins to be read."""
        self._began_s = self._now_s


def write_steps(folder: Folder, name: str, chunks: Iterator[bytes]) -> Iterator[int]:
    """Write a file chunk by chunk and sync it. Raises `OSError`, and then it is removed; if it is
    broken off, it is left over (`Job.kill`)."""
    file = folder.create(name)
    try:
        for chunk in chunks:
            file.write(chunk)
            yield 0
        file.sync()
    except Exception:
        with contextlib.suppress(OSError):
            file.close()
            folder.remove(name)
        raise
    file.close()
