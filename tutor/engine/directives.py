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
    special see its parser                     as annotated there
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from tutor.engine.structures.sds import parse_integer

_INT32 = (-(2**31), 2**31 - 1)
_LONG = 2**63 - 1
_ULONG = 2**64 - 1


class BadValue(ValueError):
    """The value does not fit; the message is Redis's own."""


class Kind(Protocol):
    """How values of a type are read from a word of CONFIG SET and shown by CONFIG GET."""

    def parse(self, word: bytes, old: Any) -> Any:
        """The value, or `BadValue`. ``old`` is the present one (some specials change it partly)."""
        ...

    def show(self, value: Any) -> bytes: ...


def _c_string(word: bytes) -> bytes:
    """What C sees of a word: everything before the first NUL."""
    return word.partition(b"\0")[0]


class Bool:
    """``yes`` or ``no``."""

    def parse(self, word: bytes, old: Any) -> bool:
        text = _c_string(word).lower()
        if text not in (b"yes", b"no"):
            raise BadValue("argument must be 'yes' or 'no'")
        return text == b"yes"

    def show(self, value: bool) -> bytes:
        return b"yes" if value else b"no"


@dataclass(frozen=True)
class Number:
    """A decimal integer from ``low`` to ``high``."""

    low: int
    high: int

    def parse(self, word: bytes, old: Any) -> int:
        value = parse_integer(word)
        if value is None:
            raise BadValue("argument couldn't be parsed into an integer")
        return self.check(value)

    def check(self, value: int) -> int:
        if not self.low <= value <= self.high:
            raise BadValue(f"argument must be between {self.low} and {self.high} inclusive")
        return value

    def show(self, value: int) -> bytes:
        return b"%d" % value


_MEMORY = re.compile(rb"([0-9]*)(b|k|kb|m|mb|g|gb)?", re.IGNORECASE).fullmatch
_UNITS = {b"k": 1000, b"kb": 1 << 10, b"m": 10**6, b"mb": 1 << 20, b"g": 10**9, b"gb": 1 << 30}


def parse_memory(word: bytes) -> int | None:
    """An amount such as ``100``, ``5mb`` (2^20) or ``5m`` (10^6); None if it is none.

    No digits at all mean 0, too many saturate, and the product wraps at 2^64, as in redis 7.0,
    util.c: memtoull.
    """
    found = _MEMORY(_c_string(word))
    if found is None or len(found[1]) >= 128:
        return None
    unit = _UNITS.get((found[2] or b"").lower(), 1)
    return min(int(found[1] or b"0"), _ULONG) * unit & _ULONG


@dataclass(frozen=True)
class Memory(Number):
    """An amount of bytes, with or without a unit."""

    def parse(self, word: bytes, old: Any) -> int:
        value = parse_memory(word)
        if value is None:
            raise BadValue("argument must be a memory value")
        return self.check(value)


@dataclass(frozen=True)
class Percent(Number):
    """An amount of bytes or, kept as a negative number, a percentage."""

    def parse(self, word: bytes, old: Any) -> int:
        text = _c_string(word)
        if text.endswith(b"%"):
            value = parse_integer(text[:-1])
            if value is None or value < 0:
                raise BadValue("argument must be a memory or percent value")
            if value > 100:
                raise BadValue("percentage argument must be less or equal to 100")
            return -value
        amount = parse_memory(text)
        if amount is None:
            raise BadValue("argument must be a memory or percent value")
        return amount if amount <= _LONG else amount - 2**64

    def show(self, value: int) -> bytes:
        return b"%d%%" % -value if value < 0 else b"%d" % value


def _one_of(names: tuple[str, ...]) -> BadValue:
    return BadValue("argument(s) must be one of the following: " + ", ".join(names))


@dataclass(frozen=True)
class Enum:
    """One word of ``names``; a word of ``synonyms`` reads as another."""

    names: tuple[str, ...]
    synonyms: tuple[tuple[str, str], ...] = ()

    def parse(self, word: bytes, old: Any) -> str:
        text = _c_string(word).decode("latin-1").lower()
        if text not in self.names:
            raise _one_of(self.names)
        return dict(self.synonyms).get(text, text)

    def show(self, value: str) -> bytes:
        return value.encode()


@dataclass(frozen=True)
class Flags:
    """Several words of ``names``, the first of which means none of the others."""

    names: tuple[str, ...]

    def parse(self, word: bytes, old: Any) -> str:
        given = _c_string(word).decode("latin-1").lower().split(" ")
        if not set(given) <= set(self.names):
            raise _one_of(self.names)
        if {"save", "nosave"} <= set(given):
            raise BadValue("shutdown options SAVE and NOSAVE can't be used simultaneously")
        return " ".join(name for name in self.names[1:] if name in given) or self.names[0]

    def show(self, value: str) -> bytes:
        return value.encode()


class Text:
    """Any text up to a NUL."""

    def parse(self, word: bytes, old: Any) -> bytes:
        return _c_string(word)

    def show(self, value: bytes) -> bytes:
        return value


class Secret(Text):
    """Any bytes."""

    def parse(self, word: bytes, old: Any) -> bytes:
        return word


@dataclass(frozen=True)
class Special:
    """A type with one member: its own reader and writer."""

    parse: Callable[[bytes, Any], Any]
    show: Callable[[Any], bytes]


# specials

_C_INTEGER = re.compile(rb"[+-]?[0-9]+").fullmatch


def _words(word: bytes) -> list[bytes]:
    """A value cut at single spaces, as CONFIG SET does with directives of several arguments."""
    return _c_string(word).split(b" ")


def _parse_save(word: bytes, old: Any) -> tuple[tuple[int, int], ...]:
    """Pairs (seconds, changes)."""
    given = _words(word)
    if given == [b""]:
        return ()
    values = [int(text) if _C_INTEGER(text) else -1 for text in given]
    pairs = tuple(zip(values[::2], values[1::2], strict=False))
    if len(values) % 2 or any(seconds < 1 or changes < 0 for seconds, changes in pairs):
        raise BadValue("Invalid save parameters")
    return pairs


def _show_numbers(values: tuple[tuple[int, ...], ...]) -> bytes:
    return b" ".join(b"%d" % value for group in values for value in group)


CLIENT_CLASSES = ("normal", "slave", "pubsub")


def _parse_output_limits(word: bytes, old: Any) -> tuple[tuple[int, int, int], ...]:
    """(hard bytes, soft bytes, soft seconds) of normal clients, replicas and subscribers."""
    given = _words(word)
    if given == [b""]:
        given = []
    if len(given) % 4:
        raise BadValue("Wrong number of arguments in buffer limit configuration.")
    limits = list(old)
    for at in range(0, len(given), 4):
        name = given[at].decode("latin-1").lower().replace("replica", "slave")
        if name not in CLIENT_CLASSES:
            raise BadValue("Invalid client class specified in buffer limit configuration.")
        hard, soft = parse_memory(given[at + 1]), parse_memory(given[at + 2]) or 0
        seconds = given[at + 3]
        if hard is None or not _C_INTEGER(seconds) or int(seconds) < 0:
            raise BadValue(
                "Error in hard, soft or soft_seconds setting in buffer limit configuration."
            )
        limits[CLIENT_CLASSES.index(name)] = (hard, soft, int(seconds) & 0xFFFFFFFF)
    return tuple(limits)


def _show_output_limits(value: tuple[tuple[int, int, int], ...]) -> bytes:
    return b" ".join(
        b"%b %d %d %d" % (name.encode(), *limit)
        for name, limit in zip(CLIENT_CLASSES, value, strict=True)
    )


def _parse_oom_values(word: bytes, old: Any) -> tuple[int, ...]:
    """oom_score_adj of the master, of replicas and of forked children."""
    given = _words(word)
    if len(given) != 3:
        raise BadValue("wrong number of arguments")
    if not all(_C_INTEGER(text) and -2000 <= int(text) <= 2000 for text in given):
        raise BadValue("Invalid oom-score-adj-values, elements must be between -2000 and 2000.")
    return tuple(int(text) for text in given)


_EVENT_CLASSES = "g$lshzxetd"
_EVENT_OTHERS = "KEmn"


def _parse_events(word: bytes, old: Any) -> str:
    """Letters in Redis's order; ``A`` stands for all of ``g$lshzxetd``."""
    given = set(_c_string(word).decode("latin-1"))
    if not given <= {"A", *_EVENT_CLASSES, *_EVENT_OTHERS}:
        raise BadValue("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")
    every = "A" in given or set(_EVENT_CLASSES) <= given
    classes = "A" if every else "".join(c for c in _EVENT_CLASSES + "n" if c in given)
    return classes + "".join(c for c in "KEm" if c in given)


def _parse_percentiles(word: bytes, old: Any) -> tuple[float, ...]:
    """Percentiles of INFO latencystats."""
    given = _words(word)
    if given == [b""]:
        return ()
    values = []
    for text in given:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if value != value or text != text.strip() or b"_" in text:
            raise BadValue("Invalid latency-tracking-info-percentiles parameters")
        if not 0 <= value <= 100:
            raise BadValue(
                "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]"
            )
        values.append(value)
    return tuple(values)


def _show_percentiles(values: tuple[float, ...]) -> bytes:
    return b" ".join(
        b"%.17g" % value if len(b"%g" % value) > 15 else _shortest(value) for value in values
    )


def _shortest(value: float) -> bytes:
    return repr(value).removesuffix(".0").encode()


def _parse_bind(word: bytes, old: Any) -> tuple[str, ...]:
    """Local addresses to listen on; ``-`` before one: never mind if it is not there."""
    given = _c_string(word).decode("latin-1")
    addresses = tuple(given.split(" ")) if given else ()
    if len(addresses) > 16:
        raise BadValue("Too many bind addresses specified.")
    return addresses


def _show_bind(value: tuple[str, ...]) -> bytes:
    return " ".join(value).encode("latin-1")


def can_bind(addresses: tuple[str, ...]) -> bool:
    """True if all of these look like addresses (whether they are this machine's is not asked)."""
    for address in addresses:
        bare = address.removeprefix("-")
        if bare in ("*", "::*"):
            continue
        try:
            ipaddress.ip_address(bare)
        except ValueError:
            return False
    return True


def _parse_hostname(word: bytes, old: Any) -> bytes:
    text = _c_string(word)
    if len(text) >= 256:
        raise BadValue("Hostnames must be less than 256 characters")
    if not re.fullmatch(rb"[A-Za-z0-9.-]*", text):
        raise BadValue("Hostnames may only contain alphanumeric characters, hyphens or dots")
    return text


_TITLE_FIELDS = rb"title|config-file|port|tls-port|unixsocket|listen-addr|server-mode"
_TITLE = re.compile(rb"(?:[^{]|\{(?:%b)\})+" % _TITLE_FIELDS, re.DOTALL).fullmatch


def _parse_title(word: bytes, old: Any) -> bytes:
    text = _c_string(word)
    if not _TITLE(text):
        raise BadValue("template format is invalid or contains unknown variables")
    return text


def _parse_defrag(word: bytes, old: Any) -> bool:
    """Debian's build has an allocator of its own, which cannot defragment."""
    value = Bool().parse(word, old)
    if value:
        raise BadValue(
            "Active defragmentation cannot be enabled: it requires a Redis server compiled with a "
            "modified Jemalloc like the one shipped by default with the Redis source distribution"
        )
    return value


# the table


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


_YES_NO = Bool()
_TEXT = Text()
_COUNT = Number(0, _LONG)
_INT = Number(0, 2**31 - 1)
_INT1 = Number(1, 2**31 - 1)
_ANY_INT = Number(*_INT32)
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
    ("activedefrag", Special(_parse_defrag, _YES_NO.show), False),
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
    ("bind", Special(_parse_bind, _show_bind), ("*", "-::*")),
    ("bind-source-addr", _TEXT, b""),
    ("busy-reply-threshold", _COUNT, 5000),
    ("client-output-buffer-limit", Special(_parse_output_limits, _show_output_limits),
     _OUTPUT_LIMITS),
    ("client-query-buffer-limit", Memory(1 << 20, _LONG), 1 << 30),
    ("cluster-allow-pubsubshard-when-down", _YES_NO, True),
    ("cluster-allow-reads-when-down", _YES_NO, False),
    ("cluster-allow-replica-migration", _YES_NO, True),
    ("cluster-announce-bus-port", _PORT, 0),
    ("cluster-announce-hostname", Special(_parse_hostname, _TEXT.show), b""),
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
    ("latency-tracking-info-percentiles", Special(_parse_percentiles, _show_percentiles),
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
    ("notify-keyspace-events", Special(_parse_events, str.encode), ""),
    ("oom-score-adj", Enum(("no", "yes", "relative", "absolute"), (("relative", "yes"),)), "no"),
    ("oom-score-adj-values", Special(_parse_oom_values, lambda v: _show_numbers((v,))),
     (0, 200, 800)),
    ("port", _PORT, 6379),
    ("proc-title-template", Special(_parse_title, _TEXT.show),
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
    ("save", Special(_parse_save, _show_numbers), ((3600, 1), (300, 100), (60, 10000))),
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
    ("appenddirname", _TEXT, b"appendonlydir"),
    ("appendfilename", _TEXT, b"appendonly.aof"),
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
    ("replicaof", _TEXT, b""),
    ("server_cpulist", _TEXT, b""),
    ("set-proc-title", _YES_NO, True),
    ("socket-mark-id", Number(0, 2**32 - 1), 0),
    ("supervised", Enum(("upstart", "systemd", "auto", "no")), "no"),
    ("syslog-enabled", _YES_NO, False),
    ("syslog-facility", _TEXT, b"local0"),
    ("syslog-ident", _TEXT, b"redis"),
    ("tcp-backlog", _INT, 511),
    ("unixsocket", _TEXT, b""),
    ("unixsocketperm", _INT, 0),
)

_PROTECTED: tuple[tuple[str, Kind, Any], ...] = (
    ("dbfilename", _TEXT, b"dump.rdb"),
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
