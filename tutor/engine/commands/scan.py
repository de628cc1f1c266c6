"""SCAN and its relatives: cursors of the real table walk (redis 7.0, db.c: scanGenericCommand)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from tutor.engine import errors
from tutor.engine.arguments import Option, OptionTable, integer, options, word
from tutor.engine.glob import compile_glob
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError, format_double
from tutor.engine.session import Session
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.values import Hash, Set, Zset, score_text, type_name

_CURSORS = 2**64
_CURSOR = re.compile(rb"([+-]?)0*([0-9]{1,20})").fullmatch


def _cursor(text: bytes) -> int:
    """A cursor as C's `strtoul` reads it; the empty word is 0."""
    if not text:
        return 0
    found = _CURSOR(text)
    cursor = _CURSORS if found is None else int(found[2])
    if found is None or cursor >= _CURSORS:
        raise ReplyError(errors.INVALID_CURSOR)
    return -cursor % _CURSORS if found[1] == b"-" else cursor


def _count(text: bytes) -> int:
    count = integer(text)
    if count < 1:
        raise ReplyError(errors.SYNTAX)
    return count


_OPTIONS: OptionTable = {b"match": Option((word,)), b"count": Option((_count,))}
_KEY_OPTIONS: OptionTable = {**_OPTIONS, b"type": Option((word,))}


def _filtered(names: Iterable[bytes], found: dict[bytes, Any]) -> list[bytes]:
    pattern = found.get(b"match", b"*")
    return list(names) if pattern == b"*" else list(filter(compile_glob(pattern), names))


@command("scan")
def scan(session: Session, argv: Sequence[bytes]) -> Reply:
    """SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]."""
    cursor = _cursor(argv[1])
    found = options(argv, 2, _KEY_OPTIONS)
    db = session.db
    cursor, names = db.keys.scan(cursor, found.get(b"count", 10))
    names = _filtered(names, found)
    if b"type" in found:
        wanted = found[b"type"].lower()
        values = [(name, db.lookup(name, touch=False)) for name in names]
        names = [
            name
            for name, value in values
            if value is not None and type_name(value).encode() == wanted
        ]
    return [b"%d" % cursor, [name for name in names if db.peek(name) is not None]]


_VISITS = 10
"""Cursors used per element wanted before a sparse table is given up; pairs count double."""


def _members(
    cursor: int,
    argv: Sequence[bytes],
    table: HashTable | None,
    everything: Iterable[bytes],
    words: int = 2,
) -> tuple[int, list[bytes]]:
    """Next cursor and members: of the buckets visited, or of a compact value all of them."""
    found = options(argv, 3, _OPTIONS)
    if table is None:
        return 0, _filtered(everything, found)
    count = found.get(b"count", 10)
    cursor, names = table.scan(cursor, count, count * words * _VISITS)
    return cursor, _filtered(names, found)


@command("hscan")
def hscan(session: Session, argv: Sequence[bytes]) -> Reply:
    """HSCAN key cursor [MATCH pattern] [COUNT count]: fields with values."""
    cursor = _cursor(argv[2])
    value = session.db.read(argv[1], Hash)
    if value is None:
        return [b"0", []]
    cursor, fields = _members(cursor, argv, value.table, value.fields)
    return [b"%d" % cursor, [half for field in fields for half in (field, value.fields[field])]]


@command("sscan")
def sscan(session: Session, argv: Sequence[bytes]) -> Reply:
    """SSCAN key cursor [MATCH pattern] [COUNT count]."""
    cursor = _cursor(argv[2])
    value = session.db.read(argv[1], Set)
    if value is None:
        return [b"0", []]
    everything = () if value.ints is None else value.members()
    cursor, members = _members(cursor, argv, value.table, everything, 1)
    return [b"%d" % cursor, members]


@command("zscan")
def zscan(session: Session, argv: Sequence[bytes]) -> Reply:
    """ZSCAN key cursor [MATCH pattern] [COUNT count]: members with scores as they are stored."""
    cursor = _cursor(argv[2])
    value = session.db.read(argv[1], Zset)
    if value is None:
        return [b"0", []]
    cursor, members = _members(cursor, argv, value.table, (member for _, member in value.ordered))
    text = score_text if value.skiplist is None else format_double
    return [b"%d" % cursor, [half for m in members for half in (m, text(value.scores[m]))]]
