"""A process that dies at any byte leaves files that load, with everything acknowledged in them.

PERSISTENCE_CRASHES=all python3 -m pytest tests/persistence/test_crashes.py     at every byte
"""

from __future__ import annotations

import copy
import os
import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.persistence.breaking import Crashed, Fuse, Server
from tests.persistence.rdb.keyspaces import contents
from tutor.labs.disk import SimulatedFolder

EVERY = os.environ.get("PERSISTENCE_CRASHES") == "all"
MOMENTS = 150

WRITES = (
    "SET plain value",
    "INCR counter",
    "RPUSH list a b c",
    "INCR counter",
    "SELECT 3",
    "HSET hash f v g w",
    "SET fleeting v PX 100000",
    "MULTI",
    "INCR counter",
    "ZADD zset 1.5 a 2 b",
    "EXEC",
    "SADD set 1 2 3",
    "SELECT 0",
    "INCR counter",
    "XADD stream 1-1 f v",
    "DEL list",
    "APPEND plain er",
)


def moments(total: int) -> list[int]:
    """At which bytes to die: all, or some by chance and the first and the last."""
    if EVERY or total <= MOMENTS:
        return list(range(total))
    return sorted({0, 1, total - 1, *random.Random(total).sample(range(total), MOMENTS)})


def survived(disk: SimulatedFolder, **directives: Any) -> Any:
    """What a new process finds in the files."""
    return contents(Server(disk, **directives).engine)


Story = Callable[[Server, Callable[[], None]], None]


def history(story: Story, prepare: Callable[[], SimulatedFolder], **directives: Any) -> Any:
    """The story undisturbed: the contents after each acknowledgement, and what the fuse lost."""
    fuse, states = Fuse(), []
    server = Server(prepare(), fuse, **directives)
    states.append(contents(server.engine))
    story(server, lambda: states.append(copy.deepcopy(contents(server.engine))))
    return states, fuse.burnt


def dies(
    story: Story, disk: SimulatedFolder, moment: int, **directives: Any
) -> tuple[int, SimulatedFolder]:
    """The story until the fuse is burnt: how many acknowledgements there were."""
    acknowledged = [-1]

    def acknowledge() -> None:
        acknowledged[0] += 1

    try:
        server = Server(disk, Fuse(moment), **directives)
        acknowledge()
        story(server, acknowledge)
    except Crashed:
        pass
    else:
        raise AssertionError("it lives")
    return acknowledged[0], disk


def writes_and_rewrites(server: Server, acknowledge: Callable[[], None]) -> None:
    """Commands, and two rewrites that go on between them."""
    for number, line in enumerate(WRITES):
        if number in (3, 12):
            server.do("BGREWRITEAOF")
        server.do(line)
        acknowledge()
        server.turn()
    server.finish_jobs()


@pytest.mark.parametrize("power", [False, True], ids=["process", "power"])
@pytest.mark.parametrize("preamble", [True, False], ids=["rdb", "commands"])
def test_what_is_acknowledged_outlives_death_at_any_byte(preamble: bool, power: bool) -> None:
    directives = {"appendonly": True, "aof_use_rdb_preamble": preamble}
    states, total = history(writes_and_rewrites, SimulatedFolder, **directives)
    assert total > 1000
    for moment in moments(total):
        acknowledged, disk = dies(writes_and_rewrites, SimulatedFolder(), moment, **directives)
        if power:
            disk.lose_power(random.Random(moment))
        found = survived(disk, **directives)
        allowed = states[max(acknowledged, 0) : acknowledged + 2]
        assert found in allowed, f"died at {moment} of {total}"


def dumps(server: Server, acknowledge: Callable[[], None]) -> None:
    """Dumps, in the background and at once; only a dump that is complete is acknowledged."""
    for number, line in enumerate(WRITES):
        server.do(line)
        if number == 4:
            server.do("SAVE")
            acknowledge()
        elif number == 9:
            server.session.transaction = None  # nothing is queued in a dump
        elif number == 12:
            server.do("BGSAVE")
            server.finish_jobs()
            acknowledge()


@pytest.mark.parametrize("power", [False, True], ids=["process", "power"])
def test_death_while_a_dump_is_written_leaves_the_old_one_or_the_new_one(power: bool) -> None:
    states, total = history(dumps, SimulatedFolder)
    assert total > 200
    for moment in moments(total):
        acknowledged, disk = dies(dumps, SimulatedFolder(), moment)
        if power:
            disk.lose_power(random.Random(moment))
        assert survived(disk) in states[acknowledged : acknowledged + 2], f"died at {moment}"


def earlier_log() -> SimulatedFolder:
    """Files of a server whose log was on for some commands, and then turned off."""
    disk = SimulatedFolder()
    server = Server(disk, appendonly=True)
    for line in WRITES[:4]:
        server.do(line)
    server.do("BGREWRITEAOF")
    server.finish_jobs()
    server.do("INCR counter")
    server.do("CONFIG SET appendonly no")
    server.do("SAVE")
    return disk


def turned_on_again(server: Server, acknowledge: Callable[[], None]) -> None:
    """The log is turned on while there are files of an earlier one."""
    server.do("SET other thing")
    server.do("CONFIG SET appendonly yes")
    for _ in range(3):
        server.do("INCR counter")
        acknowledge()
        server.turn()
    server.finish_jobs()
    server.do("INCR counter")
    acknowledge()


def test_death_while_the_log_is_turned_on_leaves_the_earlier_files_whole() -> None:
    old = survived(earlier_log(), appendonly=True)
    states, total = history(turned_on_again, earlier_log)
    kinds = set()
    for moment in moments(total):
        acknowledged, disk = dies(turned_on_again, earlier_log(), moment)
        found = survived(disk, appendonly=True)
        assert found == old or found in states[acknowledged : acknowledged + 2], moment
        kinds.add(found == old)
    assert kinds == {True, False}


def test_what_is_written_while_a_rewrite_waits_for_a_dump_is_not_there_twice() -> None:
    disk = SimulatedFolder()
    server = Server(disk)
    server.do("INCR counter")
    server.do("BGSAVE")
    server.do("CONFIG SET appendonly yes")
    server.do("INCR counter")
    server.do("RPUSH list once")
    assert server.persister.kind == "dump"
    server.finish_jobs()
    server.do("INCR counter")
    assert survived(disk, appendonly=True) == contents(server.engine)


def test_files_that_are_history_are_deleted_at_the_next_start() -> None:
    disk = SimulatedFolder()
    server = Server(disk, appendonly=True, aof_disable_auto_gc=True)
    server.do("INCR counter")
    server.do("BGREWRITEAOF")
    server.finish_jobs()
    folder = disk.folder("appendonlydir")
    assert "appendonly.aof.1.incr.aof" in folder.names()
    Server(disk, appendonly=True)
    assert folder.names() == [
        "appendonly.aof.2.base.rdb",
        "appendonly.aof.2.incr.aof",
        "appendonly.aof.manifest",
    ]
