"""What Tab proposes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.console.backend import EmbeddedBackend
from tutor.console.completion import complete
from tutor.console.things import Thing
from tutor.engine.engine import Engine
from tutor.engine.world import World
from tutor.labs.replication.words import next_words


class Shelf:
    """A catalog by hand."""

    def __init__(self) -> None:
        self.things: dict[tuple[object, ...], list[bytes]] = {
            ("group", b"log"): [b"workers", b"mails"],
            ("consumer", b"log", b"workers"): [b"anna", b"boris"],
            ("entry", b"log"): [b"2-1", b"1-1"],
            ("channel",): [b"news", b"sport"],
            ("own-channel",): [b"news"],
            ("user",): [b"anna", b"default"],
            ("function",): [b"hello"],
            ("library",): [b"mylib"],
            ("script",): [b"e0e1f9fabfc9d4800c877a703b823ac0578ff8db"],
        }
        self.types = {b"cart": "list", b"user:1": "hash", b"two words": "string", b"tags": "set",
                      b"log": "stream"}  # fmt: skip

    def keys(self, prefix: bytes, types: frozenset[str] | None, limit: int) -> list[bytes]:
        return [
            key
            for key, kind in self.types.items()
            if key.startswith(prefix) and (types is None or kind in types)
        ][:limit]

    def type(self, key: bytes) -> str | None:
        return self.types.get(key)

    def fields(self, key: bytes, prefix: bytes, limit: int) -> list[bytes]:
        fields = {b"user:1": [b"age", b"name"]}.get(key, [])
        return [field for field in fields if field.startswith(prefix)][:limit]

    def parameters(self) -> list[str]:
        return ["maxmemory", "maxmemory-policy", "hash-max-listpack-entries"]

    def named(self, thing: Thing, of: Sequence[bytes] = ()) -> list[bytes]:
        return self.things.get((thing, *of), [])

    def denied(self, argv: Sequence[bytes]) -> bytes | None:
        return None


def texts(line: str, cursor: int | None = None) -> list[str]:
    return [one.text for one in complete(line, cursor, Shelf())]


def test_commands_are_completed_in_the_case_that_was_typed() -> None:
    assert "LPUSHX" in texts("LPU")
    assert "lpushx" in texts("lpu")


def test_a_command_brings_its_summary() -> None:
    found = {one.text: one for one in complete("LPUS")}
    assert found["LPUSH"].meta
    assert found["LPUSH"].kind == "command"


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("LPUSH ", ["cart"]),
        ("HGETALL ", ["user:1"]),
        ("SADD ", ["tags"]),
        ("GET ", ['"two words"']),
        ("SET ", ['"two words"']),
        ("DEL ", ["cart", "user:1", '"two words"', "tags", "log"]),
        ("DEL cart u", ["user:1"]),
        ("ZADD ", []),
        ("SORT ", ["cart", "tags"]),
    ],
)
def test_only_keys_of_a_type_that_fits_are_proposed(line: str, keys: list[str]) -> None:
    found = [one.text for one in complete(line, None, Shelf()) if one.kind == "key"]
    assert found == keys


def test_an_open_quote_is_continued() -> None:
    assert texts('GET "two') == ['"two words"']


def test_fields_of_the_key_are_proposed() -> None:
    assert texts("HGET user:1 ") == ["age", "name"]
    assert texts("HGET user:1 n") == ["name"]


def test_subcommands_and_options() -> None:
    assert texts("CONFIG G") == ["GET"]
    assert texts("object enc") == ["encoding"]
    assert texts("SET k v K") == ["KEEPTTL"]
    assert "NX" in texts("SET k v ")
    assert "NX" not in texts("SET k v XX ")
    assert texts("XGROUP CREATEC") == ["CREATECONSUMER"]
    assert texts("geosearch k frommember m by") == ["byradius", "bybox"]
    assert "STREAMS" in texts("XREAD COUNT 1 ")
    assert texts("BITFIELD k O") == ["OVERFLOW"]


def test_names_of_settings() -> None:
    assert texts("CONFIG GET maxm") == ["maxmemory", "maxmemory-policy"]
    assert texts("CONFIG SET hash") == ["hash-max-listpack-entries"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("XACK log ", ["workers", "mails"]),
        ("XREADGROUP GROUP ", ["workers", "mails"]),
        ("XREADGROUP GROUP workers ", ["anna", "boris"]),
        ("XGROUP DELCONSUMER log workers b", ["boris"]),
        ("XDEL log ", ["2-1", "1-1"]),
        ("XRANGE log ", ["-", "2-1", "1-1"]),
        ("XREAD STREAMS log $", []),
        ("PUBLISH n", ["news"]),
        ("UNSUBSCRIBE ", ["news"]),
        ("PSUBSCRIBE __keye", ["__keyevent@0__:*"]),
        ("CLIENT KILL USER a", ["anna"]),
        ("ACL SETUSER a", ["anna"]),
        ("ACL SETUSER anna +@str", ["+@string", "+@stream"]),
        ("ACL SETUSER anna -conf", ["-config"]),
        ("ACL SETUSER anna +config|s", ["+config|set"]),
        ("ACL SETUSER anna resetk", ["resetkeys"]),
        ("FCALL h", ["hello"]),
        ("FUNCTION DELETE ", ["mylib"]),
        ("EVALSHA e0", ["e0e1f9fabfc9d4800c877a703b823ac0578ff8db"]),
        ("BITFIELD k GET i1", ["i16"]),
        ("INFO comm", ["commandstats"]),
    ],
)
def test_what_has_a_name_besides_keys_is_proposed(line: str, expected: list[str]) -> None:
    assert texts(line) == expected


def test_names_that_the_server_itself_has() -> None:
    assert texts("ACL CAT s") == ["set", "sortedset", "string", "stream", "slow", "scripting"]
    assert "XADD" in texts("ACL DRYRUN default X")


def test_the_russian_layout_still_completes() -> None:
    assert "set" in texts("ыу")


def test_words_of_the_console() -> None:
    assert ":undo" in texts(":u")
    assert texts(":lang r") == ["ru"]
    assert texts("help @has") == ["@hash"]
    assert "GET" in texts("help config ")
    assert texts(":xray u") == ["user:1"]
    assert texts(":xray user:1 by") == ["bytes"]
    assert texts(":xray user:1 bytes ") == []


def test_what_is_complete_is_not_proposed_again() -> None:
    assert "GET" not in texts("GET")


def test_the_text_replaces_what_stands_before_the_cursor() -> None:
    line = "HGET user:1 na and more"
    (found,) = complete(line, len("HGET user:1 na"), Shelf())
    assert line[: found.start] + found.text == "HGET user:1 name"


def test_without_a_catalog_there_are_still_commands_and_options() -> None:
    assert [one.text for one in complete("SET k v KEE")] == ["KEEPTTL"]
    assert complete("GET ") == []


@given(st.text(alphabet="SETzadhlgeconfig019: \"'Ж@", max_size=30), st.integers(0, 30))
def test_every_proposal_continues_the_line(line: str, cursor: int) -> None:
    cursor = min(cursor, len(line))
    for one in complete(line, cursor, Shelf()):
        assert 0 <= one.start <= cursor
        assert one.text


class Lab(EmbeddedBackend):
    """A place with words of its own."""

    def next_words(self, before: Sequence[str]) -> Sequence[str] | None:
        return next_words(before, ["master", "replica1", "replica2"])


@pytest.fixture
def lab() -> Lab:
    return Lab(World(Engine()))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (":no", [":node"]),
        (":node r", ["replica1", "replica2"]),
        (":cut master-replica2", []),
        (":cut master-r", ["master-replica1", "master-replica2"]),
        (":restart replica1 ", ["rdb", "aof", "nothing"]),
        (":follow replica1 ", ["master", "replica2"]),
        (":sentinels ", ["0", "3", "5"]),
        (":cut master-replica1 ", []),
        (":run ", []),
        (":node replica1 ", []),
    ],
)
def test_words_of_a_lab(lab: Lab, line: str, expected: list[str]) -> None:
    assert [one.text for one in complete(line, None, lab)] == expected


def test_behind_the_name_of_a_node_a_command_is_completed_where_it_stands(lab: Lab) -> None:
    line = ":on replica1 hge"
    found = complete(line, None, lab)
    assert [line[: one.start] + one.text for one in found][:2] == [
        ":on replica1 hget",
        ":on replica1 hgetall",
    ]
    assert complete(":on replica1 SET k v E", None, lab)[0].text == "EX"


def test_a_lab_leaves_commands_and_the_words_of_the_console_as_they_are(lab: Lab) -> None:
    assert complete("hgeta", None, lab) == complete("hgeta")
    assert [one.text for one in complete(":xr", None, lab)] == [one.text for one in complete(":xr")]
