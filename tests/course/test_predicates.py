"""Each predicate says what it finds: right, wrong with what is there, or nothing to compare yet."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.course.predicates.base import Check, Scene, line_text
from tutor.course.predicates.reading import read_check
from tutor.course.schema import Source
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import split
from tutor.engine.engine import Engine
from tutor.engine.world import World

GIVEN = (
    "SET n 10",
    "SET word tea",
    'SET ru "Привет"',
    "SET page x EX 60",
    "RPUSH list a b c",
    "HSET hash name Alice role admin",
    "SADD ints 1 2 3",
    "SADD words x y",
    "ZADD board 100 p1 250 p2",
)


def scene(*lines: str, given: tuple[str, ...] = GIVEN) -> Scene:
    engine = Engine(VirtualClock(), 7)
    session = engine.connect()
    for line in given:
        engine.execute(session, split(line))
    engine.disconnect(session)
    world = World(engine)
    start = engine.snapshot()
    for line in lines:
        world.run(split(line))
    return Scene(world, start)


def check(text: str) -> Check:
    source = Source("lesson.toml", f'id = "it"\n{text}\n')
    found = read_check(source.top)
    source.top.close()
    real = [p for p in source.problems if "unknown key 'id'" not in p.message]
    assert not [p for p in real if "unknown key" not in p.message], real
    return found


def judged(text: str, *lines: str) -> list[tuple[str, str]]:
    one, seen = check(text), scene(*lines)
    verdicts = one.evaluate(seen)
    return [
        (verdict.status, line_text(predicate, verdict))
        for predicate, verdict in zip(one.predicates, verdicts, strict=True)
    ]


@pytest.mark.parametrize(
    ("demand", "status", "text"),
    [
        ('key = "n", exists = true', "ok", "the key exists"),
        ('key = "nil", exists = true', "pending", "the key exists"),
        ('key = "nil", exists = false', "ok", "the key does not exist"),
        ('key = "n", exists = false', "wrong", "the key exists, and should not"),
        ('key = "list", type = "list"', "ok", "type of the key: list"),
        ('key = "n", type = "list"', "wrong", "type of the key: is string, needs list"),
        ('key = "nil", type = "list"', "pending", "type of the key: list"),
        ('key = "n", encoding = "int"', "ok", "encoding: int"),
        ('key = "word", encoding = ["int", "raw"]', "wrong",
         "encoding: is embstr, needs int or raw"),
        ('key = "word", value = "tea"', "ok", "value: “tea”"),
        ('key = "word", value = "coffee"', "wrong", "value: is “tea”, needs “coffee”"),
        ('key = "list", value = "tea"', "wrong", "value: is list, needs “tea”"),
        ('key = "n", int = 10', "ok", "number: 10"),
        ('key = "n", int = { gt = 3, lt = 5 }', "wrong", "number: is 10, needs > 3, < 5"),
        ('key = "word", int = 1', "wrong", "number: is “tea”, needs 1"),
        ('key = "ru", len = 12', "ok", "length: 12"),
        ('key = "list", len = 4', "wrong", "length: is 3, needs 4"),
        ('key = "list", items = ["a", "b", "c"]', "ok", "elements in order: “a”, “b”, “c”"),
        ('key = "list", items = ["c", "a"]', "wrong",
         "elements in order: is “a”, “b”, “c”, needs “c”, “a”"),
        ('key = "board", items = ["p1", "p2"]', "ok", "elements in order: “p1”, “p2”"),
        ('key = "list", range = { from = 0, is = ["a"] }', "ok", "first element: “a”"),
        ('key = "list", range = { from = -1, is = ["a"] }', "wrong",
         "last element: is “c”, needs “a”"),
        ('key = "list", range = { from = 7, is = ["a"] }', "wrong",
         "elements from index 7: is nothing, needs “a”"),
        ('key = "ints", members = ["3", "1", "2"]', "ok", "members: “3”, “1”, “2”"),
        ('key = "words", members = ["x", "z"]', "wrong", "members: missing “z”"),
        ('key = "words", members = ["x"]', "wrong", "members: too many, “y”"),
        ('key = "board", contains = ["p2"]', "ok", "members: “p2”"),
        ('key = "ints", lacks = ["03"]', "ok", "not among the members: “03”"),
        ('key = "ints", lacks = ["3"]', "wrong",
         "among the members: “3”, and should not be"),
        ('key = "hash", fields = { name = "Alice" }', "ok", "fields: name = Alice"),
        ('key = "hash", fields = { name = "Bob", city = "Omsk" }', "wrong",
         "fields: is name = Alice, city — none, needs name = Bob, city = Omsk"),
        ('key = "board", scores = { p1 = 100, p2 = 250.0 }', "ok", "scores: p1 = 100, p2 = 250"),
        ('key = "board", scores = { p1 = 1.5 }', "wrong", "scores: is p1 = 100, needs p1 = 1.5"),
        ('key = "page", ttl_s = { gt = 0, le = 60 }', "ok", "lifetime in seconds: > 0, ≤ 60"),
        ('key = "page", ttl_s = { le = 5 }', "wrong", "lifetime in seconds: is 60, needs ≤ 5"),
        ('key = "n", ttl_s = { le = 5 }', "wrong", "lifetime in seconds: is no limit, needs ≤ 5"),
        ('key = "page", ttl_s = "none"', "wrong", "lifetime in seconds: is 60, needs no limit"),
        ('key = "n", equals_setup = true', "ok", "left as it was"),
        ('key = "word", internals = { "sds.alloc" = 3 }', "ok", "SDS: alloc: 3"),
        ('key = "n", internals = { "sds.alloc" = 3 }', "wrong", "SDS: alloc: is int, needs 3"),
        ('key = "list", internals = { "quicklist.nodes" = 1 }', "ok", "quicklist: nodes: 1"),
        ('key = "ints", internals = { "intset.width" = { ge = 4 } }', "wrong",
         "intset: bytes per number: is 2, needs ≥ 4"),
        ('key = "words", internals = { "hashtable.slots" = 4 }', "ok", "hash table: slots: 4"),
    ],
)  # fmt: skip
def test_a_demand_on_a_key_says_what_is_and_what_should_be(
    demand: str, status: str, text: str
) -> None:
    assert judged(f"expect = {{ {demand} }}") == [(status, text)]


@pytest.mark.parametrize(
    ("text", "lines", "expected"),
    [
        ('reply = { cmd = "GET", key = "word", is = "tea" }', ("GET word", "PING"),
         ("ok", "reply to GET word: \"tea\"")),
        ('reply = { cmd = "GET", is = "tea" }', ("GET n",),
         ("wrong", "reply to GET: is \"10\", needs \"tea\"")),
        ('reply = { cmd = "GET", is = "tea" }', (), ("pending", "reply to GET: \"tea\"")),
        ("reply = 3", ("LLEN list",), ("ok", "reply: (integer) 3")),
        ("reply = { ge = 50, le = 60 }", ("TTL page",), ("ok", "reply: (integer) ≥ 50, ≤ 60")),
        ("reply = { nil = true }", ("GET nothing",), ("ok", "reply: (nil)")),
        ("reply = { status = 'OK' }", ("SET n 1",), ("ok", "reply: OK")),
        ("reply = { error = 'WRONGTYPE' }", ("INCR list",), ("ok", "reply: (error) WRONGTYPE")),
        ("reply = { error = 'not an integer' }", ("INCR word",),
         ("ok", "reply: (error) not an integer")),
        ("reply = { empty = true }", ("LRANGE none 0 -1",), ("ok", "reply: (empty array)")),
        ("reply = { unordered = ['y', 'x'] }", ("SMEMBERS words",),
         ("ok", 'reply: {"y", "x"}')),
        ("reply = ['a', { any = true }]", ("LRANGE list 0 1",),
         ("ok", 'reply: ["a", any reply without an error]')),
        ("reply = ['p1', '100']", ("ZRANGE board 0 0 WITHSCORES",),
         ("ok", 'reply: ["p1", "100"]')),
        ("history = { used = 'append' }", ("APPEND word x",), ("ok", "done with APPEND")),
        ("history = { used = 'append' }", ("APPEND list x",), ("pending", "done with APPEND")),
        ("history = { used = { cmd = 'set', args = ['keepttl'] } }", ("SET page y KEEPTTL",),
         ("ok", "done with SET keepttl")),
        ("history = { not_used = ['DEL', 'UNLINK'] }", ("UNLINK n",),
         ("wrong", "without DEL or UNLINK")),
        ("history = { count = { cmd = 'INCR', le = 1 } }", ("INCR n", "INCR n"),
         ("wrong", "how many times INCR: is 2, needs ≤ 1")),
        ("history = { used = 'object encoding' }", ("OBJECT ENCODING n",),
         ("ok", "done with OBJECT ENCODING")),
        ("conversion = { key = 'word', from = 'embstr', to = 'raw' }", ("APPEND word x",),
         ("ok", "conversion: embstr → raw")),
        ("conversion = { key = 'word', to = 'raw' }", ("SET word y",),
         ("pending", "conversion: … → raw")),
        ("conversion = { key = 'ints', to = 'hashtable' }", ("SADD ints z",),
         ("ok", "conversion: … → hashtable")),
        ("probe = { advance_s = 61, run = ['EXISTS page'], reply = 0 }", (),
         ("ok", "in 61 s EXISTS page: (integer) 0")),
        ("probe = { advance_s = 59, run = ['EXISTS page'], reply = 0 }", (),
         ("wrong", "in 59 s EXISTS page: is (integer) 1, needs (integer) 0")),
        ("probe = { needs = 'nothing', run = ['PING'] }", (),
         ("pending", "PING: any reply without an error")),
        ("any = [{ expect = { key = 'n', int = 1 } }, { expect = { key = 'n', int = 10 } }]", (),
         ("ok", "number: 1, or number: 10")),
        ("all = [{ expect = { key = 'n', int = 10 } }, { expect = { key = 'word', len = 9 } }]", (),
         ("wrong", "length: is 3, needs 9")),
        ("not = { expect = { key = 'n', type = 'list' } }", (),
         ("ok", "not so: type of the key: list")),
    ],
)  # fmt: skip
def test_a_demand_on_the_way_says_what_was_done(
    text: str, lines: tuple[str, ...], expected: tuple[str, str]
) -> None:
    assert judged(text, *lines) == [expected]


def test_what_was_touched_is_no_longer_as_it_was() -> None:
    demand = 'expect = { key = "list", equals_setup = true }'
    assert judged(demand, "RPUSH list d") == [("wrong", "list has changed or is gone")]
    assert judged(demand, "RPUSH list d", "RPOP list") == [("ok", "left as it was")]
    ttl = 'expect = { key = "page", equals_setup = true }'
    assert judged(ttl, "EXPIRE page 7") == [("wrong", "page has changed or is gone")]


def test_judging_changes_nothing_that_a_learner_sees() -> None:
    seen = scene()
    engine = seen.world.engine

    def state() -> Any:
        stats = engine.stats
        tables = [(dict(db.keys.data), dict(db.expires.data)) for db in engine.databases]
        return tables, stats.keyspace_hits, stats.commands_processed, engine.random.getstate()

    before = state()
    for text in (
        'expect = { key = "hash", fields = { name = "Alice" }, len = 2 }',
        'expect = { key = "board", items = ["p1", "p2"] }',
        "probe = { advance_s = 100, run = ['DEL n', 'SPOP words', 'GET page'], "
        "reply = { nil = true } }",
    ):
        assert check(text).holds(seen)
    assert state() == before


def test_an_expired_key_is_gone_without_being_touched() -> None:
    seen = scene()
    clock = seen.world.engine.clock
    assert isinstance(clock, VirtualClock)
    clock.advance(ms=60_001)
    assert check('expect = { key = "page", exists = false }').holds(seen)
    assert b"page" in seen.world.engine.databases[0].keys.data


INTERN = "ACL SETUSER intern on nopass ~cart:* +get"


@pytest.mark.parametrize(
    ("asked", "lines", "right"),
    [
        ('may = ["GET cart:1"]', (INTERN,), True),
        ('may = ["GET order:1"]', (INTERN,), False),
        ('may_not = ["FLUSHALL", "CONFIG SET save x"]', (INTERN,), True),
        ('may_not = ["FLUSHALL"]', (INTERN, "ACL SETUSER intern +@all"), False),
        ('may_not = ["CONFIG SET save x"]', (INTERN, "ACL SETUSER intern +config|set"), False),
        ("nopass = false", (INTERN,), False),
        ("nopass = true", (INTERN,), True),
        ("nopass = false", (INTERN, "ACL SETUSER intern resetpass"), True),
        ("nopass = false", (INTERN, "ACL SETUSER intern off"), True),
        ('may = ["GET cart:1"]', (INTERN, "ACL SETUSER intern off"), False),
        ('may = ["GET cart:1"]', (), False),
        ('may_not = ["FLUSHALL"]', (), True),
    ],
)
def test_rights_are_those_of_a_user_who_is_on(
    asked: str, lines: tuple[str, ...], right: bool
) -> None:
    found = judged(f'acl = {{ user = "intern", {asked} }}', *lines)
    assert all(status == "ok" for status, _ in found) == right


def test_what_a_user_may_not_do_is_told_in_words() -> None:
    text = 'acl = { user = "intern", may_not = ["FLUSHALL"], nopass = false }'
    assert judged(text, "ACL SETUSER intern on nopass +@all") == [
        ("wrong", "intern may not run FLUSHALL"),
        ("wrong", "intern logs in with any password"),
    ]


def test_rights_have_to_ask_something_of_a_user() -> None:
    source = Source("lesson.toml", 'id = "it"\nacl = { user = "intern" }\n')
    read_check(source.top)
    assert any("asks nothing" in problem.message for problem in source.problems)
