"""Django's own `RedisCache`: one script on both servers, the same results and the same commands."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from benchmarks.processes import ServerProcess
from tests.network.serving import until
from tests.oracle.raw import RawConnection

pytest.importorskip("django", reason="Django is not installed")

Cache = Any


@pytest.fixture(scope="module", autouse=True)
def settings() -> None:
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_TZ=True)


def cache_of(server: ServerProcess, **params: Any) -> Cache:
    """The cache as ``CACHES`` would make it."""
    from django.core.cache.backends.redis import RedisCache

    return RedisCache(f"redis://127.0.0.1:{server.port}/1", {"TIMEOUT": 300, **params})


def _fails(call: Callable[[], Any]) -> str:
    try:
        call()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "no error"


def play(cache: Cache) -> Iterator[Any]:
    """Everything a cache can do; yields what it returned."""
    yield cache.get("nothing"), cache.get("nothing", "default")
    for name, value in (("text", "чай"), ("int", 7), ("dict", {"a": [1, 2.5, None]}),
                        ("bytes", b"\0\xff"), ("true", True), ("none", None)):  # fmt: skip
        yield cache.set(name, value), cache.get(name), cache.has_key(name)
    yield cache.add("text", "other"), cache.add("new", 1), cache.add("soon", 1, timeout=50)
    yield cache.add("never", 1, timeout=0), cache.get("never")
    yield cache.set("forever", "x", timeout=None), cache.touch("forever", 20)
    yield cache.set("gone", 1), cache.set("gone", 2, timeout=0), cache.get("gone")
    yield cache.set("past", 1), cache.set("past", 2, timeout=-10), cache.get("past")
    yield cache.touch("int"), cache.touch("int", timeout=None), cache.touch("absent", 10)
    yield cache.touch("new", timeout=0), cache.get("new")
    yield cache.set("soon", 1), cache.touch("soon", timeout=-1), cache.get("soon")
    yield cache.incr("int"), cache.incr("int", 10), cache.decr("int", 3), cache.get("int")
    yield _fails(lambda: cache.incr("absent")), _fails(lambda: cache.incr("text"))
    yield cache.set_many({"a": 1, "b": "two", "c": [3]}), cache.get_many(["a", "b", "c", "d"])
    yield cache.set_many({"a": 1, "e": 5}, timeout=0), cache.get_many(["a", "e"])
    yield cache.set_many({"f": 1}, timeout=None), cache.set_many({}), cache.get_many([])
    yield cache.set_many({"g": 1}, timeout=60), cache.get_or_set("g", 2), cache.get_or_set("h", 9)
    yield cache.delete("b"), cache.delete("b"), cache.delete_many(["c", "f", "zz"])
    yield cache.set("v", "one", version=1), cache.set("v", "two", version=2)
    yield cache.get("v"), cache.get("v", version=2), cache.incr_version("v", version=2)
    yield cache.get("v", version=3), cache.decr_version("v", version=3), "v" in cache
    yield _fails(lambda: cache.incr_version("absent"))
    yield cache.clear(), cache.get("text"), cache.get_many(["a", "g"])


class Monitored:
    """What MONITOR says while this is entered, client addresses and times left out."""

    def __init__(self, server: ServerProcess) -> None:
        self._connection = RawConnection(server.port)
        self._server = server
        self.commands: list[bytes] = []

    def __enter__(self) -> Monitored:
        self._connection.call(b"MONITOR")
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def _listen(self) -> None:
        while True:
            line = self._connection.receive().text
            command = line.partition(b"] ")[2]
            if command == b'"ECHO" "enough"':
                return
            self.commands.append(line.partition(b"[")[2].split()[0] + b" " + command)

    def __exit__(self, *_exc: object) -> None:
        with RawConnection(self._server.port) as last:
            last.call(b"ECHO", b"enough")
        self._thread.join(10)
        self._connection.close()


def test_results_and_commands_are_the_same(ours: ServerProcess, theirs: ServerProcess) -> None:
    results, commands = [], []
    for server in (ours, theirs):
        with Monitored(server) as monitored:
            results.append(list(play(cache_of(server))))
        commands.append(monitored.commands)
    assert results[0] == results[1]
    assert commands[0] == commands[1]
    assert len(commands[0]) > 60


def test_what_has_a_lifetime_goes(server: ServerProcess) -> None:
    cache = cache_of(server)
    cache.set("short", 1, timeout=3)
    assert cache.get("short") == 1
    with RawConnection(server.port) as raw:
        raw.call(b"SELECT", b"1")
        assert raw.call(b"TTL", b":1:short") in (2, 3)
    until(lambda: cache.get("short") is None)


def test_options_of_the_cache_hold(server: ServerProcess) -> None:
    cache = cache_of(server, KEY_PREFIX="shop", VERSION=4, TIMEOUT=None)
    cache.set("tea", "puer")
    with RawConnection(server.port) as raw:
        raw.call(b"SELECT", b"1")
        assert raw.call(b"KEYS", b"*") == [b"shop:4:tea"]
        assert raw.call(b"TTL", b"shop:4:tea") == -1


def test_sessions_may_live_in_it(server: ServerProcess) -> None:
    import json

    cache = cache_of(server)
    cache.set("session", json.dumps({"cart": [1, 2]}), timeout=1209600)
    assert json.loads(cache.get("session")) == {"cart": [1, 2]}


def test_many_threads_share_it(ours: ServerProcess) -> None:
    cache = cache_of(ours)
    cache.set("hits", 0)

    def visit() -> None:
        for _ in range(50):
            cache.incr("hits")

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.get("hits") == 400
