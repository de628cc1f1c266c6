"""Files of our own making, whole, to be damaged by the tests."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tutor import cli
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import split
from tutor.engine.codec import dump
from tutor.engine.engine import Engine
from tutor.engine.propagation.stream import encode_command
from tutor.engine.world import World
from tutor.persistence.rdb import RdbInfo, write_rdb

LINES = (
    "SET greeting " + "hello" * 12,
    "HSET user:1 name Ann age 30",
    "SADD ids 1 2 70000",
    "ZADD board 1 a 2 b",
    "RPUSH queue x y z",
    "XADD log 1-1 f v",
    "EXPIRE user:1 100000000",
    "SELECT 3",
    "SET other 12",
)


def world(lines: Iterable[str] = LINES) -> World:
    made = World(Engine(VirtualClock(), seed=1))
    for line in lines:
        made.run(split(line))
    return made


def rdb(*, checksum: bool = True, lines: Iterable[str] = LINES, aof_base: bool = False) -> bytes:
    """An RDB file."""
    info = RdbInfo(1_700_000_000, 900_000, aof_base)
    return b"".join(write_rdb(world(lines).engine, info, compress=True, checksum=checksum))


def payload(key: bytes = b"greeting") -> bytes:
    """What DUMP gives."""
    made = world()
    return dump(made.engine, made.engine.databases[0].keys.data[key])


def aof(*lines: str) -> bytes:
    """Commands."""
    return b"".join(encode_command(split(line)) for line in lines)


class Tool:
    """Runs `redis-tutor` and keeps what it says."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: object) -> int:
        code = cli.main([str(word) for word in words])
        self.out, self.err = self._capsys.readouterr()
        return code
