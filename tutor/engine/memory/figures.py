"""The figures of INFO memory, MEMORY STATS and MEMORY DOCTOR, computed in one place.

What the data take is the model's (`tutor.engine.memory.accounting`); what the process takes is told
by the host, if there is one, and else taken to be the same: then nothing is fragmented.
Names and sums: redis 7.0, object.c (getMemoryOverheadData), server.c (genRedisInfoString).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine.memory.accounting import STARTUP, ScriptMemory, client_memory
from tutor.engine.structures.hashtable import ENTRY_SIZE, SLOT_SIZE
from tutor.engine.structures.sds import ROBJ_SIZE

if TYPE_CHECKING:
    from tutor.engine.database import Database
    from tutor.engine.engine import Engine

_PAGE = 4096
_INDEX = 4
"""The root of the radix tree that finds blocks of the backlog."""


@dataclass(frozen=True, slots=True)
class TableOverhead:
    """Of one database: its number, bytes of the main table with the objects, and of the table of
    expiry times."""

    database: int
    main: int
    expires: int


@dataclass(frozen=True, slots=True)
class MemoryFigures:
    """Bytes, but for ``keys`` and what ends in ``ratio`` or ``percent``."""

    used: int
    peak: int
    rss: int
    system: int
    keys: int
    clients: int
    client_count: int
    scripts: ScriptMemory
    tables: tuple[TableOverhead, ...]
    backlog: int = 0
    replicas: int = 0  # what their output takes beyond the backlog

    @classmethod
    def of(cls, engine: Engine) -> MemoryFigures:
        """The figures of now."""
        used = engine.accounts.used
        process = engine.host.memory() if engine.host is not None else None
        shared = engine.replication.buffer_bytes if engine.replication is not None else 0
        backlog = min(shared, engine.config.repl_backlog_size)
        return cls(
            used,
            engine.accounts.peak,
            process.rss if process is not None else used,
            process.system if process is not None else 0,
            sum(len(database.keys.data) for database in engine.databases),
            sum(client_memory(one) for one in engine.sessions.values() if not one.replica),
            len(engine.sessions),
            engine.accounts.scripts(),
            tuple(_overhead(one) for one in engine.databases if one.keys.data),
            backlog + _INDEX if shared else 0,
            shared - backlog,
        )

    @property
    def startup(self) -> int:
        """What a server takes that has just started."""
        return STARTUP

    @property
    def overhead(self) -> int:
        """Everything that is not the data themselves."""
        tables = sum(one.main + one.expires for one in self.tables)
        scripts = self.scripts.cached_bytes + self.scripts.functions_bytes
        replication = self.backlog + self.replicas
        return STARTUP + self.clients + scripts + tables + replication

    @property
    def dataset(self) -> int:
        return max(self.used - self.overhead, 0)

    @property
    def dataset_percent(self) -> float:
        """The data's share of what was taken since the start."""
        return self.dataset * 100 / max(self.used - STARTUP, 1)

    @property
    def peak_percent(self) -> float:
        return self.used * 100 / self.peak

    @property
    def bytes_per_key(self) -> int:
        return (self.used - STARTUP) // self.keys if self.keys else 0

    @property
    def active(self) -> int:
        """Bytes of the pages in use."""
        return -(-self.used // _PAGE) * _PAGE

    @property
    def resident(self) -> int:
        """Bytes of these that are in physical memory."""
        return max(min(self.rss, self.active), self.used)

    def ratios(self) -> Iterator[tuple[str, float, int]]:
        """Name, quotient and difference: allocator_frag, allocator_rss, rss_overhead and
        mem_fragmentation."""
        for name, large, small in (
            ("allocator_frag", self.active, self.used),
            ("allocator_rss", self.resident, self.active),
            ("rss_overhead", self.rss, self.resident),
            ("mem_fragmentation", self.rss, self.used),
        ):
            yield name, large / small, large - small


def _overhead(database: Database) -> TableOverhead:
    keys, expires = database.keys, database.expires
    return TableOverhead(
        database.index,
        len(keys.data) * (ENTRY_SIZE + ROBJ_SIZE) + keys.slots * SLOT_SIZE,
        len(expires.data) * ENTRY_SIZE + expires.slots * SLOT_SIZE,
    )
