"""redis-py as an application uses it, in both protocols."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from redis.cache import CacheConfig
from redis.connection import CacheProxyConnection

from benchmarks.processes import ServerProcess
from tests.network.serving import until


@pytest.fixture(params=[2, 3], ids=["RESP2", "RESP3"])
def client(server: ServerProcess, request: pytest.FixtureRequest) -> Iterator[redis.Redis]:
    with redis.Redis(port=server.port, protocol=request.param, decode_responses=True) as made:
        yield made


@pytest.fixture
def other(server: ServerProcess) -> Iterator[redis.Redis]:
    with redis.Redis(port=server.port, decode_responses=True) as made:
        yield made


def test_values_of_every_type_come_back(client: redis.Redis) -> None:
    assert client.set("s", "tea", ex=100) is True
    assert client.getex("s", persist=True) == "tea"
    assert client.ttl("s") == -1
    assert client.set("s", "new", nx=True) is None
    assert client.set("s", "new", get=True) == "tea"
    assert client.incrbyfloat("f", 1.5) == 1.5
    assert client.hset("h", mapping={"a": 1, "b": 2}) == 2
    assert client.hgetall("h") == {"a": "1", "b": "2"}
    assert client.rpush("l", *range(5)) == 5
    assert client.lrange("l", 1, -2) == ["1", "2", "3"]
    assert client.lmove("l", "m", "LEFT", "RIGHT") == "0"
    assert client.sadd("set", "x", "y") == 2
    assert client.smembers("set") == {"x", "y"}
    assert client.smismember("set", ["x", "z"]) == [1, 0]
    assert client.zadd("z", {"one": 1, "half": 0.5}) == 2
    assert [list(pair) for pair in client.zrange("z", 0, -1, withscores=True)] == [
        ["half", 0.5],
        ["one", 1.0],
    ]
    assert client.zscore("z", "half") == 0.5
    assert client.pfadd("hll", *range(100)) == 1
    assert client.pfcount("hll") == 100
    assert client.setbit("bits", 7, 1) == 0
    assert client.bitcount("bits") == 1
    assert client.bitfield("bits").get("u8", 0).execute() == [1]
    assert client.type("hll") == "string"


def test_wrong_types_raise_what_redis_says(client: redis.Redis) -> None:
    client.rpush("l", 1)
    with pytest.raises(redis.ResponseError, match="wrong kind of value"):
        client.get("l")
    with pytest.raises(redis.ResponseError, match="unknown command 'NOPE', with args beginning"):
        client.execute_command("NOPE", "a")


def test_a_long_pipeline_is_answered_in_order(client: redis.Redis) -> None:
    pipe = client.pipeline(transaction=False)
    for number in range(5000):
        pipe.set(f"k{number}", number)
        pipe.get(f"k{number}")
    replies = pipe.execute()
    assert replies[1::2] == [str(number) for number in range(5000)]
    assert client.dbsize() == 5000


def test_a_pipeline_with_an_error_yields_the_other_replies(client: redis.Redis) -> None:
    pipe = client.pipeline(transaction=False)
    pipe.set("k", "text").incr("k").get("k")
    first, error, last = pipe.execute(raise_on_error=False)
    assert (first, last) == (True, "text")
    assert isinstance(error, redis.ResponseError)
    assert "not an integer" in str(error)


def test_a_watched_transaction_is_tried_again(client: redis.Redis, other: redis.Redis) -> None:
    tries = []

    def add_one(pipe: Any) -> None:
        value = int(pipe.get("counter") or 0)
        if not tries:
            other.set("counter", 41)
        tries.append(value)
        pipe.multi()
        pipe.set("counter", value + 1)

    assert client.transaction(add_one, "counter") == [True]
    assert tries == [0, 41]
    assert client.get("counter") == "42"


def test_subscribers_hear_in_a_thread(client: redis.Redis, other: redis.Redis) -> None:
    heard: list[tuple[str, str]] = []

    def hear(message: dict[str, Any]) -> None:
        heard.append((message["type"], message["data"]))

    pubsub = client.pubsub(ignore_subscribe_messages=True)
    pubsub.subscribe(news=hear)
    pubsub.psubscribe(**{"new*": hear})
    thread = pubsub.run_in_thread(sleep_time=0.01)
    try:
        until(lambda: other.pubsub_numsub("news") == [("news", 1)] and other.pubsub_numpat() == 1)
        assert other.publish("news", "hello") == 2
        until(lambda: len(heard) == 2)
    finally:
        thread.stop()
        thread.join(5)
    assert sorted(heard) == [("message", "hello"), ("pmessage", "hello")]


def test_keyspace_notifications_arrive(client: redis.Redis, other: redis.Redis) -> None:
    other.config_set("notify-keyspace-events", "KEA")
    try:
        with client.pubsub(ignore_subscribe_messages=True) as pubsub:
            pubsub.psubscribe("__key*__:*")
            until(lambda: other.pubsub_numpat() == 1)
            other.set("k", "v")
            heard = []
            while len(heard) < 2:
                message = pubsub.get_message(timeout=1)
                if message:
                    heard.append((message["channel"], message["data"]))
        assert heard == [("__keyspace@0__:k", "set"), ("__keyevent@0__:set", "k")]
    finally:
        other.config_set("notify-keyspace-events", "")


def test_blocking_pops_are_served(client: redis.Redis, other: redis.Redis) -> None:
    with ThreadPoolExecutor(1) as pool:
        for block, feed, expected in (
            (lambda: client.blpop(["a", "b"], 10), lambda: other.lpush("b", 1), ["b", "1"]),
            (lambda: client.blmove("a", "c", 10), lambda: other.lpush("a", 2), "2"),
            (lambda: client.bzpopmin("z", 10), lambda: other.zadd("z", {"m": 1}), ["z", "m", 1.0]),
        ):
            waiting = pool.submit(block)
            until(lambda: other.info("clients")["blocked_clients"] == 1)
            feed()
            reply = waiting.result(10)
            assert (reply if isinstance(reply, str) else list(reply)) == expected
    assert client.blpop(["a"], 0.05) is None


def test_scanning_meets_every_key_once_at_least(client: redis.Redis) -> None:
    client.mset({f"k{number}": number for number in range(3000)})
    assert set(client.scan_iter("k*", count=100)) == {f"k{number}" for number in range(3000)}
    client.hset("h", mapping={f"f{number}": number for number in range(1000)})
    assert dict(client.hscan_iter("h")) == {f"f{number}": str(number) for number in range(1000)}
    client.zadd("z", {f"m{number}": number for number in range(1000)})
    assert dict(client.zscan_iter("z")) == {f"m{number}": float(number) for number in range(1000)}
    client.sadd("s", *range(1000))
    assert set(client.sscan_iter("s")) == {str(number) for number in range(1000)}


def entries(reply: Any) -> list[Any]:
    """What XREAD and XREADGROUP returned for one stream, in either protocol."""
    if isinstance(reply, dict):
        (found,) = reply.values()
        return list(found[0]) if len(found) == 1 and isinstance(found[0], list) else list(found)
    ((_name, found),) = reply
    return list(found)


def test_a_stream_group_reads_acknowledges_and_claims(client: redis.Redis) -> None:
    ids = [client.xadd("s", {"n": number}) for number in range(10)]
    assert client.xgroup_create("s", "g", "0") is True
    with pytest.raises(redis.ResponseError, match="BUSYGROUP"):
        client.xgroup_create("s", "g", "0")
    read = entries(client.xreadgroup("g", "alice", {"s": ">"}, count=4))
    assert [list(pair) for pair in read] == [[ids[n], {"n": str(n)}] for n in range(4)]
    assert client.xack("s", "g", *ids[:2]) == 2
    assert client.xpending("s", "g")["pending"] == 2
    assert [entry["message_id"] for entry in client.xpending_range("s", "g", "-", "+", 5)] == (
        ids[2:4]
    )
    claimed = client.xautoclaim("s", "g", "bob", 0, "0")[1]
    assert claimed == [(ids[2], {"n": "2"}), (ids[3], {"n": "3"})]
    info = client.xinfo_groups("s")[0]
    assert (info["name"], info["consumers"], info["pending"], info["lag"]) == ("g", 2, 2, 6)
    assert client.xinfo_stream("s")["length"] == 10
    assert client.xtrim("s", maxlen=3, approximate=False) == 7


def test_a_blocked_stream_reader_is_served(client: redis.Redis, other: redis.Redis) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: client.xread({"s": "$"}, block=10_000))
        until(lambda: other.info("clients")["blocked_clients"] == 1)
        added = other.xadd("s", {"a": "b"})
        assert [list(pair) for pair in entries(waiting.result(10))] == [[added, {"a": "b"}]]


def test_registered_scripts_are_loaded_when_they_are_missing(client: redis.Redis) -> None:
    script = client.register_script("return redis.call('incrby', KEYS[1], ARGV[1])")
    client.script_flush()
    assert script(keys=["n"], args=[5]) == 5
    assert client.script_exists(script.sha) == [True]
    pipe = client.pipeline()
    script(keys=["n"], args=[1], client=pipe)
    assert pipe.execute() == [6]
    with pytest.raises(redis.ResponseError, match="my own error"):
        client.eval("return redis.error_reply('my own error')", 0)


def test_functions_are_loaded_and_called(client: redis.Redis) -> None:
    code = "#!lua name=shop\nredis.register_function('put', function(keys, args) return "
    client.function_load(code + "redis.call('SET', keys[1], args[1]) end)")
    reply = client.fcall("put", 1, "k", "v")
    assert reply in ("OK", True)
    assert client.get("k") == "v"
    client.function_delete("shop")


def test_a_lock_keeps_others_out(client: redis.Redis, other: redis.Redis) -> None:
    with client.lock("door", timeout=10) as lock:
        assert lock.owned()
        assert not other.lock("door").acquire(blocking=False)
        assert lock.extend(5)
    assert other.lock("door", timeout=1).acquire(blocking=False)
    with pytest.raises(redis.exceptions.LockError):
        lock.release()


def test_client_side_caching_forgets_what_others_change(
    server: ServerProcess, other: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(redis.ConnectionError, match=r"7\.4 or later"):
        redis.Redis(port=server.port, protocol=3, cache_config=CacheConfig()).ping()
    monkeypatch.setattr(CacheProxyConnection, "MIN_ALLOWED_VERSION", "7.0.0")
    cached = redis.Redis(
        port=server.port, protocol=3, cache_config=CacheConfig(), decode_responses=True
    )
    with cached:
        other.set("k", "old")
        assert cached.get("k") == "old"
        before = other.info("commandstats")["cmdstat_get"]["calls"]
        assert cached.get("k") == "old"
        assert other.info("commandstats")["cmdstat_get"]["calls"] == before
        other.set("k", "new")
        until(lambda: cached.get("k") == "new")


def test_a_monitor_sees_the_commands_of_others(client: redis.Redis, other: redis.Redis) -> None:
    with client.monitor() as monitor:
        other.set("k", 'a "word"')
        seen = next(line for line in monitor.listen() if line["command"].startswith("SET"))
    assert seen["command"] == 'SET k a "word"'
    assert seen["client_address"] == "127.0.0.1"
    assert seen["db"] == 0


def test_places_are_found(client: redis.Redis) -> None:
    client.geoadd("cities", (37.6156, 55.7522, "Moscow", 30.3141, 59.9386, "Petersburg"))
    assert client.geodist("cities", "Moscow", "Petersburg", unit="km") == pytest.approx(634, abs=1)
    found = client.geosearch(
        "cities", longitude=37, latitude=55, radius=200, unit="km", withdist=True, withcoord=True
    )
    assert [place[0] for place in found] == ["Moscow"]
    assert found[0][1] == pytest.approx(92.2, abs=1)
    assert client.geohash("cities", "Moscow") == ["ucftpvqu550"]


def test_health_checks_and_names_show_in_the_list_of_clients(server: ServerProcess) -> None:
    client = redis.Redis(port=server.port, health_check_interval=1, client_name="shop", db=3)
    with client:
        assert client.ping() is True
        mine = [one for one in client.client_list() if one["name"] == "shop"]
        assert [one["db"] for one in mine] == ["3"]
        assert client.client_getname() in (b"shop", "shop")


def test_a_pool_serves_many_threads(server: ServerProcess) -> None:
    pool = redis.BlockingConnectionPool(port=server.port, max_connections=8)
    client = redis.Redis(connection_pool=pool)
    start = threading.Barrier(16)

    def work(number: int) -> int:
        start.wait()
        for _ in range(100):
            client.incr("total")
            client.hincrby("each", str(number))
        return number

    with ThreadPoolExecutor(16) as threads:
        assert sorted(threads.map(work, range(16))) == list(range(16))
    assert client.get("total") == b"1600"
    assert set(client.hgetall("each").values()) == {b"100"}
    pool.disconnect()


def test_a_killed_client_connects_again(client: redis.Redis, other: redis.Redis) -> None:
    number = client.client_id()
    assert other.client_kill_filter(_id=number) == 1
    assert client.ping() is True
    assert client.client_id() != number


def test_the_server_describes_itself(client: redis.Redis) -> None:
    info = client.info()
    assert info["redis_version"] == "7.0.15"
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert client.command_count() == 240
    assert client.time()[0] > 0
    assert client.memory_usage("nothing") is None
    assert client.role()[0] in ("master", b"master")
    assert client.acl_whoami() == "default"


def test_the_asynchronous_client_works_too(server: ServerProcess) -> None:
    import asyncio

    import redis.asyncio

    async def talk() -> list[Any]:
        async with redis.asyncio.Redis(port=server.port, protocol=3) as client:
            await asyncio.gather(*(client.incr("n") for _ in range(50)))
            async with client.pipeline(transaction=True) as pipe:
                replies: list[Any] = await pipe.get("n").delete("n").execute()
            return replies

    assert asyncio.run(talk()) == [b"50", 1]
