"""The table of directives: what each is called, what it takes, what it is without a config file.

One row per directive of redis-server 7.0.15; names, types, bounds, defaults and texts are what
that server answers (`tests/oracle/test_config.py` asks it about every row). A value lives in
`Config` as

    bool    ``yes``/``no``                     ``bool``
    number  decimal                            ``int``
    memory  ``512``, ``5mb``, ``1g``           ``int``, bytes
    percent as memory, or ``5%``               ``int``; a percentage is negative
    enum    one of some words                  ``str``
    text    anything                           ``bytes``
    special see its parser in directive_types  as annotated there
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tutor.engine.config.directive_types import (
    Bool,
    Enum,
    Flags,
    Kind,
    Memory,
    Number,
    Octal,
    Percent,
    Secret,
    Special,
    SpecialWords,
    Text,
    parse_append_file,
    parse_append_folder,
    parse_bind,
    parse_db_file,
    parse_defrag,
    parse_events,
    parse_hostname,
    parse_oom_values,
    parse_output_limits,
    parse_percentiles,
    parse_replicaof,
    parse_save,
    parse_title,
    show_bind,
    show_events,
    show_numbers,
    show_output_limits,
    show_percentiles,
)

_LONG = 2**63 - 1
_ULONG = 2**64 - 1


@dataclass(frozen=True)
class Directive:
    """One row. ``attribute`` is its name in `Config`; an alias shares it with another row.

    ``hidden`` ones are shown only to who names them exactly; ``protected`` ones can be set only
    with ``enable-protected-configs``; ``immutable`` ones never.
    """

    name: str
    kind: Kind
    default: Any
    attribute: str
    immutable: bool = False
    protected: bool = False
    hidden: bool = False

    @property
    def is_alias(self) -> bool:
        """An old name of another directive."""
        return self.name in _ALIASES


_YES_NO = Bool()
_TEXT = Text()
_COUNT = Number(0, _LONG)
_INT = Number(0, 2**31 - 1)
_INT1 = Number(1, 2**31 - 1)
_ANY_INT = Number(-(2**31), 2**31 - 1)
_PORT = Number(0, 65535)
_SIZE = Memory(0, _LONG)
_AMOUNT = Memory(0, _ULONG)
_SHUTDOWN = Flags(("default", "save", "nosave", "now", "force"))

_OUTPUT_LIMITS = ((0, 0, 0), (256 << 20, 64 << 20, 60), (32 << 20, 8 << 20, 60))

_MUTABLE: tuple[tuple[str, Kind, Any], ...] = (
    ("acl-pubsub-default", Enum(("allchannels", "resetchannels")), "resetchannels"),
    ("acllog-max-len", _COUNT, 128),
    ("active-defrag-cycle-max", Number(1, 99), 25),
    ("active-defrag-cycle-min", Number(1, 99), 1),
    ("active-defrag-ignore-bytes", Memory(1, _LONG), 100 << 20),
    ("active-defrag-max-scan-fields", Number(1, _LONG), 1000),
    ("active-defrag-threshold-lower", Number(0, 1000), 10),
    ("active-defrag-threshold-upper", Number(0, 1000), 100),
    ("active-expire-effort", Number(1, 10), 1),
    ("activedefrag", Special(parse_defrag, _YES_NO.show), False),
    ("activerehashing", _YES_NO, True),
    ("aof-disable-auto-gc", _YES_NO, False),
    ("aof-load-truncated", _YES_NO, True),
    ("aof-rewrite-incremental-fsync", _YES_NO, True),
    ("aof-timestamp-enabled", _YES_NO, False),
    ("aof-use-rdb-preamble", _YES_NO, True),
    ("appendfsync", Enum(("everysec", "always", "no")), "everysec"),
    ("appendonly", _YES_NO, False),
    ("auto-aof-rewrite-min-size", _SIZE, 64 << 20),
    ("auto-aof-rewrite-percentage", _INT, 100),
    ("bind", SpecialWords(parse_bind, show_bind), ("*", "-::*")),
    ("bind-source-addr", _TEXT, b""),
    ("busy-reply-threshold", _COUNT, 5000),
    ("client-output-buffer-limit", SpecialWords(parse_output_limits, show_output_limits),
     _OUTPUT_LIMITS),
    ("client-query-buffer-limit", Memory(1 << 20, _LONG), 1 << 30),
    ("cluster-allow-pubsubshard-when-down", _YES_NO, True),
    ("cluster-allow-reads-when-down", _YES_NO, False),
    ("cluster-allow-replica-migration", _YES_NO, True),
    ("cluster-announce-bus-port", _PORT, 0),
    ("cluster-announce-hostname", Special(parse_hostname, _TEXT.show), b""),
    ("cluster-announce-ip", _TEXT, b""),
    ("cluster-announce-port", _PORT, 0),
    ("cluster-announce-tls-port", _PORT, 0),
    ("cluster-link-sendbuf-limit", _AMOUNT, 0),
    ("cluster-migration-barrier", _INT, 1),
    ("cluster-node-timeout", _COUNT, 15000),
    ("cluster-preferred-endpoint-type", Enum(("ip", "hostname", "unknown-endpoint")), "ip"),
    ("cluster-replica-no-failover", _YES_NO, False),
    ("cluster-replica-validity-factor", _INT, 10),
    ("cluster-require-full-coverage", _YES_NO, True),
    ("crash-log-enabled", _YES_NO, True),
    ("crash-memcheck-enabled", _YES_NO, True),
    ("dynamic-hz", _YES_NO, True),
    ("hash-max-listpack-entries", _COUNT, 512),
    ("hash-max-listpack-value", _SIZE, 64),
    ("hll-sparse-max-bytes", _SIZE, 3000),
    ("hz", _INT, 10),
    ("ignore-warnings", _TEXT, b""),
    ("jemalloc-bg-thread", _YES_NO, True),
    ("latency-monitor-threshold", _COUNT, 0),
    ("latency-tracking", _YES_NO, True),
    ("latency-tracking-info-percentiles", SpecialWords(parse_percentiles, show_percentiles),
     (50.0, 99.0, 99.9)),
    ("lazyfree-lazy-eviction", _YES_NO, False),
    ("lazyfree-lazy-expire", _YES_NO, False),
    ("lazyfree-lazy-server-del", _YES_NO, False),
    ("lazyfree-lazy-user-del", _YES_NO, False),
    ("lazyfree-lazy-user-flush", _YES_NO, False),
    ("lfu-decay-time", _INT, 1),
    ("lfu-log-factor", _INT, 10),
    ("list-compress-depth", _INT, 0),
    ("list-max-listpack-size", _ANY_INT, -2),
    ("loglevel", Enum(("debug", "verbose", "notice", "warning")), "notice"),
    ("masterauth", Secret(), b""),
    ("masteruser", _TEXT, b""),
    ("maxclients", Number(1, 2**32 - 1), 10000),
    ("maxmemory", _AMOUNT, 0),
    ("maxmemory-clients", Percent(0, _LONG), 0),
    ("maxmemory-eviction-tenacity", Number(0, 100), 10),
    ("maxmemory-policy",
     Enum(("volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl", "allkeys-lru",
           "allkeys-lfu", "allkeys-random", "noeviction")), "noeviction"),
    ("maxmemory-samples", _INT1, 5),
    ("min-replicas-max-lag", _INT, 10),
    ("min-replicas-to-write", _INT, 0),
    ("no-appendfsync-on-rewrite", _YES_NO, False),
    ("notify-keyspace-events", Special(parse_events, show_events), ""),
    ("oom-score-adj", Enum(("no", "yes", "relative", "absolute"), (("relative", "yes"),)), "no"),
    ("oom-score-adj-values", SpecialWords(parse_oom_values, lambda v: show_numbers((v,))),
     (0, 200, 800)),
    ("port", _PORT, 6379),
    ("proc-title-template", Special(parse_title, _TEXT.show),
     b"{title} {listen-addr} {server-mode}"),
    ("propagation-error-behavior", Enum(("ignore", "panic", "panic-on-replicas")), "ignore"),
    ("protected-mode", _YES_NO, True),
    ("proto-max-bulk-len", Memory(1 << 20, _LONG), 512 << 20),
    ("rdb-del-sync-files", _YES_NO, False),
    ("rdb-save-incremental-fsync", _YES_NO, True),
    ("rdbcompression", _YES_NO, True),
    ("repl-backlog-size", Memory(1, _LONG), 1 << 20),
    ("repl-backlog-ttl", _COUNT, 3600),
    ("repl-disable-tcp-nodelay", _YES_NO, False),
    ("repl-diskless-load", Enum(("disabled", "on-empty-db", "swapdb")), "disabled"),
    ("repl-diskless-sync", _YES_NO, True),
    ("repl-diskless-sync-delay", _INT, 5),
    ("repl-diskless-sync-max-replicas", _INT, 0),
    ("repl-ping-replica-period", _INT1, 10),
    ("repl-timeout", _INT1, 60),
    ("replica-announce-ip", _TEXT, b""),
    ("replica-announce-port", _PORT, 0),
    ("replica-announced", _YES_NO, True),
    ("replica-ignore-disk-write-errors", _YES_NO, False),
    ("replica-ignore-maxmemory", _YES_NO, True),
    ("replica-lazy-flush", _YES_NO, False),
    ("replica-priority", _INT, 100),
    ("replica-read-only", _YES_NO, True),
    ("replica-serve-stale-data", _YES_NO, True),
    ("requirepass", Secret(), b""),
    ("sanitize-dump-payload", Enum(("no", "yes", "clients")), "no"),
    ("save", SpecialWords(parse_save, show_numbers), ((3600, 1), (300, 100), (60, 10000))),
    ("set-max-intset-entries", _COUNT, 512),
    ("shutdown-on-sigint", _SHUTDOWN, "default"),
    ("shutdown-on-sigterm", _SHUTDOWN, "default"),
    ("shutdown-timeout", _INT, 10),
    ("slowlog-log-slower-than", Number(-1, _LONG), 10000),
    ("slowlog-max-len", _COUNT, 128),
    ("stop-writes-on-bgsave-error", _YES_NO, True),
    ("stream-node-max-bytes", _SIZE, 4096),
    ("stream-node-max-entries", _COUNT, 100),
    ("tcp-keepalive", _INT, 300),
    ("timeout", _INT, 0),
    ("tls-auth-clients", Enum(("no", "yes", "optional")), "yes"),
    ("tls-ca-cert-dir", _TEXT, b""),
    ("tls-ca-cert-file", _TEXT, b""),
    ("tls-cert-file", _TEXT, b""),
    ("tls-ciphers", _TEXT, b""),
    ("tls-ciphersuites", _TEXT, b""),
    ("tls-client-cert-file", _TEXT, b""),
    ("tls-client-key-file", _TEXT, b""),
    ("tls-client-key-file-pass", _TEXT, b""),
    ("tls-cluster", _YES_NO, False),
    ("tls-dh-params-file", _TEXT, b""),
    ("tls-key-file", _TEXT, b""),
    ("tls-key-file-pass", _TEXT, b""),
    ("tls-port", _PORT, 0),
    ("tls-prefer-server-ciphers", _YES_NO, False),
    ("tls-protocols", _TEXT, b""),
    ("tls-replication", _YES_NO, False),
    ("tls-session-cache-size", _INT, 20480),
    ("tls-session-cache-timeout", _INT, 300),
    ("tls-session-caching", _YES_NO, True),
    ("tracking-table-max-keys", _COUNT, 1000000),
    ("zset-max-listpack-entries", _COUNT, 128),
    ("zset-max-listpack-value", _SIZE, 64),
)  # fmt: skip

_IMMUTABLE: tuple[tuple[str, Kind, Any], ...] = (
    ("aclfile", _TEXT, b""),
    ("always-show-logo", _YES_NO, False),
    ("aof_rewrite_cpulist", _TEXT, b""),
    ("appenddirname", Special(parse_append_folder, _TEXT.show), b"appendonlydir"),
    ("appendfilename", Special(parse_append_file, _TEXT.show), b"appendonly.aof"),
    ("bgsave_cpulist", _TEXT, b""),
    ("bio_cpulist", _TEXT, b""),
    ("cluster-config-file", _TEXT, b"nodes.conf"),
    ("cluster-enabled", _YES_NO, False),
    ("cluster-port", _PORT, 0),
    ("daemonize", _YES_NO, False),
    ("databases", _INT1, 16),
    ("disable-thp", _YES_NO, True),
    # Redis's own default is "no"; here DEBUG is what the learner came for.
    ("enable-debug-command", Enum(("no", "yes", "local")), "yes"),
    ("enable-module-command", Enum(("no", "yes", "local")), "no"),
    ("enable-protected-configs", Enum(("no", "yes", "local")), "no"),
    ("io-threads", Number(1, 128), 1),
    ("io-threads-do-reads", _YES_NO, False),
    ("logfile", _TEXT, b""),
    ("pidfile", _TEXT, b""),
    ("rdbchecksum", _YES_NO, True),
    ("replicaof", SpecialWords(parse_replicaof, _TEXT.show), b""),
    ("server_cpulist", _TEXT, b""),
    ("set-proc-title", _YES_NO, True),
    ("socket-mark-id", Number(0, 2**32 - 1), 0),
    ("supervised", Enum(("upstart", "systemd", "auto", "no")), "no"),
    ("syslog-enabled", _YES_NO, False),
    ("syslog-facility",
     Enum(("user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7")),
     "local0"),
    ("syslog-ident", _TEXT, b"redis"),
    ("tcp-backlog", _INT, 511),
    ("unixsocket", _TEXT, b""),
    ("unixsocketperm", Octal(0, 0o777), 0),
)  # fmt: skip

_PROTECTED: tuple[tuple[str, Kind, Any], ...] = (
    ("dbfilename", Special(parse_db_file, _TEXT.show), b"dump.rdb"),
    ("dir", _TEXT, b""),
)

_HIDDEN: tuple[tuple[str, Kind, Any], ...] = (
    ("key-load-delay", _ANY_INT, 0),
    ("loading-process-events-interval-bytes", Number(1024, 2**31 - 1), 2 << 20),
    ("rdb-key-save-delay", _ANY_INT, 0),
    ("watchdog-period", _INT, 0),
)

_ALIASES = {
    "cluster-slave-no-failover": "cluster-replica-no-failover",
    "cluster-slave-validity-factor": "cluster-replica-validity-factor",
    "hash-max-ziplist-entries": "hash-max-listpack-entries",
    "hash-max-ziplist-value": "hash-max-listpack-value",
    "list-max-ziplist-size": "list-max-listpack-size",
    "lua-time-limit": "busy-reply-threshold",
    "min-slaves-max-lag": "min-replicas-max-lag",
    "min-slaves-to-write": "min-replicas-to-write",
    "repl-ping-slave-period": "repl-ping-replica-period",
    "slave-announce-ip": "replica-announce-ip",
    "slave-announce-port": "replica-announce-port",
    "slave-ignore-maxmemory": "replica-ignore-maxmemory",
    "slave-lazy-flush": "replica-lazy-flush",
    "slave-priority": "replica-priority",
    "slave-read-only": "replica-read-only",
    "slave-serve-stale-data": "replica-serve-stale-data",
    "slaveof": "replicaof",
    "zset-max-ziplist-entries": "zset-max-listpack-entries",
    "zset-max-ziplist-value": "zset-max-listpack-value",
}
"""Old names; both are listed by CONFIG GET and set the same value."""


def _rows() -> Iterator[Directive]:
    groups: tuple[tuple[tuple[tuple[str, Kind, Any], ...], dict[str, bool]], ...] = (
        (_MUTABLE, {}),
        (_IMMUTABLE, {"immutable": True}),
        (_PROTECTED, {"protected": True}),
        (_HIDDEN, {"hidden": True}),
    )
    for rows, flags in groups:
        for name, kind, default in rows:
            yield Directive(name, kind, default, name.replace("-", "_"), **flags)


DIRECTIVES: dict[str, Directive] = {row.name: row for row in _rows()}
"""Every directive and alias by name, sorted by name."""

for _alias, _name in _ALIASES.items():
    _row = DIRECTIVES[_name]
    DIRECTIVES[_alias] = Directive(
        _alias, _row.kind, _row.default, _row.attribute, _row.immutable, _row.protected
    )
DIRECTIVES = dict(sorted(DIRECTIVES.items()))
