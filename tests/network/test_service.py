"""A port beside an app: opened, closed, taken, ended by a client, shared with the app."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
import redis

from tests.network.serving import free_port, until
from tutor.engine.engine import Engine
from tutor.engine.turns import Turns
from tutor.network import service as module
from tutor.network.service import PortRefused, Service

LONG_S = 60


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service(Engine(seed=3), Turns())
    yield made
    made.close()


def test_a_client_reaches_the_engine_until_the_port_is_closed(service: Service) -> None:
    port = service.open(free_port())
    engine = service._engine
    assert service.is_open
    assert service.addresses == (f"127.0.0.1:{port}",)
    assert service.port == port == engine.config.port
    client = redis.Redis(port=port)
    assert client.set("k", "v")
    assert service.clients == 1
    assert engine.databases[0].keys.data == {b"k": b"v"}
    assert service.close()
    assert not service.is_open
    assert (service.addresses, service.port, service.clients) == ((), 0, 0)
    assert engine.host is None
    with pytest.raises(redis.ConnectionError):
        client.ping()
    client.close()


def test_it_can_be_opened_again(service: Service) -> None:
    port = service.open(free_port())
    service.close()
    assert service.open(port) == port
    assert redis.Redis(port=port).ping()


def test_only_this_computer_comes_in_and_only_it_may_debug(service: Service) -> None:
    service.open(free_port())
    config = service._engine.config
    assert config.bind == ("127.0.0.1",)
    assert config.protected_mode
    assert config.enable_debug_command == "local"


def test_a_taken_port_is_refused_and_nothing_has_changed(service: Service) -> None:
    config = service._engine.config
    before = dict(config.__dict__)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortRefused) as caught:
            service.open(port)
    assert (caught.value.reason, caught.value.port) == ("taken", port)
    assert config.__dict__ == before
    assert service._engine.host is None
    assert not service.warnings


def test_without_a_number_it_takes_the_first_free_port(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr(module, "USUAL_PORT", other.getsockname()[1])
        spare = free_port()
        monkeypatch.setattr(module, "SPARE_PORTS", range(spare, spare + 1))
        assert service.open() == spare


def test_a_client_may_end_it_with_shutdown(service: Service) -> None:
    port = service.open(free_port())
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(b"SHUTDOWN NOSAVE\r\n")
        assert sock.recv(100) == b""
    until(lambda: service.ending)
    assert service.ending == "shutdown"
    assert not service.is_open
    assert not service.warnings
    service.open(port)
    assert service.ending == ""


def test_a_fault_of_the_loop_ends_it_and_is_told(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(self: object, timeout: float) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(module._Shared, "turn", break_down)
    service.open(free_port())
    until(lambda: service.ending)
    assert service.ending == "fault"
    assert list(service.warnings) == ["RuntimeError: broken"]


def test_what_the_app_does_wakes_clients_at_once(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only when the loop next looks at its clock: here that is never."""
    engine, turns = service._engine, service._turns
    turn = module._Shared.turn
    monkeypatch.setattr(module._Shared, "turn", lambda self, _timeout: turn(self, LONG_S * 2))
    port = service.open(free_port())
    session = engine.connect()
    with socket.create_connection(("127.0.0.1", port), LONG_S) as sock:
        sock.sendall(b"BLPOP q 0\r\n")
        until(lambda: len(engine.databases[0].blocked))
        with turns:
            engine.execute(session, [b"RPUSH", b"q", b"x"])
        service.wake()
        assert sock.recv(100).endswith(b"$1\r\nx\r\n")


def test_turns_keep_app_and_clients_apart(service: Service) -> None:
    engine, turns = service._engine, service._turns
    port = service.open(free_port())
    client = redis.Redis(port=port)
    session = engine.connect()

    def write() -> None:
        for number in range(300):
            client.incr("n")
            client.rpush("l", number)

    thread = threading.Thread(target=write)
    thread.start()
    mine = 0
    while thread.is_alive():
        with turns:
            engine.execute(session, [b"INCR", b"n"])
            mine += 1
    thread.join()
    assert client.get("n") == b"%d" % (300 + mine)
    assert client.llen("l") == 300
    client.close()


def test_a_port_is_closed_while_a_command_keeps_the_loop(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CLOSE_S", 0.05)
    port = service.open(free_port())
    turns = service._turns
    with turns, socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(b"PING\r\n")
        assert not service.close()
        assert not service.is_open
        with pytest.raises(PortRefused) as caught:
            service.open(port)
        assert caught.value.reason == "busy"
    until(lambda: service._engine.host is None)
    assert service.open(port) == port


def test_it_is_not_opened_while_somebody_has_the_engine_for_long(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OPEN_S", 0.01)
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with service._turns:
            taken.set()
            done.wait(LONG_S)

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait(LONG_S)
    with pytest.raises(PortRefused) as caught:
        service.open(free_port())
    done.set()
    thread.join()
    assert caught.value.reason == "busy"
