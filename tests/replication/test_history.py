"""Ids and offsets: with whom a server can go on."""

from __future__ import annotations

from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.replication.history import ID_SIZE, NO_ID, History


def test_a_promoted_server_goes_on_with_its_old_history_up_to_the_promotion() -> None:
    history = History(Engine(VirtualClock(), 1))
    old, history.offset = history.id, 500
    history.branch()
    assert history.id != old
    assert (history.second_id, history.second_offset) == (old, 501)
    assert history.holds(old, 501)
    assert not history.holds(old, 502)
    assert history.holds(history.id, 10**9)
    assert history.holds(history.id.upper(), 1)


def test_a_new_history_has_nothing_in_common_with_the_old_one() -> None:
    history = History(Engine(VirtualClock(), 1))
    old = history.id
    history.begin()
    assert not history.holds(old, 0)
    assert (history.second_id, history.second_offset) == (NO_ID, -1)


def test_ids_differ_by_seed_by_start_and_from_one_to_the_next() -> None:
    later = VirtualClock()
    later.advance(ms=1)
    engines = [Engine(VirtualClock(), 1), Engine(VirtualClock(), 2), Engine(later, 1)]
    ids = [History(engine).id for engine in engines]
    one = History(engines[0])
    one.begin()
    assert len({*ids, one.id}) == 4
    assert all(len(identity) == ID_SIZE and int(identity, 16) for identity in ids)
    assert History(engines[0]).id == ids[0]
