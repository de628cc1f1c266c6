"""Which keys go when memory is short, and that the same run gives the same victims."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tutor.engine.clock import VirtualClock
from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.engine.memory import eviction
from tutor.engine.replies import OK, Reply, ReplyError

Run = Callable[[str], Reply]


def _engine(seed: int = 1) -> tuple[Engine, VirtualClock, Run]:
    clock = VirtualClock()
    engine = Engine(clock, seed=seed, config=Config(latency_tracking=False))
    session = engine.connect()
    return engine, clock, lambda line: engine.execute(session, line.encode().split())


def _short_by(engine: Engine, run: Run, policy: str, size: int = 0) -> None:
    """A limit that lies ``size`` bytes under what is used."""
    run("CONFIG SET maxmemory 1tb")
    engine.execute(next(iter(engine.sessions.values())), (b"PING",))
    run(f"CONFIG SET maxmemory-policy {policy} maxmemory {engine.accounts.used - size}")


def _fill(run: Run, count: int, words: str = "") -> None:
    for number in range(count):
        run(f"SET key:{number:05d} {'v' * 40} {words.format(number=number)}")


def test_the_same_clock_seed_and_commands_give_the_same_victims() -> None:
    def survivors(seed: int) -> set[bytes]:
        engine, clock, run = _engine(seed)
        _fill(run, 500)
        clock.advance(ms=3000)
        for number in range(0, 500, 3):
            run(f"GET key:{number:05d}")
        _short_by(engine, run, "allkeys-lru", 20_000)
        _fill(run, 700)
        return set(engine.databases[0].keys.data)

    assert survivors(1) == survivors(1)
    assert survivors(1) != survivors(2)


@pytest.mark.parametrize("policy", ["volatile-lru", "volatile-lfu", "volatile-random"])
def test_volatile_policies_leave_keys_without_expiry_alone(policy: str) -> None:
    engine, _, run = _engine()
    _fill(run, 100)
    for number in range(50):
        run(f"SET mortal:{number} {'v' * 40} EX 1000")
    _short_by(engine, run, policy, 1 << 19)
    assert isinstance(run("SET more x"), ReplyError)
    assert (len(engine.databases[0]), len(engine.databases[0].expires)) == (100, 0)
    assert engine.stats.evicted_keys == 50


def test_volatile_ttl_takes_what_dies_first() -> None:
    engine, _, run = _engine()
    _fill(run, 12, "EX 1{number:03d}")
    run("PERSIST key:00000")
    _short_by(engine, run, "volatile-ttl", 1)
    run("CONFIG SET maxmemory-samples 12")
    run("PING")
    assert b"key:00001" not in engine.databases[0].keys
    assert b"key:00000" in engine.databases[0].keys


def test_random_policies_take_turns_among_the_databases() -> None:
    engine, _, run = _engine()
    for number in (0, 3, 9):
        run(f"SELECT {number}")
        _fill(run, 60)
    _short_by(engine, run, "allkeys-random", 60 * 100)
    run("PING")
    left = [len(engine.databases[number]) for number in (0, 3, 9)]
    assert sum(left) < 180
    assert max(left) - min(left) <= 1


def test_a_victim_is_gone_for_everybody_who_is_told() -> None:
    engine, _, run = _engine()
    _fill(run, 20)
    events: list[tuple[int, bytes, str]] = []

    class Watcher:
        def changed(self, db: int, key: bytes, event: str) -> None:
            events.append((db, key, event))

        def converted(self, conversion: object) -> None: ...

        def executed(self, *words: object) -> None: ...

    other = engine.connect()
    engine.execute(other, (b"WATCH", *(b"key:%05d" % number for number in range(20))))
    engine.observer = Watcher()
    _short_by(engine, run, "allkeys-lru", 1)
    run("PING")
    assert [(db, event) for db, _, event in events] == [(0, "evicted")]
    assert engine.stats.evicted_keys == 1
    assert other.dirty_cas


def test_noeviction_refuses_what_may_need_more_and_serves_the_rest() -> None:
    engine, _, run = _engine()
    _fill(run, 3)
    _short_by(engine, run, "noeviction", 1)
    assert isinstance(run("SET more x"), ReplyError)
    assert run("GET key:00000") == b"v" * 40
    assert run("DEL key:00000") == 1
    assert run("SET more x") == OK


def test_a_turn_is_limited_and_the_periodic_work_goes_on() -> None:
    engine, _, run = _engine()
    _fill(run, 3000)
    _short_by(engine, run, "allkeys-lru", 100_000)
    assert run("SET more x") == OK
    assert engine.stats.evicted_keys == 112
    assert engine.eviction.running
    engine.tick()
    assert not engine.eviction.running
    assert engine.accounts.used <= engine.config.maxmemory


def test_tenacity_100_knows_no_limit() -> None:
    engine, _, run = _engine()
    _fill(run, 3000)
    run("CONFIG SET maxmemory-eviction-tenacity 100")
    _short_by(engine, run, "allkeys-random", 100_000)
    run("PING")
    assert engine.accounts.used <= engine.config.maxmemory


def test_a_new_limit_is_followed_without_any_command() -> None:
    engine, _, run = _engine()
    _fill(run, 100)
    _short_by(engine, run, "allkeys-lru", 2000)
    engine.tick()
    assert engine.stats.evicted_keys > 0
    assert engine.accounts.used <= engine.config.maxmemory


def test_time_over_the_limit_is_counted() -> None:
    engine, clock, run = _engine()
    _fill(run, 10)
    _short_by(engine, run, "noeviction", 1)
    run("PING")
    clock.advance(ms=700)
    run("PING")
    assert eviction.time_over(engine) == (700, 700)
    run("CONFIG SET maxmemory 0")
    engine.tick()
    assert eviction.time_over(engine) == (700, 0)


def test_the_trace_tells_samples_and_victims() -> None:
    engine, clock, run = _engine()
    _fill(run, 40)
    clock.advance(ms=4000)
    steps: list[tuple[str, dict[str, object]]] = []

    def trace(kind: str, /, **particulars: object) -> None:
        steps.append((kind, particulars))

    engine.eviction.trace = trace
    _short_by(engine, run, "allkeys-lru", 1)
    run("PING")
    kinds = [kind for kind, _ in steps]
    assert kinds == ["evict-sample"] * 5 + ["evict"]
    assert all(one["score"] == 4000 and one["pooled"] for _, one in steps[:5])
    assert steps[-1][1]["key"] in {one["key"] for _, one in steps[:5]}


def test_after_undo_evicted_keys_are_back_and_the_figures_right() -> None:
    engine, _, run = _engine()
    _fill(run, 100)
    moment = engine.snapshot()
    before = engine.accounts.used
    _short_by(engine, run, "allkeys-lru", 2000)
    engine.tick()
    engine.restore(moment)
    assert len(engine.databases[0]) == 100
    run("PING")
    assert engine.accounts.used >= before


@pytest.mark.parametrize("policy", ["allkeys-lru", "allkeys-lfu", "volatile-lru"])
def test_small_integers_are_not_shared_where_each_needs_its_own_clock(policy: str) -> None:
    _, _, run = _engine()
    run("SET n 5")
    assert run("OBJECT REFCOUNT n") == 2**31 - 1
    run(f"CONFIG SET maxmemory 1gb maxmemory-policy {policy}")
    assert run("OBJECT REFCOUNT n") == 1


def test_candidates_of_another_moment_are_forgotten() -> None:
    engine, clock, run = _engine()
    run("SET old x")
    clock.advance(ms=600_000)
    _fill(run, 8, "EX 7200")
    start = engine.snapshot()
    _short_by(engine, run, "volatile-ttl", 200)
    run("SET more x")
    assert engine.eviction.pool
    engine.restore(start)
    assert not engine.eviction.pool
    run("CONFIG SET maxmemory-samples 64")
    _short_by(engine, run, "allkeys-lru")
    run("SET more x")
    assert run("EXISTS old") == 0


def test_whether_expired_keys_are_swept_belongs_to_a_moment() -> None:
    engine, _clock, run = _engine()
    start = engine.snapshot()
    run("DEBUG SET-ACTIVE-EXPIRE 0")
    assert not engine.fork().active_expire
    engine.restore(start)
    assert engine.active_expire
