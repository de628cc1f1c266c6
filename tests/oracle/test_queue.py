"""The queue lab's commands on the real server: every way, with crashes, command by command.

A lane runs as it always does; whatever its clients send, in the order in which our server carries
it out, the same clients send to redis-server, and every reply is compared: at once, when a blocked
client is served, when it has waited long enough. Real time does not pass meanwhile, so what time
does in the lab is done by hand: waits end by CLIENT UNBLOCK, keys that ran out are deleted, pending
entries are made as idle as ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from tests.oracle.compare import neutral
from tests.oracle.raw import Neutral, RawConnection
from tests.oracle.tally import TALLY
from tutor.engine.clients.waiting import Waiting
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED, Reply
from tutor.engine.session import Session
from tutor.engine.structures.stream import Stream, id_text
from tutor.labs.node import Node
from tutor.labs.queue import Knobs
from tutor.labs.queue.trial import trial
from tutor.labs.queue.ways import GROUP, MAIL, WAY
from tutor.labs.world import DATABASE

KNOBS = Knobs(rate=20, workers=3, work_ms=80, crash=30, poison=15, attempts=3, idle_ms=300,
              delay_ms=100, restart_ms=100)  # fmt: skip
NO_POISON = ("rpop", "brpop", "lmove")


class Mirror:
    """The same clients at the real server."""

    def __init__(self, port: int, patch: pytest.MonkeyPatch) -> None:
        self.port = port
        self.control = RawConnection(port)
        self.control.call(b"SELECT", b"%d" % DATABASE)
        self.clients: dict[Session, tuple[RawConnection, bytes]] = {}
        self.ids: dict[bytes, bytes] = {}  # of stream entries: ours, theirs
        self.volatile: set[bytes] = set()
        self.late: list[tuple[Session, Reply]] = []
        self.busy = False
        self.compared = 0
        self._execute, self._deliver = Node.execute, Waiting.deliver
        self._disconnect = Engine.disconnect
        patch.setattr(Node, "execute", lambda *words: self.execute(*words))
        patch.setattr(Waiting, "deliver", lambda *words: self.deliver(*words))
        patch.setattr(Engine, "disconnect", lambda *words: self.disconnect(*words))

    def client(self, session: Session) -> tuple[RawConnection, bytes]:
        if session not in self.clients:
            raw = RawConnection(self.port)
            self.clients[session] = raw, b"%d" % raw.call(b"CLIENT", b"ID")
        return self.clients[session]

    # what our server does

    def execute(self, node: Node, session: Session, argv: Sequence[bytes]) -> Reply:
        self.pass_time(node.engine, argv)
        self.busy = True
        reply = self._execute(node, session, argv)
        self.busy = False
        raw, _number = self.client(session)
        raw.send(*self.translated(argv))
        if reply is BLOCKED:
            self.wait_until_blocked()
        else:
            theirs = raw.receive()
            if argv[0] == b"XADD":
                self.ids[reply] = theirs
            self.same(argv, reply, theirs)
        waiting, self.late = self.late, []
        for other, late in waiting:
            self.same(argv, late, self.client(other)[0].receive())
        return reply

    def deliver(self, waiting: Waiting, session: Session, reply: Reply) -> None:
        if self.busy:
            self.late.append((session, reply))
        else:  # it has waited long enough
            raw, number = self.client(session)
            assert self.control.call(b"CLIENT", b"UNBLOCK", number, b"TIMEOUT") == 1
            self.same([b"(timeout)"], reply, raw.receive())
        self._deliver(waiting, session, reply)

    def disconnect(self, engine: Engine, session: Session) -> None:
        self._disconnect(engine, session)
        found = self.clients.pop(session, None)
        if found is not None:
            self.control.call(b"CLIENT", b"KILL", b"ID", found[1])
            found[0].close()

    # what time does

    def pass_time(self, engine: Engine, argv: Sequence[bytes]) -> None:
        database = engine.databases[DATABASE]
        volatile = {key for key in database.live_keys() if database.expires_at(key) is not None}
        for key in self.volatile - volatile:
            self.control.call(b"DEL", key)
        self.volatile = volatile | ({argv[1]} if argv[0] == b"SET" else set())
        stream = database.peek(MAIL)
        if argv[0] == b"XAUTOCLAIM" and isinstance(stream, Stream):
            now = engine.clock.now_us() // 1000
            for entry, nack in stream.groups[GROUP].pending.values.items():
                self.control.call(
                    b"XCLAIM", MAIL, GROUP, nack.consumer, b"0", self.ids[id_text(entry)],
                    b"IDLE", b"%d" % (now - nack.time), b"RETRYCOUNT", b"%d" % nack.deliveries,
                    b"JUSTID",
                )  # fmt: skip

    def wait_until_blocked(self) -> None:
        wanted = sum(session.blocked is not None for session in self.clients)
        for _ in range(1000):
            text: bytes = self.control.call(b"INFO", b"clients")
            if int(text.partition(b"blocked_clients:")[2].split()[0]) == wanted:
                return
        pytest.fail(f"the real server does not have {wanted} clients that wait")

    def translated(self, argv: Sequence[bytes]) -> list[bytes]:
        """With their IDs, and no end to waiting."""
        words = [self.ids.get(word, word) for word in argv]
        if argv[0] in (b"BRPOP", b"BLMOVE"):
            words[-1] = b"0"
        elif b"BLOCK" in words:
            words[words.index(b"BLOCK") + 1] = b"0"
        return words

    def same(self, argv: Sequence[bytes], ours: Reply, theirs: Neutral) -> None:
        back = {theirs: ours for ours, theirs in self.ids.items()}
        mine, others = neutral(ours), _renamed(theirs, back)
        if argv[0] == b"XPENDING" and len(argv) > 3:  # how long idle it is: that is time
            mine, others = ([[*one[:2], *one[3:]] for one in some] for some in (mine, others))
        TALLY.calls += 1
        self.compared += 1
        TALLY.differences += mine != others
        assert mine == others, argv

    def close(self) -> None:
        self.control.close()
        for raw, _number in self.clients.values():
            raw.close()


def _renamed(reply: Neutral, names: dict[bytes, bytes]) -> Neutral:
    if isinstance(reply, list):
        return [_renamed(one, names) for one in reply]
    return names.get(reply, reply) if isinstance(reply, bytes) else reply


@pytest.fixture
def mirror(
    redis_port: int, raw: RawConnection, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mirror]:
    """Beside an emptied server."""
    made = Mirror(redis_port, monkeypatch)
    yield made
    made.close()


_LOOKS: dict[str, tuple[bytes, ...]] = {
    "list": (b"LRANGE", b"0", b"-1"), "zset": (b"ZRANGE", b"0", b"-1", b"WITHSCORES"),
    "hash": (b"HGETALL",), "stream": (b"XRANGE", b"-", b"+"), "string": (b"GET",),
}  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("way", WAY)
def test_every_reply_of_a_queue_is_that_of_the_real_server(
    way: str, seed: int, mirror: Mirror
) -> None:
    poison = 0 if way in NO_POISON else KNOBS.poison
    lane = trial(way, seed, replace(KNOBS, poison=poison), 20)
    frame = lane.take()
    assert frame.crashes > 2
    assert {one.code for one in lane.events} >= {"crash"}
    assert mirror.compared > 40
    node = lane.world.master
    session = node.session_of("site:50000")
    for key in frame.keys:
        command, *words = _LOOKS[key.kind]
        assert node.execute(session, (b"TYPE", key.name.encode())) == key.kind.encode()
        node.execute(session, (command, key.name.encode(), *words))
    if way == "stream":
        node.execute(session, (b"XPENDING", MAIL, GROUP))
    node.execute(session, (b"DBSIZE",))
