"""What goes into Lua and comes out of it, beside the real server.

Values that scripts build at random, through the libraries and as replies: `SCRIPTS` of them; set
``LUA_SCRIPTS`` for a longer run and ``LUA_SEED`` to repeat one. And every command of `_FILES`
called by a script, in each protocol.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.oracle.compare import (
    Call,
    RawConnection,
    Scenario,
    engine_like_the_oracle,
    load_calls,
    neutral,
    order_matters,
    run_both,
    unordered,
)
from tests.oracle.lua_sources import LuaSources
from tests.oracle.tally import TALLY
from tutor.engine.session import Session

SCRIPTS = int(os.environ.get("LUA_SCRIPTS", "400"))
SEED = int(os.environ.get("LUA_SEED", random.SystemRandom().randrange(1 << 32)))

_SHOW = """
local function show(v)
  if type(v) == 'table' then
    local t = {}
    for k, x in pairs(v) do t[#t + 1] = show(k) .. '=' .. show(x) end
    table.sort(t)
    return '{' .. table.concat(t, ',') .. '}'
  end
  if type(v) == 'number' then return string.format('%.17g', v) end
  return type(v) .. ':' .. tostring(v)
end
local function all(...)
  local t = {}
  for i = 1, select('#', ...) do t[i] = show((select(i, ...))) end
  return table.concat(t, '|')
end
"""
_BIT = ("tobit", "bnot", "bswap", "band", "bor", "bxor", "lshift", "rshift", "arshift", "rol")


def _returned(source: LuaSources) -> list[bytes]:
    return [b"return " + source.value().encode(), b"0"]


def _returned_in_resp3(source: LuaSources) -> list[bytes]:
    return [b"redis.setresp(3) return " + source.value().encode(), b"0"]


def _encoded(source: LuaSources) -> list[bytes]:
    return [f"return cjson.encode({source.value()})".encode(), b"0"]


def _decoded(source: LuaSources) -> list[bytes]:
    text = source.json().encode()
    script = _SHOW + "return all(pcall(cjson.decode, ARGV[1]))"
    return [script.encode(), b"0", source.damaged(text)]


def _packed(source: LuaSources) -> list[bytes]:
    values = ",".join(source.value() for _ in range(source.random.randint(1, 3)))
    return [f"return cmsgpack.pack({values})".encode(), b"0"]


def _unpacked(source: LuaSources) -> list[bytes]:
    script = _SHOW + "return all(pcall(cmsgpack.unpack, ARGV[1]))"
    return [script.encode(), b"0", source.damaged(source.message_pack())]


def _struct_packed(source: LuaSources) -> list[bytes]:
    values = [source.random.choice([source.number(), "'abc'", "'7'"]) for _ in range(8)]
    script = f"return struct.pack('{source.struct_format()}', {','.join(values)})"
    return [script.encode(), b"0"]


def _struct_unpacked(source: LuaSources) -> list[bytes]:
    offset = source.random.choice(["", "", f", {source.random.randint(-1, 6)}"])
    call = f"pcall(struct.unpack, '{source.struct_format()}', ARGV[1]{offset})"
    script = f"{_SHOW}return all({call})"
    return [script.encode(), b"0", source.random.randbytes(source.random.randrange(40))]


def _struct_size(source: LuaSources) -> list[bytes]:
    script = f"{_SHOW}return all(pcall(struct.size, '{source.struct_format()}'))"
    return [script.encode(), b"0"]


def _bits(source: LuaSources) -> list[bytes]:
    values = ",".join(source.number() for _ in range(source.random.randint(1, 3)))
    script = f"{_SHOW}return all(pcall(bit.{source.random.choice(_BIT)}, {values}))"
    return [script.encode(), b"0"]


_KINDS = (
    *(_returned, _returned_in_resp3, _encoded, _decoded, _packed, _unpacked),
    *(_struct_packed, _struct_unpacked, _struct_size, _bits),
)


@pytest.fixture
def session() -> Session:
    return engine_like_the_oracle().connect()


@pytest.mark.parametrize("resp", [2, 3])
def test_random_scripts_give_the_same_replies(
    session: Session, raw: RawConnection, resp: int
) -> None:
    source = LuaSources(SEED + resp)
    raw.call(b"SCRIPT", b"FLUSH")
    raw.call(b"HELLO", b"%d" % resp)
    session.resp = resp
    for number in range(SCRIPTS):
        argv = [b"EVAL", *source.random.choice(_KINDS)(source)]
        ours, theirs = run_both(session, raw, argv)
        if ours != theirs:
            pytest.fail(f"LUA_SEED={SEED}, script {number}: {argv}\nours   {ours}\ntheirs {theirs}")


_FOLDER = Path(__file__).parent / "calls"
_FILES = ("string", "hash", "list", "set", "zset", "sort", "stream", "geo", "bitmap", "hyperloglog")
_SCENARIOS = [
    scenario
    for name in _FILES
    for path in [_FOLDER / f"{name}.txt"]
    if path.exists()
    for scenario in load_calls(path)
    if not any(call.argv[:2] == [b"DEBUG", b"SLEEP"] for call in scenario.calls)
]
_NOT_COMPARED = frozenset(
    b"config debug memory object scan hello pttl ttl multi exec discard randomkey reset quit"
    b" client monitor".split()
)
"""Not for scripts, at random, about time, or about how a session stands."""


def _for_scripts(call: Call) -> bool:
    special = call.ignore or call.reply or call.blocks
    return bool(call.argv) and not special and call.argv[0].lower() not in _NOT_COMPARED


@pytest.mark.parametrize("resp", [2, 3])
@pytest.mark.parametrize("scenario", _SCENARIOS, ids=[scenario.name for scenario in _SCENARIOS])
def test_replies_of_commands_pass_through_scripts_unharmed(
    scenario: Scenario, session: Session, raw: RawConnection, resp: int
) -> None:
    raw.call(b"HELLO", b"%d" % resp)
    session.resp = resp
    script = b"redis.setresp(%d) return redis.call(unpack(ARGV))" % resp
    for call in filter(_for_scripts, scenario.calls):
        argv = [b"EVAL", script, b"0", *call.argv]
        ordered = resp == 2 and order_matters(session, call.argv) and not call.unordered
        ours = neutral(session.engine.execute(session, argv), resp)
        theirs = raw.call(*argv)
        TALLY.calls += 1
        if not ordered:
            ours, theirs = unordered(ours), unordered(theirs)
        if ours != theirs:
            TALLY.differences += 1
            pytest.fail(f"line {call.line}: {call.argv}\nours   {ours}\ntheirs {theirs}")
