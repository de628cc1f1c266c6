"""A link to a master whose stream can be held back: a delay, or a cable that is pulled.

    master ═══ TCP ═══▶ │ valve │ ─▶ replica's machine

What is held back has been sent and not yet arrived. A pulled cable keeps both directions, as TCP
does until somebody gives up; what was kept arrives when it is plugged in again.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.network.masterlink import TcpDialer, TcpLink

if TYPE_CHECKING:
    from tutor.network.server import Server
    from tutor.replication.links import Link, LinkListener


class Valve:
    """What is between one replica and its master: ``delay_s`` of the stream, and ``cut``.

    Used under the server's lock; `deliver` is called by the server's loop.
    """

    def __init__(self) -> None:
        self.delay_s = 0.0
        self.cut = False
        self._arriving: deque[tuple[float, Callable[[], None]]] = deque()
        self._leaving: deque[Callable[[], None]] = deque()

    def arrive(self, what: Callable[[], None]) -> None:
        """Something comes from the master. Order is kept, whatever the delay."""
        if not self.delay_s and not self.cut and not self._arriving:
            what()
            return
        self._arriving.append((time.monotonic() + self.delay_s, what))

    def leave(self, what: Callable[[], None]) -> None:
        """Something goes to the master."""
        if self.cut:
            self._leaving.append(what)
        else:
            what()

    def forget(self) -> None:
        """The link is gone, and what was under way with it."""
        self._arriving.clear()
        self._leaving.clear()

    def hurry(self) -> None:
        """The delay was changed: what waits longer than it says arrives sooner."""
        latest = time.monotonic() + self.delay_s
        self._arriving = deque((min(due, latest), what) for due, what in self._arriving)

    @property
    def wait_s(self) -> float | None:
        """How long until something arrives; None if nothing does by itself."""
        if self.cut or not self._arriving:
            return None
        return max(self._arriving[0][0] - time.monotonic(), 0.0)

    def deliver(self) -> None:
        """Hand over what is due."""
        if self.cut:
            return
        while self._leaving:
            self._leaving.popleft()()
        while self._arriving and self._arriving[0][0] <= time.monotonic():
            self._arriving.popleft()[1]()


class _HeldListener:
    """Hears of a link what the valve lets through."""

    def __init__(self, listener: LinkListener, valve: Valve) -> None:
        self._listener = listener
        self._valve = valve

    def opened(self) -> None:
        self._valve.arrive(self._listener.opened)

    def received(self, data: bytes) -> None:
        self._valve.arrive(lambda: self._listener.received(data))

    def closed(self, why: str) -> None:
        self._valve.arrive(lambda: self._listener.closed(why))


class _HeldLink:
    """A link whose bytes go through a valve."""

    def __init__(self, link: TcpLink, valve: Valve) -> None:
        self._link = link
        self._valve = valve

    @property
    def unsent(self) -> int:
        return self._link.unsent

    def send(self, data: bytes) -> None:
        self._valve.leave(lambda: self._link.send(data))

    def close(self) -> None:
        self._valve.forget()
        self._link.close()


class HeldDialer:
    """`Dialer` of a server behind a valve."""

    def __init__(self, server: Server, valve: Valve) -> None:
        self._dialer = TcpDialer(server)
        self._valve = valve

    def dial(self, host: bytes, port: int, listener: LinkListener) -> Link:
        """Begin to connect. Raises `OSError` where the name means nothing."""
        self._valve.forget()
        return _HeldLink(self._dialer.dial(host, port, _HeldListener(listener, self._valve)),
                         self._valve)  # fmt: skip
