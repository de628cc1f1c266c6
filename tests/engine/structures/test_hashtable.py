"""Hash table: contents, sizes, rehash, bucket order."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tutor.engine.structures.hashtable import HashTable, next_size
from tutor.engine.structures.hashtable_index import next_cursor
from tutor.engine.structures.resize_policy import ResizePolicy
from tutor.engine.structures.window import Window

keys = st.integers(0, 60).map(lambda number: b"k%d" % number)


def filled(count: int, seed: bytes = b"seed") -> HashTable:
    table = HashTable(seed)
    for number in range(count):
        table.insert(b"k%d" % number, number)
    while table.step():
        pass
    return table


def walk(table: HashTable, count: int = 10) -> list[bytes]:
    found: list[bytes] = []
    cursor = 0
    while True:
        cursor, some = table.scan(cursor, count)
        found += some
        if not cursor:
            return found


class HashTableMachine(RuleBasedStateMachine):
    """Random operations, with and without an index, compared with a dict."""

    @initialize(seed=st.integers(0, 9))
    def create(self, seed: int) -> None:
        self.ours = HashTable(bytes([seed]))
        self.model: dict[bytes, Any] = {}
        self.rng = random.Random(seed)

    @rule(key=keys, value=st.integers())
    def insert(self, key: bytes, value: int) -> None:
        assert self.ours.insert(key, value) == (key not in self.model)
        self.model[key] = value

    @rule(first=st.integers(0, 60), count=st.integers(1, 30))
    def add_many(self, first: int, count: int) -> None:
        for number in range(first, first + count):
            key = b"k%d" % number
            assert self.ours.add(key) == (key not in self.model)
            self.model.setdefault(key, None)

    @rule(key=keys)
    def find(self, key: bytes) -> None:
        assert self.ours.find(key, "none") == self.model.get(key, "none")
        assert self.ours.get(key) == self.model.get(key)
        assert (key in self.ours) == (key in self.model)

    @rule(first=st.integers(0, 60), count=st.integers(1, 40), shrinking=st.booleans())
    def remove_many(self, first: int, count: int, shrinking: bool) -> None:
        for number in range(first, first + count):
            key = b"k%d" % number
            if number % 2:
                assert self.ours.discard(key) == (key in self.model)
                self.model.pop(key, None)
            else:
                assert self.ours.pop(key, "none") == self.model.pop(key, "none")
            if shrinking:
                self.ours.shrink_if_needed()

    @rule(count=st.integers(0, 200))
    def presize(self, count: int) -> None:
        self.ours.expand(count)

    @rule(buckets=st.integers(1, 20))
    def rehash(self, buckets: int) -> None:
        assert self.ours.rehash_for(buckets) == self.ours.rehashing

    @rule(count=st.integers(1, 20))
    def look(self, count: int) -> None:
        assert sorted(self.ours.iterate()) == sorted(self.model)
        assert set(walk(self.ours, count)) == set(self.model)
        assert sum(stats.used for stats in self.ours.stats()) == len(self.model)

    @rule(count=st.integers(1, 20))
    def sample(self, count: int) -> None:
        some = self.ours.random_keys(count, self.rng)
        assert len(some) <= count
        assert set(some) <= self.model.keys()
        key = self.ours.random_key(self.rng)
        assert key in self.model or (key is None and not self.model)

    @rule()
    def forget_the_order(self) -> None:
        self.ours.drop_index()

    @rule()
    def go_on_with_a_clone(self) -> None:
        original, self.ours = self.ours, self.ours.clone()
        original.insert(b"only in the original", 1)
        original.discard(b"k1")

    @invariant()
    def agree(self) -> None:
        if not hasattr(self, "ours"):
            return
        self.ours.check()
        assert self.ours.data == self.model
        assert len(self.ours) == len(self.model)


TestHashTable = HashTableMachine.TestCase


@pytest.mark.parametrize(
    ("count", "slots"), [(1, 4), (4, 4), (5, 8), (8, 8), (9, 16), (64, 64), (65, 128)]
)
def test_one_by_one_the_table_has_the_smallest_power_of_two(count: int, slots: int) -> None:
    table = filled(count)
    assert table.size0 == slots
    assert next_size(count) == slots


def test_growing_keeps_both_tables_until_every_bucket_has_moved() -> None:
    table = filled(64)
    table.insert(b"new", 1)
    assert (table.size0, table.size1, table.rehashidx, table.slots) == (64, 128, 0, 192)
    steps = 0
    while table.rehashing:
        table.find(b"nothing")
        steps += 1
    assert 30 < steps < 52
    assert (table.size0, table.size1, table.rehashidx) == (128, 0, -1)


def test_replacing_a_value_never_grows_a_full_table() -> None:
    table = filled(64)
    table.insert(b"k1", "new")
    assert not table.rehashing


def test_adding_a_member_that_is_there_may_grow_a_full_table() -> None:
    table = filled(64)
    assert not table.add(b"k1")
    assert table.rehashing


def test_a_table_shrinks_once_less_than_a_tenth_is_used() -> None:
    table = filled(1000)
    gone = 0
    for number in range(1000):
        table.discard(b"k%d" % number)
        gone += 1
        if table.shrink_if_needed():
            break
    assert 1000 - gone == 102  # 102 * 100 // 1024 == 9
    assert (table.size0, table.size1) == (1024, 128)


def test_a_table_of_four_slots_never_shrinks() -> None:
    table = filled(1)
    table.discard(b"k0")
    assert not table.shrink_if_needed()
    assert table.size0 == 4


def test_presizing_needs_no_rehash() -> None:
    table = HashTable()
    assert table.expand(513)
    for number in range(513):
        table.add(b"%d" % number)
    assert (table.size0, table.rehashing) == (1024, False)
    assert not table.expand(600)
    assert not table.expand(10)


@pytest.mark.parametrize("looked_at", [False, True])
def test_while_a_child_exists_only_crowded_tables_grow(looked_at: bool) -> None:
    policy = ResizePolicy()
    table = HashTable(b"", policy)
    policy.mode = "avoid"
    for number in range(24):
        table.add(b"%d" % number)
        if looked_at:
            table.layout()
    assert (table.size0, table.size1) == (4, 0)
    table.add(b"24")
    assert (table.size0, table.size1) == (4, 32)
    table.find(b"x")
    assert table.rehashing
    policy.mode = "forbid"
    before = table.rehashidx
    table.find(b"x")
    assert table.rehashidx == before


def test_a_small_change_of_size_waits_until_the_child_is_gone() -> None:
    policy = ResizePolicy()
    table = HashTable(b"", policy)
    for number in range(5):
        table.add(b"%d" % number)
    policy.mode = "avoid"
    for _ in range(20):
        table.find(b"x")
    assert table.rehashing
    policy.mode = "enable"
    for _ in range(20):
        table.find(b"x")
    assert not table.rehashing


def test_growth_may_be_refused_for_want_of_memory() -> None:
    policy = ResizePolicy()
    asked: list[tuple[int, float]] = []
    policy.allows_growth = lambda size, load: bool(asked.append((size, load)))
    table = HashTable(b"", policy)
    for number in range(5):
        table.add(b"%d" % number)
    assert table.size0 == 4
    assert asked == [(64, 1.0)]


def test_new_entries_stand_at_the_head_and_a_rehash_flips_the_chain() -> None:
    table = filled(64)
    table.layout()
    table.expand(65)
    buckets = {}
    for bucket in table.layout(Window(0, 64)).tables[0].buckets:
        ours = [entry.key for entry in bucket.entries]
        assert ours == sorted(ours, key=list(table.data).index, reverse=True)
        buckets[bucket.index] = ours
    while table.step():
        pass
    for bucket in table.layout(Window(0, 128)).tables[0].buckets:
        before = buckets[bucket.index & 63]
        after = [entry.key for entry in bucket.entries]
        assert after == [key for key in reversed(before) if key in after]


def test_a_key_lies_in_the_bucket_its_hash_says() -> None:
    table = filled(100)
    for bucket in table.layout(Window(0, 128)).tables[0].buckets:
        for entry in bucket.entries:
            assert entry.hash == table.hash(entry.key)
            assert entry.hash & 127 == bucket.index
            assert entry.value == table.data[entry.key]


def test_another_seed_gives_another_order_and_the_same_seed_the_same() -> None:
    assert filled(100, b"a").iterate() == filled(100, b"a").iterate()
    assert filled(100, b"a").iterate() != filled(100, b"b").iterate()


def test_cursors_count_with_the_highest_bit_first() -> None:
    cursors = [0]
    while True:
        cursors.append(next_cursor(cursors[-1], 6))
        if not cursors[-1]:
            break
    assert cursors[:7] == [0, 32, 16, 48, 8, 40, 24]
    assert sorted(cursors[:-1]) == list(range(64))


@pytest.mark.parametrize("steps", [0, 5, 20])
def test_a_scan_begun_before_a_rehash_still_finds_every_key(steps: int) -> None:
    table = filled(64)
    cursor, found = table.scan(0, 20)
    table.insert(b"new", 1)
    table.step(steps) if steps else None
    while cursor:
        cursor, some = table.scan(cursor, 7)
        found += some
        table.step()
    assert set(found) >= {b"k%d" % number for number in range(64)}


def test_a_scan_stops_after_ten_times_as_many_visits_as_keys_wanted() -> None:
    table = filled(1)
    table.expand(100_000)
    table.step(100)
    assert (table.size0, table.rehashing) == (131_072, False)
    cursor, found = table.scan(0, 1)
    assert cursor
    assert len(found) <= 1


def test_random_keys_are_spread_over_the_table() -> None:
    table = filled(50)
    rng = random.Random(1)
    seen = Counter(table.random_key(rng) for _ in range(5000))
    assert len(seen) == 50
    assert max(seen.values()) < 300


def test_a_rehash_that_nobody_looks_at_takes_as_long_as_one_that_is_watched() -> None:
    def steps(looked_at: bool, seed: int) -> int:
        table = filled(256, bytes([seed]))
        if looked_at:
            table.layout(Window(0, 1))
        table.insert(b"new", 1)
        count = 0
        while table.rehashing:
            table.step()
            count += 1
        return count

    silent = sum(steps(False, seed) for seed in range(40)) / 40
    watched = sum(steps(True, seed) for seed in range(40)) / 40
    assert abs(silent - watched) < 8


def test_a_look_in_the_middle_of_a_rehash_changes_no_contents_and_no_progress() -> None:
    table = filled(256)
    for number in range(40):
        table.insert(b"new%d" % number, number)
    assert table.rehashing
    before = table.rehashidx
    layout = table.layout(Window(0, 256), Window(0, 512))
    assert layout.rehashidx == table.rehashidx == before
    assert [part.size for part in layout.tables] == [256, 512]
    assert sum(part.used for part in layout.tables) == 296
    assert not any(bucket.entries for bucket in layout.tables[0].buckets[:before])
    new = {entry.key for bucket in layout.tables[1].buckets for entry in bucket.entries}
    assert new >= {b"new%d" % number for number in range(40)}
    table.check()


def test_when_the_last_old_key_goes_the_next_step_ends_the_rehash() -> None:
    for looked_at in (False, True):
        table = filled(4)
        table.expand(100)
        table.insert(b"new", 1)
        if looked_at:
            table.layout()
        for number in range(4):
            table.discard(b"k%d" % number)
        table.step()
        assert (table.size0, table.rehashing) == (128, False)
        table.check()


def test_the_report_speaks_of_an_empty_table_and_of_a_chain() -> None:
    assert "No stats available" in HashTable().stats()[0].text()
    table = filled(64)
    table.add(b"k1")
    main, target = table.stats()
    assert main.used == 64
    assert sum(length * slots for length, slots in main.histogram.items()) == 64
    assert sum(main.histogram.values()) == 64
    assert target.text().startswith("Hash table 1 stats (rehashing target):\nNo stats")


def test_a_trace_tells_of_growth_moved_buckets_and_the_end() -> None:
    table = filled(8)
    table.layout()
    steps: list[tuple[str, dict[str, Any]]] = []
    table.trace = lambda kind, /, **particulars: steps.append((kind, particulars))
    table.insert(b"new", 1)
    while table.step():
        pass
    assert ("expand", {"old": 8, "new": 16, "used": 8}) in steps
    assert steps[-1] == ("rehashed", {"size": 16})
    moved = [key for kind, step in steps if kind == "rehash" for key in step["keys"]]
    assert sorted(moved) == [b"k%d" % number for number in range(8)]


def test_slots_and_object_are_counted_in_both_tables() -> None:
    table = filled(64)
    assert table.overhead() == 56 + 8 * 64
    table.insert(b"new", 1)
    assert table.overhead() == 56 + 8 * 192
