"""Lists: what the oracle cannot show."""

from __future__ import annotations

from tests.engine.commands.watched import Watched
from tutor.engine.structures.quicklist import Quicklist


def _list(world: Watched, key: bytes) -> Quicklist:
    value = world.engine.databases[0].keys.data[key]
    assert isinstance(value, Quicklist)
    return value


def test_moving_within_one_list_announces_both_ends() -> None:
    world = Watched()
    world.run("RPUSH l a b c")
    world.take_events()
    assert world.run("LMOVE l l LEFT RIGHT") == b"a"
    assert world.take_events() == [(b"l", "rpush"), (b"l", "lpop")]


def test_moving_the_only_element_to_its_own_list_keeps_the_key() -> None:
    world = Watched()
    world.run("RPUSH l a")
    assert world.run("LMOVE l l LEFT LEFT") == b"a"
    assert world.run("LRANGE l 0 -1") == [b"a"]


def test_the_last_element_takes_its_list_along() -> None:
    world = Watched()
    world.run("RPUSH l a b")
    world.take_events()
    assert world.run("LPOP l 2") == [b"a", b"b"]
    assert world.take_events() == [(b"l", "lpop"), (b"l", "del")]
    assert world.run("EXISTS l") == 0


def test_a_snapshot_keeps_its_elements_whatever_is_pushed_afterwards() -> None:
    world = Watched()
    world.run("RPUSH l a b")
    moment = world.engine.snapshot()
    world.run("RPUSH l c")
    world.run("LSET l 0 changed")
    world.run("LMOVE l other LEFT LEFT")
    world.engine.restore(moment)
    assert world.run("LRANGE l 0 -1") == [b"a", b"b"]
    assert world.run("EXISTS other") == 0


def test_node_limits_are_those_of_the_moment_when_the_list_was_made() -> None:
    world = Watched()
    world.run("RPUSH l a")
    world.run("CONFIG SET list-max-listpack-size 1")
    world.run("RPUSH l b c")
    world.run("RPUSH m a b c")
    assert _list(world, b"l").node_count == 1
    assert _list(world, b"m").node_count == 3


def test_reading_does_not_copy_a_list_that_a_snapshot_shares() -> None:
    world = Watched()
    world.run("RPUSH l a b")
    shared = _list(world, b"l")
    world.engine.snapshot()
    world.run("LRANGE l 0 -1")
    assert _list(world, b"l") is shared
    world.run("RPUSH l c")
    assert _list(world, b"l") is not shared
