"""What the bytes of a span say, in words: a row for each code of `tutor.persistence.dissect`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from tutor.diagrams.files.faults import fault_words
from tutor.diagrams.payload import shown
from tutor.i18n import _, ngettext
from tutor.persistence.dissect.spans import Span

MOST_TEXT = 64

TYPES: Mapping[int, str] = {
    0: "string",
    1: "list",
    2: "set",
    3: "zset",
    4: "hash",
    5: "zset 2",
    7: "module",
    9: "hash · zipmap",
    10: "list · ziplist",
    11: "set · intset",
    12: "zset · ziplist",
    13: "hash · ziplist",
    14: "list · quicklist of ziplists",
    15: "stream",
    16: "hash · listpack",
    17: "zset · listpack",
    18: "list · quicklist of listpacks",
    19: "stream 2",
    20: "set · listpack",
    21: "stream 3",
    24: "hash · field TTL",
    25: "hash · listpack, field TTL",
}
"""Types as rdb.h names them."""


def meaning(span: Span) -> str:
    """A phrase for what these bytes say."""
    row = _MEANINGS.get(span.code)
    if span.role == "damage":
        return fault_words(span.value)
    if row is not None:
        return row(span.value)
    return f"{span.code} {_said(span.value)}"


def _said(value: Any) -> str:
    if isinstance(value, bytes):
        return shown(value, MOST_TEXT)
    number = getattr(value, "number", None)
    return str(value if number is None else number)


def moment(ms: int) -> str:
    """A time of Unix milliseconds, spelt out; far beyond the calendar only the number."""
    try:
        when = datetime.fromtimestamp(ms // 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return f"{ms} ms"
    return f"{when:%Y-%m-%d %H:%M:%S}.{ms % 1000:03d} UTC"


def _text(words: Callable[[], str]) -> Callable[[Any], str]:
    """A row that says the same whatever was read."""
    return lambda value: words()


def _named(words: Callable[[], str]) -> Callable[[Any], str]:
    """A row that ends with what was read."""
    return lambda value: words() + " " + _said(value)


def _length(value: Any) -> str:
    text = ngettext("length: %(n)d byte", "length: %(n)d bytes", value.number) % {"n": value.number}
    return text + _form(value)


def _plain_length(value: Any) -> str:
    number = value if isinstance(value, int) else value.number
    return ngettext("length: %(n)d byte", "length: %(n)d bytes", number) % {"n": number}


def _form(value: Any) -> str:
    """In how many bits a length stands."""
    if value.bits == 6:
        return ""
    return " (" + ngettext("in %(n)d bit", "in %(n)d bits", value.bits) % {"n": value.bits} + ")"


def _integer(value: Any) -> str:
    words = ngettext(
        "a number in %(n)d bit instead of a text", "a number in %(n)d bits instead of a text", value
    )
    return words % {"n": value}


def _count(words: Callable[[], str]) -> Callable[[Any], str]:
    return lambda value: words() + ": " + _said(value)


def _type(value: Any) -> str:
    return _("type %(code)d: %(name)s") % {"code": value, "name": TYPES.get(value, "?")}


def _match(value: Any) -> str:
    words = _("%(length)d bytes again from %(distance)d back: %(text)s")
    figures = {"length": value.length, "distance": value.distance}
    return words % (figures | {"text": shown(value.text, MOST_TEXT)})


def _literal(value: Any) -> str:
    return ngettext("%(n)d byte as it is", "%(n)d bytes as they are", value) % {"n": value}


def _checksum(value: Any) -> str:
    if value.stored == 0:
        return _("CRC64: none (rdbchecksum no)")
    stored = f"{value.stored:016x}"
    if value.right:
        return _("CRC64 %(sum)s: right") % {"sum": stored}
    words = _("CRC64 %(sum)s: wrong, the bytes before have %(computed)s")
    return words % {"sum": stored, "computed": f"{value.computed:016x}"}


def _not_shown(value: Any) -> str:
    """``value`` is the key and how many bytes of its value are left out, None if not counted."""
    key, rest = value
    more = ngettext("%(n)d byte more", "%(n)d bytes more", rest or 0) % {"n": rest or 0}
    return (_("more of the value") if rest is None else more) + f" · :xray {shown(key, 32)} file"


def _time(words: Callable[[], str]) -> Callable[[Any], str]:
    return lambda value: words() + " " + moment(value)


_MEANINGS: Mapping[str, Callable[[Any], str]] = {
    "magic": _text(lambda: _("magic word: an RDB file")),
    "version": _named(lambda: _("version")),
    "aux": _text(lambda: _("AUX: a field about the file")),
    "aux name": _named(lambda: _("field")),
    "aux text": _named(lambda: _("value")),
    "aux redis-ver": _named(lambda: _("written by version")),
    "aux repl-id": _named(lambda: _("history of the replication")),
    "aux redis-bits as number": _named(lambda: _("bits of the processor:")),
    "aux ctime as number": lambda value: _("written at") + " " + moment(value * 1000),
    "aux used-mem as number": _named(lambda: _("memory in use, bytes:")),
    "aux repl-stream-db as number": _named(lambda: _("database of the replication stream:")),
    "aux repl-offset as number": _named(lambda: _("replication offset")),
    "aux aof-base as number": lambda value: (
        _("base of an append-only file") if value else _("a snapshot, no base of an AOF")
    ),
    "aux text as number": _named(lambda: _("value")),
    "function": _text(lambda: _("FUNCTION2: a library of functions")),
    "library": _named(lambda: _("source:")),
    "module aux": _text(lambda: _("MODULE_AUX: data of a module")),
    "select": _text(lambda: _("SELECTDB: whose keys follow")),
    "database": _named(lambda: _("database")),
    "sizes": _text(lambda: _("RESIZEDB: room for tables")),
    "slot": _text(lambda: _("SLOT_INFO: a slot of a cluster")),
    "slot number": _named(lambda: _("slot")),
    "keys": _named(lambda: _("keys:")),
    "expiries": _named(lambda: _("keys with TTL:")),
    "expiry ms": _text(lambda: _("EXPIRETIME_MS: when the next key expires")),
    "expiry s": _text(lambda: _("EXPIRETIME: when the next key expires")),
    "expiry ms value": _time(lambda: _("expires at")),
    "expiry s value": lambda value: _("expires at") + " " + moment(value * 1000),
    "idle": _text(lambda: _("IDLE: since when the next key is unused")),
    "idle seconds": _named(lambda: _("seconds:")),
    "frequency": _text(lambda: _("FREQ: how often the next key is used")),
    "frequency value": _named(lambda: _("LFU counter:")),
    "type": _type,
    "key": _named(lambda: _("key")),
    "key as number": _named(lambda: _("key")),
    "length of key": _length,
    "length of text": lambda value: (
        _length(value) if hasattr(value, "bits") else _plain_length(value)
    ),
    "length of blob": _length,
    "length of score": _plain_length,
    "integer form": _integer,
    "lzf form": _text(lambda: _("LZF: a compressed string")),
    "lzf packed": _count(lambda: _("bytes as compressed")),
    "lzf raw": _count(lambda: _("bytes when unpacked")),
    "lzf literal": _literal,
    "lzf text": _said,
    "lzf match": _match,
    "unpacked": lambda value: (
        ngettext("unpacked, %(n)d byte:", "unpacked, %(n)d bytes:", value) % {"n": value}
    ),
    "text": _named(lambda: _("value")),
    "text as number": _named(lambda: _("value")),
    "element": _named(lambda: _("element")),
    "element as number": _named(lambda: _("element")),
    "member": _named(lambda: _("member")),
    "member as number": _named(lambda: _("member")),
    "field": _named(lambda: _("field")),
    "field as number": _named(lambda: _("field")),
    "value": _named(lambda: _("value")),
    "value as number": _named(lambda: _("value")),
    "score": lambda value: _("score") + f" {value!r}",
    "score in a byte": _named(lambda: _("score")),
    "score as text": _named(lambda: _("score")),
    "count of elements": _count(lambda: _("elements")),
    "count of members": _count(lambda: _("members")),
    "count of fields": _count(lambda: _("fields")),
    "count of nodes": _count(lambda: _("nodes")),
    "count of groups": _count(lambda: _("groups")),
    "count of consumers": _count(lambda: _("consumers")),
    "count of pending": _count(lambda: _("entries that wait for XACK")),
    "form of node": lambda value: (
        _("a plain node: one element") if value.number == 1 else _("a packed node: a listpack")
    ),
    "node id": _named(lambda: _("first ID of the node:")),
    "stream length": _count(lambda: _("entries")),
    "last id ms": _count(lambda: _("last ID, milliseconds")),
    "last id seq": _count(lambda: _("last ID, number")),
    "first id ms": _count(lambda: _("first ID, milliseconds")),
    "first id seq": _count(lambda: _("first ID, number")),
    "deleted id ms": _count(lambda: _("greatest deleted ID, milliseconds")),
    "deleted id seq": _count(lambda: _("greatest deleted ID, number")),
    "entries added": _count(lambda: _("entries ever added")),
    "group": _named(lambda: _("group")),
    "group as number": _named(lambda: _("group")),
    "entries read": _count(lambda: _("entries read by the group")),
    "pending id": _named(lambda: _("waits for XACK:")),
    "delivered at": _time(lambda: _("delivered at")),
    "deliveries": _count(lambda: _("deliveries")),
    "consumer": _named(lambda: _("consumer")),
    "consumer as number": _named(lambda: _("consumer")),
    "seen at": _time(lambda: _("last seen at")),
    "active at": _time(lambda: _("last active at")),
    "module id": _count(lambda: _("module and its version")),
    "module form": _count(lambda: _("what the module wrote")),
    "module number": _named(lambda: _("number")),
    "module float": _named(lambda: _("number")),
    "module text": _named(lambda: _("text")),
    "earliest expiry": _time(lambda: _("first field expires at")),
    "field expiry": _count(lambda: _("TTL of the field, after the first one, plus 1")),
    "listpack bytes": _count(lambda: _("listpack: bytes in all")),
    "listpack count": _count(lambda: _("entries")),
    "entry number": _named(lambda: _("number")),
    "entry length": _plain_length,
    "entry text": _said,
    "backlen": lambda value: (
        ngettext("backlen: %(n)d byte before it", "backlen: %(n)d bytes before it", value)
        % {"n": value}
    ),
    "end of listpack": _text(lambda: _("end of the listpack")),
    "intset width": _count(lambda: _("intset: bytes of a number")),
    "intset count": _count(lambda: _("numbers")),
    "ziplist bytes": _count(lambda: _("ziplist: bytes in all")),
    "ziplist tail": _count(lambda: _("offset of the last entry")),
    "ziplist count": _count(lambda: _("entries")),
    "previous length": _count(lambda: _("bytes of the entry before")),
    "end of ziplist": _text(lambda: _("end of the ziplist")),
    "zipmap count": _count(lambda: _("zipmap: pairs")),
    "zipmap free": _count(lambda: _("unused bytes behind the value")),
    "zipmap unused": _text(lambda: _("unused")),
    "end of zipmap": _text(lambda: _("end of the zipmap")),
    "end": _text(lambda: _("EOF: the end of the data")),
    "checksum": _checksum,
    "checksum unchecked": lambda value: _("CRC64 %(sum)s") % {"sum": f"{value:016x}"},
    "checksum later": _text(lambda: _("CRC64 of all bytes before it: not summed up yet")),
    "not shown": _not_shown,
    "payload version": _count(lambda: _("RDB version")),
    "command words": lambda value: (
        ngettext("a command of %(n)d word", "a command of %(n)d words", value) % {"n": value}
    ),
    "command name": lambda value: _said(value.removesuffix(b"\r\n")),
    "word": lambda value: _said(value.removesuffix(b"\r\n")),
    "timestamp": lambda value: _("time of what follows:") + " " + moment(value * 1000),
    "note": lambda value: _("a note, passed over"),
    "manifest word": _said,
    "manifest file": _named(lambda: _("name of the file:")),
    "manifest seq": _named(lambda: _("number in the order of making:")),
    "manifest type": lambda value: _KINDS_OF_FILE.get(value.lower(), _said)(value),
}

_KINDS_OF_FILE: Mapping[bytes, Callable[[Any], str]] = {
    b"b": _text(lambda: _("b: the base")),
    b"i": _text(lambda: _("i: an increment")),
    b"h": _text(lambda: _("h: history, to be deleted")),
}
