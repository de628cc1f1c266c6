"""One JSON file that survives a crash at any moment and several writers at once.

Writing: take the lock, read what is there now, apply the change, write a new file beside it,
flush it to the disk, put it in place. A reader therefore always sees a whole file, the old or the
new. A file that is damaged all the same (a disk, an editor) is moved aside, never overwritten.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LOCK_PATIENCE_S = 2.0


class Damaged(Exception):
    """The file is not what we write; ``kept_as`` is where it was put."""

    def __init__(self, kept_as: Path) -> None:
        super().__init__(str(kept_as))
        self.kept_as = kept_as


class Newer(Exception):
    """The file was written by a later version."""

    def __init__(self, path: Path, version: int) -> None:
        super().__init__(f"{path}: format {version}")
        self.path = path
        self.version = version


class Busy(OSError):
    """Another process has held the lock for too long."""


class JsonFile:
    """``path`` holds an object with the key ``format``; ``version`` is the highest we know."""

    def __init__(self, path: Path, version: int) -> None:
        self.path = path
        self.version = version

    def read(self) -> dict[str, Any] | None:
        """The data, or None if there is no file yet.

        Raises `Damaged` (the file has been moved aside), `Newer`, or OSError.
        """
        try:
            text = self.path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            data = json.loads(text)
            version = data["format"]
            if not isinstance(version, int) or isinstance(version, bool) or version < 1:
                raise ValueError("format")
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise Damaged(self.put_aside(text)) from error
        if version > self.version:
            raise Newer(self.path, version)
        return data  # type: ignore[no-any-return]

    def put_aside(self, seen: bytes) -> Path:
        """Move the file to a name that is free; its contents are ``seen``, just read."""
        number = 1
        while True:
            aside = self.path.with_name(f"{self.path.stem}.damaged-{number}{self.path.suffix}")
            if aside.exists():
                number += 1
                continue
            if self.path.read_bytes() == seen:  # another process may have mended it meanwhile
                os.replace(self.path, aside)
            return aside

    def write(self, data: dict[str, Any]) -> None:
        """Replace the file as a whole; hold the lock while calling."""
        text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as file:
                file.write(text.encode("ascii"))
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        _sync_folder(self.path.parent)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Alone with the file; the system frees the lock of a process that dies.

        Makes the folder if need be, clears leftovers of killed writers. Raises `Busy`, OSError.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("a+b") as file:
            deadline = time.monotonic() + LOCK_PATIENCE_S
            while not try_lock(file.fileno()):
                if time.monotonic() > deadline:
                    raise Busy(f"{self.path} is locked by another process")
                time.sleep(0.01)
            try:
                for leftover in self.path.parent.glob(f".{self.path.name}.*.tmp"):
                    with contextlib.suppress(OSError):
                        leftover.unlink()
                yield
            finally:
                unlock(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the new name durable too, where the system can."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


if os.name == "nt":  # pragma: no cover - proven on Windows only
    import msvcrt

    def try_lock(handle: int) -> bool:
        """Take the lock of an open file if nobody else has it; it ends with the process."""
        os.lseek(handle, 0, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True

    def is_locked(handle: int) -> bool:
        """Whether another process has the lock of an open file."""
        if not try_lock(handle):
            return True
        unlock(handle)
        return False

    def unlock(handle: int) -> None:
        """Give it back."""
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]

else:
    import fcntl

    def try_lock(handle: int) -> bool:
        """Take the lock of an open file if nobody else has it; it ends with the process."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def is_locked(handle: int) -> bool:
        """Whether another process has the lock of an open file; askers do not disturb askers."""
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        unlock(handle)
        return False

    def unlock(handle: int) -> None:
        """Give it back."""
        fcntl.flock(handle, fcntl.LOCK_UN)
