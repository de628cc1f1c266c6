"""Who may come in."""

from __future__ import annotations

import pytest

from tutor.console.web.guard import Guard, is_loopback, new_token

HERE = Guard("127.0.0.1", names=frozenset({"teacher", "teacher.local"}))
OPEN = Guard("0.0.0.0", "secret-token", names=frozenset({"teacher", "teacher.local"}))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_an_address_of_this_computer_alone_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "teacher.local", "", "evil"])
def test_any_other_address_is_not(host: str) -> None:
    assert not is_loopback(host)


def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {new_token() for _number in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 22


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("/secret-token/", ""),
        ("/secret-token", ""),
        ("/secret-token/ws", "ws"),
        ("/secret-token/static/page.js", "static/page.js"),
        ("/", None),
        ("/ws", None),
        ("/static/page.js", None),
        ("/secret-toke/ws", None),
        ("/secret-token2/ws", None),
        ("/SECRET-TOKEN/ws", None),
        ("//secret-token/ws", None),
        ("/x/../secret-token/ws", None),
        ("/секрет/ws", None),
        ("/secret-token%2fws", None),
    ],
)
def test_a_path_must_begin_with_the_token(path: str, rest: str | None) -> None:
    assert OPEN.within(path) == rest


def test_without_a_token_every_path_is_within() -> None:
    assert HERE.within("/static/page.js") == "static/page.js"
    assert HERE.base == "/"


@pytest.mark.parametrize(
    "header", ["127.0.0.1:8000", "localhost:8000", "LOCALHOST", "[::1]:8000", "localhost.:1"]
)
def test_names_of_this_computer_are_known_everywhere(header: str) -> None:
    assert HERE.knows(header)
    assert OPEN.knows(header)


@pytest.mark.parametrize("header", ["192.168.1.5:8000", "[2001:db8::1]:8000", "teacher.local:8000"])
def test_where_all_may_come_addresses_and_our_own_names_are_known(header: str) -> None:
    assert OPEN.knows(header)
    assert not HERE.knows(header)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8000",
        "evil.example#localhost",
        "localhost/evil",
        "user@localhost",
        "localhost:port",
        "127.0.0.1:8000:8000",
        "[::1",
        "0x7f.1",
        "2130706433",
    ],
)
def test_a_strangers_name_is_known_nowhere(header: str | None) -> None:
    assert not HERE.knows(header)
    assert not OPEN.knows(header)


@pytest.mark.parametrize(
    ("origin", "same"),
    [
        ("http://127.0.0.1:8000", True),
        ("https://127.0.0.1:8000", True),
        ("http://127.0.0.1:9000", False),
        ("http://localhost:8000", False),
        ("http://evil.example", False),
        ("http://127.0.0.1:8000.evil.example", False),
        ("http://evil.example/127.0.0.1:8000", False),
        ("file://127.0.0.1:8000", False),
        ("null", False),
        ("", False),
        (None, False),
    ],
)
def test_a_socket_is_opened_only_by_a_page_of_the_same_origin(
    origin: str | None, same: bool
) -> None:
    assert HERE.same_origin(origin, "127.0.0.1:8000") is same
