"""Replies as bytes: whatever goes out comes back through a client's own reader."""

from __future__ import annotations

from typing import Any

import hiredis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.replies import (
    NO_REPLY,
    NULL_ARRAY,
    OK,
    BigNumber,
    Pairs,
    Push,
    ReplyError,
    SetReply,
    Several,
    Status,
    Verbatim,
)
from tutor.network.encoder import encode


def decoded(data: bytes) -> Any:
    reader = hiredis.Reader()
    reader.feed(data)
    reply = reader.gets()
    assert not reader.has_data()
    return reply


plain = st.recursive(
    st.one_of(st.binary(max_size=50), st.integers(-(2**63), 2**63 - 1), st.none()),
    lambda inner: st.lists(inner, max_size=20),
    max_leaves=60,
)


@given(plain)
def test_plain_replies_come_back_in_resp2(reply: Any) -> None:
    assert decoded(encode(reply, 2)) == reply


@given(st.lists(st.binary(max_size=1500), max_size=40))
def test_long_arrays_of_strings_are_the_same_bytes_as_short_ones(items: list[bytes]) -> None:
    one_by_one = b"*%d\r\n" % len(items) + b"".join(encode(item, 2) for item in items)
    assert encode(items, 2) == one_by_one
    assert encode(SetReply(items), 3) == b"~" + one_by_one[1:]


@pytest.mark.parametrize(
    ("reply", "resp2", "resp3"),
    [
        (OK, b"+OK\r\n", b"+OK\r\n"),
        (Status(b"QUEUED"), b"+QUEUED\r\n", b"+QUEUED\r\n"),
        (None, b"$-1\r\n", b"_\r\n"),
        (NULL_ARRAY, b"*-1\r\n", b"_\r\n"),
        (True, b":1\r\n", b"#t\r\n"),
        (0.1, b"$19\r\n0.10000000000000001\r\n", b",0.10000000000000001\r\n"),
        (float("inf"), b"$3\r\ninf\r\n", b",inf\r\n"),
        ({b"a": 1}, b"*2\r\n$1\r\na\r\n:1\r\n", b"%1\r\n$1\r\na\r\n:1\r\n"),
        (SetReply([b"a"]), b"*1\r\n$1\r\na\r\n", b"~1\r\n$1\r\na\r\n"),
        (Push([b"a"]), b"*1\r\n$1\r\na\r\n", b">1\r\n$1\r\na\r\n"),
        (Pairs([(b"a", 1.5)]), b"*2\r\n$1\r\na\r\n$3\r\n1.5\r\n",
         b"*1\r\n*2\r\n$1\r\na\r\n,1.5\r\n"),
        (Verbatim(b"text"), b"$4\r\ntext\r\n", b"=8\r\ntxt:text\r\n"),
        (BigNumber(b"123"), b"$3\r\n123\r\n", b"(123\r\n"),
        (ReplyError("ERR a\r\nb"), b"-ERR a  b\r\n", b"-ERR a  b\r\n"),
        (ReplyError("ERR \udcff"), b"-ERR \xff\r\n", b"-ERR \xff\r\n"),
        (Several([1, b"a"]), b":1\r\n$1\r\na\r\n", b":1\r\n$1\r\na\r\n"),
        (NO_REPLY, b"", b""),
    ],
    ids=repr,
)  # fmt: skip
def test_each_type_has_its_form(reply: Any, resp2: bytes, resp3: bytes) -> None:
    assert encode(reply, 2) == resp2
    assert encode(reply, 3) == resp3
