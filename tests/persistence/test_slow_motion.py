"""What is filmed happened in the past: neither a file nor a replica hears of it again."""

from __future__ import annotations

import pytest

from tests.replication.pipes import Net, Node
from tutor.engine.cmdline import split
from tutor.engine.recording import record_entry, record_expiry, record_last
from tutor.engine.world import World
from tutor.labs.disk import SimulatedFolder
from tutor.persistence.background import SlicedBackground
from tutor.persistence.service import Persister

LINES = (
    "SET plain value",
    "INCR counter",
    "RPUSH list a b c",
    "SADD numbers 1 2 3 x",
    "SPOP numbers",
    "ZADD zset 1 a 2 b 3 c",
    "SET fleeting v PX 100",
    "EVAL \"return redis.call('INCR', KEYS[1])\" 1 counter",
    "CONFIG SET zset-max-listpack-entries 1",
    "ZADD zset 4 d",
    "XADD stream * f v",
    "DEL list",
    "FLUSHDB",
    "SET plain again",
)


class Place:
    """A master whose commands one world knows, its append-only file, and a replica."""

    def __init__(self) -> None:
        self.net = Net()
        self.master, self.replica = self.net.chain(7000, 7001, enable_debug_command="yes")
        self.disk = SimulatedFolder()
        config = self.master.engine.config
        config.appendonly, config.appendfsync = True, "always"
        self.persister = Persister(self.master.engine, self.disk, SlicedBackground())
        self.persister.begin()
        self.world = World(self.master.engine)
        for line in LINES:
            self.world.run(split(line))
            self.net.settle()

    def told(self) -> tuple[object, ...]:
        """Everything that a file or a replica would notice."""
        self.net.settle()
        log = self.disk.folder(self.master.engine.config.appenddirname.decode())
        files = {name: b"".join(log.read(name)) for name in log.names()}
        offsets = [self.offset(node) for node in (self.master, self.replica)]
        return files, offsets, self.replica.digest, self.master.engine.stats.dirty

    def offset(self, node: Node) -> str:
        return node.info()["master_repl_offset"]


@pytest.fixture(scope="module")
def place() -> Place:
    return Place()


def test_what_a_command_does_reaches_the_file_and_the_replica(place: Place) -> None:
    before = place.told()
    place.world.run([b"SET", b"new", b"one"])
    files, offsets, digest, _dirty = place.told()
    assert (files, offsets, digest) != before[:3]
    assert offsets[0] == offsets[1]
    assert any(b"$3\r\nnew\r\n$3\r\none\r\n" in data for data in files.values())  # type: ignore[union-attr,attr-defined]


@pytest.mark.parametrize("index", range(len(LINES)), ids=lambda index: LINES[index].split()[0])
def test_a_filmed_command_reaches_neither(place: Place, index: int) -> None:
    before = place.told()
    record_entry(place.world, index)
    assert place.told() == before
    assert place.master.digest == place.replica.digest


def test_neither_does_a_reel_or_a_turn_of_expiry(place: Place) -> None:
    before = place.told()
    record_last(place.world, len(LINES))
    record_expiry(place.world)
    assert place.told() == before


def test_afterwards_commands_reach_both_again(place: Place) -> None:
    record_last(place.world, 3)
    before = place.told()
    place.world.run([b"INCR", b"afterwards"])
    after = place.told()
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert place.master.digest == place.replica.digest
