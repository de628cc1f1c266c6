"""Which server gets a key: equal to pymemcache, balanced, and no move without need."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymemcache.client.hash import HashClient
from pymemcache.client.murmur3 import murmur3_32 as their_murmur

from tutor.memcached.sharding import (
    CIRCLE,
    POINTS,
    RULES,
    NoServers,
    RuleName,
    moved,
    murmur3_32,
    one_at_a_time,
    placing,
    rendezvous_score,
    ring,
)

SERVERS = tuple(f"10.0.0.{number}:11211" for number in range(1, 6))
KEYS = [b"user:%d" % number for number in range(4000)]
STABLE: tuple[RuleName, ...] = ("ketama", "rendezvous")

servers = st.lists(
    st.builds("{}:{}".format, st.from_regex(r"[a-z]{1,9}", fullmatch=True), st.integers(1, 65535)),
    min_size=2,
    max_size=7,
    unique=True,
)
keys = st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=60, unique=True)


@given(st.text(st.characters(max_codepoint=127), max_size=70), st.integers(0, 2**32 - 1))
def test_murmur_is_that_of_pymemcache(text: str, seed: int) -> None:
    assert murmur3_32(text.encode(), seed) == their_murmur(text, seed)


def test_murmur_gives_the_published_values() -> None:
    assert murmur3_32(b"") == 0
    assert murmur3_32(b"", 1) == 0x514E28B7
    assert murmur3_32(b"test") == 0xBA6BD213
    assert murmur3_32(b"Hello, world!") == 0xC0363E43
    assert murmur3_32(b"\xff\xff\xff\xff") == 0x76293B50


def test_one_at_a_time_gives_the_published_values() -> None:
    assert one_at_a_time(b"") == 0
    assert one_at_a_time(b"a") == 0xCA2E9442
    assert one_at_a_time(b"The quick brown fox jumps over the lazy dog") == 0x519E91F5


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_rendezvous_chooses_as_pymemcaches_client_does(count: int) -> None:
    chosen = SERVERS[:count]
    client = HashClient(chosen)
    ours = placing("rendezvous", chosen)
    chance = random.Random(count)
    words = [f"k{chance.randrange(10**12)}:{'x' * chance.randrange(60)}" for _ in range(3000)]
    for word in [*words, *(key.decode() for key in KEYS)]:
        host, port = client._get_client(word).server
        assert ours(word.encode()) == f"{host}:{port}"


def test_of_equal_scores_the_later_name_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.memcached.sharding.murmur3_32", lambda data: 7)
    assert placing("rendezvous", ["a:1", "c:1", "b:1"])(b"k") == "c:1"
    assert rendezvous_score("a:1", b"k") == 7


@settings(max_examples=60)
@given(servers, keys, st.data())
def test_a_server_that_leaves_moves_only_its_own_keys(
    names: list[str], some: list[bytes], data: st.DataObject
) -> None:
    gone = data.draw(st.sampled_from(names))
    rest = [name for name in names if name != gone]
    for rule in STABLE:
        found = moved(rule, names, rest, some)
        assert all(move.source == gone for move in found.moves)
        assert len(found.moves) == found.before[gone]
        assert found.unforced == 0


@settings(max_examples=60)
@given(servers, keys)
def test_a_server_that_joins_takes_keys_and_moves_no_other(
    names: list[str], some: list[bytes]
) -> None:
    *old, new = names
    for rule in STABLE:
        found = moved(rule, old, names, some)
        assert all(move.target == new for move in found.moves)
        assert len(found.moves) == found.after[new]


@settings(max_examples=40)
@given(servers, keys)
def test_the_order_of_servers_matters_to_modulo_alone(names: list[str], some: list[bytes]) -> None:
    for rule in STABLE:
        assert not moved(rule, names, names[::-1], some).moves


@given(servers, keys)
def test_every_key_has_one_of_the_servers(names: list[str], some: list[bytes]) -> None:
    for rule in RULES:
        found = moved(rule, names, names, some)
        assert not found.moves
        assert sum(found.after.values()) == len(some)
        assert set(found.after) == set(names)


@pytest.mark.parametrize("rule", STABLE)
def test_keys_are_spread_over_the_servers(rule: RuleName) -> None:
    counts = moved(rule, SERVERS, SERVERS, KEYS).after
    fair = len(KEYS) / len(SERVERS)
    tolerance = 0.35 if rule == "ketama" else 0.1  # points fall unevenly; scores do not
    assert all(abs(count - fair) < fair * tolerance for count in counts.values())


def test_modulo_moves_most_keys_and_the_others_a_fifth() -> None:
    share = {rule: moved(rule, SERVERS[:4], SERVERS, KEYS).share for rule in RULES}
    assert share["modulo"] == pytest.approx(4 / 5, abs=0.03)
    assert share["rendezvous"] == pytest.approx(1 / 5, abs=0.03)
    assert share["ketama"] == pytest.approx(1 / 5, abs=0.07)
    assert moved("modulo", SERVERS[:4], SERVERS, KEYS).unforced > len(KEYS) / 2


def test_the_ring_is_sorted_and_belongs_to_someone_everywhere() -> None:
    circle = ring(SERVERS)
    assert len(circle.points) == POINTS * len(SERVERS)
    assert all(one <= two for one, two in pairwise(circle.points))
    assert circle.owner(CIRCLE - 1) == circle.owner(0) == circle.owners[0]
    assert circle.owner(circle.points[3]) == circle.owners[3]
    assert circle.owner(circle.points[3] + 1) == circle.owners[4]
    assert sum(circle.shares().values()) == pytest.approx(1)


def test_without_servers_there_is_nothing_to_choose() -> None:
    for rule in RULES:
        with pytest.raises(NoServers):
            placing(rule, ())
