"""Debian's memcached 1.6.18 and ours side by side: the same bytes to both, replies compared."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.network.memcached_serving import memcached_serving
from tests.network.serving import free_port
from tests.oracle.tally import TALLY

VERSION = "1.6.18"
SYNC = b"mn\r\n"
_RESET = b"<reset>"

_CLOCKS = re.compile(rb"(?<=[ =])(t|l|exp=|la=)-?(\d+)(?=[ \r])|(?<=exp=|.la=)\d{9,}(?= )")
"""Seconds in the replies of meta commands and metadump."""


def memcached_program() -> str:
    """The oracle's path; skips the test where it is absent."""
    program = shutil.which("memcached")
    if program is None:
        pytest.skip(f"memcached is not installed; the oracle is memcached {VERSION}")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    if said.stdout.split()[-1] != VERSION:
        pytest.skip(f"the oracle is memcached {VERSION}; here is: {said.stdout.strip()}")
    return program


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 0.5) as sock:
            sock.sendall(SYNC)
            return sock.recv(4) == b"MN\r\n"
    except OSError:
        return False


@contextlib.contextmanager
def running_memcached(*options: str) -> Iterator[int]:
    """A memcached of one's own; its port."""
    program = memcached_program()
    for _attempt in range(5):
        port = free_port()
        arguments = [program, "-p", str(port), "-l", "127.0.0.1", "-U", "0", "-u", "nobody"]
        process = subprocess.Popen(
            [*arguments, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline and not _answers(port):
            time.sleep(0.01)
        if process.poll() is None:
            break
    else:
        pytest.fail("memcached did not start")
    try:
        yield port
    finally:
        process.kill()  # it has nothing to save, and takes a second to end by itself
        process.wait()


def talk(port: int, parts: Sequence[bytes]) -> bytes:
    """Everything a server says to these bytes on a connection of their own, until it hangs up.

    Each part is sent when the one before it has been answered, which a `mn` of ours tells."""
    with socket.create_connection(("127.0.0.1", port), 60) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        said = b""
        try:
            for number, part in enumerate(parts):
                if number:
                    said += _until_sync(sock)
                sender = threading.Thread(target=_send, args=(sock, part), daemon=True)
                last = number == len(parts) - 1
                if len(part) < 8192:
                    _send(sock, part if last else part + SYNC)
                else:
                    sender = threading.Thread(
                        target=_send, args=(sock, part if last else part + SYNC), daemon=True
                    )
                    sender.start()
                if last and len(part) < 8192:
                    sock.shutdown(socket.SHUT_WR)
                elif last:
                    threading.Thread(target=_finish, args=(sock, sender), daemon=True).start()
            while data := sock.recv(1 << 20):
                said += data
        except (ConnectionResetError, BrokenPipeError):
            said += _RESET
    return said


def _send(sock: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        sock.sendall(data)


def _finish(sock: socket.socket, sender: threading.Thread) -> None:
    sender.join()
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_WR)


def _until_sync(sock: socket.socket) -> bytes:
    said = b""
    while not said.endswith(b"MN\r\n"):
        data = sock.recv(1 << 20)
        if not data:
            raise ConnectionResetError
        said += data
    return said


def close_enough(ours: bytes, theirs: bytes) -> bool:
    """Whether two replies say the same; seconds may differ by 2, for clocks tick when they like."""
    if ours == theirs:
        return True
    if ours.endswith(_RESET) or theirs.endswith(_RESET):  # takes with it what was not yet read
        ours, theirs = ours.removesuffix(_RESET), theirs.removesuffix(_RESET)
        return ours.startswith(theirs) or theirs.startswith(ours)
    if _CLOCKS.sub(rb"\1", ours) != _CLOCKS.sub(rb"\1", theirs):
        return False
    seconds = [
        [int(found[2] or found[0]) for found in _CLOCKS.finditer(text)] for text in (ours, theirs)
    ]
    return all(abs(one - other) <= 2 for one, other in zip(*seconds, strict=True))


class Pair:
    """Both servers; what they hold is the same as long as they hear the same."""

    def __init__(self, ours: int, theirs: int) -> None:
        self.ours = ours
        self.theirs = theirs

    def ask(self, *parts: bytes) -> tuple[bytes, bytes]:
        """Both replies to the same bytes, ours first."""
        TALLY.calls += sum(part.count(b"\n") for part in parts)
        return talk(self.ours, parts), talk(self.theirs, parts)

    def agree(self, *parts: bytes) -> None:
        """Fails unless both say the same."""
        ours, theirs = self.ask(*parts)
        if not close_enough(ours, theirs):
            TALLY.differences += 1
            pytest.fail(
                f"{b'<sync>'.join(parts)[:2000]!r}\nours:   {ours[:3000]!r}\n"
                f"theirs: {theirs[:3000]!r}"
            )

    def stats(self, what: str) -> tuple[dict[str, str], dict[str, str]]:
        """`stats …` of both as dictionaries, ours first."""
        line = f"stats {what}".strip().encode() + b"\r\n"
        return _facts(talk(self.ours, [line])), _facts(talk(self.theirs, [line]))


def _facts(text: bytes) -> dict[str, str]:
    lines = [line.split(" ", 2) for line in text.decode().splitlines()]
    return {line[1]: line[2] for line in lines if line[0] == "STAT"}


@contextlib.contextmanager
def pair(*options: str, **settings: Any) -> Iterator[Pair]:
    """Both servers, fresh: options for theirs, the same as settings for ours."""
    with running_memcached(*options) as theirs, memcached_serving(**settings) as ours:
        yield Pair(ours.port, theirs)
