"""The embedded engine behind the console."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from tests.engine.test_turns import held
from tutor.console.backend import EmbeddedBackend, Prompt
from tutor.console.lexer import split
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED, OK, ReplyError
from tutor.engine.world import World


def filled(*lines: str) -> EmbeddedBackend:
    backend = EmbeddedBackend()
    for line in lines:
        backend.execute(split(line))
    return backend


def test_the_prompt_is_that_of_redis_cli() -> None:
    assert str(Prompt("127.0.0.1:6379")) == "127.0.0.1:6379> "
    assert str(Prompt("h:1", 3, True)) == "h:1[3](TX)> "
    assert str(Prompt("")) == "not connected> "


def test_the_prompt_follows_database_and_transaction() -> None:
    backend = filled("SELECT 1", "MULTI")
    assert str(backend.prompt()) == "127.0.0.1:6379[1](TX)> "
    backend.execute([b"DISCARD"])
    assert str(backend.prompt()) == "127.0.0.1:6379[1]> "


def test_nothing_is_made_until_it_is_needed() -> None:
    backend = EmbeddedBackend()
    assert str(backend.prompt()) == "127.0.0.1:6379> "
    assert not backend.waiting
    backend.tick()
    backend.close()
    assert backend._world is None


def test_keys_of_the_last_commands_come_first() -> None:
    backend = filled("SET b 1", "SET a 1", "RPUSH c x", "GET b")
    assert backend.keys(b"", None, 10) == [b"b", b"c", b"a"]
    assert backend.keys(b"", frozenset({"list"}), 10) == [b"c"]
    assert backend.keys(b"", None, 2) == [b"b", b"c"]
    assert backend.keys(b"z", None, 10) == []


def test_looking_at_keys_changes_nothing() -> None:
    clock = VirtualClock()
    backend = EmbeddedBackend(World(Engine(clock, seed=1)))
    backend.execute(split("SET a 1 PX 5"))
    clock.advance(ms=10)
    stats = backend.world.engine.stats
    before = (stats.keyspace_hits, stats.keyspace_misses, stats.expired_keys, stats.dirty)
    assert backend.keys(b"", None, 10) == []
    assert backend.type(b"a") is None
    assert backend.fields(b"a", b"", 10) == []
    after = (stats.keyspace_hits, stats.keyspace_misses, stats.expired_keys, stats.dirty)
    assert before == after


def test_fields_and_members() -> None:
    backend = filled("HSET h name Anna age 5", "SADD s 3 1", "SADD t x", "ZADD z 1 m", "SET k v")
    assert backend.fields(b"h", b"", 10) == [b"age", b"name"]
    assert backend.fields(b"h", b"n", 10) == [b"name"]
    assert backend.fields(b"s", b"", 10) == [b"1", b"3"]
    assert backend.fields(b"t", b"", 10) == [b"x"]
    assert backend.fields(b"z", b"", 10) == [b"m"]
    assert backend.fields(b"k", b"", 10) == []


def test_completion_looks_at_a_part_of_a_big_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.console.backend._SCAN_LIMIT", 10)
    backend = EmbeddedBackend(remember=False)
    for n in range(100):
        backend.execute([b"SET", b"key:%d" % n, b"v"])
    assert len(backend.keys(b"key:", None, 50)) == 10


def test_a_late_reply_lands_in_the_history() -> None:
    backend = filled("BLPOP q 0")
    entry = backend.world.last
    assert entry is not None
    assert entry.reply is BLOCKED
    backend.use_client(2)
    backend.execute(split("SET other 1"))
    backend.execute(split("RPUSH q x"))
    assert entry.reply == [b"q", b"x"]


def test_a_wait_can_be_given_up() -> None:
    backend = filled("BLPOP q 0")
    backend.cancel()
    assert not backend.waiting
    assert backend.execute([b"PING"]) == b"PONG"


def test_whoever_listened_to_the_session_before_still_hears() -> None:
    world, heard = World(), []
    world.session.on_reply = heard.append
    backend = EmbeddedBackend(world)
    world.run(split("BLPOP q 0"))
    backend.use_client(2)
    backend.execute(split("RPUSH q x"))
    assert heard == [[b"q", b"x"]]


def test_without_memory_there_is_no_history_and_no_undo() -> None:
    backend = EmbeddedBackend(remember=False)
    assert backend.execute(split("SET a 1")) == OK
    assert isinstance(backend.execute([b"NOSUCH"]), ReplyError)
    assert backend.world.history == []
    assert not backend.world.can_undo


def test_the_protocol_to_begin_with() -> None:
    assert EmbeddedBackend(resp=3).resp == 3
    assert EmbeddedBackend().resp == 2


# others


def test_a_client_that_was_killed_connects_again() -> None:
    backend = filled("SELECT 3")
    killed = backend.world.session
    backend.world.engine.disconnect(killed)
    assert backend.execute([b"SET", b"a", b"1"]) == b"OK"
    assert backend.world.session is not killed
    assert backend.clients == {1: backend.world.session}
    assert backend.prompt().db == 0


def test_messages_wait_with_the_number_of_their_client() -> None:
    backend = filled("SUBSCRIBE news")
    backend.use_client(2)
    backend.execute([b"PUBLISH", b"news", b"hello"])
    assert list(backend.pushes) == [(1, [b"message", b"news", b"hello"])]
    heard: list[object] = []
    backend.on_push = heard.append
    backend.execute([b"PUBLISH", b"news", b"again"])
    assert heard == [[b"message", b"news", b"again"]]


def test_while_a_port_is_open_only_the_servers_loop_lets_time_pass() -> None:
    backend = filled()
    ticks: list[None] = []
    backend.world.engine.tick = lambda: ticks.append(None)  # type: ignore[method-assign]
    backend.tick()
    assert len(ticks) == 1
    backend.service = Mock(is_open=True)
    backend.tick()
    assert len(ticks) == 1


def test_while_others_have_the_engine_nothing_is_completed() -> None:
    backend = filled("SET key 1", "HSET hash field 1")
    with held(backend.world.lock):
        assert backend.keys(b"k", None, 9) == []
        assert backend.fields(b"hash", b"", 9) == []
    assert backend.keys(b"k", None, 9) == [b"key"]
