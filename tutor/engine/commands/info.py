"""INFO: the state of the server (redis 7.0, server.c: genRedisInfoString).

All fields of 7.0.15 are there, in its order. What only a process knows comes from
`Host.facts`; a field about something that is not here (files, forks, replicas, and without a host
sockets and the processor) has the value it has in a server where that thing never happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tutor.engine.commands.connection import VERSION
from tutor.engine.commands.info_memory import memory_fields
from tutor.engine.config.directive_types import show_percentiles
from tutor.engine.memory.eviction import time_over
from tutor.engine.registry import command
from tutor.engine.replies import Reply, Verbatim
from tutor.engine.session import Session
from tutor.engine.statistics.histogram import percentiles
from tutor.engine.statistics.stats import Spent

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

Fields = Iterable[tuple[str, object]]

_LRU_CLOCK_MAX = (1 << 24) - 1
_NEVER = Spent()


@command("info")
def info(session: Session, argv: Sequence[bytes]) -> Reply:
    """INFO [section …]: sections always come in the same order, each once."""
    wanted: set[str] = set()
    for word in argv[1:]:
        name = word.decode("latin-1").lower()
        if name in ("all", "everything"):
            wanted |= set(_SECTIONS)
        elif name == "default":
            wanted |= _DEFAULT
        else:
            wanted.add(name)
    if len(argv) == 1:
        wanted = _DEFAULT
    parts = []
    for name, (title, fields) in _SECTIONS.items():
        if name in wanted:
            lines = [f"{field}:{value}\r\n" for field, value in fields(session.engine)]
            parts.append(f"# {title}\r\n" + "".join(lines))
    return Verbatim("\r\n".join(parts).encode())


def _server(engine: Engine) -> Fields:
    now_us = engine.clock.now_us()
    uptime = (now_us - engine.start_us) // 1_000_000
    hz = engine.config.hz
    facts = _facts(engine)
    return (
        ("redis_version", VERSION.decode()),
        ("redis_git_sha1", "00000000"),
        ("redis_git_dirty", 0),
        ("redis_build_id", 0),
        ("redis_mode", "standalone"),
        ("os", facts.get("os", "redis-tutor")),
        ("arch_bits", facts.get("arch_bits", 64)),
        ("monotonic_clock", facts.get("monotonic_clock", type(engine.clock).__name__)),
        ("multiplexing_api", facts.get("multiplexing_api", "none")),
        ("atomicvar_api", "none"),
        ("gcc_version", "0.0.0"),
        ("process_id", facts.get("process_id", 0)),
        ("process_supervised", "no"),
        ("run_id", engine.run_id),
        ("tcp_port", engine.config.port),
        ("server_time_usec", now_us),
        ("uptime_in_seconds", uptime),
        ("uptime_in_days", uptime // 86400),
        ("hz", hz),
        ("configured_hz", hz),
        ("lru_clock", engine.now_ms // 1000 & _LRU_CLOCK_MAX),
        ("executable", facts.get("executable", "")),
        ("config_file", engine.host.config_file if engine.host is not None else ""),
        ("io_threads_active", 0),
    )


def _facts(engine: Engine) -> Mapping[str, object]:
    return engine.host.facts() if engine.host is not None else {}


def _clients(engine: Engine) -> Fields:
    sessions = engine.sessions.values()
    waiting = [session.blocked for session in sessions if session.blocked]
    buffers = [session.buffers() for session in sessions if session.buffers is not None]
    queries = [one.query + one.query_free for one in buffers]
    outputs = [one.output for one in buffers]
    return (
        ("connected_clients", sum(not session.replica for session in sessions)),
        ("cluster_connections", 0),
        ("maxclients", engine.config.maxclients),
        ("client_recent_max_input_buffer", max(queries, default=0)),
        ("client_recent_max_output_buffer", max(outputs, default=0)),
        ("blocked_clients", len(waiting)),
        ("tracking_clients", len(engine.tracking.clients)),
        ("clients_in_timeout_table", sum(blocked.deadline_ms > 0 for blocked in waiting)),
    )


def _persistence(engine: Engine) -> Fields:
    if engine.persistence is not None:
        return engine.persistence.fields()
    return (
        ("loading", 0),
        ("async_loading", 0),
        ("current_cow_peak", 0),
        ("current_cow_size", 0),
        ("current_cow_size_age", 0),
        ("current_fork_perc", "0.00"),
        ("current_save_keys_processed", 0),
        ("current_save_keys_total", 0),
        ("rdb_changes_since_last_save", engine.stats.dirty),
        ("rdb_bgsave_in_progress", 0),
        ("rdb_last_save_time", engine.start_us // 1_000_000),
        ("rdb_last_bgsave_status", "ok"),
        ("rdb_last_bgsave_time_sec", -1),
        ("rdb_current_bgsave_time_sec", -1),
        ("rdb_saves", 0),
        ("rdb_last_cow_size", 0),
        ("rdb_last_load_keys_expired", 0),
        ("rdb_last_load_keys_loaded", 0),
        ("aof_enabled", 0),
        ("aof_rewrite_in_progress", 0),
        ("aof_rewrite_scheduled", 0),
        ("aof_last_rewrite_time_sec", -1),
        ("aof_current_rewrite_time_sec", -1),
        ("aof_last_bgrewrite_status", "ok"),
        ("aof_rewrites", 0),
        ("aof_rewrites_consecutive_failures", 0),
        ("aof_last_write_status", "ok"),
        ("aof_last_cow_size", 0),
        ("module_fork_in_progress", 0),
        ("module_fork_last_cow_size", 0),
    )


def _stats(engine: Engine) -> Fields:
    stats, tracking, hub = engine.stats, engine.tracking, engine.pubsub
    names = ("ops", "input", "output", "repl input", "repl output")
    second = {name: stats.metrics[name].per_second for name in names}
    return (
        ("total_connections_received", stats.connections_received),
        ("total_commands_processed", stats.commands_processed),
        ("instantaneous_ops_per_sec", second["ops"]),
        ("total_net_input_bytes", stats.input_bytes),
        ("total_net_output_bytes", stats.output_bytes),
        ("total_net_repl_input_bytes", stats.repl_input_bytes),
        ("total_net_repl_output_bytes", stats.repl_output_bytes),
        ("instantaneous_input_kbps", f"{second['input'] / 1024:.2f}"),
        ("instantaneous_output_kbps", f"{second['output'] / 1024:.2f}"),
        ("instantaneous_input_repl_kbps", f"{second['repl input'] / 1024:.2f}"),
        ("instantaneous_output_repl_kbps", f"{second['repl output'] / 1024:.2f}"),
        ("rejected_connections", stats.rejected_connections),
        ("sync_full", stats.sync_full),
        ("sync_partial_ok", stats.sync_partial_ok),
        ("sync_partial_err", stats.sync_partial_err),
        ("expired_keys", stats.expired_keys),
        ("expired_stale_perc", f"{engine.cron.stale_share * 100:.2f}"),
        ("expired_time_cap_reached_count", stats.expire_cap_reached),
        ("expire_cycle_cpu_milliseconds", stats.expire_usec // 1000),
        ("evicted_keys", stats.evicted_keys),
        ("evicted_clients", stats.evicted_clients),
        ("total_eviction_exceeded_time", time_over(engine)[0]),
        ("current_eviction_exceeded_time", time_over(engine)[1]),
        ("keyspace_hits", stats.keyspace_hits),
        ("keyspace_misses", stats.keyspace_misses),
        ("pubsub_channels", len(hub.channels)),
        ("pubsub_patterns", len(hub.patterns)),
        ("pubsubshard_channels", len(hub.shard_channels)),
        ("latest_fork_usec", stats.fork_usec),
        ("total_forks", stats.forks),
        ("migrate_cached_sockets", _facts(engine).get("migrate_cached_sockets", 0)),
        ("slave_expires_tracked_keys", len(engine.own_expiring)),
        ("active_defrag_hits", 0),
        ("active_defrag_misses", 0),
        ("active_defrag_key_hits", 0),
        ("active_defrag_key_misses", 0),
        ("total_active_defrag_time", 0),
        ("current_active_defrag_time", 0),
        ("tracking_total_keys", len(tracking.readers)),
        ("tracking_total_items", tracking.items),
        ("tracking_total_prefixes", len(tracking.prefixes)),
        ("unexpected_error_replies", stats.unexpected_error_replies),
        ("total_error_replies", stats.error_replies),
        ("dump_payload_sanitizations", 0),
        ("total_reads_processed", stats.reads_processed),
        ("total_writes_processed", stats.writes_processed),
        ("io_threaded_reads_processed", 0),
        ("io_threaded_writes_processed", 0),
        ("reply_buffer_shrinks", 0),
        ("reply_buffer_expands", 0),
    )


def _replication(engine: Engine) -> Fields:
    if engine.replication is not None:
        return engine.replication.info()
    return (
        ("role", "master"),
        ("connected_slaves", 0),
        ("master_failover_state", "no-failover"),
        ("master_replid", engine.replication_id),
        ("master_replid2", "0" * 40),
        ("master_repl_offset", 0),
        ("second_repl_offset", -1),
        ("repl_backlog_active", 0),
        ("repl_backlog_size", engine.config.repl_backlog_size),
        ("repl_backlog_first_byte_offset", 0),
        ("repl_backlog_histlen", 0),
    )


def _cpu(engine: Engine) -> Fields:
    """The main thread is the process's only one that counts, if the host does not know better."""
    facts = _facts(engine)
    for name in ("sys", "user", "sys_children", "user_children"):
        yield f"used_cpu_{name}", facts.get(f"used_cpu_{name}", "0.000000")
    for name in ("sys", "user"):
        field = f"used_cpu_{name}_main_thread"
        yield field, facts.get(field, facts.get(f"used_cpu_{name}", "0.000000"))


def _modules(engine: Engine) -> Fields:
    return ()


def _commandstats(engine: Engine) -> Fields:
    stats = engine.stats
    stats.settle()
    for name in dict.fromkeys([*stats.spent, *stats.rejected]):
        spent = stats.spent.get(name, _NEVER)
        mean = spent.usec / spent.calls if spent.calls else 0.0
        yield (
            f"cmdstat_{name}",
            f"calls={spent.calls},usec={spent.usec},usec_per_call={mean:.2f},"
            f"rejected_calls={stats.rejected.get(name, 0)},"
            f"failed_calls={stats.failed.get(name, 0)}",
        )


def _errorstats(engine: Engine) -> Fields:
    for code, count in sorted(engine.stats.errors.items()):
        yield f"errorstat_{code}", f"count={count}"


def _latencystats(engine: Engine) -> Fields:
    config, stats = engine.config, engine.stats
    if not config.latency_tracking:
        return
    stats.settle()
    percents = config.latency_tracking_info_percentiles
    labels = show_percentiles(percents).decode().split()
    for name, spent in stats.spent.items():
        if spent.durations.total:
            told = zip(labels, percentiles(spent.durations, percents), strict=True)
            text = ",".join(f"p{label}={usec:.3f}" for label, usec in told)
            yield f"latency_percentiles_usec_{name}", text


def _cluster(engine: Engine) -> Fields:
    return (("cluster_enabled", 0),)


def _keyspace(engine: Engine) -> Fields:
    for database in engine.databases:
        keys, expires = len(database), len(database.expires)
        if keys or expires:
            average = database.average_ttl_ms
            yield f"db{database.index}", f"keys={keys},expires={expires},avg_ttl={average}"


_SECTIONS: dict[str, tuple[str, Callable[[Engine], Fields]]] = {
    "server": ("Server", _server),
    "clients": ("Clients", _clients),
    "memory": ("Memory", memory_fields),
    "persistence": ("Persistence", _persistence),
    "stats": ("Stats", _stats),
    "replication": ("Replication", _replication),
    "cpu": ("CPU", _cpu),
    "modules": ("Modules", _modules),
    "commandstats": ("Commandstats", _commandstats),
    "errorstats": ("Errorstats", _errorstats),
    "latencystats": ("Latencystats", _latencystats),
    "cluster": ("Cluster", _cluster),
    "keyspace": ("Keyspace", _keyspace),
}

_DEFAULT = set(_SECTIONS) - {"commandstats", "latencystats"}
