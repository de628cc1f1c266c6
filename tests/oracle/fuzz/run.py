"""One round: both servers emptied, the same commands sent to both, replies and keys compared."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.network.serving import Serving
from tests.oracle.compare import compare_state, unordered
from tests.oracle.fuzz.grammar import Argv, Grammar
from tests.oracle.fuzz.scripts import LIBRARY
from tests.oracle.raw import Error, Neutral, RawConnection, Typed
from tests.oracle.tally import TALLY

PIPELINE = 20
PATIENCE = 60.0
"""Seconds for one reply: a string of 512 MB comes up now and then."""

_IN_TABLE_ORDER = frozenset(
    b"smembers sinter sunion sdiff hgetall hkeys hvals sscan hscan zscan keys scan spop".split()
)
_MASKED = frozenset([b"xinfo", b"object"])
"""Replies that may tell idle times: of these the kinds are compared."""

_RUN_SORTS = frozenset(b"sort sort_ro exec eval eval_ro evalsha evalsha_ro fcall fcall_ro".split())
_STALE_ERRNO = b"ERR One or more scores can't be converted into double"
"""SORT's answer also after an earlier command of the same pipeline has left ERANGE in errno (an id
or a number beyond the limits): sort.c looks at errno and does not reset it. The servers' data may
differ from there on."""

_SETTINGS: tuple[tuple[bytes, tuple[bytes, ...]], ...] = (
    (b"hash-max-listpack-entries", (b"512", b"4")),
    (b"hash-max-listpack-value", (b"64", b"20")),
    (b"set-max-intset-entries", (b"512", b"4")),
    (b"zset-max-listpack-entries", (b"128", b"4")),
    (b"zset-max-listpack-value", (b"64", b"20")),
    (b"list-max-listpack-size", (b"-2", b"3", b"-1")),
    (b"list-compress-depth", (b"0", b"1")),
    (b"stream-node-max-entries", (b"100", b"3")),
    (b"hll-sparse-max-bytes", (b"3000", b"30")),
)


@dataclass
class Difference:
    """Where the servers part: the index of the command (-1: the keys at the end), and how."""

    at: int
    argv: Argv
    text: str


@dataclass
class Round:
    """Everything that one seed decides."""

    seed: int
    resp: int
    settings: list[tuple[bytes, bytes]]
    commands: list[Argv] = field(default_factory=list)

    @classmethod
    def of(cls, seed: int, length: int) -> Round:
        chance = random.Random(seed)
        settings = [(name, chance.choice(values)) for name, values in _SETTINGS]
        made = cls(seed, chance.choice((2, 3)), settings)
        grammar = Grammar(chance)
        made.commands = [grammar.command() for _ in range(length)]
        return made


class Fuzzer:
    """Two servers side by side, and the figures of what was compared."""

    def __init__(self, ours: Serving, port: int) -> None:
        self.ours = ours
        self.port = port
        self.commands: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.given_up = 0  # rounds that ended early, see `_STALE_ERRNO`

    def run(self, one: Round, commands: Sequence[Argv] | None = None) -> Difference | None:
        """Carry out a round (or these commands in its place); the first difference, if any.

        Raises TimeoutError when a server has not answered for `PATIENCE` seconds.
        """
        commands = one.commands if commands is None else commands
        mine, theirs = (RawConnection(port, PATIENCE) for port in (self.ours.port, self.port))
        try:
            for side in (mine, theirs):
                for argv in self._preparation(one):
                    side.call(*argv)
            theirs.call(b"CONFIG", b"SET", b"hz", b"500")  # or its waits end 10 times a second only
            before = self.given_up
            difference = self._compare(commands, mine, theirs)
            if difference is None and self.given_up == before:
                for side in (mine, theirs):
                    side.call(b"DISCARD")
                difference = self._compare_keys(theirs)
            return difference
        finally:
            mine.close()
            theirs.close()

    def _preparation(self, one: Round) -> list[Argv]:
        return [
            [b"FLUSHALL"],
            [b"SCRIPT", b"FLUSH"],
            [b"FUNCTION", b"FLUSH"],
            [b"FUNCTION", b"LOAD", LIBRARY],
            [b"CONFIG", b"SET", *(word for pair in one.settings for word in pair)],
            [b"HELLO", b"%d" % one.resp],
        ]

    def _compare(
        self, commands: Sequence[Argv], mine: RawConnection, theirs: RawConnection
    ) -> Difference | None:
        for start in range(0, len(commands), PIPELINE):
            batch = commands[start : start + PIPELINE]
            for argv in batch:
                mine.send(*argv)
                theirs.send(*argv)
            for at, argv in enumerate(batch, start):
                ours, reference = _answer(mine), _answer(theirs)
                name = argv[0].lower()
                TALLY.calls += 1
                self.commands[name.decode("latin-1")[:20]] += 1
                if isinstance(reference, Error):
                    self.refused[name.decode("latin-1")[:20]] += 1
                if name in _RUN_SORTS and _stale_errno(ours, reference):
                    self.given_up += 1
                    return None
                if not _same(name, argv, ours, reference):
                    TALLY.differences += 1
                    return Difference(at, argv, f"ours   {ours!r}\ntheirs {reference!r}")
        return None

    def _compare_keys(self, theirs: RawConnection) -> Difference | None:
        theirs.call(b"HELLO", b"2")
        with self.ours.server.lock:
            found = compare_state(self.ours.engine, theirs)
        return Difference(-1, [], "\n".join(found)) if found else None


def _answer(side: RawConnection) -> Neutral:
    """The next reply, or that the server has hung up."""
    try:
        return side.receive()
    except ConnectionError as error:
        return f"no reply: {error}"


def _stale_errno(ours: Neutral, theirs: Neutral) -> bool:
    """Whether SORT, itself or within a transaction or a script, was refused there and not here."""
    if isinstance(ours, list) and isinstance(theirs, list):
        return any(_stale_errno(one, other) for one, other in zip(ours, theirs, strict=False))
    refused = isinstance(theirs, Error) and theirs.text.startswith(_STALE_ERRNO)
    return refused and not (isinstance(ours, Error) and ours.text.startswith(_STALE_ERRNO))


def _same(name: bytes, argv: Argv, ours: Neutral, theirs: Neutral) -> bool:
    if ours == theirs:
        return True
    if name in _MASKED:
        return type(ours) is type(theirs)
    if name in _IN_TABLE_ORDER or name in (b"exec", b"sort", b"sort_ro", b"eval", b"eval_ro"):
        return unordered(_coarse(_paired(name, ours))) == unordered(_coarse(_paired(name, theirs)))
    if name in (b"dump", b"pttl", b"ttl", b"pexpiretime", b"expiretime"):
        return type(ours) is type(theirs) and not isinstance(ours, Error)
    return False


def _coarse(reply: Neutral) -> Neutral:
    """A reply in which lifetimes and moments, which move on meanwhile, are rounded, and idle times
    left out."""
    if isinstance(reply, Typed):
        return Typed(reply.kind, _coarse(reply.items))
    if isinstance(reply, list):
        before = [None, *reply]
        return [
            0 if last == b"idle" and isinstance(item, int) else _coarse(item)
            for last, item in zip(before, reply, strict=False)
        ]
    return round(reply, -4) if isinstance(reply, int) and reply > 10**6 else reply


def _paired(name: bytes, reply: Neutral) -> Neutral:
    """Fields stay with their values when the order does not count."""
    if name == b"hgetall" and isinstance(reply, list):
        return [[reply[at], reply[at + 1]] for at in range(0, len(reply) - 1, 2)]
    return Typed(reply.kind, reply.items) if isinstance(reply, Typed) else reply


def shrink(fuzzer: Fuzzer, one: Round, difference: Difference) -> tuple[list[Argv], Difference]:
    """As few commands as still show a difference (delta debugging); all of them if it does not
    show again."""
    commands = list(one.commands if difference.at < 0 else one.commands[: difference.at + 1])
    if fuzzer.run(one, commands) is None:
        return commands, difference
    size = max(len(commands) // 2, 1)
    while True:
        at = 0
        while at < len(commands):
            fewer = commands[:at] + commands[at + size :]
            found = fuzzer.run(one, fewer) if fewer else None
            if found is not None:
                commands, difference = fewer, found
            else:
                at += size
        if size == 1:
            return commands, difference
        size //= 2
