"""Reads an ``expect`` table: the names of predicates about a key, and how each is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.course.observe import INTERNALS
from tutor.course.predicates.base import OPERATORS, Bounds, Predicate
from tutor.course.predicates.lab import OnNode
from tutor.course.predicates.state import (
    Encoding,
    EqualsSetup,
    Exists,
    Fields,
    Integer,
    Internal,
    Items,
    Length,
    Members,
    Range,
    Scores,
    Stored,
    Text,
    Ttl,
    Type,
)
from tutor.course.problems import did_you_mean
from tutor.course.schema import Table

TYPES = ("string", "list", "hash", "set", "zset", "stream")
ENCODINGS = (
    "int",
    "embstr",
    "raw",
    "listpack",
    "hashtable",
    "intset",
    "quicklist",
    "skiplist",
    "stream",
)
DATABASES = 16


def encoded(text: str) -> bytes:
    """A TOML string as the bytes a learner types."""
    return text.encode("utf-8")


Parser = Callable[[Table, str, bytes, int], "Predicate | list[Predicate] | None"]


def read_bounds(table: Table, name: str) -> Bounds | None:
    value = table.raw(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return Bounds({"eq": value})
    if isinstance(value, dict) and value:
        unknown = [op for op in value if op not in OPERATORS]
        if unknown:
            hint = did_you_mean(unknown[0], OPERATORS)
            table.complain(f"unknown limit {unknown[0]!r}{hint}", name)
            return None
        if all(type(limit) is int for limit in value.values()):
            return Bounds(dict(value))
    table.complain(f"{name!r} must be a number or limits such as {{ gt = 0, le = 60 }}", name)
    return None


def _exists(table: Table, name: str, key: bytes, db: int) -> Predicate:
    return Exists(key, db, table.get(name, bool, True))


def _stored(table: Table, name: str, key: bytes, db: int) -> Predicate:
    return Stored(key, db, table.get(name, bool, True))


def _type(table: Table, name: str, key: bytes, db: int) -> Predicate:
    return Type(key, db, table.choice(name, TYPES, "string"))


def _encoding(table: Table, name: str, key: bytes, db: int) -> Predicate:
    wanted = table.strings(name)
    for encoding in wanted:
        if encoding not in ENCODINGS:
            hint = did_you_mean(encoding, ENCODINGS)
            table.complain(f"unknown encoding {encoding!r}{hint}", name)
    return Encoding(key, db, wanted)


def _value(table: Table, name: str, key: bytes, db: int) -> Predicate:
    return Text(key, db, encoded(table.get(name, str, "")))


def _with_bounds(kind: type[Integer] | type[Length]) -> Parser:
    def parse(table: Table, name: str, key: bytes, db: int) -> Predicate | None:
        bounds = read_bounds(table, name)
        return None if bounds is None else kind(key, db, bounds)

    return parse


def _items(table: Table, name: str, key: bytes, db: int) -> Predicate:
    return Items(key, db, tuple(map(encoded, table.strings(name))))


def _range(table: Table, name: str, key: bytes, db: int) -> Predicate | None:
    inner = table.table(name)
    if inner is None:
        return None
    start = inner.get("from", int, 0)
    wanted = tuple(map(encoded, inner.strings("is")))
    inner.close()
    return Range(key, db, start, wanted)


def _members(table: Table, name: str, key: bytes, db: int) -> Predicate:
    return Members(key, db, tuple(map(encoded, table.strings(name))), name)


def _fields(table: Table, name: str, key: bytes, db: int) -> Predicate | None:
    pairs = table.get(name, dict, {})
    if not all(isinstance(text, str) for text in pairs.values()):
        table.complain("the values of 'fields' must be strings", name)
        return None
    return Fields(key, db, tuple((encoded(field), encoded(text)) for field, text in pairs.items()))


def _scores(table: Table, name: str, key: bytes, db: int) -> Predicate | None:
    pairs: dict[str, Any] = table.get(name, dict, {})
    if not all(type(score) in (int, float) for score in pairs.values()):
        table.complain("the values of 'scores' must be numbers", name)
        return None
    return Scores(key, db, tuple((encoded(member), float(s)) for member, s in pairs.items()))


def _ttl(table: Table, name: str, key: bytes, db: int) -> Predicate | None:
    if table.data.get(name) == "none":
        table.raw(name)
        return Ttl(key, db, None)
    bounds = read_bounds(table, name)
    return None if bounds is None else Ttl(key, db, bounds)


def _equals_setup(table: Table, name: str, key: bytes, db: int) -> Predicate | None:
    if not table.get(name, bool, True):
        table.complain("'equals_setup' can only be true", name)
        return None
    return EqualsSetup(key, db)


def _internals(table: Table, name: str, key: bytes, db: int) -> list[Predicate]:
    inner = table.table(name)
    if inner is None:
        return []
    found: list[Predicate] = []
    for path in inner.data:
        bounds = read_bounds(inner, path)
        if path not in INTERNALS:
            inner.complain(f"unknown figure {path!r}{did_you_mean(path, INTERNALS)}", path)
        elif bounds is not None:
            found.append(Internal(key, db, path, bounds))
    return found


EXPECT: dict[str, Parser] = {
    "exists": _exists,
    "stored": _stored,
    "type": _type,
    "encoding": _encoding,
    "value": _value,
    "int": _with_bounds(Integer),
    "len": _with_bounds(Length),
    "items": _items,
    "range": _range,
    "members": _members,
    "contains": _members,
    "lacks": _members,
    "fields": _fields,
    "scores": _scores,
    "ttl_s": _ttl,
    "equals_setup": _equals_setup,
    "internals": _internals,
}


def read_expect(table: Table) -> list[Predicate]:
    """The predicates of an ``expect`` table; unknown ones are problems with file and line."""
    key = encoded(table.require("key", str, ""))
    db = table.get("db", int, 0)
    if not 0 <= db < DATABASES:
        table.complain(f"there is no database {db}; they are 0 to {DATABASES - 1}", "db")
        db = 0
    node = table.get("node", str, "")
    found: list[Predicate] = []
    for name in table.data:
        if name in ("key", "db", "node"):
            continue
        parser = EXPECT.get(name)
        if parser is None:
            table.raw(name)
            hint = did_you_mean(name, (*EXPECT, "key", "db", "node"))
            table.complain(f"unknown predicate {name!r}{hint}", name)
            continue
        predicate = parser(table, name, key, db)
        if isinstance(predicate, list):
            found.extend(predicate)
        elif predicate is not None:
            found.append(predicate)
    if not found and not table.source.problems:
        table.complain("'expect' names a key but asks nothing of it")
    return [OnNode(node, predicate) for predicate in found] if node else found
