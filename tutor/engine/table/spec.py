"""What one row of the command table says, and how the rows are read.

The rows are JSON, one file per command group, beside this module: an array of objects, a container
(`config`) before its subcommands (`config|get`). A property that is absent has its empty value.
Everything but `summary`, `complexity` and `history` is what redis-server 7.0.15 itself answers to
COMMAND, COMMAND INFO and COMMAND DOCS (`tests/oracle/test_command_table.py` compares every row).

Where COMMAND DOCS leaves the arguments out or gives a kind that the server itself does not hold to
(WEIGHTS takes fractions), a row also has `signature`: the tree that a person should follow.

Two spellings differ from the wire: ACL categories are written without their `@`, and
`replaced_by` without Markdown back-ticks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

__all__ = ["CATEGORY_ORDER", "FLAG_ORDER", "Argument", "CommandSpec", "KeySpec", "load_table"]

_FOLDER = os.path.dirname(__file__)

FLAG_ORDER = (
    "write",
    "readonly",
    "denyoom",
    "admin",
    "pubsub",
    "noscript",
    "blocking",
    "loading",
    "stale",
    "skip_monitor",
    "skip_slowlog",
    "asking",
    "fast",
    "no_auth",
    "no_mandatory_keys",
    "no_async_loading",
    "no_multi",
    "movablekeys",
    "allow_busy",
)
"""The order in which COMMAND lists a command's flags."""

CATEGORY_ORDER = (
    "keyspace",
    "read",
    "write",
    "set",
    "sortedset",
    "list",
    "hash",
    "string",
    "bitmap",
    "hyperloglog",
    "geo",
    "stream",
    "pubsub",
    "admin",
    "fast",
    "slow",
    "blocking",
    "dangerous",
    "connection",
    "transaction",
    "scripting",
)
"""The order in which COMMAND and ACL CAT list the categories."""


@dataclass(frozen=True, slots=True, eq=False)
class Argument:
    """One node of a command's argument tree, as COMMAND DOCS describes it.

    `type` is one of string, integer, double, key, pattern, unix-time, pure-token, oneof, block; in
    a `signature` also score-bound (`1.5`, `(1.5`, `-inf`), lex-bound (`[a`, `(a`, `-`, `+`), bit
    (`0`, `1`), bit-offset (`8`, `#2`), bit-type (`u8`, `i16`), and the ids of streams: stream-id
    (`5`, `5-1`), stream-bound (also `(5-1`, `-`, `+`), stream-new-id (also `5-*`), stream-after
    (also `$`) and stream-group-id (also `>`).
    `token` is the literal word that stands before the value (`EX seconds`), or the word itself for
    a pure-token; it may be the empty string (`""`, as in MIGRATE), and None means no token.
    `multiple_token`: the token is repeated with every value (SORT's GET). `unordered`, only in a
    `signature`: required, but in any order with its neighbours that are unordered or optional
    (GEOSEARCH's FROMMEMBER and BYRADIUS). `key_spec_index` points
    into `CommandSpec.key_specs`. `since` and `deprecated_since` are versions, "" when unsaid.
    """

    name: str
    type: str
    token: str | None = None
    optional: bool = False
    multiple: bool = False
    multiple_token: bool = False
    unordered: bool = False
    key_spec_index: int | None = None
    arguments: tuple[Argument, ...] = ()
    since: str = ""
    deprecated_since: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class KeySpec:
    """Where a command's keys stand (redis 7.0, server.h `keySpec`).

    `begin_search` is "index" (keys begin at word `index`), "keyword" (after the word `keyword`,
    looked for from word `index`; a negative one counts from the end and searches backwards) or
    "unknown". `find_keys` is "range" (`last_key` relative to the first, or, when negative, to the
    end; every `step` words; `limit` n > 1 divides what is left by n), "keynum" (word `keynum`
    after the beginning says how many, the first is `first_key` words after it) or "unknown".
    `flags` in the server's order: RO, RW, OW, RM, access, update, insert, delete, not_key,
    incomplete, variable_flags.
    """

    flags: tuple[str, ...]
    begin_search: str
    find_keys: str
    index: int = 0
    keyword: str = ""
    last_key: int = 0
    limit: int = 0
    keynum: int = 0
    first_key: int = 0
    step: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class CommandSpec:
    """One command or subcommand.

    `name` is in lower case; a subcommand's is full ("config|get"), while `subcommands` of its
    container is keyed by the second word alone ("get"). `arity` counts the command's own words too
    (container and subcommand are two); negative means "at least". `first_key`, `last_key` and
    `step` are the old, coarse key range of COMMAND; `keys_of` uses `key_specs`.

    What a start does not ask for is read from `row` when it is asked for; the trees, `key_specs`,
    `arguments` and `signature`, are kept.
    """

    name: str
    arity: int
    flags: frozenset[str]
    categories: frozenset[str]
    first_key: int
    last_key: int
    step: int
    group: str
    since: str
    subcommands: Mapping[str, CommandSpec] = field(repr=False)
    row: Mapping[str, Any] = field(repr=False)

    @property
    def summary(self) -> Mapping[str, str]:
        """What the command does, in a few words, under "en" and "ru"."""
        texts: Mapping[str, str] = self.row["summary"]
        return texts

    @property
    def complexity(self) -> Mapping[str, str]:
        """The command's price, under "en" and "ru"."""
        return _in_both(self.row.get("complexity", ""))

    @property
    def tips(self) -> tuple[str, ...]:
        """Advice for clients and proxies, as COMMAND INFO gives it."""
        return tuple(self.row.get("tips", ()))

    @property
    def history(self) -> tuple[tuple[str, str], ...]:
        """Pairs: the version, and what changed in it."""
        return tuple((version, text) for version, text in self.row.get("history", ()))

    @property
    def deprecated_since(self) -> str | None:
        """The version from which another command is to be preferred."""
        return self.row.get("deprecated_since")

    @property
    def replaced_by(self) -> str | None:
        """That other command."""
        return self.row.get("replaced_by")

    @property
    def doc_flags(self) -> tuple[str, ...]:
        """`deprecated`, or `syscmd` for what people have no use for."""
        return tuple(self.row.get("doc_flags", ()))

    @property
    def key_specs(self) -> tuple[KeySpec, ...]:
        """Where the keys stand, one per kind of key."""
        return _key_specs(self)

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """The argument tree, without the command's own words."""
        return _arguments(self)

    @property
    def signature(self) -> tuple[Argument, ...]:
        """What the server takes: `arguments`, unless the row knows better."""
        return _signature(self)


def _argument(row: Mapping[str, Any]) -> Argument:
    nested = row.get("arguments")
    return Argument(
        row["name"],
        row["type"],
        row.get("token"),
        "optional" in row,
        "multiple" in row,
        "multiple_token" in row,
        "unordered" in row,
        row.get("key_spec_index"),
        tuple(map(_argument, nested)) if nested else (),
        row.get("since", ""),
        row.get("deprecated_since", ""),
    )


def _key_spec(row: Mapping[str, Any]) -> KeySpec:
    begin, find = row["begin_search"], row["find_keys"]
    return KeySpec(
        tuple(row["flags"]),
        begin["type"],
        find["type"],
        begin.get("index", begin.get("startfrom", 0)),
        begin.get("keyword", ""),
        find.get("lastkey", 0),
        find.get("limit", 0),
        find.get("keynumidx", 0),
        find.get("firstkey", 0),
        find.get("keystep", 1),
    )


@cache
def _key_specs(spec: CommandSpec) -> tuple[KeySpec, ...]:
    return tuple(map(_key_spec, spec.row.get("key_specs", ())))


@cache
def _arguments(spec: CommandSpec) -> tuple[Argument, ...]:
    return tuple(map(_argument, spec.row.get("arguments", ())))


@cache
def _signature(spec: CommandSpec) -> tuple[Argument, ...]:
    better = spec.row.get("signature")
    return spec.arguments if better is None else tuple(map(_argument, better))


def _in_both(text: str | Mapping[str, str]) -> Mapping[str, str]:
    """A text that has no words in it is written once for both languages."""
    return {"en": text, "ru": text} if isinstance(text, str) else text


def _command(row: Mapping[str, Any], subcommands: Mapping[str, CommandSpec]) -> CommandSpec:
    return CommandSpec(
        name=row["name"],
        arity=row["arity"],
        flags=frozenset(row["flags"]),
        categories=frozenset(row["categories"]),
        first_key=row.get("first_key", 0),
        last_key=row.get("last_key", 0),
        step=row.get("step", 0),
        group=row["group"],
        since=row["since"],
        subcommands=subcommands,
        row=row,
    )


def _commands(rows: Iterable[Mapping[str, Any]]) -> Iterable[CommandSpec]:
    containers: dict[str, dict[str, CommandSpec]] = {}
    for row in rows:
        name: str = row["name"]
        container, _, subcommand = name.partition("|")
        if subcommand:
            containers[container][subcommand] = _command(row, {})
        else:
            containers[name] = {}
            yield _command(row, containers[name])


@cache
def load_table() -> dict[str, CommandSpec]:
    """Every command the table knows, by lower-case name, in order of group and name.

    Read once; the same dictionary every time, not to be changed by the caller.
    """
    table: dict[str, CommandSpec] = {}
    for file in sorted(os.listdir(_FOLDER)):
        if file.endswith(".json"):
            with open(os.path.join(_FOLDER, file), "rb") as stream:
                rows = json.load(stream)
            table.update((spec.name, spec) for spec in _commands(rows))
    return table
