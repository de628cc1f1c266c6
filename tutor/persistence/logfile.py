"""The append-only file's files: opening, rewriting, turning on and off (redis 7.0, aof.c).

    rewrite:  new increment, manifest ─▶ base in the background ─▶ rename, manifest ─▶ old files go
    turn on:  increment under a temporary name ─▶ base in the background ─▶ both renamed, manifest

The manifest is replaced as a whole, so a crash at any moment leaves files that load.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tutor.engine.propagation import Effect
from tutor.persistence.aof.base import write_commands
from tutor.persistence.aof.log import AppendLog, Syncer
from tutor.persistence.aof.manifest import Manifest
from tutor.persistence.background import Outcome, Source
from tutor.persistence.folder import Folder, write_whole

if TYPE_CHECKING:
    from tutor.persistence.service import Persister

MANIFEST = ".manifest"
SIGUSR1 = 10
FAILURES_BEFORE_DELAY = 3
FIRST_DELAY_S = 60
LONGEST_DELAY_S = 3600
"""After three failures in a row a rewrite by itself waits for a minute, then twice as long …"""


class LogFile:
    """The append-only file of a `Persister`; ``manifest`` names its parts."""

    def __init__(self, owner: Persister, syncer: Syncer) -> None:
        self._owner = owner
        self._syncer = syncer
        self._log: AppendLog | None = None
        self.manifest = Manifest()
        self.rewrite_scheduled = False
        self.awaits_base = False  # just turned on: nothing counts before the first base
        self._tried_s = 0
        self._kept_size = 0  # of the parts before the present increment

    # what there is

    @property
    def is_open(self) -> bool:
        """Whether effects are written."""
        return self._log is not None

    @property
    def problem(self) -> str:
        """Why the last write failed, "" if it did not."""
        return self._log.problem if self._log is not None else ""

    @property
    def pending(self) -> int:
        return self._log.pending if self._log is not None else 0

    @property
    def syncing(self) -> bool:
        return self._log is not None and self._log.syncing

    @property
    def delayed(self) -> int:
        return self._log.delayed if self._log is not None else 0

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return self._kept_size + (self._log.written if self._log is not None else 0)

    @property
    def stem(self) -> str:
        """``appendfilename``."""
        return self._owner.engine.config.appendfilename.decode("utf-8", "surrogateescape")

    @property
    def folder(self) -> Folder:
        """``appenddirname`` in ``dir``."""
        name = self._owner.engine.config.appenddirname.decode("utf-8", "surrogateescape")
        return self._owner.folder.folder(name)

    # opening

    def open_at_start(self) -> None:
        """What is loaded goes on here: the last increment, or a first base. Raises `OSError`."""
        log, known = self._owner.log, self.manifest.text()
        if self.manifest.base is None and not self.manifest.increments:
            part = self.manifest.add_base(self.stem, self._rdb_base)
            log("notice", f"Creating AOF base file {part.name} on server start")
            self._write_base(part.name)
        if not self.manifest.increments:
            part = self.manifest.add_increment(self.stem)
            log("notice", f"Creating AOF incr file {part.name} on server start")
            self.folder.create(part.name).close()  # the manifest names only what is there
        if self.manifest.text() != known:
            self._persist()
        self._forget_history()
        part = self.manifest.increments[-1]
        self._open(part.name)
        assert self._log is not None
        sizes = [self.folder.size(one.name) or 0 for one in self.manifest.parts]
        self._kept_size = sum(sizes)
        self._owner.figures.base_size = self._kept_size

    def _open(self, name: str) -> None:
        owner = self._owner
        file = self.folder.append(name)
        if self._log is None:
            self._log = AppendLog(owner.engine, file, self._syncer, owner.log)
        else:
            self._log.go_on_in(file)

    def _write_base(self, name: str) -> None:
        """A base made at once."""
        write_whole(self.folder, name, f"temp-{name}", self._base_of(self._owner.engine))

    @property
    def _rdb_base(self) -> bool:
        return self._owner.engine.config.aof_use_rdb_preamble

    def _base_of(self, source: Source) -> Iterator[bytes]:
        if self._rdb_base:
            return self._owner.chunks(source, self._owner.info(aof_base=True))
        return write_commands(source)

    def _persist(self) -> None:
        """Replace the manifest."""
        name = self.stem + MANIFEST
        write_whole(self.folder, name, f"temp-{name}", iter([self.manifest.text().encode()]))

    # writing

    def feed(self, effects: Sequence[Effect]) -> None:
        """Effects of a command."""
        if self._log is not None:
            self._log.feed(effects)

    def flush(self, force: bool = False) -> None:
        """Write what has gathered."""
        if self._log is not None:
            self._log.flush(force)

    def complete(self) -> None:
        """Everything is written and on the disk."""
        if self._log is not None:
            self._log.complete()

    def close(self) -> None:
        """The end."""
        if self._log is not None:
            self._log.close()
            self._log = None

    # rewriting

    @property
    def has_grown(self) -> bool:
        """Whether the file is to be rewritten by itself (auto-aof-rewrite-percentage)."""
        config, figures = self._owner.engine.config, self._owner.figures
        if not self.is_open or not config.auto_aof_rewrite_percentage:
            return False
        if self.size <= config.auto_aof_rewrite_min_size or self._must_wait:
            return False
        base = figures.base_size or 1
        growth = self.size * 100 // base - 100
        if growth < config.auto_aof_rewrite_percentage:
            return False
        self._owner.log("notice", f"Starting automatic rewriting of AOF on {growth}% growth")
        return True

    @property
    def _must_wait(self) -> bool:
        failures = self._owner.figures.rewrite_failures
        if failures < FAILURES_BEFORE_DELAY:
            return False
        doubled = min(failures - FAILURES_BEFORE_DELAY, 16)
        delay = min(FIRST_DELAY_S << doubled, LONGEST_DELAY_S)
        return self._owner.engine.clock.now_us() // 1_000_000 - self._tried_s < delay

    def start_rewrite(self) -> bool:
        """Begin a new base in the background; False if that cannot be."""
        owner = self._owner
        self.rewrite_scheduled = False
        self._tried_s = owner.engine.clock.now_us() // 1_000_000
        try:
            if self.awaits_base:
                self._begin_anew()
            elif self.is_open:
                self._begin_increment()
        except OSError as error:
            owner.log("warning", f"Can't open the append-only file: {error.strerror or error}")
            owner.figures.rewrite_failures += 1
            owner.figures.rewrite_good = False
            return False
        temporary = f"temp-rewriteaof-bg-{owner.tag}.aof"
        folder = self.folder

        def work(source: Source) -> Iterator[int]:
            from tutor.persistence.service import write_steps

            return write_steps(folder, temporary, self._base_of(source))

        def done(outcome: Outcome) -> None:
            self._rewritten(outcome, temporary)

        if not owner.start_job("rewrite", work, done):
            owner.figures.rewrite_failures += 1
            owner.figures.rewrite_good = False
            return False
        owner.log("notice", "Background append only file rewriting started")
        return True

    def _begin_increment(self) -> None:
        """From here on effects go into a new increment: the base will hold all before it."""
        assert self._log is not None
        self._log.flush(force=True)
        changed = self.manifest.copy()
        part = changed.add_increment(self.stem)
        self._owner.log("notice", f"Creating AOF incr file {part.name} on background rewrite")
        kept, self.manifest = self.manifest, changed
        before = self.size
        file = self.folder.create(part.name)
        try:
            self._persist()
        except OSError:
            self.manifest = kept
            file.close()
            raise
        self._log.go_on_in(file)
        self._kept_size = before

    def _begin_anew(self) -> None:
        """Just turned on: what has gathered until now will be in the base."""
        assert self._log is not None
        self._log.discard()
        self._log.go_on_in(self.folder.create(self._temporary_increment))

    def _rewritten(self, outcome: Outcome, temporary: str) -> None:
        figures, owner = self._owner.figures, self._owner
        figures.rewrite_seconds = owner.engine.clock.now_us() // 1_000_000 - self._tried_s
        figures.rewrite_copied = outcome.copied
        problem = outcome.problem
        if outcome.good:
            owner.log("notice", "Background AOF rewrite terminated with success")
            try:
                self._take_base(temporary)
            except OSError as error:
                problem = error.strerror or str(error)
        if outcome.signal == SIGUSR1:  # broken off on purpose
            with contextlib.suppress(OSError):
                self.folder.remove(temporary)
            return
        if problem or outcome.signal:
            with contextlib.suppress(OSError):
                self.folder.remove(temporary)
            figures.rewrite_failures += 1
            figures.rewrite_good = False
            how = f"by signal {outcome.signal}" if outcome.signal else f"with error: {problem}"
            owner.log("warning", f"Background AOF rewrite terminated {how}")
            if self.awaits_base and self.is_open:
                self.rewrite_scheduled = True
            return
        figures.rewrites += 1
        figures.rewrite_failures = 0
        figures.rewrite_good = True
        owner.log("notice", "Background AOF rewrite finished successfully")

    def _take_base(self, temporary: str) -> None:
        """The new base, and the increments since it began, are the file now."""
        kept, folder = self.manifest, self.folder
        changed = kept.copy()
        part = changed.add_base(self.stem, self._rdb_base)
        folder.replace(temporary, part.name)
        opened: str | None = None
        if self.awaits_base and self._log is not None:
            self._log.flush(force=True)
            changed.retire_increments(keep_last=False)
            opened = changed.add_increment(self.stem).name
            folder.replace(self._temporary_increment, opened)
        elif self.is_open:
            changed.retire_increments()
        else:
            changed.retire_increments(keep_last=False)
        self.manifest = changed
        try:
            self._persist()
        except OSError:
            self.manifest = kept
            folder.remove(part.name)
            if opened is not None:
                folder.replace(opened, self._temporary_increment)
            raise
        self.awaits_base = False
        base_size = folder.size(part.name) or 0
        self._kept_size = base_size
        self._owner.figures.base_size = base_size + (self._log.written if self._log else 0)
        self._forget_history()

    def _forget_history(self) -> None:
        """Delete what is no longer needed, then say so in the manifest."""
        if self._owner.engine.config.aof_disable_auto_gc or not self.manifest.history:
            return
        for part in self.manifest.history:
            with contextlib.suppress(OSError):
                self.folder.remove(part.name)
        self.manifest.history.clear()
        self._persist()

    # CONFIG SET appendonly

    @property
    def _temporary_increment(self) -> str:
        return f"temp-{self.stem}.incr"

    def turn_on(self) -> str:
        """Begin to write effects, and a base of what is there; why that cannot be, or ""."""
        owner = self._owner
        try:
            file = self.folder.create(self._temporary_increment)
        except OSError as error:
            owner.log("warning", f"Can't open the append-only file: {error.strerror or error}")
            return "Unable to turn on AOF. Check server logs."
        self._log = AppendLog(owner.engine, file, self._syncer, owner.log)
        self._kept_size = 0
        self.awaits_base = True
        owner.engine.propagation.add(owner)
        if owner.busy:
            self.rewrite_scheduled = True
            owner.log(
                "warning",
                "AOF was enabled but there is already another background operation. An AOF "
                "background was scheduled to start when possible.",
            )
        elif not self.start_rewrite():
            self.turn_off()
            return "Unable to turn on AOF. Check server logs."
        return ""

    def turn_off(self) -> None:
        """Write no more. The files stay."""
        owner = self._owner
        if owner.kind == "rewrite":
            owner.abandon()
        owner.engine.propagation.remove(owner)
        self.close()
        self.rewrite_scheduled = False
        if self.awaits_base:
            self.awaits_base = False
            with contextlib.suppress(OSError):
                self.folder.remove(self._temporary_increment)
        owner.settle()
