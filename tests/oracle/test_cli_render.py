"""Whole sessions through our pipe and through redis-cli, on one server: the same bytes.

This covers how lines are cut, how replies are read from the wire, and how they are printed, in
both protocols, formatted (`--no-raw`) and plain.
"""

from __future__ import annotations

import io
import shutil
import subprocess

import pytest

from tests.oracle.raw import RawConnection
from tests.oracle.tally import TALLY
from tutor.console.pipe import Pipe
from tutor.console.remote import RemoteBackend

STRINGS = r"""
SET a 1
GET a
GET nothing
SET text "hello world"
GET text
SET esc "\x00\x01\xff\n\r\t\a\b\"\\'"
GET esc
SET ж Привет
GET ж
APPEND ж !
MGET a nothing text
GETRANGE ж 0 0
SET empty ""
GET empty
STRLEN ж
SETNX a 2
INCR a
INCRBYFLOAT a 0.1
SET a x XX GET
GETEX a PERSIST
LCS text ж IDX
ECHO "'single' \"double\""
PING
PING "привет"
"""

COLLECTIONS = r"""
RPUSH l a b c d e f g h i j k
LRANGE l 0 -1
LRANGE l 5 2
LPOS l c COUNT 0
LPOP l 2
LPOP nothing 2
LMPOP 2 nothing l LEFT COUNT 2
HSET h f1 v1 f2 "v 2" f3 ж
HGETALL h
HGETALL nothing
HRANDFIELD nothing 2
HMGET h f1 nope
HSCAN h 0
HINCRBYFLOAT h n 1.5
SADD s 1 2 3
SMEMBERS s
SMISMEMBER s 1 9
SMEMBERS nothing
SPOP nothing
ZADD z 1 a 2.5 b inf c
ZRANGE z 0 -1 WITHSCORES
ZRANGE z 0 -1
ZSCORE z b
ZSCORE z nope
ZMSCORE z a nope
ZADD z INCR 1.1 a
ZPOPMIN z
ZRANDMEMBER nothing 2 WITHSCORES
ZMPOP 1 z MAX
BZPOPMIN z 1
BLPOP nothing 0.01
BLMPOP 0.01 1 nothing LEFT
SCAN 0 MATCH zzz*
XADD x 1-1 f v
XADD x 1-2 f v g w
XRANGE x - +
XREAD STREAMS x nothing 0 0
XINFO STREAM x
GEOADD geo 13.361389 38.115556 P 15.087269 37.502669 C
GEOSEARCH geo FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHCOORD WITHDIST
GEODIST geo P C
"""

ERRORS = r"""
NOSUCH
NOSUCH a "b c" 'd'
GET
GET a b
SET a
SET a 1 XX NX
INCR
SET t text
INCR t
LPUSH t x
CONFIG NOSUCH
OBJECT ENCODING
SELECT 99
EXPIRE t abc
SET k "unbalanced
SET k "glued"x
SET k it's
"" a
0 PING
-1x PING
EVAL "return redis.error_reply('MY own error')" 0
EVAL "return {1, 'two', {3, {4}}, redis.status_reply('fine'), false}" 0
EVAL "return {err='ERR two\nlines'}" 0
"""

SESSION = r"""
MULTI
SET a 1
LPUSH a x
GET a
EXEC
MULTI
NOSUCH
EXEC
MULTI
DISCARD
DISCARD
WATCH a
MULTI
EXEC
SELECT 1
DBSIZE
SELECT 0
3 INCR counter
2 LPUSH many x y
CLIENT GETNAME
CLIENT SETNAME me
CLIENT GETNAME
CONFIG GET maxmemory
CONFIG GET max*policy zset-max-listpack-*
COMMAND COUNT
COMMAND INFO get nosuch
COMMAND GETKEYS MSET a 1 b 2
COMMAND DOCS get
OBJECT HELP
MEMORY DOCTOR
LATENCY DOCTOR
LOLWUT VERSION 5 1 1 1
DEBUG HTSTATS 9
DEBUG SLEEP 0
ROLE
DUMP counter
"""

PROTOCOL = "".join(
    f"DEBUG PROTOCOL {kind}\n"
    for kind in ("string", "integer", "double", "null", "array", "set", "map", "verbatim", "true")
)

SCRIPTS = {
    "strings": STRINGS,
    "collections": COLLECTIONS,
    "errors": ERRORS,
    "session": SESSION,
    "protocol": PROTOCOL,
}


@pytest.fixture(scope="module")
def redis_cli() -> str:
    program = shutil.which("redis-cli")
    if program is None:
        pytest.skip("redis-cli is not installed")
    return program


def theirs(program: str, port: int, script: str, resp: int, formatted: bool) -> bytes:
    options = [*(["-3"] if resp == 3 else []), *(["--no-raw"] if formatted else [])]
    done = subprocess.run(
        [program, "-p", str(port), *options],
        input=script.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.stdout


def ours(port: int, script: str, resp: int, formatted: bool) -> bytes:
    out = io.BytesIO()
    backend = RemoteBackend(f"redis://127.0.0.1:{port}", resp)
    pipe = Pipe(backend, raw=not formatted, readable=False, out=out)
    assert pipe.run(io.BytesIO(script.encode())) == 0
    backend.close()
    return out.getvalue()


@pytest.mark.parametrize("formatted", [True, False], ids=["formatted", "plain"])
@pytest.mark.parametrize("resp", [2, 3])
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_session_looks_as_in_redis_cli(
    redis_cli: str, redis_port: int, raw: RawConnection, name: str, resp: int, formatted: bool
) -> None:
    script = SCRIPTS[name].lstrip()
    expected = theirs(redis_cli, redis_port, script, resp, formatted)
    raw.call(b"FLUSHALL")
    found = ours(redis_port, script, resp, formatted)
    TALLY.calls += script.count("\n")
    assert found.split(b"\n") == expected.split(b"\n")
