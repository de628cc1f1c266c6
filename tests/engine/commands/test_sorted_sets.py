"""Sorted sets: what the oracle cannot show."""

from __future__ import annotations

import random

import pytest

from tests.engine.commands.watched import Watched
from tutor.engine.values import Zset


def _zset(world: Watched, key: bytes) -> Zset:
    value = world.engine.databases[0].keys.data[key]
    assert isinstance(value, Zset)
    return value


def test_one_member_too_many_makes_a_skiplist_and_names_the_limit() -> None:
    world = Watched()
    world.run("CONFIG SET zset-max-listpack-entries 2")
    world.run("ZADD z 1 a 2 b")
    world.run("ZADD z 5 b")
    assert world.conversions == []
    world.run("ZADD z 3 c")
    (conversion,) = world.conversions
    assert (conversion.cause, conversion.actual, conversion.limit) == ("entries", 3, 2)
    assert conversion.directive == "zset-max-listpack-entries"


def test_a_long_member_makes_a_skiplist_and_names_the_limit() -> None:
    world = Watched()
    world.run("ZADD z 1 a")
    world.run("ZADD z 2", b"x" * 65)
    (conversion,) = world.conversions
    assert (conversion.cause, conversion.actual, conversion.limit) == ("value_length", 65, 64)


def test_a_stored_result_of_another_encoding_is_announced() -> None:
    world = Watched()
    world.run("ZADD d 1", b"x" * 65)
    world.run("ZADD z 1 a")
    world.run("ZUNIONSTORE d 1 z")
    (conversion,) = world.conversions
    assert (conversion.before, conversion.after) == ("skiplist", "listpack")
    assert conversion.cause == "store"


def test_the_129th_member_leaves_a_table_on_the_move() -> None:
    world = Watched()
    for i in range(129):
        world.run(f"ZADD z {i} m{i}")
    table = _zset(world, b"z").table
    assert table is not None
    assert (table.size0, table.size1) == (128, 256)


def test_a_stored_union_has_a_table_made_to_measure() -> None:
    world = Watched()
    world.run("SADD s", *(b"m%d" % i for i in range(200)))
    world.run("ZUNIONSTORE d 1 s")
    table = _zset(world, b"d").table
    assert table is not None
    assert (table.size0, table.size1) == (256, 0)


def test_an_increment_that_is_no_number_changes_nothing() -> None:
    world = Watched()
    world.run("ZADD z inf a")
    world.take_events()
    assert "NaN" in world.run("ZINCRBY z -inf a").message
    assert world.take_events() == []
    assert world.run("ZSCORE z a") == float("inf")


@pytest.mark.parametrize("limit", ["0", "128"])
def test_random_histories_agree_with_a_sorted_list(limit: str) -> None:
    """The same members, ranks and ranges in both encodings."""
    world = Watched()
    world.run(f"CONFIG SET zset-max-listpack-entries {limit}")
    chance = random.Random(3)
    model: dict[bytes, float] = {}
    for _ in range(2000):
        member, score = b"m%d" % chance.randrange(100), chance.randrange(-20, 20)
        if chance.random() < 0.7:
            world.run("ZADD z", b"%d" % score, member)
            model[member] = score
        else:
            world.run("ZREM z", member)
            model.pop(member, None)
    ordered = sorted(model, key=lambda member: (model[member], member))
    assert world.run("ZRANGE z 0 -1") == ordered
    assert [world.run("ZRANK z", member) for member in ordered] == list(range(len(ordered)))
    for low in range(-21, 21, 5):
        wanted = [member for member in ordered if low < model[member] <= low + 7]
        assert world.run(f"ZRANGEBYSCORE z ({low} {low + 7}") == wanted
        assert world.run(f"ZCOUNT z ({low} {low + 7}") == len(wanted)
    if _zset(world, b"z").skiplist is not None:
        _zset(world, b"z").skiplist.check()  # type: ignore[union-attr]


def test_a_snapshot_keeps_scores_and_towers() -> None:
    world = Watched()
    world.run("CONFIG SET zset-max-listpack-entries 0")
    world.run("ZADD z 1 a 2 b 3 c")
    moment = world.engine.snapshot()
    world.run("ZADD z 9 a 4 d")
    world.run("ZREMRANGEBYRANK z 0 1")
    world.engine.restore(moment)
    assert world.run("ZRANGE z 0 -1") == [b"a", b"b", b"c"]
    assert world.run("ZSCORE z a") == 1.0


def test_the_same_seed_builds_the_same_towers() -> None:
    def towers(seed: int) -> list[int]:
        world = Watched(seed)
        world.run("CONFIG SET zset-max-listpack-entries 0")
        for i in range(300):
            world.run(f"ZADD z {i} m{i}")
        return [node.height for node in _zset(world, b"z").skiplist or ()]

    assert towers(7) == towers(7)
    assert towers(7) != towers(8)


@pytest.mark.parametrize("limit", ["0", "128"])
@pytest.mark.parametrize("count", [1, 3, 10, 30])
def test_picks_are_different_members_with_their_scores(limit: str, count: int) -> None:
    world = Watched()
    world.run(f"CONFIG SET zset-max-listpack-entries {limit}")
    for i in range(10):
        world.run(f"ZADD z {i} m{i}")
    picked = world.run(f"ZRANDMEMBER z {count} WITHSCORES")
    assert len(dict(picked)) == len(picked) == min(count, 10)
    assert all(member == b"m%d" % score for member, score in picked)
    assert len(world.run(f"ZRANDMEMBER z -{count}")) == count
