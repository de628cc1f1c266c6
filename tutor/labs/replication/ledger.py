"""Who was told that what is written: every write by number, and where it is now.

A write puts an item into a cart: ``HSET cart:3 last v17 item:17 1``. Whether a server holds it can
be seen in its data, whatever has happened in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tutor.engine.engine import Engine
from tutor.engine.values import Hash

CARTS = 12


@dataclass(slots=True, eq=False)
class Write:
    """One write. ``history`` is the master's replication id at that moment; ``safe``: a replica has
    had it."""

    number: int
    key: bytes
    time: int
    node: str
    history: bytes
    acknowledged: bool = False
    safe: bool = False
    lost: bool = False

    @property
    def words(self) -> tuple[bytes, ...]:
        """The command."""
        value, item = b"v%d" % self.number, b"item:%d" % self.number
        return (b"HSET", self.key, b"last", value, item, b"1")


def holds(engine: Engine, write: Write) -> bool:
    """Whether a server's data contain a write."""
    cart = engine.databases[0].keys.data.get(write.key)
    return isinstance(cart, Hash) and cart.get(b"item:%d" % write.number) is not None


class Ledger:
    """All writes, by number, and those that a client was told of as done. ``lost``: of these, how
    many the truth does not contain; ``would_be_lost``: see `look`. ``replicated``: there are
    replicas to look at."""

    def __init__(self, replicated: bool = True) -> None:
        self._replicated = replicated
        self.writes: list[Write] = []
        self.acknowledged: list[Write] = []
        self.refused = 0
        self.on_replica = 0
        self.would_be_lost = self.lost = 0
        self._unsafe: list[Write] = []
        self._at_risk: list[Write] = []
        self._mark: object = None

    def begin(self, number: int, key: bytes, time: int, node: str, history: bytes) -> Write:
        """A client tries to write."""
        write = Write(number, key, time, node, history)
        self.writes.append(write)
        return write

    def acknowledge(self, write: Write) -> None:
        """The client was told that it is done."""
        if write.acknowledged:
            return
        write.acknowledged = True
        self.acknowledged.append(write)
        if self._replicated:
            self._unsafe.append(write)
            self._at_risk.append(write)

    def refuse(self) -> None:
        """The client was told that it is not."""
        self.refused += 1

    def look(self, replicas: Iterable[Engine], best: Engine | None, mark: object) -> None:
        """Bring the sums up to date. ``best`` is the server that would take over; ``mark`` changes
        whenever it is another, or has copied everything anew."""
        servers = list(replicas)
        unsafe = []
        for write in self._unsafe:
            if any(holds(engine, write) for engine in servers):
                write.safe = True
                self.on_replica += 1
            else:
                unsafe.append(write)
        self._unsafe = unsafe
        if mark != self._mark:
            self._mark = mark
            self._at_risk = [write for write in self.acknowledged if not write.lost]
        if best is not None:
            self._at_risk = [write for write in self._at_risk if not holds(best, write)]
        self.would_be_lost = sum(not write.lost for write in self._at_risk)

    def settle(self, master: Engine) -> int:
        """``master`` is the truth now: what it lacks is lost. How many more than before."""
        fresh = 0
        for write in self.acknowledged:
            missing = not holds(master, write)
            fresh += missing and not write.lost
            write.lost = missing
        self.lost = sum(write.lost for write in self.acknowledged)
        return fresh

    @property
    def logs(self) -> dict[str, object]:
        """The lists that only grow, by name: a checkpoint holds how long they were (`flags`)."""
        return {"writes": self.writes, "acknowledged": self.acknowledged}

    def flags(self) -> tuple[int, bytes]:
        """How many were acknowledged, and what has become of each write, a byte for each."""
        return len(self.acknowledged), bytes(
            write.acknowledged + 2 * write.safe + 4 * write.lost for write in self.writes
        )

    def take_flags(self, flags: tuple[int, bytes]) -> None:
        """So many there were, and this had become of them: what came later is forgotten."""
        acknowledged, each = flags
        del self.acknowledged[acknowledged:]
        del self.writes[len(each) :]
        for write, flag in zip(self.writes, each, strict=True):
            write.acknowledged = bool(flag & 1)
            write.safe, write.lost = bool(flag & 2), bool(flag & 4)
