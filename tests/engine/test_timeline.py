"""Time travel: every moment is found again exactly as it was left, whatever way leads to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.engine.fingerprint import difference, fingerprint
from tests.oracle.command_strategies import Words, any_command, config_set
from tutor.engine import journal, timeline
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED
from tutor.engine.world import Entry, World

MEMBERS = 300


def setup_lines() -> list[Words]:
    """Big values of every kind, and small limits, so that few commands reach every case."""
    numbered = [b"%d" % n for n in range(MEMBERS)]
    pairs = [word for n in numbered for word in (n, b"m" + n)]
    fields = [word for n in numbered for word in (b"f" + n, n)]
    return [
        [b"CONFIG", b"SET", b"list-max-listpack-size", b"4"],
        [b"CONFIG", b"SET", b"list-compress-depth", b"1"],
        [b"CONFIG", b"SET", b"stream-node-max-entries", b"5"],
        [b"CONFIG", b"SET", b"set-max-intset-entries", b"16"],
        [b"CONFIG", b"SET", b"hash-max-listpack-entries", b"16"],
        [b"CONFIG", b"SET", b"zset-max-listpack-entries", b"16"],
        [b"ZADD", b"z1", *pairs],
        [b"HSET", b"h1", *fields],
        [b"SADD", b"s1", *numbered, b"x"],
        [b"RPUSH", b"l1", *(b"element " * 8 + n for n in numbered[:60])],
        [b"SETRANGE", b"t1", b"9000", b"x"],
        *([b"XADD", b"st1", b"%d-1" % (n + 1), b"f", b"v%d" % n] for n in range(40)),
        [b"XGROUP", b"CREATE", b"st1", b"g", b"0"],
        [b"XREADGROUP", b"GROUP", b"g", b"c", b"STREAMS", b"st1", b">"],
        *([b"SET", b"key:%d" % n, b"v", b"EX", b"100"] for n in range(40)),
    ]


_EXTRA = [
    b"FLUSHDB", b"FLUSHALL", b"SWAPDB 0 1", b"SELECT 1", b"SELECT 0", b"SCAN 0 COUNT 100",
    b"HGETALL h1", b"SMEMBERS s1", b"SPOP s1", b"SPOP s1 20", b"ZPOPMIN z1 30",
    b"ZADD z1 5.5 new", b"ZINCRBY z1 1000 m7", b"ZREMRANGEBYRANK z1 10 200",
    b"HDEL h1 f0 f1 f2 f3", b"HSET h1 f9 other",
    b"HDEL h1 " + b" ".join(b"f%d" % n for n in range(30, 290)), b"HSET h1 fresh 1",
    b"SREM s1 5 6", b"SREM s1 " + b" ".join(b"%d" % n for n in range(20, 295)), b"RANDOMKEY",
    b"SRANDMEMBER s1 4", b"LPUSH l1 a b c d e f", b"RPOP l1 7", b"LINSERT l1 BEFORE a z",
    b"LREM l1 0 a", b"LSET l1 20 q", b"LTRIM l1 9 40", b"LINDEX l1 15", b"LRANGE l1 5 30",
    b"LPOS l1 a", b"LMOVE l1 l2 LEFT RIGHT", b"XADD st1 * f v", b"XADD st1 MAXLEN 7 * g w",
    b"XDEL st1 3-1 4-1 9-1", b"XTRIM st1 MAXLEN 12", b"XACK st1 g 1-1 2-1",
    b"XREADGROUP GROUP g d COUNT 2 STREAMS st1 >", b"XGROUP DESTROY st1 g",
    b"XGROUP CREATE st1 g2 0", b"XCLAIM st1 g d 0 5-1 6-1", b"XSETID st1 99999999999999-0",
    b"XAUTOCLAIM st1 g e 0 0", b"XGROUP DELCONSUMER st1 g c", b"APPEND t1 more",
    b"SETBIT t1 70000 1", b"SETRANGE t1 50 inside", b"BITFIELD t1 SET u8 100 255",
    b"GETSET t1 small", b"PFADD hll a b c",
    b"PFADD hll " + b" ".join(b"e%d" % n for n in range(400)), b"PFCOUNT hll", b"EXPIRE z1 50",
    b"PERSIST key:3", b"RENAME h1 h9", b"RENAME h9 h1", b"COPY z1 z9 REPLACE",
    b"DEL z1 l1 s1 key:1", b"MOVE h1 1", b"MULTI", b"EXEC",
    b"EVAL return(redis.call('incr',KEYS[1])) 1 n", b"DEBUG RELOAD",
    b"ACL SETUSER bob on >pw ~* +@all", b"ACL DELUSER bob", b"SCRIPT FLUSH", b"INCR n",
    b"OBJECT FREQ n", b"DEBUG POPULATE 50", b"ZUNIONSTORE z1 2 z1 z9",
    b"SORT s1 BY nosort STORE l1", b"GETEX n EX 9", b"CONFIG SET maxmemory-policy allkeys-lfu",
    b"CONFIG SET maxmemory-policy noeviction",
    b"CONFIG SET maxmemory 900000 maxmemory-policy allkeys-random", b"CONFIG SET maxmemory 0",
]  # fmt: skip
extra = st.sampled_from(_EXTRA).map(bytes.split)
commands = st.one_of(extra, extra, any_command, config_set)


class Walk(RuleBasedStateMachine):
    """Commands, journeys and other clients at random; each moment remembers how it looked."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock()
        self.world = World(Engine(self.clock, seed=5))
        self.other = self.world.engine.connect()
        self.seen: dict[tuple[int, int], Any] = {}
        self.kept: list[Entry] = []

    @initialize()
    def fill(self) -> None:
        for argv in setup_lines():
            self.world.run(argv)
        self.world.restart(self.world.engine.snapshot())

    # the moment we stand at: between which commands

    def _moment(self) -> tuple[int, int]:
        ahead = self.world.future
        last = id(self.world.last) if self.world.history else 0
        return last, id(ahead[0]) if ahead else 0

    def _look(self) -> Any:
        return fingerprint(self.world.engine)

    def _depart(self) -> None:
        if not self.world.future:
            self.seen[self._moment()] = self._look()

    def _arrive(self) -> None:
        assert not difference(self._look(), self.seen[self._moment()])

    # what happens

    @rule(argv=commands, ms=st.sampled_from([0, 1, 40, 3000]))
    def command(self, argv: Words, ms: int) -> None:
        self.clock.advance(ms=ms)
        world = self.world
        here, then, past = self._moment(), self._look(), bool(world.future)
        if world.run(argv) is BLOCKED:
            world.stop_waiting(None)
        entry = world.last
        assert entry is not None
        self.kept.append(entry)  # so that no other gets its id
        if past and not entry.undoable:
            then = self.seen[here]
            self.seen[id(entry), here[1]] = then
        self.seen[here[0], id(entry)] = then

    @rule(argv=commands)
    def others(self, argv: Words) -> None:
        self.world.engine.execute(self.other, argv)
        if self.other.blocked is not None:
            self.world.engine.waiting.unblock(self.other, None)

    @rule(ms=st.sampled_from([10, 1000, 60_000]))
    def time_passes(self, ms: int) -> None:
        self.clock.advance(ms=ms)
        self.world.engine.tick()

    @rule(slices=st.integers(1, 400))
    def an_xray_looks(self, slices: int) -> None:
        """It asks for bucket indexes, and may leave one half built."""
        for value in self.world.engine.databases[0].keys.data.values():
            table = getattr(value, "table", None)
            if table is not None and (len(table) < 20 or table.prepare(slices)):
                table.layout()

    @rule()
    def look_at_a_fork(self) -> None:
        fork = self.world.engine.fork()
        before = self._look()
        session = fork.connect()
        for line in _EXTRA[12:40]:
            fork.execute(session, line.split())
        assert not difference(self._look(), before)

    # journeys

    @rule()
    def undo(self) -> None:
        self._depart()
        if self.world.undo() is not None:
            self._arrive()

    @rule()
    def redo(self) -> None:
        if self.world.redo() is not None:
            self._arrive()

    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        self._depart()
        world = self.world
        most = len(world.history) + len(world.future)
        world.go(data.draw(st.integers(world.earliest, most)))
        self._arrive()

    @rule(data=st.data())
    def switch(self, data: st.DataObject) -> None:
        if not self.world.branches:
            return
        self._depart()
        self.world.switch(data.draw(st.integers(0, len(self.world.branches) - 1)))
        self._arrive()

    @rule(data=st.data())
    def run_at_another_moment(self, data: st.DataObject) -> None:
        world = self.world
        self._depart()
        before, ahead = self._look(), world.future
        ways = [*world.history, *ahead]
        index = data.draw(st.integers(world.earliest, len(ways)))
        with world.moment(index) as engine:
            last = id(ways[index - 1]) if index else 0
            place = last, id(ways[index]) if index < len(ways) else 0
            assert not difference(fingerprint(engine), self.seen[place])
            for line in ways[index : index + 1]:
                engine.execute(world.session, line.argv)
            engine.execute(self.other, data.draw(extra))
            if self.other.blocked is not None:
                engine.waiting.unblock(self.other, None)
            engine.waiting.unblock(world.session)
        assert not difference(self._look(), before)
        assert world.future == ahead

    def teardown(self) -> None:
        self.world.go(self.world.earliest)


@pytest.fixture(params=["usual limits", "everything in place"])
def limits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "everything in place":
        for name in ("SMALL", "SMALL_NODES", "SMALL_TEXT"):
            monkeypatch.setattr(journal, name, 0)


@pytest.mark.usefixtures("limits")
def test_any_walk_finds_every_moment_as_it_was() -> None:
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            derandomize=True,
            phases=[Phase.generate],  # to shrink such walks takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )


# what a learner does


def world(*lines: str) -> World:
    made = World(Engine(VirtualClock(), seed=3))
    for line in lines:
        made.run(line.encode().split())
    return made


def words(entries: Sequence[Entry]) -> list[str]:
    return [b" ".join(entry.argv).decode() for entry in entries]


def test_going_to_any_moment_and_back() -> None:
    target = world("SET n 0", *["INCR n"] * 10, "GET n")
    for index in (3, 11, 0, 12, 1, 5):
        target.go(index)
        assert len(target.history) == index
        assert len(target.future) == 12 - index
        with target.moment(index) as engine:
            value = engine.databases[0].keys.data.get(b"n", b"0")
            assert int(value) == min(max(index - 1, 0), 10)
    for index in (-1, 13):
        with pytest.raises(IndexError):
            target.go(index)


def test_a_change_in_the_past_begins_a_branch_and_a_look_does_not() -> None:
    target = world("SET a 1", "SET b 2", "SET c 3")
    target.go(1)
    target.run([b"GET", b"b"])
    assert words(target.history) == ["SET a 1", "GET b"]
    assert words(target.future) == ["SET b 2", "SET c 3"]
    assert not target.branches
    target.run([b"SET", b"b", b"5"])
    assert not target.future
    (branch,) = target.branches
    assert (branch.begins, words(branch.entries)) == (2, ["SET b 2", "SET c 3"])
    target.switch(0)
    assert words(target.history) == ["SET a 1", "GET b", "SET b 2", "SET c 3"]
    assert target.run([b"GET", b"b"]) == b"2"
    (branch,) = target.branches
    assert words(branch.entries) == ["SET b 5"]
    with pytest.raises(IndexError):
        target.switch(1)
    with pytest.raises(IndexError):
        target.switch(-1)


@pytest.mark.parametrize(
    "line",
    ["ACL SETUSER bob on", "CONFIG SET maxmemory-samples 7", "SCRIPT FLUSH", "SCRIPT LOAD x=1"],
)
def test_other_users_settings_and_scripts_are_a_change(line: str) -> None:
    target = world("EVAL return 0", "SET a 1", "SET a 2")
    before = fingerprint(target.engine)
    target.run(line.encode().split())
    assert target.undo() is not None
    assert not difference(fingerprint(target.engine), before)
    target.go(1)
    target.run(line.encode().split())
    assert target.branches


def test_a_script_that_changes_nothing_is_no_change() -> None:
    target = world("SET a 1")
    target.run([b"EVAL", b"return redis.call('get', KEYS[1])", b"1", b"a"])
    undone = target.undo()
    assert undone is not None
    assert undone.command == "set"


def test_branches_of_branches_are_all_found_again() -> None:
    target = world("SET a 1", "SET b 1", "SET c 1")
    target.go(2)
    target.run([b"SET", b"c", b"2"])
    target.go(1)
    target.run([b"SET", b"b", b"2"])
    ways = {tuple(words(target.history))}
    for _ in range(4):
        target.switch(0)
        ways.add(tuple(words(target.history)))
        held = {key: bytes(v) for key, v in target.engine.databases[0].keys.data.items()}
        assert held == {e.argv[1]: e.argv[2] for e in target.history}
    assert len(ways) == 3


def test_only_so_many_branches_are_kept() -> None:
    target = world("SET a 1", "SET a 2")
    for number in range(timeline.BRANCHES + 3):
        target.go(1)
        target.run([b"SET", b"a", b"%d" % number])
    assert len(target.branches) == timeline.BRANCHES


def test_what_happens_in_the_past_is_gone_when_we_leave_it() -> None:
    target = world("SET a 1", "SET a 2")
    other = target.engine.connect()
    target.go(1)
    target.engine.execute(other, [b"SET", b"theirs", b"1"])
    loss = target.redo_loss()
    assert loss is not None
    assert loss.keys == (b"theirs",)
    target.go(2)
    assert target.engine.databases[0].keys.data == {b"a": b"2"}


def test_a_moment_shows_the_time_the_database_and_the_queue_of_then() -> None:
    clock = VirtualClock()
    target = World(Engine(clock, seed=3))
    lines = ["SELECT 3", "SET k v PX 1500", "MULTI", "INCR n", "INCR n", "EXEC", "SELECT 0", "PING"]
    for line in lines:
        target.run(line.encode().split())
        clock.advance(ms=1000)
    now, session = clock.now_us(), target.session
    with target.moment(2) as engine:
        assert engine.clock.now_us() == now - 6_000_000
        assert session.db.index == 3
        assert engine.databases[3].peek(b"k") == b"v"
    with target.moment(5) as engine:
        assert engine.execute(session, [b"EXEC"]) == [1, 2]
    assert engine.clock is clock
    assert session.db.index == 0
    assert session.transaction is None
    assert target.engine.databases[3].keys.data[b"n"] == 2


def test_the_session_goes_along() -> None:
    target = world("SELECT 2", "SET a 1", "MULTI", "INCR a", "INCR a", "EXEC", "SELECT 0")
    session = target.session
    target.go(4)
    assert session.db.index == 2
    assert target.run([b"EXEC"]) == [2]
    target.switch(0)
    assert session.db.index == 0
    assert session.transaction is None
    target.go(5)
    assert target.run([b"EXEC"]) == [2, 3]
    target.go(0)
    assert session.db.index == 0
    target.session = target.engine.connect()
    target.go(4)
    assert target.session.db.index == 0


def test_a_moment_tells_nobody_and_comes_back_from_errors() -> None:
    target = world("SET a 1", "SADD s a b c d")
    before = fingerprint(target.engine)
    told: list[None] = []
    target.on_change = lambda: told.append(None)

    def fail() -> None:
        with target.moment(1) as engine:
            engine.execute(target.session, [b"FLUSHALL"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not told
    assert not difference(fingerprint(target.engine), before)
    assert words(target.history) == ["SET a 1", "SADD s a b c d"]
