r"""A command and its reply as the bytes that would cross a network, in print.

> *2\r\n$3\r\nGET\r\n$3\r\ntea\r\n
< $4\r\npuer\r\n
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine.replies import Reply
from tutor.network.encoder import encode


def on_the_wire(argv: Sequence[bytes], reply: Reply, resp: int) -> str:
    """Two lines: the request, which is the same in every version, and the reply in RESP2 or 3."""
    request = b"*%d\r\n" % len(argv) + b"".join(b"$%d\r\n%b\r\n" % (len(w), w) for w in argv)
    return f"> {printed(request)}\n< {printed(encode(reply, resp))}"


def printed(data: bytes) -> str:
    r"""Bytes with ``\r\n`` spelt out; letters of any script as letters."""
    text = data.decode("utf-8", "backslashreplace")
    return text.replace("\r", "\\r").replace("\n", "\\n")
