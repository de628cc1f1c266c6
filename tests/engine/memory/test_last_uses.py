"""`LastUses` against a plain dictionary, and the clock of 24 bits."""

from __future__ import annotations

import random

import pytest

from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.memory import last_uses
from tutor.engine.memory.last_uses import LRU_CLOCK_MAX, RECENT, LastUses, idle_seconds, used_before

NOW_MS = 1_700_000_000_000


@pytest.mark.parametrize("leaf", [8, 200])
def test_it_remembers_what_a_dictionary_would(leaf: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_uses, "LEAF", leaf)
    uses, model, rng = LastUses(), dict[bytes, int](), random.Random(leaf)
    keys = [b"key:%d" % number for number in range(9000)]
    for _ in range(40_000):
        key = rng.choice(keys)
        chance = rng.random()
        if chance < 0.6:
            uses.recent[key] = model[key] = rng.getrandbits(24)
        elif chance < 0.8:
            uses.forget(key)
            model.pop(key, None)
        else:
            assert uses.get(key, -1) == model.get(key, -1)
        if len(uses.recent) > 300:
            uses.settle()
    twin = uses.copy()
    uses.settle()
    assert uses.settled == len(model)
    for one in (uses, twin):
        assert {key: use for key in keys if (use := one.get(key, -1)) >= 0} == model


def test_a_copy_goes_its_own_way() -> None:
    uses = LastUses()
    uses.recent[b"a"] = 1
    uses.settle()
    twin = uses.copy()
    twin.recent[b"a"] = 2
    twin.settle()
    uses.forget(b"a")
    assert (uses.get(b"a", -1), twin.get(b"a", -1)) == (-1, 2)


def test_new_keys_and_the_periodic_work_settle_what_is_too_much() -> None:
    clock = VirtualClock()
    engine = Engine(clock, seed=1)
    session = engine.connect()
    for number in range(RECENT + 10):
        engine.execute(session, (b"SET", b"key:%d" % number, b"v"))
    access = engine.databases[0].access
    assert (access.settled, len(access.recent)) == (RECENT + 1, 9)
    clock.advance(ms=5000)
    assert engine.execute(session, (b"OBJECT", b"IDLETIME", b"key:0")) == 5
    for number in range(RECENT + 10):
        engine.execute(session, (b"GET", b"key:%d" % number))
    engine.tick()
    assert (access.settled, access.recent) == (RECENT + 10, {})
    assert engine.execute(session, (b"OBJECT", b"IDLETIME", b"key:0")) == 0
    engine.execute(session, (b"DEL", b"key:0"))
    assert access.settled == RECENT + 9


def test_undo_brings_back_the_old_times() -> None:
    clock = VirtualClock()
    engine = Engine(clock, seed=1)
    session = engine.connect()
    engine.execute(session, (b"SET", b"k", b"v"))
    engine.databases[0].access.settle()
    moment = engine.snapshot()
    clock.advance(ms=9000)
    engine.execute(session, (b"GET", b"k"))
    engine.databases[0].access.settle()
    engine.restore(moment)
    assert engine.execute(session, (b"OBJECT", b"IDLETIME", b"k")) == 9


@pytest.mark.parametrize("seconds", [0, 1, 1000, 10_000_000, LRU_CLOCK_MAX - 1])
def test_idle_time_survives_the_wrap_of_the_clock(seconds: int) -> None:
    assert idle_seconds(NOW_MS, used_before(NOW_MS, seconds)) == seconds


def test_idle_time_starts_anew_after_194_days() -> None:
    assert idle_seconds(NOW_MS, used_before(NOW_MS, LRU_CLOCK_MAX)) == 0
    assert idle_seconds(NOW_MS, used_before(NOW_MS, 1 << 62)) == 0
