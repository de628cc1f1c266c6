"""The prompt in a real terminal (a pseudo-terminal of the system), typed at as a person would."""

from __future__ import annotations

import contextlib
import os
import re
import select
import struct
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

import fcntl
import pty
import termios

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
_CONTROL = re.compile(r"\x1b(\[[0-9;?]*[a-zA-Z]|\][^\x07]*\x07|[=>78()].?)")


class Terminal:
    """A program in a terminal of its own; `expect` waits for text, `type` sends keys."""

    def __init__(self, *options: str, size: tuple[int, int] = (40, 120), **environ: str) -> None:
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(ROOT)
            os.environ.pop("NO_COLOR", None)
            os.environ.update({"TERM": "xterm-256color", "LANG": "en_US.UTF-8", **environ})
            os.execv(sys.executable, [sys.executable, "-m", "tutor", "repl", *options])
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self._text = ""
        self._seen = 0
        self.everything = b""

    def type(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def enter(self, line: str, *expected: str) -> None:
        """Type a line when the prompt is there, and wait for what must come."""
        self.type(line + "\r")
        for text in expected:
            self.expect(text)

    def expect(self, text: str) -> None:
        """Wait until this stands on the screen after what was expected before."""
        deadline = time.monotonic() + PATIENCE
        while (found := self._text.find(text, self._seen)) < 0:
            if not self._receive(deadline):
                pytest.fail(f"no {text!r} in {self._text[self._seen :][-800:]!r}")
        self._seen = found + len(text)

    def expect_all(self, *texts: str) -> None:
        """Wait until all of these stand there, in any order."""
        start = end = self._seen
        for text in texts:
            self._seen = start
            self.expect(text)
            end = max(end, self._seen)
        self._seen = end

    def wait(self) -> int:
        """The exit code, once the program has ended.

        Between two prompts the terminal is not raw, and a key typed just then is lost: Ctrl-D is
        typed again while the program lives.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self._receive(time.monotonic() + 0.2)
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._pid = 0
                return os.waitstatus_to_exitcode(status)
            with contextlib.suppress(OSError):
                self.type("\x04")
        pytest.fail(f"still running after {PATIENCE} s: {self._text[-800:]!r}")

    def close(self) -> None:
        if self._pid:
            os.kill(self._pid, 9)
            os.waitpid(self._pid, 0)
        os.close(self._fd)

    def _receive(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._fd], [], [], max(deadline - time.monotonic(), 0))
        data = b""
        if ready:
            with contextlib.suppress(OSError):
                data = os.read(self._fd, 65536)
        if b"\x1b[6n" in data:  # where is the cursor?
            os.write(self._fd, b"\x1b[1;1R")
        self.everything += data
        self._text = _CONTROL.sub("", self.everything.decode("utf-8", "replace"))
        return bool(data)


Open = Callable[..., Terminal]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Open]:
    opened = []

    def start(*options: str, **settings: str | tuple[int, int]) -> Terminal:
        settings.setdefault("REDIS_TUTOR_HOME", str(tmp_path))
        opened.append(Terminal(*options, **settings))  # type: ignore[arg-type]
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def test_a_session(terminal: Open) -> None:
    screen = terminal()
    screen.expect("127.0.0.1:6379>")
    screen.enter('SET greeting "Привет"', "OK", "6379>")
    screen.enter("GET greeting", '"Привет"', "6379>")
    screen.enter("LPUSH greeting x", "(error) WRONGTYPE", "▌ The key holds another type", "6379>")
    screen.enter("SЕT a 1", "Cyrillic", "try: SET a 1", "6379>")
    screen.enter('SET a "x', "Invalid argument(s)", "A quote is not closed", "6379>")
    screen.enter("SELECT 2", "OK", "6379[2]>")
    screen.enter("MULTI", "OK", "6379[2](TX)>")
    screen.enter("EXEC", "(empty array)", "6379[2]>")
    screen.type("\x04")
    assert screen.wait() == 0


def test_while_typing_the_signature_and_the_menu_are_there(terminal: Open) -> None:
    screen = terminal()
    screen.expect("6379>")
    screen.enter("RPUSH cart x", "(integer) 1", "6379>")
    screen.type("LPUSH ")
    screen.expect_all("LPUSH key element [element ...]", "cart")


def test_a_paste_of_several_lines_is_several_commands(terminal: Open) -> None:
    screen = terminal()
    screen.expect("6379>")
    screen.type("\x1b[200~SET a 1\nINCR a\nGET a\n\x1b[201~")
    screen.type("\r")
    for text in ("OK", "INCR a", "(integer) 2", "GET a", '"2"'):
        screen.expect(text)


def test_a_paste_of_a_script_over_several_lines_is_one_command(terminal: Open) -> None:
    prompt = terminal()
    prompt.expect("6379>")
    prompt.type('\x1b[200~EVAL "local a = 1\nreturn\n  a + 41" 0\nGET b\x1b[201~')
    prompt.expect("GET b")
    prompt.type("\r")
    prompt.expect("(integer) 42")
    prompt.expect("(nil)")


def test_messages_come_while_somebody_types(terminal: Open) -> None:
    prompt = terminal()
    prompt.expect("6379>")
    prompt.enter("SUBSCRIBE news", "UNSUBSCRIBE or Ctrl-C ends it")
    prompt.enter("GET a", "This client listens")
    prompt.enter(":client 2", "#2")
    prompt.enter("PUBLISH news hello", "(integer) 1", "to client 1:", '"hello"')


def test_ctrl_c_in_an_empty_line_ends_a_subscription(terminal: Open) -> None:
    prompt = terminal()
    prompt.expect("6379>")
    prompt.enter("SUBSCRIBE news", "Ctrl-C ends it", "6379>")
    prompt.type("\x03")
    prompt.expect('"unsubscribe"')
    prompt.enter("GET a", "(nil)")


def test_history_is_there_in_the_next_run_and_passwords_are_not(
    terminal: Open, tmp_path: Path
) -> None:
    screen = terminal()
    screen.expect("6379>")
    screen.enter("SET remembered 1", "OK", "6379>")
    screen.enter("AUTH secret", "(error)", "6379>")
    screen.enter("quit")
    assert screen.wait() == 0
    assert "secret" not in (tmp_path / "console-history").read_text()
    again = terminal()
    again.expect("6379>")
    again.type("\x12remem")  # Ctrl-R
    again.expect("SET remembered 1")


def test_one_client_waits_and_another_answers(terminal: Open) -> None:
    screen = terminal()
    screen.expect("6379>")
    screen.enter("BLPOP queue 0", "(waits; Ctrl-C gives up)")
    screen.enter("GET a", "This client waits", "(waits; Ctrl-C gives up)")
    screen.enter(":client 2", "Client 2 has connected", "#2 127.0.0.1:6379>")
    screen.enter("RPUSH queue job", "(integer) 1", "client 1 has its answer to BLPOP queue 0")
    screen.expect('2) "job"')


def test_ctrl_c_gives_up_waiting_and_a_slow_reply_is_timed(terminal: Open) -> None:
    screen = terminal()
    screen.expect("6379>")
    screen.enter("BLPOP queue 0", "(waits; Ctrl-C gives up)")
    screen.type("\x03")
    screen.expect("Given up waiting.")
    screen.expect("6379>")
    screen.enter("BLPOP queue 0.6", "(nil)", "s)", "6379>")


def test_the_language_changes_while_it_runs(terminal: Open) -> None:
    screen = terminal("--lang", "ru")
    screen.expect("6379>")
    screen.enter(":lang en", "The interface is in English now.", "6379>")


def test_no_color_means_no_color(terminal: Open) -> None:
    screen = terminal(NO_COLOR="1")
    screen.expect("6379>")
    screen.enter("LPUSH", "(error)", "▌ ", "6379>")
    colours = re.findall(rb"\x1b\[([0-9;]*)m", screen.everything)
    codes = {int(code or 0) for found in colours for code in found.split(b";")}
    assert not codes & {*range(30, 38), *range(40, 48), *range(90, 98), 38, 48}


def test_a_dumb_terminal_works(terminal: Open) -> None:
    screen = terminal(TERM="dumb")
    screen.expect("6379>")
    screen.enter("SET a 1", "OK", "6379>")
    screen.enter("BLPOP queue 0.05", "(nil)", "6379>")
    screen.enter("quit")
    assert screen.wait() == 0


def test_a_terminal_of_twenty_by_five_works(terminal: Open) -> None:
    screen = terminal(size=(5, 20))
    screen.expect("6379>")
    screen.enter("SET a 1", "OK", "6379>")
    screen.enter("LPUSH a 1", "(error)", "▌ ", "6379>")
    assert "too small" not in screen.everything.decode()


def test_without_a_place_for_history_it_says_so_and_works(terminal: Open) -> None:
    screen = terminal(REDIS_TUTOR_HOME="/proc/nowhere")
    screen.expect("history of commands will not be kept")
    screen.expect("6379>")
    screen.enter("PING", "PONG")


def test_a_server_that_is_not_there(terminal: Open) -> None:
    screen = terminal("--connect", "redis://127.0.0.1:1")
    screen.expect("Nobody listens at 127.0.0.1:1")
    screen.expect("not connected>")
    screen.enter("PING", "Nobody listens", "not connected>")
    screen.type("\x04")
    assert screen.wait() == 0


def test_the_exact_form_and_the_plain_form(terminal: Open) -> None:
    screen = terminal("--no-readable")
    screen.expect("6379>")
    screen.enter("ECHO Ж", '"\\xd0\\x96"', "6379>")
    screen.enter(":readable on", "shown as text now", "6379>")
    screen.enter("ECHO Ж", '"Ж"', "6379>")
    screen.enter(":raw", "plain now", "6379>")
    screen.enter("RPUSH l a b", "2", "6379>")
