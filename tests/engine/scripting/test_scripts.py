"""The cache of scripts, functions as data, and worlds that go back in time."""

from __future__ import annotations

import gc
import weakref

import pytest

from tests.engine.scripting.running import lua, message, new_session, run
from tutor.engine import errors
from tutor.engine.replies import BLOCKED
from tutor.engine.scripting import Scripting
from tutor.engine.session import Session

_COUNTER = (
    "#!lua name=counter\nlocal n = 0\n"
    "redis.register_function('next', function() n = n + 1 return n end)"
)


@pytest.fixture
def session() -> Session:
    return new_session()


def _scripting(session: Session) -> Scripting:
    return session.engine.scripting


def test_lua_is_not_loaded_before_the_first_script(session: Session) -> None:
    run(session, "SCRIPT", "EXISTS", "0" * 40)
    run(session, "FUNCTION", "LIST")
    assert _scripting(session).lua_memory("eval") == 0
    lua(session, "return 1")
    assert _scripting(session).lua_memory("eval") > 0
    assert _scripting(session).lua_memory("function") == 0


def test_a_cached_script_runs_by_its_hash_after_undo_has_brought_it_back(session: Session) -> None:
    scripting = _scripting(session)
    sha = run(session, "SCRIPT", "LOAD", "return 7")
    before = scripting.snapshot()
    run(session, "SCRIPT", "FLUSH")
    assert message(run(session, "EVALSHA", sha, 0)) == errors.NO_SCRIPT
    scripting.restore(before)
    assert run(session, "EVALSHA", sha, 0) == 7


def test_undo_takes_back_a_library_and_brings_back_a_replaced_one(session: Session) -> None:
    scripting = _scripting(session)
    nothing = scripting.snapshot()
    run(session, "FUNCTION", "LOAD", _COUNTER)
    first = scripting.snapshot()
    run(session, "FUNCTION", "LOAD", "REPLACE", _COUNTER.replace("return n", "return -n"))
    assert run(session, "FCALL", "next", 0) == -1
    scripting.restore(first)
    assert run(session, "FCALL", "next", 0) == 1
    scripting.restore(nothing)
    assert message(run(session, "FCALL", "next", 0)) == errors.NO_FUNCTION
    assert scripting.function_count == 0


def test_another_engine_takes_over_scripts_and_functions(session: Session) -> None:
    run(session, "FUNCTION", "LOAD", _COUNTER)
    assert run(session, "FCALL", "next", 0) == 1
    sha = run(session, "SCRIPT", "LOAD", "return 7")
    other = new_session()
    _scripting(other).restore(_scripting(session).snapshot())
    assert run(other, "EVALSHA", sha, 0) == 7
    assert run(other, "FCALL", "next", 0) == 1  # the state inside Lua is not data
    assert run(session, "FCALL", "next", 0) == 2


def test_chance_goes_back_in_time_too(session: Session) -> None:
    scripting = _scripting(session)
    before = scripting.snapshot()
    first = lua(session, "return {math.random(1000), math.random(1000)}")
    scripting.restore(before)
    assert lua(session, "return {math.random(1000), math.random(1000)}") == first


def test_a_failed_load_leaves_everything_as_it_was(session: Session) -> None:
    run(session, "FUNCTION", "LOAD", _COUNTER)
    for code in (
        "#!lua name=counter\nredis.register_function('x', function() end) error('late')",
        "#!lua name=other\nredis.register_function('NEXT', function() end)",
        "#!lua name=other\nnonsense",
    ):
        assert message(run(session, "FUNCTION", "LOAD", "REPLACE", code)).startswith("ERR ")
    assert run(session, "FCALL", "next", 0) == 1
    assert list(_scripting(session).libraries) == ["counter"]


def test_a_registered_function_is_called_in_whatever_case(session: Session) -> None:
    code = (
        "#!lua name=l\nredis.register_function('a', function() return 1 end)\n"
        "redis.register_function('A', function() return 2 end)"
    )
    assert run(session, "FUNCTION", "LOAD", code) == b"l"
    assert run(session, "FCALL", "A", 0) == 1


def test_blocked_clients_are_served_after_the_script_not_during_it(session: Session) -> None:
    other = session.engine.connect()
    answers: list[object] = []
    other.on_reply = answers.append
    assert run(other, "BLPOP", "list", 0) is BLOCKED
    script = "redis.call('rpush', 'list', 'a', 'b') return redis.call('llen', 'list')"
    assert lua(session, script) == 2
    assert answers == [[b"list", b"a"]]


def test_scripts_use_the_database_and_the_protocol_that_they_choose(session: Session) -> None:
    run(session, "SELECT", 2)
    run(session, "SET", "k", "v")
    assert lua(session, "return redis.call('get', 'k')") == b"v"
    lua(session, "redis.call('select', 5) redis.setresp(3)")
    assert session.db.index == 2
    run(session, "HSET", "h", "f", "v")
    assert lua(session, "return redis.call('hgetall', 'h')") == [b"f", b"v"]


def test_arguments_beyond_what_fits_one_call_arrive_all_the_same(session: Session) -> None:
    words = [b"%d" % number for number in range(30_000)]
    argv = [b"EVAL", b"return {#KEYS, #ARGV, KEYS[7], ARGV[#ARGV]}", b"10000", *words]
    assert session.engine.execute(session, argv) == [10_000, 20_000, b"6", b"29999"]
    long = session.engine.execute(session, [b"EVAL", b"return ARGV", b"0", *words])
    assert long == words


def test_an_engine_that_has_run_scripts_can_be_collected() -> None:
    session = new_session()
    lua(session, "return redis.call('ping')")
    run(session, "FUNCTION", "LOAD", _COUNTER)
    run(session, "FCALL", "next", 0)
    gone = weakref.ref(session.engine)
    del session
    gc.collect()
    assert gone() is None


def test_monitors_see_the_script_before_what_it_calls(session: Session) -> None:
    watcher = session.engine.connect()
    lines: list[bytes] = []
    watcher.on_push = lines.append
    run(watcher, "MONITOR")
    lua(session, "return redis.call('get', 'x')")
    assert [line.partition(b"] ")[2] for line in lines] == [
        b'"EVAL" "return redis.call(\'get\', \'x\')" "0"',
        b'"get" "x"',
    ]
    assert b" lua] " in lines[1]
