"""Sets: what the oracle cannot show."""

from __future__ import annotations

import pytest

from tests.engine.commands.watched import Watched
from tutor.engine.events import Conversion
from tutor.engine.values import Set


def _set(world: Watched, key: bytes) -> Set:
    value = world.engine.databases[0].keys.data[key]
    assert isinstance(value, Set)
    return value


def test_a_member_that_is_no_integer_makes_a_table_and_says_so() -> None:
    world = Watched()
    world.run("SADD s 1 2 x")
    assert world.conversions == [Conversion(0, b"s", "intset", "hashtable", "not_integer")]


def test_one_integer_too_many_makes_a_table_and_names_the_limit() -> None:
    world = Watched()
    world.run("CONFIG SET set-max-intset-entries 3")
    world.run("SADD s 1 2 3")
    assert world.conversions == []
    world.run("SADD s 4")
    (conversion,) = world.conversions
    assert (conversion.cause, conversion.actual, conversion.limit) == ("entries", 4, 3)
    assert conversion.directive == "set-max-intset-entries"


def test_what_is_only_answered_announces_nothing() -> None:
    world = Watched()
    world.run("CONFIG SET set-max-intset-entries 3")
    world.run("SADD a 1 2 3")
    world.run("SADD b 4 5 6")
    world.take_events()
    world.run("SUNION a b")
    world.run("SDIFF a b")
    assert world.conversions == []
    assert world.take_events() == []


def test_adding_a_member_that_is_there_may_grow_the_table() -> None:
    world = Watched()
    world.run("SADD s a b c d")
    table = _set(world, b"s").table
    assert table is not None
    assert table.slots == 4
    world.run("SADD s a")
    assert table.slots == 4 + 8


def test_spop_of_nearly_all_members_leaves_a_new_set_and_the_ttl() -> None:
    world = Watched()
    world.run("SADD s 1 2 3 4 5 6 7 8 9 10 11 12 x")
    world.run("SREM s x")
    world.run("EXPIRE s 1000")
    assert world.run("OBJECT ENCODING s") == b"hashtable"
    taken = world.run("SPOP s 11")
    assert len(set(taken)) == 11
    assert world.run("OBJECT ENCODING s") == b"intset"
    assert world.run("TTL s") == 1000
    assert world.conversions[-1] == Conversion(0, b"s", "hashtable", "intset", "store")


@pytest.mark.parametrize("members", ["1 2 3 4 5 6 7 8 9 10", "a b c d e f g h i j"])
@pytest.mark.parametrize("count", [1, 2, 5, 9, 10, 20])
def test_picks_are_members_and_differ_from_one_another(members: str, count: int) -> None:
    world = Watched()
    world.run(f"SADD s {members}")
    picked = world.run(f"SRANDMEMBER s {count}")
    assert len(picked) == len(set(picked)) == min(count, 10)
    assert set(picked) <= set(members.encode().split())
    popped = world.run(f"SPOP s {count}")
    assert len(popped) == len(set(popped)) == min(count, 10)
    assert world.run("SCARD s") == 10 - len(popped)


def test_a_negative_count_may_repeat_members() -> None:
    world = Watched()
    world.run("SADD s a b")
    picked = world.run("SRANDMEMBER s -50")
    assert len(picked) == 50
    assert set(picked) == {b"a", b"b"}


def test_the_same_seed_picks_the_same_members() -> None:
    def picks(seed: int) -> list[object]:
        world = Watched(seed)
        world.run("SADD s a b c d e f g h i j k l m n o p")
        return [world.run("SRANDMEMBER s 3"), world.run("SPOP s"), world.run("SPOP s 4")]

    assert picks(7) == picks(7)
    assert picks(7) != picks(8)


def test_every_member_is_picked_sooner_or_later() -> None:
    world = Watched()
    world.run("SADD s a b c d e f g h")
    seen = {world.run("SRANDMEMBER s") for _ in range(500)}
    assert len(seen) == 8


def test_a_difference_that_removes_leaves_the_table_of_the_first_set() -> None:
    world = Watched()
    world.run("SADD big", *(b"m%d" % i for i in range(40)))
    world.run("SADD same", *(b"m%d" % i for i in range(30)))
    for name in ("s1", "s2", "s3"):
        world.run(f"SADD {name} none")
    world.run("SDIFFSTORE d big same s1 s2 s3")
    table = _set(world, b"d").table
    assert table is not None
    assert (len(table), table.slots) == (10, 64)
