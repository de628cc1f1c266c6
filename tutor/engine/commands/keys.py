"""Keys whatever they hold: DEL, EXISTS, TYPE, RENAME, COPY, MOVE, KEYS … (redis 7.0, db.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.engine import errors
from tutor.engine.arguments import FLAG, Option, options, ranged
from tutor.engine.conversions import big_zset
from tutor.engine.database import Database
from tutor.engine.glob import compile_glob
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError, Status
from tutor.engine.session import Session
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.sds import Sds, encoding_of
from tutor.engine.structures.stream import Stream
from tutor.engine.values import Hash, Set, Value, Zset, type_name

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

_INT32 = 2**31


@command("unlink")
@command("del")
def del_(session: Session, argv: Sequence[bytes]) -> Reply:
    """DEL key [key …]: how many there were."""
    db = session.db
    deleted = 0
    for key in argv[1:]:
        if db.peek(key) is not None:
            db.delete(key)
            db.changed(key, "del")
            deleted += 1
    return deleted


@command("exists")
def exists(session: Session, argv: Sequence[bytes]) -> Reply:
    """EXISTS key [key …]: a key named twice counts twice."""
    return sum(session.db.lookup(key, touch=False) is not None for key in argv[1:])


@command("touch")
def touch(session: Session, argv: Sequence[bytes]) -> Reply:
    """TOUCH key [key …]: as EXISTS, and the keys count as used."""
    return sum(session.db.lookup(key) is not None for key in argv[1:])


@command("type")
def type_(session: Session, argv: Sequence[bytes]) -> Reply:
    """TYPE key."""
    value = session.db.lookup(argv[1], touch=False)
    return Status(b"none" if value is None else type_name(value).encode())


@command("keys")
def keys(session: Session, argv: Sequence[bytes]) -> Reply:
    """KEYS pattern."""
    if argv[1] == b"*":
        return list(session.db.live_keys())
    fits = compile_glob(argv[1])
    return [key for key in session.db.live_keys() if fits(key)]


@command("randomkey")
def randomkey(session: Session, argv: Sequence[bytes]) -> Reply:
    """RANDOMKEY: keys found dead on the way are removed."""
    db = session.db
    while True:
        key = db.keys.random_key(session.engine.random)
        if key is None or db.peek(key) is not None:
            return key


# moving a value to another name


@command("rename")
def rename(session: Session, argv: Sequence[bytes]) -> Reply:
    """RENAME key newkey."""
    _rename(session, argv, keep_existing=False)
    return OK


@command("renamenx")
def renamenx(session: Session, argv: Sequence[bytes]) -> Reply:
    """RENAMENX key newkey: 0 if the new key exists."""
    return int(_rename(session, argv, keep_existing=True))


def _rename(session: Session, argv: Sequence[bytes], keep_existing: bool) -> bool:
    db, old, new = session.db, argv[1], argv[2]
    value = db.touch(old)
    if value is None:
        raise ReplyError(errors.NO_SUCH_KEY)
    if old == new:
        return False
    if db.peek(new) is not None:
        if keep_existing:
            return False
        db.delete(new)
    when = db.expires_at(old)
    _put(db, new, value, when)
    db.access.recent[new] = db.access.get(old)
    db.delete(old)
    db.changed(old, "rename_from", 0)
    db.changed(new, "rename_to")
    return True


def _put(db: Database, key: bytes, value: Value, when: int | None) -> None:
    """Store a value under a key that is free, with its expiry."""
    db.set(key, value)
    if when is not None:
        db.set_expiry(key, when)


def _database(session: Session, word: bytes) -> Database:
    index = ranged(word, -_INT32, _INT32 - 1)
    if not 0 <= index < len(session.engine.databases):
        raise ReplyError(errors.DB_OUT_OF_RANGE)
    return session.engine.databases[index]


@command("move")
def move(session: Session, argv: Sequence[bytes]) -> Reply:
    """MOVE key db: 0 if there is nothing to move or a key in the way."""
    db, key = session.db, argv[1]
    target = _database(session, argv[2])
    if target is db:
        raise ReplyError(errors.SAME_OBJECT)
    value = db.touch(key)
    if value is None or target.peek(key) is not None:
        return 0
    _put(target, key, value, db.expires_at(key))
    target.access.recent[key] = db.access.get(key)
    db.delete(key)
    db.changed(key, "move_from", 0)
    target.changed(key, "move_to")
    return 1


@command("copy")
def copy(session: Session, argv: Sequence[bytes]) -> Reply:
    """COPY source destination [DB n] [REPLACE]."""
    db, key, new = session.db, argv[1], argv[2]
    table = {b"replace": FLAG, b"db": Option((lambda word: _database(session, word),))}
    found = options(argv, 3, table)
    target: Database = found.get(b"db", db)
    if target is db and key == new:
        raise ReplyError(errors.SAME_OBJECT)
    value = db.lookup(key)
    if value is None:
        return 0
    when = db.expires_at(key)
    if target.peek(new) is not None:
        if b"replace" not in found:
            return 0
        target.delete(new)
    _put(target, new, duplicate(session.engine, value), when)
    target.changed(new, "copy_to")
    return 1


def duplicate(engine: Engine, value: Value) -> Value:
    """A second value of the same encoding, built as COPY builds it: tables of just the size."""
    if isinstance(value, int):
        return value
    if isinstance(value, (bytes, Sds)):
        if encoding_of(value) == "raw":
            return Sds.copy_of(value, engine.config.allocator)
        # what EXEC's queue may hold (`Engine.is_queued`) is not the copy
        return bytes(bytearray(value)) if isinstance(value, bytes) else value.clone()
    if isinstance(value, Hash) and value.table is not None:
        twin = Hash()
        twin.table = _same_contents(engine, value.table)
        twin.fields = twin.table.data
        return twin
    if isinstance(value, Set) and value.table is not None:
        return Set(table=_same_contents(engine, value.table))
    if isinstance(value, Zset) and value.skiplist is not None:
        zset = big_zset(engine, len(value))
        for node in reversed(value.skiplist):
            zset.add(node.member, node.score, engine.random.random)
        return zset
    return value.duplicate() if isinstance(value, Stream) else value.clone()


def _same_contents(engine: Engine, source: HashTable) -> HashTable:
    table = HashTable(engine.hash_seed)
    table.expand(len(source.data))
    for key in source.iterate():
        table.insert(key, source.data[key])
    return table
