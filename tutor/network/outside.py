"""A key of a real Redis, asked about from outside: the questions, and a picture of the answers.

INFO, OBJECT ENCODING, PTTL, MEMORY USAGE, OBJECT REFCOUNT, DUMP, and DEBUG where it is allowed.
What a server refuses to say (ACL, a renamed command, DEBUG switched off) is no failure: less is
known then, and the picture says so. Only DUMP must be answered. Up to 7.0 it counts as a use of the
key (LRU, LFU), unlike the other questions; later servers are told CLIENT NO-TOUCH for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tutor.engine.dumped import DamagedDump, Outside, UnknownDump, inspect_dump
from tutor.engine.inspect import Inspection
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.structures.window import Window
from tutor.network.client import Client

__all__ = ["LARGEST", "DamagedDump", "DumpRefused", "TooLarge", "UnknownDump", "look"]

LARGEST = 64 << 20
"""Bytes of the largest value that is fetched without being forced to."""

_ATTEMPTS = 5
"""How often a key is asked about anew that changes between the questions."""

_LENGTHS: Mapping[bytes, bytes] = {b"string": b"STRLEN"}
_NO_TOUCH = (b"CLIENT", b"NO-TOUCH")
_NO_TOUCH_SINCE = (7, 2)
_SERVERS = (("valkey_version", "valkey"), ("redis_version", "redis"))


class TooLarge(Exception):
    """DUMP would bring ``size`` bytes or so, more than ``limit``; not asked without ``force``."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"the value takes about {size} bytes, more than {limit}")
        self.size = size
        self.limit = limit


class DumpRefused(Exception):
    """The server does not give the bytes of the key; ``message`` is what it says."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def look(
    client: Client | str,
    key: bytes,
    db: int | None = None,
    window: Window = Window(),  # noqa: B008 - frozen
    *,
    force: bool = False,
) -> Inspection | None:
    """The key as that server holds it; None if there is none (or it went while being asked).

    ``client`` may be a URL, which is connected to for this look; ``db`` None means the client's.
    Raises `LinkError` when the server cannot be reached, `TooLarge`, `DumpRefused`, and
    `UnknownDump` or `DamagedDump` for bytes that are not understood.
    """
    if isinstance(client, str):
        own = Client(client)
        try:
            return look(own, key, db, window, force=force)
        finally:
            own.close()
    questions = _Questions(client, key)
    before = client.db
    wanted = before if db is None else db
    if wanted != before:
        questions.demand(b"SELECT", b"%d" % wanted)
    try:
        return questions.inspection(wanted, window, force)
    finally:
        if wanted != before and client.connected:
            questions.demand(b"SELECT", b"%d" % before)


@dataclass
class _Questions:
    """One key and the connection over which it is asked about."""

    client: Client
    key: bytes

    def ask(self, *words: bytes) -> Reply:
        """The answer, or None where the server refuses one."""
        reply = self.client.execute(words)
        return None if isinstance(reply, ReplyError) else reply

    def demand(self, *words: bytes) -> Reply:
        reply = self.client.execute(words)
        if isinstance(reply, ReplyError):
            raise DumpRefused(reply.message)
        return reply

    def inspection(self, db: int, window: Window, force: bool) -> Inspection | None:
        """Ask until the answers agree with each other: others may write meanwhile."""
        about = self.server()
        for attempt in range(_ATTEMPTS):
            if not force:
                self.refuse_what_is_large()
            facts = self.facts(db, about)
            payload = self.dump(about)
            if payload is None:
                return None
            again = self.ask(b"OBJECT", b"ENCODING", self.key)
            if again is not None and _text(again) != facts.encoding:
                continue
            try:
                return inspect_dump(payload, facts, window)
            except DamagedDump:  # the answers are of two values
                if attempt == _ATTEMPTS - 1:
                    raise
        raise DamagedDump(f"the key changed {_ATTEMPTS} times while it was asked about")

    def dump(self, about: Mapping[str, str]) -> bytes | None:
        """The payload, without leaving a trace in the key's last use where the server can do so."""
        quiet = _release(about) >= _NO_TOUCH_SINCE and self.ask(*_NO_TOUCH, b"ON") is not None
        try:
            payload: bytes | None = self.demand(b"DUMP", self.key)
        finally:
            if quiet and self.client.connected:
                self.ask(*_NO_TOUCH, b"OFF")
        return payload

    def server(self) -> Mapping[str, str]:
        """INFO's figures of the server and its memory by name."""
        lines: list[str] = []
        for section in (b"server", b"memory"):
            lines += _text(self.ask(b"INFO", section)).splitlines()
        pairs = (line.partition(":") for line in lines)
        return {name: value for name, found, value in pairs if found}

    def refuse_what_is_large(self) -> None:
        """DUMP of a large value holds the server up and takes as much memory again."""
        size = self.ask(b"MEMORY", b"USAGE", self.key)
        if not isinstance(size, int):
            command = _LENGTHS.get(_text(self.ask(b"TYPE", self.key)).encode())
            size = self.ask(command, self.key) if command else None
        if isinstance(size, int) and size > LARGEST:
            raise TooLarge(size, LARGEST)

    def facts(self, db: int, about: Mapping[str, str]) -> Outside:
        encoding = _text(self.ask(b"OBJECT", b"ENCODING", self.key))
        ttl = self.ask(b"PTTL", self.key)
        refcount = self.ask(b"OBJECT", b"REFCOUNT", self.key)
        memory = self.ask(b"MEMORY", b"USAGE", self.key)
        server, version = next(
            ((name, about[figure]) for figure, name in _SERVERS if figure in about), ("", "")
        )
        return Outside(
            key=self.key,
            db=db,
            encoding=encoding,
            ttl_ms=ttl if isinstance(ttl, int) and ttl >= 0 else None,
            memory=memory if isinstance(memory, int) else None,
            refcount=refcount if isinstance(refcount, int) else None,
            server=server,
            version=version,
            allocator=about.get("mem_allocator", ""),
            object_text=self.debug(b"OBJECT") if encoding == "quicklist" else "",
            sdslen_text=self.debug(b"SDSLEN") if encoding == "raw" else "",
            table_text=self.tables() if encoding in ("hashtable", "skiplist") else "",
            refused=frozenset() if isinstance(ttl, int) else frozenset({"ttl"}),
        )

    def debug(self, subcommand: bytes, *more: bytes) -> str:
        return _text(self.ask(b"DEBUG", subcommand, self.key, *more))

    def tables(self) -> str:
        """Since 7.2 chains are told only to those who ask for them."""
        brief = self.debug(b"HTSTATS-KEY")
        if "table size" not in brief or "distribution" in brief:
            return brief
        return self.debug(b"HTSTATS-KEY", b"full")


def _release(about: Mapping[str, str]) -> tuple[int, ...]:
    """Major and minor version of Redis, or of the one that another server is compatible with."""
    words = about.get("redis_version", "").split(".")[:2]
    return tuple(int(word) for word in words if word.isdigit())


def _text(reply: Reply) -> str:
    """A string reply as text, whatever its RESP type; "" for anything else."""
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else ""
