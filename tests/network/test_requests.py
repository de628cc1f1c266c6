"""Requests as bytes: the fast reader and the exact one agree, whatever the pieces are."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.network.requests import ChunkReader, CrossProtocol, ProtocolError, RequestParser

BULK_MAX = 512 << 20

whole_commands = ChunkReader().whole_commands

argv = st.lists(st.binary(max_size=40), min_size=1, max_size=5)


def packed(words: list[bytes]) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(w), w) for w in words)


def read(*pieces: bytes, strict: bool = False, bulk_max: int = BULK_MAX) -> list[list[bytes]]:
    parser = RequestParser()
    found = []
    for piece in pieces:
        parser.feed(piece)
        while (command := parser.next(strict, bulk_max)) is not None:
            found.append(command)
    return found


@given(st.lists(argv, min_size=1, max_size=5), st.lists(st.integers(0, 400), max_size=6))
def test_commands_come_out_as_they_were_sent_however_they_are_cut(
    commands: list[list[bytes]], cuts: list[int]
) -> None:
    data = b"".join(map(packed, commands))
    ends = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    pieces = [data[a:b] for a, b in itertools.pairwise(ends)]
    assert read(*pieces) == commands


@given(st.lists(argv, min_size=1, max_size=5))
def test_the_fast_reader_says_the_same_or_nothing(commands: list[list[bytes]]) -> None:
    data = b"".join(map(packed, commands))
    assert whole_commands(data) in (commands, None)
    if not any(b"*" in word or b"$" in word for words in commands for word in words):
        assert whole_commands(data) == commands


@given(
    st.lists(argv, min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from([*b"*$:+-_,#(%~0159\r\n"])), max_size=4),
    st.integers(0, 2),
)
@settings(max_examples=400)
def test_of_damaged_commands_the_fast_reader_says_what_the_exact_one_says_or_nothing(
    commands: list[list[bytes]], damage: list[tuple[int, int]], less: int
) -> None:
    data = bytearray(b"".join(map(packed, commands)))
    for place, byte in damage:
        data[place % len(data)] = byte
    data = data[: len(data) - less]
    found = whole_commands(bytes(data))
    if found is not None:
        assert found == read(bytes(data))
    assert whole_commands(packed([b"PING"])) == [[b"PING"]]


def test_the_fast_reader_leaves_pieces_alone_and_begins_afresh() -> None:
    whole = packed([b"PING"])
    assert whole_commands(whole + whole[:-3]) is None
    assert whole_commands(whole) == [[b"PING"]]


@pytest.mark.parametrize(
    "piece", [b"*2\r\n", b"*2\r\n$3\r\nGET\r\n", b"*1\r\n$4\r\nPING\r\n*2\r\n"]
)
def test_a_piece_that_ends_between_two_words_is_nobody_elses_beginning(piece: bytes) -> None:
    others = packed([b"ECHO", b"x"])
    assert whole_commands(piece) is None
    assert whole_commands(others) == whole_commands(others) == [[b"ECHO", b"x"]]


@pytest.mark.parametrize(
    "kind", [b":5", b"+a", b"_", b",1.5", b"#t", b"(7", b"*0", b"%1\r\n:1\r\n:2"]
)
@pytest.mark.parametrize("forged", [b"$x", b"a\r\n$x"])
def test_other_types_do_not_hide_behind_words_that_look_like_headers(
    kind: bytes, forged: bytes
) -> None:
    data = b"*3\r\n$3\r\nSET\r\n" + kind + b"\r\n$%d\r\n%b\r\n" % (len(forged), forged)
    assert whole_commands(data) is None
    with pytest.raises(ProtocolError, match="expected '\\$', got"):
        read(data)


def test_a_word_with_a_dollar_is_an_ordinary_word() -> None:
    data = packed([b"SET", b"price", b"5$ and 7$"])
    assert whole_commands(data) == [[b"SET", b"price", b"5$ and 7$"]]


@pytest.mark.parametrize(
    "data",
    [
        b"PING\r\n",
        b"*1\r\n+PING\r\n",
        b"*2\r\n$3\r\nGET\r\n:5\r\n",
        b"*2\r\n$3\r\nGET\r\n$-1\r\n",
        b"*2\r\n$3\r\nGET\r\n*1\r\n$1\r\na\r\n",
        b"*1\r\n$4\r\nPING\r\n+OK\r\n",
        b"*1\r\n$4\r\nPING\r\n$1\r\na\r\n",
        b"*1\r\n$4\r\nPING\r\n:1\r\n",
        b"*-1\r\n",
        b"*1000000000\r\n",
        b"*1\r\n$4\r\nPING\r\n*1000000000\r\n",
        b"*1\r\nPING\r\n",
        b"",
    ],
)
def test_the_fast_reader_refuses_what_is_not_plain(data: bytes) -> None:
    assert whole_commands(data) is None
    assert whole_commands(packed([b"PING"])) == [[b"PING"]]


def test_lines_are_cut_like_redis_cli_cuts_them() -> None:
    assert read(b"SET k \"a\\x00b\" 'c d'\r\nPING\n\r\n  \r\nGET k\r\n") == [
        [b"SET", b"k", b"a\0b", b"c d"],
        [b"PING"],
        [b"GET", b"k"],
    ]


def test_empty_commands_are_passed_over() -> None:
    assert read(b"*0\r\n*-5\r\n" + packed([b"PING"])) == [[b"PING"]]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"*abc\r\n", "invalid multibulk length"),
        (b"*2147483648\r\n", "invalid multibulk length"),
        (b"*01\r\n", "invalid multibulk length"),
        (b"*1\r\n+PING\r\n", "expected '$', got '+'"),
        (b"*1\r\n*1\r\n", "expected '$', got '*'"),
        (b"*1\r\n$-1\r\n", "invalid bulk length"),
        (b"*1\r\n$x\r\n", "invalid bulk length"),
        (b"*1\r\n$536870913\r\n", "invalid bulk length"),
        (b"*" + b"1" * 70_000, "too big mbulk count string"),
        (b"*1\r\n$" + b"1" * 70_000, "too big bulk count string"),
        (b"a" * 70_000, "too big inline request"),
        (b'SET k "open\r\n', "unbalanced quotes in request"),
    ],
)
def test_what_is_wrong_is_said_in_redis_words(data: bytes, message: str) -> None:
    with pytest.raises(
        ProtocolError,
        match="^" + message.replace("$", r"\$").replace("*", r"\*").replace("+", r"\+") + "$",
    ):
        read(data)


def test_strangers_may_send_short_commands_only() -> None:
    assert read(packed([b"AUTH", b"x" * 16384]), strict=True)
    with pytest.raises(ProtocolError, match="unauthenticated multibulk length"):
        read(packed([b"x"] * 11), strict=True)
    with pytest.raises(ProtocolError, match="unauthenticated bulk length"):
        read(packed([b"AUTH", b"x" * 16385]), strict=True)


@pytest.mark.parametrize("line", [b"POST / HTTP/1.1\r\n", b"Host: localhost\r\n"])
def test_a_browser_is_recognised(line: bytes) -> None:
    with pytest.raises(CrossProtocol):
        read(line)


def test_commands_before_the_fault_are_still_read() -> None:
    parser = RequestParser()
    parser.feed(packed([b"PING"]) + b"*1\r\n+x\r\n")
    assert parser.next(False, BULK_MAX) == [b"PING"]
    with pytest.raises(ProtocolError):
        parser.next(False, BULK_MAX)


def test_used_bytes_are_let_go_of() -> None:
    parser = RequestParser()
    for _ in range(3):
        parser.feed(packed([b"PING"]))
        assert parser.next(False, BULK_MAX) == [b"PING"]
        assert parser.next(False, BULK_MAX) is None
        assert parser.idle
        assert len(parser) == 0
