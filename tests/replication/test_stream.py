"""Commands out of a master's stream, and where each ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.propagation.stream import encode_command
from tutor.replication.stream import BrokenStream, StreamReader

commands = st.lists(
    st.lists(st.binary(max_size=60) | st.just(b"x" * 3000), min_size=1, max_size=5), max_size=12
)


def _cut(data: bytes, sizes: list[int]) -> list[bytes]:
    parts = []
    for size in sizes:
        parts.append(data[:size])
        data = data[size:]
    return [part for part in (*parts, data) if part]


@given(argvs=commands, sizes=st.lists(st.integers(1, 400), max_size=60))
def test_pieces_of_any_size_make_the_same_commands(
    argvs: list[list[bytes]], sizes: list[int]
) -> None:
    stream = b"".join(map(encode_command, argvs))
    reader, got, raw, ends = StreamReader(), [], b"", []
    for part in _cut(stream, sizes):
        reader.feed(part)
        while (argv := reader.next()) is not None:
            reader.commit()
            got.append(argv)
            ends.append(reader.applied)
        raw += reader.settle()
    assert got == argvs
    assert raw == stream
    lengths = [len(encode_command(argv)) for argv in argvs]
    assert ends == [sum(lengths[: at + 1]) for at in range(len(lengths))]


def test_what_is_not_applied_yet_is_kept_back() -> None:
    reader = StreamReader()
    first, second = encode_command([b"MULTI"]), encode_command([b"EXEC"])
    reader.feed(first)
    assert reader.next() == [b"MULTI"]
    assert (reader.applied, reader.settle()) == (0, b"")
    reader.feed(second)
    assert reader.next() == [b"EXEC"]
    reader.commit()
    assert (reader.applied, reader.settle()) == (len(first + second), first + second)


def test_empty_lines_between_commands_count_and_mean_nothing() -> None:
    reader = StreamReader()
    reader.feed(b"\n" + encode_command([b"ping"]))
    assert reader.next() == [b"ping"]
    reader.commit()
    assert reader.applied == 15


@pytest.mark.parametrize(
    "data", [b"PING\r\n", b"*x\r\n", b"*1\r\n:5\r\n", b"*1\r\n$-1\r\n", b"*" + b"1" * 80]
)
def test_anything_else_is_a_broken_stream(data: bytes) -> None:
    reader = StreamReader()
    reader.feed(data)
    with pytest.raises(BrokenStream):
        reader.next()


def test_a_long_word_in_many_pieces_is_put_together_once() -> None:
    word = bytes(range(256)) * 20_000
    stream, reader = encode_command([b"SET", b"k", word]), StreamReader()
    for at in range(0, len(stream), 4096):
        reader.feed(stream[at : at + 4096])
        argv = reader.next()
    assert argv == [b"SET", b"k", word]
