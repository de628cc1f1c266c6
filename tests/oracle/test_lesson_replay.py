"""The replay itself: it follows several clients, stops where it must, and sees what differs."""

from __future__ import annotations

import pytest

from tests.oracle.lessons import Replay, Replayed
from tests.oracle.tally import TALLY
from tests.oracle.test_lessons import another_port  # noqa: F401  (a fixture)
from tutor.engine.cmdline import split


def replayed(text: str, *ports: int) -> Replayed:
    return Replay(ports).run([tuple(split(line)) for line in text.splitlines() if line.strip()])


@pytest.fixture
def ports(redis_port: int, another_port: int) -> tuple[int, int]:  # noqa: F811
    return redis_port, another_port


def test_a_waiting_client_is_answered_by_another(ports: tuple[int, int]) -> None:
    text = "BLPOP q 0\n:client 2\nRPUSH q job\n:client 1\nLLEN q\nGET nothing"
    found = replayed(text, *ports)
    assert found.differences == []
    assert found.compared == 5  # the wait, and what it came to


def test_who_still_waits_at_the_end_is_left_waiting(ports: tuple[int, int]) -> None:
    found = replayed("BLPOP q 0\nPING", *ports)
    assert (found.differences, found.compared) == ([], 2)


def test_a_sample_is_cut_at_what_a_real_server_cannot_do(ports: tuple[int, int]) -> None:
    assert replayed("SET k v EX 60\n:run 61\nGET k", *ports).cut == ":run"
    assert replayed("SET k v\nSHUTDOWN NOSAVE\nGET k", *ports).cut == "stops the server"
    assert replayed("CLIENT PAUSE 60000\nGET k", *ports).cut == "stops the server"
    assert replayed("SADD s a b c d\nSPOP s\nSMEMBERS s", *ports).cut == "chance"


def test_a_paused_write_is_answered_when_the_pause_is_over(ports: tuple[int, int]) -> None:
    text = "CLIENT PAUSE 60000 WRITE\n:client 2\nSET k v\n:client 1\nCLIENT UNPAUSE\nGET k"
    found = replayed(text, *ports)
    assert (found.differences, found.compared) == ([], 5)


def test_who_looks_on_comes_back_when_thrown_out(ports: tuple[int, int]) -> None:
    text = "CONFIG SET requirepass pw\nCLIENT KILL TYPE normal SKIPME no\n:client 2\nAUTH pw\nPING"
    found = replayed(text, *ports)
    assert found.compared >= 3


def test_what_servers_do_not_agree_on_is_left_out_and_nothing_else(ports: tuple[int, int]) -> None:
    text = "CONFIG GET port\nCONFIG GET maxmemory*\nINFO server\nCLIENT LIST\nTTL nothing"
    assert replayed(text, *ports).differences == []


def test_a_difference_is_seen(ports: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    replay = Replay(ports)
    execute = replay.engine.execute
    monkeypatch.setattr(
        replay.engine,
        "execute",
        lambda session, argv: b"wrong" if argv[0] == b"GET" else execute(session, argv),
    )
    differences = TALLY.differences
    found = replay.run([(b"SET", b"k", b"v"), (b"GET", b"k")])
    TALLY.differences = differences
    assert len(found.differences) == 1
    assert "ours b'wrong', theirs b'v'" in found.differences[0]


def test_the_server_is_as_it_was_afterwards(ports: tuple[int, int]) -> None:
    text = "ACL SETUSER guest on >pw\nCONFIG SET requirepass secret\nSET k v\n:client 2\nGET k"
    assert replayed(text, *ports).differences == []
    found = replayed("ACL USERS\nCONFIG GET requirepass\nPING", *ports)
    assert found.differences == []
