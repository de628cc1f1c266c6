"""Keyspace events and the count of changes, command by command, over the scenarios of `calls/`.

What a command tells the engine's observer is what the real server publishes, in the same order,
and both count as many changes (INFO's ``rdb_changes_since_last_save``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.oracle.compare import Call, RawConnection, Scenario, load_calls, wait_for
from tests.oracle.raw import Neutral
from tests.oracle.tally import TALLY
from tutor.engine.engine import Engine
from tutor.engine.events import Conversion
from tutor.engine.replies import BLOCKED, Reply
from tutor.engine.session import Session

FILES = (
    "string", "hash", "list", "set", "zset", "keys", "sort", "dump", "blocking", "transactions",
)  # fmt: skip

_SCENARIOS = [
    scenario
    for name in FILES
    if (path := Path(__file__).parent / "calls" / f"{name}.txt").exists()
    for scenario in load_calls(path)
]

Event = tuple[int, bytes, str]


class _Events:
    """Notes what the engine announces; expiry comes when it comes and is left out."""

    def __init__(self) -> None:
        self.seen: list[Event] = []

    def changed(self, db: int, key: bytes, event: str) -> None:
        if event != "expired":
            self.seen.append((db, key, event))

    def converted(self, conversion: Conversion) -> None:
        """Not published by Redis."""

    def executed(self, session: Session, argv: Sequence[bytes], reply: Reply) -> None:
        """Not of interest here."""

    def take(self) -> list[Event]:
        seen, self.seen = self.seen, []
        return seen


def _published(subscriber: RawConnection) -> list[Event]:
    """What the server has published since the last call."""
    subscriber.send(b"PING")
    events: list[Event] = []
    while True:
        message: Neutral = subscriber.receive()
        if message[0] == b"pong":
            return events
        channel, event = message[2].split(b":", 1)
        if event != b"expired":
            events.append((int(channel[11:-2]), message[3], event.decode()))


def _dirty(control: RawConnection) -> int:
    text: bytes = control.call(b"INFO", b"persistence")
    return int(text.partition(b"rdb_changes_since_last_save:")[2].split()[0])


def _directives(control: RawConnection) -> dict[bytes, bytes]:
    return dict(zip(*[iter(control.call(b"CONFIG", b"GET", b"*"))] * 2, strict=True))


class _Clients:
    """The clients of one scenario on both sides."""

    def __init__(self, engine: Engine, port: int) -> None:
        self.engine = engine
        self.port = port
        self.sessions: dict[int, Session] = {}
        self.raws: dict[int, RawConnection] = {}

    def run(self, call: Call) -> None:
        if call.client not in self.sessions:
            self.sessions[call.client] = self.engine.connect()
            self.raws[call.client] = RawConnection(self.port)
        session, raw = self.sessions[call.client], self.raws[call.client]
        if call.reply:
            raw.receive()
            if session.blocked is not None:
                wait_for(session)
            return
        reply = self.engine.execute(session, call.argv)
        if call.blocks:
            raw.send(*call.argv)
            raw.quiet(0.02)
            return
        if reply is BLOCKED:
            wait_for(session)
        raw.call(*call.argv)

    def close(self) -> None:
        for raw in self.raws.values():
            raw.close()


@pytest.mark.parametrize("scenario", _SCENARIOS, ids=[scenario.name for scenario in _SCENARIOS])
def test_events_and_changes_equal_those_of_the_real_server(
    scenario: Scenario, redis_port: int
) -> None:
    events = _Events()
    engine = Engine(observer=events)
    clients = _Clients(engine, redis_port)
    found: list[str] = []
    with RawConnection(redis_port) as control, RawConnection(redis_port) as subscriber:
        before = _directives(control)
        control.call(b"FLUSHALL")
        control.call(b"CONFIG", b"SET", b"notify-keyspace-events", b"EA")
        subscriber.call(b"PSUBSCRIBE", b"__keyevent@*")
        dirty = _dirty(control)
        try:
            for call in scenario.calls:
                clients.run(call)
                ours, theirs = events.take(), _published(subscriber)
                TALLY.calls += 1
                if ours != theirs:
                    TALLY.differences += 1
                    words = b" ".join(call.argv)
                    found.append(f"line {call.line}: {words!r}\n  ours {ours}\n  theirs {theirs}")
            changes = _dirty(control) - dirty
            if engine.stats.dirty != changes:
                TALLY.differences += 1
                found.append(f"changes: ours {engine.stats.dirty}, theirs {changes}")
        finally:
            clients.close()
            control.call(b"DEBUG", b"SET-ACTIVE-EXPIRE", b"1")
            for name, value in _directives(control).items():
                if before[name] != value:
                    control.call(b"CONFIG", b"SET", name, before[name])
    if found:
        pytest.fail(f"{scenario.path.name}\n" + "\n".join(found), pytrace=False)
