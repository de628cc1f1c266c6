"""Everything that clients receive, byte for byte, on the engine and on the real server.

`compare.py` compares the reply of each command. Here every byte counts that any client gets after
any command: replies, messages, their order, and whether the connection is closed.
"""

from __future__ import annotations

import itertools
import re
import socket
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.oracle.tally import TALLY
from tutor.engine.cmdline import split
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED, Reply
from tutor.engine.session import Session
from tutor.network.encoder import encode

CLOSED = b"<closed>"
_MASKS: tuple[tuple[bytes, bytes], ...] = (
    (rb"\d{10}\.\d{6} \[", b"TIME ["),  # of MONITOR
    (
        rb"[$=]\d+\r\n(txt:)?(id=\d)",
        rb"$N\r\n\2",
    ),  # of CLIENT LIST, whose next figures are the process's
    (rb" fd=-?\d+ ", b" "),
    (rb"(laddr=127\.0\.0\.1):\d+ ", rb"\1 "),
    (rb" (age|idle)=\d+", b""),
    (rb" (qbuf|qbuf-free|rbs|rbp|obl|oll|omem|tot-mem)=\d+", b""),
)


class Both:
    """One client on the engine and on the real server, with the same id and address."""

    def __init__(self, engine: Engine, port: int) -> None:
        self.engine = engine
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(b"CLIENT ID\r\n")
        self.id = int(self.socket.recv(100)[1:])
        engine._session_ids = itertools.count(self.id)
        self.session: Session = engine.connect(f"127.0.0.1:{self.socket.getsockname()[1]}")
        engine.execute(self.session, [b"CLIENT", b"ID"])
        self.session.on_reply = self.session.on_push = self._receive
        self.got = bytearray()
        self.speaking = False
        self.open = True

    def _receive(self, reply: Reply) -> None:
        self.got += encode(reply, self.session.resp)

    def send(self, argv: Sequence[bytes]) -> None:
        """One command, on both sides."""
        parts = [b"*%d\r\n" % len(argv)]
        parts += [b"$%d\r\n%b\r\n" % (len(word), word) for word in argv]
        self.socket.sendall(b"".join(parts))
        self.speaking = True
        reply = self.engine.execute(self.session, argv)
        if reply is not BLOCKED:
            self._receive(reply)
        if self.session.closing:
            self.engine.disconnect(self.session)

    def wait_for(self, reply: bytes) -> None:
        """The real server has sent this."""
        got = b""
        while got != reply:
            data = self.socket.recv(len(reply) - len(got))
            got += data
            if not data or not reply.startswith(got):
                raise ConnectionError(f"{got!r} instead of {reply!r}")

    @property
    def ready(self) -> bool:
        """Not waiting for an answer."""
        return self.open and self.session.blocked is None and self.session.postponed is None

    def take(self) -> tuple[bytes, bytes]:
        """What has come since the last time: (ours, theirs)."""
        if not self.open:
            return b"", b""
        ours, theirs = bytes(self.got), b""
        self.got.clear()
        self.socket.setblocking(False)
        try:
            while True:
                data = self.socket.recv(1 << 20)
                if not data:
                    theirs += CLOSED
                    self.open = False
                    break
                theirs += data
        except BlockingIOError:
            pass
        except ConnectionError:
            theirs += CLOSED
            self.open = False
        self.socket.setblocking(True)
        if self.session.id not in self.engine.sessions:
            ours = ours + CLOSED if self.speaking else CLOSED  # nobody flushes for the killed
            self.open = False
        self.speaking = False
        return ours, theirs


@dataclass(frozen=True)
class Difference:
    """What a client has received after a step, where it is not the same."""

    step: str
    client: int
    ours: bytes
    theirs: bytes

    def __str__(self) -> str:
        return (
            f"{self.step}  (client {self.client})\n  ours   {self.ours!r}\n  theirs {self.theirs!r}"
        )


class Crowd:
    """Clients by number; each is connected when it first says something."""

    def __init__(self, engine: Engine, port: int) -> None:
        self.engine = engine
        self.port = port
        self.control = Both(engine, port)
        self.control.socket.sendall(
            b"CLIENT UNPAUSE\r\nFLUSHALL\r\nCONFIG SET notify-keyspace-events ''\r\n"
        )
        self.control.wait_for(b"+OK\r\n" * 3)
        self.clients: dict[int, Both] = {}

    def close(self) -> None:
        self.control.socket.close()
        for client in self.clients.values():
            client.socket.close()

    def client(self, number: int) -> Both:
        if number not in self.clients:
            self.clients[number] = Both(self.engine, self.port)
        return self.clients[number]

    def say(self, number: int, argv: Sequence[bytes]) -> list[Difference]:
        """One command of one client; what any client has received differently."""
        self.client(number).send([self._ids(word) for word in argv])
        return self.compare(f"@{number} {b' '.join(argv).decode('latin-1')}")

    def _ids(self, word: bytes) -> bytes:
        r"""``{2}`` is the id of client 2, ``{addr2}`` its address."""
        word = re.sub(rb"\{(\d+)\}", lambda m: b"%d" % self.client(int(m[1])).id, word)
        return re.sub(
            rb"\{addr(\d+)\}", lambda m: self.client(int(m[1])).session.peer.encode(), word
        )

    def wait(self, seconds: float) -> list[Difference]:
        """Let time pass on both sides."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.005)
            self.engine.tick()
        return self.compare(f"@wait {seconds}")

    def _masked(self, data: bytes) -> bytes:
        """Without what is the process's own, and what MONITOR says of our own PING."""
        for pattern, instead in _MASKS:
            data = re.sub(pattern, instead, data)
        ours = b'+TIME [0 %b] "PING"\r\n' % self.control.session.peer.encode()
        return data.replace(ours, b"")

    def compare(self, step: str) -> list[Difference]:
        """What anybody has received differently since the last time."""
        self.engine.before_sleep()
        for _ in range(2):  # whoever has written before us has been served when we are
            self.control.send([b"PING"])
            self.control.wait_for(b"+PONG\r\n")
            while self.control.session.postponed is not None:
                self.engine.tick()
        found = []
        for number, client in self.clients.items():
            ours, theirs = map(self._masked, client.take())
            TALLY.calls += 1
            if ours != theirs:
                TALLY.differences += 1
                found.append(Difference(step, number, ours, theirs))
        return found


def play(lines: Iterable[str], crowd: Crowd) -> list[Difference]:
    """Commands as in `calls/*.txt`, with ``@2`` for client 2 and ``@wait 0.1`` for a pause."""
    found: list[Difference] = []
    for line in lines:
        number = 1
        if line.startswith("@wait "):
            found += crowd.wait(float(line.split()[1]))
            continue
        if line.startswith("@"):
            word, _, line = line.partition(" ")
            number = int(word[1:])
        found += crowd.say(number, split(line))
    return found


def scenarios(text: str) -> list[tuple[int, list[str]]]:
    """The scenarios of a file: where each begins, and its lines. An empty line ends one."""
    found: list[tuple[int, list[str]]] = []
    lines: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.startswith("#"):
            continue
        if line.strip():
            lines.append(line.strip())
        elif lines:
            found.append((number - len(lines), lines))
            lines = []
    return found
