"""A real Redis behind the console: `tutor.network.client` with what completion asks for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

from tutor.console.backend import Prompt
from tutor.console.things import QUESTIONS, Thing
from tutor.engine.replies import Push, Reply, is_error
from tutor.i18n import _
from tutor.network.client import Client
from tutor.network.link import LinkError

if TYPE_CHECKING:
    from tutor.engine.inspect import Inspection
    from tutor.engine.structures.window import Window

__all__ = ["RemoteBackend"]

_Found = TypeVar("_Found")

_SCANS = 10
"""How many SCAN calls one completion may cost the server."""

_FRESH = 3.0
"""Seconds for which what was found is not asked for again."""


class RemoteBackend:
    """A server at ``url`` (redis://, rediss://, unix://). Nothing is connected until needed.

    Completion asks over a connection of its own, so that it never mixes with a command, gives up
    after half a second, and is content with what a few SCAN calls find.
    """

    embedded = False

    def __init__(self, url: str, resp: int = 2) -> None:
        """Raises `LinkError` if the address cannot be understood."""
        self._url = url
        self._eye: Client | None = None
        self._client = Client(url, resp)
        self._asker = Client(url, 2, 0.5, reply_timeout=0.5)
        self._known: dict[tuple[object, ...], tuple[float, object]] = {}
        self.on_reply: Callable[[int, Sequence[bytes], Reply], None] | None = None
        self.on_push: Callable[[Reply], None] | None = None
        self._client.on_push = self._pushed

    # commands

    @property
    def info(self) -> str:
        """The server's kind and version and where it is; asks the server."""
        version = ""
        try:
            reply = self._asker.execute([b"INFO", b"server"])
        except LinkError:
            reply = b""
        if isinstance(reply, bytes):
            for field in (b"valkey_version:", b"redis_version:"):
                _before, found, rest = reply.partition(field)
                if found:
                    name = "Valkey" if field.startswith(b"valkey") else "Redis"
                    version = f"{name} {rest.split()[0].decode()}"
                    break
        if not version:
            return self._client.address
        return _("{server} at {address}").format(server=version, address=self._client.address)

    @property
    def resp(self) -> int:
        return self._client.resp

    def resp_of(self, client: int) -> int:
        return self._client.resp

    @property
    def waiting(self) -> bool:
        return False  # `execute` itself waits

    def connect(self) -> None:
        """Connect now rather than at the first command; raises `LinkError`."""
        self._client.connect()

    def execute(self, argv: Sequence[bytes]) -> Reply:
        self._known.clear()
        return self._client.execute(argv)

    def look(self, key: bytes, window: Window, force: bool = False) -> Inspection | None:
        """A key of the present database as the server holds it, over a connection of its own;
        raises what `tutor.network.outside.look` raises."""
        from tutor.network import outside

        if self._eye is None:
            self._eye = Client(self._url)
        return outside.look(self._eye, key, self.db, window, force=force)

    @property
    def db(self) -> int:
        """The database that the client has selected."""
        return self._client.db

    def streams(self, argv: Sequence[bytes]) -> bool:
        return self._client.streams(argv)

    def stream(self, argv: Sequence[bytes]) -> Iterator[Reply]:
        return self._client.stream(argv)

    def cancel(self) -> None:
        """Break off a command that waits in another thread."""
        self._client.interrupt()

    def tick(self) -> None:
        """A server has its own clock."""

    def close(self) -> None:
        self._client.close()
        self._asker.close()
        if self._eye is not None:
            self._eye.close()

    def prompt(self) -> Prompt:
        client = self._client
        if not client.connected:
            return Prompt("")
        return Prompt(client.address, client.db, client.transaction)

    def _pushed(self, message: Push) -> None:
        if self.on_push is not None:
            self.on_push(message)

    # catalog

    def keys(self, prefix: bytes, types: frozenset[str] | None, limit: int) -> list[bytes]:
        def find() -> list[bytes]:
            pattern = b"".join(
                b"\\" + bytes([c]) if c in b"*?[]\\^" else bytes([c]) for c in prefix
            )
            found: dict[bytes, None] = {}
            for kind in sorted(types) if types else [None]:
                cursor = b"0"
                for _round in range(_SCANS):
                    argv = [b"SCAN", cursor, b"MATCH", pattern + b"*", b"COUNT", b"500"]
                    reply = self._ask([*argv, b"TYPE", kind.encode()] if kind else argv)
                    if not isinstance(reply, list) or len(reply) != 2:
                        break
                    cursor = reply[0]
                    found.update(dict.fromkeys(reply[1]))
                    if cursor == b"0" or len(found) >= limit:
                        break
            return sorted(found)[:limit]

        return self._remembered(("keys", prefix, types, limit), find)

    def type(self, key: bytes) -> str | None:
        def find() -> str | None:
            reply = self._ask([b"TYPE", key])
            name = reply.decode() if isinstance(reply, bytes) else "none"
            return None if name == "none" else name

        return self._remembered(("type", key), find)

    def fields(self, key: bytes, prefix: bytes, limit: int) -> list[bytes]:
        scan = {"hash": b"HSCAN", "set": b"SSCAN", "zset": b"ZSCAN"}.get(self.type(key) or "")
        if scan is None:
            return []

        def find() -> list[bytes]:
            reply = self._ask([scan, key, b"0", b"COUNT", b"500"])
            if not isinstance(reply, list) or len(reply) != 2:
                return []
            names = reply[1] if scan == b"SSCAN" else reply[1][::2]
            return sorted(name for name in names if name.startswith(prefix))[:limit]

        return self._remembered(("fields", key, prefix, limit), find)

    def parameters(self) -> list[str]:
        def find() -> list[str]:
            reply = self._ask([b"CONFIG", b"GET", b"*"])
            return sorted(name.decode() for name in reply[::2]) if isinstance(reply, list) else []

        return self._remembered(("parameters",), find)

    def named(self, thing: Thing, of: Sequence[bytes] = ()) -> list[bytes]:
        question = QUESTIONS.get(thing)
        if question is None:
            return []

        def find() -> list[bytes]:
            reply = self._ask([*question.argv, *of, *question.more])
            return list(question.names(reply)) if isinstance(reply, list) else []

        return self._remembered(("named", thing, tuple(of)), find)

    def denied(self, argv: Sequence[bytes]) -> bytes | None:
        """Only an administrator may ask that."""
        return None

    def _ask(self, argv: Sequence[bytes]) -> Reply:
        """A reply for completion, or None if there is none to be had."""
        try:
            if self._asker.db != self._client.db:
                self._asker.execute([b"SELECT", b"%d" % self._client.db])
            reply = self._asker.execute(argv)
        except LinkError:
            return None
        return None if is_error(reply) else reply

    def _remembered(self, question: tuple[object, ...], find: Callable[[], _Found]) -> _Found:
        question = (self._client.db, *question)
        when, found = self._known.get(question, (0.0, None))
        if time.monotonic() - when > _FRESH:
            found = find()
            self._known[question] = (time.monotonic(), found)
        return cast("_Found", found)
