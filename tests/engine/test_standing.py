"""What a server's role and files forbid, and what a replica makes of keys that are dead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast

import pytest

from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.host import Persistence, Replication
from tutor.engine.replies import ReplyError
from tutor.engine.session import Session


@dataclass
class Role:
    """As much of replication as the engine asks about."""

    is_replica: bool = False
    link_up: bool = True
    good_replicas: int = 0
    buffer_bytes: int = 0

    def before_sleep(self) -> None:
        """Nothing is due."""

    def give_out(self) -> None:
        """There are no replicas."""

    def cron(self) -> None:
        """Nothing is due."""

    def info(self) -> list[tuple[str, object]]:
        return []


@dataclass
class Files:
    """As much of persistence."""

    trouble: Literal["", "dump", "log"] = ""
    trouble_text: str = ""

    def before_sleep(self) -> None:
        """Nothing is due."""

    def cron(self) -> None:
        """Nothing is due."""

    def follow(self, attribute: str) -> str:
        return ""

    def fields(self) -> list[tuple[str, object]]:
        return []


class World:
    """An engine whose role and files a test decides."""

    def __init__(self, **directives: Any) -> None:
        self.clock = VirtualClock()
        self.engine = Engine(self.clock, seed=1)
        self.role, self.files = Role(), Files()
        self.engine.replication = cast("Replication", self.role)
        self.engine.persistence = cast("Persistence", self.files)
        self.session = self.engine.connect()
        for name, value in directives.items():
            setattr(self.engine.config, name, value)
        self.engine.settle()

    def become(self, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(self.files if hasattr(self.files, name) else self.role, name, value)
        self.engine.settle()

    def run(self, *words: str, session: Session | None = None) -> Any:
        argv = [word.encode() for word in words]
        reply = self.engine.execute(session or self.session, argv)
        return reply.message if isinstance(reply, ReplyError) else reply

    def master(self) -> Session:
        """Our master's link."""
        session = self.engine.connect()
        session.from_master = True
        session.settle()
        return session


def test_a_replica_reads_and_does_not_write() -> None:
    world = World()
    world.run("SET", "k", "v")
    world.become(is_replica=True)
    assert world.run("GET", "k") == b"v"
    refused = "READONLY You can't write against a read only replica."
    assert world.run("SET", "k", "w") == refused
    assert refused in world.run("EVAL", "return redis.call('set', 'k', 'w')", "0")
    assert world.run("EVAL", "return redis.call('get', 'k')", "0") == b"v"
    assert world.run("MULTI") == b"OK"
    assert world.run("SET", "k", "w") == refused
    assert world.run("EXEC").startswith("EXECABORT")
    script = "#!lua\nreturn redis.call('get', 'k')"
    assert world.run("EVAL", script, "0") == (
        "READONLY Can not run script with write flag on readonly replica"
    )
    script = "#!lua flags=no-writes\nreturn redis.call('get', 'k')"
    assert world.run("EVAL", script, "0") == b"v"


def test_a_replica_obeys_its_master_and_may_be_made_writable() -> None:
    world = World()
    world.become(is_replica=True)
    world.run("SET", "k", "v", session=world.master())
    assert world.run("GET", "k") == b"v"
    world.engine.config.replica_read_only = False
    world.engine.settle()
    assert world.run("SET", "k", "own") == b"OK"


def test_a_replica_without_its_master_answers_unless_it_must_not_be_stale() -> None:
    world = World()
    world.run("SET", "k", "v")
    world.become(is_replica=True, link_up=False)
    assert world.run("GET", "k") == b"v"
    world.engine.config.replica_serve_stale_data = False
    world.engine.settle()
    refused = "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."
    assert world.run("GET", "k") == refused
    assert world.run("PING") == refused
    assert world.run("EVAL", "return 1", "0") == refused
    stale = "#!lua flags=allow-stale,no-writes\n"
    assert world.run("EVAL", stale + "return 1", "0") == 1
    assert "stale replica" in world.run("EVAL", stale + "return redis.call('get', 'k')", "0")
    world.become(link_up=True)
    assert world.run("GET", "k") == b"v"


def test_writes_wait_for_enough_good_replicas() -> None:
    world = World(min_replicas_to_write=2)
    assert world.run("SET", "k", "v") == "NOREPLICAS Not enough good replicas to write."
    assert world.run("GET", "k") is None
    world.become(good_replicas=2)
    assert world.run("SET", "k", "v") == b"OK"


@pytest.mark.parametrize(
    ("trouble", "text", "said"),
    [
        ("dump", "", "MISCONF Redis is configured to save RDB snapshots, but it's currently"),
        ("log", "No space left", "MISCONF Errors writing to the AOF file: No space left"),
    ],
)
def test_writes_stop_while_files_cannot_be_written(trouble: str, text: str, said: str) -> None:
    world = World()
    world.become(trouble=trouble, trouble_text=text)
    assert world.run("SET", "k", "v").startswith(said)
    assert world.run("PING").startswith(said)
    assert world.run("GET", "k") is None
    world.become(trouble="")
    assert world.run("SET", "k", "v") == b"OK"
    assert world.run("PING") == b"PONG"


def test_a_replica_does_not_mind_about_its_dump() -> None:
    world = World()
    world.become(trouble="dump", is_replica=True)
    assert world.run("PING") == b"PONG"


def test_while_data_are_loaded_most_commands_are_refused() -> None:
    world = World()
    world.engine.loading = True
    world.engine.settle()
    refused = "LOADING Redis is loading the dataset in memory"
    assert world.run("GET", "k") == refused
    assert world.run("PING") == refused
    assert isinstance(world.run("INFO"), bytes)
    world.engine.loading = False
    world.engine.settle()
    assert world.run("GET", "k") is None


def test_on_a_replica_a_dead_key_looks_missing_and_stays() -> None:
    world = World()
    world.run("SET", "k", "v", "PX", "10")
    world.become(is_replica=True)
    world.clock.advance(us=11_000)
    world.engine.tick()
    assert world.run("GET", "k") is None
    assert world.run("EXISTS", "k") == 0
    assert world.run("PTTL", "k") == -2
    assert world.run("KEYS", "*") == []
    assert world.run("DBSIZE") == 1
    master = world.master()
    assert world.run("APPEND", "k", "w", session=master) == 2
    world.run("DEL", "k", session=master)
    assert world.run("DBSIZE") == 0


def test_a_writable_replica_removes_a_dead_key_when_it_is_written_to() -> None:
    world = World(replica_read_only=False)
    world.run("SET", "k", "v", "PX", "10")
    world.become(is_replica=True)
    world.clock.advance(us=11_000)
    assert world.run("GET", "k") is None
    assert world.run("DBSIZE") == 1
    assert world.run("APPEND", "k", "w") == 1


def test_a_replica_evicts_nothing_of_its_own_accord() -> None:
    world = World()
    for number in range(100):
        world.run("SET", f"k{number}", "v" * 100)
    world.become(is_replica=True)
    world.run("CONFIG", "SET", "maxmemory-policy", "allkeys-lru", "maxmemory", "1mb")
    world.engine.config.maxmemory = 1
    world.engine.settle()
    world.engine.tick()
    assert world.run("DBSIZE") == 100
    world.engine.config.replica_ignore_maxmemory = False
    world.run("PING")
    assert world.run("DBSIZE") < 100


def test_what_a_master_has_trimmed_is_trimmed_alike_whatever_its_limit_was() -> None:
    world = World()
    words = ("XADD", "k", "MAXLEN", "=", "1", "LIMIT", "10", "1-1", "a", "1")
    assert world.run(*words) == (
        "ERR syntax error, LIMIT cannot be used without the special ~ option"
    )
    assert world.run(*words, session=world.master()) == b"1-1"
