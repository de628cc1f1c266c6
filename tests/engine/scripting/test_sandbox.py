"""What a script must not reach: Python, files, other scripts' world, byte code."""

from __future__ import annotations

import pytest

from tests.engine.scripting.running import lua, message, new_session, run
from tutor.engine.session import Session


@pytest.fixture
def session() -> Session:
    return new_session()


_ABSENT = (
    *("python", "os", "io", "debug", "package", "require", "module", "dofile", "loadfile"),
    *("print", "getfenv", "setfenv", "newproxy", "jit", "lupa"),
)


@pytest.mark.parametrize("name", _ABSENT)
def test_dangerous_globals_do_not_exist(session: Session, name: str) -> None:
    text = message(lua(session, f"return {name}"))
    assert f"nonexistent global variable '{name}'" in text


_WALK = """
local seen, found = {}, {}
local function walk(value, path)
  if type(value) == 'userdata' and value ~= cjson.null then found[#found + 1] = path end
  if type(value) == 'function' and path ~= '_G.__redis__err__handler'
    and pcall(string.dump, value) then found[#found + 1] = path end
  if type(value) ~= 'table' or seen[value] then return end
  seen[value] = true
  for key, inner in pairs(value) do
    walk(key, path .. '(key)')
    walk(inner, path .. '.' .. tostring(key))
  end
  walk(getmetatable(value), path .. '(meta)')
end
walk(_G, '_G')
walk(getmetatable(''), 'string(meta)')
return found
"""


def test_nothing_within_reach_is_an_object_of_python_or_a_function_with_byte_code(
    session: Session,
) -> None:
    assert lua(session, _WALK) == []


def test_no_object_of_python_within_reach_of_functions(session: Session) -> None:
    code = f"#!lua name=walk\nredis.register_function('walk', function()\n{_WALK}\nend)"
    assert run(session, "FUNCTION", "LOAD", code) == b"walk"
    assert run(session, "FCALL", "walk", 0) == []


_READ_ONLY = (
    *("x = 1", "_G.x = 1", "redis.x = 1", "redis.call = 1", "string.rep = 1", "KEYS = 1"),
    *("rawset(_G, 'x', 1)", "rawset(string, 'x', 1)", "table.insert(string, 1)"),
    *("setmetatable(_G, {})", "setmetatable(redis, {})", "getmetatable('').__index = {}"),
    *("getmetatable(_G).__index = nil", "cjson.encode = nil", "math.random = nil"),
)


@pytest.mark.parametrize("statement", _READ_ONLY)
def test_the_common_world_is_read_only(session: Session, statement: str) -> None:
    assert "Attempt to modify a readonly table" in message(lua(session, statement))


def test_a_script_cannot_poison_the_next_one(session: Session) -> None:
    lua(session, "pcall(function() getmetatable('').__index = nil end)")
    lua(session, "collectgarbage('stop') collectgarbage('setpause', 100000)")
    lua(session, "KEYS.x = 1 ARGV.y = 2")
    assert lua(session, "return {('x'):upper(), tostring(KEYS.x), tostring(ARGV.y)}") == [
        b"X",
        b"nil",
        b"nil",
    ]


@pytest.mark.parametrize(
    "way", ["loadstring(code)", "load(function() local c = code code = nil return c end)"]
)
def test_byte_code_is_not_loaded(session: Session, way: str) -> None:
    script = f"local code = string.dump(function() return 1 end) local f, e = {way} return {{f, e}}"
    assert lua(session, script) == []
    problem = lua(session, script.replace("{f, e}", "e"))
    assert b"unexpected symbol near 'char(27)'" in problem


def test_loaded_code_lives_in_the_same_sandbox(session: Session) -> None:
    text = message(lua(session, "return loadstring('return os')()"))
    assert "nonexistent global variable 'os'" in text
    text = message(lua(session, "loadstring('x = 1')()"))
    assert "readonly table" in text


def test_errors_in_python_do_not_leak_into_lua(session: Session) -> None:
    for argument in ("{}", "print ~= nil", "coroutine.create(function() end)", "cjson.null"):
        for function in ("call", "pcall", "acl_check_cmd"):
            script = f"local ok, e = pcall(redis.{function}, {argument}) return type(e)"
            assert lua(session, script.replace("print ~= nil", "true")) in (b"string", b"table")


def test_strings_are_bytes_both_ways(session: Session) -> None:
    every = bytes(range(256))
    assert lua(session, "return ARGV[1]", every) == every
    assert (
        lua(session, "redis.call('set', 'k', ARGV[1]) return redis.call('get', 'k')", every)
        == every
    )
    assert lua(session, "return #ARGV[1]", every) == 256
