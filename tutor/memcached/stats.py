"""`stats` and its subcommands (memcached 1.6.18, memcached.c, items.c, slabs.c).

All lines of the real server are there, in its order. Figures of what this server does not have
(threads of its own, TLS, storage on flash, a slab mover) are those of a real one that has not used
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tutor.memcached.integers import unsigned32
from tutor.memcached.lru import COLD, HOT, TEMP, UPDATE_INTERVAL_S, WARM, Queue
from tutor.memcached.settings import VERSION
from tutor.memcached.slabs import MAX_CLASSES, SlabClass

if TYPE_CHECKING:
    from tutor.memcached.connection import Connection
    from tutor.memcached.memcached import Memcached

Facts = Iterable[tuple[str, object]]

_BAD_LINE = b"CLIENT_ERROR bad command line"
_PAGE_LIMIT = 2 * 1024 * 1024


def stats(client: Connection, words: list[bytes]) -> None:
    """stats [settings | items | slabs | sizes | conns | reset | detail | cachedump …]"""
    if len(words) == 1:
        _send(client, general(client.server))
        return
    subcommand = _SUBCOMMANDS.get(words[1])
    if subcommand is None:
        client.say(b"ERROR")
    else:
        subcommand(client, words)


def _send(client: Connection, facts: Facts) -> None:
    client.out.append("".join(f"STAT {name} {value}\r\n" for name, value in facts).encode())
    client.out.append(b"END\r\n")


def _totals(server: Memcached, name: str) -> int:
    classes = server.store.slabs.classes
    return sum(getattr(queue, name) for slab in classes for queue in slab.queues)


def _class_totals(server: Memcached, name: str) -> int:
    return sum(getattr(slab, name) for slab in server.store.slabs.classes)


def general(server: Memcached) -> list[tuple[str, object]]:
    """`stats`, name by name."""
    return [*_process(server), *_commands(server), *_threads(server), *_items(server)]


def _process(server: Memcached) -> Facts:
    tallies, now = server.store.tallies, server.store.now
    pid, user_s, system_s = server.process()
    yield "pid", pid
    yield "uptime", now - UPDATE_INTERVAL_S
    yield "time", now + server.started_s
    yield "version", VERSION
    yield "libevent", "none"
    yield "pointer_size", 64
    yield "rusage_user", f"{user_s:.6f}"
    yield "rusage_system", f"{system_s:.6f}"
    yield "max_connections", server.settings.connections
    yield "curr_connections", len(server.connections)
    yield "total_connections", tallies.total_connections
    yield "rejected_connections", tallies.rejected_connections
    yield "connection_structures", server.most_connections + 1
    for name in ("oom", "count", "bytes"):
        yield f"response_obj_{name}", 0
    for name in ("count", "bytes", "bytes_free", "oom"):
        yield f"read_buf_{name}", 0
    yield "reserved_fds", 0


def _commands(server: Memcached) -> Facts:
    tallies = server.store.tallies
    yield "cmd_get", tallies.get_cmds
    yield "cmd_set", _class_totals(server, "set_cmds")
    yield "cmd_flush", tallies.flush_cmds
    yield "cmd_touch", tallies.touch_cmds
    yield "cmd_meta", tallies.meta_cmds
    yield "get_hits", _totals(server, "hits")
    for name in ("get_misses", "get_expired", "get_flushed", "delete_misses"):
        yield name, getattr(tallies, name)
    yield "delete_hits", _class_totals(server, "delete_hits")
    yield "incr_misses", tallies.incr_misses
    yield "incr_hits", _class_totals(server, "incr_hits")
    yield "decr_misses", tallies.decr_misses
    yield "decr_hits", _class_totals(server, "decr_hits")
    yield "cas_misses", tallies.cas_misses
    for name in ("cas_hits", "cas_badval", "touch_hits"):
        yield name, _class_totals(server, name)
    for name in ("touch_misses", "store_too_large", "store_no_memory"):
        yield name, getattr(tallies, name)
    yield "auth_cmds", 0
    yield "auth_errors", 0
    yield "bytes_read", tallies.bytes_read
    yield "bytes_written", tallies.bytes_written
    yield "limit_maxbytes", server.settings.memory_limit


def _threads(server: Memcached) -> Facts:
    yield "accepting_conns", 1
    yield "listen_disabled_num", 0
    yield "time_in_listen_disabled_us", 0
    yield "threads", 1
    yield "conn_yields", 0
    yield "hash_power_level", 16
    yield "hash_bytes", 524288
    yield "hash_is_expanding", 0
    slabs = server.store.slabs
    yield "slab_reassign_rescues", slabs.rescued
    yield "slab_reassign_chunk_rescues", 0
    yield "slab_reassign_evictions_nomem", slabs.lost
    for name in ("inline_reclaim", "busy_items", "busy_deletes", "running"):
        yield f"slab_reassign_{name}", 0
    yield "slabs_moved", slabs.moved
    yield "lru_crawler_running", 0
    yield "lru_crawler_starts", server.store.tallies.crawler_starts
    yield "lru_maintainer_juggles", server.maintainer.turns
    yield "malloc_fails", 0
    for name in ("worker_dropped", "worker_written", "watcher_skipped", "watcher_sent", "watchers"):
        yield f"log_{name}", 0
    yield "unexpected_napi_ids", 0
    yield "round_robin_fallback", 0


def _items(server: Memcached) -> Facts:
    classes = server.store.slabs.classes
    yield "bytes", sum(queue.bytes for slab in classes for queue in slab.queues)
    yield "curr_items", len(server.store.index)
    yield "total_items", server.store.tallies.total_items
    yield "slab_global_page_pool", server.store.slabs.pool
    for name in ("expired_unfetched", "evicted_unfetched", "evicted_active"):
        yield name, _totals(server, name)
    yield "evictions", _totals(server, "evicted")
    for name in ("reclaimed", "crawler_reclaimed"):
        yield name, _totals(server, name)
    yield "crawler_items_checked", _totals(server, "crawler_checked")
    yield "lrutail_reflocked", 0
    yield "moves_to_cold", _totals(server, "moves_to_cold")
    yield "moves_to_warm", _totals(server, "moves_to_warm")
    yield "moves_within_lru", _totals(server, "moves_within")
    yield "direct_reclaims", _totals(server, "direct_reclaims")
    yield "lru_bumps_dropped", 0


def settings(server: Memcached) -> list[tuple[str, object]]:
    """`stats settings`, name by name."""
    now, store = server.settings, server.store

    def yes(flag: bool) -> str:
        return "yes" if flag else "no"

    return [
        ("maxbytes", now.memory_limit),
        ("maxconns", now.connections),
        ("tcpport", now.port),
        ("udpport", 0),
        ("inter", now.listen),
        ("verbosity", now.verbosity),
        ("oldest", store.flushed_until),
        ("evictions", "on" if now.evictions else "off"),
        ("domain_socket", "NULL"),
        ("umask", 700),
        ("shutdown_command", "no"),
        ("growth_factor", f"{now.growth_factor:.2f}"),
        ("chunk_size", now.slab_min_size),
        ("num_threads", 1),
        ("num_threads_per_udp", 1),
        ("stat_key_prefix", ":"),
        ("detail_enabled", yes(now.detail)),
        ("reqs_per_event", 20),
        ("cas_enabled", "yes"),
        ("tcp_backlog", 1024),
        ("binding_protocol", "ascii"),
        ("auth_enabled_sasl", "no"),
        ("auth_enabled_ascii", "no"),
        ("item_size_max", now.item_size_max),
        ("maxconns_fast", "yes"),
        ("hashpower_init", 0),
        ("slab_reassign", "yes"),
        ("slab_automove", now.automove),
        ("slab_automove_ratio", f"{now.automove_ratio:.2f}"),
        ("slab_automove_window", 30),
        ("slab_chunk_max", now.slab_chunk_max),
        ("lru_crawler", yes(now.crawler)),
        ("lru_crawler_sleep", now.crawler_sleep_us),
        ("lru_crawler_tocrawl", now.crawler_to_crawl),
        ("tail_repair_time", 0),
        ("flush_enabled", "yes"),
        ("dump_enabled", "yes"),
        ("hash_algorithm", "siphash"),
        ("lru_maintainer_thread", "yes"),
        ("lru_segmented", yes(now.segmented)),
        ("hot_lru_pct", now.hot_percent),
        ("warm_lru_pct", now.warm_percent),
        ("hot_max_factor", f"{now.hot_factor:.2f}"),
        ("warm_max_factor", f"{now.warm_factor:.2f}"),
        ("temp_lru", yes(now.temp_lru)),
        ("temporary_ttl", now.temp_ttl),
        ("idle_timeout", 0),
        ("read_buf_mem_limit", 0),
        ("track_sizes", yes(store.sizes is not None)),
        ("inline_ascii_response", "no"),
        ("ssl_enabled", "no"),
        ("memory_file", "(null)"),
    ]


def items(server: Memcached) -> Facts:
    """`stats items`: every class that holds an item, queue by queue."""
    for slab in server.store.slabs.classes:
        if any(queue.length for queue in slab.queues):
            for name, value in _class_items(server, slab):
                yield f"items:{slab.number}:{name}", value


def _class_items(server: Memcached, slab: SlabClass) -> Facts:
    queues = slab.queues

    def age(queue: Queue) -> int:
        tail = queue.tail
        return 0 if tail is None else server.store.now - tail.time

    def total(name: str) -> int:
        return sum(getattr(queue, name) for queue in queues)

    yield "number", total("length")
    for segment in (HOT, WARM, COLD):
        yield f"number_{queues[segment].name}", queues[segment].length
    if server.settings.temp_lru:
        yield "number_temp", queues[TEMP].length
    yield "age_hot", age(queues[HOT])
    yield "age_warm", age(queues[WARM])
    yield "age", age(queues[COLD])
    yield "mem_requested", total("bytes")
    yield "evicted", total("evicted")
    yield "evicted_nonzero", total("evicted_nonzero")
    yield "evicted_time", queues[COLD].evicted_time
    yield "outofmemory", slab.out_of_memory
    yield "tailrepairs", 0
    for name in ("reclaimed", "expired_unfetched", "evicted_unfetched", "evicted_active"):
        yield name, total(name)
    yield "crawler_reclaimed", total("crawler_reclaimed")
    yield "crawler_items_checked", total("crawler_checked")
    yield "lrutail_reflocked", 0
    yield "moves_to_cold", total("moves_to_cold")
    yield "moves_to_warm", total("moves_to_warm")
    yield "moves_within_lru", total("moves_within")
    yield "direct_reclaims", total("direct_reclaims")
    for queue in queues:
        yield f"hits_to_{queue.name}", queue.hits


def slabs(server: Memcached) -> Facts:
    """`stats slabs`: every class that owns a page."""
    active = [slab for slab in server.store.slabs.classes if slab.pages]
    for slab in active:
        for name, value in (
            ("chunk_size", slab.chunk),
            ("chunks_per_page", slab.per_page),
            ("total_pages", slab.pages),
            ("total_chunks", len(slab.slots)),
            ("used_chunks", slab.used),
            ("free_chunks", len(slab.free)),
            ("free_chunks_end", 0),
            ("get_hits", sum(queue.hits for queue in slab.queues)),
            ("cmd_set", slab.set_cmds),
            ("delete_hits", slab.delete_hits),
            ("incr_hits", slab.incr_hits),
            ("decr_hits", slab.decr_hits),
            ("cas_hits", slab.cas_hits),
            ("cas_badval", slab.cas_badval),
            ("touch_hits", slab.touch_hits),
        ):
            yield f"{slab.number}:{name}", value
    yield "active_slabs", len(active)
    yield "total_malloced", server.store.slabs.allocated


def _sizes(client: Connection, words: list[bytes]) -> None:
    sizes = client.store.sizes
    if sizes is None:
        _send(client, [("sizes_status", "disabled")])
    else:
        _send(client, [(str(size * 32), count) for size, count in sorted(sizes.items()) if count])


def _sizes_enable(client: Connection, words: list[bytes]) -> None:
    store = client.store
    if store.sizes is None:
        store.cas += 1
        store.sizes, store.sizes_from = {}, store.cas
    client.out.append(b"STAT sizes_status enabled\r\n")


def _sizes_disable(client: Connection, words: list[bytes]) -> None:
    client.store.sizes = None
    client.out.append(b"STAT sizes_status disabled\r\n")


def _reset(client: Connection, words: list[bytes]) -> None:
    client.store.tallies.reset()
    for slab in client.store.slabs.classes:
        slab.reset()
        for queue in slab.queues:
            queue.reset()
    client.server.prefixes.clear()
    client.say(b"RESET")


def _conns(client: Connection, words: list[bytes]) -> None:
    server = client.server
    facts: list[tuple[str, object]] = []
    for number, other in sorted(server.connections.items()):
        facts.append((f"{number}:addr", other.address))
        facts.append((f"{number}:listen_addr", other.listener))
        facts.append((f"{number}:state", "conn_parse_cmd" if other is client else other.state))
        facts.append((f"{number}:secs_since_last_cmd", server.store.now - other.last_command))
    _send(client, facts)


def _detail(client: Connection, words: list[bytes]) -> None:
    """stats detail on | off | dump: what was asked of keys with the same prefix, up to a colon."""
    what = words[2] if len(words) > 2 else b""
    if what == b"dump":
        for prefix, (gets, hits, sets, deletes) in client.server.prefixes.items():
            line = b"PREFIX %b get %d hit %d set %d del %d\r\n"
            client.out.append(line % (prefix, gets, hits, sets, deletes))
        client.out.append(b"END\r\n")
    elif what in (b"on", b"off"):
        client.server.settings.detail = what == b"on"
        client.say(b"OK")
    else:
        client.say(b"CLIENT_ERROR usage: stats detail on|off|dump")


def _cachedump(client: Connection, words: list[bytes]) -> None:
    """stats cachedump class limit: keys in COLD from the head, 2 MiB at most."""
    if len(words) < 4:
        client.say(_BAD_LINE)
        return
    number, limit = unsigned32(words[2]), unsigned32(words[3])
    if number is None or limit is None:
        client.say(_BAD_LINE + b" format")
        return
    if number > MAX_CLASSES:
        client.say(b"CLIENT_ERROR Illegal slab id")
        return
    classes = client.store.slabs.classes
    lines: list[bytes] = []
    if 1 <= number <= len(classes):
        queue = classes[number - 1].queues[COLD]
        item, room = queue.next, _PAGE_LIMIT - 6
        while item is not queue and (not limit or len(lines) < limit):
            until = item.exptime + client.server.started_s if item.exptime else 0
            line = b"ITEM %b [%d b; %d s]\r\n" % (item.key, len(item.data) - 2, until)
            room -= len(line)
            if room < 0:
                break
            lines.append(line)
            item = item.next
    client.out += [*lines, b"END\r\n"]


_SUBCOMMANDS: dict[bytes, Callable[[Connection, list[bytes]], None]] = {
    b"settings": lambda client, words: _send(client, settings(client.server)),
    b"items": lambda client, words: _send(client, items(client.server)),
    b"slabs": lambda client, words: _send(client, slabs(client.server)),
    b"sizes": _sizes,
    b"sizes_enable": _sizes_enable,
    b"sizes_disable": _sizes_disable,
    b"reset": _reset,
    b"conns": _conns,
    b"detail": _detail,
    b"cachedump": _cachedump,
    b"extstore": lambda client, words: _send(client, ()),
}
