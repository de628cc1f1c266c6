"""A crowd of clients that do a bit of everything to one server, in one asyncio loop.

Each client plays one role after the other, with a connection of its own every time: pipelines of
random commands of all groups, transactions, blocking reads, subscriptions, scripts, tracking,
MONITOR, administration, killing others, and bad manners. The keys are few and fixed and what grows
is cut again, so the data set stays bounded.

Every batch ends with an ECHO of a number of its own: if another reply arrives there, the order of
replies is broken, and that is counted as a fault.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import hiredis

Command = Sequence[bytes]
CLOSED = (ConnectionError, asyncio.IncompleteReadError, OSError)
KEYS = 20
PATIENCE_S = 30.0

MIX = """
SET string:{k} {w} | SET string:{k} {n} EX 5 | GET string:{k} | GETSET string:{k} {w}
APPEND string:{k} {w} | STRLEN string:{k} | SETRANGE string:{k} {n} {w} | GETRANGE string:{k} 0 9
INCR counter:{k} | INCRBYFLOAT counter:{k} 0.5 | DECRBY counter:{k} {n} | GETDEL counter:{k}
MSET string:{k} {w} string:{j} {w} | MGET string:{k} string:{j} counter:{k} | GETEX string:{k} EX 9
MSETNX string:{k} a fresh:{k} b | LCS string:{k} string:{j} LEN | SETEX short:{k} 1 {w}
SETBIT bits:{k} {n} 1 | GETBIT bits:{k} {n} | BITCOUNT bits:{k} | BITPOS bits:{k} 0
BITOP XOR bits:{k} bits:{j} bits:{k} | BITFIELD bits:{k} INCRBY u8 {n} 7 GET i5 3
PFADD hll:{k} {w} {n} | PFCOUNT hll:{k} hll:{j} | PFMERGE hll:{k} hll:{j} | DEL hll:{k}
LPUSH list:{k} {w} {n} | RPUSH list:{k} {w} | LPOP list:{k} | RPOP list:{k} 3 | LTRIM list:{k} 0 300
LRANGE list:{k} 0 20 | LINDEX list:{k} {n} | LINSERT list:{k} BEFORE {n} x | LREM list:{k} 1 {n}
LMOVE list:{k} list:{j} LEFT RIGHT | LPOS list:{k} {n} | LSET list:{k} 0 {w} | LMPOP 1 list:{k} LEFT
HSET hash:{k} f{n} {w} | HGET hash:{k} f{n} | HINCRBY hash:{k} count {n} | HDEL hash:{k} f{n} f{m}
HGETALL hash:{k} | HRANDFIELD hash:{k} 3 WITHVALUES | HSCAN hash:{k} 0 COUNT 50 | HMGET hash:{k} f1
SADD set:{k} {n} {m} | SADD set:{k} {w} | SREM set:{k} {n} | SPOP set:{k} 2 | SRANDMEMBER set:{k} 5
SINTER set:{k} set:{j} | SUNIONSTORE set:{k} set:{j} set:{k} | SDIFF set:{k} set:{j} | SCARD set:{k}
SSCAN set:{k} 0 | SMOVE set:{k} set:{j} {n} | SINTERCARD 2 set:{k} set:{j} | SMISMEMBER set:{k} 1 2
ZADD zset:{k} {n} {w} {m} m{n} | ZINCRBY zset:{k} 1 m{n} | ZREM zset:{k} m{n} | ZRANK zset:{k} m{n}
ZRANGE zset:{k} 0 9 WITHSCORES | ZRANGE zset:{k} 0 {n} BYSCORE LIMIT 0 9 | ZPOPMIN zset:{k} 2
ZUNIONSTORE zset:{k} 2 zset:{k} zset:{j} | ZREMRANGEBYRANK zset:{k} 0 5 | ZMPOP 1 zset:{k} MAX
ZSCAN zset:{k} 0 | ZCOUNT zset:{k} 0 {n} | ZRANDMEMBER zset:{k} 2 | ZDIFF 2 zset:{k} zset:{j}
GEOADD geo:{k} {lon} {lat} p{n} | GEODIST geo:{k} p{n} p{m} km | ZREMRANGEBYRANK geo:{k} 300 -1
GEOSEARCH geo:{k} FROMLONLAT 10 50 BYRADIUS 900 km COUNT 9 | GEOPOS geo:{k} p{n}
GEOHASH geo:{k} p1 | XADD stream:{k} MAXLEN 200 * f {w} | XRANGE stream:{k} - + COUNT 5
XLEN stream:{k} | XGROUP CREATE stream:{k} workers 0 MKSTREAM
XREADGROUP GROUP workers c{j} COUNT 5 STREAMS stream:{k} >
XAUTOCLAIM stream:{k} workers c{j} 0 0 COUNT 5 | XPENDING stream:{k} workers
XINFO STREAM stream:{k} | XINFO GROUPS stream:{k} | XTRIM stream:{k} MAXLEN 50
XGROUP DESTROY stream:{k} workers | EXPIRE string:{k} 3 | PEXPIRE list:{k} 900 | PERSIST string:{k}
TTL string:{k} | EXPIRE zset:{k} 20 | DEL string:{k} bits:{k} | UNLINK list:{k}
DEL hash:{k} set:{k} | UNLINK zset:{k} geo:{k} fresh:{k} | TYPE list:{k} | OBJECT ENCODING hash:{k}
EXISTS string:{k} list:{k} | TOUCH string:{k} | RANDOMKEY | RENAME string:{k} string:{j}
COPY set:{k} set:{j} REPLACE | SCAN {n} COUNT 20 | DUMP hash:{k} | SORT set:{k} ALPHA LIMIT 0 9
SORT list:{k} BY nosort GET # | MEMORY USAGE zset:{k} | KEYS *:1 | PUBLISH news:{k} {w}
SPUBLISH shard:{k} {w} | PUBSUB CHANNELS | PUBSUB NUMSUB news:{k} | PUBSUB NUMPAT
FCALL put 1 string:{k} {w} | FCALL_RO look 1 string:{k} | FUNCTION LIST | SCRIPT EXISTS abc | PING
TIME | DBSIZE | INFO | INFO all | COMMAND COUNT | COMMAND DOCS get | COMMAND INFO set | LOLWUT
CONFIG GET max* | CONFIG SET slowlog-log-slower-than 10000 | SLOWLOG GET 5 | LATENCY LATEST | ROLE
CLIENT LIST | CLIENT INFO | CLIENT ID | CLIENT GETNAME | CLIENT SETNAME c{k} | MEMORY STATS
WAIT 0 1 | CLIENT NO-EVICT on | CLIENT TRACKINGINFO | ACL WHOAMI | ACL CAT | ACL LIST
ACL GETUSER default | ACL SETUSER u{k} on >pw ~string:* +@read | AUTH u{k} bad | ACL DELUSER u{k}
ACL LOG 3 | CLUSTER INFO | SELECT 0 | SWAPDB 14 15 | OBJECT FREQ string:{k} | DEBUG SLEEP 0 | HELLO
LASTSAVE | MEMORY DOCTOR | NOPE {n} | GET | SET string:{k} | INCR list:{k} | LPUSH string:{k} x
EXPIRE string:{k} soon | EXEC | CONFIG SET maxmemory lots | XADD stream:{k} 0-0 a b
BITOP NOT a b c | ZADD zset:{k} nan m | SELECT 99
"""
"""Commands, divided by ``|``. ``{k}`` and ``{j}`` are numbers of keys, ``{n}`` and ``{m}`` numbers
below 500, ``{w}`` a word of 1 to 200 bytes."""

SCRIPTS = (
    ("redis.call('incr', KEYS[1]) return {redis.call('get', KEYS[1]), ARGV[1]}",
     "1", "counter:{k}", "{w}"),
    ("return {1, 2.5, 'x', {false, true}, {err = 'MY error'}}", "0"),
    ("return redis.call('lpush', KEYS[1], 1)", "1", "set:{k}"),
    ("return redis.pcall('lpush', KEYS[1], 1).err", "1", "set:{k}"),
    ("return #redis.call('keys', '*')", "0"),
    ("error('oops')", "0"),
    ("local x =", "0"),
    ("return cjson.encode(cjson.decode(ARGV[1]))", "0", '[1, {"a": {n}}]'),
    ("return cmsgpack.unpack(cmsgpack.pack(ARGV))", "0", "{w}", "{n}"),
    ("redis.setresp(3) return redis.call('hgetall', KEYS[1])", "1", "hash:{k}"),
    ("return redis.call('get', 'undeclared' .. ARGV[1])", "0", "{n}"),
)  # fmt: skip
"""What EVAL is given. They are few, because the server keeps every script it has seen."""

RUBBISH = (
    b"\x00\xff\x16\x03\x01" * 20,
    b"*3\r\n$3\r\nSET\r\n$-5\r\n",
    b"*1000000000\r\n",
    b"*2\r\n$99999999999\r\n",
    b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n",
    b"POST / HTTP/1.1\r\n\r\n",
    b'SET "unbalanced\r\n',
    b"*1\r\n:5\r\n",
    b"x" * 70_000,
    b"*-1\r\n*0\r\n\r\n\r\nPING\r\n",
    b"$5\r\nhello\r\n",
)
LIBRARY = (
    b"#!lua name=crowd\n"
    b"redis.register_function('put',function(k,a) return redis.call('set',k[1],a[1]) end)\n"
    b"redis.register_function{function_name='look',flags={'no-writes'},"
    b"callback=function(k) return redis.call('get',k[1]) end}"
)
_PLACE = re.compile(r"\{(k|j|n|m|w|lon|lat)\}")
_DIGITS = re.compile(r"\d+")


def _templates() -> list[tuple[str, ...]]:
    parts = (part.strip() for part in MIX.replace("\n", "|").split("|"))
    scripts = [("EVAL", *words) for words in SCRIPTS]
    return [tuple(part.split(" ")) for part in parts if part] + scripts


class Tally:
    """What all clients together have done and met."""

    def __init__(self) -> None:
        self.commands = 0
        self.messages = 0
        self.connections = 0
        self.closed = 0  # by the server
        self.errors: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    def count(self, reply: Any) -> None:
        """One reply, errors by their text without its numbers."""
        self.commands += 1
        if isinstance(reply, hiredis.ReplyError):
            self.errors[_DIGITS.sub("N", str(reply))[:70]] += 1


class Wire:
    """One connection: commands out, replies in."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tally: Tally
    ) -> None:
        self._reader = reader
        self.writer = writer
        self._tally = tally
        self._parser = hiredis.Reader()

    @classmethod
    async def open(cls, port: int, tally: Tally) -> Wire:
        """Connect."""
        tally.connections += 1
        return cls(*await asyncio.open_connection("127.0.0.1", port), tally)

    def send(self, *commands: Command) -> None:
        """Put commands on the way."""
        for argv in commands:
            words = [b"$%d\r\n%b\r\n" % (len(word), word) for word in argv]
            self.writer.write(b"*%d\r\n" % len(argv) + b"".join(words))

    async def receive(self, patience_s: float = PATIENCE_S) -> Any:
        """The next reply or message; `TimeoutError` if none comes."""
        while (reply := self._parser.gets()) is False:
            data = await asyncio.wait_for(self._reader.read(65536), patience_s)
            if not data:
                self._tally.closed += 1
                raise ConnectionError("closed by the server")
            self._parser.feed(data)
        return reply

    async def reply(self) -> Any:
        """The next reply; messages of RESP3 are counted and passed over."""
        while isinstance(reply := await self.receive(), hiredis.PushNotification):
            self._tally.messages += 1
        self._tally.count(reply)
        return reply

    async def call(self, *argv: bytes) -> Any:
        """One command and its reply."""
        self.send(argv)
        return await self.reply()

    async def hear(self, seconds: float) -> None:
        """Count what comes without being asked for."""
        until = asyncio.get_running_loop().time() + seconds
        while (left := until - asyncio.get_running_loop().time()) > 0:
            try:
                await self.receive(left)
            except TimeoutError:
                return
            self._tally.messages += 1


class Crowd:
    """Clients of the server on ``port`` until `run` is over; what they met is in ``tally``."""

    def __init__(self, port: int, clients: int, seed: int) -> None:
        self.port = port
        self.tally = Tally()
        self._clients = clients
        self._chance = random.Random(seed)
        self._templates = _templates()
        self._tokens = itertools.count(1)
        self._ending = False
        roles: dict[Callable[[Wire], Awaitable[None]], int] = {
            self._pipelines: 50,
            self._one_by_one: 15,
            self._transactions: 8,
            self._blocked: 8,
            self._subscribed: 7,
            self._tracking: 4,
            self._scripting: 4,
            self._administering: 3,
            self._rude: 6,
            self._deaf: 1,
            self._monitoring: 1,
        }
        self._roles = list(roles)
        self._weights = list(roles.values())

    async def run(self, seconds: float) -> None:
        """Let the crowd in, wait, and let it out again."""
        first = await Wire.open(self.port, self.tally)
        await first.call(b"FUNCTION", b"LOAD", b"REPLACE", LIBRARY)
        first.writer.close()
        tasks = [asyncio.create_task(self._client()) for _ in range(self._clients)]
        tasks.append(asyncio.create_task(self._endless_scripts()))
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        self._ending = True
        for task in done:
            task.result()
        _, late = await asyncio.wait(tasks, timeout=PATIENCE_S)
        for task in late:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, asyncio.CancelledError):
                self.tally.faults["a client was never answered"] += 1
            elif isinstance(result, BaseException):
                raise result

    async def _client(self) -> None:
        while not self._ending:
            (role,) = self._chance.choices(self._roles, self._weights)
            wire = None
            try:
                wire = await Wire.open(self.port, self.tally)
                await role(wire)
            except TimeoutError:
                self.tally.faults[f"{role.__name__}: no reply within {PATIENCE_S:g} s"] += 1
            except CLOSED:
                await asyncio.sleep(0.01)
            finally:
                if wire is not None:
                    wire.writer.close()

    def _rounds(self, least: int, most: int) -> Iterator[int]:
        """Some rounds of something, fewer if it is time to go."""
        for number in range(self._chance.randint(least, most)):
            if self._ending:
                return
            yield number

    # commands

    def _command(self) -> list[bytes]:
        chance = self._chance
        values = {
            "k": chance.randrange(KEYS),
            "j": chance.randrange(KEYS),
            "n": chance.randrange(500),
            "m": chance.randrange(500),
            "w": "w" * int(200 ** chance.random()) + str(chance.randrange(500)),
            "lon": round(chance.uniform(0, 20), 4),
            "lat": round(chance.uniform(45, 55), 4),
        }
        words = chance.choice(self._templates)
        return [_PLACE.sub(lambda at: str(values[at[1]]), word).encode() for word in words]

    async def _batch(self, wire: Wire, count: int) -> None:
        """Random commands at once, and the check that their replies came in order."""
        token = b"token:%d" % next(self._tokens)
        wire.send(*(self._command() for _ in range(count)), (b"ECHO", token))
        await wire.writer.drain()
        for _ in range(count):
            await wire.reply()
        last = await wire.reply()
        if last not in (token, b"QUEUED") and not isinstance(last, hiredis.ReplyError):
            self.tally.faults["replies out of order"] += 1

    # roles

    async def _pipelines(self, wire: Wire) -> None:
        if self._chance.random() < 0.4:
            await wire.call(b"HELLO", b"3")
        for _ in self._rounds(5, 60):
            await self._batch(wire, self._chance.randint(1, 30))

    async def _one_by_one(self, wire: Wire) -> None:
        for _ in self._rounds(10, 200):
            await wire.call(*self._command())

    async def _transactions(self, wire: Wire) -> None:
        for _ in self._rounds(2, 20):
            await wire.call(b"WATCH", b"counter:%d" % self._chance.randrange(KEYS))
            await wire.call(b"MULTI")
            await self._batch(wire, self._chance.randint(1, 8))
            await wire.call(self._chance.choice((b"EXEC", b"EXEC", b"DISCARD", b"RESET")))
            await wire.call(b"DISCARD")

    async def _blocked(self, wire: Wire) -> None:
        for _ in self._rounds(2, 15):
            key = b"%d" % self._chance.randrange(KEYS)
            seconds = b"%.2f" % self._chance.uniform(0.01, 0.5)
            argv = self._chance.choice((
                (b"BLPOP", b"list:" + key, b"queue:" + key, seconds),
                (b"BLMOVE", b"list:" + key, b"list:0", b"LEFT", b"LEFT", seconds),
                (b"BLMPOP", seconds, b"1", b"queue:" + key, b"RIGHT"),
                (b"BZPOPMIN", b"zset:" + key, seconds),
                (b"BZMPOP", seconds, b"1", b"waiting:" + key, b"MIN"),
                (b"XREAD", b"BLOCK", b"200", b"STREAMS", b"stream:" + key, b"$"),
                (b"XREADGROUP", b"GROUP", b"workers", b"b", b"BLOCK", b"200", b"STREAMS",
                 b"stream:" + key, b">"),
            ))  # fmt: skip
            wire.send(argv)
            if self._chance.random() < 0.1:
                return  # leave while waiting
            await wire.reply()
            await self._batch(wire, 3)

    async def _subscribed(self, wire: Wire) -> None:
        if self._chance.random() < 0.5:
            await wire.call(b"HELLO", b"3")
        numbers = [b"%d" % self._chance.randrange(KEYS) for _ in range(3)]
        wire.send((b"SUBSCRIBE", *(b"news:" + number for number in numbers)))
        wire.send((b"PSUBSCRIBE", b"new?:1*", b"__key*__:*"))
        wire.send((b"SSUBSCRIBE", b"shard:" + numbers[0]))
        await wire.hear(self._chance.uniform(0.1, 3))
        if self._chance.random() < 0.5:
            wire.send((b"UNSUBSCRIBE",), (b"PUNSUBSCRIBE",), (b"SUNSUBSCRIBE",), (b"PING",))
            await wire.hear(0.2)

    async def _tracking(self, wire: Wire) -> None:
        await wire.call(b"HELLO", b"3")
        mode = self._chance.choice(
            ((), (b"BCAST", b"PREFIX", b"string:"), (b"OPTIN",), (b"NOLOOP",))
        )
        await wire.call(b"CLIENT", b"TRACKING", b"ON", *mode)
        for _ in self._rounds(3, 30):
            if mode == (b"OPTIN",):
                await wire.call(b"CLIENT", b"CACHING", b"YES")
            await self._batch(wire, self._chance.randint(1, 10))
        await wire.call(b"CLIENT", b"TRACKING", b"OFF")

    async def _scripting(self, wire: Wire) -> None:
        body = b"for i=1,tonumber(ARGV[1]) do redis.call('sadd',KEYS[1],i%50) end return ARGV[1]"
        sha = await wire.call(b"SCRIPT", b"LOAD", body)
        for _ in self._rounds(2, 20):
            key = b"set:%d" % self._chance.randrange(KEYS)
            if isinstance(sha, bytes):
                await wire.call(b"EVALSHA", sha, b"1", key, b"%d" % self._chance.randrange(100))
            await self._batch(wire, 2)
        if self._chance.random() < 0.1:
            await wire.call(b"SCRIPT", b"FLUSH")

    async def _administering(self, wire: Wire) -> None:
        for argv in (
            (b"CONFIG", b"SET", b"notify-keyspace-events", self._chance.choice((b"KEA", b""))),
            (b"CLIENT", b"PAUSE", b"20", b"WRITE"),
            (b"CONFIG", b"RESETSTAT"),
            (b"SLOWLOG", b"RESET"),
            (b"CLIENT", b"KILL", b"TYPE", self._chance.choice((b"pubsub", b"normal"))),
            (b"CLIENT", b"UNBLOCK", b"%d" % self._chance.randrange(1, 10_000)),
            (b"SELECT", b"9"),
            (b"SET", b"other", b"x"),
            (b"FLUSHDB", self._chance.choice((b"ASYNC", b"SYNC"))),
            (b"SCRIPT", b"KILL"),
        ):
            if self._chance.random() < 0.5:
                await wire.call(*argv)
        clients = await wire.call(b"CLIENT", b"LIST")
        if isinstance(clients, bytes):
            ids = re.findall(rb"(?m)^id=(\d+)", clients)
            await wire.call(b"CLIENT", b"KILL", b"ID", self._chance.choice(ids))

    async def _rude(self, wire: Wire) -> None:
        way = self._chance.randrange(4)
        if way == 0:
            wire.writer.write(self._chance.choice(RUBBISH))
            await wire.hear(0.3)
        elif way == 1:
            wire.send(*(self._command() for _ in range(20)))  # and does not wait for replies
        elif way == 2:
            wire.writer.write(b"*3\r\n$3\r\nSET\r\n$8\r\nstr")
            await asyncio.sleep(0.2)
        else:
            for byte in b"*1\r\n$4\r\nPING\r\n":
                wire.writer.write(bytes((byte,)))
                await asyncio.sleep(0.01)
            await wire.reply()

    async def _deaf(self, wire: Wire) -> None:
        """Ask for much and read nothing for a while."""
        await wire.call(b"SET", b"big", bytes(300_000))
        wire.send(*([(b"GET", b"big")] * 50))
        await asyncio.sleep(1)

    async def _monitoring(self, wire: Wire) -> None:
        wire.send((b"MONITOR",))
        await wire.hear(self._chance.uniform(0.1, 2))

    async def _endless_scripts(self) -> None:
        """Now and then a script that does not end, until somebody stops it."""
        while not self._ending:
            await asyncio.sleep(2)
            stuck = await Wire.open(self.port, self.tally)
            stuck.send((b"EVAL", b"while true do end", b"0"))
            answer = asyncio.ensure_future(stuck.reply())
            while not answer.done():
                await asyncio.sleep(0.05)
                await self._kill_script()
            await asyncio.gather(answer, return_exceptions=True)  # CLIENT KILL may be quicker
            stuck.writer.close()

    async def _kill_script(self) -> None:
        with contextlib.suppress(*CLOSED):
            other = await Wire.open(self.port, self.tally)
            await other.call(b"SCRIPT", b"KILL")
            other.writer.close()
