"""``:server`` at the plain prompt: a picture of the whole server, or what is wrong with a word."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tutor.console.backend import EmbeddedBackend
from tutor.console.commands import run
from tutor.diagrams.server import SERVER_VIEWS
from tutor.engine.census import ORDERS
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import split
from tutor.engine.engine import Engine
from tutor.engine.world import World


class Host:
    """What a prompt is to a word."""

    def __init__(self, *lines: str) -> None:
        self.clock = VirtualClock()
        self.backend = EmbeddedBackend(World(Engine(self.clock, seed=1)))
        self.raw, self.readable, self.columns = False, True, 70
        self.shown: list[Sequence[tuple[str, str]]] = []
        for line in lines:
            self.backend.execute(split(line))

    def show(self, lines: Sequence[Sequence[tuple[str, str]]]) -> None:
        self.shown += lines

    def type(self, line: str) -> str:
        """Enter a line; what is printed."""
        self.shown.clear()
        assert run(line, self)  # type: ignore[arg-type]
        return "\n".join("".join(text for text, _role in one) for one in self.shown)


@pytest.mark.parametrize("view", SERVER_VIEWS)
def test_each_view_is_printed_and_no_line_is_too_long(view: str) -> None:
    host = Host("SET a 1 EX 100", "HSET h f v", "LPUSH l 1 2 3")
    printed = host.type(f":server {view}")
    assert len(printed.splitlines()) > 1
    assert all(len(line) <= host.columns for line in printed.splitlines())
    assert host.type(f":server {view} text") != printed


def test_without_a_word_it_is_the_map() -> None:
    host = Host("SET a 1")
    assert host.type(":server") == host.type(":server map")
    assert "1 key" in host.type(":server")


@pytest.mark.parametrize("order", ORDERS)
def test_the_map_in_every_order(order: str) -> None:
    host = Host("SET a 1 EX 100", "SET b 2")
    assert " a " in host.type(f":server map {order}")


@pytest.mark.parametrize("words", ["nothing", "map nothing", "memory bytes", "map ttl more", "1"])
def test_wrong_words_are_explained(words: str) -> None:
    printed = Host().type(f":server {words}")
    for view in SERVER_VIEWS:
        assert view in printed


def test_the_next_cycle_of_expiry_is_rehearsed_and_nothing_dies() -> None:
    host = Host("SET dead 1 PX 10", "SET alive 1 EX 100")
    host.clock.advance(ms=1000)
    printed = host.type(":server expiry")
    assert "carried out on a copy" in printed
    assert "× removed" in printed
    assert b"dead" in host.backend.world.engine.databases[0].keys.data


def test_the_last_exchange_is_that_of_the_last_command() -> None:
    host = Host("SET a 1", "GET a")
    printed = host.type(":server wire")
    assert r"$3\r\nGET\r\n" in printed
    assert r"$1\r\n1\r\n" in printed


def test_a_pane_is_opened_where_there_is_one() -> None:
    host = Host()
    opened = []
    host.show_server = lambda view, order: opened.append((view, order))  # type: ignore[attr-defined]
    assert host.type(":server") == ""
    assert host.type(":server map ttl") == ""
    assert host.type(":server wire") == ""
    assert opened == [("map", None), ("map", "ttl"), ("wire", None)]
    assert host.type(":server wire text")


def test_a_real_server_is_not_seen_through() -> None:
    host = Host()
    host.backend = object()  # type: ignore[assignment]
    assert ":xray" in host.type(":server memory")
