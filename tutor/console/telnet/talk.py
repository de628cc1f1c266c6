"""A person at a Memcached: lines typed one after the other, as over telnet.

set k 0 60 5      ─▶ the server waits for 5 bytes and a line end
hello             ─▶ STORED
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tutor.memcached.layout import StoreEvent
from tutor.memcached.memcached import Memcached


@dataclass(frozen=True, slots=True)
class Said:
    """A line and what came of it. ``command`` is the line that began it: the same, unless this is
    its data. ``reply`` is the server's bytes as text, line by line. ``waiting``: bytes that the
    server still wants, line end included. ``alive``: an item of that ``key`` is there now."""

    line: str
    command: str
    data: str | None
    sent: bytes
    reply: tuple[str, ...]
    waiting: int
    key: bytes
    alive: bool
    events: tuple[StoreEvent, ...]


class Talk:
    """One connection. ``key`` is the item that was named last, ``touched`` what happened to
    items in the last exchange."""

    def __init__(self, cache: Memcached) -> None:
        self.cache = cache
        self.connection = cache.connect("127.0.0.1:50000")
        self.key = b""
        self.events: list[StoreEvent] = []
        self._command = ""
        self._data = ""

    @property
    def waiting(self) -> int:
        """Bytes that the server still wants before it answers."""
        if self.connection.need:
            return self.connection.need - len(self._data.encode("utf-8", "surrogateescape"))
        return self.connection.swallow

    @property
    def discards(self) -> bool:
        """Whether it wants them only to throw them away: they are too many for an item."""
        return not self.connection.need and self.connection.swallow > 0

    @property
    def prompt(self) -> str:
        """What stands before the line: whom it goes to, or that data are wanted."""
        return f"{max(self.waiting - 2, 0)} B> " if self.waiting else "11211> "

    def say(self, line: str) -> Said:
        """Send a line; carriage return and line feed are put behind it."""
        continues = bool(self._command) and self.waiting > 0
        if not continues:
            self._command, self._data = line, ""
            self.key = self._named(line) or self.key
        sent = line.encode("utf-8", "surrogateescape") + b"\r\n"
        heard: list[StoreEvent] = []
        with self._listening(heard):
            reply = self.connection.feed(sent)
        if continues:
            self._data += line + "\r\n"
        said = Said(
            line,
            self._command,
            self._data.removesuffix("\r\n") if continues else None,
            sent,
            tuple(reply.decode("utf-8", "backslashreplace").removesuffix("\r\n").split("\r\n"))
            if reply
            else (),
            self.waiting,
            self.key,
            self._is_alive(),
            tuple(heard),
        )
        if not self.waiting:
            self._command = self._data = ""
        if self.connection.closing:
            self.hang_up()
        return said

    def tick(self) -> None:
        """Time has passed: what the server does by itself."""
        with self._listening([]):
            self.cache.catch_up()

    @contextmanager
    def _listening(self, heard: list[StoreEvent]) -> Iterator[None]:
        """Hear what happens to items meanwhile."""
        self.cache.store.observe(heard.append)
        try:
            yield
        finally:
            self.cache.store.observe(None)
            self.events += heard
            del self.events[:-_EVENTS]

    def _is_alive(self) -> bool:
        item = self.cache.store.item_layout(self.key)
        return item is not None and (item.exptime_s is None or item.exptime_s > 0)

    def hang_up(self) -> None:
        """The connection has ended: another one, to the same server."""
        self.cache.disconnect(self.connection)
        self.connection = self.cache.connect("127.0.0.1:50000")
        self._command = self._data = ""

    def _named(self, line: str) -> bytes:
        """The key that a line names, if it is there or may come to be."""
        words = line.split()
        at = 2 if words[:1] in (["gat"], ["gats"]) else 1
        if len(words) <= at or words[0] in _WITHOUT_KEY:
            return b""
        return words[at].encode("utf-8", "surrogateescape")


_EVENTS = 40
_WITHOUT_KEY = frozenset({"stats", "flush_all", "verbosity", "version", "quit", "mn"})
