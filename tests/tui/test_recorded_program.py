"""The program itself in a terminal of its own: what it was sent and what it recorded agree."""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

from tests.tui.test_recording import cells_of, events_of, replay

pty = pytest.importorskip("pty", reason="no pseudo terminals on this system")
import fcntl  # noqa: E402
import struct  # noqa: E402
import termios  # noqa: E402

ROOT = Path(__file__).parents[2]
_KITTY = re.compile(rb"\x1b\[[<>=][0-9;]*u")
"""Pyte would print the ``u`` of these."""


def environment(home: Path) -> dict[str, str]:
    """What the program knows of its surroundings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {
        **kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8",
        "REDIS_TUTOR_HOME": str(home), "REDIS_TUTOR_RUNTIME": str(home / "run"),
        "TEXTUAL_ANIMATIONS": "none",
    }  # fmt: skip


class Terminal:
    """A terminal of so many cells with the program in it."""

    def __init__(self, home: Path, size: tuple[int, int], *words: str) -> None:
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self.pid, self._handle = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            words = (sys.executable, "-m", "tutor.cli", *words)
            os.execve(sys.executable, words, environment(home))  # without readline's COLUMNS
        self.resize(*size)

    def resize(self, columns: int, rows: int) -> None:
        """Give it another size."""
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._handle, text.encode())

    def read(self, seconds: float) -> bool:
        """Take what comes within so many seconds; False when the program has gone."""
        if select.select([self._handle], [], [], seconds)[0]:
            try:
                data = os.read(self._handle, 65_536)
            except OSError:
                return False
            self._stream.feed(_KITTY.sub(b"", data))
            return bool(data)
        return True

    def until(self, text: str, patience: float = 60.0) -> None:
        """Read until this is seen."""
        end = time.monotonic() + patience
        while text not in "\n".join(self.screen.display):
            assert self.read(0.5), self.seen
            assert time.monotonic() < end, self.seen

    def settle(self) -> None:
        """Read until nothing comes for a while."""
        before = None
        while before != self.screen.display:
            before = self.screen.display
            self.read(1.5)

    @property
    def seen(self) -> str:
        return "\n".join(self.screen.display)

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self.read(5):
            pass
        _pid, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._handle)


@pytest.fixture
def opened(home: Path) -> Iterator[list[Terminal]]:
    terminals: list[Terminal] = []
    yield terminals
    for terminal in terminals:
        terminal.close()


def test_the_recording_of_the_real_program_ends_on_the_same_screen(
    home: Path, opened: list[Terminal]
) -> None:
    path = home / "a.cast"
    terminal = Terminal(home, (120, 40), "learn", "string", "--lang", "ru", "--record", str(path))
    opened.append(terminal)
    terminal.until("6379>")
    terminal.type("SET имя Алиса\r")
    terminal.until("OK")
    terminal.resize(80, 24)
    terminal.settle()
    terminal.type("GET имя\r")
    terminal.until('"Алиса"')
    terminal.type("\x1b[21~")  # F10
    assert terminal.end() == 0
    head, found = events_of(path)
    assert (head["width"], head["height"]) == (120, 40)
    assert "80x24" in [data for _time, kind, data in found if kind == "r"]
    assert found[-1][2].endswith("\x1b[?25h\x1b[24;1H")
    output = "".join(data for _time, kind, data in found if kind == "o")
    assert not re.search(r"\x1b(\]|\[[<>=]|\[\?(?!7[hl]|25[hl]))", output)
    assert cells_of(replay(path)) == cells_of(terminal.screen)


def test_a_killed_run_leaves_a_recording_up_to_then(home: Path, opened: list[Terminal]) -> None:
    path = home / "a.cast"
    terminal = Terminal(home, (80, 24), "learn", "string", "--lang", "en", "--record", str(path))
    opened.append(terminal)
    terminal.until("6379>")
    terminal.settle()
    os.kill(terminal.pid, signal.SIGKILL)
    terminal.end()
    assert cells_of(replay(path)) == cells_of(terminal.screen)


def test_a_file_that_is_there_is_told_before_anything_is_drawn(
    home: Path, opened: list[Terminal]
) -> None:
    path = home / "a.cast"
    path.write_text("precious")
    terminal = Terminal(home, (200, 24), "learn", "--lang", "en", "--record", str(path))
    opened.append(terminal)
    assert terminal.end() == 1
    assert "--force writes over it" in terminal.seen
    assert path.read_text() == "precious"
