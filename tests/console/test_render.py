"""Replies on a terminal and in a pipe (the comparison with redis-cli itself is in tests/oracle)."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.console.render import (
    GIANT,
    KEPT,
    plain,
    plain_beginning,
    render,
    render_beginning,
    render_text,
)
from tutor.engine.replies import (
    NO_REPLY,
    NULL_ARRAY,
    OK,
    BigNumber,
    Pairs,
    PlainDouble,
    Push,
    ReplyError,
    SetReply,
    Several,
    Status,
    Verbatim,
)


@pytest.mark.parametrize(
    ("reply", "resp", "text"),
    [
        (OK, 2, "OK\n"),
        (b"OK", 2, '"OK"\n'),
        (12, 2, "(integer) 12\n"),
        (None, 2, "(nil)\n"),
        (NULL_ARRAY, 2, "(nil)\n"),
        ([], 2, "(empty array)\n"),
        ({}, 2, "(empty array)\n"),
        ({}, 3, "(empty hash)\n"),
        (SetReply(), 3, "(empty set)\n"),
        (Push(), 3, "(empty push)\n"),
        (ReplyError("ERR no"), 2, "(error) ERR no\n"),
        (1.5, 2, '"1.5"\n'),
        (1.5, 3, "(double) 1.5\n"),
        (True, 2, "(integer) 1\n"),
        (False, 3, "(false)\n"),
        ([b"a", 1, None], 2, '1) "a"\n2) (integer) 1\n3) (nil)\n'),
        ([[b"a", [b"b"]], b"c"], 2, '1) 1) "a"\n   2) 1) "b"\n2) "c"\n'),
        ({b"k": b"v"}, 2, '1) "k"\n2) "v"\n'),
        ({b"k": [1, 2]}, 3, '1# "k" => \n   1) (integer) 1\n   2) (integer) 2\n'),
        ({b"k": [1]}, 3, '1# "k" => 1) (integer) 1\n'),
        (
            {b"k": {b"l": [[1, 2]]}},
            3,
            '1# "k" => \n   1# "l" => \n      1) 1) (integer) 1\n         2) (integer) 2\n',
        ),
        (SetReply([b"a"]), 3, '1~ "a"\n'),
        (SetReply([b"a"]), 2, '1) "a"\n'),
        (Pairs([(b"a", 1.0)]), 2, '1) "a"\n2) "1"\n'),
        (Pairs([(b"a", 1.0)]), 3, '1) 1) "a"\n   2) (double) 1\n'),
        (Verbatim(b"a\r\nb\r\n"), 2, "a\nb\n"),
        (BigNumber(b"12345678901234567890123"), 2, '"12345678901234567890123"\n'),
        (BigNumber(b"12345678901234567890123"), 3, "(integer) 12345678901234567890123\n"),
        (PlainDouble(1e-7), 3, "(double) 0.0000001\n"),
        (Push([b"invalidate", [b"a", b"b c"]]), 3, "-> invalidate: 'a', 'b c'\n"),
        (Push([b"invalidate", None]), 3, '1) "invalidate"\n2) (nil)\n'),
        (Push([b"message", b"c", b"m"]), 3, '1) "message"\n2) "c"\n3) "m"\n'),
    ],
)
def test_a_reply_is_shown_as_redis_cli_shows_it(reply: Any, resp: int, text: str) -> None:
    assert render_text(reply, resp) == text


def test_numbers_of_a_long_array_are_aligned() -> None:
    lines = render_text([b"x"] * 10).splitlines()
    assert lines[0] == ' 1) "x"'
    assert lines[9] == '10) "x"'


def test_text_is_readable_unless_the_exact_form_is_asked_for() -> None:
    reply = "Привет".encode()
    assert render_text(reply) == '"Привет"\n'
    assert render_text(reply, readable=False) == '"' + "".join(f"\\x{b:02x}" for b in reply) + '"\n'


def test_a_value_that_is_not_text_is_escaped_as_a_whole() -> None:
    assert render_text("Ж".encode() + b"\xff") == '"\\xd0\\x96\\xff"\n'


def test_control_characters_of_a_status_do_not_reach_the_screen() -> None:
    assert render_text(ReplyError("ERR \x1b[2J")) == "(error) ERR \\x1b[2J\n"


def test_every_piece_has_a_role() -> None:
    roles = [role for line in render([b"a", 1, None, OK]) for _text, role in line]
    assert roles == ["index", "string", "index", "integer", "index", "nil", "index", "status"]


@pytest.mark.parametrize(
    ("reply", "resp", "data"),
    [
        (OK, 2, b"OK\n"),
        (b"\xff\x00", 2, b"\xff\x00\n"),
        (None, 2, b"\n"),
        ([], 2, b"\n"),
        (ReplyError("ERR no"), 2, b"ERR no\n\n"),
        ([b"a", [b"b", 2]], 2, b"a\nb\n2\n"),
        ({b"k": b"v", b"l": 1}, 3, b"k v\nl 1\n"),
        (True, 3, b"(true)\n"),
    ],
)
def test_a_reply_in_a_pipe_is_plain(reply: Any, resp: int, data: bytes) -> None:
    assert plain(reply, resp) == data


def test_info_is_printed_as_it_is() -> None:
    assert plain(Verbatim(b"# Server\r\n"), argv=[b"info"]) == b"# Server\r\n"
    assert render_text(Verbatim(b"a:1\r\n"), argv=[b"INFO"]) == "a:1\n"


def test_a_text_reply_of_another_command_is_quoted_in_resp2() -> None:
    assert render_text(Verbatim(b"x"), argv=[b"DEBUG", b"PROTOCOL"]) == '"x"\n'


def test_replies_that_follow_one_another_have_no_frame() -> None:
    both = Several([[b"subscribe", b"a", 1], Status(b"OK")])
    assert render_text(both) == '1) "subscribe"\n2) "a"\n3) (integer) 1\nOK\n'
    assert plain(both) == b"subscribe\na\n1\nOK\n"


def test_no_reply_is_nothing() -> None:
    assert render(NO_REPLY) == []
    assert plain(NO_REPLY) == b""


@pytest.mark.parametrize("resp", [2, 3])
@pytest.mark.parametrize(
    "reply",
    [
        [b"%d" % number for number in range(2000)],
        [[number, [b"x", b"y"]] for number in range(500)],
        SetReply(b"%d" % number for number in range(1200)),
        {b"%d" % number: [number, b"two\nlines"] for number in range(300)},
    ],
)
def test_the_beginning_is_that_of_the_whole(reply: Any, resp: int) -> None:
    whole = render(reply, resp)
    lines, left = render_beginning(reply, 100, resp)
    assert lines == whole[: len(lines)]
    assert 100 <= len(lines) < 110
    assert left > 0
    if not isinstance(reply, dict) and not isinstance(reply[0], list):
        assert len(lines) + left == len(reply)


def test_of_a_giant_string_a_screen_gets_the_beginning_and_how_much_is_left() -> None:
    giant = b"\0" * (GIANT + 1)
    more = f"… and {GIANT + 1 - KEPT} more bytes"
    (line,), left = render_beginning(giant, 100)
    assert (line, left) == ([('"' + "\\x00" * KEPT + '"', "string"), (more, "muted")], 0)
    assert render(giant) == [[('"' + "\\x00" * (GIANT + 1) + '"', "string")]]
    lines, left = render_beginning([b"a", giant, {b"f": giant}], 100)
    last = [line[-1] for line in lines]
    assert last == [('"a"', "string"), (more, "muted"), ('"f"', "string"), (more, "muted")]
    (line,), left = plain_beginning(giant, 100)
    assert line[-1] == (more, "muted")
    assert plain_beginning(b"two\nlines", 100) == ([[("two", "text")], [("lines", "text")]], 0)
    assert plain_beginning([b"%d" % number for number in range(9)], 2)[1] == 7


def test_a_short_reply_and_a_text_have_no_beginning() -> None:
    for reply, argv in ((b"x", ()), ([1, 2], ()), (b"a\n" * 500, [b"INFO"]), (NO_REPLY, ())):
        assert render_beginning(reply, 3, 2, True, argv) == (render(reply, 2, True, argv), 0)
