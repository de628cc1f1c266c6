"""INFO: the state of the server (redis 7.0, server.c: genRedisInfoString).

All fields of 7.0.15 are there, in its order. The engine's own figures are true; a field about
something that is not here (files, forks, replicas, sockets, the processor) has the value it has in
a server where that thing never happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from tutor.engine.commands.connection import VERSION
from tutor.engine.commands.memory import Footprint
from tutor.engine.registry import command
from tutor.engine.replies import Reply, Verbatim
from tutor.engine.session import Session

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

Fields = Iterable[tuple[str, object]]

_LRU_CLOCK_MAX = (1 << 24) - 1


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


def human_size(size: int) -> str:
    """Bytes for people: ``1.06M``."""
    unit, amount = 0, float(size)
    while amount >= 1024 and unit < 5:
        unit, amount = unit + 1, amount / 1024
    return f"{amount:.2f}{'BKMGTP'[unit]}" if unit else f"{size}B"


def _server(engine: Engine) -> Fields:
    now_us = engine.clock.now_us()
    uptime = (now_us - engine.start_us) // 1_000_000
    hz = engine.config.hz
    return (
        ("redis_version", VERSION.decode()),
        ("redis_git_sha1", "00000000"),
        ("redis_git_dirty", 0),
        ("redis_build_id", 0),
        ("redis_mode", "standalone"),
        ("os", "redis-tutor"),
        ("arch_bits", 64),
        ("monotonic_clock", type(engine.clock).__name__),
        ("multiplexing_api", "none"),
        ("atomicvar_api", "none"),
        ("gcc_version", "0.0.0"),
        ("process_id", 0),
        ("process_supervised", "no"),
        ("run_id", engine.run_id),
        ("tcp_port", engine.config.port),
        ("server_time_usec", now_us),
        ("uptime_in_seconds", uptime),
        ("uptime_in_days", uptime // 86400),
        ("hz", hz),
        ("configured_hz", hz),
        ("lru_clock", engine.now_ms // 1000 & _LRU_CLOCK_MAX),
        ("executable", ""),
        ("config_file", ""),
        ("io_threads_active", 0),
    )


def _clients(engine: Engine) -> Fields:
    waiting = [session.blocked for session in engine.sessions.values() if session.blocked]
    return (
        ("connected_clients", len(engine.sessions)),
        ("cluster_connections", 0),
        ("maxclients", engine.config.maxclients),
        ("client_recent_max_input_buffer", 0),
        ("client_recent_max_output_buffer", 0),
        ("blocked_clients", len(waiting)),
        ("tracking_clients", 0),
        ("clients_in_timeout_table", sum(blocked.deadline_ms > 0 for blocked in waiting)),
    )


def _memory(engine: Engine) -> Fields:
    """The data by the model; everything that only a process has is 0."""
    footprint = Footprint.of(engine)
    used, limit = footprint.total, engine.config.maxmemory
    share = footprint.dataset * 100 / used if used else 0.0
    jemalloc = "5.3.0" if engine.config.allocator == "debian" else "5.2.1"
    return (
        ("used_memory", used),
        ("used_memory_human", human_size(used)),
        ("used_memory_rss", used),
        ("used_memory_rss_human", human_size(used)),
        ("used_memory_peak", used),
        ("used_memory_peak_human", human_size(used)),
        ("used_memory_peak_perc", "100.00%"),
        ("used_memory_overhead", footprint.overhead),
        ("used_memory_startup", 0),
        ("used_memory_dataset", footprint.dataset),
        ("used_memory_dataset_perc", f"{share:.2f}%"),
        ("allocator_allocated", used),
        ("allocator_active", used),
        ("allocator_resident", used),
        ("total_system_memory", 0),
        ("total_system_memory_human", "0B"),
        ("used_memory_lua", 0),
        ("used_memory_vm_eval", 0),
        ("used_memory_lua_human", "0B"),
        ("used_memory_scripts_eval", 0),
        ("number_of_cached_scripts", 0),
        ("number_of_functions", 0),
        ("number_of_libraries", 0),
        ("used_memory_vm_functions", 0),
        ("used_memory_vm_total", 0),
        ("used_memory_vm_total_human", "0B"),
        ("used_memory_functions", 0),
        ("used_memory_scripts", 0),
        ("used_memory_scripts_human", "0B"),
        ("maxmemory", limit),
        ("maxmemory_human", human_size(limit)),
        ("maxmemory_policy", engine.config.maxmemory_policy),
        ("allocator_frag_ratio", "1.00"),
        ("allocator_frag_bytes", 0),
        ("allocator_rss_ratio", "1.00"),
        ("allocator_rss_bytes", 0),
        ("rss_overhead_ratio", "1.00"),
        ("rss_overhead_bytes", 0),
        ("mem_fragmentation_ratio", "1.00"),
        ("mem_fragmentation_bytes", 0),
        ("mem_not_counted_for_evict", 0),
        ("mem_replication_backlog", 0),
        ("mem_total_replication_buffers", 0),
        ("mem_clients_slaves", 0),
        ("mem_clients_normal", 0),
        ("mem_cluster_links", 0),
        ("mem_aof_buffer", 0),
        ("mem_allocator", f"jemalloc-{jemalloc}"),
        ("active_defrag_running", 0),
        ("lazyfree_pending_objects", 0),
        ("lazyfreed_objects", 0),
    )


def _persistence(engine: Engine) -> Fields:
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
    stats = engine.stats
    return (
        ("total_connections_received", stats.connections_received),
        ("total_commands_processed", stats.commands_processed),
        ("instantaneous_ops_per_sec", 0),
        ("total_net_input_bytes", 0),
        ("total_net_output_bytes", 0),
        ("total_net_repl_input_bytes", 0),
        ("total_net_repl_output_bytes", 0),
        ("instantaneous_input_kbps", "0.00"),
        ("instantaneous_output_kbps", "0.00"),
        ("instantaneous_input_repl_kbps", "0.00"),
        ("instantaneous_output_repl_kbps", "0.00"),
        ("rejected_connections", 0),
        ("sync_full", 0),
        ("sync_partial_ok", 0),
        ("sync_partial_err", 0),
        ("expired_keys", stats.expired_keys),
        ("expired_stale_perc", f"{engine.cron.stale_share * 100:.2f}"),
        ("expired_time_cap_reached_count", stats.expire_cap_reached),
        ("expire_cycle_cpu_milliseconds", 0),
        ("evicted_keys", stats.evicted_keys),
        ("evicted_clients", 0),
        ("total_eviction_exceeded_time", 0),
        ("current_eviction_exceeded_time", 0),
        ("keyspace_hits", stats.keyspace_hits),
        ("keyspace_misses", stats.keyspace_misses),
        ("pubsub_channels", 0),
        ("pubsub_patterns", 0),
        ("pubsubshard_channels", 0),
        ("latest_fork_usec", 0),
        ("total_forks", 0),
        ("migrate_cached_sockets", 0),
        ("slave_expires_tracked_keys", 0),
        ("active_defrag_hits", 0),
        ("active_defrag_misses", 0),
        ("active_defrag_key_hits", 0),
        ("active_defrag_key_misses", 0),
        ("total_active_defrag_time", 0),
        ("current_active_defrag_time", 0),
        ("tracking_total_keys", 0),
        ("tracking_total_items", 0),
        ("tracking_total_prefixes", 0),
        ("unexpected_error_replies", 0),
        ("total_error_replies", stats.error_replies),
        ("dump_payload_sanitizations", 0),
        ("total_reads_processed", 0),
        ("total_writes_processed", 0),
        ("io_threaded_reads_processed", 0),
        ("io_threaded_writes_processed", 0),
        ("reply_buffer_shrinks", 0),
        ("reply_buffer_expands", 0),
    )


def _replication(engine: Engine) -> Fields:
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
    names = ("sys", "user", "sys_children", "user_children", "sys_main_thread", "user_main_thread")
    return ((f"used_cpu_{name}", "0.000000") for name in names)


def _modules(engine: Engine) -> Fields:
    return ()


def _commandstats(engine: Engine) -> Fields:
    """Calls per command; how long they took is not measured (the engine has no stopwatch)."""
    stats = engine.stats
    for name in dict.fromkeys([*stats.calls, *stats.rejected]):
        yield (
            f"cmdstat_{name}",
            f"calls={stats.calls.get(name, 0)},usec=0,usec_per_call=0.00,"
            f"rejected_calls={stats.rejected.get(name, 0)},"
            f"failed_calls={stats.failed.get(name, 0)}",
        )


def _errorstats(engine: Engine) -> Fields:
    for code, count in sorted(engine.stats.errors.items()):
        yield f"errorstat_{code}", f"count={count}"


def _latencystats(engine: Engine) -> Fields:
    return ()


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
    "memory": ("Memory", _memory),
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
