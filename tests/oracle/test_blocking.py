"""Several clients that wait: the same random scripts on our sessions and on real connections.

After every step: who has been answered, with what, and who still waits. `calls/blocking.txt` holds
the scenarios that were thought of; this is for those that were not. ``ORACLE_EXAMPLES`` times three
scripts are run (see `test_state_machine`).
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator

import pytest

from tests.oracle.compare import RawConnection, compare_state, neutral
from tests.oracle.raw import Neutral, Waits
from tests.oracle.tally import TALLY
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED, Reply
from tutor.engine.session import Session

SCRIPTS = 3 * int(os.environ.get("ORACLE_EXAMPLES", "20"))
STEPS = 40
KEYS = [b"a", b"b", b"c"]
Words = list[bytes]


class _Client:
    """One client on both sides; ``waits`` while it is blocked on ours."""

    def __init__(self, engine: Engine, port: int) -> None:
        self.session: Session = engine.connect()
        self.raw = RawConnection(port)
        self.answers: list[Reply] = []
        self.waits = False
        self.session.on_reply = self.answers.append

    def run(self, engine: Engine, argv: Words) -> tuple[Neutral, Neutral]:
        reply = engine.execute(self.session, argv)
        self.raw.send(*argv)
        self.waits = reply is BLOCKED
        if self.waits:
            return Waits(), Waits()
        return neutral(reply), self.raw.receive()


def _blocking(chance: random.Random) -> Words:
    keys = [chance.choice(KEYS) for _ in range(chance.randint(1, 3))]
    end = chance.choice([b"LEFT", b"RIGHT"])
    other = chance.choice([b"LEFT", b"RIGHT"])
    least = chance.choice([b"MIN", b"MAX"])
    count = b"%d" % chance.randint(1, 3)
    number = b"%d" % len(keys)
    forms: list[Words] = [
        [b"BLPOP", *keys, b"0"],
        [b"BRPOP", *keys, b"0"],
        [b"BLMOVE", keys[0], chance.choice(KEYS), end, other, b"0"],
        [b"BRPOPLPUSH", keys[0], chance.choice(KEYS), b"0"],
        [b"BLMPOP", b"0", number, *keys, end, b"COUNT", count],
        [b"BZPOPMIN", *keys, b"0"],
        [b"BZPOPMAX", *keys, b"0"],
        [b"BZMPOP", b"0", number, *keys, least, b"COUNT", count],
        *_reading(chance, keys),
    ]
    return chance.choice(forms)


def _reading(chance: random.Random, keys: list[bytes]) -> list[Words]:
    group = [b"GROUP", chance.choice([b"g", b"h"]), chance.choice([b"ann", b"bob"])]
    some = chance.choice([[], [], [b"COUNT", b"1"]])
    noack = chance.choice([[], [], [b"NOACK"]])
    after = [chance.choice([b"$", b"$", b"3-0"]) for _ in keys]
    new = [b">" for _ in keys]
    return [
        [b"XREAD", *some, b"BLOCK", b"0", b"STREAMS", *keys, *after],
        [b"XREADGROUP", *group, *some, *noack, b"BLOCK", b"0", b"STREAMS", *keys, *new],
        [b"XREADGROUP", *group, b"BLOCK", b"0", b"STREAMS", keys[0], b">"],
        [b"XREADGROUP", *group, b"BLOCK", b"0", b"STREAMS", keys[0], b">"],
    ]


def _change(chance: random.Random) -> Words:
    key, other = chance.choice(KEYS), chance.choice(KEYS)
    values = [b"%d" % chance.randint(0, 9) for _ in range(chance.randint(1, 3))]
    scored = [word for value in values for word in (value, b"m" + value)]
    entry = b"%d-*" % chance.randint(1, 5)
    group = chance.choice([b"g", b"h"])
    forms: list[Words] = [
        [b"RPUSH", key, *values],
        [b"LPUSH", key, *values],
        [b"ZADD", key, *scored],
        [b"DEL", key],
        [b"SET", key, b"v"],
        [b"LPOP", key],
        [b"RENAME", key, other],
        [b"COPY", key, other, b"REPLACE"],
        [b"COPY", key, other],
        [b"SORT", key, b"STORE", other],
        [b"ZUNIONSTORE", other, b"1", key],
        [b"ZRANGESTORE", other, key, b"0", b"-1"],
        [b"LMOVE", key, other, b"LEFT", b"RIGHT"],
        [b"RPUSH", b"src", *values],
        [b"RENAME", b"src", key],
        [b"EXPIRE", key, b"1000"],
        [b"EXPIRE", key, b"-1"],
        [b"RPUSHX", key, *values],
        [b"ZREM", key, *values],
        [b"XDEL", key, b"1-0", b"2-0", b"3-0"],
        [b"XTRIM", key, b"MAXLEN", b"0"],
        [b"XSETID", key, b"9-0"],
        [b"XGROUP", b"DESTROY", key, group],
        [b"XGROUP", b"SETID", key, group, chance.choice([b"0", b"$"])],
        [b"SWAPDB", b"0", b"1"],
        [b"FLUSHALL"],
    ]
    usual: list[Words] = [
        *forms[:3],
        [b"XADD", key, entry, b"f", b"v"],
        [b"XADD", key, entry, b"f", b"v"],
        [b"XGROUP", b"CREATE", key, group, b"$", b"MKSTREAM"],
        [b"XGROUP", b"CREATE", key, group, b"0", b"MKSTREAM"],
    ]
    return chance.choice([*forms, *usual * 3])


class _Script:
    """One random script of pushes and waits."""

    def __init__(self, seed: int, port: int) -> None:
        self.chance = random.Random(seed)
        self.engine = Engine(seed=seed)
        self.control = RawConnection(port)
        self.control.call(b"FLUSHALL")
        self.clients = [_Client(self.engine, port) for _ in range(6)]
        self.log: list[Words] = []

    def step(self) -> None:
        free = [client for client in self.clients if not client.waits]
        if len(free) > 1 and self.chance.random() < 0.45:
            self.run(self.chance.choice(free[1:]), _blocking(self.chance))
        elif self.chance.random() < 0.2:
            self.run(free[0], [b"MULTI"])
            for _ in range(self.chance.randint(1, 4)):
                change = self.chance.random() < 0.8
                self.run(free[0], (_change if change else _blocking)(self.chance))
            self.run(free[0], [b"EXEC"])
        else:
            self.run(free[0], _change(self.chance))

    def run(self, client: _Client, argv: Words) -> None:
        self.log.append(argv)
        ours, theirs = client.run(self.engine, argv)
        self.same(ours, theirs)
        blocked = sum(client.waits and not client.answers for client in self.clients)
        self.same(blocked, self.blocked(blocked))
        for client in self.clients:
            if client.answers:
                client.waits = False
                self.same(neutral(client.answers.pop()), client.raw.receive())
                assert not client.answers

    def blocked(self, expected: int) -> int:
        """How many wait on the real server (which may read a command a moment later)."""
        found = -1
        for _ in range(50):
            text: bytes = self.control.call(b"INFO", b"clients")
            found = int(text.partition(b"blocked_clients:")[2].split()[0])
            if found == expected:
                break
        return found

    def same(self, ours: Neutral, theirs: Neutral) -> None:
        TALLY.calls += 1
        if ours != theirs:
            TALLY.differences += 1
            script = "\n".join(" ".join(map(repr, argv)) for argv in self.log)
            raise AssertionError(f"{script}\n  ours   {ours!r}\n  theirs {theirs!r}")

    def close(self) -> None:
        self.control.close()
        for client in self.clients:
            client.raw.close()


@pytest.fixture
def script(redis_port: int) -> Iterator[Callable[[int], _Script]]:
    made: list[_Script] = []

    def make(seed: int) -> _Script:
        made.append(_Script(seed, redis_port))
        return made[-1]

    yield make
    for script in made:
        script.close()


@pytest.mark.parametrize("seed", range(SCRIPTS))
def test_waiting_clients_are_served_as_by_the_real_server(
    script: Callable[[int], _Script], seed: int
) -> None:
    run = script(seed)
    for _ in range(STEPS):
        run.step()
    assert compare_state(run.engine, run.control) == []
