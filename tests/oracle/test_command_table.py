"""The command table against COMMAND, COMMAND INFO, COMMAND DOCS and COMMAND GETKEYS.

What is not compared, and why:

- summary, complexity and the words of history are our own; compared is which rows have a complexity
  and which versions a history names;
- the server's `notes` on key specs are prose and are left out of the table;
- ACL categories have no `@` in the table, and `replaced_by` no Markdown back-ticks;
- flags and categories are sets in the table, compared in the order of FLAG_ORDER, CATEGORY_ORDER;
- `signature` is what the server takes and COMMAND DOCS does not say (spec.py): not compared here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pytest
import redis

from tests.engine.table.generated import all_specs, keyed_specs, sendable_specs, whole_command
from tutor.engine.table import (
    CATEGORY_ORDER,
    FLAG_ORDER,
    Argument,
    CommandSpec,
    KeySpec,
    keys_and_flags,
    keys_of,
    load_table,
)

pytestmark = pytest.mark.oracle


class Oracle:
    """Replies as redis-py reads them, before it makes them into something else."""

    def __init__(self, client: redis.Redis) -> None:
        self._connection = client.connection_pool.get_connection()
        self._commands = {row[0]: row for row in self._every_row(self.call("COMMAND"))}
        self._docs = dict(self._every_doc(self.call("COMMAND", "DOCS")))

    def call(self, *words: str | bytes) -> Any:
        self._connection.send_command(*words)  # type: ignore[no-untyped-call]
        return self._connection.read_response()

    def close(self, client: redis.Redis) -> None:
        client.connection_pool.release(self._connection)

    def names(self) -> list[bytes]:
        return list(self._commands)

    def command(self, name: str) -> list[Any]:
        row: list[Any] = self._commands[name.encode()]
        return row

    def docs(self, name: str) -> dict[bytes, Any]:
        doc: dict[bytes, Any] = self._docs[name.encode()]
        return doc

    def _every_row(self, rows: list[Any]) -> Iterator[Any]:
        for row in rows:
            yield row
            yield from self._every_row(row[9])

    def _every_doc(self, flat: list[Any]) -> Iterator[tuple[bytes, dict[bytes, Any]]]:
        for name, doc in pairs(flat):
            fields = dict(pairs(doc))
            yield name, fields
            yield from self._every_doc(fields.get(b"subcommands", []))


def pairs(flat: list[Any]) -> Iterator[tuple[Any, Any]]:
    return zip(flat[::2], flat[1::2], strict=True)


@pytest.fixture(scope="module")
def oracle(redis_client: redis.Redis) -> Iterator[Oracle]:
    oracle = Oracle(redis_client)
    yield oracle
    oracle.close(redis_client)


def encoded(texts: Sequence[str]) -> list[bytes]:
    return [text.encode() for text in texts]


def key_spec_of_ours(spec: KeySpec) -> dict[bytes, Any]:
    begin: dict[str, list[Any]] = {
        "index": [b"index", spec.index],
        "keyword": [b"keyword", spec.keyword.encode(), b"startfrom", spec.index],
        "unknown": [],
    }
    find: dict[str, list[Any]] = {
        "range": [b"lastkey", spec.last_key, b"keystep", spec.step, b"limit", spec.limit],
        "keynum": [
            b"keynumidx",
            spec.keynum,
            b"firstkey",
            spec.first_key,
            b"keystep",
            spec.step,
        ],
        "unknown": [],
    }
    return {
        b"flags": encoded(spec.flags),
        b"begin_search": [
            b"type",
            spec.begin_search.encode(),
            b"spec",
            begin[spec.begin_search],
        ],
        b"find_keys": [b"type", spec.find_keys.encode(), b"spec", find[spec.find_keys]],
    }


def key_spec_of_servers(spec: list[Any]) -> dict[bytes, Any]:
    fields = dict(pairs(spec))
    fields.pop(b"notes", None)
    return fields


def argument_of_ours(argument: Argument) -> dict[bytes, Any]:
    names = ("optional", "multiple", "multiple_token")
    fields: dict[bytes, Any] = {
        b"name": argument.name.encode(),
        b"type": argument.type.encode(),
        b"key_spec_index": argument.key_spec_index,
        b"token": None if argument.token is None else argument.token.encode(),
        b"since": argument.since.encode() or None,
        b"deprecated_since": argument.deprecated_since.encode() or None,
        b"flags": [name.encode() for name in names if getattr(argument, name)] or None,
        b"arguments": [argument_of_ours(one) for one in argument.arguments] or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def argument_of_servers(argument: list[Any]) -> dict[bytes, Any]:
    fields = dict(pairs(argument))
    if b"arguments" in fields:
        fields[b"arguments"] = [argument_of_servers(one) for one in fields[b"arguments"]]
    return fields


@pytest.mark.parametrize("spec", all_specs(), ids=lambda spec: spec.name)
def test_a_row_is_what_command_info_says(oracle: Oracle, spec: CommandSpec) -> None:
    name, arity, flags, first, last, step, categories, tips, key_specs, subcommands = (
        oracle.command(spec.name)
    )
    assert spec.name.encode() == name
    assert spec.arity == arity
    assert encoded([flag for flag in FLAG_ORDER if flag in spec.flags]) == flags
    assert (spec.first_key, spec.last_key, spec.step) == (first, last, step)
    assert encoded([f"@{one}" for one in CATEGORY_ORDER if one in spec.categories]) == categories
    assert encoded(spec.tips) == tips
    assert list(map(key_spec_of_ours, spec.key_specs)) == list(map(key_spec_of_servers, key_specs))
    ours = sorted(one.name.encode() for one in spec.subcommands.values())
    assert ours == sorted(row[0] for row in subcommands)


@pytest.mark.parametrize("spec", all_specs(), ids=lambda spec: spec.name)
def test_a_row_is_what_command_docs_says(oracle: Oracle, spec: CommandSpec) -> None:
    docs = oracle.docs(spec.name)
    assert spec.group.encode() == docs[b"group"]
    assert spec.since.encode() == docs[b"since"]
    assert bool(spec.complexity["en"]) == (b"complexity" in docs)
    assert encoded(spec.doc_flags) == docs.get(b"doc_flags", [])
    assert (spec.deprecated_since or "").encode() == docs.get(b"deprecated_since", b"")
    assert (spec.replaced_by or "").encode() == docs.get(b"replaced_by", b"").replace(b"`", b"")
    versions = [version.encode() for version, _ in spec.history]
    assert versions == [version for version, _ in docs.get(b"history", [])]
    servers = list(map(argument_of_servers, docs.get(b"arguments", [])))
    assert list(map(argument_of_ours, spec.arguments)) == servers


def test_the_table_has_every_command_and_no_other(oracle: Oracle) -> None:
    assert {spec.name.encode() for spec in all_specs()} == set(oracle.names())
    assert len(load_table()) == oracle.call("COMMAND", "COUNT") == 240


def server_keys(oracle: Oracle, argv: Sequence[bytes], how: str = "GETKEYS") -> list[Any] | str:
    try:
        keys: list[Any] = oracle.call("COMMAND", how, *argv)
        return keys
    except redis.ResponseError as error:
        return str(error)


def our_keys(spec: CommandSpec, argv: Sequence[bytes]) -> list[bytes] | str:
    try:
        return [argv[at] for at in keys_of(spec, argv)]
    except ValueError as error:
        return str(error)


def our_keys_and_flags(spec: CommandSpec, argv: Sequence[bytes]) -> list[list[Any]] | str:
    try:
        return [[argv[at], encoded(flags)] for at, flags in keys_and_flags(spec, argv)]
    except ValueError as error:
        return str(error)


def test_what_happens_to_the_keys_is_what_command_getkeysandflags_says(oracle: Oracle) -> None:
    random = Random(3)
    for spec in keyed_specs() * 8:
        argv = whole_command(spec, random)
        ours = our_keys_and_flags(spec, argv)
        assert ours == server_keys(oracle, argv, "GETKEYSANDFLAGS"), argv


def test_keys_of_whole_commands_are_those_of_command_getkeys(oracle: Oracle) -> None:
    random = Random(1)
    calls = 0
    for spec in sendable_specs():
        for _ in range(6 if spec.key_specs else 1):
            argv = whole_command(spec, random)
            if len(argv) > 1:  # COMMAND GETKEYS itself wants two words
                assert our_keys(spec, argv) == server_keys(oracle, argv), argv
                calls += 1
    assert calls >= 100


def test_keys_of_any_words_are_those_of_command_getkeys(oracle: Oracle) -> None:
    random = Random(2)
    choice = [b"1", b"2", b"3", b"0", b"-1", b"2x", b" 2", b"+1", b"a", b"b", b""]
    choice += [b"STORE", b"store", b"get", b"by", b"limit", b"KEYS", b"keys", b"auth", b"auth2"]
    choice += [b"STREAMS", b"streams", b"STOREDIST", b"GROUP", b"COUNT"]
    keyed = [spec for spec in sendable_specs() if spec.key_specs]
    names = """sort sort_ro migrate zunionstore lmpop xread xreadgroup georadius georadiusbymember
    eval evalsha_ro fcall bitfield pfcount blmpop zmpop"""
    odd = [load_table()[name] for name in names.split()]
    for spec in keyed * 8 + odd * 100:
        argv = spec.name.encode().split(b"|")
        argv += random.choices(choice, k=random.randint(1, 11))
        if spec.arity > 0 and random.random() < 0.9:
            argv = [*argv, *[b"k"] * spec.arity][: spec.arity]
        assert our_keys(spec, argv) == server_keys(oracle, argv), argv
