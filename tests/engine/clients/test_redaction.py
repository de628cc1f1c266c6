"""What neither MONITOR nor the slow log shows."""

from __future__ import annotations

import pytest

from tutor.engine.clients.redaction import redacted
from tutor.engine.engine import Engine

_ENGINE = Engine()


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("AUTH secret", "AUTH (redacted)"),
        ("auth joe secret", "auth (redacted) (redacted)"),
        ("AUTH a b c", "AUTH a b c"),
        ("HELLO 3 AUTH joe secret SETNAME x", "HELLO 3 AUTH (redacted) (redacted) SETNAME x"),
        ("HELLO 3 SETNAME x", "HELLO 3 SETNAME x"),
        ("HELLO 3 FOO AUTH joe secret", "HELLO 3 FOO AUTH joe secret"),
        ("ACL SETUSER joe on >secret", "ACL SETUSER (redacted) (redacted) (redacted)"),
        ("CONFIG SET port 1 requirepass s", "CONFIG SET port 1 requirepass (redacted)"),
        ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 1"),
        ("MIGRATE h 1 k 0 1 AUTH s", "MIGRATE h 1 k 0 1 AUTH (redacted)"),
        ("MIGRATE h 1 k 0 1 COPY AUTH2 u s", "MIGRATE h 1 k 0 1 COPY AUTH2 (redacted) (redacted)"),
        ("MIGRATE h 1 '' 0 1 KEYS auth s", "MIGRATE h 1 '' 0 1 KEYS auth s"),
        ("SET k v", "SET k v"),
    ],
)
def test_secrets_are_hidden(line: str, shown: str) -> None:
    argv = line.encode().split()
    command = _ENGINE.resolve(argv)
    assert b" ".join(redacted(command, argv)) == shown.encode()
