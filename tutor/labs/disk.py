"""A disk that can lose power: what was written, and what is really there.

    write ─▶ page cache ─ sync ─▶ platter
                │                   │
      outlives a crash of     outlives a loss of power
        the process

A loss of power leaves of each file what was synced, and a random beginning of the rest. A new name
counts once names are synced; a replacement that was not may leave the old file or the new one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.labs.simulation import Simulation
    from tutor.persistence.folder import Writing


@dataclass(slots=True, eq=False)
class _File:
    """Contents, and how many of the bytes are on the platter."""

    data: bytearray = field(default_factory=bytearray)
    synced: int = 0
    content: bytes = b""  # on the platter


class SimulatedFile:
    """`tutor.persistence.folder.Writing` on such a disk."""

    def __init__(self, disk: SimulatedFolder, file: _File) -> None:
        self._disk = disk
        self._file = file

    @property
    def size(self) -> int:
        """Bytes in it now."""
        return len(self._file.data)

    def write(self, data: bytes) -> None:
        """Into the page cache."""
        self._disk.check()
        self._file.data += data

    def sync(self) -> None:
        """Onto the platter."""
        self._disk.check()
        self._file.synced = len(self._file.data)
        self._file.content = bytes(self._file.data)

    def sync_first(self, size: int) -> None:
        """So many of its bytes onto the platter; those that are there stay."""
        file = self._file
        if size > file.synced:
            file.synced, file.content = size, bytes(file.data[:size])

    def close(self) -> None:
        """Nothing is synced by that."""


class TimedSyncer:
    """`tutor.persistence.aof.log.Syncer`: an fsync takes ``takes`` microseconds. What is written
    meanwhile is not in it."""

    def __init__(self, simulation: Simulation, takes: int = 0) -> None:
        self._simulation = simulation
        self.takes = takes
        self.problem = ""
        self._under_way: tuple[SimulatedFile, int] | None = None

    @property
    def busy(self) -> bool:
        """One is under way."""
        return self._under_way is not None

    def begin(self, file: Writing) -> None:
        """Sync it."""
        assert isinstance(file, SimulatedFile)
        self._under_way = job = file, file.size
        if self.takes:
            self._simulation.after(self.takes, lambda: self._end(job))
        else:
            self._end(job)

    def _end(self, job: tuple[SimulatedFile, int]) -> None:
        if self._under_way is job:
            self.finish()

    def finish(self) -> None:
        """It is done."""
        if self._under_way is not None:
            file, size = self._under_way
            self._under_way = None
            file.sync_first(size)

    def forget(self) -> None:
        """The power is gone before it was done."""
        self._under_way = None


class SimulatedFolder:
    """`tutor.persistence.folder.Folder` on such a disk. ``full``: nothing can be written."""

    def __init__(self) -> None:
        self.full = False
        self._files: dict[str, _File] = {}
        self._names: dict[str, _File] = {}  # on the platter
        self._folders: dict[str, SimulatedFolder] = {}

    def check(self) -> None:
        """Raise `OSError` if nothing can be written now."""
        if self.full:
            raise OSError(28, "No space left on device")

    def create(self, name: str) -> SimulatedFile:
        self.check()
        file = self._files[name] = _File()
        return SimulatedFile(self, file)

    def append(self, name: str) -> SimulatedFile:
        self.check()
        return SimulatedFile(self, self._files.setdefault(name, _File()))

    def read(self, name: str) -> Iterator[bytes]:
        if name not in self._files:
            raise FileNotFoundError(2, "No such file or directory", name)
        yield bytes(self._files[name].data)

    def size(self, name: str) -> int | None:
        file = self._files.get(name)
        return None if file is None else len(file.data)

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Of each file how many bytes were written, and how many are on the platter."""
        return {name: (len(file.data), file.synced) for name, file in self._files.items()}

    def replace(self, old: str, new: str) -> None:
        self._files[new] = self._files.pop(old)

    def remove(self, name: str) -> None:
        self._files.pop(name, None)

    def truncate(self, name: str, size: int) -> None:
        file = self._files[name]
        del file.data[size:]
        file.synced = min(file.synced, size)
        file.content = file.content[:size]

    def names(self) -> list[str]:
        return sorted(self._files)

    def sync_names(self) -> None:
        self._names = dict(self._files)

    def folder(self, name: str) -> SimulatedFolder:
        folder = self._folders.setdefault(name, SimulatedFolder())
        folder.full = self.full
        return folder

    def move_into(self, name: str, inside: SimulatedFolder) -> None:
        inside._files[name] = self._files.pop(name)

    def write_back(self) -> None:
        """The system syncs everything by itself, as it does now and then."""
        for file in self._files.values():
            file.synced = len(file.data)
            file.content = bytes(file.data)
        self._names = dict(self._files)
        for folder in self._folders.values():
            folder.write_back()

    # what can go wrong

    def lose_power(self, chance: random.Random) -> None:
        """What was not synced is gone, or a beginning of it is there."""
        present = self._names if chance.random() < 0.5 else self._files
        self._files = {}
        for name, file in present.items():
            kept = bytearray(file.content)
            rest = bytes(file.data[file.synced :])
            if rest:
                kept += rest[: chance.randrange(len(rest) + 1)]
            self._files[name] = _File(kept, len(kept), bytes(kept))
        self._names = dict(self._files)
        for folder in self._folders.values():
            folder.lose_power(chance)

    def wipe(self) -> None:
        """A new disk."""
        self._files, self._names, self._folders = {}, {}, {}
