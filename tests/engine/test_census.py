"""The census: it counts in slices, is exact in the end, and changes nothing by looking."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.engine.census import KEPT, MEASURED, Census, facts_of
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import split
from tutor.engine.engine import Engine
from tutor.engine.memory.usage import memory_usage
from tutor.engine.replies import ReplyError


class Bench:
    def __init__(self, *lines: str) -> None:
        self.clock = VirtualClock()
        self.engine = Engine(self.clock, seed=1)
        self.session = self.engine.connect()
        for line in lines:
            self.run(line)

    def run(self, line: str) -> object:
        reply = self.engine.execute(self.session, split(line))
        assert not isinstance(reply, ReplyError), (line, reply)
        return reply


def counted(engine: Engine) -> Census:
    census = Census(engine)
    while not census.advance():
        pass
    return census


def fill(bench: Bench, keys: int) -> None:
    for n in range(keys):
        bench.run(f"SET key:{n} {'v' * (n % 97 + 1)}" + (" EX 1000" if n % 3 == 0 else ""))


def test_a_slice_looks_at_no_more_than_its_budget() -> None:
    bench = Bench()
    fill(bench, 3000)
    census = Census(bench.engine)
    seen = []
    while not census.advance(500):
        seen.append(census.figures().counted)
    assert seen == [500, 1000, 1500, 2000, 2500]
    assert census.figures().counted == 3000


def test_a_large_value_costs_no_more_than_what_is_measured() -> None:
    bench = Bench()
    for n in range(4):
        bench.run(f"SADD s{n} " + " ".join(f"m{i}" for i in range(5000)))
    census = Census(bench.engine)
    assert not census.advance(MEASURED)
    assert census.figures().counted == 1
    while not census.advance():
        pass
    assert census.figures().estimated == 4


def test_the_sum_is_that_of_memory_usage() -> None:
    bench = Bench("HSET h a 1", "LPUSH l 1 2 3", "SADD s 1 2", "SADD t x y", "ZADD z 1 a")
    fill(bench, 200)
    engine = bench.engine
    database = engine.databases[0]
    exact = sum(memory_usage(engine, key, value, 0) for key, value in database.keys.data.items())
    figures = counted(engine).figures()
    assert figures.keys_size == exact
    assert sum(kind.keys for kind in figures.kinds) == figures.present == len(database)


def test_the_whole_is_used_memory() -> None:
    bench = Bench("CONFIG SET maxmemory 1gb", "HSET h a 1", "SADD t x y z", "RPUSH l 1 2")
    fill(bench, 500)
    bench.clock.advance(ms=1000)
    bench.engine.tick()
    figures = counted(bench.engine).figures()
    assert figures.used == bench.engine.accounts.used


def test_looking_changes_nothing() -> None:
    bench = Bench("SET dead 1 PX 10", "SET alive 1", "SADD t a b c d e f g h i j k l m n o p q")
    bench.clock.advance(ms=1000)
    engine, database = bench.engine, bench.engine.databases[0]
    stats, table = engine.stats, database.keys.data[b"t"].table
    before = (
        len(database), stats.keyspace_hits, stats.keyspace_misses, stats.expired_keys, stats.dirty,
        table.rehashidx, engine.accounts.peak, dict(database.access.recent), database.keys.indexed,
        database.expires.indexed,
    )  # fmt: skip
    census = counted(engine)
    census.keyspace("ttl")
    census.keyspace("idle")
    facts = census.facts((0, b"dead"))
    assert facts is not None
    assert facts.ttl_ms == -990
    census.figures()
    assert before == (
        len(database), stats.keyspace_hits, stats.keyspace_misses, stats.expired_keys, stats.dirty,
        table.rehashidx, engine.accounts.peak, dict(database.access.recent), database.keys.indexed,
        database.expires.indexed,
    )  # fmt: skip


def test_what_is_written_during_a_count_makes_it_begin_anew() -> None:
    bench = Bench()
    fill(bench, 3000)
    census = Census(bench.engine)
    census.advance(1500)
    bench.run("DEL key:2999")
    bench.run("SET new " + "x" * 5000)
    while not census.advance(1500):
        pass
    figures = census.figures()
    assert figures.finished
    assert figures.counted == figures.present == 3000
    assert census.places("bytes")[0] == (0, b"new")


def test_the_last_count_is_shown_while_the_next_is_under_way() -> None:
    bench = Bench()
    fill(bench, 3000)
    census = counted(bench.engine)
    bench.run("SET new 1")
    assert not census.advance(100)
    assert census.figures().counted == 3000
    assert not census.figures().finished


def test_a_few_keys_are_counted_anew_when_one_was_read() -> None:
    bench = Bench("SET a 1", "SET b 1")
    bench.clock.advance(ms=5000)
    bench.run("GET a")
    census = counted(bench.engine)
    assert census.places("idle")[0] == (0, b"b")
    bench.clock.advance(ms=5000)
    bench.run("GET b")
    census.advance()
    assert census.places("idle")[0] == (0, b"a")


def test_an_undo_is_told() -> None:
    bench = Bench()
    fill(bench, 3000)
    snapshot = bench.engine.snapshot()
    bench.run("FLUSHALL")
    census = counted(bench.engine)
    bench.engine.restore(snapshot)
    census.begin_anew()
    while not census.advance():
        pass
    assert census.figures().counted == 3000


def test_orders() -> None:
    bench = Bench(
        "SET small 1 EX 100", "SET large " + "x" * 500, "SET soon 1 EX 5", "LPUSH list a",
        "SELECT 2", "SET other 1 EX 50",
    )  # fmt: skip
    census = counted(bench.engine)
    assert census.places("bytes")[0] == (0, b"large")
    assert census.places("ttl") == [(0, b"soon"), (2, b"other"), (0, b"small")]
    assert census.places("type")[0] == (0, b"list")
    layout = census.keyspace("bytes", start=1, rows=2)
    assert [place for place, _facts in layout.rows] == census.places("bytes")[1:3]
    assert layout.databases == 2


def test_so_many_names_are_remembered_and_no_more() -> None:
    bench = Bench()
    fill(bench, KEPT + 500)
    census = counted(bench.engine)
    assert len(census.places("bytes")) == KEPT
    sizes = [facts_of(bench.engine, *place) for place in census.places("bytes")]
    measured = [facts.size for facts in sizes if facts is not None]
    assert measured == sorted(measured, reverse=True)
    least = min(measured)
    rest = bench.engine.databases[0].keys.data.keys() - {key for _db, key in census.places("bytes")}
    for key in rest:
        facts = facts_of(bench.engine, 0, key)
        assert facts is not None
        assert facts.size <= least


def test_a_key_that_has_gone_is_none() -> None:
    bench = Bench("SET a 1", "SET b 1")
    census = counted(bench.engine)
    bench.run("DEL a")
    rows = dict(census.keyspace("bytes").rows)
    assert rows[0, b"a"] is None
    assert rows[0, b"b"] is not None


def test_the_longest_ttl_seen_is_remembered_until_a_new_one_is_set() -> None:
    bench = Bench("SET a 1 EX 100")
    census = Census(bench.engine)
    assert census.facts((0, b"a")).full_ms == 100_000  # type: ignore[union-attr]
    bench.clock.advance(ms=40_000)
    facts = census.facts((0, b"a"))
    assert facts is not None
    assert (facts.ttl_ms, facts.full_ms) == (60_000, 100_000)
    bench.run("EXPIRE a 80")
    assert census.facts((0, b"a")).full_ms == 80_000  # type: ignore[union-attr]


def test_under_lfu_uses_are_shown_in_place_of_idleness() -> None:
    bench = Bench("CONFIG SET maxmemory-policy allkeys-lfu", "SET a 1")
    facts = facts_of(bench.engine, 0, b"a")
    assert facts is not None
    assert facts.idle_s is None
    assert facts.uses == bench.run("OBJECT FREQ a")


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from(["SET", "DEL", "APPEND", "EXPIRE", "SADD"]), st.integers(0, 30)),
        max_size=60,
    ),
    st.integers(1, 40),
)
def test_whatever_happens_between_slices_the_end_is_exact(
    steps: list[tuple[str, int]], budget: int
) -> None:
    bench = Bench()
    census = Census(bench.engine)
    for name, number in steps:
        argument = {"DEL": "", "EXPIRE": "100"}.get(name, "x" * number + "y")
        key = f"s{number}" if name == "SADD" else f"k{number}"
        bench.run(f"{name} {key} {argument}")
        census.advance(budget)
    while not census.advance(budget):
        pass
    database = bench.engine.databases[0]
    sizes = [memory_usage(bench.engine, key, value, 0) for key, value in database.keys.data.items()]
    figures = census.figures()
    assert (figures.counted, figures.keys_size) == (len(sizes), sum(sizes))
