"""Streams in virtual time: IDs from the clock, idle times, waiting, undoing."""

from __future__ import annotations

from tests.engine.commands.watched import Watched
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED, NULL_ARRAY, MapReply, Reply, ReplyError
from tutor.engine.world import World


def test_an_id_is_the_time_and_goes_on_where_the_clock_stands() -> None:
    world = Watched()
    now = world.engine.now_ms
    assert world.run("XADD k * f v") == b"%d-0" % now
    assert world.run("XADD k * f v") == b"%d-1" % now
    world.later(5)
    assert world.run("XADD k * f v") == b"%d-0" % (now + 5)


def test_an_id_never_goes_back_with_the_clock() -> None:
    world = Watched()
    future = world.engine.now_ms + 1000
    world.run(f"XADD k {future}-7 f v")
    assert world.run("XADD k * f v") == b"%d-8" % future
    world.run(f"XADD k {future}-18446744073709551615 f v")
    assert world.run("XADD k * f v") == b"%d-0" % (future + 1)


def pending(world: Watched) -> Reply:
    return world.run("XPENDING k g - + 10")


def test_idle_times_are_counted_from_the_last_delivery() -> None:
    world = Watched()
    world.run("XADD k 1-1 f v")
    world.run("XGROUP CREATE k g 0")
    world.run("XREADGROUP GROUP g ann STREAMS k >")
    world.later(700)
    assert pending(world) == [[b"1-1", b"ann", 700, 1]]
    world.run("XREADGROUP GROUP g ann STREAMS k 0")
    world.later(300)
    assert pending(world) == [[b"1-1", b"ann", 300, 2]]
    assert world.run("XPENDING k g IDLE 301 - + 10") == []
    assert world.run("XCLAIM k g bob 301 1-1") == []
    assert world.run("XCLAIM k g bob 300 1-1 JUSTID") == [b"1-1"]
    assert pending(world) == [[b"1-1", b"bob", 0, 2]]


def test_a_claim_may_set_the_time_of_delivery_but_not_in_the_future() -> None:
    world = Watched()
    world.run("XADD k 1-1 f v")
    world.run("XGROUP CREATE k g 0")
    world.run("XCLAIM k g ann 0 1-1 FORCE IDLE 2500 RETRYCOUNT 4")
    assert pending(world) == [[b"1-1", b"ann", 2500, 4]]
    world.run("XCLAIM k g ann 0 1-1 IDLE -2500 RETRYCOUNT 4")
    assert pending(world) == [[b"1-1", b"ann", 0, 4]]
    world.run(f"XCLAIM k g ann 0 1-1 TIME {world.engine.now_ms - 40} RETRYCOUNT 4")
    assert pending(world) == [[b"1-1", b"ann", 40, 4]]


def test_a_consumer_is_seen_when_it_is_given_something() -> None:
    world = Watched()
    world.run("XADD k 1-1 f v")
    world.run("XGROUP CREATE k g 0")
    world.run("XREADGROUP GROUP g ann STREAMS k >")
    world.later(60)
    world.run("XREADGROUP GROUP g ann STREAMS k >")
    assert world.run("XINFO CONSUMERS k g")[0][b"idle"] == 60
    world.run("XREADGROUP GROUP g ann STREAMS k 0")
    assert world.run("XINFO CONSUMERS k g")[0][b"idle"] == 0


def test_a_wait_in_milliseconds_ends_with_a_null_array() -> None:
    world = Watched()
    waiting = world.connect()
    assert waiting.run("XREAD BLOCK 100 STREAMS k $") is BLOCKED
    world.later(99)
    assert waiting.answers == []
    world.later(2)
    assert waiting.answers == [NULL_ARRAY]


def test_who_waits_for_a_group_is_told_that_the_stream_has_expired() -> None:
    world = Watched()
    world.run("XGROUP CREATE k g $ MKSTREAM")
    first, second = world.connect(), world.connect()
    first.run("XREADGROUP GROUP g ann BLOCK 0 STREAMS k >")
    second.run("XREAD BLOCK 0 STREAMS k $")
    world.run("PEXPIRE k 50")
    world.later(51)
    assert first.answers == [ReplyError("UNBLOCKED the stream key no longer exists")]
    assert second.answers == []
    world.run("XADD k 1-1 f v")
    assert second.answers == [MapReply([[b"k", [[b"1-1", [b"f", b"v"]]]]])]


def test_entries_and_acknowledgements_can_be_undone() -> None:
    world = World(Engine(VirtualClock(), seed=1))

    def run(line: str) -> Reply:
        return world.run(line.encode().split())

    for number in range(1, 4):
        run(f"XADD k {number}-0 f v")
    run("XGROUP CREATE k g 0")
    run("XREADGROUP GROUP g ann STREAMS k >")
    before = run("DUMP k")
    for line in ("XADD k 4-0 f v", "XDEL k 2-0", "XACK k g 1-0", "XCLAIM k g bob 0 3-0"):
        run(line)
        assert run("DUMP k") != before
        world.undo()
        assert run("DUMP k") == before
    run("XACK k g 1-0")
    after = run("DUMP k")
    world.undo()
    world.redo()
    assert run("DUMP k") == after


def test_acknowledging_and_reading_for_a_group_announce_nothing() -> None:
    world = Watched()
    world.run("XADD k 1-1 f v")
    world.run("XGROUP CREATE k g 0")
    world.take_events()
    world.run("XREADGROUP GROUP g ann STREAMS k >")
    assert world.take_events() == [(b"k", "xgroup-createconsumer")]
    world.run("XACK k g 1-1")
    assert world.take_events() == []
