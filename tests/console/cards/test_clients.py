"""Connections, subscriptions, settings, and what a server alone cannot do."""

from __future__ import annotations

import pytest

from tests.console.cards.asking import card_of, first_try, tries, world


@pytest.mark.parametrize(
    ("line", "end"),
    [
        ("SUBSCRIBE a", "UNSUBSCRIBE"),
        ("PSUBSCRIBE a*", "PUNSUBSCRIBE"),
        ("SSUBSCRIBE a", "SUNSUBSCRIBE"),
    ],
)
def test_a_client_that_listens_is_told_how_to_end_it(line: str, end: str) -> None:
    found = card_of(world(line), "GET a")
    assert tries(found)[0] == end
    assert ":client 2" in tries(found)


@pytest.mark.parametrize(
    ("line", "attempt"),
    [
        ("CLIENT KILL 1:2", "CLIENT LIST"),
        ("CLIENT KILL ID x", "CLIENT LIST"),
        ("CLIENT LIST TYPE foo", "CLIENT LIST TYPE normal"),
        ("CLIENT PAUSE 100 FOO", "CLIENT PAUSE 1000 WRITE"),
        ("CLIENT PAUSE x", "CLIENT PAUSE 5000"),
        ("CLIENT TRACKING ON PREFIX a", "CLIENT TRACKING ON"),
        ("CLIENT TRACKING ON REDIRECT 99", "CLIENT LIST"),
        ("CLIENT CACHING YES", "CLIENT TRACKING ON OPTIN"),
        ("CONFIG SET maxmemory-policy allkeys_lru", "CONFIG SET maxmemory-policy allkeys-lru"),
        ("CONFIG SET maxmemory lots", "CONFIG GET maxmemory"),
        ("SLOWLOG GET x", "SLOWLOG GET 10"),
        ("LATENCY GRAPH x", "LATENCY LATEST"),
        ("LCS a b IDX LEN", "LCS a b IDX"),
        ("REPLICAOF localhost 70000", "REPLICAOF NO ONE"),
        ("CLUSTER NODES", "INFO cluster"),
        ("CONFIG RESETSTAT x", "CONFIG RESETSTAT"),
    ],
)
def test_the_first_line_to_try_is_what_was_meant(line: str, attempt: str) -> None:
    assert first_try(world(), line) == attempt


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("CONFIG SET maxmemory lots", "`100mb`"),
        ("CONFIG SET port 99999", "from 0 to 65535"),
        ("CONFIG SET maxmemory-policy foo", "`noeviction`"),
        ("CONFIG SET save x", "never"),
        ("CONFIG SET notify-keyspace-events Q", "K and E"),
        ("CONFIG SET hz x", "an integer"),
        ("CONFIG SET maxmemory 1 maxmemory 2", "twice"),
        ("MODULE LOAD /x", "enable-module-command"),
        ("BGSAVE", "RDB"),
        ("CLIENT TRACKING ON BCAST OPTIN", "BCAST with PREFIX"),
        ("CLIENT TRACKING ON BCAST PREFIX ab PREFIX a", "twice"),
        ("XREAD BLOCK x STREAMS s $", "for ever"),
    ],
)
def test_the_meaning_names_what_is_wrong(line: str, word: str) -> None:
    assert word in card_of(world(), line).meaning


def test_who_watches_is_told_how_to_end_it() -> None:
    assert first_try(world("MONITOR"), "GET a") == "RESET"


def test_tracking_in_another_way_has_to_be_ended_first() -> None:
    backend = world("CLIENT TRACKING ON")
    assert first_try(backend, "CLIENT TRACKING ON BCAST") == "CLIENT TRACKING OFF"


def test_exec_that_could_not_begin_says_why() -> None:
    backend = world("MULTI", "SET a 1")
    assert "wrong number" in card_of(backend, "EXEC now").meaning
