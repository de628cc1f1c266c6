"""Bytes of RESP to replies, in whatever pieces they arrive."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tutor.engine.replies import (
    NULL_ARRAY,
    Push,
    ReplyError,
    SetReply,
    Status,
    Verbatim,
)
from tutor.network.wire import Closed, Double, ReplyReader


class _Plug:
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock


def read_all(data: bytes, piece: int = 65536) -> list[Any]:
    """Every reply in the bytes, sent in pieces of this size."""
    ours, theirs = socket.socketpair()
    reader = ReplyReader(socket_read_size=piece)
    reader.on_connect(_Plug(ours))
    theirs.sendall(data)
    theirs.shutdown(socket.SHUT_WR)
    found = []
    with ours, theirs:
        while True:
            try:
                found.append(reader.read())
            except Closed:
                return found


@pytest.mark.parametrize("piece", [1, 7, 65536])
@pytest.mark.parametrize(
    ("data", "reply", "kind"),
    [
        (b"+OK\r\n", Status(b"OK"), Status),
        (b"$2\r\nOK\r\n", b"OK", bytes),
        (b"-ERR no\r\n", ReplyError("ERR no"), ReplyError),
        (b"!6\r\nERR no\r\n", ReplyError("ERR no"), ReplyError),
        (b":-12\r\n", -12, int),
        (b"(12345678901234567890123\r\n", 12345678901234567890123, int),
        (b"$-1\r\n", None, type(None)),
        (b"_\r\n", None, type(None)),
        (b"*-1\r\n", NULL_ARRAY, type(NULL_ARRAY)),
        (b"*0\r\n", [], list),
        (b"*2\r\n$1\r\na\r\n*1\r\n:1\r\n", [b"a", [1]], list),
        (b"~1\r\n+a\r\n", [b"a"], SetReply),
        (b">2\r\n+a\r\n:1\r\n", [b"a", 1], Push),
        (b"%1\r\n+a\r\n:1\r\n", {b"a": 1}, dict),
        (b"%1\r\n*1\r\n:1\r\n:2\r\n", {(1,): 2}, dict),
        (b",3.10\r\n", 3.1, Double),
        (b"#t\r\n", True, bool),
        (b"=7\r\ntxt:a\nb\r\n", b"a\nb", Verbatim),
        (b"|1\r\n+a\r\n:1\r\n$1\r\nx\r\n", b"x", bytes),
        (b"$4\r\n\r\n\r\n\r\n", b"\r\n\r\n", bytes),
    ],
)
def test_each_kind_of_reply_keeps_its_type(data: bytes, reply: Any, kind: type, piece: int) -> None:
    (found,) = read_all(data, piece)
    assert found == reply
    assert type(found) is kind


def test_a_double_remembers_how_it_was_written() -> None:
    (found,) = read_all(b",3.10\r\n")
    assert found.text == b"3.10"


def test_replies_follow_one_another() -> None:
    assert read_all(b"+a\r\n:1\r\n$1\r\nb\r\n", 3) == [b"a", 1, b"b"]


@pytest.mark.parametrize("data", [b"HTTP/1.1 400 Bad Request\r\n", b"\r\n", b"$x\r\n", b":1x\r\n"])
def test_what_is_not_resp_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not a reply|invalid literal"):
        read_all(data)


def test_bytes_of_an_error_that_are_not_text_survive() -> None:
    (found,) = read_all(b"-ERR \xff\r\n")
    assert found.message.encode("utf-8", "surrogateescape") == b"ERR \xff"
