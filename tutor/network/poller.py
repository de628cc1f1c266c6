"""Waiting for sockets: epoll where there is one, whatever `selectors` finds elsewhere."""

from __future__ import annotations

import select
import selectors
from typing import Protocol

READ = 1
WRITE = 4
"""The bits of epoll's EPOLLIN and EPOLLOUT. Errors and hang-ups count as readable."""

AT_ONCE = 64
"""How many sockets are looked after in one turn of the loop."""


class Poller(Protocol):
    """File descriptors and what is awaited of each."""

    def register(self, fd: int, events: int) -> None: ...

    def modify(self, fd: int, events: int) -> None: ...

    def unregister(self, fd: int) -> None: ...

    def poll(self, timeout: float) -> list[tuple[int, int]]:
        """Pairs (fd, events) of what is ready, after at most ``timeout`` seconds."""
        ...

    def close(self) -> None: ...


class SelectorPoller:
    """The same through the standard library's `selectors` (kqueue, poll, select)."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    @staticmethod
    def _bits(events: int) -> int:
        bits = selectors.EVENT_READ if events & READ else 0
        return bits | (selectors.EVENT_WRITE if events & WRITE else 0)

    def register(self, fd: int, events: int) -> None:
        self._selector.register(fd, self._bits(events))

    def modify(self, fd: int, events: int) -> None:
        self._selector.modify(fd, self._bits(events))

    def unregister(self, fd: int) -> None:
        self._selector.unregister(fd)

    def poll(self, timeout: float) -> list[tuple[int, int]]:
        return [
            (
                key.fd,
                (READ if bits & selectors.EVENT_READ else 0)
                | (WRITE if bits & selectors.EVENT_WRITE else 0),
            )
            for key, bits in self._selector.select(timeout)
        ]

    def close(self) -> None:
        self._selector.close()


class EpollPoller:
    """epoll itself, a few at a time: whoever was looked after gets the replies before all others
    have had their turn. The kernel puts those who were told of at the end of its queue."""

    def __init__(self) -> None:
        epoll = select.epoll()
        self.register = epoll.register
        self.modify = epoll.modify
        self.unregister = epoll.unregister
        self.close = epoll.close
        self._poll = epoll.poll

    def poll(self, timeout: float) -> list[tuple[int, int]]:
        return self._poll(timeout, AT_ONCE)


def new_poller() -> Poller:
    """The best that this system has."""
    if hasattr(select, "epoll"):
        return EpollPoller()
    return SelectorPoller()
