"""Long random histories on the engine and on the real server, every reply, every keyspace
event and in the end every key compared.

Size: 300 histories of at most 50 steps, the same ones in every run. More, and other ones each time:

    ORACLE_EXAMPLES=10000 ORACLE_STEPS=80 pytest -n 2 tests/oracle/test_state_machine.py

The line at the end of the run says how many calls and steps were compared.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.oracle.command_strategies import ALL_KEYS, GROUPS, Words, any_command, config_set
from tests.oracle.compare import RawConnection, neutral, order_matters, unordered
from tests.oracle.events import Announced, Published
from tests.oracle.raw import Error, Neutral
from tests.oracle.tally import TALLY
from tutor.engine.codec_reader import load
from tutor.engine.engine import Engine, Snapshot
from tutor.engine.memory.usage import memory_usage
from tutor.engine.structures.allocator import size_class
from tutor.engine.structures.skiplist import LEVEL_SIZE, NODE_SIZE
from tutor.engine.values import Hash, Set, Zset

EXAMPLES = int(os.environ.get("ORACLE_EXAMPLES", "300"))
STEPS = int(os.environ.get("ORACLE_STEPS", "50"))
BATCH = 200  # hypothesis remembers every example of a run
_FIXED = "ORACLE_EXAMPLES" not in os.environ

_LIMITS = {
    b"set-max-intset-entries": b"512",
    b"zset-max-listpack-entries": b"128",
    b"zset-max-listpack-value": b"64",
    b"hash-max-listpack-entries": b"512",
    b"hash-max-listpack-value": b"64",
    b"list-max-listpack-size": b"-2",
    b"list-compress-depth": b"0",
}
_PICKS = frozenset([b"srandmember", b"zrandmember", b"hrandfield"])
_TIMES = frozenset([b"ttl", b"pttl", b"expiretime", b"pexpiretime"])
_ANY_ORDER = frozenset(b"sunion sdiff spop srandmember keys scan sscan hscan zscan".split())
_SHRINKING = frozenset(b"sdiffstore zdiffstore spop".split())
_BY_MEMBER = frozenset([b"zrangebylex", b"zrevrangebylex", b"zlexcount", b"zremrangebylex"])


class Servers(RuleBasedStateMachine):
    """One client on each side, and a second for WATCH. Set ``port`` before use."""

    port = 0

    def __init__(self) -> None:
        super().__init__()
        self.announced = Announced()
        self.engine = Engine(seed=1, observer=self.announced)
        self.session = self.engine.connect()
        self.other = self.engine.connect()
        self.raw = RawConnection(self.port)
        self.other_raw = RawConnection(self.port)
        self.raw.call(b"FLUSHALL")
        for name, value in _LIMITS.items():
            self.raw.call(b"CONFIG", b"SET", name, value)
        self.published = Published(self.port)
        self.failed = False
        self.shrunk = False
        self.slots: dict[int, int] = {}
        self.moment: tuple[Snapshot, dict[bytes, Any]] | None = None

    # rules

    @rule(argv=any_command)
    def some_command(self, argv: Words) -> None:
        self._compare(argv)

    @rule(argv=GROUPS["list"])
    def list_command(self, argv: Words) -> None:
        self._compare(argv)

    @rule(argv=GROUPS["set"])
    def set_command(self, argv: Words) -> None:
        self._compare(argv)

    @rule(argv=GROUPS["zset"])
    def zset_command(self, argv: Words) -> None:
        self._compare(argv)

    @rule(argv=GROUPS["hash"])
    def hash_command(self, argv: Words) -> None:
        self._compare(argv)

    @rule(argv=config_set)
    def config(self, argv: Words) -> None:
        self._compare(argv)

    @rule(argvs=st.lists(any_command, min_size=1, max_size=4), ending=st.sampled_from("eeed"))
    def transaction(self, argvs: Sequence[Words], ending: str) -> None:
        assume(all(map(_steady, argvs)))
        self._compare([b"MULTI"])
        for argv in argvs:
            self._compare(argv, queue=True)
        self._compare([b"EXEC" if ending == "e" else b"DISCARD"], ordered=False)

    @rule(key=st.sampled_from(ALL_KEYS), argv=any_command, then=any_command)
    def watched(self, key: bytes, argv: Words, then: Words) -> None:
        assume(argv[0].lower() not in _PICKS and _steady(then))
        self._compare([b"WATCH", key])
        self._compare(argv, second=True)
        self._compare([b"MULTI"])
        self._compare(then, queue=True)
        self._compare([b"EXEC"], ordered=False)

    @rule(version=st.sampled_from([b"2", b"3"]))
    def protocol(self, version: bytes) -> None:
        self.engine.execute(self.session, [b"HELLO", version])
        self.raw.call(b"HELLO", version)

    @rule(key=st.sampled_from(ALL_KEYS))
    def restored(self, key: bytes) -> None:
        """What the real server dumps, both load under another key."""
        payload = self.raw.call(b"DUMP", key)
        if payload is not None:
            self._compare([b"RESTORE", b"x", b"0", payload, b"REPLACE"])

    @rule()
    def snapshot(self) -> None:
        """Whatever comes later must not change this moment (copy on write)."""
        if self.moment is None:
            self.moment = self.engine.snapshot(), self._contents()

    @invariant()
    def counted(self) -> None:
        TALLY.steps += 1

    def teardown(self) -> None:
        try:
            if self.failed:
                return
            self.protocol(b"2")
            self._same(b"changes", self.engine.stats.dirty, self.published.changes)
            self._compare_keys()
            if self.moment is not None:
                snapshot, contents = self.moment
                self.engine.restore(snapshot)
                assert self._contents() == contents, "a snapshot was changed afterwards"
        finally:
            self.published.close()
            self.raw.close()
            self.other_raw.close()

    # comparing

    def _compare(
        self,
        argv: Sequence[bytes],
        queue: bool = False,
        second: bool = False,
        ordered: bool | None = None,
    ) -> None:
        session, raw = (self.other, self.other_raw) if second else (self.session, self.raw)
        if not queue and not self._determined(argv):
            return
        if ordered is None:
            ordered = queue or self._ordered(argv)
        reply = self.engine.execute(session, argv)
        ours, theirs = neutral(reply, session.resp), raw.call(*argv)
        TALLY.calls += 1
        if argv[0].lower() in _TIMES and not queue:
            same = _near(ours, theirs)
        elif argv[0].lower() in _PICKS and not queue and not isinstance(theirs, Error):
            same = _shape(ours) == _shape(theirs)
        elif ordered:
            same = ours == theirs
        else:
            same = unordered(ours) == unordered(theirs)
        self._note_shrinking(argv[0].lower())
        if same:
            ours, theirs = self.announced.take(), self.published.take()
            same = ours == theirs
        if not same:
            TALLY.differences += 1
            self.failed = True
            words = " ".join(map(repr, argv))
            raise AssertionError(f"{words}\n  ours   {ours!r}\n  theirs {theirs!r}")

    def _ordered(self, argv: Sequence[bytes]) -> bool:
        name = argv[0].lower()
        return name not in _ANY_ORDER and order_matters(self.session, argv)

    def _determined(self, argv: Sequence[bytes]) -> bool:
        """False where the real server's answer depends on its own chance."""
        name = argv[0].lower()
        data = self.session.db.keys.data
        if name in _BY_MEMBER or b"BYLEX" in argv:
            at = 2 if name == b"zrangestore" else 1
            value = data.get(argv[at]) if len(argv) > at else None
            if isinstance(value, Zset) and value.skiplist is not None:
                return len(set(value.scores.values())) == 1
        if name in (b"dump", b"memory") and len(argv) > 1:
            value = data.get(argv[-1] if name == b"dump" else argv[2])
            return not isinstance(value, (Hash, Set, Zset)) or value.encoding in (
                "listpack",
                "intset",
            )
        if (
            name == b"sort"
            and len(argv) > 1
            and isinstance(value := data.get(argv[1]), Set)
            and value.table
        ):
            return not any(b"\0" in member for member in value.table.data)  # strcoll stops there
        return name not in (b"spop",) or len(argv) > 2

    def _note_shrinking(self, name: bytes) -> None:
        """When a table begins to shrink, chance decides how soon it may do so again."""
        if self.shrunk:
            return
        data = [value for db in self.engine.databases[:2] for value in db.keys.data.values()]
        tables = [table for value in data if (table := getattr(value, "table", None)) is not None]
        self.shrunk = (name in _SHRINKING and bool(tables)) or any(
            0 < table.size1 < table.size0 or table.size0 < self.slots.get(id(table), 0)
            for table in tables
        )
        self.slots = {id(table): table.size0 for table in tables}

    def _contents(self) -> dict[bytes, Any]:
        """Everything that a copy on write must keep."""
        contents: dict[bytes, Any] = {}
        database = self.engine.databases[0]
        for key, value in database.keys.data.items():
            shown: Any = value
            if isinstance(value, Hash):
                shown = dict(value.fields)
            elif isinstance(value, Zset):
                shown = (dict(value.scores), list(value.ordered), value.skiplist and [
                    (node.member, node.score) for node in value.skiplist
                ])  # fmt: skip
            elif isinstance(value, Set):
                shown = sorted(value.members())
            elif not isinstance(value, (bytes, int)):
                shown = list(value) if hasattr(value, "nodes") else bytes(value)
            contents[key] = (shown, database.expires_at(key))
        return contents

    def _compare_keys(self) -> None:
        for index in (b"0", b"1"):
            self._compare([b"SELECT", index])
            self._compare([b"KEYS", b"*"], ordered=False)
            for key in sorted(self.session.db.live_keys()):
                self._compare([b"TYPE", key])
                self._compare([b"OBJECT", b"ENCODING", key])
                self._compare([b"PEXPIRETIME", key])
                self._compare_value(key, self.session.db.keys.data[key])
                check = getattr(self.session.db.keys.data[key], "check", None)
                if check is not None:
                    check()

    def _compare_value(self, key: bytes, value: Any) -> None:
        """DUMP and MEMORY USAGE, whole or as far as they do not depend on chance."""
        if not isinstance(value, (Hash, Set, Zset)) or value.table is None:
            self._compare([b"DUMP", key])
            self._compare([b"MEMORY", b"USAGE", key, b"SAMPLES", b"0"])
            return
        value.table.check()
        if isinstance(value, Zset):
            assert value.skiplist is not None
            value.skiplist.check()
            self._compare([b"DUMP", key])
        else:
            theirs: Any = load(self.engine, self.raw.call(b"DUMP", key))
            self._same(key, _plain(value), _plain(theirs))
        histogram = self._settle(key, value)
        if histogram is None:
            return
        slots = int(histogram.partition(b"table size: ")[2].split()[0])
        if not self.shrunk:
            self._same(key, value.table.slots, slots)
        known, towers = self._known_memory(key, value)
        theirs = self.raw.call(b"MEMORY", b"USAGE", key, b"SAMPLES", b"0")
        self._same(key, known - 8 * value.table.slots, theirs - 8 * slots, towers)

    def _settle(self, key: bytes, value: Hash | Set | Zset) -> bytes | None:
        """Look up what is not there until no rehash is under way on either side.

        What the real server then says of its table.
        """
        name = {Hash: b"HEXISTS", Set: b"SISMEMBER", Zset: b"ZSCORE"}[type(value)]
        for _ in range(300):
            histogram: bytes = self.raw.call(b"DEBUG", b"HTSTATS-KEY", key)
            if value.table is not None and value.table.rehashing:
                self.engine.execute(self.session, [name, key, b"no such member"])
            elif b"rehashing target" not in histogram:
                return histogram
            self.raw.call(name, key, b"no such member")
        return None

    def _known_memory(self, key: bytes, value: Hash | Set | Zset) -> tuple[int, int]:
        """Our MEMORY USAGE without the towers, and how many towers there are."""
        memory = memory_usage(self.engine, key, value, 0)
        if not isinstance(value, Zset):
            return memory, 0
        nodes = value.skiplist or ()
        towers = sum(size_class(NODE_SIZE + LEVEL_SIZE * node.height) for node in nodes)
        return memory - towers, len(value)

    def _same(self, key: bytes, ours: Any, theirs: Any, towers: int = 0) -> None:
        """Equal, or with towers of random heights equal without them."""
        TALLY.calls += 1
        lowest, tower = size_class(NODE_SIZE + LEVEL_SIZE), LEVEL_SIZE
        rest = theirs - ours if towers else 0
        if towers and rest >= towers * lowest and (rest - towers * lowest) % tower == 0:
            return
        if ours != theirs or towers:
            TALLY.differences += 1
            raise AssertionError(f"{key!r}\n  ours   {ours!r}\n  theirs {theirs!r}")


def _plain(value: Hash | Set) -> Any:
    return dict(value.items()) if isinstance(value, Hash) else set(value.members())


def _steady(argv: Words) -> bool:
    """Fit for a transaction, where one cannot look first: its reply never depends on chance."""
    name = argv[0].lower()
    if name == b"sort" and b"LIMIT" in argv:
        return False
    return name not in _PICKS | _TIMES | _BY_MEMBER | {b"dump", b"memory"} and b"BYLEX" not in argv


def _near(ours: Neutral, theirs: Neutral) -> bool:
    """Equal but for the moments between the two calls."""
    if isinstance(ours, int) and isinstance(theirs, int) and ours > 0 and theirs > 0:
        return abs(ours - theirs) <= 5000
    return bool(ours == theirs)


def _shape(reply: Neutral) -> Any:
    """A random pick without what was picked."""
    return len(reply) if isinstance(reply, list) else type(reply)


@pytest.mark.parametrize("batch", range(-(-EXAMPLES // BATCH)))
def test_random_histories_equal_those_of_the_real_server(redis_port: int, batch: int) -> None:
    machine = type(f"Servers{batch}", (Servers,), {"port": redis_port})
    run_state_machine_as_test(
        seed(batch)(machine) if _FIXED else machine,
        settings=settings(
            max_examples=min(BATCH, EXAMPLES - batch * BATCH),
            stateful_step_count=STEPS,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )
