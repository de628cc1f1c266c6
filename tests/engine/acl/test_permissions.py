"""Why a command is refused: the one reason that is told of several."""

from __future__ import annotations

import pytest

from tutor.engine.acl.permissions import Denied, denial, reads_all_keys
from tutor.engine.acl.user import Rights
from tutor.engine.table import load_table


def rights_of(rules: str) -> Rights:
    rights = Rights()
    for rule in rules.split(";"):
        rights.apply(rule.strip().encode(), False)
    return rights


def denied(rules: str, line: str) -> Denied | None:
    rights = rights_of(rules)
    return denial(rights, load_table()[line.split()[0].lower()], line.encode().split())


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        ("+get; ~k", "GET k"),
        ("+@all; %R~r; %W~w", "COPY r w"),
        ("+@all; %W~w", "SET w 1"),
        ("+@all; %W~w", "EXISTS w"),
        ("+get; (+set ~k)", "SET k 1"),
        ("", "AUTH x"),
        ("+@all", "PING"),
        ("+@all; &ch*", "SUBSCRIBE ch1 ch2"),
        ("+@all; &ch*", "PSUBSCRIBE ch*"),
        ("+@all", "UNSUBSCRIBE x"),
        ("+@all", "SORT"),
    ],
)
def test_what_is_permitted(rules: str, line: str) -> None:
    assert denied(rules, line) is None


@pytest.mark.parametrize(
    ("rules", "line", "expected"),
    [
        ("", "GET k", Denied("command", 0, b"get")),
        ("+get", "GET k", Denied("key", 1, b"k")),
        ("+@all; ~a", "MGET a b c", Denied("key", 2, b"b")),
        ("+@all; %R~k", "SET k 1", Denied("key", 1, b"k")),
        ("+@all; %W~k", "SET k 1 GET", Denied("key", 1, b"k")),
        ("+@all; ~k", "SORT k STORE x", Denied("key", 3, b"x")),
        ("+@all; %R~k", "BITFIELD k SET u8 0 1", Denied("key", 1, b"k")),
        ("+@all; &c", "PUBLISH d x", Denied("channel", 1, b"d")),
        ("+@all; &c*", "PSUBSCRIBE c* cd*", Denied("channel", 2, b"cd*")),
        ("+get; (+mget ~a)", "MGET a b", Denied("key", 2, b"b")),
        ("+mget; ~a; (+mget ~b)", "MGET a b", Denied("key", 2, b"b")),
        ("~k; (+set)", "SET k 1", Denied("key", 1, b"k")),
    ],
)
def test_what_is_denied_and_why(rules: str, line: str, expected: Denied) -> None:
    assert denied(rules, line) == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("+sort; ~*", True),
        ("+sort; %R~*", True),
        ("+sort; %W~*; ~k", False),
        ("+sort; ~k*; ~k", False),
        ("+sort; ~k; (~*)", False),
        ("+sort; ~k; (+sort ~*)", True),
    ],
)
def test_who_may_read_every_key_with_a_command(rules: str, expected: bool) -> None:
    spec = load_table()["sort"]
    assert reads_all_keys(rights_of(rules), spec, (b"sort", b"k")) is expected
