"""Scripts that run or allocate without end are stopped, and the engine lives on."""

from __future__ import annotations

import pytest

from tests.engine.scripting.running import hosted_session, lua, message, new_session, run
from tutor.engine import errors
from tutor.engine.engine import Engine
from tutor.engine.scripting import runtime, scripts


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "_ALONE_STRIKES", 400)
    monkeypatch.setattr(runtime, "HEAP_LIMIT", 24 << 20)


_ENDLESS = {
    "a loop": "while true do end",
    "a loop of pcall": "while true do pcall(function() while true do end end) end",
    "a handler that never ends": (
        "local function spin() while true do end end while true do xpcall(spin, spin) end"
    ),
    "a coroutine": "coroutine.wrap(function() while true do end end)()",
    "coroutines in pcall": (
        "local function spin() while true do end end\n"
        "while true do coroutine.resume(coroutine.create(function()\n"
        "  while true do pcall(spin) end end)) end"
    ),
    "tail calls": "local function f() return f() end return f()",
    "a sort": "table.sort({1, 2, 3}, function() while true do end end)",
    "a reader": "load(function() while true do end end)",
    "a metamethod": "return setmetatable({}, {__add = function() while true do end end}) + 1",
}


@pytest.mark.parametrize("script", _ENDLESS.values(), ids=_ENDLESS.keys())
def test_where_nobody_can_kill_it_an_endless_script_ends_by_itself(script: str) -> None:
    session = new_session()
    assert message(lua(session, script)).startswith(errors.SCRIPT_KILLED)
    assert lua(session, "return 1") == 1
    assert session.engine.running_script is None


_GREEDY = {
    "a string": "local s = 'x' while true do s = s .. s end",
    "a table": "local t = {} for i = 1, 1e12 do t[i] = {} end",
    "in pcall": (
        "local t = {} while true do pcall(function()\n"
        "  while true do t[#t + 1] = #t .. ('x'):rep(100000) end end) end"
    ),
    "in a coroutine": (
        "local t = {} while true do coroutine.resume(coroutine.create(function()\n"
        "  while true do t[#t + 1] = #t .. ('x'):rep(100000) end end)) end"
    ),
    "then calls Python": (
        "local t = {} local function fill() while true do t[#t + 1] = {} end end\n"
        "xpcall(fill, function() end) while true do redis.pcall('get', t) cmsgpack.pack(1.5) end"
    ),
    "one large piece": "return #('x'):rep(1e9)",
}


@pytest.mark.parametrize("script", _GREEDY.values(), ids=_GREEDY.keys())
def test_a_script_that_wants_too_much_memory_gets_an_error(script: str) -> None:
    session = new_session()
    assert "not enough memory" in message(lua(session, script))
    assert lua(session, "return #('x'):rep(1000000)") == 1_000_000


def test_replies_of_commands_may_be_larger_than_what_is_left() -> None:
    session = new_session()
    run(session, "SET", "big", b"x" * (20 << 20))
    script = "local a = redis.call('get', 'big') local b = redis.call('get', 'big') return #a + #b"
    assert lua(session, script) == 40 << 20
    text = message(lua(session, "local a = redis.call('get', 'big') return a .. a .. a"))
    assert "not enough memory" in text
    assert lua(session, "return 1") == 1


def test_a_function_that_hoards_does_not_bring_the_process_down() -> None:
    session = new_session()
    code = (
        "#!lua name=hoard\nlocal t = {}\n"
        "redis.register_function('hoard', function() while true do t[#t + 1] = {} end end)\n"
        "redis.register_function('size', function(keys, args) return #t + #args end)"
    )
    assert run(session, "FUNCTION", "LOAD", code) == b"hoard"
    assert "not enough memory" in message(run(session, "FCALL", "hoard", 0))
    for words in ([b"x" * 1_000_000], [b"x"] * 5000):
        reply = run(session, "FCALL", "size", 0, *words)
        assert reply is not None  # an answer or an error: the process is there to give it
    assert lua(session, "return 1") == 1


def test_replies_nested_too_deep_end_in_an_error_where_redis_has_its_own_depth() -> None:
    reply = lua(new_session(), "local t = {} t[1] = t return t")
    depth = 0
    while isinstance(reply, list):
        reply, depth = reply[0], depth + 1
    assert message(reply) == "ERR reached lua stack limit"
    assert depth == 200


def test_a_library_that_does_not_end_is_not_loaded() -> None:
    session = new_session()
    text = message(run(session, "FUNCTION", "LOAD", "#!lua name=x\nwhile true do end"))
    assert text == "ERR Error registering functions: ERR FUNCTION LOAD timeout"
    assert run(session, "FUNCTION", "LIST") == []


def _kill(*words: str) -> list[object]:
    """What another client hears while a script of the first runs, the last word being KILL."""
    heard: list[object] = []

    def busy(engine: Engine) -> None:
        other = engine.connect()
        if len(heard) < 3:
            heard.append(run(other, "PING"))
            heard.append(run(other, *words))

    session, host = hosted_session(busy)
    reply = lua(session, "while true do pcall(function() while true do end end) end")
    assert host.lines[0][0] == "warning"
    return [*heard, reply]


def test_script_kill_ends_a_slow_script_and_others_hear_busy() -> None:
    ping, kill, reply = _kill("SCRIPT", "KILL")
    assert message(ping) == errors.BUSY_SCRIPT
    assert kill == b"OK"
    assert message(reply).startswith(errors.SCRIPT_KILLED + " script: ")


def test_a_script_that_has_written_cannot_be_killed() -> None:
    heard: list[object] = []

    def busy(engine: Engine) -> None:
        other = engine.connect()
        heard.append(run(other, "SCRIPT", "KILL"))
        assert engine.running_script is not None
        engine.running_script.killed = True  # the test itself wants to go on

    session, _ = hosted_session(busy)
    lua(session, "redis.call('set', 'k', 'v') while true do end")
    assert message(heard[0]) == errors.UNKILLABLE


def test_a_function_is_killed_by_function_kill_only() -> None:
    heard: list[object] = []

    def busy(engine: Engine) -> None:
        other = engine.connect()
        heard.append(run(other, "SCRIPT", "KILL"))
        heard.append(run(other, "FUNCTION", "STATS"))
        heard.append(run(other, "FUNCTION", "KILL"))

    session, _ = hosted_session(busy)
    code = "#!lua name=l\nredis.register_function('f', function() while true do end end)"
    run(session, "FUNCTION", "LOAD", code)
    reply = run(session, "FCALL", "f", 0)
    assert message(heard[0]) == errors.BUSY_FUNCTION
    stats = heard[1]
    assert isinstance(stats, dict)
    running = stats[b"running_script"]
    assert (running[b"name"], running[b"command"]) == (b"f", [b"FCALL", b"f", b"0"])
    assert heard[2] == b"OK"
    assert message(reply).startswith(errors.SCRIPT_KILLED + " script: f, on @user_function:2.")


def test_time_stands_still_while_a_script_runs() -> None:
    session, _ = hosted_session(lambda engine: None)
    session.engine.config.busy_reply_threshold = 5000
    script = (
        "local a = redis.call('time') local x = 0 for i = 1, 300000 do x = x + i end\n"
        "local b = redis.call('pexpire', 'none', 1) redis.call('set', 'k', 'v', 'px', 1)\n"
        "for i = 1, 300000 do x = x + i end return redis.call('exists', 'k')"
    )
    assert lua(session, script) == 1
