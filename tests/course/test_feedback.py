"""Which rule speaks: the first that fits the last command, the history, the state, the change."""

from __future__ import annotations

import pytest

from tutor.course.feedback import choose
from tutor.course.model import FeedbackRule
from tutor.course.predicates.base import Scene
from tutor.course.rules import read_rule
from tutor.course.schema import Source
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import split
from tutor.engine.engine import Engine
from tutor.engine.world import World


def rule(when: str) -> FeedbackRule:
    source = Source("lesson.toml", f'id = "it"\nwhen = {{ {when} }}\n')
    found = read_rule(source.top, ["first", "second"])
    assert source.problems == []
    return found


def fits(when: str, *lines: str, green: frozenset[str] = frozenset()) -> bool:
    engine = Engine(VirtualClock(), 7)
    session = engine.connect()
    for line in ("SET k v EX 60", "RPUSH l a", "SET n 5"):
        engine.execute(session, split(line))
    engine.disconnect(session)
    world = World(engine)
    start = engine.snapshot()
    for line in lines:
        world.run(split(line))
    return choose([rule(when)], Scene(world, start), green) is not None


@pytest.mark.parametrize(
    ("when", "line"),
    [
        ('cmd = "SET"', "set k x"),
        ('cmd = ["GET", "SETEX"]', "SETEX k 5 v"),
        ('key = "k"', "EXPIRE k 5"),
        ('cmd = "SET", args = ["px", "60"]', "SET k v PX 60"),
        ('cmd = "SET", no_args = ["KEEPTTL"]', "SET k v"),
        ('cmd = "OBJECT ENCODING"', "object encoding k"),
        ("reply = { error = 'WRONGTYPE' }", "INCR l"),
        ('cmd = "EXPIRE", reply = 0', "EXPIRE nothing 5"),
        ('state = { key = "k", value = "x" }', "SET k x"),
        ('key = "k", state = { ttl_s = "none" }', "PERSIST k"),
        ('diff = { key = "k", ttl = "removed" }', "SET k v"),
        ('diff = { key = "k", ttl = "kept", value = "changed" }', "SET k x KEEPTTL"),
        ('diff = { key = "n", ttl = "added" }', "EXPIRE n 5"),
        ('diff = { key = "k", ttl = "changed", value = "kept" }', "EXPIRE k 5"),
        ('diff = { exists = "created" }', "SET fresh 1"),
        ('diff = { key = "n", exists = "deleted" }', "DEL n"),
        ('diff = { key = "l", len = "grew", value = "changed" }', "RPUSH l b"),
        ('diff = { key = "n", encoding = "changed", len = "grew" }', "APPEND n x"),
        ('diff = { key = "l", type = "changed" }', "SET l x"),
        ('diff = { key = "l", value = "kept" }', "LRANGE l 0 -1"),
        ('used = "get"', "GET k"),
        ('used = { cmd = "EXPIRE", reply = 0 }', "EXPIRE nothing 1"),
        ('not_used = "DEL", check_failed = "first"', "GET k"),
    ],
)
def test_a_rule_fits_what_it_describes_and_nothing_else(when: str, line: str) -> None:
    assert fits(when, line)
    if not any(word in when for word in ("not_used", "state", '"kept" }')):
        assert not fits(when, "STRLEN other")


def test_history_rules_look_back_and_rules_of_the_last_command_do_not() -> None:
    assert fits('used = "GET"', "GET k", "PING")
    assert not fits('cmd = "GET"', "GET k", "PING")
    assert not fits('not_used = "GET", check_failed = "first"', "GET k", "PING")
    assert not fits('cmd = "SET"')


def test_rules_may_ask_which_checks_are_green() -> None:
    when = 'check_passed = "first", check_failed = "second"'
    assert fits(when, "PING", green=frozenset({"first"}))
    assert not fits(when, "PING")
    assert not fits(when, "PING", green=frozenset({"first", "second"}))


def test_the_first_rule_that_fits_is_said() -> None:
    rules = [rule('cmd = "GET"'), rule('used = "SET"'), FeedbackRule("start", 1)]
    world = World(Engine(VirtualClock(), 7))
    scene = Scene(world, world.engine.snapshot())
    world.run([b"SET", b"k", b"v"])
    assert choose(rules, scene, ()) is rules[1]
    world.run([b"GET", b"k"])
    assert choose(rules, scene, ()) is rules[0]
