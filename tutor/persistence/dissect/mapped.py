"""A file as a buffer: mapped into memory, so that only what is looked at is read."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tutor.persistence.dissect.spans import Buffer


@contextmanager
def mapped(path: Path) -> Iterator[Buffer]:
    """The bytes of a file, for reading. Raises OSError."""
    with path.open("rb") as file:
        if not path.is_file():  # a pipe cannot be mapped
            yield file.read()
            return
        if path.stat().st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            yield view
