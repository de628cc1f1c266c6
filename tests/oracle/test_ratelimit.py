"""The limiters' commands and scripts on the real server: the same replies, the same keys."""

from __future__ import annotations

import random

import pytest

from tests.oracle.raw import Error, RawConnection, Simple
from tutor.engine.replies import ReplyError, Status
from tutor.labs.ratelimit.frame import Knobs
from tutor.labs.ratelimit.lane import LimiterLane
from tutor.labs.ratelimit.ways import NAMES, WAYS, Ask

LONG = 3600
"""A window that no test outlives: what a limiter replies must not depend on how fast a test is."""


def _neutral(reply: object) -> object:
    if isinstance(reply, ReplyError):
        return Error(str(reply).encode())
    if isinstance(reply, Status):
        return Simple(bytes(reply))
    return [_neutral(one) for one in reply] if isinstance(reply, list) else reply


@pytest.mark.parametrize("name", NAMES)
def test_a_limiter_hears_the_same_from_the_real_server(name: str, raw: RawConnection) -> None:
    chance = random.Random(7)
    knobs = Knobs("steady", 5, LONG, 50, users=3, workers=1, pause_ms=0)
    lane = LimiterLane(name, chance.randrange(1 << 20), knobs)
    lane.run_to(1_000_000)
    assert {one.outcome for one in lane.decided} == {"accepted", "refused"}
    for sent in lane.wire:
        theirs, ours = raw.call(*sent.argv), _neutral(sent.reply)
        if name == "gcra" and isinstance(ours, int) and ours > 0:  # milliseconds to wait
            assert isinstance(theirs, int)
            assert abs(theirs - ours) < 60_000
        else:
            assert theirs == ours, sent.told()
    keys = lane.take().keys
    assert len(keys) == 3
    for key in keys:
        assert raw.call(b"TYPE", key.name.encode()) == Simple(key.type.encode())
        assert raw.call(b"MEMORY", b"USAGE", key.name.encode()) == key.size
        left = raw.call(b"TTL", key.name.encode())
        assert 0 < left <= 2 * LONG
    if name != "lua":
        return
    at = raw.call(b"PEXPIRETIME", keys[0].name.encode())
    assert (at + 1) % (LONG * 1000) == 0  # the window of the clock ends then


@pytest.mark.parametrize("name", NAMES)
def test_a_limiter_lets_as_many_pass_on_the_real_server(name: str, raw: RawConnection) -> None:
    """The routine itself, against the real server's replies."""
    passed = 0
    for number in range(20):
        routine, reply = WAYS[name](Ask("42", f"r{number}", 5, LONG)), None
        try:
            wish = next(routine)
            while True:
                reply = raw.call(*wish.argv)
                if isinstance(reply, Error):
                    wish = routine.throw(ReplyError(reply.text.decode()))
                else:
                    wish = routine.send(reply)
        except StopIteration as end:
            passed += end.value
    assert passed == 5
