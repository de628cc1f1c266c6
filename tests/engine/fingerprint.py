"""Everything that may be seen of an engine, deep enough to notice any change."""

from __future__ import annotations

from typing import Any

from tutor.engine.codec import dump
from tutor.engine.database import Database
from tutor.engine.engine import Engine
from tutor.engine.memory.accounting import allocated
from tutor.engine.memory.usage import memory_usage
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.logged import LoggedTable
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import Sds
from tutor.engine.structures.skiplist import Skiplist
from tutor.engine.structures.stream import Stream
from tutor.engine.values import Hash, Set, Value, Zset, encoding_name


def fingerprint(engine: Engine) -> Any:
    """Data with their memory images, expiry, uses, settings, users, scripts, randomness."""
    config = dict(engine.config.__dict__)
    for name in ("version", "on_change"):
        config.pop(name)
    return (
        [database_print(engine, database) for database in engine.databases],
        config,
        engine.acl.snapshot(),
        engine.scripting.snapshot(),
        engine.random.getstate(),
    )


def database_print(engine: Engine, database: Database) -> Any:
    """One database."""
    database.keys.check()
    database.expires.check()
    if database.book is not None:  # what is booked is what measuring everything gives
        measured = sum(allocated(engine, *item) for item in database.keys.data.items())
        assert engine.accounts._booked(database) == measured
    values = {
        key: (
            encoding_name(value),
            value_print(engine, value),
            [memory_usage(engine, key, value, samples=samples) for samples in (0, 5)],
            database.access.get(key),
        )
        for key, value in database.keys.data.items()
    }
    cursor = database.expires_cursor, database.average_ttl_ms
    expires = sorted(database.expires.data.items())
    return (
        dict(sorted(values.items())),
        table_print(database.keys),
        expires,
        table_print(database.expires),
        cursor,
    )


def table_print(table: HashTable) -> Any:
    """Sizes, rehash, the very buckets if they are known at both times (a look may have built a
    bucket index, which is no change by itself)."""
    figures = (table.size0, table.size1, table.rehashidx, table._walk, table._pace)
    if type(table) is not LoggedTable:
        return figures
    return (
        figures,
        None if table.fresh is None or table.indexed else sorted(table.fresh),
        Buckets(table.buckets0, table.buckets1),
    )


class Buckets:
    """The bucket index of a table; one that is not there equals any."""

    def __init__(self, *buckets: list[Any] | None) -> None:
        self.buckets = [None if one is None else tuple(one) for one in buckets]

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, Buckets)
        return None in (self.buckets[0], other.buckets[0]) or self.buckets == other.buckets

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self.buckets)


def difference(one: Any, other: Any, path: str = "") -> str:
    """Where two fingerprints differ first; empty if they do not."""
    if type(one) is not type(other):
        return f"{path}: {one!r:.200} != {other!r:.200}"
    if isinstance(one, Buckets):
        pairs = [
            (str(at), mine, theirs)
            for at, (mine, theirs) in enumerate(
                zip(one.buckets[0] or (), other.buckets[0] or (), strict=False)
            )
        ]
        return next((f"{path}: bucket {p}" for p in pairs if p[1] != p[2]), f"{path}: buckets")
    if isinstance(one, dict):
        if list(one) != list(other):
            found = set(one) ^ set(other)
            return f"{path}: keys {found or (list(one), list(other))!r:.300}"
        pairs = [(repr(key), one[key], other[key]) for key in one]
    elif isinstance(one, (list, tuple)):
        if len(one) != len(other):
            return f"{path}: lengths {len(one)} and {len(other)}: {one!r:.200} != {other!r:.200}"
        pairs = [(str(at), *both) for at, both in enumerate(zip(one, other, strict=True))]
    else:
        return "" if one == other else f"{path}: {one!r:.200} != {other!r:.200}"
    for name, mine, theirs in pairs:
        if mine != theirs:
            return difference(mine, theirs, f"{path}[{name}]")
    return ""


def skiplist_print(skiplist: Skiplist) -> Any:
    """The towers, their order and links (which `check` holds to be right)."""
    skiplist.check()
    towers = [(node.member, node.score, node.height) for node in skiplist]
    spans = [node.links[1::2] for node in skiplist]
    levels = skiplist.header.links[1 : 2 * skiplist.level : 2]
    return towers, spans, levels, skiplist.level, list(skiplist.heights)


def value_print(engine: Engine, value: Value) -> Any:
    """A value's contents and whatever its memory image depends on."""
    if isinstance(value, Sds):
        value.check()
        return bytes(value.data), value.alloc, value.kind, value.encoding
    if isinstance(value, (bytes, int)):
        return type(value), value
    if isinstance(value, Quicklist):
        value.check()
        nodes = [(tuple(n.entries), n.size, n.plain, n.lzf_size()) for n in value.nodes()]
        return nodes, value.fill, value.compress, dump(engine, value)
    if isinstance(value, Stream):
        value.check()
        return stream_print(value), dump(engine, value)
    if isinstance(value, Set):
        if value.ints is not None:
            value.ints.check()
            return value.ints.width, tuple(value.ints.values)
        assert value.table is not None
        value.table.check()
        return sorted(value.table.data), table_print(value.table)
    if isinstance(value, Hash):
        if value.table is None:
            return list(value.fields.items())
        assert value.table.data is value.fields
        value.table.check()
        return sorted(value.fields.items()), table_print(value.table)
    assert isinstance(value, Zset)
    if value.skiplist is None:
        return dict(value.scores), list(value.ordered)
    assert value.table is not None
    assert value.table.data is value.scores
    value.table.check()
    scores = sorted(value.scores.items())
    return scores, table_print(value.table), skiplist_print(value.skiplist)


def stream_print(stream: Stream) -> Any:
    """Figures, nodes with their allocation, groups with who holds what."""
    figures = [getattr(stream, name) for name in (
        "length", "last_id", "first_id", "max_deleted_id", "entries_added")]  # fmt: skip
    nodes = [
        (key, stream.nodes.values[key].image(), stream.nodes.values[key].requested)
        for key in stream.nodes.keys
    ]
    groups = {
        name: (
            group.last_id,
            group.entries_read,
            list(group.pending.walk(0)),
            group.pending.nodes,
            {
                consumer.name: (consumer.seen_ms, list(consumer.pending.keys))
                for consumer in group.listed()
            },
        )
        for name, group in stream.groups.items()
    }
    return figures, nodes, stream.nodes.nodes, groups
