"""pymemcache and Django's `PyMemcacheCache` on ours and on memcached 1.6.18: the same results, and
the same bytes on the wire in both directions."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.network.memcached_serving import memcached_serving
from tests.oracle.memcached.pair import running_memcached

pymemcache = pytest.importorskip("pymemcache", reason="pymemcache is not installed")

from pymemcache import serde  # noqa: E402
from pymemcache.client.base import Client, PooledClient  # noqa: E402
from pymemcache.client.hash import HashClient  # noqa: E402

_CLOCK = re.compile(rb"(?<= )1[7-9]\d{8}(?=[ \r])")
"""A Unix time of these years: what pymemcache sends for more than 30 days."""


class Wire:
    """A relay to a server that notes what goes through it, a connection after the other."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.sent: list[bytes] = []
        self.received: list[bytes] = []
        self._threads: list[threading.Thread] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                for source, target, notes in (
                    (client, server, self.sent),
                    (server, client, self.received),
                ):
                    thread = threading.Thread(target=self._relay, args=(source, target, notes))
                    thread.start()
                    self._threads.append(thread)

    @staticmethod
    def _relay(source: socket.socket, target: socket.socket, notes: list[bytes]) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                notes.append(data)
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def talk(self) -> tuple[bytes, bytes]:
        """All that was said, both ways, once the client has hung up."""
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
        return _CLOCK.sub(b"T", b"".join(self.sent)), b"".join(self.received)


def _fails(call: Callable[[], Any]) -> str:
    try:
        call()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "no error"


def compare(play: Callable[[int], Iterator[Any]]) -> tuple[bytes, bytes]:
    """Play to both servers; what was said to them, and what they said."""
    results, talks = [], []
    with memcached_serving() as ours, running_memcached() as theirs:
        for port in (ours.port, theirs):
            wire = Wire(port)
            results.append(list(play(wire.port)))
            talks.append(wire.talk())
    assert results[0] == results[1]
    assert talks[0][0] == talks[1][0]
    assert talks[0][1] == talks[1][1]
    return talks[0]


def _calls(client: Any) -> Iterator[Any]:
    """pymemcache's own calls, with every kind of answer."""
    yield client.set("k", "value"), client.get("k"), client.get("none"), client.get("none", 5)
    yield client.add("k", "x", noreply=False), client.add("new", "x", noreply=False)
    yield client.replace("none", "x", noreply=False), client.replace("k", "y", noreply=False)
    yield client.append("k", "z", noreply=False), client.prepend("k", "a", noreply=False)
    yield client.append("none", "z", noreply=False)
    yield client.get("k"), client.gets("k"), client.gets("none")
    unique = client.gets("k")[1]
    yield client.cas("k", "b", unique), client.cas("k", "c", unique), client.cas("none", "c", b"1")
    yield client.set_many({"a": "1", "b": "2"}), client.get_many(["a", "b", "c"])
    yield client.gets_many(["a", "c"]), client.get_many([])
    yield client.incr("a", 5), client.decr("a", 10), client.incr("none", 1), client.get("a")
    yield _fails(lambda: client.incr("k", 1)), client.incr("a", 1, noreply=True)
    yield client.touch("a", 100, noreply=False), client.touch("none", 100, noreply=False)
    yield client.delete("a", noreply=False), client.delete("a", noreply=False)
    yield client.delete_many(["b", "c"]), client.get("b")
    yield client.set("long", "v" * 70_000), client.get("long")
    yield _fails(lambda: client.set("huge", "v" * 2_000_000, noreply=False))
    yield _fails(lambda: client.set("bad key", "x")), _fails(lambda: client.get("k" * 251))
    yield client.set("past", "x", expire=-1, noreply=False), client.get("past")
    yield client.set("e", "x", expire=2_592_001, noreply=False), client.get("e")
    yield client.set("f", "x", flags=77, noreply=False), client.get("f")
    yield client.flush_all(noreply=False), client.get("k")


def test_the_client_gets_the_same_from_both() -> None:
    def play(port: int) -> Iterator[Any]:
        with contextlib.closing(Client(("127.0.0.1", port))) as client:
            yield from _calls(client)
            yield client.version(), client.raw_command("mn"), client.raw_command("mg g v t")
            yield _fails(lambda: client.raw_command("nonsense"))
            yield client.cache_memlimit(64), client.quit()

    sent, received = compare(play)
    assert sent.count(b"\r\n") > 50
    assert b"SERVER_ERROR object too large for cache" in received


def test_the_pool_and_the_serializer_work_on_both() -> None:
    def play(port: int) -> Iterator[Any]:
        client = PooledClient(("127.0.0.1", port), serde=serde.pickle_serde, max_pool_size=1)
        for value in (1, -5, "text", "чай", b"\0\r\n", 2.5, None, [1, {"a": (2,)}], True):
            yield client.set("k", value, noreply=False), client.get("k")
        client.close()

    compare(play)


def test_the_hash_client_works_with_one_node_of_each() -> None:
    """Two nodes: keys are where the client's own hash says, whoever serves them."""

    def spread(ports: list[int]) -> list[int]:
        client = HashClient([("127.0.0.1", port) for port in ports], use_pooling=False)
        for number in range(200):
            client.set(f"key{number}", str(number), noreply=False)
        assert client.get_many([f"key{number}" for number in range(200)]) == {
            f"key{number}": str(number).encode() for number in range(200)
        }
        client.close()
        counts = []
        for port in ports:
            with contextlib.closing(Client(("127.0.0.1", port))) as one:
                counts.append(int(one.stats()[b"curr_items"]))
        return counts

    with memcached_serving() as ours, running_memcached() as theirs:
        counts = spread([ours.port, theirs])
    assert sum(counts) == 200
    assert min(counts) > 50


def test_stats_are_understood() -> None:
    """What pymemcache converts it converts: no line is strange to it."""
    with memcached_serving() as ours, running_memcached() as theirs:
        found = []
        for port in (ours.port, theirs):
            with contextlib.closing(Client(("127.0.0.1", port))) as client:
                client.set("k", "v", noreply=False)
                found.append((client.stats(), client.stats("settings"), client.stats("slabs")))
    for mine, real in zip(*found, strict=True):
        assert {name: type(value) for name, value in mine.items()}.items() <= {
            **{name: type(value) for name, value in real.items()}
        }.items()
    assert set(found[0][0]) == set(found[1][0])
    assert set(found[0][2]) == set(found[1][2])


# Django


@pytest.fixture(scope="module", autouse=True)
def settings() -> None:
    pytest.importorskip("django", reason="Django is not installed")
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_TZ=True)


def _cache_calls(cache: Any) -> Iterator[Any]:
    """Django's documented cache API."""
    yield cache.get("nothing"), cache.get("nothing", "default")
    for name, value in (
        *(("text", "чай"), ("int", 7), ("dict", {"a": [1, 2.5, None]}), ("bytes", b"\0\xff")),
        *(("true", True), ("none", None), ("float", 1.5)),
    ):
        yield cache.set(name, value), cache.get(name), cache.has_key(name)
    yield cache.add("text", "other"), cache.add("new", 1), cache.add("soon", 1, timeout=50)
    yield cache.set("forever", "x", timeout=None), cache.touch("forever", 20)
    yield cache.set("gone", 2, timeout=0), cache.get("gone")
    yield cache.set("past", 2, timeout=-10), cache.get("past")
    yield cache.set("month", 2, timeout=40 * 86_400), cache.get("month")
    yield cache.touch("int"), cache.touch("int", timeout=None), cache.touch("absent", 10)
    yield cache.incr("int"), cache.incr("int", 10), cache.decr("int", 3), cache.decr("int", 100)
    yield cache.get("int"), cache.incr("int", -1)
    yield _fails(lambda: cache.incr("absent")), _fails(lambda: cache.incr("text"))
    yield cache.set_many({"a": 1, "b": "two", "c": [3]}), cache.get_many(["a", "b", "c", "d"])
    yield cache.set_many({"g": 1}, timeout=60), cache.get_or_set("g", 2), cache.get_or_set("h", 9)
    yield cache.delete("b"), cache.delete("b"), cache.delete_many(["c", "f", "zz"])
    yield cache.set("v", "one", version=1), cache.set("v", "two", version=2)
    yield cache.get("v"), cache.get("v", version=2), cache.incr_version("v", version=2)
    yield cache.get("v", version=3), cache.decr_version("v", version=3), "v" in cache
    yield _fails(lambda: cache.set("key with blanks", 1)), _fails(lambda: cache.get("k" * 300))
    yield _fails(lambda: cache.set("huge", "v" * 2_000_000))
    yield cache.clear(), cache.get("text"), cache.get_many(["a", "g"])
    cache.close()


def test_djangos_cache_gets_the_same_from_both() -> None:
    from django.core.cache.backends.memcached import PyMemcacheCache

    def play(port: int) -> Iterator[Any]:
        cache = PyMemcacheCache(f"127.0.0.1:{port}", {"TIMEOUT": 300})
        yield from _cache_calls(cache)
        cache._cache.close()

    sent, _ = compare(play)
    assert sent.startswith(b"get :1:nothing\r\n")
    assert b"set :1:int 2 300 1\r\n7\r\n" in sent
    assert b"set :1:gone 2 -1 1\r\n" in sent
    assert sent.endswith(b"flush_all 0\r\nget :1:text\r\nget :1:a :1:g\r\n")
