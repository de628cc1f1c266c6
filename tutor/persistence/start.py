"""What a server reads when it starts (redis 7.0, server.c: loadDataFromDisk, aof.c).

appendonly yes ─▶ manifest ─▶ its files      (an old single file becomes the first base)
appendonly no  ─▶ dump
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.persistence.aof.loader import LogDamage, LogLoader, UnknownCommand
from tutor.persistence.aof.manifest import DamagedManifest, Manifest, parse
from tutor.persistence.logfile import MANIFEST
from tutor.persistence.rdb import DamagedRdb, Loaded, Progress, load_steps

if TYPE_CHECKING:
    from tutor.persistence.service import Persister


class CannotStart(Exception):
    """The files cannot be read; ``message`` is what the log says last."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Start:
    """Fills the engine of a `Persister` from its folder."""

    def __init__(self, owner: Persister) -> None:
        self._owner = owner
        self._engine = owner.engine

    def load(self) -> Iterator[Progress]:
        """In steps. Raises `CannotStart`."""
        engine, owner = self._engine, self._owner
        engine.now_ms = engine.clock.now_us() // 1000
        engine.loading = True
        engine.settle()
        engine.propagation.quiet()
        owner.load_began()
        started = engine.clock.stopwatch_us()
        try:
            steps = self._log() if engine.config.appendonly else self._dump()
            for owner.loading in steps:
                yield owner.loading
        except OSError as error:
            text = error.strerror or str(error)
            raise CannotStart(f"Fatal error loading the DB: {text}. Exiting.") from error
        finally:
            engine.loading = False
            owner.loading = None
            engine.propagation.loud()
            engine.stats.dirty = 0
            engine.settle()
        self._seconds = (engine.clock.stopwatch_us() - started) / 1_000_000
        self._say()

    _found = ""
    _seconds = 0.0

    def _say(self) -> None:
        if self._found == "log":
            text = f"DB loaded from append only file: {self._seconds:.3f} seconds"
            self._owner.log("notice", text)
        elif self._found == "dump":
            self._owner.log("notice", f"DB loaded from disk: {self._seconds:.3f} seconds")

    # the dump

    def _dump(self) -> Iterator[Progress]:
        owner, log = self._owner, self._owner.file
        if log.folder.size(log.stem + MANIFEST) is not None:
            log.manifest = self._manifest()  # where its numbers go on once it is turned on
        size = owner.folder.size(owner.dump_name)
        if size is None:
            return
        steps = load_steps(
            self._engine,
            owner.folder.read(owner.dump_name),
            total=size,
            checksum=self._engine.config.rdbchecksum,
        )
        try:
            loaded = yield from steps
        except DamagedRdb as damage:
            owner.log("warning", f"Damaged dump {owner.dump_name}: {damage}")
            owner.log(
                "warning",
                "Terminating server after rdb file reading failure. The file was left as it is; "
                f"redis-tutor check-rdb {owner.dump_name} tells more.",
            )
            raise CannotStart("Fatal error loading the DB, check server logs. Exiting.") from damage
        self._loaded(loaded)
        self._found = "dump"

    def _loaded(self, loaded: Loaded) -> None:
        owner, figures = self._owner, self._owner.figures
        figures.keys_at_load, figures.expired_at_load = loaded.keys, loaded.expired
        version = loaded.aux.get(b"redis-ver", b"?").decode("latin-1")
        owner.log("notice", f"Loading RDB produced by version {version}")
        owner.log(
            "notice",
            f"Done loading RDB, keys loaded: {loaded.keys}, keys expired: {loaded.expired}.",
        )
        replication = self._engine.replication
        if loaded.repl is not None and replication is not None:
            replication.restore(loaded.repl)

    # the append-only file

    def _log(self) -> Iterator[Progress]:
        owner, file = self._owner, self._owner.file
        manifest = self._manifest()
        if not manifest.parts:
            return
        loader = LogLoader(self._engine, file.folder, manifest)
        for part in manifest.parts:
            if file.folder.size(part.name) is None:
                owner.log("warning", f"The AOF file {part.name} doesn't exist")
                raise CannotStart("Fatal error loading the DB, check server logs. Exiting.")
        try:
            yield from loader.run()
        except LogDamage as damage:
            raise self._damaged(damage) from damage
        except UnknownCommand as unknown:
            name = unknown.command.decode("utf-8", "replace")
            raise CannotStart(
                f"Unknown command '{name}' reading the append only file {unknown.name} at offset "
                f"{unknown.offset}"
            ) from unknown
        except DamagedRdb as damaged:
            base = manifest.base.name if manifest.base is not None else ""
            raise CannotStart(
                f"Error reading the RDB preamble of the AOF file {base}: {damaged}"
            ) from damaged
        if loader.cut is not None:
            self._cut(*loader.cut)
        owner.figures.keys_at_load = sum(len(database) for database in self._engine.databases)
        file.manifest = manifest
        self._found = "log"

    def _manifest(self) -> Manifest:
        """The manifest; an old single file becomes the base of a new one."""
        owner, file = self._owner, self._owner.file
        name = file.stem + MANIFEST
        if file.folder.size(name) is None:
            if owner.folder.size(file.stem) is None:
                return Manifest()
            return self._upgraded(name)
        text = b"".join(file.folder.read(name)).decode("utf-8", "surrogateescape")
        try:
            return parse(text)
        except DamagedManifest as damage:
            owner.log("warning", f"{name}, line {damage.line}: {damage.problem}: {damage.text!r}")
            raise CannotStart(f"{damage.problem}: {name}, line {damage.line}") from damage

    def _upgraded(self, name: str) -> Manifest:
        """``appendonly.aof`` of an older server, beside the folder: moved into it as it is."""
        from tutor.persistence.aof.manifest import BASE, Part
        from tutor.persistence.folder import write_whole

        owner, file = self._owner, self._owner.file
        manifest = Manifest(base=Part(file.stem, 1, BASE), base_seq=1)
        write_whole(file.folder, name, f"temp-{name}", iter([manifest.text().encode()]))
        owner.folder.move_into(file.stem, file.folder)
        owner.log(
            "notice",
            f"Successfully migrated an old-style AOF configuration ({file.stem}) into the AOF "
            f"directory ({owner.engine.config.appenddirname.decode()}).",
        )
        return manifest

    def _damaged(self, damage: LogDamage) -> CannotStart:
        file, what = self._owner.file, damage.damage
        if what.why == "truncated":
            return CannotStart(
                f"Unexpected end of file reading the append only file {damage.name} at offset "
                f"{what.offset}. You can: 1) Make a backup of your AOF file, then use redis-tutor "
                f"check-aof --fix {file.stem}{MANIFEST}. 2) Alternatively you can set the "
                "'aof-load-truncated' configuration option to yes and restart the server."
            )
        return CannotStart(
            f"Bad file format reading the append only file {damage.name} at offset {what.offset}: "
            f"expected {what.expected}, found {what.found}. Make a backup of your AOF file, then "
            f"use redis-tutor check-aof --fix {file.stem}{MANIFEST}"
        )

    def _cut(self, name: str, size: int) -> None:
        """The last file was cut short: it goes on behind its last whole command."""
        owner = self._owner
        owner.log("warning", f"!!! Warning: short read while loading the AOF file {name}!!!")
        owner.log("warning", f"AOF {name} loaded anyway because aof-load-truncated is enabled")
        before = owner.file.folder.size(name)
        owner.log("warning", f"Truncating the AOF {name} from {before} to {size} bytes")
        owner.file.folder.truncate(name, size)
