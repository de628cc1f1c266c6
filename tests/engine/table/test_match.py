"""How typed words fit a signature: roles, what comes next, what is wrong."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests.engine.table.generated import all_specs, keyed_specs, sendable_specs, whole_command
from tests.engine.table.test_table import words
from tutor.engine.table import CommandSpec, keys_of, load_table
from tutor.engine.table.match import Match, match


def typed(line: str) -> Match:
    argv = words(line)
    return match(load_table()[argv[0].decode().lower()], argv)


def roles(line: str) -> list[str]:
    """`role`, `role:argument`, with ! for an invalid word and ~ for a partial one."""
    return [
        word.role
        + (f":{word.argument.name}" if word.argument else "")
        + ("~" if word.partial else "" if word.valid else "!")
        for word in typed(line).words
    ]


def coming(line: str) -> str:
    """What may come next: tokens in capitals, values by name, [ ] around what is optional."""
    shown = []
    for one in typed(line).next:
        text = one.text or (one.argument.name if one.argument else "")
        shown.append(f"[{text}]" if one.optional else text)
    return " ".join(shown)


# --- Roles --------------------------------------------------------------------------------------


def test_values_take_the_kind_of_their_argument() -> None:
    assert roles("SET k v") == ["command", "key:key", "string:value"]
    assert roles("ZADD k 1.5 m") == ["command", "key:key", "double:score", "string:member"]
    assert roles("KEYS a*") == ["command", "pattern:pattern"]
    assert roles("EXPIREAT k 1700000000")[2] == "unix-time:unix-time-seconds"


def test_options_stand_in_any_order_and_any_case() -> None:
    expected = ["token:seconds", "integer:seconds", "token:get", "token:nx"]
    assert roles("SET k v ex 10 Get nX")[3:] == expected
    assert sorted(roles("SET k v NX GET EX 10")[3:]) == sorted(expected)


def test_where_a_value_must_stand_a_word_is_no_option() -> None:
    assert roles("SET NX EX") == ["command", "key:key", "string:value"]
    assert roles("SET k v EX NX")[4] == "integer:seconds!"


def test_a_repeated_block_alternates() -> None:
    assert roles("MSET a 1 b") == ["command", "key:key", "string:value", "key:key"]


def test_subcommands_are_known_by_their_container() -> None:
    assert roles("config GET maxmemory") == ["command", "subcommand", "string:parameter"]
    assert typed("config GET maxmemory").spec.name == "config|get"


def test_a_subcommands_own_row_may_be_given_too() -> None:
    container = load_table()["config"]
    argv = [b"CONFIG", b"GET", b"*"]
    own = container.subcommands["get"]
    assert match(own, argv) == match(container, argv)
    assert [one.text for one in match(own, argv[:1]).next] == ["GET"]


def test_the_last_of_many_keys_is_the_timeout_once_it_can_be_one() -> None:
    assert roles("BLPOP a b")[1:] == ["key:key", "key:key"]
    assert roles("BLPOP a b 0")[1:] == ["key:key", "key:key", "double:timeout"]
    assert roles("BLPOP 1 2 3")[1:] == ["key:key", "key:key", "double:timeout"]


def test_an_optional_word_before_a_required_one_is_the_one_left_out() -> None:
    assert roles("AUTH secret") == ["command", "string:password"]
    assert roles("AUTH user secret") == ["command", "string:username", "string:password"]


def test_numkeys_says_how_many_words_are_keys() -> None:
    assert roles("ZUNION 2 a weights WEIGHTS 1 2")[1:] == [
        "integer:numkeys",
        "key:key",
        "key:key",
        "token:weight",
        "double:weight",
        "double:weight",
    ]
    assert roles("LMPOP 1 LEFT LEFT")[2:] == ["key:key", "token:left"]


def test_without_a_readable_numkeys_keys_end_at_the_first_option() -> None:
    assert roles("ZUNION x a b WITHSCORES")[1:] == [
        "integer:numkeys!",
        "key:key",
        "key:key",
        "token:withscores",
    ]


def test_numkeys_may_be_zero_where_the_keys_are_optional() -> None:
    """As in EVAL script numkeys [key [key ...]] [arg [arg ...]]."""
    rows = [
        {"name": "numkeys", "type": "integer"},
        {"name": "key", "type": "key", "optional": True, "multiple": True},
        {"name": "arg", "type": "string", "optional": True, "multiple": True},
    ]
    spec = replace(load_table()["zunion"], row={"arguments": rows})
    kinds = {}
    for count in (b"0", b"1", b"2", b"-1"):
        fit = match(spec, [b"EVAL", count, b"a", b"b"])
        kinds[count] = [word.role for word in fit.words[2:]], fit.wrong
    assert kinds == {
        b"0": (["string", "string"], None),
        b"1": (["key", "string"], None),
        b"2": (["key", "key"], None),
        b"-1": (["key", "key"], 1),
    }


def test_of_a_choice_of_kinds_a_word_takes_the_first_that_it_can_be() -> None:
    kinds = [{"name": kind, "type": kind} for kind in ("integer", "double", "string")]
    rows = [{"name": "value", "type": "oneof", "arguments": kinds}]
    spec = replace(load_table()["echo"], row={"arguments": rows})
    read = [match(spec, [b"ECHO", word]).words[1].role for word in (b"1", b"1.5", b"one")]
    assert read == ["integer", "double", "string"]


def test_there_are_as_many_weights_as_keys() -> None:
    assert not typed("ZUNION 2 a b WEIGHTS 1").complete
    assert typed("ZUNION 2 a b WEIGHTS 1 0.5").complete
    assert roles("ZUNION 2 a b WEIGHTS 1 2 3")[-1] == "extra!"


def test_there_are_as_many_ids_as_streams() -> None:
    assert roles("XREAD STREAMS a b 0 5-1")[2:] == ["key:key"] * 2 + ["stream-after:id"] * 2
    assert typed("XREAD STREAMS a b 0 5-1").complete
    assert not typed("XREAD STREAMS a b 0").complete
    assert not typed("XREAD STREAMS a b").complete
    assert roles("XREAD STREAMS a 0 5-1")[-3:-1] == ["key:key"] * 2


def test_a_word_that_can_be_an_id_ends_the_streams() -> None:
    assert roles("XREAD STREAMS a b 0")[-1] == "stream-after:id"
    assert roles("XREAD STREAMS 1 2")[2:] == ["key:key", "stream-after:id"]
    assert roles("XREADGROUP GROUP g c STREAMS s >")[-1] == "stream-group-id:id"


def test_what_is_required_may_stand_in_any_order_where_the_server_allows_it() -> None:
    assert typed("GEOSEARCH k BYRADIUS 1 km FROMMEMBER m").complete
    assert typed("GEOSEARCH k ASC FROMLONLAT 1 2 COUNT 1 BYBOX 1 2 m").complete
    assert typed("XREADGROUP NOACK GROUP g c STREAMS s >").complete
    assert not typed("GEOSEARCH k BYRADIUS 1 km ASC").complete
    assert roles("GEOSEARCH k FROMMEMBER m FROMMEMBER n")[4] == "extra!"


def test_an_option_may_be_repeated_only_where_its_token_is() -> None:
    assert roles("SORT k GET a ALPHA GET b")[-2:] == ["token:pattern", "pattern:pattern"]
    assert roles("SET k v NX NX")[-1] == "extra!"


def test_the_empty_word_can_be_a_token() -> None:
    assert roles("MIGRATE h 1 '' 0 1 KEYS a b")[3] == "token:empty_string"
    assert roles("MIGRATE h 1 a 0 1")[3] == "key:key"


def test_a_word_that_fits_nothing_is_extra_and_reading_goes_on() -> None:
    assert roles("SET k v FOO EX 10")[3:] == ["extra!", "token:seconds", "integer:seconds"]
    assert roles("GET a b") == ["command", "key:key", "extra!"]


def test_the_same_argument_stands_behind_word_signature_and_expectation() -> None:
    spec = load_table()["lindex"]
    index = spec.signature[1]
    assert match(spec, [b"LINDEX", b"k"]).next[0].argument is index
    assert match(spec, [b"LINDEX", b"k", b"0"]).words[2].argument is index


# --- What comes next ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("SET", "key"),
        ("SET k", "value"),
        ("SET k v", "[NX] [XX] [GET] [EX] [PX] [EXAT] [PXAT] [KEEPTTL]"),
        ("SET k v EX", "seconds"),
        ("SET k v EX 10", "[NX] [XX] [GET]"),
        ("GET k", ""),
        ("MSET a", "value"),
        ("MSET a 1", "[key]"),
        ("ZADD k", "[NX] [XX] [GT] [LT] [CH] [INCR] score"),
        ("BLPOP a", "[key] timeout"),
        ("AUTH", "[username] password"),
        ("HRANDFIELD k", "[count]"),
        ("HRANDFIELD k 2", "[WITHVALUES]"),
        ("ZUNION 2 a", "key"),
        ("ZUNION 1 a", "[WEIGHTS] [AGGREGATE] [WITHSCORES]"),
        ("ZUNION 1 a AGGREGATE", "SUM MIN MAX"),
        ("SORT k LIMIT 0", "count"),
        ("CONFIG", "GET HELP RESETSTAT REWRITE SET"),
        ("COMMAND", "[COUNT] [DOCS] [GETKEYS] [GETKEYSANDFLAGS] [HELP] [INFO] [LIST]"),
        ("REPLICAOF NO", "ONE"),
        ("BITFIELD k OVERFLOW SAT", "SET INCRBY"),
        ("BITPOS k 1 0 -1", "[BYTE] [BIT]"),
        ("XADD k", "[NOMKSTREAM] [MAXLEN] [MINID] * id"),
        ("XADD k MAXLEN", "[=] [~] threshold"),
        ("XREAD STREAMS", "key"),
        ("XREAD STREAMS a", "id [key]"),
        ("XREAD STREAMS a b 0", "id [key]"),
        ("XREAD STREAMS a b 0 0", "[id] [key]"),
        ("XGROUP CREATE k g", "id $"),
        ("XINFO", "CONSUMERS GROUPS HELP STREAM"),
        ("XPENDING k g", "[IDLE] [start]"),
        (
            "GEOSEARCH k",
            "FROMMEMBER FROMLONLAT BYRADIUS BYBOX [ASC] [DESC]"
            " [COUNT] [WITHCOORD] [WITHDIST] [WITHHASH]",
        ),
        ("GEOSEARCH k FROMMEMBER m BYRADIUS 1", "M KM FT MI"),
        ("GEOADD k NX 1 2", "member"),
        ("PFADD k", "[element]"),
        ("SUBSCRIBE a", "[channel]"),
        ("EVAL s 1", "key"),
        ("EVAL s 0", "[arg]"),
        ("FUNCTION LOAD", "[REPLACE] function-code"),
        ("ACL LOG", "[count] [RESET]"),
        ("CLUSTER SETSLOT 1", "IMPORTING MIGRATING NODE STABLE"),
    ],
)
def test_next_lists_what_may_follow(line: str, expected: str) -> None:
    assert coming(line) == expected


def test_the_beginning_of_a_token_is_partial_and_next_says_what_it_may_become() -> None:
    assert roles("SET k v N")[-1] == "token:nx~"
    assert coming("SET k v N") == "[NX]"
    assert roles("SET k v e")[-1] == "token~"
    assert coming("SET k v e") == "[EX] [EXAT]"
    assert roles("ZADD k c")[-1] == "token:change~"
    assert roles("CONFIG re") == ["command", "subcommand~"]
    assert coming("CONFIG re") == "RESETSTAT REWRITE"


def test_only_the_last_word_is_taken_for_the_beginning_of_a_token() -> None:
    assert roles("SET k v N GET")[3:] == ["extra!", "token:get"]


def test_nothing_typed_expects_the_commands_name() -> None:
    nothing = match(load_table()["config"], [])
    assert nothing.words == ()
    assert [one.text for one in nothing.next] == ["CONFIG"]
    assert not nothing.complete


# --- What is wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("SET k v EX 10", None),
        ("SET k v EX", None),
        ("SET k v EX soon", 4),
        ("SET k v EX +10", 4),
        ("SET k v EX 010", 4),
        ("INCRBYFLOAT k 1e3", None),
        ("INCRBYFLOAT k 1,5", 2),
        ("ZADD k inf m", None),
        ("ZADD k m 1", 2),
        ("ZCOUNT k (1 +inf", None),
        ("ZCOUNT k [1 5", 2),
        ("ZRANGEBYLEX k - [b", None),
        ("ZRANGEBYLEX k a [b", 2),
        ("SETBIT k 7 2", 3),
        ("BITFIELD k GET u8 #1", None),
        ("BITFIELD k GET u64 0", 3),
        ("ZUNION 0 a", 1),
        ("BITPOS k 1 0 -1 BIT", None),
        ("XADD k 5-* f v", None),
        ("XADD k 5- f v", 2),
        ("XRANGE k (5-1 +", None),
        ("XRANGE k (+ +", 2),
        ("XDEL k 5 -", 3),
        ("XREAD STREAMS k $", None),
        ("GEOADD k 13,3 38 Palermo", 2),
        ("GEODIST k a b km", None),
        ("GEODIST k a b cm", 4),
        ("CLUSTER GETKEYSINSLOT x 1", 2),
        ("GET a b", 2),
        ("CONFIG FOO bar", 1),
        ("EXPIRE k 10 XX GT", None),
    ],
)
def test_wrong_is_the_first_word_that_cannot_be_right(line: str, wrong: int | None) -> None:
    assert typed(line).wrong == wrong


def test_a_command_is_complete_when_nothing_required_is_missing_and_nothing_is_extra() -> None:
    assert typed("SET k v").complete
    assert typed("COMMAND").complete
    assert not typed("SET k").complete
    assert not typed("SET k v EX").complete
    assert not typed("GET a b").complete
    assert not typed("CONFIG").complete
    assert not typed("MSET a 1 b").complete


# --- All commands -------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", sendable_specs(), ids=lambda spec: spec.name)
def test_what_follows_a_signature_is_understood_at_every_word(spec: CommandSpec) -> None:
    random = Random(spec.name)
    for _ in range(40):
        argv = whole_command(spec, random)
        whole = match(spec, argv)
        assert whole.complete, argv
        assert whole.wrong is None, argv
        assert spec.arity == len(argv) or 0 > spec.arity >= -len(argv), argv
        for length in range(len(argv)):
            start = match(spec, argv[:length])
            assert start.wrong is None or start.words[-1].partial, argv[:length]
            assert start.complete or any(not one.optional for one in start.next), argv[:length]


@pytest.mark.parametrize(
    "spec",
    [one for one in keyed_specs() if one.name not in ("migrate", "sort")],
    ids=lambda spec: spec.name,
)
def test_the_words_with_the_role_of_key_are_the_keys(spec: CommandSpec) -> None:
    random = Random(spec.name)
    for _ in range(20):
        argv = whole_command(spec, random)
        keys = [at for at, word in enumerate(match(spec, argv).words) if word.role == "key"]
        assert keys == sorted(keys_of(spec, argv)), argv


def test_any_words_at_all_are_taken_without_an_error() -> None:
    random = Random(7)
    choice = [
        b"",
        b"\xff\x00",
        b"1",
        b"-1",
        b"9" * 40,
        b"GET",
        b"keys",
        b"(",
        b"*",
        "ключ".encode(),
    ]
    for spec in all_specs():
        for _ in range(20):
            argv = spec.name.encode().split(b"|") + random.choices(choice, k=random.randint(0, 9))
            fit = match(spec, argv)
            assert len(fit.words) == len(argv)
            assert fit.wrong is None or 0 < fit.wrong < len(argv)
