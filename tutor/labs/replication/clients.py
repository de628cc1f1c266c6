"""The web application of the notes: it writes to the master and reads from a random replica.

write ─▶ master ─▶ OK: the user was told
read  ─▶ any replica ─▶ what it says, and what the master holds at that moment
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED, Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.values import Hash
from tutor.labs.node import Node
from tutor.labs.replication.frame import ReadFrame
from tutor.labs.replication.ledger import CARTS, Ledger, Write
from tutor.labs.simulation import Simulation

KEPT_READS = 50
WAIT_TIMEOUT_MS = 1000
RETRY_RATE = 4.0


@dataclass(slots=True)
class Rates:
    """How often, a second; ``wait``: replicas that each write waits for."""

    writes: float = 12.0
    reads: float = 20.0
    wait: int = 0


class Clients:
    """``master`` is whom they take for it; `switch` tells them of another."""

    def __init__(
        self,
        simulation: Simulation,
        nodes: dict[str, Node],
        ledger: Ledger,
        tell: Callable[..., None],
    ) -> None:
        self._simulation = simulation
        self._nodes = nodes
        self._ledger = ledger
        self._tell = tell
        self.rates = Rates()
        self.master = next(iter(nodes))
        self.reads: list[ReadFrame] = []
        self.read_count = self.stale_count = 0
        self._number = 0
        self._since: dict[bytes, tuple[bytes | None, int]] = {}  # what the master holds, since when

    def start(self) -> None:
        """They begin."""
        self._simulation.after(self._pause(self.rates.writes), self._write_again)
        self._simulation.after(self._pause(self.rates.reads), self._read_again)

    def _pause(self, rate: float) -> int:
        """Microseconds until the next one: about a second through the rate."""
        if rate <= 0:
            return int(1_000_000 / RETRY_RATE)
        spread = self._simulation.random.uniform(0.6, 1.4)
        return round(1_000_000 / rate * spread)

    # writing

    def _write_again(self) -> None:
        if self.rates.writes > 0:
            self.write()
        self._simulation.after(self._pause(self.rates.writes), self._write_again)

    def write(self) -> Write | None:
        """One write; None if the master does not answer."""
        node = self._nodes[self.master]
        if node.condition != "online":
            self._ledger.refuse()
            return None
        self._number += 1
        key = b"cart:%d" % (self._number % CARTS)
        history = node.replication.history.id
        write = self._ledger.begin(self._number, key, self._simulation.now, node.name, history)
        session = self._free_session(node)
        session.on_reply = partial(self._written, node, session, write)
        reply = node.execute(session, write.words)
        if reply is not BLOCKED:  # as while a FAILOVER holds writes back
            self._written(node, session, write, reply)
        return None if isinstance(reply, ReplyError) else write

    def _written(self, node: Node, session: Session, write: Write, reply: Reply) -> None:
        if isinstance(reply, ReplyError):
            self._ledger.refuse()
            return
        self._note(node.engine, write.key)
        if self.rates.wait:
            self._await(node, session, write)
        else:
            self._ledger.acknowledge(write)

    def _free_session(self, node: Node) -> Session:
        """Of the connection pool: one on which no other request waits for its reply."""
        sessions = (node.session_of(f"app:{port}") for port in itertools.count(50_000))
        return next(one for one in sessions if one.blocked is None and one.postponed is None)

    def _await(self, node: Node, session: Session, write: Write) -> None:
        """The user is told once so many replicas have it."""
        wanted = self.rates.wait
        session.on_reply = partial(self._waited, write, wanted)
        words = (b"WAIT", b"%d" % wanted, b"%d" % WAIT_TIMEOUT_MS)
        reply = node.execute(session, words)
        if reply is not BLOCKED:
            self._waited(write, wanted, reply)

    def _waited(self, write: Write, wanted: int, reply: Reply) -> None:
        if isinstance(reply, int) and reply >= wanted:
            self._ledger.acknowledge(write)
        else:
            self._ledger.refuse()
            reached = reply if isinstance(reply, int) else 0
            self._tell("wait-short", wanted=str(wanted), reached=str(reached))

    def _note(self, engine: Engine, key: bytes) -> None:
        value = last_of(engine, key)
        if self._since.get(key, (None, 0))[0] != value:
            self._since[key] = value, self._simulation.now

    # reading

    def _read_again(self) -> None:
        if self.rates.reads > 0:
            self.read()
        self._simulation.after(self._pause(self.rates.reads), self._read_again)

    def read(self) -> None:
        """One read of a random replica that answers, else of the master."""
        chance = self._simulation.random
        online = [node for node in self._nodes.values() if node.condition == "online"]
        replicas = [node for node in online if node.name != self.master]
        if not online:
            return
        node = chance.choice(replicas or online)
        key = b"cart:%d" % chance.randrange(CARTS)
        reply = node.execute(self._free_session(node), (b"HGET", key, b"last"))
        if isinstance(reply, ReplyError):
            return
        truth = self._nodes[self.master]
        should_be = last_of(truth.engine, key) if truth.up else reply
        stale = reply != should_be
        self.read_count += 1
        self.stale_count += stale
        if truth.up:
            self._note(truth.engine, key)
        since = self._since.get(key, (None, self._simulation.now))[1]
        age = (self._simulation.now - since) / 1000 if stale else 0.0
        read = ReadFrame(
            self._simulation.now,
            node.name,
            key.decode(),
            _text(reply),
            _text(should_be),
            stale,
            age,
        )
        self.reads.append(read)
        del self.reads[:-KEPT_READS]


def last_of(engine: Engine, key: bytes) -> bytes | None:
    """The newest item of a cart, as a server has it."""
    cart = engine.databases[0].keys.data.get(key)
    return cart.get(b"last") if isinstance(cart, Hash) else None


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")
