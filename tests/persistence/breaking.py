"""A folder whose process dies at a chosen moment, and a server in it.

fuse: every byte written and every other act (create, sync, replace …) burns one
      ─▶ at 0 the process is dead: `Crashed` passes through everything
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.engine.clock import VirtualClock
from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.engine.replies import Reply
from tutor.labs.disk import SimulatedFile, SimulatedFolder
from tutor.persistence.background import SlicedBackground
from tutor.persistence.service import Persister

ENDLESS = 1 << 60


class Crashed(BaseException):
    """The process is dead. No `Exception`: nothing that tidies up may catch it and act."""


class Fuse:
    """How much can still be done. Once it is burnt nothing is done any more, not even tidying."""

    def __init__(self, left: int = ENDLESS) -> None:
        self.left = left
        self.dead = False

    @property
    def burnt(self) -> int:
        """How much an endless one has lost."""
        return ENDLESS - self.left

    def burn(self, most: int = 1) -> int:
        """Use up as much of ``most`` as is left; how much that is. Raises once there is none."""
        if self.left <= 0:
            self.dead = True
            raise Crashed
        granted = min(most, self.left)
        self.left -= granted
        return granted


class BreakingFile:
    """`Writing` that may die in the midst of a write."""

    def __init__(self, file: SimulatedFile, fuse: Fuse) -> None:
        self._file = file
        self._fuse = fuse

    @property
    def size(self) -> int:
        return self._file.size

    def write(self, data: bytes) -> None:
        granted = self._fuse.burn(len(data)) if data else 0
        self._file.write(data[:granted])
        if granted < len(data):
            raise Crashed

    def sync(self) -> None:
        self._fuse.burn()
        self._file.sync()

    def close(self) -> None:
        self._file.close()


class BreakingFolder:
    """`Folder` over a simulated one."""

    def __init__(self, inner: SimulatedFolder, fuse: Fuse) -> None:
        self.inner = inner
        self.fuse = fuse

    def create(self, name: str) -> BreakingFile:
        self.fuse.burn()
        return BreakingFile(self.inner.create(name), self.fuse)

    def append(self, name: str) -> BreakingFile:
        self.fuse.burn()
        return BreakingFile(self.inner.append(name), self.fuse)

    def read(self, name: str) -> Iterator[bytes]:
        return self.inner.read(name)

    def size(self, name: str) -> int | None:
        return self.inner.size(name)

    def replace(self, old: str, new: str) -> None:
        self.fuse.burn()
        self.inner.replace(old, new)

    def remove(self, name: str) -> None:
        if self.fuse.dead:  # a generator that is let go tidies up
            return
        self.fuse.burn()
        self.inner.remove(name)

    def truncate(self, name: str, size: int) -> None:
        self.fuse.burn()
        self.inner.truncate(name, size)

    def names(self) -> list[str]:
        return self.inner.names()

    def sync_names(self) -> None:
        self.fuse.burn()
        self.inner.sync_names()

    def folder(self, name: str) -> BreakingFolder:
        return BreakingFolder(self.inner.folder(name), self.fuse)

    def move_into(self, name: str, inside: BreakingFolder) -> None:
        self.fuse.burn()
        self.inner.move_into(name, inside.inner)


class Server:
    """An engine that keeps its data in a folder: load, then commands, each acknowledged."""

    def __init__(self, disk: SimulatedFolder, fuse: Fuse | None = None, **directives: Any) -> None:
        self.clock = VirtualClock()
        directives = {"save": (), "appendfsync": "always", **directives}
        self.engine = Engine(self.clock, seed=1, config=Config(**directives))
        self.lines: list[str] = []
        folder = BreakingFolder(disk, fuse or Fuse())
        self.persister = Persister(
            self.engine, folder, SlicedBackground(each=1), lambda _, text: self.lines.append(text)
        )
        for _step in self.persister.load():
            pass
        self.persister.begin()
        self.session = self.engine.connect()

    def do(self, line: str) -> Reply:
        """One command and what a turn of the loop does behind it."""
        reply = self.engine.execute(self.session, line.encode().split())
        self.engine.before_sleep()
        return reply

    def turn(self, ms: int = 100) -> None:
        """Time passes."""
        self.clock.advance(ms=ms)
        self.engine.tick()

    def finish_jobs(self) -> None:
        """Until nothing is written in the background, and nothing is due."""
        for _ in range(1000):
            self.turn()
            if not self.persister.busy and not self.persister.file.rewrite_scheduled:
                return
        raise AssertionError("a job that does not end")
