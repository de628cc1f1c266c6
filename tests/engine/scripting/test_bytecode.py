"""Which calls keep their frame: those of the library, not a script's own tail calls."""

from __future__ import annotations

import pytest

from tests.engine.scripting.running import lua, message, new_session
from tutor.engine.scripting.bytecode import keep_frames

_LINES = {
    "a field": "return redis.call('nope')",
    "an alias in the main chunk": "local call = redis.call\nreturn call('nope')",
    "an alias in a function": (
        "local call = redis.call\nlocal function f()\n  return call('nope')\nend\nreturn (f())"
    ),
    "an alias two functions up": (
        "local call = redis.call\n"
        "local function f()\n  return (function()\n    return call('nope')\n  end)()\nend\n"
        "return (f())"
    ),
    "arguments with branches": "local x = 1\nreturn redis.call(x == 1 and 'nope' or 'get')",
    "a global": "\n\nreturn setmetatable(_G, {})",
}
_AT = dict(zip(_LINES, (1, 2, 3, 4, 2, 3), strict=True))


@pytest.mark.parametrize("case", _LINES)
def test_an_error_in_tail_position_knows_its_line(case: str) -> None:
    text = message(lua(new_session(), _LINES[case]))
    assert text.endswith(f"on @user_script:{_AT[case]}.")


_DEEP = {
    "a local function": (
        "local function f(n) if n == 0 then return 'end' end return f(n - 1) end return f(200000)"
    ),
    "a field": (
        "local t = {} function t.f(n) if n == 0 then return 'end' end return t.f(n - 1) end "
        "return t.f(200000)"
    ),
    "a method": (
        "local t = {} function t:f(n) if n == 0 then return 'end' end return self:f(n - 1) end "
        "return t:f(200000)"
    ),
    "an argument": (
        "local function f(n, g) if n == 0 then return 'end' end return g(n - 1, g) end "
        "return f(200000, f)"
    ),
}


@pytest.mark.parametrize("script", _DEEP.values(), ids=_DEEP.keys())
def test_tail_calls_of_a_script_do_not_fill_the_stack(script: str) -> None:
    assert lua(new_session(), script) == b"end"


def test_only_byte_code_of_this_very_lua_is_touched() -> None:
    assert keep_frames(b"", None) is None
    assert keep_frames(b"\x1bLua\x52" + bytes(40), None) is None
