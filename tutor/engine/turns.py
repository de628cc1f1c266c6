"""Whose turn it is with an engine: a lock that is passed on to whoever has asked for it.

A server's loop lets go of its lock only for the instant in which it asks for sockets; with a plain
lock it would be the next to have it again and again, and a screen that looks at the same engine
would never come in. Here everybody passes a door first, and who waits for the lock holds the door:

    door ─▶ lock ─▶ engine
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, get_ident
from time import monotonic

GLANCE_S = 0.008
"""How long somebody who only looks waits for a turn."""


class Turns:
    """A lock with turns; the thread that has it may take it again."""

    def __init__(self) -> None:
        self._door = Lock()
        self._lock = Lock()
        self._owner = 0
        self._depth = 0

    def acquire(self, timeout: float = -1) -> bool:
        """Take a turn, waiting at most ``timeout`` seconds (-1: for ever); False if it did not
        come."""
        if self._owner != get_ident():
            until = monotonic() + timeout
            if not self._door.acquire(timeout=timeout):
                return False
            try:
                rest = max(until - monotonic(), 0.0) if timeout >= 0 else -1
                if not self._lock.acquire(timeout=rest):
                    return False
            finally:
                self._door.release()
            self._owner = get_ident()
        self._depth += 1
        return True

    def release(self) -> None:
        """Give the turn back."""
        self._depth -= 1
        if not self._depth:
            self._owner = 0
            self._lock.release()

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    @contextmanager
    def glance(self, seconds: float = GLANCE_S) -> Iterator[bool]:
        """Have a short look: True within if it is our turn, False if others have it for long."""
        mine = self.acquire(seconds)
        try:
            yield mine
        finally:
            if mine:
                self.release()

    def let_others_in(self) -> None:
        """In the middle of one's own turn: if somebody waits, they go first."""
        if not self._door.locked():
            return
        depth, self._depth = self._depth, 1
        self.release()
        self.acquire()
        self._depth = depth
