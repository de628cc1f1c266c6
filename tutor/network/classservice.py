"""The port of a class: `Service` on the addresses that were asked for, guarded against its guests.

Nobody can hold up the others: whatever a client makes the server remember is bounded, and a script
that runs for too long is ended before anybody hears BUSY.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tutor.engine.config import Config
from tutor.engine.engine import Engine
from tutor.engine.turns import Turns
from tutor.network.listening import ListenError
from tutor.network.service import PortRefused, Service, _refusal, _Shared

MEBIBYTE = 1 << 20
PATIENCE_MS = 100
"""How long a script may keep the others waiting."""


def class_config() -> Config:
    """What holds on the server of a class.

    A value and what a client has sent of a command are at most 1 MB; a client that does not read
    its replies is let go at 16 MB, or after 10 seconds over 4; all data together have 512 MB, then
    writing is refused (nobody's keys are evicted).
    """
    return Config(
        save=(),
        maxclients=1000,
        maxmemory=512 * MEBIBYTE,
        proto_max_bulk_len=MEBIBYTE,
        client_query_buffer_limit=2 * MEBIBYTE,
        client_output_buffer_limit=(
            (16 * MEBIBYTE, 4 * MEBIBYTE, 10),
            (0, 0, 0),
            (16 * MEBIBYTE, 4 * MEBIBYTE, 10),
        ),
        busy_reply_threshold=PATIENCE_MS,
        enable_debug_command="no",
    )


class _ClassServer(_Shared):
    """Ends a script that keeps the class waiting, whatever it has written."""

    def while_busy(self) -> None:
        script = self.engine.running_script
        if script is not None:
            script.killed = True


class ClassService(Service):
    """``hosts`` are words of ``bind``. Raises `PortRefused` as `Service` does; then nothing of the
    configuration has changed."""

    def __init__(self, engine: Engine, turns: Turns, hosts: Sequence[str]) -> None:
        super().__init__(engine, turns)
        self.hosts = tuple(hosts)

    def _listening(self, ports: Iterable[int]) -> _Shared:
        config = self._engine.config
        before = config.port, config.bind
        config.bind = self.hosts
        refused: PortRefused | None = None
        for port in ports:
            config.port = port
            server = _ClassServer(self._engine, self.warnings, self._turns)
            try:
                server.listen()
            except ListenError as error:
                server.close()
                refused = _refusal(error, port)
                continue
            self.warnings.clear()
            return server
        config.port, config.bind = before
        self.warnings.clear()
        assert refused is not None
        raise refused
