"""What has a name besides keys (of a real server: tests/oracle/test_remote)."""

from __future__ import annotations

import pytest

from tests.console.test_backend import filled
from tutor.console.things import QUESTIONS, Thing

THINGS = (
    "XADD log 1-1 f v",
    "XADD log 2-1 f v",
    "XDEL log 2-1",
    "XGROUP CREATE log workers 0",
    "XGROUP CREATECONSUMER log workers boris",
    "XGROUP CREATECONSUMER log workers anna",
    "SET text abc",
    "ACL SETUSER anna on",
    'SCRIPT LOAD "return 1"',
    'FUNCTION LOAD "#!lua name=mylib\\n'
    "redis.register_function('hello', function() return 1 end)\"",
)
LISTENING = ("SUBSCRIBE news", "SSUBSCRIBE shard", "PSUBSCRIBE n*")
EXPECTED: list[tuple[Thing, tuple[bytes, ...], list[bytes]]] = [
    ("group", (b"log",), [b"workers"]),
    ("group", (b"text",), []),
    ("group", (b"nothing",), []),
    ("consumer", (b"log", b"workers"), [b"anna", b"boris"]),
    ("consumer", (b"log", b"nobody"), []),
    ("entry", (b"log",), [b"1-1"]),
    ("last-id", (b"log",), [b"2-1"]),
    ("channel", (), [b"news"]),
    ("user", (), [b"anna", b"default"]),
    ("function", (), [b"hello"]),
    ("library", (), [b"mylib"]),
]
OWN: list[tuple[Thing, tuple[bytes, ...], list[bytes]]] = [
    ("shard-channel", (), [b"shard"]),
    ("own-channel", (), [b"news"]),
    ("own-shard-channel", (), [b"shard"]),
    ("own-pattern", (), [b"n*"]),
    ("me", (), [b"default"]),
    ("script", (), [b"e0e1f9fabfc9d4800c877a703b823ac0578ff8db"]),
]


@pytest.mark.parametrize(("thing", "of", "names"), EXPECTED + OWN)
def test_the_names_of_things(thing: Thing, of: tuple[bytes, ...], names: list[bytes]) -> None:
    assert filled(*THINGS, *LISTENING).named(thing, of) == names


def test_looking_at_them_changes_nothing() -> None:
    backend = filled("SET text abc")
    before = backend.world.engine.stats.dirty, len(backend.world.history)
    for thing in (*QUESTIONS, *(own for own, _of, _names in OWN)):
        assert backend.named(thing, [b"text", b"group"]) in ([], [b"default"])
    assert (backend.world.engine.stats.dirty, len(backend.world.history)) == before


def test_the_key_or_channel_that_is_denied() -> None:
    backend = filled("ACL SETUSER anna on nopass ~user:* +@all", "AUTH anna x")
    assert backend.denied([b"MGET", b"user:1", b"other"]) == b"other"
    assert backend.denied([b"PUBLISH", b"news", b"x"]) == b"news"
    assert backend.denied([b"GET", b"user:1"]) is None
    assert backend.denied([b"NOSUCH"]) is None
