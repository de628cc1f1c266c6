"""Bitmaps, HyperLogLogs, geo and small commands: what the oracle cannot show."""

from __future__ import annotations

import pytest

from tests.engine.commands.watched import Watched
from tutor.engine.events import Conversion
from tutor.engine.replies import NULL_ARRAY, OK, ReplyError, Verbatim


def test_the_first_bit_set_in_a_short_text_makes_it_raw_and_says_so() -> None:
    world = Watched()
    world.run("SET k abc")
    world.run("SETBIT k 0 0")
    assert world.conversions == [Conversion(0, b"k", "embstr", "raw", "append")]


@pytest.mark.parametrize(
    "change", ["SETBIT k 3 1", "BITFIELD k SET u8 0 7", "PFADD h new", "PFCOUNT h", "PFMERGE h g"]
)
def test_a_change_leaves_an_earlier_moment_as_it_was(change: str) -> None:
    world = Watched()
    world.run("SETBIT k 100 1")
    world.run("PFADD h a b c")
    world.run("PFADD g d")
    before = [world.run("GET k"), world.run("GET h")]
    moment = world.engine.snapshot()
    world.run(change)
    assert [world.run("GET k"), world.run("GET h")] != before
    world.engine.restore(moment)
    assert [world.run("GET k"), world.run("GET h")] == before


def test_counting_a_hyperloglog_breaks_a_watch_without_an_event() -> None:
    world = Watched()
    world.run("PFADD h a")
    other = world.connect()
    other.run("WATCH h")
    world.take_events()
    world.run("PFCOUNT h")
    assert world.take_events() == [(b"h", "")]
    other.run("MULTI")
    other.run("PING")
    assert other.run("EXEC") is NULL_ARRAY


def test_bits_across_the_blocks_of_a_long_string_are_found_and_counted() -> None:
    world = Watched()
    far = 3 * 65_536 * 8 + 5
    world.run(f"SETBIT k {far} 1")
    assert world.run("BITCOUNT k") == 1
    assert world.run("BITPOS k 1") == far
    assert world.run(f"BITPOS k 0 {far} -1 BIT") == far + 1
    world.run("BITOP NOT n k")
    assert world.run("BITPOS n 0") == far
    assert world.run("BITOP XOR x n k") == far // 8 + 1
    assert world.run("BITPOS x 0 0 -1") == -1
    assert world.run("BITCOUNT x") == 8 * (far // 8 + 1)


def test_the_self_test_of_hyperloglogs_passes() -> None:
    assert Watched().run("PFSELFTEST") is OK


@pytest.mark.parametrize(
    ("words", "width"), [("5 30", 30), ("6 12 3", 12), ("5", 66), ("6 0 0", 1)]
)
def test_lolwut_draws_a_picture_of_the_width_asked_for(words: str, width: int) -> None:
    reply = Watched().run(f"LOLWUT VERSION {words}")
    assert isinstance(reply, Verbatim)
    lines = reply.decode().split("\n")
    assert {len(line) for line in lines[: lines.index("")]} == {width}
    assert lines[lines.index("") - 1] == "█" * width
    assert reply.endswith(b"Redis ver. 7.0.15\n")


def test_paused_cron_lets_dead_keys_lie() -> None:
    world = Watched()
    world.run("CONFIG SET enable-debug-command yes")
    world.run("SET k v PX 10")
    world.engine.cron.paused = True
    world.later(100)
    assert world.run("DBSIZE") == 1
    world.engine.cron.paused = False
    world.later(100)
    assert world.run("DBSIZE") == 0


def test_a_module_cannot_be_loaded_even_where_it_is_allowed() -> None:
    world = Watched()
    world.engine.config.enable_module_command = "yes"
    reply = world.run("MODULE LOAD x.so")
    assert isinstance(reply, ReplyError)
    assert reply.message.startswith("ERR Error loading the extension")
    reply = world.run("MODULE UNLOAD x")
    assert isinstance(reply, ReplyError)
    assert "no such module" in reply.message
