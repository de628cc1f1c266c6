"""SORT and SORT_RO: a list, a set or a sorted set in another order (redis 7.0, sort.c)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from tutor.engine import errors
from tutor.engine.arguments import FLAG, Option, OptionTable, integer, options, parse_number, word
from tutor.engine.conversions import convert_zset
from tutor.engine.database import Database
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.partial_sort import sorted_range
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sample_sort import sorted_in_parts
from tutor.engine.structures.sds import Sds
from tutor.engine.values import Hash, Set, Zset, text_of

_READ_OPTIONS: OptionTable = {
    b"asc": FLAG,
    b"desc": FLAG,
    b"alpha": FLAG,
    b"limit": Option((integer, integer)),
    b"by": Option((word,), repeats=True),
    b"get": Option((word,), repeats=True),
}
_OPTIONS: OptionTable = {**_READ_OPTIONS, b"store": Option((word,))}


def _denied_by(pattern: bytes) -> bytes:
    if b"*" in pattern:
        raise ReplyError(errors.SORT_BY_DENIED)
    return pattern


def _denied_get(_pattern: bytes) -> bytes:
    raise ReplyError(errors.SORT_GET_DENIED)


_DENIED: OptionTable = {
    b"by": Option((_denied_by,), repeats=True),
    b"get": Option((_denied_get,), repeats=True),
}
"""For a user who may not read every key: BY and GET reach keys that the command does not name."""
_SPACE = b" \t\n\v\f\r"


@command("sort")
def sort(session: Session, argv: Sequence[bytes]) -> Reply:
    """SORT key [BY pattern] [LIMIT offset count] [GET pattern …] [ASC|DESC] [ALPHA] [STORE key]."""
    found = _options(session, b"sort", argv, _OPTIONS)
    result = _sorted(session, argv[1], found)
    if b"store" not in found:
        return result
    return _store(session, found[b"store"], [text or b"" for text in result])


@command("sort_ro")
def sort_ro(session: Session, argv: Sequence[bytes]) -> Reply:
    """SORT_RO key …: as SORT, without STORE."""
    return _sorted(session, argv[1], _options(session, b"sort_ro", argv, _READ_OPTIONS))


def _options(
    session: Session, name: bytes, argv: Sequence[bytes], table: OptionTable
) -> dict[bytes, Any]:
    """The options of SORT or SORT_RO, as far as the user may give them."""
    engine = session.engine
    if not engine.acl.reads_all_keys(session.user, engine.commands[name], argv):
        table = {**table, **_DENIED}
    return options(argv, 2, table)


def _sorted(session: Session, key: bytes, found: dict[bytes, Any]) -> list[bytes | None]:
    """The elements asked for, or what the GET patterns make of each."""
    db = session.db
    value = db.lookup(key, touch=False)
    if isinstance(value, Zset) and value.skiplist is None:
        value = db.lookup_write(key)  # it is about to be turned into a skiplist
    else:
        db.touch(key)
    if value is not None and not isinstance(value, (Quicklist, Set, Zset)):
        raise ReplyError(errors.WRONG_TYPE)
    patterns: list[bytes] = found.get(b"by", [])
    by = patterns[-1] if patterns else None
    unsorted = any(b"*" not in pattern for pattern in patterns)
    alpha = b"alpha" in found
    storing = b"store" in found
    if unsorted and (storing or session.script) and isinstance(value, Set):
        unsorted, alpha, by = False, True, None  # a set has no order worth storing or showing
    directions = [name for name in found if name in (b"asc", b"desc")]
    descending = directions[-1:] == [b"desc"]
    elements = _elements(db, key, value)
    start, stop = _limits(len(elements), found.get(b"limit"))
    if unsorted:
        if descending and not isinstance(value, Set):
            elements.reverse()
        elements = elements[start:stop]
    elif by is not None and stop - start < len(elements):
        order = _order(db, by, alpha, storing)
        elements = sorted_range(elements, start, stop, order, descending)
    else:
        order = _order(db, by, alpha, storing)
        elements = sorted_in_parts(elements, order, descending)[start:stop]
    return _answer(db, elements, found.get(b"get"))


def _elements(db: Database, key: bytes, value: Quicklist | Set | Zset | None) -> list[bytes]:
    """All elements in their own order. A sorted set is turned into a skiplist for good."""
    if isinstance(value, Quicklist):
        return value.slice(0, len(value))
    if isinstance(value, Set):
        return list(value.members())
    if value is None:
        return []
    if value.skiplist is None:
        convert_zset(db, key, value, "sort")
    assert value.skiplist is not None
    return [node.member for node in value.skiplist]


def _limits(length: int, limit: tuple[int, int] | None) -> tuple[int, int]:
    """The part of the sorted elements that LIMIT asks for: its start and, exclusive, its end."""
    if limit is None:
        return 0, length
    start, count = min(max(limit[0], 0), length), limit[1]
    return start, length if count < 0 else min(start + count, length)


def _order(
    db: Database, by: bytes | None, alpha: bool, storing: bool
) -> Callable[[bytes], tuple[Any, ...]]:
    """The key to sort by: a weight and, among equal weights, the element; or texts."""
    collated = (lambda text: text) if storing else _c_string

    def weight(element: bytes) -> tuple[float, bytes]:
        text = element if by is None else _substitute(db, by, element)
        return (0.0 if text is None else _score(text)), element

    def text_key(element: bytes) -> tuple[bool, bytes]:
        text = element if by is None else _substitute(db, by, element)
        return text is not None, b"" if text is None else collated(text)

    return text_key if alpha else weight


def _c_string(text: bytes) -> bytes:
    """What C sees of it: `strcoll` in the C locale, and `strtod`."""
    return text.partition(b"\0")[0]


def _score(text: bytes) -> float:
    """A weight as C's `strtod` reads it; unlike elsewhere spaces before it and whatever follows a
    NUL do not matter."""
    text = _c_string(text)
    if not text:
        return 0.0
    value = parse_number(text.lstrip(_SPACE))
    if value is None or 0.0 < abs(value) < sys.float_info.min:
        raise ReplyError(errors.SORT_NOT_NUMBERS)
    return value


def _substitute(db: Database, pattern: bytes, element: bytes) -> bytes | None:
    """What ``pattern`` stands for: ``#`` the element, ``w_*`` a string, ``h_*->f`` a hash field."""
    if pattern == b"#":
        return element
    before, star, after = pattern.partition(b"*")
    if not star:
        return None
    suffix, arrow, field = after.partition(b"->")
    if not field:
        suffix = suffix + arrow
    value = db.lookup(before + element + suffix)
    if field:
        return value.get(field) if isinstance(value, Hash) else None
    return text_of(value) if isinstance(value, (bytes, int, Sds)) else None


def _answer(
    db: Database, elements: list[bytes], patterns: list[bytes] | None
) -> list[bytes | None]:
    if patterns is None:
        return list(elements)
    return [_substitute(db, pattern, element) for element in elements for pattern in patterns]


def _store(session: Session, key: bytes, texts: list[bytes]) -> int:
    """Put the result under ``key`` as a list; nothing to put removes the key."""
    db = session.db
    if not texts:
        if db.delete(key):
            db.changed(key, "del")
        return 0
    # SORT leaves list-max-listpack-size and list-compress-depth unread (redis 7.0, sort.c).
    result = Quicklist(threshold=session.engine.config.packed_threshold)
    for text in texts:
        result.push_tail(text)
    db.touch(key)
    db.set(key, result)
    db.changed(key, "sortstore", len(texts))
    return len(texts)
