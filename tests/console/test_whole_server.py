"""The wire: what another client has sent and got, while somebody looks."""

from __future__ import annotations

import pytest

from tutor.console import whole_server
from tutor.console.whole_server import Overheard, WholeServer
from tutor.diagrams.server import draw_server
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.session import Session
from tutor.engine.world import World


@pytest.fixture
def world() -> World:
    world = World(Engine(clock=VirtualClock(), seed=5))
    world.traffic = Overheard()
    return world


@pytest.fixture
def server(world: World) -> WholeServer:
    server = WholeServer(world)
    server.attend("wire")
    return server


def other(world: World) -> Session:
    return Session(world.engine, 42, "127.0.0.1:5000")


def request_of(server: WholeServer) -> bytes:
    seen = server.layout("wire")
    return seen.request if seen is not None else b""


def test_what_another_client_sends_is_seen_with_its_number(
    world: World, server: WholeServer
) -> None:
    world.engine.execute(other(world), [b"SET", b"k", b"v"])
    seen = server.layout("wire")
    assert (seen.client, seen.request, seen.reply) == (
        42, b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n", b"+OK\r\n",
    )  # fmt: skip
    assert "client #42" in draw_server("wire", seen, 80).text


def test_ones_own_command_comes_in_front_and_stays_for_a_while(
    world: World, server: WholeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(whole_server, "monotonic", lambda: now)
    world.engine.execute(other(world), [b"GET", b"k"])
    assert b"GET" in request_of(server)
    world.run([b"PING"])
    assert b"PING" in request_of(server)
    assert server.layout("wire").client == 0
    world.engine.execute(other(world), [b"ECHO", b"x"])
    assert b"PING" in request_of(server)
    now += whole_server.OWN_STAY_S
    assert b"ECHO" in request_of(server)


def test_an_exchange_stays_long_enough_to_be_read(
    world: World, server: WholeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(whole_server, "monotonic", lambda: now)
    world.engine.execute(other(world), [b"GET", b"first"])
    assert b"first" in request_of(server)
    world.engine.execute(other(world), [b"GET", b"second"])
    assert b"first" in request_of(server)
    now += whole_server.STAY_S
    assert b"second" in request_of(server)


def test_passwords_of_others_are_not_shown(world: World, server: WholeServer) -> None:
    world.engine.execute(other(world), [b"AUTH", b"alice", b"secret"])
    assert b"AUTH" in request_of(server)
    assert b"secret" not in request_of(server)


def test_nothing_is_kept_while_nobody_looks_at_the_wire(world: World, server: WholeServer) -> None:
    server.attend("map")
    world.engine.execute(other(world), [b"SET", b"k", b"v"])
    assert isinstance(world.traffic, Overheard)
    assert world.traffic.last is None
    assert world.traffic.total == 1
