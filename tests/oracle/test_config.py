"""Every directive of the table against CONFIG GET and CONFIG SET of the real server."""

from __future__ import annotations

import pytest

from tests.oracle.compare import Error, RawConnection, engine_like_the_oracle, neutral, run_both
from tutor.engine.config.directives import DIRECTIVES
from tutor.engine.engine import Engine

ENVIRONMENT = frozenset({"dir", "port"})
"""Facts of the place where the server runs, not defaults of Redis."""

_UNTOUCHABLE = frozenset(
    {
        "bind",  # binds sockets
        "client-output-buffer-limit",  # a small one hangs up on us; see calls/config.txt
        "maxclients",  # bounded by what the operating system gives
        "port",  # would move the server
        "requirepass",
        "tls-port",
    }
)
"""Directives that cannot be tried with any value without losing the server."""

WORDS = (
    b"",
    b" 5",
    b"-1",
    b"-5000000000",
    b"-99999999999999999999",
    b"0",
    b"05",
    b"0x10",
    b"1",
    b"1.5",
    b"10",
    b"101",
    b"1001",
    b"2000000",
    b"2147483648",
    b"4294967296",
    b"9223372036854775807",
    b"9223372036854775808",
    b"99999999999999999999",
    b"10%",
    b"5mb",
    b"5MB ",
    b"no",
    b"YES",
    b"yes no",
    b"zzz",
)


def _settings(raw: RawConnection) -> dict[str, bytes]:
    flat = raw.call(b"CONFIG", b"GET", b"*")
    return {name.decode(): value for name, value in zip(flat[::2], flat[1::2], strict=True)}


def test_the_table_has_every_name_and_no_other(raw: RawConnection) -> None:
    ours = {name for name, row in DIRECTIVES.items() if not row.hidden}
    assert ours == set(_settings(raw))


def test_defaults_are_those_of_a_server_without_a_config_file(raw: RawConnection) -> None:
    config = engine_like_the_oracle().config
    ours = {name: config.show(row) for name, row in DIRECTIVES.items() if not row.hidden}
    theirs = _settings(raw)
    differing = {name for name in ours if ours[name] != theirs[name]}
    assert differing <= ENVIRONMENT


def test_without_arguments_the_server_saves_and_listens_everywhere() -> None:
    config = Engine().config
    assert config.show(DIRECTIVES["save"]) == b"3600 1 300 100 60 10000"
    assert config.show(DIRECTIVES["bind"]) == b"* -::*"


@pytest.mark.parametrize("name", sorted(set(DIRECTIVES) - _UNTOUCHABLE - ENVIRONMENT))
def test_each_directive_takes_and_refuses_what_the_real_one_does(
    name: str, raw: RawConnection
) -> None:
    session = engine_like_the_oracle().connect()
    before = raw.call(b"CONFIG", b"GET", name.encode())
    found = []
    try:
        for word in WORDS:
            for argv in (
                [b"CONFIG", b"SET", name.encode(), word],
                [b"CONFIG", b"GET", name.encode()],
            ):
                ours, theirs = run_both(session, raw, argv)
                if ours != theirs:
                    found.append((argv, ours, theirs))
    finally:
        raw.call(b"CONFIG", b"SET", *before)
    assert not found


@pytest.mark.parametrize("alias", [name for name, row in DIRECTIVES.items() if row.is_alias])
def test_an_alias_and_its_directive_are_one_value(alias: str) -> None:
    row = DIRECTIVES[alias]
    if row.immutable:
        return
    engine = Engine()
    session = engine.connect()
    for word in (b"1", b"no", b"yes", b"10.0.0.1"):
        reply = engine.execute(session, [b"CONFIG", b"SET", alias.encode(), word])
        if not isinstance(neutral(reply), Error):
            shown = engine.execute(
                session,
                [b"CONFIG", b"GET", alias.encode(), row.attribute.replace("_", "-").encode()],
            )
            assert len(shown) == 2
            assert len(set(shown.values())) == 1
