"""Why a server could not be reached, as data. The console finds the words.

Apart from `tutor.network.client` so that nothing imports redis-py until a server is asked for.
"""

from __future__ import annotations

from typing import Literal

__all__ = ["LinkError", "Trouble"]

Trouble = Literal[
    "url",  # the address cannot be understood
    "refused",  # nobody listens there
    "unresolved",  # the name has no address
    "timeout",  # no answer in time
    "tls",  # the TLS handshake failed
    "auth",  # the server did not accept the user or the password
    "handshake",  # the server answered HELLO or SELECT with an error
    "lost",  # the connection broke after the command was sent: nobody knows if it was carried out
    "protocol",  # what came back is not RESP
    "other",
]


class LinkError(Exception):
    """``address`` as the prompt shows it; ``detail`` is the system's or server's own text."""

    def __init__(self, trouble: Trouble, address: str, detail: str = "") -> None:
        super().__init__(f"{trouble}: {address}: {detail}")
        self.trouble: Trouble = trouble
        self.address = address
        self.detail = detail
