"""Effects: what a change becomes, when sinks hear of it, and when they hear nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.propagation import Effect
from tutor.engine.replies import BLOCKED, ReplyError
from tutor.engine.session import Session


class Heard:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.batches: list[list[Effect]] = []

    def feed(self, effects: Sequence[Effect]) -> None:
        self.batches.append(list(effects))

    def take(self) -> list[str]:
        """The effects as lines, since the last time."""
        effects = [effect for batch in self.batches for effect in batch]
        self.batches = []
        return [b" ".join(effect.argv).decode() for effect in effects]


class World:
    """An engine at a known time, with somebody who listens."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.engine = Engine(self.clock, seed=1)
        self.heard = Heard()
        self.engine.propagation.add(self.heard)
        self.session = self.engine.connect()

    def run(self, line: str, session: Session | None = None) -> object:
        who = session or self.session
        return self.engine.execute(who, [word.encode() for word in line.split()])


def test_a_command_that_changes_nothing_has_no_effect() -> None:
    world = World()
    for line in ("GET k", "DEL k", "EXPIRE k 10", "SADD s", "LPUSHX l 1", "SETRANGE k 0"):
        world.run(line)
    assert world.heard.take() == []


def test_an_effect_is_told_before_the_reply_and_once() -> None:
    world = World()
    world.run("SET k v")
    assert [len(batch) for batch in world.heard.batches] == [1]
    assert world.heard.take() == ["SET k v"]


def test_relative_times_become_moments() -> None:
    world = World()
    now = world.clock.now_us() // 1000
    for line in ("SET k v EX 10", "EXPIRE k 20 GT", "EXPIRE k 30 NX", "EXPIRE k 0"):
        world.run(line)
    assert world.heard.take() == [
        f"SET k v PXAT {now + 10_000}",
        f"PEXPIREAT k {now + 20_000} GT",
        "DEL k",
    ]


def test_what_chance_decided_is_told_as_it_came_out() -> None:
    world = World()
    world.run("SADD s a b c")
    member = world.run("SPOP s")
    assert isinstance(member, bytes)
    assert world.heard.take() == ["SADD s a b c", f"SREM s {member.decode()}"]


def test_several_effects_stand_between_multi_and_exec_and_one_alone() -> None:
    world = World()
    for line in ("MULTI", "SET a 1", "GET a", "EXEC"):
        world.run(line)
    assert world.heard.take() == ["SET a 1"]
    for line in ("MULTI", "SET a 1", "SELECT 2", "INCR b", "EXEC"):
        world.run(line)
    assert [effect.db for batch in world.heard.batches for effect in batch] == [0, 0, 2, 2]
    assert world.heard.take() == ["MULTI", "SET a 1", "INCR b", "EXEC"]


def test_a_script_is_told_by_its_writes() -> None:
    world = World()
    script = "redis.call('set','a','1'); redis.call('get','a'); return redis.call('incr','a')"
    assert world.engine.execute(world.session, (b"EVAL", script.encode(), b"0")) == 2
    assert world.heard.take() == ["MULTI", "set a 1", "incr a", "EXEC"]


def test_a_script_may_choose_who_hears_of_it() -> None:
    world = World()
    script = "redis.set_repl(redis.REPL_AOF); redis.call('set','a','1')"
    world.engine.execute(world.session, (b"EVAL", script.encode(), b"0"))
    script = "redis.set_repl(redis.REPL_NONE); redis.call('set','a','2')"
    world.engine.execute(world.session, (b"EVAL", script.encode(), b"0"))
    told = [effect for batch in world.heard.batches for effect in batch]
    assert [(effect.logged, effect.replicated) for effect in told] == [(True, False)]


def test_publish_goes_to_replicas_only() -> None:
    world = World()
    world.run("PUBLISH c m")
    [[effect]] = world.heard.batches
    assert (effect.logged, effect.replicated) == (False, True)


def test_a_client_that_is_served_stands_by_itself() -> None:
    world = World()
    waiting = world.engine.connect()
    assert world.run("BLPOP q 0", waiting) is BLOCKED
    world.run("RPUSH q x")
    assert [len(batch) for batch in world.heard.batches] == [1, 1]
    assert world.heard.take() == ["RPUSH q x", "LPOP q"]


def test_a_key_that_dies_of_age_is_told_as_deleted_however_it_is_noticed() -> None:
    world = World()
    world.run("SET a 1 PX 10")
    world.run("SET b 1 PX 10")
    world.heard.take()
    world.clock.advance(us=11_000)
    assert world.run("GET a") is None
    assert world.heard.take() == ["DEL a"]
    world.engine.tick()
    assert world.heard.take() == ["DEL b"]


def test_a_refused_command_has_no_effect_and_half_of_one_has() -> None:
    world = World()
    world.run("SET s v")
    world.heard.take()
    assert isinstance(world.run("LPUSH s 1"), ReplyError)
    assert world.heard.take() == []


def test_quiet_changes_are_told_to_nobody() -> None:
    world = World()
    world.engine.propagation.quiet()
    world.run("SET k v")
    world.engine.propagation.loud()
    world.run("SET k w")
    assert world.heard.take() == ["SET k w"]


def test_without_sinks_writes_take_the_short_way_again() -> None:
    world = World()
    world.engine.propagation.remove(world.heard)
    assert not world.engine.propagation.active
    world.run("SET k v")
    assert world.heard.take() == []


def test_the_writer_is_known_while_its_effects_are_told() -> None:
    world = World()
    writers: list[Session | None] = []

    class Asks:
        def feed(self, effects: Sequence[Effect]) -> None:
            writers.append(world.engine.propagation.writer)

    world.engine.propagation.add(Asks())
    world.run("SET k v")
    assert writers == [world.session]


def test_what_is_evicted_goes_before_the_write_and_without_a_transaction() -> None:
    world = World()
    for number in range(200):
        world.run(f"SET k{number} {'v' * 1000}")
    world.run("CONFIG SET maxmemory-policy allkeys-random")
    world.run(f"CONFIG SET maxmemory {world.engine.accounts.used - 5000}")
    world.heard.take()
    assert world.run("INCR n") == 1
    told = [line.split()[0] for line in world.heard.take()]
    assert told == ["DEL"] * (len(told) - 1) + ["INCR"]
    assert len(told) > 2


@pytest.mark.parametrize("line", ["SET k v", "INCR n", "LPUSH l a", "HSET h f v", "ZADD z 1 m"])
def test_the_short_way_tells_what_the_long_one_tells(line: str) -> None:
    """In a transaction nothing takes the short way."""
    short, long = World(), World()
    assert line.split()[0].encode() in short.engine._quick
    short.run(line)
    for words in ("MULTI", line, "EXEC"):
        long.run(words)
    assert short.heard.take() == long.heard.take()
    assert short.run("DBSIZE") == long.run("DBSIZE") == 1


def test_a_script_command_is_not_told_twice_on_the_short_way() -> None:
    world = World()
    world.run("SET a 1")
    world.run("EVAL return(redis.call('incr',KEYS[1])) 1 a")
    world.run("GET a")
    assert world.heard.take() == ["SET a 1", "incr a"]
