"""The only door to files: what dumps and the append-only file ask of a folder.

    create ─▶ write … ─▶ sync ─▶ close ─▶ replace(temporary, name) ─▶ sync_names

The real one is `DiskFolder`; a lab has one that can lose power. A file becomes part of the truth by
`replace` alone: until then the old one is untouched.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

CHUNK = 1 << 18


class Writing(Protocol):
    """A file that is being written. Every method may raise `OSError`."""

    @property
    def size(self) -> int:
        """Bytes in it now."""
        ...

    def write(self, data: bytes) -> None:
        """Hand bytes to the operating system, where they outlive a crash of this process.

        Where that fails halfway the file is cut back to what it was.
        """
        ...

    def sync(self) -> None:
        """Have everything on the disk itself, where it outlives a loss of power."""
        ...

    def close(self) -> None:
        """No more."""
        ...


class Folder(Protocol):
    """A folder of files by name. Every method may raise `OSError`."""

    def create(self, name: str) -> Writing:
        """A new, empty file, in place of one of that name."""
        ...

    def append(self, name: str) -> Writing:
        """Write on at a file's end; it is made if there is none."""
        ...

    def read(self, name: str) -> Iterator[bytes]:
        """A file's bytes in chunks. Raises FileNotFoundError at the first if there is none."""
        ...

    def size(self, name: str) -> int | None:
        """A file's length; None if there is none."""
        ...

    def replace(self, old: str, new: str) -> None:
        """Give a file another name, in place of whatever has it: at once, or not at all."""
        ...

    def remove(self, name: str) -> None:
        """Forget a file, if there is one."""
        ...

    def truncate(self, name: str, size: int) -> None:
        """Cut a file's end off."""
        ...

    def names(self) -> list[str]:
        """The files in it."""
        ...

    def sync_names(self) -> None:
        """Have the names themselves on the disk."""
        ...

    def folder(self, name: str) -> Folder:
        """A folder inside, made once something is written into it."""
        ...

    def move_into(self, name: str, inside: Any) -> None:
        """Move a file into a folder inside, which is there."""
        ...


class DiskFile:
    """`Writing` on a real file, without a buffer of our own."""

    def __init__(self, path: Path, flags: int) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o644)
        self.size = os.fstat(self._fd).st_size

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, self.size)
            raise
        self.size += len(data)

    def sync(self) -> None:
        sync_file(self._fd)

    def fileno(self) -> int:
        """For whoever syncs it in another thread."""
        return self._fd

    def close(self) -> None:
        os.close(self._fd)


def sync_file(fd: int) -> None:
    """The contents of an open file on the disk (fdatasync where the system has it)."""
    getattr(os, "fdatasync", os.fsync)(fd)


class DiskFolder:
    """`Folder` on a real disk. ``path`` need not exist until something is written into it."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def create(self, name: str) -> DiskFile:
        self.path.mkdir(parents=True, exist_ok=True)
        return DiskFile(self.path / name, os.O_TRUNC)

    def append(self, name: str) -> DiskFile:
        self.path.mkdir(parents=True, exist_ok=True)
        return DiskFile(self.path / name, os.O_APPEND)

    def read(self, name: str) -> Iterator[bytes]:
        with open(self.path / name, "rb", buffering=0) as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def size(self, name: str) -> int | None:
        try:
            return (self.path / name).stat().st_size
        except FileNotFoundError:
            return None

    def replace(self, old: str, new: str) -> None:
        os.replace(self.path / old, self.path / new)

    def remove(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path / name)

    def truncate(self, name: str, size: int) -> None:
        os.truncate(self.path / name, size)

    def names(self) -> list[str]:
        try:
            return sorted(entry.name for entry in os.scandir(self.path) if entry.is_file())
        except FileNotFoundError:
            return []

    def sync_names(self) -> None:
        try:
            fd = os.open(self.path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        except PermissionError:  # Windows opens no folder, and keeps names by itself
            return
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def folder(self, name: str) -> DiskFolder:
        return DiskFolder(self.path / name)

    def move_into(self, name: str, inside: DiskFolder) -> None:
        os.replace(self.path / name, inside.path / name)


def write_whole(folder: Folder, name: str, temporary: str, chunks: Iterator[bytes]) -> int:
    """A file as a whole, or, where anything fails, the old one untouched; returns its size.

    Raises `OSError`, and then nothing is left over.
    """
    file: Writing | None = None
    try:
        file = folder.create(temporary)
        for chunk in chunks:
            file.write(chunk)
        file.sync()
        size = file.size
        file.close()
        file = None
        folder.replace(temporary, name)
        folder.sync_names()
    except BaseException:
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()
        with contextlib.suppress(OSError):
            folder.remove(temporary)
        raise
    return size
