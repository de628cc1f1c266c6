"""Random commands out of the command table: every argument tree is walked at random.

What the clock or chance decides in the server itself is left out (`_LEFT_OUT`), or asked for in a
form that neither decides.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from tests.oracle.fuzz import words
from tests.oracle.fuzz.scripts import script_calls
from tutor.engine.table import Argument, CommandSpec, load_table

Argv = list[bytes]

_TIMED = frozenset(b"set setex psetex getex expire pexpire expireat pexpireat".split())
"""With another number in the wrong place a key would die while the servers are compared."""

_DECIDED_ELSEWHERE = """
    time randomkey srandmember hrandfield zrandmember spop lastsave info monitor sync psync debug
    shutdown client command save bgsave bgrewriteaof lolwut memory latency slowlog config acl
    module replicaof slaveof replconf failover role wait migrate cluster asking readonly readwrite
    select move swapdb flushall flushdb quit reset hello auth subscribe unsubscribe psubscribe
    punsubscribe ssubscribe sunsubscribe publish spublish pubsub blpop brpop blmove blmpop
    brpoplpush bzpopmin bzpopmax bzmpop zlexcount zrangebylex zrevrangebylex zremrangebylex eval
    eval_ro evalsha evalsha_ro fcall fcall_ro script function pfdebug pfselftest multi exec discard
    watch unwatch scan sscan hscan zscan keys dbsize restore restore-asking xclaim xautoclaim
    xpending object dump
"""
_LEFT_OUT = frozenset(_DECIDED_ELSEWHERE.split())
"""Compared elsewhere, or put in by hand below."""

_BY_NAME: dict[str, words.Word] = {
    "longitude": words.longitude,
    "latitude": words.latitude,
    "radius": words.distance,
    "width": words.distance,
    "height": words.distance,
    "offset": words.small(0, 40),
    "cursor": lambda chance: b"0",  # others depend on the order of buckets
    "count": words.small(-3, 12),
    "db": words.small(0, 1),
    "destination-db": words.small(0, 1),
    "group": lambda chance: chance.choice((b"G1", b"G2", b"G1", b"none")),
    "groupname": lambda chance: chance.choice((b"G1", b"G2", b"G1", b"none")),
    "consumer": lambda chance: chance.choice((b"c1", b"c2", b"c3")),
    "consumername": lambda chance: chance.choice((b"c1", b"c2", b"c3")),
    "seconds": lambda chance: b"%d" % chance.choice((-1, 0, chance.randint(1000, 100_000))),
    "milliseconds": lambda chance: b"%d" % chance.choice((-1, 0, chance.randint(10**6, 10**8))),
    "unix-time-seconds": words.small(4_000_000_000, 5_000_000_000),
    "unix-time-milliseconds": words.small(4_000_000_000_000, 5_000_000_000_000),
}


def _short_wait(chance: random.Random) -> bytes:
    return b"%d" % chance.randint(1, 3)


_BY_TYPE: dict[str, words.Word] = {
    "string": words.value,
    "integer": words.integer,
    "double": words.double,
    "pattern": words.pattern,
    "score-bound": words.score_bound,
    "lex-bound": words.lex_bound,
    "bit": words.bit,
    "bit-offset": words.bit_offset,
    "bit-type": words.bit_type,
    "stream-id": words.stream_id,
    "stream-bound": words.stream_bound,
    "stream-new-id": words.new_id,
    "stream-after": words.stream_after,
    "stream-group-id": words.group_id,
    "unix-time": words.integer,
}


class Grammar:
    """Makes commands. The same seed makes the same ones."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._rows = [
            spec
            for row in load_table().values()
            if row.name not in _LEFT_OUT
            for spec in (row.subcommands.values() or [row])
            if not spec.name.endswith("|help")  # our own words
        ]

    def command(self) -> Argv:
        """One command of any group."""
        chance = self.chance
        if chance.random() < 0.12:
            return chance.choice(_BY_HAND)(chance)
        argv = self._of(chance.choice(self._rows))
        if b"BYLEX" in argv:
            return _lexical(chance)
        if argv[0].lower().startswith(b"sort"):
            argv = _sort(argv)
        spoil = chance.random() < 0.02 and argv[0].lower() not in _TIMED
        return self._spoilt(argv) if spoil else argv

    def _of(self, spec: CommandSpec) -> Argv:
        argv: Argv = [part.encode() for part in spec.name.split("|")]
        self._group = spec.group
        self._keys = 1
        self._tree(spec.signature or spec.arguments, argv)
        if self.chance.random() < 0.03:
            argv[0] = argv[0].upper()
        return argv

    def _tree(self, arguments: Sequence[Argument], argv: Argv) -> None:
        optional = [one for one in arguments if one.optional and one.token is not None]
        shuffled = self.chance.random() < 0.3 and len(optional) > 1
        later: list[Argument] = []
        for argument in arguments:
            if argument.name == "numkeys":
                self._numkeys(argv)
            elif argument.optional and self.chance.random() > 0.35:
                continue
            elif shuffled and argument in optional:
                later.append(argument)
            else:
                self._argument(argument, argv)
        self.chance.shuffle(later)
        for argument in later:
            self._argument(argument, argv)

    def _numkeys(self, argv: Argv) -> None:
        self._keys = self.chance.choice((1, 1, 2, 2, 3))
        said = self._keys if self.chance.random() < 0.95 else self.chance.randint(-1, 5)
        argv.append(b"%d" % said)

    def _argument(self, argument: Argument, argv: Argv) -> None:
        times = 1
        if argument.multiple:
            times = self._keys if argument.type == "key" and self._keys > 1 else 0
            times = times or self.chance.choice((1, 1, 1, 2, 2, 3, 5))
        if argument.token == "*":  # an id that the clock makes
            argv.append(words.new_id(self.chance))
            return
        for turn in range(times):
            if argument.token is not None and (turn == 0 or argument.multiple_token):
                argv.append(argument.token.encode())
                if argument.type == "pure-token":
                    continue
            self._value(argument, argv)

    def _value(self, argument: Argument, argv: Argv) -> None:
        kind = argument.type
        if kind == "oneof":
            self._argument(self.chance.choice(argument.arguments), argv)
        elif kind == "block":
            self._tree(argument.arguments, argv)
        elif kind == "key":
            argv.append(words.key(self.chance, self._group))
        elif kind == "pure-token":
            argv.append((argument.token or argument.name).encode())
        else:
            word = _BY_NAME.get(argument.name) or _BY_TYPE[kind]
            if argument.token == "BLOCK":
                word = _short_wait
            argv.append(word(self.chance))

    def _spoilt(self, argv: Argv) -> Argv:
        """A word too many, too few, or another."""
        chance, argv = self.chance, list(argv)
        at = chance.randrange(len(argv))
        roll = chance.random()
        if roll < 0.35 and len(argv) > 1:
            del argv[max(at, 1)]
        elif roll < 0.7:
            argv.insert(max(at, 1), words.value(chance))
        else:
            argv[at] = words.value(chance) or b"x"
        return argv


def _sort(argv: Argv) -> Argv:
    """SORT BY only of lists: where weights are equal, a table's order decides."""
    if b"BY" in argv and argv[1] not in words.KEYS_OF_TYPE["list"]:
        at = argv.index(b"BY")
        return argv[:at] + argv[at + 2 :]
    return argv


def _key(chance: random.Random) -> bytes:
    return chance.choice(words.EVERY_KEY)


def _pending(chance: random.Random) -> Argv:
    """XPENDING, XCLAIM and XAUTOCLAIM, in the forms without idle times in the reply."""
    key = words.key(chance, "stream")
    group, consumer = chance.choice((b"G1", b"G2")), chance.choice((b"c1", b"c2"))
    ids = [words.stream_id(chance) for _ in range(chance.randint(1, 3))]
    more = [b"FORCE"] if chance.random() < 0.5 else []
    return chance.choice(
        (
            [b"XPENDING", key, group],
            [b"XCLAIM", key, group, consumer, b"0", *ids, *more, b"JUSTID"],
            [b"XCLAIM", key, group, consumer, b"0", *ids, *more],
            [b"XAUTOCLAIM", key, group, consumer, b"0", ids[0], b"COUNT", b"3"],
            [b"XAUTOCLAIM", key, group, consumer, b"0", b"0", b"JUSTID"],
            [b"XGROUP", b"CREATE", key, group, chance.choice((b"0", b"$")), b"MKSTREAM"],
            [b"XREADGROUP", b"GROUP", group, consumer, b"COUNT", b"2", b"STREAMS", key, b">"],
        )
    )


def _lexical(chance: random.Random) -> Argv:
    """Ranges by member, on sorted sets of which all scores are equal."""
    key, other = chance.choice(words.EQUAL_SCORES), words.key(chance, "sorted-set")
    bounds = [words.lex_bound(chance), words.lex_bound(chance)]
    limit = [b"LIMIT", words.integer(chance), words.integer(chance)]
    limit = limit if chance.random() < 0.4 else []
    scored = [word for _ in range(3) for word in (b"0", words.value(chance))]
    return chance.choice(
        (
            [b"ZADD", key, *scored],
            [b"ZADD", key, *scored],
            [b"ZREM", key, words.value(chance)],
            [b"ZLEXCOUNT", key, *bounds],
            [b"ZRANGEBYLEX", key, *bounds, *limit],
            [b"ZREVRANGEBYLEX", key, *bounds, *limit],
            [b"ZREMRANGEBYLEX", key, *bounds],
            [b"ZRANGE", key, *bounds, b"BYLEX", *limit],
            [b"ZRANGE", key, *bounds, b"BYLEX", b"REV", *limit],
            [b"ZRANGESTORE", other, key, *bounds, b"BYLEX", *limit],
        )
    )


def _blocking(chance: random.Random) -> Argv:
    """Blocking commands that need not wait long."""
    lists = [words.key(chance, "list") for _ in range(2)]
    zsets = [words.key(chance, "sorted-set") for _ in range(2)]
    side = chance.choice((b"LEFT", b"RIGHT"))
    return chance.choice(
        (
            [b"BLPOP", *lists, b"0.001"],
            [b"BRPOP", *lists, b"0.001"],
            [b"BLMOVE", *lists, side, b"LEFT", b"0.001"],
            [b"BRPOPLPUSH", *lists, b"0.001"],
            [b"BLMPOP", b"0.001", b"2", *lists, side],
            [b"BZPOPMIN", *zsets, b"0.001"],
            [b"BZPOPMAX", *zsets, b"0.001"],
            [b"BZMPOP", b"0.001", b"2", *zsets, chance.choice((b"MIN", b"MAX"))],
        )
    )


def _whole(chance: random.Random) -> Argv:
    """The keyspace as a whole, and pops of everything."""
    return chance.choice(
        (
            [b"KEYS", words.pattern(chance)],
            [b"DBSIZE"],
            [b"SCAN", b"0", b"COUNT", b"1000"],
            [b"SSCAN", words.key(chance, "set"), b"0", b"COUNT", b"1000"],
            [b"HSCAN", words.key(chance, "hash"), b"0", b"COUNT", b"1000"],
            [b"ZSCAN", words.key(chance, "sorted-set"), b"0", b"COUNT", b"1000"],
            [b"SPOP", words.key(chance, "set"), b"1000"],
            [b"SWAPDB", b"0", b"1"],
            [b"MOVE", _key(chance), b"1"],
            [b"OBJECT", b"ENCODING", _key(chance)],
            [b"PFDEBUG", b"ENCODING", words.key(chance, "hyperloglog")],
            [b"PFDEBUG", b"TODENSE", words.key(chance, "hyperloglog")],
        )
    )


def _transaction(chance: random.Random) -> Argv:
    return chance.choice(
        ([b"MULTI"], [b"EXEC"], [b"EXEC"], [b"DISCARD"], [b"WATCH", _key(chance)], [b"UNWATCH"])
    )


_BY_HAND: tuple[Callable[[random.Random], Argv], ...] = (
    _pending,
    _pending,
    _lexical,
    _blocking,
    _whole,
    _transaction,
    script_calls,
)
