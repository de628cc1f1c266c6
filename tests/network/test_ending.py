"""How a server ends when it is told to by signals."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.network.daemon import PidFile, Supervisor
from tutor.network.ending import Ending
from tutor.network.log import Log


@pytest.fixture(autouse=True)
def own_handlers() -> Iterator[None]:
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP")]
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


class World:
    """An ending and what became of it."""

    def __init__(self, folder: Path, **directives: object) -> None:
        self.log_file = folder / "log"
        config = Config(logfile=os.fsencode(self.log_file), **directives)
        log = Log(config)
        self.stops = 0
        pid_file = PidFile(config, background=False)
        supervisor = Supervisor("no", log.write)
        self.ending = Ending(Engine(seed=1, config=config), log, self._stop, pid_file, supervisor)
        self.ending.obey_signals()

    def _stop(self) -> None:
        self.stops += 1

    def says(self, text: str) -> bool:
        return text in self.log_file.read_text()


pytestmark = pytest.mark.skipif(os.name != "posix", reason="raises POSIX signals in this process")


def test_one_signal_stops_and_a_second_sigint_ends_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    signal.raise_signal(signal.SIGTERM)
    world.ending.look()
    signal.raise_signal(signal.SIGTERM)
    world.ending.look()
    assert (world.stops, codes) == (1, [])
    signal.raise_signal(signal.SIGINT)
    assert (world.stops, codes) == (1, [1])
    assert world.says("Received SIGTERM scheduling shutdown...")
    assert world.says("You insist... exiting now.")


def test_a_signal_that_must_save_does_not_stop_a_server_that_cannot(tmp_path: Path) -> None:
    world = World(tmp_path, shutdown_on_sigint="save")
    signal.raise_signal(signal.SIGINT)
    world.ending.look()
    assert world.stops == 0
    assert world.says("errors trying to shut down the server")


def test_a_hang_up_of_the_terminal_is_ignored(tmp_path: Path) -> None:
    world = World(tmp_path)
    signal.raise_signal(signal.SIGHUP)
    assert world.stops == 0
    assert not world.log_file.exists()


def test_the_pid_file_goes_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "my.pid"
    world = World(tmp_path, pidfile=os.fsencode(path))
    assert path.read_text() == f"{os.getpid()}\n"
    assert world.ending.request()
    world.ending.finish()
    assert not path.exists()
    assert world.says("Removing the pid file.")
