"""Servers in one process, and the pipes between them: what the machines of replication run over in
these tests.

    replica's Link ══ to master ══▶ requests ─▶ Engine.execute
         ▲                                            │ Session.on_raw, replies
         └══════════════ to replica ◀═════════════════┘

Bytes travel when a test says so, in pieces of any size, or are lost with their connection. Time is
one virtual clock for all.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from tutor.engine.clock import VirtualClock
from tutor.engine.config import Config
from tutor.engine.digest import EMPTY, dataset_digest
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED, NO_REPLY, Reply
from tutor.engine.session import Session
from tutor.network.encoder import encode
from tutor.network.requests import RequestParser
from tutor.replication import Replication
from tutor.replication.dumps import MemoryDumps
from tutor.replication.links import LinkListener

_BULK_MAX = 1 << 29


class Pipe:
    """One connection. It is the dialler's `Link`; ``session`` is what the other side sees of it."""

    def __init__(self, net: Net, home: Node, target: Node | None, listener: LinkListener) -> None:
        self.net = net
        self.home = home
        self.target = target
        self.listener = listener
        self.up = bytearray()  # to the master
        self.down = bytearray()  # to the replica
        self.session: Session | None = None
        self.open = True
        self._requests = RequestParser()

    # Link

    @property
    def unsent(self) -> int:
        return len(self.up)

    def send(self, data: bytes) -> None:
        assert self.open
        self.up += data

    def close(self) -> None:
        """The dialler hangs up."""
        self.open = False
        if self.session is not None and self.target is not None:
            self.target.engine.disconnect(self.session)

    # the network's part

    def connect(self) -> None:
        """The connection is made, or refused."""
        target = self.target
        if target is None or not target.alive:
            self.open = False
            self.listener.closed("Connection refused")
            return
        session = self.session = target.engine.connect(f"127.0.0.1:{40000 + self.net.dialled}")
        self.net.dialled += 1
        session.on_raw = self.down.extend
        session.unsent = lambda: len(self.down)
        session.on_reply = self._answer
        self.listener.opened()

    def _answer(self, reply: Reply) -> None:
        if reply is not BLOCKED and reply is not NO_REPLY:
            self.down += encode(reply, 2)

    def cut(self) -> None:
        """Both sides lose what was under way."""
        if not self.open:
            return
        self.open = False
        self.up.clear()
        self.down.clear()
        if self.session is not None and self.target is not None:
            self.target.engine.disconnect(self.session)
        self.listener.closed("")

    @property
    def gone(self) -> bool:
        """The master's side has hung up."""
        return (
            self.session is not None
            and self.target is not None
            and self.session.id not in self.target.engine.sessions
        )

    def move(self, most: int, down: bool) -> bool:
        """Let up to ``most`` bytes arrive; False if nothing was under way."""
        if not self.open:
            return False
        if self.session is None:
            self.connect()
            return True
        if not self.home.alive or self.target is None or not self.target.alive:
            return False
        if down:
            if not self.down:
                if self.gone:
                    self.open = False
                    self.listener.closed("")
                    return True
                return False
            data = bytes(self.down[:most])
            del self.down[:most]
            self.listener.received(data)
            return True
        data = bytes(self.up[:most])
        if not data or self.gone:
            return False
        del self.up[:most]
        assert self.target is not None
        self._requests.feed(data)
        while not self.gone:
            argv = self._requests.next(False, _BULK_MAX)
            if argv is None:
                break
            self._answer(self.target.engine.execute(self.session, argv))
        return True


class Node:
    """A server: an engine, its replication, and a client that stays."""

    def __init__(self, net: Net, port: int, **config: object) -> None:
        self.net = net
        self.port = port
        self.alive = True
        self.lines: list[str] = []
        self.engine = Engine(net.clock, net.random.getrandbits(60), Config(port=port, **config))
        self.replication = Replication(
            self.engine, self, MemoryDumps(self.engine), lambda level, line: self.lines.append(line)
        )
        self.client = self.new_client()
        self._operator = self.new_client()
        self.answers: list[Reply] = []
        self.client.on_reply = self.answers.append

    def new_client(self) -> Session:
        return self.engine.connect("127.0.0.1:50000")

    def dial(self, host: bytes, port: int, listener: LinkListener) -> Pipe:
        pipe = Pipe(self.net, self, self.net.nodes.get(port), listener)
        self.net.pipes.append(pipe)
        return pipe

    def run(self, line: str, *more: bytes, session: Session | None = None) -> Reply:
        """Execute the words of ``line`` and ``more``."""
        argv = [*line.encode().split(), *more]
        return self.engine.execute(session or self.client, argv)

    def order(self, line: str) -> Reply:
        """The same as somebody who has nothing to do with the client's transactions."""
        return self.run(line, session=self._operator)

    def info(self, section: str = "replication") -> dict[str, str]:
        text = self.order(f"info {section}")
        assert isinstance(text, bytes)
        lines = (line.partition(":") for line in text.decode().split("\r\n"))
        return {name: value for name, colon, value in lines if colon}

    @property
    def digest(self) -> bytes:
        """A checksum of all data."""
        return dataset_digest(self.engine)

    def freeze(self) -> None:
        """The process stands still: its connections stay, and nothing passes."""
        self.alive = False

    def kill(self) -> None:
        """The process ends: nothing of it is left but what others have got."""
        self.alive = False
        for pipe in list(self.net.pipes):
            if pipe.home is self or pipe.target is self:
                pipe.cut()


class Net:
    """All nodes, by port, and the pipes between them."""

    def __init__(self, seed: int = 1) -> None:
        self.clock = VirtualClock()
        self.random = random.Random(seed)
        self.nodes: dict[int, Node] = {}
        self.pipes: list[Pipe] = []
        self.dialled = 0

    def node(self, port: int, **config: object) -> Node:
        node = self.nodes[port] = Node(self, port, **config)
        return node

    def chain(self, *ports: int, **config: object) -> list[Node]:
        """Nodes of which each follows the one before, in sync."""
        nodes = [self.node(port, **config) for port in ports]
        for node, master in zip(nodes[1:], nodes, strict=False):
            node.order(f"replicaof 127.0.0.1 {master.port}")
            self.heal()
        return nodes

    def sleep_nodes(self) -> None:
        for node in self.nodes.values():
            if node.alive:
                node.engine.before_sleep()

    def settle(self, most: int = 1 << 20) -> None:
        """Let everything arrive that is under way, without time passing."""
        moved = True
        while moved:
            moved = False
            self.sleep_nodes()
            for pipe in list(self.pipes):
                for down in (False, True):
                    moved |= pipe.move(most, down)
            self.pipes = [pipe for pipe in self.pipes if pipe.open]
            moved |= any(node.replication.busy for node in self.nodes.values() if node.alive)

    def pass_ms(self, ms: int) -> None:
        """Time passes, and every server ticks."""
        self.clock.advance(ms=ms)
        for node in self.nodes.values():
            if node.alive:
                node.engine.tick()

    def heal(self, seconds: int = 12) -> None:
        """Nothing goes wrong any more for so long."""
        self.settle()
        for _ in range(seconds * 2):
            self.pass_ms(500)
            self.settle()

    def stir(self) -> None:
        """Some bytes move somewhere."""
        if self.pipes:
            pipe = self.random.choice(self.pipes)
            pipe.move(self.random.choice((1, 7, 40, 1000, 1 << 20)), self.random.random() < 0.5)
            self.pipes = [pipe for pipe in self.pipes if pipe.open]


def words(*lines: str) -> Sequence[Sequence[bytes]]:
    """Commands, split at spaces."""
    return [line.encode().split() for line in lines]


Action = Callable[[], object]
assert EMPTY
