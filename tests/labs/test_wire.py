"""Wires: in order, after their time, never lost; cut, healed, closed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.labs.simulation import Simulation
from tutor.labs.wire import End, Wire


class Listener:
    """Remembers what came, and when."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.data = b""
        self.times: list[int] = []
        self.open = False
        self.why: str | None = None

    def opened(self) -> None:
        self.open = True

    def received(self, data: bytes) -> None:
        self.data += data
        self.times.append(self._simulation.now)

    def closed(self, why: str) -> None:
        self.why = why


class Both:
    """Two machines and a connection between them."""

    def __init__(self, seed: int = 1) -> None:
        self.simulation = Simulation(seed)
        self.wire = Wire(self.simulation, "a", "b")
        self.near, self.far = Listener(self.simulation), Listener(self.simulation)
        self.back: End | None = None

    def connect(self) -> End:
        def accept(end: End) -> Listener:
            self.back = end
            return self.far

        end = self.wire.connect("a", self.near, accept)
        self.run(1_000_000)
        return end

    def run(self, us: int) -> None:
        self.simulation.run_until(self.simulation.now + us)


def test_bytes_arrive_after_the_delay() -> None:
    both = Both()
    end = both.connect()
    both.wire.settings.delay = 80_000
    sent = both.simulation.now
    end.send(b"*1\r\n$4\r\nPING\r\n")
    both.run(79_999)
    assert both.far.data == b""
    assert [segment.text for segment in both.wire.flying] == ["PING"]
    both.run(1)
    assert both.far.times == [sent + 80_000]


def test_bandwidth_lets_out_so_many_bytes_a_second() -> None:
    both = Both()
    end = both.connect()
    both.wire.settings.bandwidth = 1000
    end.send(b"x" * 3000)
    both.run(1_500_000)
    assert end.unsent > 0
    both.run(2_000_000)
    assert (len(both.far.data), end.unsent) == (3000, 0)


@settings(max_examples=60)
@given(
    st.lists(st.binary(min_size=1, max_size=60_000), max_size=6),
    st.integers(0, 40),
    st.integers(0, 200_000),
    st.integers(0, 2**32),
    st.lists(st.integers(0, 400_000), max_size=4),
)
def test_nothing_is_lost_and_nothing_overtakes(
    pieces: list[bytes], loss: int, jitter: int, seed: int, cuts: list[int]
) -> None:
    both = Both(seed)
    end = both.connect()
    both.wire.settings.loss, both.wire.settings.jitter = loss, jitter
    both.wire.settings.delay = 50_000
    for piece, cut in zip(pieces, [*cuts, *[0] * len(pieces)], strict=False):
        end.send(piece)
        both.run(cut // 2)
        if cut:
            both.wire.cut()
            both.run(cut)
            both.wire.heal()
    both.run(600_000_000)
    assert both.far.data == b"".join(pieces)


def test_while_it_is_cut_nobody_hears_of_a_hang_up() -> None:
    both = Both()
    end = both.connect()
    both.wire.cut()
    end.close()
    both.run(10_000_000)
    assert both.far.why is None
    both.wire.heal()
    both.run(10_000_000)
    assert both.far.why == "Connection reset by peer"


def test_a_hang_up_is_heard_behind_the_last_bytes() -> None:
    both = Both()
    end = both.connect()
    end.send(b"last")
    end.close()
    both.run(1_000_000)
    assert (both.far.data, both.far.why) == (b"last", "")


@pytest.mark.parametrize("cut", [False, True])
def test_who_is_not_there_cannot_be_reached(cut: bool) -> None:
    both = Both()
    if cut:
        both.wire.cut()
    both.wire.connect("a", both.near, lambda end: None)
    both.run(20_000_000)
    assert both.near.why == ("Connection timed out" if cut else "Connection refused")
    assert not both.near.open
