"""The undo log: what it costs, what it keeps, and that nobody else pays for it."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from tests.engine.fingerprint import difference, fingerprint
from tests.engine.scripting.running import StubHost
from tutor.engine import timeline
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.journal import Log, LoggedBytes, LoggedDict, Record
from tutor.engine.structures.logged import LoggedTable, log_table
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.skiplist import Skiplist
from tutor.engine.values import Zset
from tutor.engine.world import World


def world(*lines: str) -> World:
    made = World(Engine(VirtualClock(), seed=3))
    run(made, *lines)
    return made


def run(target: World, *lines: str) -> list[Any]:
    return [target.run(line.encode().split()) for line in lines]


def big_zset(members: int) -> World:
    engine = Engine(VirtualClock(), seed=3)
    pairs = [word for n in range(members) for word in (b"%d" % n, b"m%d" % n)]
    engine.execute(engine.connect(), [b"ZADD", b"z", *pairs])
    return World(engine)


# what it costs


def test_history_keeps_what_changed_and_not_the_values_it_changed_in() -> None:
    """1,000 writes into 100,000 members: copies would be a hundred million towers."""
    target = big_zset(100_000)
    value = target.engine.databases[0].keys.data[b"z"]
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(1000):
        target.run([b"ZADD", b"z", b"%d.5" % (number * 97), b"new%d" % number])
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert target.engine.databases[0].keys.data[b"z"] is value
    assert kept < 1000 * 10_000
    weights = [step.record.weight for step in target.timeline.past]
    assert sum(weights) < 1000 * 40


def test_a_step_keeps_as_much_in_a_big_value_as_in_a_small_one() -> None:
    weights = []
    for members in (1000, 30_000):
        target = big_zset(members)
        run(target, "ZADD z 500.5 new", "ZINCRBY z 100 m7", "ZREM z m8")
        weights.append([step.record.weight for step in target.timeline.past if step.entry])
    assert weights[0] == weights[1]


def test_a_big_value_is_changed_in_place_and_a_small_one_in_a_copy() -> None:
    target = big_zset(1000)
    run(target, "SADD small a b c")
    data = target.engine.databases[0].keys.data
    big, small = data[b"z"], data[b"small"]
    run(target, "ZADD z 1 new", "SADD small d")
    assert data[b"z"] is big
    assert data[b"small"] is not small
    assert len(small) == 3


def test_a_group_with_many_pending_entries_is_changed_in_place() -> None:
    target = world(*(f"XADD s {n}-1 f v" for n in range(1, 300)), "XGROUP CREATE s g 0")
    run(target, "XREADGROUP GROUP g alice STREAMS s >")
    before = fingerprint(target.engine)
    group = target.engine.databases[0].keys.data[b"s"].groups[b"g"]
    run(target, "XACK s g 5-1 7-1")
    assert target.engine.databases[0].keys.data[b"s"].groups[b"g"] is group
    assert len(group.pending) == 297
    target.undo()
    assert not difference(fingerprint(target.engine), before)


def test_without_a_world_structures_are_the_plain_ones() -> None:
    engine = Engine(VirtualClock(), seed=3)
    session = engine.connect()
    engine.execute(session, [b"ZADD", b"z", *(b"1 %d" % n for n in range(200) for _ in "ab")])
    database = engine.databases[0]
    assert engine.journal is None
    assert type(database.keys) is HashTable
    assert type(database.access.recent) is dict


def test_a_world_that_keeps_no_history_gives_everything_back() -> None:
    target = world("SET a 1", "HSET h " + " ".join(f"f{n} v" for n in range(600)))
    target.stop_keeping()
    database = target.engine.databases[0]
    assert target.engine.journal is None
    assert type(database.keys) is HashTable
    assert type(database.access.recent) is dict
    run(target, "SET a 2", "DEL h")
    assert not target.can_undo
    assert target.undo() is None


# what is shared


def test_a_snapshot_and_a_fork_do_not_see_what_is_taken_back_in_place() -> None:
    target = big_zset(500)
    run(target, "ZADD z 7 in-place")
    fork, snapshot = target.engine.fork(), target.engine.snapshot()
    target.undo()
    zset = fork.databases[0].keys.data[b"z"]
    assert isinstance(zset, Zset)
    assert zset.scores[b"in-place"] == 7
    zset.skiplist.check()  # type: ignore[union-attr]
    kept = snapshot.databases[0][0].data[b"z"]
    assert len(kept) == 501
    kept.table.check()


def test_what_a_snapshot_shares_is_copied_before_it_is_written() -> None:
    target = world("SADD s " + " ".join(f"m{n}" for n in range(600)))
    moment = target.engine.snapshot()
    target.restart(moment)
    shared = moment.databases[0][0].data[b"s"]
    run(target, "SADD s more", "SREM s m1 m2")
    assert len(shared) == 600
    shared.table.check()
    assert run(target, "SCARD s") == [599]
    target.go(0)
    assert run(target, "SCARD s") == [600]


def test_data_put_in_from_outside_end_what_can_be_taken_back() -> None:
    target = world("SET a 1", "SET b 2")
    target.engine.restore(target.engine.snapshot())
    assert target.undo() is None
    assert [entry.argv[1] for entry in target.history] == [b"a", b"b"]
    assert target.earliest == 2
    with pytest.raises(IndexError):
        target.go(1)
    run(target, "SET c 3")
    assert target.undo() is not None
    assert run(target, "GET c", "GET a") == [None, b"1"]


# what others do


def test_what_others_do_between_two_commands_is_taken_back_and_done_again() -> None:
    target = world("SET mine 1")
    other = target.engine.connect()
    target.engine.execute(other, b"RPUSH theirs a b c".split())
    target.engine.execute(other, b"CONFIG SET maxmemory-samples 7".split())
    run(target, "SET mine 2")
    after = fingerprint(target.engine)
    target.go(0)
    assert not target.engine.databases[0].keys.data
    assert target.engine.config.maxmemory_samples == 5
    target.go(2)
    assert not difference(fingerprint(target.engine), after)


def test_the_pool_of_eviction_is_as_it_was_before() -> None:
    target = world(
        "CONFIG SET maxmemory-policy volatile-ttl",
        *(f"SET k{n} {'x' * 200} EX {1000 + n * 37 % 100}" for n in range(100)),
    )
    used = target.engine.accounts.used
    run(target, f"CONFIG SET maxmemory {used - 2000}", "SET more " + "y" * 100)
    pool = list(target.engine.eviction.pool)
    assert pool
    run(target, "SET more2 " + "y" * 5000)
    changed = list(target.engine.eviction.pool)
    assert changed != pool
    target.undo()
    assert target.engine.eviction.pool == pool
    target.redo()
    assert target.engine.eviction.pool == changed


def test_a_journey_does_not_move_an_open_port() -> None:
    target = world("CONFIG SET port 7001 maxmemory-samples 7")
    assert target.undo() is not None
    assert target.engine.config.port == 6379
    target.redo()
    target.engine.host = StubHost()  # type: ignore[assignment]
    target.undo()
    assert (target.engine.config.port, target.engine.config.maxmemory_samples) == (7001, 5)


def test_expiry_by_the_cron_belongs_to_the_gap_after_a_command() -> None:
    clock = VirtualClock()
    target = World(Engine(clock, seed=3))
    run(target, "SET short 1 PX 10", "SET long 1")
    before = fingerprint(target.engine)
    clock.advance(ms=50)
    target.engine.tick()
    assert b"short" not in target.engine.databases[0].keys.data
    run(target, "SET long 2")
    target.go(1)
    assert b"short" in target.engine.databases[0].keys.data
    with target.moment(1) as engine:
        assert engine.databases[0].expires_at(b"short") is not None
    target.go(2)
    assert b"short" not in target.engine.databases[0].keys.data
    assert before[0][0][0].keys() == {b"short", b"long"}


def test_too_much_of_others_work_is_let_go_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "HEAVY", 1000)
    target = world("SET mine 1")
    other = target.engine.connect()
    for number in range(3000):
        target.engine.execute(other, [b"SET", b"k%d" % number, b"v"])
    assert target.timeline.journal.log.record.weight < 3 * 1100
    assert not target.can_undo
    assert target.earliest == 1


def test_the_oldest_steps_are_let_go_when_all_keep_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timeline, "HEAVY", 500)
    target = world()
    for number in range(300):
        run(target, f"SET k{number} v")
    assert 0 < target.earliest < 300
    assert len(target.history) == 300
    target.go(target.earliest)
    assert len(target.history) == target.earliest
    assert len(target.engine.databases[0].keys) == target.earliest
    assert not target.can_undo
    target.go(300)
    assert len(target.engine.databases[0].keys) == 300


# order that can be seen


def test_keys_that_come_back_are_as_old_as_they_were() -> None:
    """MEMORY USAGE measures the oldest fields of a table and takes them for all."""
    fields = " ".join(f"{'long-' * n}f{n} v" for n in range(200))
    target = world("HSET h " + fields)
    before = run(target, "MEMORY USAGE h", "MEMORY USAGE h SAMPLES 20")
    run(target, "HDEL h f0 long-long-f2", "HSET h f0 again")
    after = run(target, "MEMORY USAGE h", "MEMORY USAGE h SAMPLES 20")
    assert after != before
    target.undo()
    target.undo()
    assert run(target, "MEMORY USAGE h", "MEMORY USAGE h SAMPLES 20") == before
    target.redo()
    target.redo()
    assert run(target, "MEMORY USAGE h", "MEMORY USAGE h SAMPLES 20") == after


def test_scan_and_random_picks_are_the_same_again() -> None:
    target = world("SADD s " + " ".join(f"m{n}" for n in range(300)))
    run(target, "SSCAN s 0 COUNT 1000", "SREM s m5 m6 m7")
    reads = ["SSCAN s 0 COUNT 1000", "SRANDMEMBER s 5", "SPOP s 3", "RANDOMKEY"]
    first = run(target, *reads)
    target.undo()
    target.undo()
    assert run(target, "SREM s m5 m6 m7", *reads) == [3, *first]


def test_going_back_to_before_the_first_look_keeps_the_bucket_index() -> None:
    target = world("HSET h " + " ".join(f"f{n} v" for n in range(700)))
    run(target, *(f"HSET h new{n} v" for n in range(5)), "HDEL h f3 f4", "HSET h f5 other")
    table = target.engine.databases[0].keys.data[b"h"].table
    table.step(10_000)
    table.layout()
    index, seen = table.buckets0, list(table.buckets0)
    for _ in range(2):
        for position in (6, 4, 2):
            target.go(position)
            assert table.buckets0 is index
            table.check()
        target.go(8)
        assert table.buckets0 == seen


# parts


@pytest.fixture
def log() -> Log:
    return Log()


def test_a_record_serves_both_directions(log: Log) -> None:
    table = HashTable()
    for number in range(100):
        table.insert(b"k%d" % number, number)
    log_table(table, log)
    assert type(table) is LoggedTable
    before = dict(table.data), table.size0, table.size1, table.rehashidx
    for number in range(90, 300):
        table.insert(b"k%d" % number, -number)
    table.discard(b"k3")
    after = dict(table.data), table.size0, table.size1, table.rehashidx
    record = log.begin()
    for _ in range(2):
        record.swap(back=True)
        table.check()
        assert (dict(table.data), table.size0, table.size1, table.rehashidx) == before
        record.swap(back=False)
        table.check()
        assert (dict(table.data), table.size0, table.size1, table.rehashidx) == after


def test_the_first_value_of_a_place_counts(log: Log) -> None:
    contents = LoggedDict({b"a": 1}, log)
    contents[b"a"] = 2
    contents[b"a"] = 3
    contents[b"b"] = 1
    del contents[b"b"]
    record = log.begin()
    assert record.weight == 2
    record.swap(back=True)
    assert contents == {b"a": 1}
    record.swap(back=False)
    assert contents == {b"a": 3}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.__setitem__(3, 0),
        lambda text: text.__setitem__(slice(2, 5), b"longer than that"),
        lambda text: text.__setitem__(slice(8, 20), b"beyond"),
        lambda text: text.__delitem__(slice(4, None)),
        lambda text: text.__delitem__(0),
        lambda text: text.extend(b"more"),
        lambda text: text.__iadd__(b"more"),
        lambda text: text.__setitem__(slice(0, 10, 2), b"-----"),
    ],
)
def test_bytes_are_put_back_where_they_were(log: Log, change: Any) -> None:
    text = LoggedBytes(b"0123456789")
    text.log = log
    plain = bytearray(text)
    change(text)
    change(plain)
    assert bytes(text) == plain
    text[1:1] = b"once more"
    after = bytes(text)
    record = log.begin()
    record.swap(back=True)
    assert bytes(text) == b"0123456789"
    record.swap(back=False)
    assert bytes(text) == after


def test_an_empty_record_is_false() -> None:
    assert not Record()


def test_a_logged_list_and_skiplist_are_still_what_they_were() -> None:
    target = world("RPUSH l " + "x" * 4000 + " " + " ".join(f"e{n}" for n in range(3000)))
    run(target, "LPUSH l again", "ZADD z " + " ".join(f"{n} m{n}" for n in range(300)))
    run(target, "ZADD z 5 more", "OBJECT ENCODING l", "TYPE l")
    data = target.engine.databases[0].keys.data
    assert isinstance(data[b"l"], Quicklist)
    assert isinstance(data[b"z"].skiplist, Skiplist)
    assert target.history[-1].reply == b"list"
    assert target.history[-2].reply == b"quicklist"


def test_a_client_that_waits_is_served_from_a_list_that_writes_itself_down() -> None:
    target = world("RPUSH source " + " ".join("v" * 90 for _ in range(500)))
    run(target, "LPUSH source again")
    waiting = target.engine.connect()
    answers: list[Any] = []
    waiting.on_reply = answers.append
    target.engine.execute(waiting, b"BLPOP wanted 0".split())
    run(target, "RENAME source wanted")
    assert answers == [[b"wanted", b"again"]]


def test_memory_is_booked_right_after_every_journey() -> None:
    """Under a maxmemory the bytes of each key are kept; a journey's changes are measured anew."""
    target = world("CONFIG SET maxmemory 10mb", "SET a 1", "RPUSH l a b c")
    run(target, "ZADD z " + " ".join(f"{n} m{n}" for n in range(300)), "INFO memory")
    run(target, "ZADD z 5.5 new", "SET a " + "x" * 500, "DEL l", "SET b 1", "FLUSHALL", "SET c 1")
    booked = []
    for _ in range(2):
        for position in range(target.earliest, 11):
            target.go(position)
            fingerprint(target.engine)  # which compares
            booked.append(target.engine.accounts._data())
    assert booked[:11] == booked[11:]
    assert len(set(booked)) > 6
    target.go(9)
    assert target.engine.databases[0].book is not None
