"""Redis against Memcached: what comes out of each experiment, and that it is the engines who say
it."""

from __future__ import annotations

import json
from itertools import count

import pytest

from tutor.labs.rivals import ROWS, Experiment, Figure, Shards, run
from tutor.labs.rivals.bench import Bench, Exchange
from tutor.labs.rivals.rows import FILLED, KEYS, LIMIT, VALUES
from tutor.memcached.sharding import RULES

NAMES = list(ROWS)


def figures(name: str) -> dict[str, Figure]:
    """By code and what it is about."""
    return {f"{one.code} {one.about}".strip(): one for one in run(name).figures}


def said(name: str, step: str, engine: str) -> list[Exchange]:
    at = next(n for n, one in enumerate(ROWS[name].steps) if one.code == step)
    return [one for one in run(name).exchanges if one.step == at and one.engine == engine]


@pytest.mark.parametrize("name", NAMES)
def test_every_row_runs_to_its_end_and_again_with_the_same_bytes(name: str) -> None:
    first, second = run(name, seed=3), run(name, seed=3)
    assert first == second
    engines = {one.engine for one in first.exchanges}
    assert engines == {"redis", "memcached"}
    assert json.loads(json.dumps(first.as_json()))["row"] == name


@pytest.mark.parametrize("name", NAMES)
def test_each_exchange_is_bytes_that_both_have_really_sent(name: str) -> None:
    for one in run(name).exchanges:
        if one.engine == "redis" and one.typed:
            assert one.request.startswith(b"*")
        if not (one.refused or one.waits) and one.reply_length <= 400:
            assert one.reply == b"" or one.reply.endswith(b"\r\n")
        assert len(one.request) == min(one.request_length, 400)


def test_types_memcached_has_no_structures_but_counts_appends_and_compares() -> None:
    found = figures("types")
    assert (found["kinds"].redis, found["kinds"].memcached, found["kinds"].of) == (8, 5, 9)
    assert said("types", "zset", "memcached")[0].reply == b"ERROR\r\n"
    assert said("types", "counter", "memcached")[-1].reply == b"52\r\n"
    assert said("types", "counter", "redis")[-1].reply == b":52\r\n"
    assert said("types", "append", "memcached")[-1].reply.split(b"\r\n")[1] == b"hello world"
    assert said("types", "flags", "memcached")[-1].reply.startswith(b"VALUE page 7 4\r\n")


def test_types_both_notice_that_somebody_else_has_written() -> None:
    assert said("types", "cas", "memcached")[-1].reply == b"EXISTS\r\n"
    assert said("types", "cas", "redis")[-1].reply == b"*-1\r\n"


def test_types_one_field_costs_memcached_the_whole_value_twice() -> None:
    one = figures("types")["one-field"]
    assert one.redis is not None
    assert one.memcached is not None
    assert one.memcached > 2 * one.redis


def test_persistence_depends_on_the_settings_and_memcached_has_none() -> None:
    found = figures("persistence")
    assert {name: one.redis for name, one in found.items()} == {
        "back rdb kill": 0,
        "back rdb stop": VALUES,
        "back aof kill": VALUES,
        "back nothing stop": 0,
    }
    assert {one.memcached for one in found.values()} == {0}


def test_replication_a_replica_has_all_and_a_dead_shard_takes_its_keys() -> None:
    (survived,) = run("replication").figures
    assert survived.redis == KEYS
    assert survived.memcached is not None
    assert KEYS // 3 < survived.memcached < KEYS
    assert said("replication", "replicaof", "memcached")[0].reply == b"ERROR\r\n"
    found = [one.reply.startswith(b"VALUE") for one in said("replication", "other-server",
                                                            "memcached")]  # fmt: skip
    assert found.count(True) == 1
    assert said("replication", "other-server", "redis")[0].reply == b"$2\r\nv1\r\n"


def test_replication_no_key_moves_between_servers_that_stayed() -> None:
    outcome = run("replication")
    wrote = {one.typed.split()[1]: one.server for one in outcome.exchanges
             if one.engine == "memcached" and one.typed.startswith("set ")}  # fmt: skip
    last = len(ROWS["replication"].steps) - 1
    for one in outcome.exchanges:
        if one.engine == "memcached" and one.step == last:
            key = one.typed.split()[1]
            assert one.server == wrote[key] or wrote[key] == "cache1"
            assert one.reply.startswith(b"VALUE") == (wrote[key] != "cache1")


def test_cache_both_expire_and_without_a_policy_redis_refuses() -> None:
    assert said("cache", "expired", "redis")[0].reply == b"$-1\r\n"
    assert said("cache", "expired", "memcached")[0].reply == b"END\r\n"
    found = figures("cache")
    assert found["refused"].redis
    assert found["evicted"].redis == 0
    assert found["evicted"].memcached
    assert found["evicted-lru"].redis
    assert said("cache", "first-page", "redis")[0].reply == b":0\r\n"
    newest = said("cache", "fill-noeviction", "redis")[-1].reply
    assert newest.startswith(b"-OOM ")
    assert len(said("cache", "fill-noeviction", "memcached")) == FILLED


def test_queue_a_push_of_two_commands_can_be_seen_half_done() -> None:
    delivered = figures("queue")["delivered"]
    assert (delivered.redis, delivered.memcached) == (1, 0)
    assert said("queue", "by-hand", "memcached")[-1].reply == b"VALUE tasks:1 0 1\r\na\r\nEND\r\n"
    waits, pushed, late = said("queue", "wait-for", "redis")
    assert waits.waits
    assert pushed.reply == b":1\r\n"
    assert late.reply == b"*2\r\n$5\r\ntasks\r\n$1\r\nd\r\n"


def test_rate_limit_both_let_the_same_number_through() -> None:
    allowed = figures("rate-limit")["allowed"]
    assert (allowed.redis, allowed.memcached, allowed.of) == (LIMIT, LIMIT, LIMIT + 2)
    replies = [one.reply for one in said("rate-limit", "window-ends", "memcached")]
    assert replies == [b"NOT_FOUND\r\n", b"STORED\r\n", b"1\r\n"]


def test_sessions_a_restart_logs_out_and_thirty_days_are_the_longest() -> None:
    found = figures("sessions")
    assert (found["logged-in"].redis, found["logged-in"].memcached) == (1, 0)
    assert (found["month"].redis, found["month"].memcached) == (1, 0)
    assert said("sessions", "month", "memcached")[0].reply == b"STORED\r\n"


def test_memory_is_what_the_engines_say_of_the_same_item() -> None:
    found = figures("memory")
    for size in (8, 60, 500):
        item = 48 + 8 + len("user:100") + 1 + size + 2
        chunk, waste = found[f"per-key {size}"].memcached, found[f"wasted {size}"].memcached
        assert chunk is not None
        assert waste is not None
        assert chunk - waste == item
        usage = found[f"per-key {size}"].redis
        assert usage is not None
        assert usage > size
        assert found[f"taken {size}"].memcached == 1 << 20


def test_speed_is_measured_by_the_callers_clock_or_not_at_all() -> None:
    assert {one.code for one in run("speed").figures} == {"wire-set", "wire-get"}
    ticks = count()

    def timer() -> float:
        return next(ticks) * 0.5

    measured = [one for one in run("speed", timer=timer).figures if one.unit == "per second"]
    assert {one.redis for one in measured} == {one.memcached for one in measured} == {8000}


def test_popularity_meta_commands_send_one_client_to_renew() -> None:
    first, second = said("popularity", "stampede", "memcached")
    assert b" W" in first.reply
    assert b" Z" in second.reply


def test_an_experiment_is_taken_step_by_step() -> None:
    experiment = Experiment("queue")
    seen = 0
    while not experiment.done:
        seen += len(experiment.advance())
    assert seen == len(experiment.exchanges) == len(experiment.outcome.exchanges)


def test_nobody_answers_when_the_process_is_gone() -> None:
    bench = Bench()
    bench.act("kill")
    assert bench.redis("PING").refused
    assert bench.memcached("version").refused
    bench.act("start")
    assert bench.redis("PING").reply == b"+PONG\r\n"
    assert bench.memcached("version").reply == b"VERSION 1.6.18\r\n"


@pytest.fixture
def shards() -> Shards:
    return Shards()


def test_servers_join_and_leave_and_the_last_one_stays(shards: Shards) -> None:
    first = shards.servers
    added = shards.join()
    assert added is not None
    assert shards.servers == (*first, added)
    for server in shards.servers[:-1]:
        assert shards.leave(server)
    assert not shards.leave(added)
    assert not shards.leave("10.9.9.9:11211")
    while shards.join() is not None:
        pass
    assert len(shards.servers) == 8
    assert len(set(shards.letters.values())) == len(shards.letters)


def test_moves_are_those_of_the_last_change_alone(shards: Shards) -> None:
    assert all(not one.moves for one in shards.moved().values())
    shards.join()
    found = shards.moved()
    assert set(found) == set(RULES)
    assert found["modulo"].share > 0.6
    assert found["ketama"].unforced == found["rendezvous"].unforced == 0


def test_a_followed_key_pushes_the_oldest_out(shards: Shards) -> None:
    before = shards.keys
    shards.follow(b"new")
    assert shards.keys == (*before[1:], b"new")
    shards.follow(before[2])
    assert len(set(shards.keys)) == len(before)
