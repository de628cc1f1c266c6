"""Values that can be proposed for an argument: what exists, and the words that are usual there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from tutor.console.backend import Catalog
from tutor.console.fitting import suggested_types
from tutor.console.things import Thing
from tutor.engine.table import CATEGORY_ORDER, Argument, load_table
from tutor.engine.table.match import Match

__all__ = ["Kind", "Suggestion", "suggestions"]

Kind = Literal["command", "subcommand", "option", "key", "field", "value", "client-word"]
"""What a proposal is."""

_LIMIT = 50


class Suggestion(NamedTuple):
    """``meta`` is a word about it (the type of a key)."""

    value: bytes
    kind: Kind = "value"
    meta: str = ""


def suggestions(
    argument: Argument, fit: Match, argv: Sequence[bytes], prefix: bytes, catalog: Catalog | None
) -> Iterator[Suggestion]:
    """Values that begin with ``prefix``, best first.

    ``fit`` is how the words before, ``argv``, fit the command.
    """
    if argument.type == "key":
        if catalog is not None:
            for key in catalog.keys(prefix, suggested_types(fit.spec, argument, argv), _LIMIT):
                yield Suggestion(key, "key", catalog.type(key) or "")
        return
    if argument.name in _ELEMENTS and catalog is not None:
        for key in _keys(fit, argv)[:1]:
            for field in catalog.fields(key, prefix, _LIMIT):
                yield Suggestion(field, "field")
        return
    for value in _values(argument, fit, argv, prefix, catalog):
        if value.lower().startswith(prefix.lower()):
            yield Suggestion(value)


_ELEMENTS = frozenset({"field", "member", "member1", "member2"})
"""Arguments that name something inside the key before them."""


def _keys(fit: Match, argv: Sequence[bytes]) -> list[bytes]:
    return [argv[at] for at, word in enumerate(fit.words) if word.role == "key"]


def _values(
    argument: Argument, fit: Match, argv: Sequence[bytes], prefix: bytes, catalog: Catalog | None
) -> Iterable[bytes]:
    name = fit.spec.name
    if argument.name == "rule":
        return _rules(prefix)
    if argument.name == "parameter" and name.startswith("config|"):
        return _encoded(catalog.parameters() if catalog is not None else ())
    if argument.type == "pattern" and name == "psubscribe":
        return (b"__keyspace@0__:*", b"__keyevent@0__:*")
    usual = _USUAL.get((name, argument.name)) or _USUAL.get(("", argument.type))
    usual = usual or _USUAL.get(("", argument.name), ())
    things = _things(argument, fit, argv, catalog) if catalog is not None else ()
    return (*_encoded(usual), *things)


def _things(
    argument: Argument, fit: Match, argv: Sequence[bytes], catalog: Catalog
) -> Iterable[bytes]:
    thing = _OWN.get(fit.spec.name) or _THINGS.get(argument.name)
    if argument.type in _ENTRIES:
        thing = "entry"
    if thing is None:
        return ()
    if thing not in ("group", "consumer", "entry"):
        return catalog.named(thing)
    keys = _keys(fit, argv)[:1] or catalog.keys(
        b"", _STREAM, _FEW
    )  # XREADGROUP: the keys come last
    group = [argv[at] for at, word in enumerate(fit.words)
             if word.role != "token" and word.argument is not None
             and word.argument.name in ("group", "groupname")][:1]  # fmt: skip
    of = group if thing == "consumer" else []
    return [name for key in keys for name in catalog.named(thing, [key, *of])]


_STREAM = frozenset({"stream"})
_FEW = 5
_ENTRIES = frozenset({"stream-id", "stream-bound"})
_THINGS: dict[str, Thing] = {
    "group": "group",
    "groupname": "group",
    "consumer": "consumer",
    "consumername": "consumer",
    "channel": "channel",
    "shardchannel": "shard-channel",
    "username": "user",
    "function": "function",
    "library-name": "library",
    "library-name-pattern": "library",
    "sha1": "script",
}
_OWN: dict[str, Thing] = {
    "unsubscribe": "own-channel",
    "sunsubscribe": "own-shard-channel",
    "punsubscribe": "own-pattern",
}

_USUAL: dict[tuple[str, str], Sequence[str]] = {
    ("xrange", "start"): ("-",),
    ("xrange", "end"): ("+",),
    ("xrevrange", "end"): ("+",),
    ("xrevrange", "start"): ("-",),
    ("xpending", "start"): ("-",),
    ("xpending", "end"): ("+",),
    ("xautoclaim", "start"): ("0",),
    ("xgroup|create", "id"): ("0",),
    ("xgroup|setid", "id"): ("0",),
    ("", "stream-after"): ("0", "$"),
    ("", "stream-group-id"): (">", "0"),
    ("", "bit-type"): ("u8", "i8", "u16", "i16", "u32", "i32", "i64"),
    ("", "yes/no"): ("yes", "no"),
    ("", "protover"): ("2", "3"),
    ("", "categoryname"): CATEGORY_ORDER,
    ("command|list", "category"): CATEGORY_ORDER,
    ("scan", "type"): ("string", "list", "set", "zset", "hash", "stream"),
    ("info", "section"): (
        "server", "clients", "memory", "persistence", "stats", "replication", "cpu", "modules",
        "commandstats", "errorstats", "latencystats", "cluster", "keyspace", "all", "everything",
        "default",
    ),
    ("", "event"): ("command", "fast-command", "expire-cycle", "eviction-cycle", "eviction-del"),
}  # fmt: skip
"""(command, argument) or ("", its name or type) to the words that one would try first."""


def _rules(prefix: bytes) -> Iterable[bytes]:
    """Rules of ACL SETUSER."""
    sign = prefix[:1]
    if sign not in (b"+", b"-"):
        return _encoded(_RULES)
    if prefix[1:2] == b"@":
        return (sign + b"@" + name.encode() for name in (*CATEGORY_ORDER, "all"))
    first, bar, _rest = prefix[1:].partition(b"|")
    spec = load_table().get(first.decode("latin-1").lower()) if bar else None
    if spec is not None:
        return (sign + first + b"|" + name.encode() for name in spec.subcommands)
    return (sign + name.encode() for name in load_table())


_RULES = ("on", "off", "nopass", "resetpass", "allkeys", "resetkeys", "allchannels",
          "resetchannels", "allcommands", "nocommands", "reset", "clearselectors", "~*", "&*",
          "+@all", "+@read", "+@write", "-@dangerous")  # fmt: skip


def _encoded(names: Iterable[str]) -> Iterable[bytes]:
    return (name.encode() for name in names)
