"""Cards about keys: wrong type, absent, taken, too long."""

from __future__ import annotations

from tutor.console.cards.case import Card, Case, Families, Try, alike, holds, shown
from tutor.console.lexer import quote
from tutor.i18n import _

__all__ = ["FAMILIES"]

_READERS = {
    "string": "GET {key}",
    "list": "LRANGE {key} 0 -1",
    "hash": "HGETALL {key}",
    "set": "SMEMBERS {key}",
    "zset": "ZRANGE {key} 0 -1 WITHSCORES",
    "stream": "XRANGE {key} - +",
}
_COMMANDS = {
    "string": "GET, SET, APPEND, INCR, STRLEN",
    "list": "LPUSH, RPUSH, LPOP, RPOP, LRANGE, LLEN",
    "hash": "HSET, HGET, HGETALL, HDEL, HLEN",
    "set": "SADD, SREM, SISMEMBER, SMEMBERS, SCARD",
    "zset": "ZADD, ZREM, ZSCORE, ZRANGE, ZRANK",
    "stream": "XADD, XRANGE, XREAD, XLEN",
}


def wrong_type(case: Case) -> Card | None:
    """Which key holds what, and the commands for that type."""
    title = _("The key holds another type")
    misfits = case.misfits()
    if not misfits:
        keys = case.named_keys()
        meaning = _("`{name}` does not work on values of this type.").format(name=case.name)
        tries = tuple(Try(f"TYPE {quote(key)}", _("what the key holds")) for key in keys[:1])
        return Card(title, meaning, tries)
    key, kind = misfits[0]
    meaning = _("The key `{key}` holds {kind}; `{name}` does not work on that.").format(
        key=shown(key), kind=holds(kind), name=case.name
    )
    if kind in _COMMANDS:
        meaning += " " + _("The commands for it: {commands}.").format(commands=_COMMANDS[kind])
    found = [Try(_READERS[kind].format(key=quote(key)), _("what is in it"))]
    if case.spec is not None and "write" in case.spec.flags and _creates(case):
        found.append(Try("", _("Choose another key, or remove this one first with DEL.")))
    return Card(title, meaning, tuple(found))


def _creates(case: Case) -> bool:
    """Whether the command would make the key if it were absent."""
    return case.spec is not None and "denyoom" in case.spec.flags


def no_such_key(case: Case) -> Card | None:
    """The key that must exist, and keys with a similar name."""
    absent = [key for key in case.named_keys() if case.catalog is None or case.type(key) is None]
    if not absent:
        return None
    key = absent[0]
    meaning = _("`{name}` needs an existing key; there is no `{key}` in this database.").format(
        name=case.name, key=shown(key)
    )
    tries = [
        Try(case.line([other if word == key else word for word in case.argv]))
        for other in (alike(key, case.catalog.keys(b"", None, 500)) if case.catalog else ())
    ]
    create = {"LSET": "RPUSH {key} value", "RENAME": "SET {key} value"}.get(case.name)
    if create and not tries:
        tries.append(Try(create.format(key=quote(key)), _("makes it")))
    return Card(_("There is no such key"), meaning, tuple(tries))


def index_out_of_range(case: Case) -> Card | None:
    """LSET, SETRANGE."""
    if case.name == "SETRANGE":
        return Card(
            _("The offset is out of range"),
            _("The offset is the number of a byte from 0 up; it cannot be negative."),
        )
    key = quote(case.named_keys()[0]) if case.named_keys() else "key"
    return Card(
        _("There is no such index"),
        _("Elements are numbered from 0; -1 is the last one. `{name}` changes an element that is "
          "there and does not lengthen the list.").format(name=case.name),
        (
            Try(f"LLEN {key}", _("how many there are")),
            Try(f"RPUSH {key} value", _("adds one at the end")),
        ),
    )  # fmt: skip


def too_long(case: Case) -> Card | None:
    """512 MB."""
    return Card(
        _("A string may not be longer than 512 MB"),
        _("The limit is the directive proto-max-bulk-len; the command would go beyond it."),
        (Try("CONFIG GET proto-max-bulk-len", _("the limit in bytes")),),
    )


def same_object(case: Case) -> Card | None:
    """COPY or MOVE onto itself."""
    return Card(
        _("Source and destination are the same"),
        _("`{name}` needs another key or another database to put the value in.").format(
            name=case.name
        ),
    )


def busy_key(case: Case) -> Card | None:
    """RESTORE over an existing key."""
    return Card(
        _("The key exists already"),
        _("RESTORE does not overwrite a key unless it is told to."),
        (Try(case.line([*case.argv, b"REPLACE"]), _("overwrites it")),),
    )


def bad_payload(case: Case) -> Card | None:
    """RESTORE of something that DUMP did not write."""
    return Card(
        _("These are not bytes from DUMP"),
        _("The last ten bytes of a dump are its version and checksum; here they do not fit. A dump "
          "is passed on byte for byte: in double quotes, with \\xHH as DUMP printed it (type "
          ":readable off first)."),
    )  # fmt: skip


FAMILIES: Families = (
    (r"WRONGTYPE |ERR The specified keys must contain string", wrong_type),
    (r"ERR no such key|ERR The key doesn't exist", no_such_key),
    (r"ERR (index|offset is) out of range", index_out_of_range),
    (r"ERR string exceeds maximum allowed size", too_long),
    (r"ERR source and destination objects are the same", same_object),
    (r"BUSYKEY ", busy_key),
    (r"ERR (DUMP payload version|Bad data format)", bad_payload),
)
