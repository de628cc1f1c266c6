"""MULTI, EXEC and WATCH: what the oracle cannot show."""

from __future__ import annotations

from tests.engine.commands.watched import Watched
from tutor.engine.replies import NULL_ARRAY, OK, QUEUED


def test_time_stands_still_within_a_transaction() -> None:
    world = Watched()
    world.run("SET k v PX 10")
    world.run("MULTI")
    for _ in range(3):
        assert world.run("PTTL k") == QUEUED
    world.clock.advance(ms=4)
    assert world.run("EXEC") == [6, 6, 6]


def test_a_watched_key_that_dies_of_age_breaks_the_transaction_even_if_nobody_saw_it() -> None:
    world = Watched()
    world.run("SET k v PX 10")
    world.run("WATCH k")
    world.clock.advance(ms=11)
    world.run("MULTI")
    world.run("PING")
    assert world.run("EXEC") is NULL_ARRAY


def test_a_key_that_was_dead_when_it_was_watched_breaks_nothing_by_disappearing() -> None:
    world = Watched()
    world.run("SET k v PX 10")
    world.clock.advance(ms=11)
    world.run("WATCH k")
    assert world.connect().run("GET k") is None
    world.run("MULTI")
    assert world.run("EXEC") == []


def test_but_it_breaks_the_transaction_when_it_comes_back() -> None:
    world = Watched()
    world.run("SET k v PX 10")
    world.clock.advance(ms=11)
    world.run("WATCH k")
    world.connect().run("SET k again")
    world.run("MULTI")
    assert world.run("EXEC") is NULL_ARRAY


def test_nothing_is_left_behind_after_exec_discard_and_unwatch() -> None:
    world = Watched()
    for ending in (["MULTI", "EXEC"], ["MULTI", "DISCARD"], ["UNWATCH"]):
        assert world.run("WATCH a b") == OK
        assert set(world.engine.databases[0].watchers) == {b"a", b"b"}
        for line in ending:
            world.run(line)
        assert world.engine.databases[0].watchers == {}
        assert world.client.session.watching == {}


def test_a_string_that_the_queue_holds_too_is_copied_before_it_is_edited() -> None:
    world = Watched()
    long, edits = "y" * 64, ("APPEND k z", "SETRANGE k 64 z", "SETBIT k 519 0")
    for edit in edits:
        for line in ("MULTI", f"SET k {long}", "OBJECT REFCOUNT k", edit, "OBJECT REFCOUNT k"):
            world.run(line)
        _set, shared, _edited, alone = world.run("EXEC")
        assert (shared, alone) == (2, 1)
        assert world.run("MEMORY USAGE k") == 128, edit  # the block of the copy had room
        world.run(f"SET k {long}")
        assert world.run("OBJECT REFCOUNT k") == 1
        world.run(edit)
        assert world.run("MEMORY USAGE k") == 208, edit  # SET's had none, and it was doubled


def test_a_client_that_leaves_watches_no_more() -> None:
    world = Watched()
    other = world.connect()
    other.run("WATCH a")
    world.engine.disconnect(other.session)
    assert world.engine.databases[0].watchers == {}


def test_a_malformed_exec_ends_the_transaction() -> None:
    world = Watched()
    world.run("WATCH k")
    world.run("MULTI")
    error = world.run("EXEC now")
    assert error.code == "EXECABORT"
    assert world.client.session.transaction is None
    assert world.client.session.watching == {}


def test_each_queued_command_is_seen_by_the_observer() -> None:
    world = Watched()
    world.run("MULTI")
    world.run("SET a 1")
    world.run("RPUSH l x y")
    assert world.take_events() == []
    world.run("EXEC")
    assert world.take_events() == [(b"a", "set"), (b"l", "rpush")]
