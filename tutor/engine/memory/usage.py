"""What MEMORY USAGE answers: the bytes of a key, its entry and its value.

Sizes are those of the allocator named by ``config.allocator``. Of a table, a list or a skiplist the
first ``samples`` elements are measured and their average is taken for all, in doubles, exactly as
redis 7.0, object.c: objectComputeSize does; which elements of a table come first is chance there
(its seed), here they are the oldest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

from tutor.engine.structures.allocator import size_class
from tutor.engine.structures.hashtable import ENTRY_SIZE
from tutor.engine.structures.listpack import total_size
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import ROBJ_SIZE, Sds, key_memory, sds_memory, string_memory
from tutor.engine.structures.skiplist import LEVEL_SIZE, LIST_SIZE, MAX_LEVEL, NODE_SIZE
from tutor.engine.structures.stream import Stream
from tutor.engine.values import Hash, Set, Value, Zset, score_text

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

ZSET_SIZE = 16
DEFAULT_SAMPLES = 5


def memory_usage(engine: Engine, key: bytes, value: Value, samples: int = DEFAULT_SAMPLES) -> int:
    """Bytes of a key with its value; ``samples`` 0 measures every element. O(samples), or
    O(entries) for a listpack."""
    allocator = engine.config.allocator
    return value_memory(value, samples, allocator) + key_memory(key, allocator) + ENTRY_SIZE


def value_memory(value: Value, samples: int = DEFAULT_SAMPLES, allocator: str = "debian") -> int:
    """Bytes of the value alone, its object included."""
    if isinstance(value, (bytes, int, Sds)):
        return string_memory(value, allocator)
    if isinstance(value, (Quicklist, Stream)):
        return value.memory(samples, allocator)
    if isinstance(value, Hash):
        return _hash_memory(value, samples, allocator)
    if isinstance(value, Set):
        if value.ints is not None:
            return ROBJ_SIZE + value.ints.memory(allocator)
        assert value.table is not None
        sizes: Iterable[int] = (
            ENTRY_SIZE + sds_memory(len(member), allocator) for member in value.table.oldest()
        )
        return _estimate(ROBJ_SIZE + value.table.overhead(), sizes, len(value), samples)
    return _zset_memory(value, samples, allocator)


def _estimate(base: int, sizes: Iterable[int], count: int, samples: int) -> int:
    """``base`` and the average of the first sizes for each of ``count`` elements."""
    measured = list(islice(sizes, samples or None))
    return int(base + sum(measured) / len(measured) * count) if measured else base


def _hash_memory(value: Hash, samples: int, allocator: str) -> int:
    if value.table is None:
        size = total_size(chain.from_iterable(value.fields.items()))
        return ROBJ_SIZE + size_class(size, allocator)
    sizes = (
        ENTRY_SIZE + sds_memory(len(field), allocator) + sds_memory(len(text), allocator)
        for field, text in ((field, value.fields[field]) for field in value.table.oldest())
    )
    return _estimate(ROBJ_SIZE + value.table.overhead(), sizes, len(value), samples)


def _zset_memory(value: Zset, samples: int, allocator: str) -> int:
    if value.skiplist is None:
        return ROBJ_SIZE + size_class(total_size(listpack_entries(value)), allocator)
    assert value.table is not None
    header = size_class(NODE_SIZE + LEVEL_SIZE * MAX_LEVEL, allocator)
    sizes = (
        ENTRY_SIZE
        + sds_memory(len(node.member), allocator)
        + size_class(NODE_SIZE + LEVEL_SIZE * node.height, allocator)
        for node in value.skiplist
    )
    base = ROBJ_SIZE + ZSET_SIZE + LIST_SIZE + value.table.overhead() + header
    return _estimate(base, sizes, len(value), samples)


def listpack_entries(value: Zset) -> Iterator[bytes]:
    """The entries of a sorted set that is a listpack: member, score, member, score …"""
    for score, member in value.ordered:
        yield member
        yield score_text(score)
