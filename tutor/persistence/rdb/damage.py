"""What is wrong with an RDB file, as data: where, what was expected, what was found."""

from __future__ import annotations

from typing import Literal

Fault = Literal[
    "not-rdb",  # it does not begin as an RDB file does
    "version",  # a version that is not known here
    "truncated",  # the file ends before its end
    "checksum",  # what was read is not what was written
    "opcode",  # neither a type nor an opcode
    "value",  # the bytes of a value contradict themselves
    "duplicate",  # a key stands there twice
    "database",  # a database that this server does not have
    "function",  # a library that does not load
    "module",  # data of a module
    "field-expiry",  # a hash whose fields expire, which 7.0 does not have
    "newer-type",  # a type of a later version
]


class DamagedRdb(Exception):
    """An RDB file that cannot be loaded; nothing of it was.

    ``offset`` is that of the byte from which on it cannot be read; ``expected`` and ``found`` are
    English words or figures, never sentences; ``key`` and ``db`` say in which value it is.
    """

    def __init__(
        self,
        fault: Fault,
        offset: int,
        *,
        expected: str = "",
        found: str = "",
        key: bytes | None = None,
        db: int | None = None,
    ) -> None:
        words = f"{fault} at offset {offset}"
        if key is not None:
            words += f", key {key[:128]!r}"
        if expected:
            words += f": expected {expected}"
        if found:
            words += f", found {found}" if expected else f": {found}"
        super().__init__(words)
        self.fault: Fault = fault
        self.offset = offset
        self.expected = expected
        self.found = found
        self.key = key
        self.db = db
