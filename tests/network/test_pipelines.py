"""A pipeline: commands that arrive together are answered as if each had come alone."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.oracle.compare import Scenario, load_calls
from tutor.engine.clock import VirtualClock
from tutor.engine.config import Config
from tutor.engine.digest import dataset_digest
from tutor.engine.engine import Engine
from tutor.network.connection import Connection
from tutor.network.poller import READ
from tutor.network.server import Server

_CALLS = Path(__file__).parents[1] / "oracle" / "calls"
_ABOUT_BUFFERS = {b"CLIENT", b"INFO", b"MEMORY"}
"""They tell how much is read and not yet answered."""
_SCENARIOS = [
    scenario
    for path in sorted(_CALLS.glob("*.txt"))
    for scenario in load_calls(path)
    if all(call.client == 1 and not call.blocks for call in scenario.calls)
]


def answers(batches: list[list[list[bytes]]]) -> tuple[bytes, bytes, dict[str, int]]:
    """What a fresh server answers to a client whose commands come in these batches, a digest of
    its data, and its calls by command."""
    engine = Engine(VirtualClock(), seed=1, config=Config(save=()))
    server = Server(engine)
    here, there = socket.socketpair()
    said = b""
    with here, there:
        connection = Connection(server, here, engine.connect())
        server.connections[connection.fd] = connection
        server.poller.register(connection.fd, READ)
        for commands in batches:
            if not connection.ending and not connection.waiting:
                connection.run(commands)
            said += b"".join(connection.output)
            connection.output.clear()
        data, calls = dataset_digest(engine), dict(engine.stats.calls)
        server.close()
    return said, data, calls


@pytest.mark.parametrize("scenario", _SCENARIOS, ids=[scenario.name for scenario in _SCENARIOS])
def test_what_comes_together_is_answered_as_what_comes_alone(scenario: Scenario) -> None:
    commands = [
        call.argv
        for call in scenario.calls
        if call.argv and call.argv[0].upper() not in _ABOUT_BUFFERS
    ]
    assert answers([commands]) == answers([[argv] for argv in commands])
