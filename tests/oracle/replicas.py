"""Servers that replicate from one another, ours and real ones, with a wire between that can be cut.

    client ─▶ master ◀── Wire (a small proxy) ◀── replica

Each is a process of its own. When the stream has come to rest, every key of both is compared:
DUMP and PEXPIRETIME.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.network.serving import free_port, until
from tests.oracle.fuzz.grammar import Argv, Grammar
from tests.oracle.fuzz.scripts import LIBRARY
from tests.oracle.raw import Error, Neutral, RawConnection

Kind = Literal["ours", "real"]
DATABASES = 16
FLEETING = b"fleeting"
"""A key that soon expires, while others are written."""
_PIPELINE = 50


class Node:
    """A server that runs in a process of its own."""

    def __init__(self, kind: Kind, folder: Path, *directives: str) -> None:
        self.kind = kind
        self.folder = folder / f"{kind}-{free_port()}"
        self.folder.mkdir(parents=True)
        self.directives = directives
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Begin, or begin again with the same port and files."""
        program = [str(shutil.which("redis-server"))]
        if self.kind == "ours":
            program = [sys.executable, "-m", "tutor", "serve"]
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        arguments += ["--dir", str(self.folder), "--logfile", str(self.folder / "log")]
        arguments += ["--repl-diskless-sync-delay", "0", *self.directives]
        self.process = subprocess.Popen(
            [*program, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        until(self._answers, 20)
        self.raw = RawConnection(self.port)

    def _answers(self) -> bool:
        try:
            with RawConnection(self.port, 1) as raw:
                said = raw.call(b"PING")
                return not (isinstance(said, Error) and said.text.startswith(b"LOADING"))
        except OSError:
            return False

    def stop(self, *, kill: bool = False) -> None:
        """End the process: asked to, or without warning."""
        assert self.process is not None
        self.raw.close()
        if kill:
            self.process.kill()
        else:
            self.process.terminate()
        self.process.wait(60)

    def call(self, line: str) -> Neutral:
        """The reply to a command, split at spaces."""
        return self.raw.call(*line.encode().split())

    def info(self, section: str = "replication") -> dict[str, str]:
        text = self.call(f"INFO {section}")
        assert isinstance(text, bytes)
        lines = (line.partition(":") for line in text.decode().split("\r\n"))
        return {name: value for name, colon, value in lines if colon}

    def follow(self, port: int) -> None:
        """Become a replica of whoever is at ``port``, and wait until the link is up."""
        assert not isinstance(self.call(f"REPLICAOF 127.0.0.1 {port}"), Error)
        until(self.link_is_up, 30)

    def link_is_up(self) -> bool:
        return self.info().get("master_link_status") == "up"

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


class Wire:
    """A proxy to ``port`` whose connections can be cut, and that lets nobody through while it is
    ``closed``."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.closed = False
        self.bytes = 0
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        """Hang up on both sides, whatever is under way."""
        ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.closed = True
        self._listener.close()
        self.cut()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = self._listener.accept()
                if self.closed:
                    near.close()
                    continue
                try:
                    far = socket.create_connection(("127.0.0.1", self._target), 60)
                except OSError:
                    near.close()
                    continue
                far.settimeout(None)
                self._ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(1 << 16):
                self.bytes += len(data)
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


# what is written


class Writer:
    """Random commands of all groups for a master; the same name writes the same."""

    def __init__(self, name: str) -> None:
        self._chance = random.Random(name)
        self._grammar = Grammar(self._chance)
        self.commands = 0

    def write(self, node: Node, count: int, between: Callable[[], object] = lambda: None) -> None:
        """Carry out ``count`` commands, and see that each is answered; ``between`` is done now
        and then while some are under way."""
        raw = RawConnection(node.port)
        with contextlib.closing(raw):
            raw.call(b"FUNCTION", b"LOAD", b"REPLACE", LIBRARY)
            for start in range(0, count, _PIPELINE):
                batch = [self._command() for _ in range(min(_PIPELINE, count - start))]
                for argv in batch:
                    raw.send(*argv)
                between()
                for _ in batch:
                    raw.receive()
            raw.call(b"DISCARD")
            for db in range(DATABASES):
                raw.call(b"SELECT", b"%d" % db)
                raw.call(b"DEL", FLEETING)
        self.commands += count

    def _command(self) -> Argv:
        chance = self._chance
        roll = chance.random()
        if roll < 0.03:
            return [b"SELECT", b"%d" % chance.randrange(DATABASES)]
        if roll < 0.06:
            return [b"SET", FLEETING, b"v", b"PX", b"%d" % chance.randint(1, 40)]
        if roll < 0.08:
            return [b"PUBLISH", b"channel", b"message"]
        if roll < 0.0805:
            return [b"FLUSHDB"]
        return self._grammar.command()


# what comes of it


@dataclass
class Compared:
    """What was compared, and what differed."""

    keys: int = 0
    types: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


def at_rest(master: Node, *replicas: Node) -> None:
    """Wait until replicas have applied, and acknowledged, all that their master has written."""

    def same() -> bool:
        first = master.info()
        offset = first["master_repl_offset"]
        infos = [replica.info() for replica in replicas]
        acknowledged = [
            f"offset={offset}," in line
            for info in (first, *infos)
            for name, line in info.items()
            if name.startswith("slave") and "state=" in line
        ]
        return all(acknowledged) and all(
            info.get("master_link_status") == "up" and info["slave_repl_offset"] == offset
            for info in infos
        )

    until(same, 60)


def compare(one: Node, other: Node) -> Compared:
    """Every key of both, in all databases."""
    found = Compared()
    for db in range(DATABASES):
        sides = [RawConnection(node.port) for node in (one, other)]
        for side in sides:
            side.call(b"SELECT", b"%d" % db)
        names = [sorted(_names(side)) for side in sides]
        if names[0] != names[1]:
            found.differences.append(f"db {db}: keys {names[0]} and {names[1]}")
        for key in names[0]:
            found.keys += 1
            if _differ(sides, key, found):
                dumps = [side.call(b"DUMP", key) for side in sides]
                found.differences.append(f"db {db}: {key!r}: {dumps[0]!r} and {dumps[1]!r}")
        for side in sides:
            side.close()
    libraries = [node.raw.call(b"FUNCTION", b"DUMP") for node in (one, other)]
    if libraries[0] != libraries[1]:
        found.differences.append("libraries")
    return found


def _names(raw: RawConnection) -> list[bytes]:
    names = raw.call(b"KEYS", b"*")
    assert isinstance(names, list)
    return [name for name in names if isinstance(name, bytes)]


def _differ(sides: Sequence[RawConnection], key: bytes, found: Compared) -> bool:
    """Whether a key is another on both sides.

    Who loads a file decides anew on encodings, so they may differ between a master and its replica;
    then, and in hash tables, whose order is each server's own, the contents are compared.
    """
    kinds = [side.call(b"TYPE", key) for side in sides]
    encodings = [side.call(b"OBJECT", b"ENCODING", key) for side in sides]
    expiries = [side.call(b"PEXPIRETIME", key) for side in sides]
    found.types[kinds[0].text.decode()] += 1
    if kinds[0] != kinds[1] or expiries[0] != expiries[1]:
        return True
    contents = _CONTENTS.get(kinds[0].text)
    if contents and (encodings[0] != encodings[1] or encodings[0] == b"hashtable"):
        step, *ask = contents
        items = [side.call(ask[0], key, *ask[1:]) for side in sides]
        pairs = [sorted(one[at : at + step] for at in range(0, len(one), step)) for one in items]
        return bool(pairs[0] != pairs[1])
    dumps = [side.call(b"DUMP", key) for side in sides]
    if kinds[0].text == b"stream" and dumps[0] != dumps[1]:
        streams = [_stream(side, key) for side in sides]
        return bool(streams[0] != streams[1])
    return bool(dumps[0] != dumps[1])


def _stream(raw: RawConnection, key: bytes) -> list[Neutral]:
    """What a replica knows of a stream.

    It is not told of consumers that have got nothing, nor how many entries a group has read
    (XREADGROUP goes on as XCLAIM), and the times of consumers are its own: two real servers differ
    in the same.
    """
    info = raw.call(b"XINFO", b"STREAM", key)
    assert isinstance(info, list)
    facts: list[Neutral] = [raw.call(b"XRANGE", key, b"-", b"+"), info[: info.index(b"groups")]]
    for group in raw.call(b"XINFO", b"GROUPS", key):
        about = dict(zip(group[::2], group[1::2], strict=True))
        name = about[b"name"]
        pending = raw.call(b"XPENDING", key, name, b"-", b"+", b"10000")
        facts.append([name, about[b"last-delivered-id"]])
        facts.append([[entry, consumer, count] for entry, consumer, _idle, count in pending])
    return facts


_CONTENTS: dict[bytes, tuple[Any, ...]] = {
    b"set": (1, b"SMEMBERS"),
    b"hash": (2, b"HGETALL"),
    b"zset": (2, b"ZRANGE", b"0", b"-1", b"WITHSCORES"),
}


@contextlib.contextmanager
def running(*nodes: Node) -> Iterator[None]:
    """Nodes that are stopped at the end."""
    try:
        yield
    finally:
        for node in nodes:
            assert node.process is not None
            if node.process.poll() is None:
                node.stop()
