"""Random crowds: four clients that write, read, subscribe, track, monitor, block and transact.

After every command each of them must have received the same bytes from the engine and from the
real server. ``ORACLE_EXAMPLES`` crowds are run (see `test_state_machine`). Left out:

- what chance decides: several names in one UNSUBSCRIBE without names, trimming of the tracking
  table;
- CLIENT REPLY and HELLO inside MULTI: Redis sends half an array, or half in the other protocol;
- a flush where RESP2 and RESP3 clients redirect to one another: Redis sends the other's null;
- MGET and BZPOPMIN of a RESP3 client that listens to its own changes: Redis sends the events
  inside the array which it is just sending;
- CLIENT UNBLOCK of a client that CLIENT PAUSE makes wait: Redis does not survive it.
"""

from __future__ import annotations

import os
import random

import pytest

from tests.oracle.compare import engine_like_the_oracle
from tests.oracle.received import Crowd

CROWDS = int(os.environ.get("ORACLE_EXAMPLES", "20"))
STEPS = 120
_KEYS = ("a", "ab", "b", "c")

_DATA = (
    "GET {k}", "GET {k}", "SET {k} {n}", "SET {k} {n}", "MGET {k} {k}", "MSET {k} 1 {k} 2",
    "DEL {k} {k}", "INCR {k}", "APPEND {k} x", "EXISTS {k}", "STRLEN {k}", "TYPE {k}", "TTL {k}",
    "EXPIRE {k} 100", "PERSIST {k}", "RENAME {k} {k}", "COPY {k} {k}", "LPUSH l {n}", "LPOP l",
    "LRANGE l 0 -1", "SADD s {n}", "SREM s {n}", "HSET h f {n}", "HGETALL h", "ZADD z {n} m",
    "ZRANGE z 0 -1 WITHSCORES", "FLUSHALL", "FLUSHDB", "SELECT 0", "SELECT 1", "SWAPDB 0 1",
    "GETDEL {k}", "GETEX {k} EX 100", "SORT l STORE {k}", "OBJECT ENCODING {k}", "TOUCH {k}",
    "SETRANGE {k} 3 x", "UNLINK {k}", "MOVE {k} 1", "EXPIRE {k} -1", "RPOPLPUSH l l2", "DBSIZE",
    "XADD x {n}-* f v", "XLEN x", "PFADD p {n}", "PFCOUNT p", "SETBIT bit {n} 1", "NOSUCH", "GET",
)  # fmt: skip
_TALK = (
    "PUBLISH ab hello", "PUBLISH ab {n}", "SPUBLISH sh x", "SUBSCRIBE ab", "SUBSCRIBE ab ab",
    "UNSUBSCRIBE", "UNSUBSCRIBE ab nope", "PSUBSCRIBE __key*", "PUNSUBSCRIBE", "SSUBSCRIBE sh",
    "SUNSUBSCRIBE", "SUNSUBSCRIBE sh", "PUBSUB CHANNELS", "PUBSUB NUMSUB ab x", "PUBSUB NUMPAT",
    "PUBSUB SHARDNUMSUB sh", "PUBSUB SHARDCHANNELS", "PUBSUB CHANNELS a*", "PING", "PING x",
    "CONFIG SET notify-keyspace-events KEA", "CONFIG SET notify-keyspace-events KEAmn",
    "CONFIG SET notify-keyspace-events ''", "CONFIG SET notify-keyspace-events Eg$n",
)  # fmt: skip
_TRACK = (
    "CLIENT TRACKING ON", "CLIENT TRACKING ON", "CLIENT TRACKING ON NOLOOP", "CLIENT TRACKING OFF",
    "CLIENT TRACKING ON BCAST", "CLIENT TRACKING ON BCAST PREFIX a NOLOOP",
    "CLIENT TRACKING ON BCAST PREFIX a PREFIX b", "CLIENT TRACKING ON OPTIN",
    "CLIENT TRACKING ON OPTOUT", "CLIENT TRACKING ON REDIRECT {c}", "CLIENT CACHING YES",
    "CLIENT CACHING NO", "CLIENT TRACKINGINFO", "CLIENT GETREDIR",
    "CLIENT TRACKING ON OPTIN NOLOOP",
    "CLIENT TRACKING ON BCAST REDIRECT {c}", "CLIENT TRACKING ON PREFIX a",
)  # fmt: skip
_STATE = (
    "HELLO 2", "HELLO 3", "HELLO 3", "RESET", "MULTI", "MULTI", "EXEC", "EXEC", "DISCARD",
    "WATCH {k}", "UNWATCH", "MONITOR", "CLIENT SETNAME joe", "CLIENT GETNAME", "CLIENT INFO",
    "CLIENT LIST ID {c} {c}", "CLIENT NO-EVICT ON", "CLIENT KILL ID {c}", "CLIENT UNBLOCK {c}",
    "CLIENT UNBLOCK {c} ERROR", "BLPOP l 0", "BLMOVE l l2 LEFT RIGHT 0", "BRPOP l l2 0",
    "BZPOPMIN z 0", "WAIT 1 0", "WAIT 0 0", "CLIENT KILL ADDR {a}", "QUIT",
    "CLIENT PAUSE 100000 WRITE", "CLIENT UNPAUSE", "CLIENT UNPAUSE", "XREAD BLOCK 0 STREAMS x $",
)  # fmt: skip
_REPLY = ("CLIENT REPLY OFF", "CLIENT REPLY ON", "CLIENT REPLY ON", "CLIENT REPLY SKIP")
_EVENTS_INSIDE = ("MGET {k} {k}", "BZPOPMIN z 0")
_NOT_IN_MULTI = (*_REPLY, "HELLO 2", "HELLO 3", "FLUSHALL", "FLUSHDB")
_LAST_WORDS = ("QUIT", "CLIENT KILL ID {c}", "CLIENT KILL ADDR {a}")
_FORMS = (*_DATA * 3, *_TALK * 2, *_TRACK * 2, *_STATE, *_REPLY)


def _hears_itself(crowd: Crowd, number: int) -> bool:
    session = crowd.client(number).session
    return session.resp == 3 and len(session.subscriptions) > 0


def _null_of_other_protocol(crowd: Crowd) -> bool:
    """Redis tells of a flush with the null of the tracking client's protocol, even if the client
    that it has redirected to speaks the other."""
    for session in crowd.engine.tracking.clients.values():
        assert session.tracking is not None
        target = crowd.engine.sessions.get(session.tracking.redirect)
        if target is not None and target.resp != session.resp:
            return True
    return False


def _command(chance: random.Random, number: int, crowd: Crowd) -> str:
    while True:
        form = chance.choice(_FORMS)
        if form in _NOT_IN_MULTI and crowd.client(number).session.transaction is not None:
            continue
        if form in _LAST_WORDS and crowd.client(number).session.mute:
            continue  # without a reply to send Redis forgets to close the connection
        if form in _EVENTS_INSIDE and _hears_itself(crowd, number):
            continue
        if form.startswith("CLIENT UNBLOCK") and crowd.engine.postponed:
            continue
        if form.startswith("FLUSH") and _null_of_other_protocol(crowd):
            continue
        if "l2" in form and crowd.client(number).session.transaction is not None:
            continue
        break
    for mark, choose in (
        ("{k}", lambda: chance.choice(_KEYS)),
        ("{n}", lambda: str(chance.randint(1, 9))),
        ("{c}", lambda: f"<{chance.randint(1, 4)}>"),
        ("{a}", lambda: f"<addr{chance.randint(1, 4)}>"),
    ):
        while mark in form:
            form = form.replace(mark, choose(), 1)
    return form.replace("<", "{").replace(">", "}").replace("''", "")


@pytest.mark.parametrize("seed", range(CROWDS))
def test_everybody_receives_what_the_real_server_sends(seed: int, redis_port: int) -> None:
    chance = random.Random(seed)
    crowd = Crowd(engine_like_the_oracle(), redis_port)
    said: list[str] = []
    try:
        for number in range(1, 5):
            crowd.client(number)
        for _ in range(STEPS):
            free = [number for number, one in crowd.clients.items() if one.ready]
            if not free:
                break
            number = chance.choice(free)
            line = _command(chance, number, crowd)
            said.append(f"@{number} {line}")
            found = crowd.say(number, [word.encode() for word in line.split(" ")])
            assert not found, "\n".join([*said, *map(str, found)])
    finally:
        crowd.close()
