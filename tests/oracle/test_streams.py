"""Streams: random scripts on the engine and on the real server, step by step.

After every step the reply, how many changes were counted and, of a key that was named, DUMP (times
blanked), MEMORY USAGE and XINFO STREAM. Now and then a value goes through RESTORE. Snapshots are
taken in between, so that changes meet shared nodes and groups; what a snapshot holds must not
change. ``ORACLE_EXAMPLES`` times one script are run.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from itertools import islice

import pytest

from tests.oracle.compare import RawConnection, engine_like_the_oracle, run_both
from tests.oracle.raw import Neutral
from tests.oracle.stream_strategies import FUTURE, StreamCommands, Words, timeless, timeless_dump
from tests.oracle.tally import TALLY
from tutor.engine.codec import dump
from tutor.engine.structures.stream import Stream

SCRIPTS = int(os.environ.get("ORACLE_EXAMPLES", "20"))
STEPS = 120


class _Script:
    def __init__(self, seed: int, raw: RawConnection) -> None:
        self.chance = random.Random(seed)
        self.commands = StreamCommands(self.chance)
        self.engine = engine_like_the_oracle()
        self.session = self.engine.connect()
        self.raw = raw
        self.resp = self.chance.choice([2, 3])
        self.log: list[Words] = []
        self.kept: list[tuple[Stream, bytes]] = []
        self.compare([b"HELLO", b"%d" % self.resp], exact=False)

    def compare(self, argv: Words, exact: bool = True) -> None:
        """Run on both sides; the replies must agree but for times."""
        ours, theirs = run_both(self.session, self.raw, argv, exact=False)
        if argv[0] == b"DUMP":
            ours, theirs = timeless_dump(ours), timeless_dump(theirs)
        else:
            ours, theirs = timeless(argv, ours), timeless(argv, theirs)
        if exact and ours != theirs:
            TALLY.differences += 1
            script = "\n".join(" ".join(map(repr, words)) for words in self.log)
            raise AssertionError(f"{script}\n{argv}\n  ours   {ours!r}\n  theirs {theirs!r}")

    def step(self) -> None:
        if self.chance.random() < 0.1:
            self.keep()
        argv = self.commands.next()
        if argv[0] == b"XADD" and b"*" in argv:
            future = self.session.db.keys.data.get(argv[1])
            if not isinstance(future, Stream) or future.last_id >> 64 < FUTURE:
                argv[argv.index(b"*")] = b"%d-*" % FUTURE
        elif self.chance.random() < 0.03 and argv[1] in self.session.db.keys.data:
            payload = dump(self.engine, self.session.db.keys.data[argv[1]])
            argv = [b"RESTORE", b"back", b"0", payload, b"REPLACE"]
        self.log.append(argv)
        before = self.changes()
        self.compare(argv)
        ours, theirs = (now - was for now, was in zip(self.changes(), before, strict=True))
        assert ours == theirs or argv == [b"DEBUG", b"RELOAD"], (argv, ours, theirs)
        self.look(argv)

    def look(self, argv: Words) -> None:
        """Compare the keys that a command names."""
        for key in dict.fromkeys(word for word in argv if word in self.session.db.keys.data):
            for look in ([b"DUMP", key], [b"MEMORY", b"USAGE", key, b"SAMPLES", b"0"]):
                self.compare(look)
            self.compare([b"XINFO", b"STREAM", key, b"FULL", b"COUNT", b"0"])

    def changes(self) -> tuple[int, int]:
        """``rdb_changes_since_last_save`` of both sides."""
        text: Neutral = self.raw.call(b"INFO", b"persistence")
        shown = bytes(getattr(text, "text", text))
        theirs = shown.partition(b"rdb_changes_since_last_save:")[2].split()[0]
        return self.engine.stats.dirty, int(theirs)

    def keep(self) -> None:
        """Take a snapshot and remember what it holds."""
        self.engine.snapshot()
        for value in self.session.db.keys.data.values():
            if isinstance(value, Stream):
                value.check()
                self.kept.append((value, dump(self.engine, value)))

    def check_kept(self) -> None:
        for value, payload in self.kept:
            assert dump(self.engine, value) == payload


def _large_nodes(chance: random.Random) -> Iterator[Words]:
    """Bursts of entries, and what shortens them, in nodes of hundreds of entries."""
    top = 0
    while True:
        for _ in range(chance.choice([1, 20, 90])):
            top += chance.choice([1, 1, 1, 70, 5000])
            yield [b"XADD", b"a", b"%d-%d" % (top, chance.choice([0, 0, 9])), b"f", b"%d" % top]
        first = max(top - chance.choice([50, 500, 50_000]), 0)
        forms: list[Words] = [
            [b"XDEL", b"a", *[b"%d" % chance.randint(first, top) for _ in range(60)]],
            [b"XDEL", b"a", *[b"%d" % chance.randint(first, top) for _ in range(60)]],
            [b"XTRIM", b"a", b"MAXLEN", b"%d" % chance.choice([100, 120, 250, 400])],
            [b"XTRIM", b"a", b"MINID", b"%d" % chance.randint(first, top)],
            [b"COPY", b"a", b"twin", b"REPLACE"],
        ]
        yield chance.choice(forms)


@pytest.mark.parametrize("seed", range(max(SCRIPTS // 4, 1)))
def test_large_nodes_are_those_of_the_real_server(raw: RawConnection, seed: int) -> None:
    script = _Script(seed, raw)
    for name, value in ((b"entries", b"400"), (b"bytes", b"20000")):
        script.compare([b"CONFIG", b"SET", b"stream-node-max-" + name, value])
    for argv in islice(_large_nodes(script.chance), 800):
        script.log.append(argv)
        script.compare(argv)
        if argv[0] != b"XADD" or script.chance.random() < 0.1:
            script.look(argv)


@pytest.mark.parametrize("seed", range(SCRIPTS))
def test_streams_are_those_of_the_real_server(raw: RawConnection, seed: int) -> None:
    script = _Script(seed, raw)
    for _ in range(STEPS):
        script.step()
    script.check_kept()
