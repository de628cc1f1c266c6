"""Protected mode: without a password only this machine's clients are served
(redis 7.0, networking.c: clientAcceptHandler)."""

from __future__ import annotations

import socket
from typing import Any

DENIED = (
    b"-DENIED Redis is running in protected mode because protected mode is enabled and no password"
    b" is set for the default user. In this mode connections are only accepted from the loopback"
    b" interface. If you want to connect from external computers to Redis you may adopt one of the"
    b" following solutions: 1) Just disable protected mode sending the command 'CONFIG SET"
    b" protected-mode no' from the loopback interface by connecting to Redis from the same host the"
    b" server is running, however MAKE SURE Redis is not publicly accessible from internet if you"
    b" do so. Use CONFIG REWRITE to make this change permanent. 2) Alternatively you can just"
    b" disable the protected mode by editing the Redis configuration file, and setting the"
    b" protected mode option to 'no', and then restarting the server. 3) If you started the server"
    b" manually just for testing, restart it with the '--protected-mode no' option. 4) Setup a an"
    b" authentication password for the default user. NOTE: You only need to do one of the above"
    b" things in order for the server to start accepting connections from the outside.\r\n"
)
"""What a stranger gets before the connection is closed."""


def is_local(family: int, peer: Any) -> bool:
    """Whether a client speaks from this machine: a Unix socket, 127.x.x.x or ::1.

    ``peer`` is what `socket.accept` said of it.
    """
    if family not in (socket.AF_INET, socket.AF_INET6):
        return True
    host = str(peer[0]).removeprefix("::ffff:")
    return host.startswith("127.") or host == "::1"
