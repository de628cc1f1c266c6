"""The embedded servers really replicate, and break as servers do."""

from __future__ import annotations

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.network.serving import until
from tutor.network.django.fleet import Fleet, NoSuchServer


def client(fleet: Fleet, name: str, password: str | None = None) -> redis.Redis:
    return at(fleet[name].port, password)


def at(port: int, password: str | None = None) -> redis.Redis:
    return redis.Redis(port=port, password=password, retry=Retry(NoBackoff(), 0))


def test_replicas_have_what_the_master_was_told(fleet: Fleet) -> None:
    client(fleet, "master").set("k", "v")
    assert fleet.settle(5)
    assert [client(fleet, name).get("k") for name in fleet.names] == [b"v", b"v", b"v"]
    assert [one.role for one in fleet.states()] == ["master", "replica", "replica"]


def test_replicas_refuse_writes(fleet: Fleet) -> None:
    with pytest.raises(redis.exceptions.ReadOnlyError):
        client(fleet, "replica1").set("k", "v")


def test_a_stream_that_is_held_back_leaves_the_old_value(fleet: Fleet) -> None:
    client(fleet, "master").set("k", "old")
    fleet.settle(5)
    fleet.lag("replica1", 60)
    client(fleet, "master").set("k", "new")
    until(lambda: client(fleet, "replica2").get("k") == b"new")
    assert client(fleet, "replica1").get("k") == b"old"
    behind = fleet.states()[1].behind
    assert behind is not None
    assert behind > 0
    fleet.lag("replica1", 0)
    until(lambda: client(fleet, "replica1").get("k") == b"new")


def test_a_pulled_cable_loses_nothing(fleet: Fleet) -> None:
    fleet.cut("replica2")
    for number in range(50):
        client(fleet, "master").rpush("list", number)
    until(lambda: client(fleet, "replica1").llen("list") == 50)
    assert client(fleet, "replica2").llen("list") == 0
    fleet.heal("replica2")
    assert fleet.settle(5)
    assert client(fleet, "replica2").lrange("list", 0, -1) == [b"%d" % n for n in range(50)]


def test_a_stopped_server_refuses_and_comes_back_with_its_data(fleet: Fleet) -> None:
    client(fleet, "master").set("k", "v")
    fleet.stop_server("master")
    assert not fleet.states()[0].running
    with pytest.raises(redis.exceptions.ConnectionError):
        client(fleet, "master").get("k")
    assert client(fleet, "replica1").get("k") == b"v"
    fleet.start_server("master")
    assert client(fleet, "master").get("k") == b"v"
    client(fleet, "master").set("k", "w")
    assert fleet.settle(5)
    assert client(fleet, "replica2").get("k") == b"w"


def test_a_password_holds_for_clients_and_for_replication() -> None:
    with Fleet(1) as fleet:
        fleet.ensure(2, "secret")
        with pytest.raises(redis.exceptions.AuthenticationError):
            client(fleet, "master").ping()
        client(fleet, "master", "secret").set("k", "v")
        assert fleet.settle(5)
        assert client(fleet, "replica2", "secret").get("k") == b"v"


def test_nobody_runs_after_the_end() -> None:
    with Fleet(1) as fleet:
        ports = [fleet[name].port for name in fleet.names]
    for port in ports:
        with pytest.raises(redis.exceptions.ConnectionError):
            at(port).ping()


@pytest.mark.parametrize("name", ["replica9", "", "master"])
def test_only_replicas_have_a_cable(fleet: Fleet, name: str) -> None:
    with pytest.raises(NoSuchServer):
        fleet.cut(name)
