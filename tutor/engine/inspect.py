"""What the X-ray shows of one key: its facts and the memory image of the visible part.

Looking changes nothing: no access time, no statistics, no rehash step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine.memory import memory_usage
from tutor.engine.structures import listpack
from tutor.engine.structures.hashtable_layout import HashTableLayout
from tutor.engine.structures.intset import IntsetLayout
from tutor.engine.structures.listpack import ListpackLayout
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.quicklist_layout import QuicklistLayout
from tutor.engine.structures.sds import Sds, StringLayout, string_layout
from tutor.engine.structures.skiplist_layout import SkiplistLayout
from tutor.engine.structures.window import Window
from tutor.engine.values import Hash, Set, Value, Zset, encoding_name, score_text, type_name

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

Layout = (
    StringLayout | QuicklistLayout | IntsetLayout | ListpackLayout | HashTableLayout | SkiplistLayout
)


@dataclass(frozen=True, slots=True)
class Inspection:
    """One key as it lies in memory.

    ``length`` counts bytes of a string and elements of anything else; ``memory`` is MEMORY USAGE;
    ``ttl_ms`` is None without expiry. ``layout`` is the image of the window; a skiplist also has
    its companion ``table``. ``slots_total`` is how many items (entries, buckets, nodes, towers)
    the whole structure has, so that a viewer can page.
    """

    db: int
    key: bytes
    type: str
    encoding: str
    length: int
    memory: int
    ttl_ms: int | None
    window: Window
    items_total: int
    layout: Layout
    table: HashTableLayout | None = None


def inspect(
    engine: Engine,
    db: int,
    key: bytes,
    window: Window = Window(),  # noqa: B008 - frozen
) -> Inspection | None:
    """Derive the image of ``key``; None if there is no such live key. O(window)."""
    database = engine.databases[db]
    value: Value | None = database.keys.data.get(key)
    when = database.expires_at(key)
    now = engine.clock.now_us() // 1000
    if value is None or (when is not None and when < now):
        return None
    layout, total, table = _layout(value, window, str(engine.config.allocator))
    length = len(str(value)) if isinstance(value, int) else len(value)
    return Inspection(
        db=db,
        key=key,
        type=type_name(value),
        encoding=encoding_name(value),
        length=length,
        memory=memory_usage(engine, key, value, samples=5),
        ttl_ms=None if when is None else when - now,
        window=window,
        items_total=total,
        layout=layout,
        table=table,
    )


def _layout(
    value: Value, window: Window, allocator: str
) -> tuple[Layout, int, HashTableLayout | None]:
    """The layout, how many items the whole has, and a skiplist's companion table."""
    if isinstance(value, (bytes, int, Sds)):
        text = string_layout(value, allocator=allocator, window=Window(window.start, 4096))
        return text, 1, None
    if isinstance(value, Quicklist):
        return value.layout(window), value.node_count, None
    if isinstance(value, Hash):
        if value.table is not None:
            return value.table.layout(window), value.table.slots, None
        flat = [part for pair in value.fields.items() for part in pair]
        return listpack.layout(flat, _doubled(window)), len(value.fields), None
    if isinstance(value, Set):
        if value.ints is not None:
            return value.ints.layout(window), len(value), None
        assert value.table is not None
        return value.table.layout(window), value.table.slots, None
    assert isinstance(value, Zset)
    if value.skiplist is None:
        flat = [part for score, member in value.ordered for part in (member, score_text(score))]
        return listpack.layout(flat, _doubled(window)), len(value), None
    assert value.table is not None
    return value.skiplist.layout(window), len(value), value.table.layout(Window(0, 0))


def _doubled(window: Window) -> Window:
    """Pairs (field, value) as listpack entries."""
    return Window(window.start * 2, window.count * 2)
