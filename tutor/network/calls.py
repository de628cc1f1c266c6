"""Short conversations with other servers: what MIGRATE needs (redis 7.0, cluster.c).

The server stands still meanwhile, as Redis does. Sockets are kept for ten seconds, since whoever
moves one key will move more.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import hiredis

from tutor.engine.host import Call
from tutor.engine.propagation.stream import encode_command
from tutor.engine.replies import Reply, ReplyError

KEPT_S = 10.0
MOST = 64


@dataclass
class _Peer:
    """A connection to another server, and when it was used last."""

    sock: socket.socket
    reader: hiredis.Reader = field(default_factory=hiredis.Reader)
    used_s: float = 0.0


class Calls:
    """Sockets to other servers by address."""

    def __init__(self) -> None:
        self._peers: dict[tuple[bytes, int], _Peer] = {}

    def __len__(self) -> int:
        return len(self._peers)

    def ask(
        self, host: bytes, port: int, commands: Sequence[Sequence[bytes]], timeout_ms: int
    ) -> Call:
        """Send commands and read their replies. A socket that was kept and turns out to be closed
        is tried once more, if nothing was heard on it."""
        kept = (host, port) in self._peers
        call = self._ask(host, port, commands, timeout_ms)
        if call.trouble and kept and not call.replies and not call.timed_out:
            call = self._ask(host, port, commands, timeout_ms)
        return call

    def _ask(
        self, host: bytes, port: int, commands: Sequence[Sequence[bytes]], timeout_ms: int
    ) -> Call:
        stage = "connecting"
        replies: list[Reply] = []
        try:
            peer = self._peer(host, port, timeout_ms / 1000)
            stage = "writing"
            peer.sock.sendall(b"".join(map(encode_command, commands)))
            stage = "reading"
            while len(replies) < len(commands):
                replies.append(_reply(peer))
        except (OSError, hiredis.ProtocolError) as error:
            self._close((host, port))
            if stage == "connecting" and isinstance(error, ConnectionError):
                stage = "writing"  # Redis hears of a refusal when it writes
            return Call(tuple(replies), stage, isinstance(error, TimeoutError))
        return Call(tuple(replies))

    def _peer(self, host: bytes, port: int, timeout_s: float) -> _Peer:
        peer = self._peers.get((host, port))
        if peer is None:
            if len(self._peers) >= MOST:
                self._close(next(iter(self._peers)))
            sock = socket.create_connection((host.decode("utf-8", "replace"), port), timeout_s)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = self._peers[host, port] = _Peer(sock)
        peer.sock.settimeout(timeout_s)
        peer.used_s = time.monotonic()
        return peer

    def _close(self, address: tuple[bytes, int]) -> None:
        peer = self._peers.pop(address, None)
        if peer is not None:
            with contextlib.suppress(OSError):
                peer.sock.close()

    def close_idle(self, kept_s: float = KEPT_S) -> None:
        """Let go of what nobody has used for a while."""
        now = time.monotonic()
        for address in [one for one, peer in self._peers.items() if now - peer.used_s > kept_s]:
            self._close(address)

    def close(self) -> None:
        """Let go of all."""
        self.close_idle(-1.0)


def _reply(peer: _Peer) -> Reply:
    """The next reply; raises `OSError` where there is none."""
    while (reply := peer.reader.gets()) is False:
        data = peer.sock.recv(16 * 1024)
        if not data:
            raise ConnectionResetError
        peer.reader.feed(data)
    return ReplyError(str(reply)) if isinstance(reply, hiredis.ReplyError) else reply
