"""What an onlooker learns of clients is what CLIENT LIST says."""

from __future__ import annotations

from tests.engine.test_census import Bench
from tutor.engine.clients.figures import clients_of
from tutor.engine.host import Buffers


def _listed(bench: Bench) -> dict[int, dict[str, str]]:
    text = bench.run("CLIENT LIST")
    assert isinstance(text, bytes)
    lines = [dict(f.split("=", 1) for f in line.split()) for line in text.decode().splitlines()]
    return {int(line["id"]): line for line in lines}


def test_the_figures_are_those_of_client_list() -> None:
    bench = Bench("CLIENT SETNAME me")
    other = bench.engine.connect("127.0.0.1:50312")
    other.buffers = lambda: Buffers(9, 120, 16_000, 16_384, 16_384, 3000, 2, 20_000)
    bench.engine.execute(other, [b"MULTI"])
    bench.engine.execute(other, [b"SET", b"a", b"b"])
    reader = bench.engine.connect("127.0.0.1:50313")
    bench.engine.execute(reader, [b"SUBSCRIBE", b"news"])
    waiting = bench.engine.connect("127.0.0.1:50314")
    bench.engine.execute(waiting, [b"BLPOP", b"nothing", b"0"])
    bench.clock.advance(ms=5000)
    bench.engine.tick()
    listed = _listed(bench)
    figures = clients_of(bench.engine)
    assert figures.count == len(figures.clients) == len(listed) == 4
    for client in figures.clients:
        line = listed[client.id]
        assert client.flags == line["flags"]
        assert client.peer == line["addr"]
        assert client.name.decode() == line["name"]
        assert client.multi == int(line["multi-mem"])
        assert client.buffers.query == int(line["qbuf"])
        assert client.buffers.output == int(line["omem"])
        if client.id != bench.session.id:  # it was carrying out CLIENT LIST
            assert client.argv == int(line["argv-mem"])
            assert client.idle_s == int(line["idle"])
            assert client.command == line["cmd"]
    assert [client.connected for client in figures.clients] == [False, True, False, False]
    assert [client.kind for client in figures.clients] == ["normal", "normal", "pubsub", "normal"]


def test_only_the_first_are_looked_at() -> None:
    bench = Bench()
    for _ in range(80):
        bench.engine.connect()
    figures = clients_of(bench.engine, most=10)
    assert len(figures.clients) == 10
    assert figures.count == 81


def test_limits_are_those_of_the_configuration() -> None:
    bench = Bench("CONFIG SET client-output-buffer-limit 'normal 1000 500 10'")
    (normal, pubsub) = clients_of(bench.engine).limits
    assert (normal.hard, normal.soft, normal.seconds) == (1000, 500, 10)
    assert pubsub.kind == "pubsub"
