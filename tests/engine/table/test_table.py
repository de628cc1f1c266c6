"""The command table: its rows, its signatures for people, and where keys stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

import tutor.engine.table
from tests.engine.table.generated import all_specs
from tutor.engine.table import (
    CATEGORY_ORDER,
    FLAG_ORDER,
    Argument,
    CommandSpec,
    keys_of,
    load_table,
    signature_parts,
    syntax,
)

FILES = sorted(Path(tutor.engine.table.__file__).parent.glob("*.json"))


def words(line: str) -> list[bytes]:
    """Words of a command line; '' stands for the empty word."""
    return [b"" if word == "''" else word.encode() for word in line.split()]


def spec_of(name: str) -> CommandSpec:
    container, _, subcommand = name.partition("|")
    spec = load_table()[container]
    return spec.subcommands[subcommand] if subcommand else spec


def every_argument(arguments: tuple[Argument, ...]) -> Iterator[Argument]:
    for argument in arguments:
        yield argument
        yield from every_argument(argument.arguments)


# --- Rows ---------------------------------------------------------------------------------------


def test_a_row_says_what_command_info_says() -> None:
    spec = load_table()["set"]
    assert (spec.name, spec.arity, spec.group, spec.since) == ("set", -3, "string", "1.0.0")
    assert spec.flags == {"write", "denyoom"}
    assert spec.categories == {"write", "string", "slow"}
    assert (spec.first_key, spec.last_key, spec.step) == (1, 1, 1)
    assert spec.key_specs[0].flags == ("RW", "access", "update", "variable_flags")
    assert [one.name for one in spec.arguments] == [
        "key",
        "value",
        "condition",
        "get",
        "expiration",
    ]


def test_subcommands_stand_in_their_container_under_their_own_word() -> None:
    config = load_table()["config"]
    assert sorted(config.subcommands) == ["get", "help", "resetstat", "rewrite", "set"]
    assert config.subcommands["get"].name == "config|get"
    assert not any("|" in name for name in load_table())


def test_a_deprecated_command_says_since_when_and_what_replaces_it() -> None:
    spec = load_table()["setex"]
    assert (spec.deprecated_since, spec.doc_flags) == (None, ())
    spec = load_table()["getset"]
    assert (spec.deprecated_since, spec.doc_flags) == ("6.2.0", ("deprecated",))
    assert spec.replaced_by is not None
    assert spec.replaced_by.startswith("SET")
    assert "`" not in spec.replaced_by


def test_the_table_is_read_once_and_its_rows_cannot_be_changed() -> None:
    assert load_table() is load_table()
    spec = load_table()["get"]
    assert spec.arguments is spec.arguments
    with pytest.raises(FrozenInstanceError):
        spec.arity = 5  # type: ignore[misc]


def test_flags_and_categories_are_those_whose_order_is_known() -> None:
    for spec in all_specs():
        assert spec.flags <= set(FLAG_ORDER), spec.name
        assert spec.categories <= set(CATEGORY_ORDER), spec.name


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_row_has_a_short_summary_in_both_languages(language: str) -> None:
    seen: dict[str, str] = {}
    for spec in all_specs():
        text = spec.summary[language]
        assert 0 < len(text) <= 60, spec.name
        assert text == text.strip().rstrip("."), spec.name
        assert text[0].isupper(), spec.name
        assert bool(re.search("[а-яё]", text)) == (language == "ru"), spec.name
        seen.setdefault(text, spec.name)
    # Two commands may do the same by old and new means, but that is rare.
    assert len(seen) > 0.95 * len(all_specs())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_holds_one_group_in_order_of_names(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    rows = json.loads(text)
    names = [row["name"] for row in rows]
    assert names == sorted(names, key=lambda name: name.split("|"))
    assert {row["group"].replace("-", "_") for row in rows} == {file.stem}
    assert "\\u" not in text
    assert text.endswith("]\n")


def test_key_arguments_point_at_key_specs_that_exist() -> None:
    for spec in all_specs():
        for argument in every_argument(spec.arguments):
            if argument.key_spec_index is not None:
                assert 0 <= argument.key_spec_index < len(spec.key_specs), spec.name


# --- Signatures for people ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "signature",
    [
        "SET key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds"
        " | PXAT unix-time-milliseconds | KEEPTTL]",
        "PING [message]",
        "MSET key value [key value ...]",
        "ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]",
        "ZUNION numkeys key [key ...] [WEIGHTS weight [weight ...]]"
        " [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]",
        "SORT key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]]"
        " [ASC | DESC] [ALPHA] [STORE destination]",
        "LMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT>",
        "AUTH [username] password",
        "HRANDFIELD key [count [WITHVALUES]]",
        'MIGRATE host port <key | ""> destination-db timeout [COPY] [REPLACE]'
        " [AUTH password | AUTH2 username password] [KEYS key [key ...]]",
        "BITFIELD_RO key [GET encoding offset [GET encoding offset ...]]",
        "COPY source destination [DB destination-db] [REPLACE]",
        "REPLICAOF <host port | NO ONE>",
        "BITOP <AND | OR | XOR | NOT> destkey key [key ...]",
        "XADD key [NOMKSTREAM] [<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] <* | id>"
        " field value [field value ...]",
        "XREADGROUP GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK]"
        " STREAMS key [key ...] id [id ...]",
        "GEODIST key member1 member2 [M | KM | FT | MI]",
        "EVAL script numkeys [key [key ...]] [arg [arg ...]]",
    ],
)
def test_syntax_is_written_as_in_the_manual(signature: str) -> None:
    assert syntax(load_table()[signature.split()[0].lower()]) == signature


def test_syntax_of_a_subcommand_has_both_words_and_a_container_a_placeholder() -> None:
    assert syntax(spec_of("config|set")) == "CONFIG SET parameter value [parameter value ...]"
    assert syntax(spec_of("config")) == "CONFIG subcommand"
    assert syntax(spec_of("command")) == "COMMAND [subcommand]"


def test_syntax_repeats_a_choice_by_dots_alone() -> None:
    assert syntax(spec_of("client|kill")).endswith("| SKIPME yes/no> ...>")


def test_syntax_in_lower_case_differs_in_nothing_else() -> None:
    assert syntax(spec_of("getex"), upper=False).startswith("getex key [ex seconds | px ")
    for spec in all_specs():
        assert syntax(spec, upper=False).lower() == syntax(spec).lower(), spec.name


def test_brackets_of_every_signature_are_balanced() -> None:
    for spec in all_specs():
        text = syntax(spec)
        for opening, closing in ("[]", "<>"):
            assert text.count(opening) == text.count(closing), spec.name
        assert "  " not in text, spec.name


def test_parts_join_to_the_syntax_and_show_every_argument_of_the_signature() -> None:
    for spec in all_specs():
        parts = signature_parts(spec)
        assert "".join(text for text, _ in parts) == syntax(spec), spec.name
        shown = {argument for _, argument in parts if argument is not None}
        leaves = {one for one in every_argument(spec.signature) if not one.arguments}
        assert leaves <= shown <= set(every_argument(spec.signature)), spec.name


# --- Keys ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("GET a", [1]),
        ("MSET a 1 b 2", [1, 3]),
        ("DEL a b c", [1, 2, 3]),
        ("BLPOP a b 0", [1, 2]),
        ("OBJECT ENCODING a", [2]),
        ("MEMORY USAGE a", [2]),
        ("SINTERSTORE d a b", [1, 2, 3]),
        ("ZUNIONSTORE d 2 a b WEIGHTS 1 2", [1, 3, 4]),
        ("ZDIFF 2 a b WITHSCORES", [2, 3]),
        ("BLMPOP 0 2 a b LEFT", [3, 4]),
        ("SORT a", [1]),
        ("SORT a BY w_* GET # STORE d", [1, 7]),
        ("SORT a STORE d STORE e", [1, 5]),
        ("SORT a BY STORE STORE d", [1, 5]),
        ("SORT_RO a BY store", [1]),
        ("MIGRATE host 1 a 0 1", [3]),
        ("MIGRATE host 1 '' 0 1 AUTH keys KEYS a b", [9, 10]),
        ("BITOP AND d a b", [2, 3, 4]),
        ("LCS a b", [1, 2]),
        ("XREAD COUNT 1 STREAMS a b 0 0", [4, 5]),
        ("XREADGROUP GROUP STREAMS c STREAMS a >", [5]),
        ("XREADGROUP STREAMS a b c d STREAMS e", [2, 3, 4]),
        ("GEORADIUS a 0 0 1 m STOREDIST e STORE d", [1, 9, 7]),
        ("EVAL s 2 a b c", [3, 4]),
        ("EVAL s 0 a", []),
        ("PFMERGE d a", [1, 2]),
    ],
)
def test_keys_are_found_where_the_server_finds_them(line: str, keys: list[int]) -> None:
    argv = words(line)
    assert keys_of(load_table()[argv[0].decode().lower()], argv) == keys


def test_keys_of_takes_the_subcommand_or_its_container() -> None:
    argv = words("object freq a")
    assert keys_of(spec_of("object"), argv) == keys_of(spec_of("object|freq"), argv) == [2]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("PING", "The command has no key arguments"),
        ("CONFIG GET a", "The command has no key arguments"),
        ("CONFIG FOO a", "Invalid command specified"),
        ("GET", "Invalid number of arguments specified for command"),
        ("GET a b", "Invalid number of arguments specified for command"),
        ("ZUNION 3 a b", "Invalid arguments specified for command"),
        ("ZUNION x a b", "Invalid arguments specified for command"),
        ("SPUBLISH a b", "The command has no key arguments"),
        ("XREADGROUP COUNT 1 STREAMS a STREAMS 0", "Invalid arguments specified for command"),
        ("MIGRATE host 1 a 0 1 KEYS b", "Invalid arguments specified for command"),
    ],
)
def test_keys_that_cannot_be_told_give_the_servers_message(line: str, message: str) -> None:
    argv = words(line)
    with pytest.raises(ValueError, match=f"^{message}$"):
        keys_of(load_table()[argv[0].decode().lower()], argv)
