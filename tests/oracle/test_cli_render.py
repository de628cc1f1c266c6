"""Whole sessions through our pipe and through redis-cli, on one server: the same bytes.

This covers how lines are cut, how replies are read from the wire, and how they are printed, in
both protocols, formatted (`--no-raw`) and plain.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess

import pytest

from tests.oracle.raw import RawConnection
from tests.oracle.tally import TALLY
from tutor.console.backend import Backend, EmbeddedBackend
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
COMMAND INFO eval subscribe xgroup
COMMAND GETKEYS MSET a 1 b 2
COMMAND DOCS get
COMMAND DOCS xadd
ACL CAT scripting
COMMAND LIST FILTERBY ACLCAT geo
COMMAND DOCS geosearch client|kill
OBJECT HELP
SCRIPT HELP
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

STREAMS = r"""
XADD x 1-1 f v g "w w"
XADD x 1-2 f ж
XADD x 2-* f v
XLEN x
XRANGE x - +
XRANGE x 5 6
XREVRANGE x + - COUNT 1
XREAD STREAMS x nothing 0 0
XREAD COUNT 1 STREAMS x 1-1
XREAD STREAMS x 9
XGROUP CREATE x g 0
XGROUP CREATE x h $
XREADGROUP GROUP g anna COUNT 1 STREAMS x >
XREADGROUP GROUP g anna STREAMS x 0
XREADGROUP GROUP g boris STREAMS x >
XREADGROUP GROUP g boris STREAMS x >
XACK x g 1-1
XPENDING x g
XPENDING x h
XCLAIM x g anna 0 1-2 JUSTID
XAUTOCLAIM x g anna 0 0 JUSTID
XINFO GROUPS x
XINFO CONSUMERS nothing g
XINFO STREAM x
XDEL x 1-1
XREADGROUP GROUP g anna STREAMS x 0
XTRIM x MAXLEN 0
XRANGE x - +
XINFO STREAM x FULL COUNT 1
"""

PLACES_AND_BITS = r"""
GEOADD geo 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
GEOSEARCH geo FROMLONLAT 15 37 BYRADIUS 200 km ASC
GEOSEARCH geo FROMLONLAT 15 37 BYBOX 400 400 km ASC WITHCOORD WITHDIST WITHHASH
GEORADIUS geo 15 37 200 km WITHDIST
GEOPOS geo Palermo nobody
GEODIST geo Palermo nobody
GEODIST geo Palermo Catania km
GEOHASH geo Palermo nobody
SETBIT b 7 1
BITFIELD b GET u8 0 INCRBY u2 0 1 OVERFLOW FAIL INCRBY u2 0 3
BITPOS b 1
GET b
PFADD h a b c
PFCOUNT h
"""

LUA = r"""
EVAL "return {1, 'two', {3, {4, {}}, false}, 5.9, redis.status_reply('fine')}" 0
EVAL "return {{{1}, 2}, {{}, {'a', {'b'}}}}" 0
EVAL "return {KEYS[1], ARGV[1], #ARGV}" 1 k "a b" c
EVAL "return nil" 0
EVAL "return true" 0
EVAL "redis.setresp(3); return redis.call('HGETALL', KEYS[1])" 1 nothing
EVAL "redis.setresp(3); return {double=3.5}" 0
EVAL "return {map={a=1}}" 0
EVAL "return {set={a=true}}" 0
EVAL "return redis.call('NOSUCH')" 0
EVAL "return redis.pcall('NOSUCH')" 0
EVAL "return x" 0
EVAL "retrun 1" 0
EVAL "return {err='MY own'}" 0
SCRIPT LOAD "return 1"
EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0
SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0000000000000000000000000000000000000000
EVALSHA 0000000000000000000000000000000000000000 0
FUNCTION LOAD <library>
FUNCTION LIST
FUNCTION LIST WITHCODE
FUNCTION LIST LIBRARYNAME nope*
FCALL f 0 a b
FCALL_RO f 0
FCALL g 0
FUNCTION STATS
FUNCTION DELETE mylib
""".replace(
    "<library>",
    r'"#!lua name=mylib\nredis.register_function{function_name='
    r"'f', callback=function(k, a) return a end, flags={'no-writes'}, description='echo'}"
    '"',
)

SERVER = r"""
ACL SETUSER anna on >p ~user:* %R~log:* +get +@read "(+set ~x:*)"
ACL GETUSER anna
ACL GETUSER nobody
ACL LIST
ACL DRYRUN anna SET a 1
ACL DRYRUN anna GET user:1
ACL DELUSER anna
ACL LOG RESET
ACL LOG
ACL WHOAMI
LATENCY RESET
LATENCY LATEST
LATENCY HISTORY command
LATENCY GRAPH command
SLOWLOG RESET
SLOWLOG GET
SLOWLOG LEN
CLIENT TRACKING ON
CLIENT TRACKINGINFO
CLIENT TRACKING OFF
CLIENT TRACKINGINFO
CLIENT GETREDIR
CLIENT NO-EVICT on
COMMAND INFO geoadd
COMMAND GETKEYSANDFLAGS XREADGROUP GROUP g c STREAMS a b > >
PUBSUB CHANNELS
PUBSUB NUMSUB a b
PUBLISH ch hello
CONFIG GET notify-*
MEMORY USAGE nothing
OBJECT FREQ nothing
WAIT 0 0
FAILOVER
CLUSTER INFO
HELLO 9
"""

SCRIPTS = {
    "streams": STREAMS,
    "places and bits": PLACES_AND_BITS,
    "lua": LUA,
    "server": SERVER,
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


def ours(backend: Backend, script: str, formatted: bool) -> bytes:
    out = io.BytesIO()
    pipe = Pipe(backend, raw=not formatted, readable=False, out=out)
    assert pipe.run(io.BytesIO(script.encode())) == 0
    backend.close()
    return out.getvalue()


def lines_of(output: bytes) -> list[bytes]:
    """The lines, with every moment in milliseconds (of a delivery) as the same."""
    return re.sub(rb"\b1[0-9]{12}\b", b"<now>", output).split(b"\n")


@pytest.mark.parametrize("formatted", [True, False], ids=["formatted", "plain"])
@pytest.mark.parametrize("resp", [2, 3])
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_session_looks_as_in_redis_cli(
    redis_cli: str, redis_port: int, raw: RawConnection, name: str, resp: int, formatted: bool
) -> None:
    script = SCRIPTS[name].lstrip()
    expected = theirs(redis_cli, redis_port, script, resp, formatted)
    raw.call(b"FLUSHALL")
    backend = RemoteBackend(f"redis://127.0.0.1:{redis_port}", resp)
    found = ours(backend, script, formatted)
    TALLY.calls += script.count("\n")
    assert lines_of(found) == lines_of(expected)


@pytest.mark.parametrize("formatted", [True, False], ids=["formatted", "plain"])
@pytest.mark.parametrize("resp", [2, 3])
@pytest.mark.parametrize("name", ["streams", "places and bits", "lua", "server"])
def test_a_session_with_the_embedded_engine_looks_as_in_redis_cli(
    redis_cli: str, redis_port: int, raw: RawConnection, name: str, resp: int, formatted: bool
) -> None:
    script = SCRIPTS[name].lstrip()
    raw.call(b"FUNCTION", b"FLUSH")
    raw.call(b"SCRIPT", b"FLUSH")
    expected = theirs(redis_cli, redis_port, script, resp, formatted)
    found = ours(EmbeddedBackend(remember=False, resp=resp), script, formatted)
    TALLY.calls += script.count("\n")
    assert lines_of(found) == lines_of(expected)
