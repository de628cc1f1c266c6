"""The real files around a configuration."""

from __future__ import annotations

import glob
import os

from tutor.network.log import Log


class Disk:
    """The real files and the log; see `tutor.engine.config.file.Surroundings`."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def warn(self, message: str) -> None:
        self._log.write("warning", message)

    def read(self, pattern: bytes) -> list[bytes]:
        wild = any(character in pattern for character in b"*?[")
        return [_content(path) for path in (sorted(glob.glob(pattern)) if wild else [pattern])]

    def enter(self, folder: bytes) -> None:
        os.chdir(folder)

    def try_append(self, path: bytes) -> None:
        with open(path, "ab"):
            pass


def _content(path: bytes) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except IsADirectoryError:
        return b""  # C opens a folder, and reads nothing from it
