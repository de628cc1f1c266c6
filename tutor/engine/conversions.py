"""When a compact value becomes a big one: the one place where the limits are compared.

A hash is checked field by field as it is written, a set after each member, a sorted set before each
new member (redis 7.0, t_hash.c, t_set.c, t_zset.c). Each conversion is announced through
`Engine.converted` with the figures that were compared. Nothing ever converts back here; a value
that is built as a whole (loading, STORE) is asked about with `hash_fits` and `zset_fits`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor.engine.events import Cause, Conversion
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.intset import Intset
from tutor.engine.structures.sds import EMBSTR_LIMIT, encoding_of, parse_integer
from tutor.engine.structures.skiplist import Skiplist
from tutor.engine.values import Hash, Set, String, Zset

if TYPE_CHECKING:
    from tutor.engine.config import Config
    from tutor.engine.database import Database
    from tutor.engine.engine import Engine

_INTSET_MOST = 1 << 30


def announce(
    db: Database,
    key: bytes | None,
    before: str,
    after: str,
    cause: Cause,
    actual: int = 0,
    limit: int = 0,
    directive: str = "",
) -> None:
    """Tell whoever watches that the value of ``key`` changed its encoding.

    Without a key (a result that is only answered, not stored) there is nothing to tell.
    """
    engine = db.engine
    if key is None:
        return
    if db.book is not None:
        db.book.stale.add(key)  # SORT converts and otherwise changes nothing
    if engine.observer is not None:
        engine.converted(Conversion(db.index, key, before, after, cause, actual, limit, directive))


# strings


def announce_string(db: Database, key: bytes, before: String, after: String) -> None:
    """A command replaced one string by another; say so if the encoding is a different one."""
    if db.engine.observer is None:
        return
    old, new = encoding_of(before), encoding_of(after)
    if old == new:
        return
    if new == "int":
        announce(db, key, old, new, "number")
    elif new == "raw" and not isinstance(after, int) and len(after) > EMBSTR_LIMIT:
        announce(db, key, old, new, "length", len(after), EMBSTR_LIMIT)
    else:
        announce(db, key, old, new, "store")


# hashes


def hash_fits(config: Config, count: int, longest: int) -> bool:
    """Whether so many fields, the longest word of so many bytes, make a listpack."""
    return count <= config.hash_max_listpack_entries and longest <= config.hash_max_listpack_value


def convert_hash(
    db: Database,
    key: bytes,
    value: Hash,
    cause: Cause,
    actual: int = 0,
    limit: int = 0,
    directive: str = "",
) -> None:
    """listpack → hashtable, announced."""
    value.convert(db.engine.hash_seed)
    announce(db, key, "listpack", "hashtable", cause, actual, limit, directive)


def hash_admit(db: Database, key: bytes, value: Hash, words: Iterable[bytes]) -> None:
    """Before fields are written: one field or value that is too long makes a table of all."""
    if value.table is not None:
        return
    limit = db.engine.config.hash_max_listpack_value
    for word in words:
        if len(word) > limit:
            directive = "hash-max-listpack-value"
            convert_hash(db, key, value, "value_length", len(word), limit, directive)
            return


def hash_set(db: Database, key: bytes, value: Hash, field: bytes, text: bytes) -> bool:
    """Write one field and compare both limits; True if the field is new."""
    if value.table is not None:
        return value.table.insert(field, text)
    config = db.engine.config
    limit = config.hash_max_listpack_value
    if len(field) > limit or len(text) > limit:
        hash_admit(db, key, value, (field, text))
        return value.set(field, text)
    fields = value.fields
    before = len(fields)
    if value.trace is None:
        fields[field] = text
    else:
        value.set(field, text)
    count = len(fields)
    if count > config.hash_max_listpack_entries:
        limit, directive = config.hash_max_listpack_entries, "hash-max-listpack-entries"
        convert_hash(db, key, value, "entries", count, limit, directive)
    return count > before


# sets


def new_set(db: Database, first: bytes) -> Set:
    """An empty set of the encoding that its first member asks for."""
    if parse_integer(first) is None:
        return Set(table=HashTable(db.engine.hash_seed))
    return Set(ints=Intset())


def set_add(db: Database, key: bytes | None, value: Set, member: bytes) -> bool:
    """Add one member; True if it is new."""
    ints = value.ints
    if ints is None:
        assert value.table is not None
        return value.table.add(member)
    number = parse_integer(member)
    if number is None:
        value.convert(db.engine.hash_seed)
        assert value.table is not None
        value.table.add(member)
        announce(db, key, "intset", "hashtable", "not_integer")
        return True
    width = ints.width
    if not ints.add(number):
        return False
    if ints.width != width:
        announce(db, key, "intset", "intset", "width", ints.width, width)
    limit = min(db.engine.config.set_max_intset_entries, _INTSET_MOST)
    count = len(ints.values)
    if count > limit:
        value.convert(db.engine.hash_seed)
        announce(db, key, "intset", "hashtable", "entries", count, limit, "set-max-intset-entries")
    return True


# sorted sets


def zset_fits(config: Config, count: int, longest: int) -> bool:
    """Whether so many members, the longest of so many bytes, make a listpack."""
    return count <= config.zset_max_listpack_entries and longest <= config.zset_max_listpack_value


def big_zset(engine: Engine, expected: int = 0) -> Zset:
    """An empty sorted set that is a skiplist already, its table with room for ``expected``."""
    value = Zset()
    value.skiplist = Skiplist(engine.random.random)
    value.table = HashTable(engine.hash_seed)
    if expected:
        value.table.expand(expected)
    value.scores = value.table.data
    return value


def new_zset(db: Database, first: bytes) -> Zset:
    """An empty sorted set of the encoding that its first member asks for (ZADD, ZRANGESTORE)."""
    config = db.engine.config
    if config.zset_max_listpack_entries == 0 or len(first) > config.zset_max_listpack_value:
        return big_zset(db.engine)
    return Zset()


def convert_zset(
    db: Database,
    key: bytes,
    value: Zset,
    cause: Cause,
    actual: int = 0,
    limit: int = 0,
    directive: str = "",
) -> None:
    """listpack → skiplist, announced."""
    engine = db.engine
    value.convert(engine.hash_seed, engine.random.random)
    announce(db, key, "listpack", "skiplist", cause, actual, limit, directive)


def zset_add(db: Database, key: bytes, value: Zset, member: bytes, score: float) -> None:
    """Insert a member that is not there yet, after comparing both limits."""
    if value.skiplist is None:
        config = db.engine.config
        count = len(value.scores) + 1
        if count > config.zset_max_listpack_entries:
            limit, directive = config.zset_max_listpack_entries, "zset-max-listpack-entries"
            convert_zset(db, key, value, "entries", count, limit, directive)
        elif len(member) > config.zset_max_listpack_value:
            limit, directive = config.zset_max_listpack_value, "zset-max-listpack-value"
            convert_zset(db, key, value, "value_length", len(member), limit, directive)
    value.add(member, score, db.engine.random.random)
