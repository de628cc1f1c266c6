"""The configuration of one engine: values as attributes, and CONFIG SET's all-or-nothing change.

The table of directives is `tutor.engine.directives`; an attribute is a directive's name with
underscores (``config.hash_max_listpack_entries``), of the type said there.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from tutor.engine import errors
from tutor.engine.directive_types import BadValue, can_bind
from tutor.engine.directives import DIRECTIVES, Directive
from tutor.engine.glob import matches
from tutor.engine.replies import ReplyError
from tutor.engine.structures.quicklist import PLAIN_THRESHOLD

_DEFAULTS = {row.attribute: row.default for row in DIRECTIVES.values()}


class Config:
    """The values of all directives. ``version`` grows with each change and never falls.

    Two are ours, and CONFIG GET does not show them: ``allocator``, whose size classes the sizes of
    strings follow, ``debian`` (the oracle) or ``upstream``; ``packed_threshold``, from how many
    bytes on an element of a list gets a node of its own (DEBUG QUICKLIST-PACKED-THRESHOLD). Below
    stand the directives that our own code reads; the others are there as well.
    """

    allocator: str
    packed_threshold: int

    active_expire_effort: int
    activerehashing: bool
    databases: int
    hash_max_listpack_entries: int
    hash_max_listpack_value: int
    hll_sparse_max_bytes: int
    hz: int
    lfu_decay_time: int
    lfu_log_factor: int
    list_compress_depth: int
    list_max_listpack_size: int
    maxclients: int
    maxmemory: int
    maxmemory_policy: str
    notify_keyspace_events: str
    port: int
    proto_max_bulk_len: int
    rdbcompression: bool
    repl_backlog_size: int
    requirepass: bytes
    save: tuple[tuple[int, int], ...]
    sanitize_dump_payload: str
    set_max_intset_entries: int
    slowlog_log_slower_than: int
    slowlog_max_len: int
    stream_node_max_bytes: int
    stream_node_max_entries: int
    zset_max_listpack_entries: int
    zset_max_listpack_value: int

    def __init__(self, **values: Any) -> None:
        """``values``: attributes that begin with something else than the default."""
        self.__dict__.update(_DEFAULTS)
        self.version = 0
        self.allocator = "debian"
        self.packed_threshold = PLAIN_THRESHOLD
        for attribute, value in values.items():
            if attribute not in self.__dict__:
                raise TypeError(f"no such directive: {attribute}")
            setattr(self, attribute, value)

    def clone(self) -> Config:
        """An independent copy."""
        return copy.copy(self)

    def assign(self, other: Config) -> None:
        """Take over all values of ``other``; counts as one change if anything differs."""
        mine, theirs = dict(self.__dict__), dict(other.__dict__)
        version = mine.pop("version")
        if theirs.pop("version") != version or mine != theirs:
            self.__dict__.update(theirs)
            self.version = version + 1

    # CONFIG GET and SET

    def show(self, row: Directive) -> bytes:
        """The value as CONFIG GET prints it."""
        return row.kind.show(getattr(self, row.attribute))

    def get(self, patterns: Sequence[bytes]) -> dict[bytes, bytes]:
        """Names and values of all directives that match any pattern.

        A name typed exactly comes back as it was typed, in whatever case.
        """
        found: dict[bytes, bytes] = {}
        seen: set[str] = set()
        for pattern in patterns:
            for row in _matching(pattern):
                if row.name not in seen:
                    seen.add(row.name)
                    exact = pattern.lower() == row.name.encode()
                    found[pattern if exact else row.name.encode()] = self.show(row)
        return found

    def set(self, pairs: Sequence[tuple[bytes, bytes]]) -> None:
        """CONFIG SET: change everything or, with Redis's error, nothing."""
        rows = _rows_to_set(pairs)
        before = dict(self.__dict__)
        try:
            for row, (_, word) in zip(rows, pairs, strict=True):
                self._parse(row, word)
            for row in rows:
                self._apply(row, before)
        except ReplyError:
            self.__dict__.update(before)
            raise
        if self.__dict__ != before:
            self.version += 1

    def _parse(self, row: Directive, word: bytes) -> None:
        try:
            value = row.kind.parse(word, getattr(self, row.attribute))
        except BadValue as bad:
            raise ReplyError(errors.config_set(row.name.encode(), str(bad))) from None
        setattr(self, row.attribute, value)

    def _apply(self, row: Directive, before: dict[str, Any]) -> None:
        """What follows once all values of one CONFIG SET are read: limits, and things that fail."""
        value = getattr(self, row.attribute)
        if value == before[row.attribute]:
            return
        adjust = _ADJUST.get(row.attribute)
        if adjust is not None:
            setattr(self, row.attribute, adjust(value))
        refusal = _REFUSE.get(row.attribute)
        if refusal is not None and not refusal[0](value):
            raise ReplyError(errors.config_set(row.name.encode(), refusal[1]))


_ADJUST: dict[str, Callable[[int], int]] = {
    "hz": lambda value: min(max(value, 1), 500),
    "repl_backlog_size": lambda value: max(value, 16 * 1024),
    "watchdog_period": lambda value: max(value, 200) if value else 0,
}

_NO_TLS = "Unable to update TLS configuration. Check server logs."

_REFUSE: dict[str, tuple[Callable[[Any], bool], str]] = {
    "bind": (can_bind, "Failed to bind to specified addresses."),
    # There are no certificates here, so TLS cannot be switched on.
    "tls_cluster": (lambda value: not value, _NO_TLS),
    "tls_port": (lambda value: not value, _NO_TLS),
    "tls_replication": (lambda value: not value, _NO_TLS),
}


def _matching(pattern: bytes) -> list[Directive]:
    if not any(special in pattern for special in b"*?["):
        row = DIRECTIVES.get(pattern.decode("latin-1").lower())
        return [row] if row is not None else []
    return [
        row
        for row in DIRECTIVES.values()
        if not row.hidden and matches(pattern, row.name.encode(), ignore_case=True)
    ]


def _rows_to_set(pairs: Sequence[tuple[bytes, bytes]]) -> list[Directive]:
    """The rows named; they must exist, may be set, and be named once."""
    rows: list[Directive] = []
    for name, _ in pairs:
        row = DIRECTIVES.get(name.decode("latin-1").lower())
        if row is None:
            raise ReplyError(errors.config_unknown(name))
        if row.immutable:
            raise ReplyError(errors.config_set(name, "can't set immutable config"))
        if row.protected:
            raise ReplyError(errors.config_set(name, "can't set protected config"))
        if row in rows:
            raise ReplyError(errors.config_set(name, "duplicate parameter"))
        rows.append(row)
    return rows
