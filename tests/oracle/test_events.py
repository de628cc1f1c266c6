"""Keyspace events and the count of changes, command by command, over the scenarios of `calls/`.

What a command tells the engine's observer is what the real server publishes, in the same order,
and both count as many changes (INFO's ``rdb_changes_since_last_save``).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.compare import Call, RawConnection, Scenario, directives, load_calls, wait_for
from tests.oracle.events import Announced, Published
from tests.oracle.tally import TALLY
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED
from tutor.engine.session import Session

FILES = (
    "string", "hash", "list", "set", "zset", "keys", "sort", "dump", "blocking", "transactions",
    "stream", "stream_blocking",
)  # fmt: skip

_SCENARIOS = [
    scenario
    for name in FILES
    if (path := Path(__file__).parent / "calls" / f"{name}.txt").exists()
    for scenario in load_calls(path)
]


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
    announced = Announced()
    engine = Engine(observer=announced)
    clients = _Clients(engine, redis_port)
    found: list[str] = []
    with RawConnection(redis_port) as control:
        before = directives(control)
        control.call(b"FLUSHALL")
        published = Published(redis_port)
        try:
            for call in scenario.calls:
                clients.run(call)
                ours, theirs = announced.take(), published.take()
                TALLY.calls += 1
                if ours != theirs:
                    TALLY.differences += 1
                    words = b" ".join(call.argv)
                    found.append(f"line {call.line}: {words!r}\n  ours {ours}\n  theirs {theirs}")
            if engine.stats.dirty != published.changes:
                TALLY.differences += 1
                found.append(f"changes: ours {engine.stats.dirty}, theirs {published.changes}")
        finally:
            clients.close()
            published.close()
            control.call(b"DEBUG", b"SET-ACTIVE-EXPIRE", b"1")
            for name, value in directives(control).items():
                if before[name] != value:
                    control.call(b"CONFIG", b"SET", name, before[name])
    if found:
        pytest.fail(f"{scenario.path.name}\n" + "\n".join(found), pytrace=False)
