"""The periodic work: expiry without being asked, ends of waits, tables that shrink and move."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.engine import cron
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED, NULL_ARRAY
from tutor.engine.session import Session


class Bench:
    """An engine in virtual time with one client."""

    def __init__(self, seed: int = 1) -> None:
        self.clock = VirtualClock()
        self.engine = Engine(self.clock, seed)
        self.session = self.engine.connect()

    def run(self, line: str, session: Session | None = None) -> Any:
        return self.engine.execute(session or self.session, line.encode().split())

    def fill(self, count: int, ms: int, prefix: str = "k") -> None:
        for i in range(count):
            self.run(f"SET {prefix}{i} v PX {ms}")

    def tick(self, times: int = 1, ms: int = 100) -> None:
        for _ in range(times):
            self.clock.advance(ms=ms)
            self.engine.tick()


@pytest.fixture
def bench() -> Bench:
    return Bench()


# expiry


def test_dead_keys_go_without_being_asked_for(bench: Bench) -> None:
    bench.fill(15, 50)
    bench.run("SET stays v PX 100000")
    bench.run("SET always v")
    bench.tick()
    assert bench.run("DBSIZE") == 2
    assert bench.engine.stats.expired_keys == 15


def test_a_key_dies_only_after_its_moment(bench: Bench) -> None:
    bench.run("SET k v PX 100")
    bench.tick(ms=100)
    assert bench.run("DBSIZE") == 1
    bench.tick(ms=1)
    assert bench.run("DBSIZE") == 0


def test_expiry_can_be_switched_off(bench: Bench) -> None:
    bench.run("DEBUG SET-ACTIVE-EXPIRE 0")
    bench.fill(10, 50)
    bench.tick(5)
    assert bench.run("DBSIZE") == 10
    bench.run("DEBUG SET-ACTIVE-EXPIRE 1")
    bench.tick()
    assert bench.run("DBSIZE") == 0


def test_one_look_is_enough_where_few_are_dead(bench: Bench) -> None:
    bench.fill(2000, 1_000_000, "alive")
    bench.fill(100, 50, "dead")
    bench.tick()
    left = bench.run("DBSIZE") - 2000
    assert 80 <= left < 100  # about 5 % are dead: one look at 20 keys, then the next turn
    bench.tick(200)
    assert bench.run("DBSIZE") == 2000


def test_looks_repeat_while_more_than_a_tenth_are_dead(bench: Bench) -> None:
    bench.fill(1000, 1_000_000, "alive")
    bench.fill(1000, 50, "dead")
    bench.tick()
    assert bench.run("DBSIZE") < 1500


def test_effort_makes_looks_longer_and_less_tolerant() -> None:
    left = []
    for effort in (1, 10):
        bench = Bench()
        bench.run(f"CONFIG SET active-expire-effort {effort}")
        bench.fill(2000, 1_000_000, "alive")
        bench.fill(100, 50, "dead")
        bench.tick(3)
        left.append(bench.run("DBSIZE"))
    assert left[1] < left[0]


def test_the_budget_ends_a_cycle_and_the_next_goes_on(bench: Bench) -> None:
    budget = cron.SLOW_CYCLE_PERCENT * cron.KEYS_PER_MS
    bench.fill(4 * budget // 10 * 10, 50)
    bench.tick()
    gone = bench.engine.stats.expired_keys
    assert budget // 10 <= gone < budget * 2
    assert bench.engine.stats.expire_cap_reached == 1
    assert bench.engine.cron.cut_short
    bench.tick(100)
    # A table less than 1 % full is left alone until it has shrunk; cron shrinks and moves it.
    assert bench.run("DBSIZE") == 0
    assert not bench.engine.cron.cut_short


def test_all_databases_take_their_turn(bench: Bench) -> None:
    for index in range(16):
        bench.run(f"SELECT {index}")
        bench.fill(5, 50)
    bench.tick()
    assert [len(database) for database in bench.engine.databases] == [0] * 16


def test_expiry_takes_the_same_course_every_time() -> None:
    courses = []
    for _ in range(2):
        bench = Bench(seed=7)
        bench.fill(500, 1_000_000, "alive")
        bench.fill(500, 50, "dead")
        course = []
        for _ in range(10):
            bench.tick()
            course.append(frozenset(bench.engine.databases[0].keys.data))
        courses.append(course)
    assert courses[0] == courses[1]


def test_expiry_tells_observer_and_watchers(bench: Bench) -> None:
    events: list[tuple[int, bytes, str]] = []

    class Observer:
        def changed(self, db: int, key: bytes, event: str) -> None:
            events.append((db, key, event))

        def converted(self, conversion: object) -> None: ...

        def executed(self, session: object, argv: object, reply: object, took: int) -> None: ...

    bench.run("SET k v PX 50")
    bench.run("WATCH k")
    bench.engine.observer = Observer()
    bench.tick()
    assert events == [(0, b"k", "expired")]
    bench.run("MULTI")
    assert bench.run("EXEC") is NULL_ARRAY


def test_a_trace_sees_each_key_that_is_looked_at(bench: Bench) -> None:
    seen: list[tuple[str, dict[str, object]]] = []
    bench.engine.cron.trace = lambda kind, /, **particulars: seen.append((kind, particulars))
    bench.run("SET dead v PX 50")
    bench.run("SET alive v PX 5000")
    bench.tick()
    keys = {(row["key"], row["expired"]) for kind, row in seen if kind == "expire"}
    assert keys == {(b"dead", True), (b"alive", False)}


def test_a_trace_hears_what_each_look_and_each_cycle_came_to(bench: Bench) -> None:
    bench.fill(40, 50)
    bench.run("SET alive v PX 5000")
    seen: list[tuple[str, dict[str, object]]] = []
    bench.engine.cron.trace = lambda kind, /, **particulars: seen.append((kind, particulars))
    bench.tick()
    looks = [row for kind, row in seen if kind == "expire-look"]
    assert len(looks) >= 2
    for row in looks:
        if not row["sampled"]:  # only empty buckets: nothing is known, so it looks on
            assert row["again"] is True
            continue
        assert row["percent"] == row["expired"] * 100 // row["sampled"]  # type: ignore[operator]
        assert row["again"] is (row["percent"] > row["acceptable"])  # type: ignore[operator]
    kind, cycle = seen[-1]
    assert kind == "expire-cycle"
    assert cycle["expired"] == 40
    assert cycle["sampled"] == sum(row["sampled"] for row in looks)  # type: ignore[misc]


def test_the_average_time_to_live_is_estimated(bench: Bench) -> None:
    bench.fill(10, 100_000)
    bench.tick(ms=1)
    assert b"keys=10,expires=10,avg_ttl=99" in bench.run("INFO keyspace")


def test_a_nearly_empty_table_waits_until_it_has_shrunk(bench: Bench) -> None:
    bench.fill(1000, 1_000_000)
    for i in range(995):
        bench.run(f"DEL k{i}")
    bench.run("SET dead v PX 1")
    assert bench.engine.databases[0].expires.slots >= 1024
    bench.tick(30)
    assert bench.engine.databases[0].expires.slots <= 16
    assert bench.run("DBSIZE") == 5


# waits


def test_a_wait_ends_when_its_time_is_over(bench: Bench) -> None:
    answers: list[Any] = []
    bench.session.on_reply = answers.append
    assert bench.run("BLPOP l 0.5") is BLOCKED
    bench.tick(ms=499)
    assert not answers
    bench.tick(ms=1)
    assert answers == [NULL_ARRAY]
    assert bench.session.blocked is None
    assert not bench.engine.databases[0].blocked


def test_a_wait_for_ever_does_not_end(bench: Bench) -> None:
    answers: list[Any] = []
    bench.session.on_reply = answers.append
    assert bench.run("BLPOP l 0") is BLOCKED
    bench.tick(100, ms=100_000)
    assert not answers


def test_waits_end_in_the_order_of_their_deadlines(bench: Bench) -> None:
    answers: list[str] = []
    for name, seconds in (("slow", "0.3"), ("fast", "0.1"), ("middle", "0.2")):
        session = bench.engine.connect()
        session.on_reply = lambda reply, name=name: answers.append(name)
        bench.run(f"BLPOP l {seconds}", session)
    bench.tick(ms=1000)
    assert answers == ["fast", "middle", "slow"]


@pytest.mark.parametrize(
    "line",
    [
        "BLPOP l 0.1",
        "BRPOP l 0.1",
        "BLMOVE l m LEFT RIGHT 0.1",
        "BRPOPLPUSH l m 0.1",
        "BLMPOP 0.1 1 l LEFT",
        "BZPOPMIN z 0.1",
        "BZMPOP 0.1 1 z MIN",
    ],
)
def test_a_timeout_is_answered_with_a_null_array(bench: Bench, line: str) -> None:
    answers: list[Any] = []
    bench.session.on_reply = answers.append
    assert bench.run(line) is BLOCKED
    bench.tick(ms=200)
    assert answers == [NULL_ARRAY]


def test_a_client_woken_by_another_gets_an_answer(bench: Bench) -> None:
    answers: list[Any] = []
    bench.session.on_reply = answers.append
    other = bench.engine.connect()
    bench.run("BLPOP l 0")
    assert bench.run(f"CLIENT UNBLOCK {bench.session.id}", other) == 1
    bench.run("BLPOP l 0")
    assert bench.run(f"CLIENT UNBLOCK {bench.session.id} ERROR", other) == 1
    assert bench.run(f"CLIENT UNBLOCK {bench.session.id}", other) == 0
    assert answers[0] is NULL_ARRAY
    assert answers[1].message == "UNBLOCKED client unblocked via CLIENT UNBLOCK"


# tables


def test_a_rehash_of_the_keyspace_ends_by_itself(bench: Bench) -> None:
    for i in range(9):
        bench.run(f"SET k{i} v")
    table = bench.engine.databases[0].keys
    assert table.rehashing
    assert table.slots == 8 + 16
    bench.tick(3)
    assert not table.rehashing
    assert table.slots == 16


def test_a_rehash_waits_when_activerehashing_is_off(bench: Bench) -> None:
    bench.run("CONFIG SET activerehashing no")
    for i in range(9):
        bench.run(f"SET k{i} v")
    bench.tick(20)
    assert bench.engine.databases[0].keys.rehashing


def test_a_rehash_of_a_value_does_not_go_on_by_itself(bench: Bench) -> None:
    bench.run("SADD s a b c d e")
    before = bench.engine.databases[0].keys.data[b"s"].table
    bench.tick(20)
    assert before.rehashing


def test_the_keyspace_shrinks_when_it_has_become_empty(bench: Bench) -> None:
    for i in range(600):
        bench.run(f"SET k{i} v")
    bench.tick(20)
    assert bench.engine.databases[0].keys.slots == 1024
    for i in range(550):
        bench.run(f"DEL k{i}")
    bench.tick(20)
    assert bench.engine.databases[0].keys.slots == 64
