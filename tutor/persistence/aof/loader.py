"""An append-only file into an engine: base, increments, command by command (redis 7.0, aof.c).

    manifest ─▶ base: RDB, or commands ─▶ increments: commands ─▶ the engine

Only the last file may be cut short, and only where aof-load-truncated says so: then what is not
whole is cut off, with a transaction that has no EXEC.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from itertools import chain

from tutor.engine.engine import Engine
from tutor.engine.replies import ReplyError
from tutor.engine.session import Session
from tutor.persistence.aof.manifest import Manifest, Part
from tutor.persistence.aof.reader import CommandReader, DamagedLog
from tutor.persistence.folder import Folder
from tutor.persistence.rdb import Loaded, Progress, load_steps
from tutor.persistence.rdb.opcodes import MAGIC

_EACH = 4000
"""Commands between two reports."""


class UnknownCommand(Exception):
    """The file ``name`` holds a command that does not exist, at ``offset``."""

    def __init__(self, name: str, offset: int, command: bytes) -> None:
        super().__init__(name)
        self.name, self.offset, self.command = name, offset, command


class LogDamage(Exception):
    """Which file is damaged, and how."""

    def __init__(self, name: str, damage: DamagedLog) -> None:
        super().__init__(f"{name}: {damage}")
        self.name, self.damage = name, damage


class LogLoader:
    """Reads the parts of a manifest. ``cut``: after `run`, the last file and the size to which it
    was whole, if it was cut short and that is allowed."""

    def __init__(self, engine: Engine, folder: Folder, manifest: Manifest) -> None:
        self._engine = engine
        self._folder = folder
        self._manifest = manifest
        self._session = _obeyed(engine)
        self.total = sum(folder.size(part.name) or 0 for part in manifest.parts)
        self._done = 0
        self.keys = 0
        self.cut: tuple[str, int] | None = None

    def run(self) -> Iterator[Progress]:
        """Load everything. Raises `LogDamage`, `DamagedRdb`, `UnknownCommand`, `OSError`."""
        parts = self._manifest.parts
        try:
            for part in parts:
                yield from self._part(part, last=part is parts[-1])
                self._done += self._folder.size(part.name) or 0
        finally:
            self._engine.disconnect(self._session)

    def _part(self, part: Part, last: bool) -> Iterator[Progress]:
        chunks = self._folder.read(part.name)
        first = next(chunks, b"")
        offset = 0
        if first.startswith(MAGIC):
            steps = load_steps(
                self._engine,
                chain([first], chunks),
                total=self.total,
                keep_expired=True,
                checksum=self._engine.config.rdbchecksum,
            )
            loaded = yield from _shifted(steps, self._done)
            self.keys = loaded.keys
            first, offset = loaded.rest, loaded.size
        reader = CommandReader(chain([first] if first else [], chunks), offset)
        try:
            yield from self._replay(part, reader)
        except DamagedLog as damage:
            self._session.transaction = None
            allowed = last and self._engine.config.aof_load_truncated
            if damage.why == "format" or not allowed:
                raise LogDamage(part.name, damage) from damage
            self.cut = part.name, damage.valid

    def _replay(self, part: Part, reader: CommandReader) -> Iterator[Progress]:
        engine, session = self._engine, self._session
        valid, count = reader.valid, 0
        try:
            for argv, behind in reader:
                try:
                    command = engine.find(argv)
                except ReplyError as error:
                    raise UnknownCommand(part.name, valid, argv[0]) from error
                if session.transaction is not None and not command.immediate:
                    session.transaction.queue.append((command, argv))
                else:
                    with contextlib.suppress(ReplyError):
                        command.function(session, argv)
                if session.transaction is None:
                    valid = behind
                count += 1
                if count % _EACH == 0:
                    yield Progress(self._done + behind, self.total, self.keys)
        except DamagedLog as damage:
            damage.valid = min(damage.valid, valid)
            raise
        if session.transaction is not None:
            raise DamagedLog("truncated", reader.valid, valid, "EXEC", "the end")


def _obeyed(engine: Engine) -> Session:
    """A session whose commands pass every gate."""
    session = engine.connect("")
    session.from_master = True
    session.authenticated = True
    session.settle()
    engine.stats.connections_received -= 1
    return session


def _shifted(
    steps: Generator[Progress, None, Loaded], done: int
) -> Generator[Progress, None, Loaded]:
    """Progress of one file as that of all."""
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            loaded: Loaded = end.value
            return loaded
        yield Progress(done + step.done, step.total, step.keys)
