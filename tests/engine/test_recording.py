"""Slow motion: what a film tells is what the structures did, and filming changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.test_world import keyspace
from tests.oracle.command_strategies import Words, any_command
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import split
from tutor.engine.engine import Engine
from tutor.engine.inspect import inspect
from tutor.engine.recording import (
    Film,
    PoolImage,
    Step,
    record,
    record_entry,
    record_expiry,
    reel,
)
from tutor.engine.recording.reel import ACTS_MOST
from tutor.engine.replies import BLOCKED, ReplyError
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.trace import births
from tutor.engine.structures.window import Window
from tutor.engine.values import Hash, Set, Zset
from tutor.engine.world import World


def world_of(*lines: str, seed: int = 5) -> World:
    world = World(Engine(clock=VirtualClock(), seed=seed))
    for line in lines:
        world.run(split(line))
    return world


def film_of(world: World) -> Film:
    """The film of the last command."""
    return record_entry(world, len(world.history) - 1)


def kinds(film: Film) -> list[str]:
    return [step.kind for step in film.steps]


def steps(film: Film, kind: str) -> list[Step]:
    return [step for step in film.steps if step.kind == kind]


def leaderboard(members: int) -> str:
    pairs = " ".join(f"{10 * number} p{number}" for number in range(members))
    return f"ZADD lb {pairs}"


BIG = "CONFIG SET zset-max-listpack-entries 0"


# skiplists

scores = st.integers(-50, 50)
zsets = st.dictionaries(st.integers(0, 60), scores, min_size=1, max_size=45)


def links_of(layout: SkiplistLayout) -> dict[tuple[int, int], tuple[int | None, int]]:
    """(rank the link starts from, level) to (rank it leads to, span)."""
    found = {(-1, link.level): (link.target_rank, link.span) for link in layout.header}
    for tower in layout.towers:
        for link in tower.links:
            found[tower.rank, link.level] = (link.target_rank, link.span)
    return found


@settings(max_examples=60)
@given(zsets, st.integers(0, 60), st.integers(0, 1000))
def test_a_search_follows_links_that_are_there_and_their_spans_add_up_to_the_rank(
    members: dict[int, int], wanted: int, seed: int
) -> None:
    pairs = " ".join(f"{score} m{number}" for number, score in members.items())
    world = world_of(BIG, f"ZADD z {pairs}", f"ZRANK z m{wanted}", seed=seed)
    film = film_of(world)
    rank, level = -1, None
    for step in film.steps:
        if not step.kind.startswith("skiplist."):
            continue
        assert isinstance(step.image, SkiplistLayout)
        links = links_of(step.image)
        if step.kind == "skiplist.move":
            facts = step.facts
            assert links[rank, facts["level"]] == (facts["rank"], facts["span"])
            assert level is None or facts["level"] <= level
            rank, level = facts["rank"], facts["level"]
    reply = world.history[-1].reply
    assert (reply is None) == (wanted not in members)
    if isinstance(reply, int):
        found = steps(film, "skiplist.rank")[-1]
        assert found.facts["at"] == reply == rank + 1
        assert sum(step.facts["span"] for step in steps(film, "skiplist.move")) == reply


@settings(max_examples=60)
@given(zsets, st.integers(0, 80), scores, st.integers(0, 1000))
def test_the_last_image_of_an_insertion_is_the_list_as_it_is(
    members: dict[int, int], member: int, score: int, seed: int
) -> None:
    pairs = " ".join(f"{one} m{number}" for number, one in members.items())
    world = world_of(BIG, f"ZADD z {pairs}", f"ZADD z {score} m{member}", seed=seed)
    film = film_of(world)
    shown = [step.image for step in film.steps if isinstance(step.image, SkiplistLayout)]
    real = inspect(world.engine, 0, b"z", Window(0, 200))
    assert real is not None
    assert isinstance(real.layout, SkiplistLayout)
    assert film.reply == world.history[-1].reply
    if not steps(film, "skiplist.link"):
        return
    towers = {tower.rank: tower for tower in real.layout.towers}
    assert shown[-1].header == real.layout.header
    assert shown[-1].level == real.layout.level
    assert all(towers[tower.rank] == tower for tower in shown[-1].towers)
    link = steps(film, "skiplist.link")[-1]
    assert towers[link.facts["at"]].member == b"m%d" % member
    assert towers[link.facts["at"]].height == link.facts["height"]


def test_coins_are_tossed_until_one_is_lost_and_the_tower_is_as_high() -> None:
    for seed in range(30):
        film = film_of(world_of(BIG, leaderboard(20), "ZADD lb 55 new", seed=seed))
        coins = [step.facts for step in steps(film, "skiplist.coin")]
        assert [coin["won"] for coin in coins] == [True] * (len(coins) - 1) + [False]
        assert all(coin["won"] == (coin["draw"] < 0.25) for coin in coins)
        assert steps(film, "skiplist.link")[0].facts["height"] == len(coins)


def test_a_film_of_a_large_sorted_set_costs_the_way() -> None:
    world = World(Engine(seed=3))
    for start in range(0, 60_000, 1000):
        words = [b"ZADD", b"z"]
        for number in range(start, start + 1000):
            words += [b"%d" % (7 * number), b"m%d" % number]
        world.engine.execute(world.session, words)
    world.run([b"ZADD", b"z", b"210000.5", b"new"])
    film = film_of(world)
    assert film.reply == 1
    assert len(film.steps) < 120
    towers = [len(one.image.towers) for one in film.steps if isinstance(one.image, SkiplistLayout)]
    assert max(towers) < 120
    assert steps(film, "skiplist.link")[0].facts["at"] == 30_001


def test_a_member_that_stays_in_its_place_only_gets_another_score() -> None:
    film = film_of(world_of(BIG, "ZADD z 1 a 5 b 9 c", "ZADD z 6 b"))
    assert kinds(film)[-2:] == ["skiplist.stay", "key.after"]
    assert "skiplist.link" not in kinds(film)


def test_a_member_that_moves_is_unlinked_and_linked() -> None:
    film = film_of(world_of(BIG, "ZADD z 1 a 5 b 9 c", "ZADD z 20 a"))
    told = [kind for kind in kinds(film) if kind in ("skiplist.unlink", "skiplist.link")]
    assert told == ["skiplist.unlink", "skiplist.link"]


def test_a_conversion_shows_the_listpack_some_insertions_and_the_new_member() -> None:
    film = film_of(world_of(leaderboard(128), "ZADD lb 555 new"))
    told = kinds(film)
    at = told.index("listpack.convert")
    assert told[at + 1 : at + 4] == ["skiplist.link"] * 3
    assert steps(film, "skiplist.link")[-1].facts["member"] == b"new"
    assert film.steps[told.index("listpack.compare") + 4].left_out == 120


# hash tables


def chains(image: Any, number: int) -> dict[int, tuple[bytes, ...]]:
    table = image.tables[number]
    return {one.index: tuple(entry.key for entry in one.entries) for one in table.buckets}


@settings(max_examples=40)
@given(st.integers(0, 1000), st.integers(9, 14))
def test_a_rehash_step_moves_exactly_the_keys_of_its_slot(seed: int, members: int) -> None:
    names = " ".join(f"m{number}" for number in range(members))
    world = world_of(f"SADD s {names}", "SRANDMEMBER s", seed=seed)
    before = inspect(world.engine, 0, b"s", Window(0, 16))
    assert before is not None
    assert isinstance(before.layout, HashTableLayout)
    if before.layout.rehashidx < 0:
        return
    world.run([b"SISMEMBER", b"s", b"m0"])
    moves = steps(film_of(world), "table.rehash")
    old = chains(before.layout, 0)
    assert len(moves) <= 1
    for step in moves:
        facts = step.facts
        assert sorted(key for key, _slot in facts["targets"]) == sorted(old[facts["bucket"]])
        assert isinstance(step.image, HashTableLayout)
        assert not chains(step.image, 0)[facts["bucket"]]
        for key, slot in facts["targets"]:
            assert key in chains(step.image, 1)[slot]


@settings(max_examples=40)
@given(st.integers(0, 1000), st.integers(3, 15), st.booleans())
def test_the_last_image_of_a_table_that_was_looked_at_is_the_table_as_it_is(
    seed: int, members: int, there: bool
) -> None:
    names = " ".join(f"m{number}" for number in range(members))
    world = world_of(f"SADD s {names}", seed=seed)
    inspect(world.engine, 0, b"s", Window(0, 16))
    world.run(split("SADD s m1" if there else "SADD s new"))
    film = film_of(world)
    real = inspect(world.engine, 0, b"s", Window(0, 16))
    assert real is not None
    assert isinstance(real.layout, HashTableLayout)
    shown = [one.image for one in film.steps if isinstance(one.image, HashTableLayout)][-1]
    assert shown.rehashidx == real.layout.rehashidx
    for number in range(len(shown.tables)):
        assert chains(shown, number) == chains(real.layout, number)


def test_a_lookup_walks_the_chain_up_to_its_key() -> None:
    names = [f"m{number}" for number in range(64)]
    world = world_of(f"SADD s {' '.join(names)}")
    for name in names:
        world.run(split(f"SISMEMBER s {name}"))
        film = film_of(world)
        walked = steps(film, "table.compare")
        assert [step.facts["at"] for step in walked] == list(range(len(walked)))
        assert [step.facts["same"] for step in walked] == [False] * (len(walked) - 1) + [True]
        image = walked[-1].image
        chain = chains(image, walked[-1].facts["table"])[walked[-1].facts["slot"]]
        assert chain[: len(walked)] == tuple(step.facts["name"] for step in walked)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.lists(st.integers(0, 40), max_size=6))
def test_a_walk_with_cursors_gives_out_all_that_was_there_while_the_table_grows(
    seed: int, growth: list[int]
) -> None:
    present = {b"m%d" % number for number in range(20)}
    world = world_of("SADD s " + " ".join(key.decode() for key in sorted(present)), seed=seed)
    cursor, given_out, added = b"0", set[bytes](), 0
    for turn in range(200):
        world.run([b"SSCAN", b"s", cursor, b"COUNT", b"3"])
        film = film_of(world)
        reply: Any = world.history[-1].reply
        filmed = [key for step in steps(film, "table.scan") for key in step.facts["keys"]]
        assert filmed == reply[1]
        assert b"%d" % steps(film, "table.scan")[-1].facts["next"] == reply[0]
        given_out |= set(filmed)
        cursor = reply[0]
        if cursor == b"0":
            break
        for _ in range(growth[turn] if turn < len(growth) else 0):
            world.run([b"SADD", b"s", b"later%d" % added])
            added += 1
    assert cursor == b"0"
    assert present <= given_out


def test_a_command_that_looks_into_no_structure_shows_the_lookup_of_its_key() -> None:
    film = film_of(world_of("SET a 1", "SET b 2", "GET b"))
    assert kinds(film)[0] == "keyspace.hash"
    assert film.steps[-1].facts["same"]


# the others


def test_an_intset_is_widened_from_its_end() -> None:
    film = film_of(world_of("SADD s 1 2 3 500", "SADD s -70000"))
    widened = steps(film, "intset.widen")
    assert [step.facts["number"] for step in widened] == [500, 3, 2, 1]
    assert all(step.facts["shift"] == 1 for step in widened)
    last = film.steps[-2]
    assert isinstance(last.image, IntsetLayout)
    assert [one.value for one in last.image.elements] == [-70000, 1, 2, 3, 500]
    assert last.image.width == 4


def test_a_long_intset_is_widened_in_part() -> None:
    numbers = " ".join(map(str, range(300)))
    widened = steps(film_of(world_of(f"SADD s {numbers}", "SADD s 99999")), "intset.widen")
    assert len(widened) == 8
    assert sum(step.left_out for step in widened) == 292


@settings(max_examples=60)
@given(st.sets(st.integers(-200, 200), min_size=1, max_size=60), st.integers(-220, 220))
def test_a_binary_search_halves_until_it_has_found(numbers: set[int], wanted: int) -> None:
    words = " ".join(map(str, numbers))
    film = film_of(world_of(f"SADD s {words}", f"SISMEMBER s {wanted}"))
    ordered = sorted(numbers)
    probes = [step.facts for step in steps(film, "intset.probe")]
    for probe in probes:
        assert probe["middle"] == (probe["low"] + probe["high"]) // 2
        assert probe["seen"] == ordered[probe["middle"]]
        assert all(ordered[at] != wanted for at in range(probe["low"]))
    assert (bool(probes) and probes[-1]["seen"] == wanted) == (wanted in numbers)
    assert len(probes) <= len(ordered).bit_length()


def test_a_full_node_is_split_and_the_merges_are_tried() -> None:
    world = world_of(
        "CONFIG SET list-max-listpack-size 3", "RPUSH l a b c d e f g h i", "LINSERT l BEFORE e X"
    )
    told = kinds(film_of(world))
    assert told[:5] == [
        "quicklist.search",
        "quicklist.search",
        "quicklist.room",
        "quicklist.split",
        "quicklist.node",
    ]
    assert told.count("quicklist.no-merge") == 3


def test_nodes_that_fit_together_are_merged() -> None:
    world = world_of("CONFIG SET list-max-listpack-size 3", "RPUSH l a b c d e f g h i")
    world.run(split("LREM l 0 a"))
    world.run(split("LREM l 0 b"))
    world.run(split("LINSERT l BEFORE e X"))
    film = film_of(world)
    merged = steps(film, "quicklist.merged")[0]
    assert isinstance(merged.image, QuicklistLayout)
    node = next(one for one in merged.image.nodes if one.index == merged.facts["index"])
    assert node.listpack is not None
    assert [one.value for one in node.listpack.entries] == [b"c", b"d", b"X"]
    assert "quicklist.unlink" not in kinds(film)


def test_a_walk_to_a_position_counts_down_what_is_left() -> None:
    numbers = " ".join(map(str, range(100)))
    world = world_of("CONFIG SET list-max-listpack-size 5", f"RPUSH l {numbers}", "LINDEX l 33")
    film = film_of(world)
    visits = steps(film, "quicklist.visit")
    assert [step.facts["index"] for step in visits] == list(range(7))
    assert [step.facts["left"] for step in visits] == [33, 28, 23, 18, 13, 8, 3]
    assert steps(film, "quicklist.entry")[0].facts["value"] == b"33"


def test_a_string_is_made_raw_grown_and_written() -> None:
    film = film_of(world_of("SET k hello", "APPEND k world"))
    assert kinds(film) == ["string.raw", "string.grow", "string.write", "key.after"]
    grown = film.steps[1].facts
    assert (grown["length"], grown["request"], grown["alloc"]) == (10, 20, 28)


def test_a_gap_is_filled_before_what_is_written() -> None:
    film = film_of(world_of("SET k abc", "SETRANGE k 10 x"))
    written = steps(film, "string.write")[0].facts
    assert (written["start"], written["stop"], written["gap"]) == (10, 11, 7)


def test_a_listpack_is_searched_from_its_beginning() -> None:
    film = film_of(world_of("HSET h a 1 b 2 c 3", "HGET h b"))
    assert [step.facts["name"] for step in film.steps] == [b"a", b"b"]


def test_of_many_members_the_first_are_filmed_and_the_rest_counted() -> None:
    members = " ".join(f"{number} n{number}" for number in range(40))
    film = film_of(world_of(BIG, leaderboard(20), f"ZADD lb {members}"))
    assert film.left_out > 30
    assert len(film.steps) < 200


def test_six_acts_of_one_structure_are_filmed_and_the_others_counted() -> None:
    asked = " ".join(f"m{number}" for number in range(ACTS_MOST + 3))
    film = film_of(world_of(f"SADD s {asked} not-an-integer", f"SMISMEMBER s {asked}"))
    assert kinds(film).count("table.hash") == ACTS_MOST
    assert film.left_out == 3


def test_a_film_is_no_longer_than_its_reel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reel, "STEPS_MOST", 10)
    film = film_of(world_of(BIG, leaderboard(20), "ZADD lb 55 new 105 newer 155 newest"))
    told = [step for step in film.steps if step.kind != "key.after"]
    assert 10 <= len(told) <= 10 + reel.WALK_BEGIN + reel.WALK_END
    assert film.left_out > 20


def test_who_may_not_run_a_command_sees_no_film_of_what_it_would_have_done() -> None:
    world = world_of(
        "HSET h a 1", "ACL SETUSER eve on nopass ~pub:* +@all", "AUTH eve x", "HGET h a"
    )
    film = film_of(world)
    assert isinstance(film.reply, ReplyError)
    assert film.reply == world.history[-1].reply
    assert not steps(film, "listpack.compare")


def test_of_a_command_with_many_keys_the_first_are_filmed() -> None:
    names = " ".join(f"s{number}" for number in range(10))
    script = "for _, key in ipairs(KEYS) do redis.call('SADD', key, 'x') end"
    film = film_of(world_of(f'EVAL "{script}" 10 {names}'))
    assert {step.place[1] for step in film.steps} == {b"s%d" % number for number in range(8)}


def test_eviction_is_filmed_with_its_pool() -> None:
    world = world_of("CONFIG SET maxmemory-policy allkeys-lru")
    for number in range(50):
        world.run(split(f"SET key:{number} {'x' * 500}"))
    world.run(split("CONFIG SET maxmemory 1"))
    world.run(split("SET late 1"))
    film = record_entry(world, len(world.history) - 2)
    assert film.why_not == "no-keys"
    before = keyspace(world.engine), list(world.engine.eviction.pool)
    film = film_of(world)
    assert before == (keyspace(world.engine), list(world.engine.eviction.pool))
    assert "eviction.evict" in kinds(film)
    pool = steps(film, "eviction.sample")[0].image
    assert isinstance(pool, PoolImage)
    assert pool.policy == "allkeys-lru"


def test_a_turn_of_expiry_is_filmed_and_nothing_dies_of_it() -> None:
    world = world_of("SET a 1 PX 5", "SET b 2 EX 100")
    clock = world.engine.clock
    assert isinstance(clock, VirtualClock)
    clock.advance(ms=1000)
    database, state = world.session.db, world.engine.cron
    before = (database.expires_cursor, database.average_ttl_ms, state.expire_db, state.stale_share)
    film = record_expiry(world)
    after = (database.expires_cursor, database.average_ttl_ms, state.expire_db, state.stale_share)
    assert before == after
    looked = {step.facts["key"]: step.facts["expired"] for step in steps(film, "expiry.look")}
    assert looked == {b"a": True, b"b": False}
    assert b"a" in world.session.db.keys.data
    assert world.engine.stats.expired_keys == 0


# what is not filmed, and what filming leaves alone


@pytest.mark.parametrize(
    ("lines", "why_not"),
    [
        (["PING"], "no-keys"),
        (["NOSUCH a"], "unknown"),
        (["MULTI", "SET a 1"], "queued"),
        (["BLPOP q 0"], "waits"),
    ],
)
def test_why_there_is_no_film(lines: list[str], why_not: str) -> None:
    film = film_of(world_of(*lines))
    assert film.why_not == why_not
    assert not film.steps


def test_a_transaction_is_filmed_when_it_is_carried_out() -> None:
    film = film_of(world_of("MULTI", "RPUSH l a", "HSET h f v", "EXEC"))
    assert {step.place[1] for step in film.steps} == {b"l", b"h"}


def test_what_a_script_does_to_its_keys_is_filmed() -> None:
    world = world_of('EVAL \'return redis.call("rpush", KEYS[1], "a")\' 1 l')
    assert "quicklist.push" in kinds(film_of(world))


def test_nobody_is_served_by_a_film() -> None:
    world = world_of("RPUSH q a", "LPOP q")
    other = world.engine.connect()
    heard: list[object] = []
    other.on_reply = heard.append
    assert world.engine.execute(other, [b"BLPOP", b"q", b"0"]) is BLOCKED
    record_entry(world, 0)
    assert other.blocked is not None
    assert heard == []
    world.run(split("RPUSH q b"))
    assert heard == [[b"q", b"b"]]


def test_a_watched_key_is_not_touched_by_a_film() -> None:
    world = world_of("SET a 1", "GET a")
    other = world.engine.connect()
    world.engine.execute(other, [b"WATCH", b"a"])
    record_entry(world, 0)
    world.engine.execute(other, [b"MULTI"])
    world.engine.execute(other, [b"GET", b"a"])
    assert world.engine.execute(other, [b"EXEC"]) == [b"1"]


def traced(world: World) -> list[object]:
    """Structures that still have a trace."""
    found: list[object] = []
    for database in world.engine.databases:
        values: list[Any] = [database.keys, database.expires]
        for value in database.keys.data.values():
            values.append(value)
            if isinstance(value, (Hash, Set, Zset)):
                parts = (getattr(value, name, None) for name in ("table", "skiplist", "ints"))
                values += [part for part in parts if part is not None]
        found += [one for one in values if getattr(one, "trace", None) is not None]
    return found


@settings(max_examples=80)
@given(st.lists(any_command, min_size=1, max_size=12), st.integers(0, 100))
def test_filming_any_command_leaves_everything_as_it_is(
    commands: Sequence[Words], seed: int
) -> None:
    world = World(Engine(clock=VirtualClock(), seed=seed))
    for words in commands:
        world.run(words)
        if world.waiting:
            world.stop_waiting()
        before = keyspace(world.engine), world.engine.random.getstate(), world.engine.stats.dirty
        film = film_of(world)
        after = keyspace(world.engine), world.engine.random.getstate(), world.engine.stats.dirty
        assert before == after
        assert births.onlooker is None
        assert not traced(world)
        if not film.why_not and not any(step.kind.startswith("keyspace") for step in film.steps):
            assert film.argv == tuple(words)


def test_without_a_history_a_command_is_filmed_while_it_runs() -> None:
    engine = Engine(seed=1)
    session = engine.connect()
    film = record(engine, session, [b"RPUSH", b"l", b"a"])
    assert film.reply == 1
    assert engine.execute(session, [b"LLEN", b"l"]) == 1
    assert "quicklist.push" in kinds(film)


def test_a_command_that_was_refused_then_is_not_filmed_as_if_it_had_been_carried_out() -> None:
    world = world_of("SADD s a")
    refusal = ReplyError("OOM command not allowed when used memory > 'maxmemory'.")
    world.history[-1].reply = refusal  # there were clients then, whose memory counted
    film = film_of(world)
    assert (film.why_not, film.steps, film.reply) == ("refused", (), refusal)


def test_a_command_that_fails_in_the_film_as_it_did_then_keeps_its_film() -> None:
    film = film_of(world_of("SADD s a", "LPUSH s x"))
    assert isinstance(film.reply, ReplyError)
    assert film.why_not != "refused"
