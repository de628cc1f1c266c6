"""The dispatcher: unknown commands, arity, MULTI, passwords, counters, sessions."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.engine.clock import VirtualClock
from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED, NULL_ARRAY, OK, QUEUED, ReplyError, Status
from tutor.engine.session import Session


@pytest.fixture
def engine() -> Engine:
    return Engine(VirtualClock(), seed=1)


@pytest.fixture
def session(engine: Engine) -> Session:
    return engine.connect()


def run(session: Session, *words: bytes) -> Any:
    return session.engine.execute(session, words)


def message(reply: Any) -> str:
    assert isinstance(reply, ReplyError)
    return reply.message


# looking up


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([b"FOO"], "ERR unknown command 'FOO', with args beginning with: "),
        ([b"foo", b"a", b"b c"], "ERR unknown command 'foo', with args beginning with: 'a' 'b c' "),
        ([b""], "ERR unknown command '', with args beginning with: "),
        (
            [b"x" * 200],
            f"ERR unknown command '{'x' * 128}', with args beginning with: ",
        ),
        (
            [b"x", b"a" * 200, b"b"],
            f"ERR unknown command 'x', with args beginning with: '{'a' * 128}' ",
        ),
        (
            [b"a\r\nb", b"c\nd"],
            "ERR unknown command 'a  b', with args beginning with: 'c d' ",
        ),
        ([b"CONFIG", b"Foo"], "ERR unknown subcommand 'Foo'. Try CONFIG HELP."),
        ([b"config|get", b"x"], "ERR unknown command 'config|get', with args beginning with: 'x' "),
    ],
)
def test_unknown_commands(session: Session, words: list[bytes], text: str) -> None:
    assert message(run(session, *words)) == text


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ([b"GET"], "get"),
        ([b"gEt", b"a", b"b"], "get"),
        ([b"SET", b"a"], "set"),
        ([b"CONFIG"], "config"),
        ([b"CONFIG", b"GET"], "config|get"),
        ([b"Object", b"Encoding"], "object|encoding"),
        ([b"PING", b"a", b"b"], "ping"),
    ],
)
def test_wrong_number_of_words(session: Session, words: list[bytes], name: str) -> None:
    assert message(run(session, *words)) == f"ERR wrong number of arguments for '{name}' command"


def test_names_of_commands_know_no_case(session: Session) -> None:
    assert run(session, b"sEt", b"K", b"V") == OK
    assert run(session, b"GeT", b"K") == b"V"
    assert run(session, b"get", b"k") is None


def test_words_that_are_not_utf8_come_back_in_the_error(session: Session) -> None:
    text = message(run(session, b"\xff\xfe"))
    assert text.encode("utf-8", "surrogateescape").startswith(b"ERR unknown command '\xff\xfe'")


# MULTI


def test_commands_are_queued_and_carried_out_in_order(session: Session) -> None:
    assert run(session, b"MULTI") == OK
    assert run(session, b"SET", b"k", b"5") is QUEUED
    assert run(session, b"INCR", b"k") is QUEUED
    assert session.engine.connect().db.peek(b"k") is None
    assert run(session, b"EXEC") == [OK, 6]
    assert session.transaction is None


@pytest.mark.parametrize("bad", [[b"NOSUCH"], [b"GET"], [b"CONFIG", b"FOO"], [b"OBJECT"]])
def test_a_command_refused_while_queueing_spoils_the_transaction(
    session: Session, bad: list[bytes]
) -> None:
    run(session, b"MULTI")
    run(session, b"SET", b"k", b"v")
    assert isinstance(run(session, *bad), ReplyError)
    assert run(session, b"SET", b"k", b"w") is QUEUED
    assert message(run(session, b"EXEC")).startswith("EXECABORT")
    assert run(session, b"GET", b"k") is None
    assert message(run(session, b"EXEC")) == "ERR EXEC without MULTI"


def test_an_error_while_running_stands_among_the_replies(session: Session) -> None:
    run(session, b"SET", b"k", b"word")
    run(session, b"MULTI")
    run(session, b"INCR", b"k")
    run(session, b"GET", b"k")
    first, second = run(session, b"EXEC")
    assert message(first) == "ERR value is not an integer or out of range"
    assert second == b"word"


def test_what_multi_does_not_queue(session: Session) -> None:
    run(session, b"MULTI")
    assert message(run(session, b"MULTI")) == "ERR MULTI calls can not be nested"
    assert message(run(session, b"WATCH", b"k")) == "ERR WATCH inside MULTI is not allowed"
    assert run(session, b"DISCARD") == OK
    run(session, b"MULTI")
    assert run(session, b"RESET") == Status(b"RESET")
    assert message(run(session, b"EXEC")) == "ERR EXEC without MULTI"
    run(session, b"MULTI")
    assert run(session, b"QUIT") == OK
    assert session.closing


def test_blocking_commands_do_not_wait_in_a_transaction(session: Session) -> None:
    run(session, b"MULTI")
    run(session, b"BLPOP", b"l", b"0")
    assert run(session, b"EXEC") == [NULL_ARRAY]


def test_a_watched_key_that_changed_stops_exec(session: Session) -> None:
    other = session.engine.connect()
    run(session, b"WATCH", b"k")
    run(other, b"SET", b"k", b"v")
    run(session, b"MULTI")
    run(session, b"PING")
    assert run(session, b"EXEC") is NULL_ARRAY
    run(session, b"MULTI")
    run(session, b"PING")
    assert run(session, b"EXEC") == [Status(b"PONG")]


# passwords


def test_a_new_client_must_log_in_when_there_is_a_password() -> None:
    engine = Engine(VirtualClock(), 1, Config(requirepass=b"pw"))
    session = engine.connect()
    assert message(run(session, b"PING")) == "NOAUTH Authentication required."
    assert message(run(session, b"NOSUCH")).startswith("ERR unknown command")
    assert message(run(session, b"GET")).startswith("ERR wrong number")
    assert message(run(session, b"AUTH", b"no")).startswith("WRONGPASS")
    assert run(session, b"AUTH", b"pw") == OK
    assert run(session, b"PING") == Status(b"PONG")
    run(session, b"RESET")
    assert message(run(session, b"PING")) == "NOAUTH Authentication required."


def test_a_password_set_later_asks_only_who_comes_later(session: Session) -> None:
    run(session, b"CONFIG", b"SET", b"requirepass", b"pw")
    assert run(session, b"PING") == Status(b"PONG")
    assert isinstance(run(session.engine.connect(), b"PING"), ReplyError)


# counters


def test_calls_failures_and_refusals_are_counted_apart(session: Session) -> None:
    stats = session.engine.stats
    run(session, b"SET", b"k", b"v")
    run(session, b"GET", b"k")
    run(session, b"INCR", b"k")
    run(session, b"GET")
    run(session, b"NOSUCH")
    assert dict(stats.calls) == {"set": 1, "get": 1, "incr": 1}
    assert dict(stats.failed) == {"incr": 1}
    assert dict(stats.rejected) == {"get": 1}
    assert dict(stats.errors) == {"ERR": 3}
    assert (stats.commands_processed, stats.error_replies) == (3, 3)
    assert (stats.keyspace_hits, stats.keyspace_misses) == (1, 0)


def test_resetstat_keeps_only_the_changes_since_the_last_save(session: Session) -> None:
    run(session, b"SET", b"k", b"v")
    run(session, b"NOSUCH")
    run(session, b"CONFIG", b"RESETSTAT")
    stats = session.engine.stats
    assert stats.dirty == 1
    assert not stats.errors
    assert dict(stats.calls) == {"config|resetstat": 1}
    assert stats.commands_processed == 1


# sessions


def test_a_client_that_leaves_is_forgotten_everywhere(session: Session) -> None:
    engine, other = session.engine, session.engine.connect()
    run(session, b"WATCH", b"k")
    assert run(session, b"BLPOP", b"l", b"0") is BLOCKED
    engine.disconnect(session)
    assert session.id not in engine.sessions
    assert not engine.databases[0].watchers
    assert not engine.databases[0].blocked
    assert run(other, b"RPUSH", b"l", b"x") == 1
    assert run(other, b"LLEN", b"l") == 1


def test_killing_a_client(session: Session) -> None:
    engine = session.engine
    other = engine.connect("10.0.0.1:1234")
    assert run(session, b"CLIENT", b"KILL", b"ID", b"%d" % other.id) == 1
    assert other.closing
    assert list(engine.sessions) == [session.id]
    assert run(session, b"CLIENT", b"KILL", b"ADDR", b"127.0.0.1:0") == 0
    assert run(session, b"CLIENT", b"KILL", b"ADDR", b"127.0.0.1:0", b"SKIPME", b"no") == 1
    assert session.closing
    again = engine.connect("10.0.0.1:99")
    assert run(session, b"CLIENT", b"KILL", b"10.0.0.1:99") == OK
    assert again.closing


def test_client_list_describes_every_client(session: Session) -> None:
    engine = session.engine
    other = engine.connect("10.0.0.1:1234")
    run(other, b"CLIENT", b"SETNAME", b"worker")
    run(other, b"SELECT", b"3")
    run(other, b"MULTI")
    run(other, b"PING")
    third = engine.connect()
    run(third, b"BLPOP", b"l", b"0")
    lines = run(session, b"CLIENT", b"LIST").decode().splitlines()
    rows = [dict(part.split("=", 1) for part in line.split(" ")) for line in lines]
    assert [row["id"] for row in rows] == [str(one.id) for one in (session, other, third)]
    assert [row["flags"] for row in rows] == ["N", "x", "b"]
    assert [row["db"] for row in rows] == ["0", "3", "0"]
    assert [row["multi"] for row in rows] == ["-1", "1", "-1"]
    assert [row["cmd"] for row in rows] == ["client|list", "ping", "blpop"]
    assert rows[1]["addr"] == "10.0.0.1:1234"
    assert rows[1]["name"] == "worker"
    assert run(session, b"CLIENT", b"LIST", b"ID", b"%d" % other.id).decode() == lines[1] + "\n"


def test_debug_sleep_lets_virtual_time_pass(session: Session) -> None:
    run(session, b"SET", b"k", b"v", b"PX", b"1500")
    assert run(session, b"DEBUG", b"SLEEP", b"1.4") == OK
    assert run(session, b"GET", b"k") == b"v"
    run(session, b"DEBUG", b"SLEEP", b"0.2")
    assert run(session, b"GET", b"k") is None


@pytest.mark.parametrize("container", [b"CONFIG", b"CLIENT", b"COMMAND", b"MEMORY", b"DEBUG"])
def test_help_lists_exactly_what_there_is(session: Session, container: bytes) -> None:
    lines = run(session, container, b"HELP")
    assert all(isinstance(line, Status) for line in lines)
    named = {line.split()[0].decode().lower() for line in lines[1::2]}
    for name in named:
        reply = run(session, container, name.encode(), *[b"x"] * 9)
        assert "unknown subcommand '" not in getattr(reply, "message", "")
    command = session.engine.commands[container.lower()]
    if command.subcommands:
        assert named == {name.decode() for name in command.subcommands}


def test_config_changes_grow_its_version_and_assigning_never_shrinks_it(engine: Engine) -> None:
    config = engine.config
    before = config.clone()
    config.set([(b"hz", b"20")])
    config.set([(b"hz", b"20")])
    assert config.version == before.version + 1
    config.assign(before)
    assert config.hz == 10
    assert config.version == before.version + 2


def test_a_config_is_made_with_attributes_it_knows() -> None:
    assert Config(hz=50).hz == 50
    with pytest.raises(TypeError, match="no such directive: hzz"):
        Config(hzz=50)
