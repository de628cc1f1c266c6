"""What is said about an error, and what to try. Replies come from the real engine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.console.backend import EmbeddedBackend
from tutor.console.cards import Card, card, card_lines, quoting_card
from tutor.console.lexer import UnbalancedQuotes, split
from tutor.engine.replies import ReplyError


@pytest.fixture
def backend() -> EmbeddedBackend:
    backend = EmbeddedBackend()
    for line in (
        "SET text abc",
        "SET user:1 Anna",
        "RPUSH list a b",
        "HSET hash f v",
        "SADD set x y",
        "ZADD zset 1 a",
    ):
        backend.execute(split(line))
    return backend


def card_of(backend: EmbeddedBackend, line: str) -> Card:
    argv = split(line)
    reply = backend.execute(argv)
    assert isinstance(reply, ReplyError), reply
    found = card(argv, reply, backend)
    assert found is not None, reply.message
    return found


def tries(backend: EmbeddedBackend, line: str) -> list[str]:
    return [one.command for one in card_of(backend, line).try_lines]


def test_a_cyrillic_letter_in_a_command_is_named_as_such(backend: EmbeddedBackend) -> None:
    found = card_of(backend, "SЕT a 1")
    assert "Cyrillic" in found.title
    assert "“Е” (letter 2)" in found.meaning
    assert found.try_lines[0].command == "SET a 1"


@pytest.mark.parametrize(
    ("line", "attempt"),
    [
        ("ЫУЕ a 1", "SET a 1"),
        ("ыуе лун мфд", "set key val"),
        ("ГЕТ a", "GET a"),
        ("GTE a", "GET a"),
        ("HGETAL h", "HGETALL h"),
        ("delete a", "DEL a"),
        ("127.0.0.1:6379> GET a", "GET a"),
        ("127.0.0.1:6379[1](TX)> GET a", "GET a"),
        ("redis-cli GET a", "GET a"),
        ('"GET a"', "GET a"),
        ("CONFIG GTE x", "CONFIG GET x"),
        ("OBJECT ENCODIN list", "OBJECT ENCODING list"),
        ("GET a b", "GET a"),
        ("SET k Hello world", 'SET k "Hello world"'),
        ("SET k Hello big world EX 5", 'SET k "Hello big world" EX 5'),
        ("SET k v EXX 10", "SET k v EX 10"),
        ("SET k v ЕХ 10", "SET k v EX 10"),
        ("ZRANGE zset 0 -1 WITHSCORES  # top", "ZRANGE zset 0 -1 WITHSCORES"),
        ("ZADD zset alice 100", "ZADD zset 100 alice"),
        ("ZADD zset 1,5 a", "ZADD zset 1.5 a"),
        ("INCRBY n 1.5", "INCRBY n 1"),
        ("EXPIRE text 10s", "EXPIRE text 10"),
        ("EXPIRE text +5", "EXPIRE text 5"),
        ("INCR text", "GET text"),
        ("LPUSH text a", "GET text"),
        ("GET list", "LRANGE list 0 -1"),
        ("LRANGE hash 0 -1", "HGETALL hash"),
        ("RENAME usr:1 b", "RENAME user:1 b"),
        ("RENAME USER:1 b", "RENAME user:1 b"),
        ("LSET list 9 x", "LLEN list"),
        ("SET k v EX 0", "DEL k"),
        ("EXEC", "MULTI"),
        ("BLPOP q ten", "BLPOP q 5"),
        ("SORT set", "SORT set ALPHA"),
        ("CONFIG SET maxmemry 1", "CONFIG SET maxmemory 1"),
        ("ZRANGEBYSCORE zset a b", "ZRANGEBYSCORE zset -inf +inf"),
        ("HINCRBY hash f 1", "HGET hash f"),
    ],
)
def test_the_first_line_to_try_is_what_was_meant(
    backend: EmbeddedBackend, line: str, attempt: str
) -> None:
    assert tries(backend, line)[0] == attempt


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("GET", "`key`"),
        ("SET k", "`value`"),
        ("HSET hash f v g", "`g`"),
        ("SET k v EX", "`seconds`"),
        ("SET k v NX XX", "`XX`"),
        ("INCRBY n ten", "`increment`"),
        ("ZADD zset ab cd", "`score`"),
        ("INCRBY n 99999999999999999999", "64 bits"),
        ("LPUSH text a", "a string"),
        ("GET zset", "a sorted set"),
        ("SELECT 16", "0 to 15"),
        ("SINTERCARD 0 a", "numkeys"),
        ("ZUNION 3 a b", "numkeys"),
        ("CONFIG SET databases 3", "starts"),
        ("# a comment", "first word"),
    ],
)
def test_the_meaning_names_what_is_wrong(backend: EmbeddedBackend, line: str, word: str) -> None:
    assert word in card_of(backend, line).meaning


def test_every_line_to_try_that_is_a_command_can_be_read(backend: EmbeddedBackend) -> None:
    for line in (
        "SET k it is",
        "GET list",
        "LSET list 9 x",
        "ZADD zset alice 100",
        "RENAME usr:1 b",
    ):
        for one in tries(backend, line):
            assert split(one) or not one


def test_a_transaction_that_was_spoilt(backend: EmbeddedBackend) -> None:
    for line in ("MULTI", "NOSUCH"):
        backend.execute(split(line))
    assert "thrown away" in card_of(backend, "EXEC").title


@pytest.mark.parametrize(
    "message",
    [
        "OOM command not allowed when used memory > 'maxmemory'.",
        "NOAUTH Authentication required.",
        "WRONGPASS invalid username-password pair or user is disabled.",
        "READONLY You can't write against a read only replica.",
        "LOADING Redis is loading the dataset in memory",
        "MISCONF Redis is configured to save RDB snapshots, but…",
        "NOPERM this user has no permissions to run the 'get' command",
        "BUSYKEY Target key name already exists.",
        "MOVED 3999 127.0.0.1:6381",
        "CROSSSLOT Keys in request don't hash to the same slot",
        "NOSCRIPT No matching script. Please use EVAL.",
        "BUSY Redis is busy running a script.",
        "MASTERDOWN Link with MASTER is down",
        "DENIED Redis is running in protected mode because…",
    ],
)
def test_errors_of_a_real_server_have_cards_too(message: str) -> None:
    found = card([b"GET", b"k"], ReplyError(message))
    assert found is not None
    assert found.title
    assert found.meaning


@pytest.mark.parametrize(
    ("line", "attempt"),
    [
        ('SET k "a b', 'SET k "a b"'),
        ("SET k it's", 'SET k "it\'s"'),
        ('SET k "a"b', 'SET k "a" b'),
    ],
)
def test_unbalanced_quotes_are_explained(line: str, attempt: str) -> None:
    with pytest.raises(UnbalancedQuotes) as caught:
        split(line)
    found = quoting_card(line, caught.value)
    assert found.try_lines[0].command == attempt
    assert split(attempt)


def test_a_card_fits_its_width_and_stands_behind_a_bar(backend: EmbeddedBackend) -> None:
    for width in (30, 80, 200):
        for line in card_lines(card_of(backend, "SET k v EXX 10"), width):
            text = "".join(piece for piece, _role in line)
            assert text.startswith("▌ ")
            assert "`" not in text


_MESSAGES = [
    "ERR syntax error",
    "ERR unknown command 'x', with args beginning with: ",
    "ERR unknown subcommand 'x'. Try CONFIG HELP.",
    "ERR wrong number of arguments for 'get' command",
    "WRONGTYPE Operation against a key holding the wrong kind of value",
    "ERR value is not an integer or out of range",
    "ERR value is not a valid float",
    "ERR no such key",
    "ERR index out of range",
    "ERR min or max is not a float",
    "ERR timeout is not a float or out of range",
    "ERR Unknown option or number of arguments for CONFIG SET - 'x'",
    "ERR CONFIG SET failed (possibly related to argument 'x') - y",
    "ERR hash value is not an integer",
    "ERR something that nobody has ever seen",
    "BUSYKEY Target key name already exists.",
    "",
]
_WORDS = st.one_of(
    st.sampled_from([b"SET", b"ZADD", b"GET", b"CONFIG", b"LPUSH", b"k", b"NX", b"EX", b"1", b"#"]),
    st.binary(max_size=6),
    st.text(alphabet="ЕХSETЫУ", max_size=4).map(str.encode),
)


@given(st.lists(_WORDS, min_size=1, max_size=6), st.sampled_from(_MESSAGES))
def test_no_command_and_no_error_is_too_odd_for_a_card(argv: list[bytes], message: str) -> None:
    backend = EmbeddedBackend()
    for context in (None, backend):
        found = card(argv, ReplyError(message), context)
        if found is not None:
            card_lines(found, 40)
