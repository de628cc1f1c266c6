"""Seconds on memcached 1.6.18 and on ours: what goes, what stays, and never too early.

Both count whole seconds and tick when they like: what lives for n seconds is there for more than
n - 1 and gone soon after n. How soon is not asked, for the machine may be busy.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.oracle.memcached.pair import Pair, pair, talk

LIVES_S = 3
PATIENCE_S = 60

SET = b"set K 0 0 1\r\nx\r\n"
ENDS = {
    b"set": b"set K 0 3 1\r\nx\r\n",
    b"ms": b"ms K 1 T3\r\nx\r\n",
    b"touch": SET + b"touch K 3\r\n",
    b"gat": b"set K 0 1000 1\r\nx\r\ngat 3 K\r\n",
    b"mg-T": SET + b"mg K T3\r\n",
    b"mg-N": b"mg K N3\r\n",
    b"ma-N": b"ma K N3\r\n",
    b"md-I-T": SET + b"md K I T3\r\n",
    b"append": b"set K 0 3 1\r\nx\r\nappend K 0 0 1\r\ny\r\n",
    b"incr": b"set K 0 3 1\r\n9\r\nincr K 1\r\n",
}
"""How a key comes to live for 3 seconds."""


@pytest.fixture
def both() -> Iterator[Pair]:
    with pair() as servers:
        yield servers


def lifetimes(both: Pair, keys: list[bytes], since: float) -> dict[tuple[int, bytes], float]:
    """Seconds until each key was missed, by server and key."""
    left = [(port, key) for port in (both.ours, both.theirs) for key in keys]
    found: dict[tuple[int, bytes], float] = {}
    while left:
        assert time.monotonic() - since < PATIENCE_S
        time.sleep(0.05)
        for port, key in list(left):
            if talk(port, [b"mg %b u\r\n" % key]) == b"EN\r\n":
                found[port, key] = time.monotonic() - since
                left.remove((port, key))
    return found


def test_a_lifetime_ends_on_both_and_not_before(both: Pair) -> None:
    text = b"".join(commands.replace(b"K", key) for key, commands in ENDS.items())
    since = time.monotonic()
    both.agree(text)
    for who, lived in lifetimes(both, list(ENDS), since).items():
        assert lived > LIVES_S - 1, who


def test_flush_all_waits(both: Pair) -> None:
    """The second in which it comes into force begins one before the one that was asked for."""
    since = time.monotonic()
    both.agree(SET + b"flush_all 3\r\n")
    for who, lived in lifetimes(both, [b"K"], since).items():
        assert lived > LIVES_S - 2, who
    both.agree(SET + b"get K\r\n")


def test_what_gets_another_life_in_time_stays(both: Pair) -> None:
    since = time.monotonic()
    both.agree(b"set kept 0 2 1\r\nx\r\nset lost 0 2 1\r\nx\r\ntouch kept 1000\r\n")
    both.agree(b"set forever 0 2 1\r\nx\r\nmg forever T0\r\n")
    lifetimes(both, [b"lost"], since)
    both.agree(b"get kept lost forever\r\nmg kept t\r\nmg forever t\r\nadd lost 0 0 1\r\ny\r\n")
