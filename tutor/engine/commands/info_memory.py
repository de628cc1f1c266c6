"""The memory section of INFO (redis 7.0, server.c: genRedisInfoString)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.engine.memory.accounting import ScriptMemory
from tutor.engine.memory.figures import MemoryFigures

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

Fields = Iterator[tuple[str, object]]


def human_size(size: int) -> str:
    """Bytes for people: ``1.06M``."""
    unit, amount = 0, float(size)
    while amount >= 1024 and unit < 5:
        unit, amount = unit + 1, amount / 1024
    return f"{amount:.2f}{'BKMGTP'[unit]}" if unit else f"{size}B"


def memory_fields(engine: Engine) -> Fields:
    """All fields, in Redis's order."""
    figures = MemoryFigures.of(engine)
    yield from _sized("used_memory", figures.used)
    yield from _sized("used_memory_rss", figures.rss)
    yield from _sized("used_memory_peak", figures.peak)
    yield "used_memory_peak_perc", f"{figures.peak_percent:.2f}%"
    yield "used_memory_overhead", figures.overhead
    yield "used_memory_startup", figures.startup
    yield "used_memory_dataset", figures.dataset
    yield "used_memory_dataset_perc", f"{figures.dataset_percent:.2f}%"
    yield "allocator_allocated", figures.used
    yield "allocator_active", figures.active
    yield "allocator_resident", figures.resident
    yield from _sized("total_system_memory", figures.system)
    yield from _scripts(figures.scripts)
    yield from _sized("maxmemory", engine.config.maxmemory)
    yield "maxmemory_policy", engine.config.maxmemory_policy
    for name, ratio, surplus in figures.ratios():
        yield f"{name}_ratio", f"{ratio:.2f}"
        yield f"{name}_bytes", surplus
    replication = engine.replication
    yield "mem_not_counted_for_evict", figures.replicas
    yield "mem_replication_backlog", figures.backlog
    shared = replication.buffer_bytes if replication is not None else 0
    yield "mem_total_replication_buffers", shared
    yield "mem_clients_slaves", figures.replicas
    yield "mem_clients_normal", figures.clients
    yield "mem_cluster_links", 0
    yield "mem_aof_buffer", 0
    jemalloc = "5.3.0" if engine.config.allocator == "debian" else "5.2.1"
    yield "mem_allocator", f"jemalloc-{jemalloc}"
    yield "active_defrag_running", 0
    yield "lazyfree_pending_objects", 0
    yield "lazyfreed_objects", 0


def _scripts(scripts: ScriptMemory) -> Fields:
    yield "used_memory_lua", scripts.vm_eval
    yield "used_memory_vm_eval", scripts.vm_eval
    yield "used_memory_lua_human", human_size(scripts.vm_eval)
    yield "used_memory_scripts_eval", scripts.cached_bytes
    yield "number_of_cached_scripts", scripts.cached
    yield "number_of_functions", scripts.functions
    yield "number_of_libraries", scripts.libraries
    yield "used_memory_vm_functions", scripts.vm_functions
    yield from _sized("used_memory_vm_total", scripts.vm_eval + scripts.vm_functions)
    yield "used_memory_functions", scripts.functions_bytes
    yield from _sized("used_memory_scripts", scripts.cached_bytes + scripts.functions_bytes)


def _sized(name: str, size: int) -> Fields:
    yield name, size
    yield f"{name}_human", human_size(size)
