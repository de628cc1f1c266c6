"""The bytes of an exchange: a prefix of the true ones, and taken apart without losing any."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.replies import (
    BLOCKED,
    NO_REPLY,
    MapReply,
    Pairs,
    Push,
    Reply,
    SetReply,
    Status,
    Verbatim,
)
from tutor.network.encoder import encode
from tutor.network.exchange import beginning, exchange
from tutor.network.tokens import NotResp, tokens

REPLIES: st.SearchStrategy[Reply] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(),
        st.binary(max_size=60),
        st.binary(max_size=20).map(Verbatim),
        st.sampled_from([b"OK", b"QUEUED"]).map(Status),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(SetReply),
        st.lists(inner, max_size=4).map(Push),
        st.dictionaries(st.binary(max_size=5), inner, max_size=3),
        st.lists(st.tuples(st.binary(max_size=5), st.floats()), max_size=3).map(Pairs),
        st.lists(st.tuples(st.binary(max_size=5), inner).map(list), max_size=3).map(MapReply),
    ),
    max_leaves=15,
)


@given(REPLIES, st.sampled_from([2, 3]))
def test_the_bytes_of_all_tokens_are_the_bytes_of_the_reply(reply: Reply, resp: int) -> None:
    data = encode(reply, resp)
    some = list(tokens(data))
    assert b"".join(token.raw for token in some) == data
    assert all(token.whole for token in some)


@given(REPLIES, st.sampled_from([2, 3]), st.integers(0, 80))
def test_the_beginning_is_a_prefix_of_the_true_bytes(reply: Reply, resp: int, most: int) -> None:
    data = encode(reply, resp)
    start, whole = beginning(reply, resp, most)
    assert data.startswith(start)
    assert len(start) <= most or whole
    assert whole is (start == data)
    assert b"".join(token.raw for token in tokens(start)) == start


@given(st.binary(max_size=40))
def test_foreign_bytes_are_refused_or_taken_apart(data: bytes) -> None:
    try:
        some = list(tokens(data))
    except NotResp:
        return
    assert b"".join(token.raw for token in some) == data


def test_a_map_tells_keys_from_values() -> None:
    halves = [token.half for token in tokens(encode({b"a": [1, 2], b"b": 3}, 3))]
    assert halves == ["", "key", "value", "", "", "key", "value"]


def test_a_huge_reply_costs_no_more_than_its_beginning() -> None:
    long = SetReply()
    long.extend([b"x" * 100] * 1000)
    data, whole = beginning(long, 3, 1000)
    assert not whole
    assert len(data) == 1000
    assert data.startswith(b"~1000\r\n$100\r\n")
    data, whole = beginning(b"x" * 10_000_000, 2, 50)
    assert data == b"$10000000\r\n" + b"x" * 39
    assert not whole


def test_a_request_is_an_array_of_bulk_strings_in_either_protocol() -> None:
    for resp in (2, 3):
        made = exchange([b"SET", b"k", b"\r\n"], Status(b"OK"), resp)
        assert made.request == b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\r\n\r\n"
        assert made.reply == b"+OK\r\n"


def test_what_waits_and_what_is_not_answered_has_no_reply() -> None:
    assert exchange([b"BLPOP", b"l", b"0"], BLOCKED, 2).waits
    silent = exchange([b"CLIENT", b"REPLY", b"OFF"], NO_REPLY, 2)
    assert not silent.waits
    assert silent.reply == b""
