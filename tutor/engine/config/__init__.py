"""The configuration of one engine: values as attributes, and CONFIG SET's all-or-nothing change.

The table of directives is `tutor.engine.config.directives`; an attribute is a directive's name with
underscores (``config.hash_max_listpack_entries``), of the type said there.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from tutor.engine import errors
from tutor.engine.config.directive_types import BadValue, can_bind
from tutor.engine.config.directives import DIRECTIVES, Directive
from tutor.engine.glob import matches
from tutor.engine.replies import ReplyError
from tutor.engine.structures.quicklist import PLAIN_THRESHOLD

_DEFAULTS = {row.attribute: row.default for row in DIRECTIVES.values()}


class Config:
    """The values of all directives. ``version`` grows with each change and never falls.

    ``on_change`` is called after CONFIG SET and after `assign` if a value has changed.

    Three are ours, and CONFIG GET does not show them: ``allocator``, whose size classes the sizes
    of strings follow, ``debian`` (the oracle) or ``upstream``; ``packed_threshold``, from how many
    bytes on an element of a list gets a node of its own (DEBUG QUICKLIST-PACKED-THRESHOLD);
    ``check_payloads``, whether RESTORE looks at checksums (DEBUG SET-SKIP-CHECKSUM-VALIDATION).
    Below stand the directives that our own code reads; the others are there as well.
    """

    allocator: str
    check_payloads: bool
    packed_threshold: int

    acl_pubsub_default: str
    aclfile: bytes
    acllog_max_len: int
    active_expire_effort: int
    activerehashing: bool
    aof_disable_auto_gc: bool
    aof_load_truncated: bool
    aof_rewrite_incremental_fsync: bool
    aof_timestamp_enabled: bool
    aof_use_rdb_preamble: bool
    appenddirname: bytes
    appendfilename: bytes
    appendfsync: str
    appendonly: bool
    auto_aof_rewrite_min_size: int
    auto_aof_rewrite_percentage: int
    bind: tuple[str, ...]
    busy_reply_threshold: int
    client_output_buffer_limit: tuple[tuple[int, int, int], ...]
    client_query_buffer_limit: int
    cluster_enabled: bool
    daemonize: bool
    databases: int
    dbfilename: bytes
    dir: bytes
    enable_debug_command: str
    hash_max_listpack_entries: int
    hash_max_listpack_value: int
    hll_sparse_max_bytes: int
    hz: int
    latency_monitor_threshold: int
    latency_tracking: bool
    latency_tracking_info_percentiles: tuple[float, ...]
    lazyfree_lazy_eviction: bool
    lazyfree_lazy_expire: bool
    lazyfree_lazy_server_del: bool
    lazyfree_lazy_user_del: bool
    lazyfree_lazy_user_flush: bool
    lfu_decay_time: int
    lfu_log_factor: int
    list_compress_depth: int
    list_max_listpack_size: int
    logfile: bytes
    loglevel: str
    masterauth: bytes
    masteruser: bytes
    maxclients: int
    maxmemory: int
    maxmemory_clients: int
    maxmemory_eviction_tenacity: int
    maxmemory_policy: str
    maxmemory_samples: int
    min_replicas_max_lag: int
    min_replicas_to_write: int
    no_appendfsync_on_rewrite: bool
    notify_keyspace_events: str
    pidfile: bytes
    port: int
    protected_mode: bool
    proto_max_bulk_len: int
    rdb_del_sync_files: bool
    rdb_key_save_delay: int
    rdb_save_incremental_fsync: bool
    rdbchecksum: bool
    rdbcompression: bool
    repl_backlog_size: int
    repl_backlog_ttl: int
    repl_disable_tcp_nodelay: bool
    repl_diskless_load: str
    repl_diskless_sync: bool
    repl_diskless_sync_delay: int
    repl_diskless_sync_max_replicas: int
    repl_ping_replica_period: int
    repl_timeout: int
    replica_announce_ip: bytes
    replica_announce_port: int
    replica_announced: bool
    replica_ignore_disk_write_errors: bool
    replica_ignore_maxmemory: bool
    replica_lazy_flush: bool
    replica_priority: int
    replica_read_only: bool
    replica_serve_stale_data: bool
    replicaof: bytes
    requirepass: bytes
    sanitize_dump_payload: str
    save: tuple[tuple[int, int], ...]
    set_max_intset_entries: int
    shutdown_on_sigint: str
    shutdown_on_sigterm: str
    shutdown_timeout: int
    slowlog_log_slower_than: int
    slowlog_max_len: int
    stop_writes_on_bgsave_error: bool
    stream_node_max_bytes: int
    stream_node_max_entries: int
    supervised: str
    tcp_backlog: int
    tcp_keepalive: int
    timeout: int
    tls_cert_file: bytes
    tls_cluster: bool
    tls_port: int
    tls_replication: bool
    tracking_table_max_keys: int
    unixsocket: bytes
    unixsocketperm: int
    watchdog_period: int
    zset_max_listpack_entries: int
    zset_max_listpack_value: int

    def __init__(self, **values: Any) -> None:
        """``values``: attributes that begin with something else than the default."""
        self.__dict__.update(_DEFAULTS)
        self.version = 0
        self.on_change: Callable[[], None] | None = None
        self.allocator = "debian"
        self.check_payloads = True
        self.packed_threshold = PLAIN_THRESHOLD
        for attribute, value in values.items():
            if attribute not in self.__dict__:
                raise TypeError(f"no such directive: {attribute}")
            setattr(self, attribute, value)

    def clone(self) -> Config:
        """An independent copy; nobody is told of its changes."""
        other = copy.copy(self)
        other.on_change = None
        return other

    def assign(self, other: Config) -> None:
        """Take over all values of ``other``; counts as one change if anything differs."""
        mine, theirs = dict(self.__dict__), dict(other.__dict__)
        version, on_change = mine.pop("version"), mine.pop("on_change")
        theirs.pop("on_change")
        if theirs.pop("version") != version or mine != theirs:
            self.__dict__.update(theirs)
            self.version = version + 1
            if on_change is not None:
                on_change()

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

    def set(
        self, pairs: Sequence[tuple[bytes, bytes]], follow: Callable[[str], str] | None = None
    ) -> None:
        """CONFIG SET: change everything or, with Redis's error, nothing.

        ``follow(attribute)`` is told of each value that has changed; it gives the reason why the
        process cannot follow, or "".
        """
        rows = _rows_to_set(pairs)
        before = dict(self.__dict__)
        followed: list[str] = []
        try:
            for row, (_, word) in zip(rows, pairs, strict=True):
                self._parse(row, word)
            for row in rows:
                if self._apply(row, before) and follow is not None:
                    followed.append(row.attribute)
                    reason = follow(row.attribute)
                    if reason:
                        raise ReplyError(errors.config_set(row.name.encode(), reason))
        except ReplyError:
            self.__dict__.update(before)
            if follow is not None:
                for attribute in followed[:-1]:
                    follow(attribute)
            raise
        if self.__dict__ != before:
            self.version += 1
            if self.on_change is not None:
                self.on_change()

    def _parse(self, row: Directive, word: bytes) -> None:
        try:
            value = row.kind.parse(word, getattr(self, row.attribute))
        except BadValue as bad:
            raise ReplyError(errors.config_set(row.name.encode(), str(bad))) from None
        setattr(self, row.attribute, value)

    def _apply(self, row: Directive, before: dict[str, Any]) -> bool:
        """What follows once all values of one CONFIG SET are read: limits, and things that fail.

        False if the value is what it was.
        """
        value = getattr(self, row.attribute)
        if value == before[row.attribute]:
            return False
        adjust = _ADJUST.get(row.attribute)
        if adjust is not None:
            setattr(self, row.attribute, adjust(value, self))
        refusal = _REFUSE.get(row.attribute)
        if refusal is not None and not refusal[0](value):
            raise ReplyError(errors.config_set(row.name.encode(), refusal[1]))
        return True


_ADJUST: dict[str, Callable[[int, Config], int]] = {
    "hz": lambda value, _: min(max(value, 1), 500),
    "repl_backlog_size": lambda value, _: max(value, 16 * 1024),
    "watchdog_period": lambda value, config: max(value, 1000 // config.hz * 2) if value else 0,
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
