"""The console on a real server: what completion finds, streams, interruptions."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from tests.console.test_things import EXPECTED, THINGS
from tests.oracle.raw import RawConnection
from tutor.console.completion import complete
from tutor.console.lexer import split
from tutor.console.remote import RemoteBackend
from tutor.console.things import Thing
from tutor.engine.replies import OK, Push, Status
from tutor.network.link import LinkError


@pytest.fixture
def backend(redis_port: int, raw: RawConnection) -> Iterator[RemoteBackend]:
    backend = RemoteBackend(f"redis://127.0.0.1:{redis_port}")
    for line in (
        "MSET user:name a user:age 5 we[ir]d* x",
        "RPUSH cart a b",
        "HSET user:1 name Anna age 5",
        "SADD tags x y",
        "ZADD board 1 m",
    ):
        backend.execute(split(line))
    yield backend
    backend.close()


def test_keys_are_found_by_prefix_and_type(backend: RemoteBackend) -> None:
    assert backend.keys(b"user:", None, 10) == [b"user:1", b"user:age", b"user:name"]
    assert backend.keys(b"user:", frozenset({"hash"}), 10) == [b"user:1"]
    assert backend.keys(b"", frozenset({"list", "set"}), 10) == [b"cart", b"tags"]
    assert backend.keys(b"we[", None, 10) == [b"we[ir]d*"]
    assert backend.keys(b"", None, 2) == sorted(backend.keys(b"", None, 99))[:2]


def test_types_and_fields(backend: RemoteBackend) -> None:
    assert backend.type(b"cart") == "list"
    assert backend.type(b"nothing") is None
    assert backend.fields(b"user:1", b"", 10) == [b"age", b"name"]
    assert backend.fields(b"tags", b"", 10) == [b"x", b"y"]
    assert backend.fields(b"board", b"", 10) == [b"m"]
    assert backend.fields(b"cart", b"", 10) == []


def test_parameters_come_from_the_server(backend: RemoteBackend) -> None:
    assert "maxmemory" in backend.parameters()


@pytest.mark.parametrize(("thing", "of", "names"), EXPECTED)
def test_the_names_of_things(
    backend: RemoteBackend, thing: Thing, of: tuple[bytes, ...], names: list[bytes]
) -> None:
    for line in THINGS:
        backend.execute(split(line))
    listener = RemoteBackend(f"redis://{backend.prompt().address}")
    stream = listener.stream([b"SUBSCRIBE", b"news"])
    next(stream)
    try:
        assert backend.named(thing, of) == names
    finally:
        stream.close()
        for line in ("ACL DELUSER anna", "FUNCTION FLUSH", "SCRIPT FLUSH"):
            backend.execute(split(line))


def test_completion_works_as_with_the_embedded_engine(backend: RemoteBackend) -> None:
    assert [one.text for one in complete("LPUSH ", None, backend)] == ["cart"]
    assert [one.text for one in complete("HGET user:1 n", None, backend)] == ["name"]


def test_completion_follows_the_selected_database(backend: RemoteBackend) -> None:
    backend.execute([b"SELECT", b"3"])
    assert backend.keys(b"", None, 10) == []
    backend.execute([b"SET", b"here", b"1"])
    assert backend.keys(b"", None, 10) == [b"here"]


def test_completion_never_answers_for_a_command(backend: RemoteBackend) -> None:
    backend.execute([b"MULTI"])
    assert backend.keys(b"cart", None, 10) == [b"cart"]
    assert str(backend.prompt()).endswith("(TX)> ")
    assert backend.execute([b"EXEC"]) == []


def test_the_server_says_what_it_is(backend: RemoteBackend) -> None:
    assert "Redis 7.0.15" in backend.info


def test_monitor_streams_until_it_is_closed(backend: RemoteBackend, raw: RawConnection) -> None:
    assert backend.streams([b"MONITOR"])
    stream = backend.stream([b"MONITOR"])
    assert next(stream) == OK
    raw.call(b"SET", b"watched", b"1")
    line = next(stream)
    assert isinstance(line, Status)
    assert b'"SET" "watched" "1"' in line
    stream.close()
    assert backend.execute([b"PING"]) == b"PONG"


@pytest.mark.parametrize("resp", [2, 3])
def test_messages_of_a_channel(redis_port: int, raw: RawConnection, resp: int) -> None:
    backend = RemoteBackend(f"redis://127.0.0.1:{redis_port}", resp)
    stream = backend.stream([b"SUBSCRIBE", b"news"])
    first = next(stream)
    raw.call(b"PUBLISH", b"news", b"hello")
    second = next(stream)
    assert list(first) == [b"subscribe", b"news", 1]
    assert list(second) == [b"message", b"news", b"hello"]
    assert isinstance(second, Push) == (resp == 3)
    stream.close()
    backend.close()


def test_a_waiting_command_can_be_broken_off_from_another_thread(backend: RemoteBackend) -> None:
    def break_off() -> None:
        time.sleep(0.1)
        backend.cancel()

    threading.Thread(target=break_off, daemon=True).start()
    with pytest.raises(LinkError):
        backend.execute([b"BLPOP", b"never", b"0"])
    assert backend.execute([b"PING"]) == b"PONG"


def test_a_password_in_the_address(redis_port: int, raw: RawConnection) -> None:
    raw.call(b"ACL", b"SETUSER", b"bob", b"on", b">s3cret", b"~*", b"+@all")
    try:
        good = RemoteBackend(f"redis://bob:s3cret@127.0.0.1:{redis_port}/2")
        assert good.execute([b"ACL", b"WHOAMI"]) == b"bob"
        assert good.prompt().db == 2
        good.close()
        with pytest.raises(LinkError) as caught:
            RemoteBackend(f"redis://bob:wrong@127.0.0.1:{redis_port}").execute([b"PING"])
        assert caught.value.trouble == "auth"
    finally:
        raw.call(b"ACL", b"DELUSER", b"bob")
