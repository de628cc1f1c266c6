"""A connection that we make: the link of a replica to its master, in the server's own loop.

    dial ─▶ connecting ─▶ opened ─▶ received … ─▶ closed

`Server` keeps links beside the connections of clients and tells them when their socket is ready;
what is to be sent gathers until the end of the turn. See `tutor.replication.links`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from typing import TYPE_CHECKING

from tutor.network.poller import READ, WRITE

if TYPE_CHECKING:
    from tutor.network.server import Server
    from tutor.replication.links import LinkListener

READ_SIZE = 256 * 1024
_UNDER_WAY = (0, errno.EINPROGRESS, errno.EWOULDBLOCK)


class TcpLink:
    """One end of a TCP connection, as a `Link`."""

    def __init__(self, server: Server, sock: socket.socket, listener: LinkListener) -> None:
        self._server = server
        self._sock = sock
        self._listener = listener
        self._output: list[bytes] = []
        self._open = False
        self._closed = False
        self.fd = sock.fileno()
        self.unsent = 0
        server.links[self.fd] = self
        server.poller.register(self.fd, READ | WRITE)

    # as a Link

    def send(self, data: bytes) -> None:
        """Queue bytes; they go at the end of the turn."""
        if self._closed:
            return
        if not self._output:
            self._server.links_to_flush.append(self)
        self._output.append(data)
        self.unsent += len(data)

    def close(self) -> None:
        """Hang up. The listener is told nothing any more."""
        if self._closed:
            return
        if self._open:
            self.flush()
        self._drop()

    # as the loop sees it

    def ready(self, bits: int) -> None:
        """The socket can be read or written, or has failed."""
        if not self._open:
            self._connected()
            return
        if bits & ~WRITE:
            self._read()
        if bits & WRITE and not self._closed:
            self.flush()

    def _connected(self) -> None:
        problem = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if problem:
            self._lost(os.strerror(problem))
            return
        self._open = True
        self._server.poller.modify(self.fd, READ | (WRITE if self._output else 0))
        self._listener.opened()

    def _read(self) -> None:
        try:
            data = self._sock.recv(READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._lost(error.strerror or str(error))
            return
        if data:
            self._listener.received(data)
        else:
            self._lost("")

    def flush(self) -> None:
        """Send what the socket takes; the rest when it is writable again."""
        if not self._open or self._closed or not self._output:
            return
        data = self._output[0] if len(self._output) == 1 else b"".join(self._output)
        try:
            sent = self._sock.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as error:
            self._lost(error.strerror or str(error))
            return
        self._output = [data[sent:]] if sent < len(data) else []
        self.unsent = len(data) - sent
        self._server.poller.modify(self.fd, READ | WRITE if self._output else READ)

    def _lost(self, why: str) -> None:
        self._drop()
        self._listener.closed(why)

    def _drop(self) -> None:
        self._closed = True
        self._output.clear()
        self.unsent = 0
        self._server.links.pop(self.fd, None)
        with contextlib.suppress(OSError, KeyError, ValueError):
            self._server.poller.unregister(self.fd)
        self._sock.close()


class TcpDialer:
    """`Dialer` of a server: links live in its loop."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def dial(self, host: bytes, port: int, listener: LinkListener) -> TcpLink:
        """Begin to connect. Raises `OSError` where the name means nothing."""
        name = host.decode("utf-8", "surrogateescape")
        family, kind, protocol, _, address = socket.getaddrinfo(
            name, port, type=socket.SOCK_STREAM
        )[0]
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        config = self._server.engine.config
        if not config.repl_disable_tcp_nodelay:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        problem = sock.connect_ex(address)
        if problem not in _UNDER_WAY:
            sock.close()
            raise OSError(problem, os.strerror(problem))
        return TcpLink(self._server, sock, listener)
