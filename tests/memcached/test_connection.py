"""Bytes in, bytes out: however they are cut, whatever they are."""

from __future__ import annotations

import random

import pytest

from tests.memcached.checks import check
from tests.memcached.conftest import Machine
from tests.oracle.memcached.grammar import Grammar, questions


def test_a_byte_at_a_time_gives_the_same_replies(machine: Machine) -> None:
    other = Machine()
    text = b"set k 5 0 4\r\na\r\nb\r\nget k\r\nappend k 0 0 1\r\nx\r\nmg k v f\r\n"
    text += b"ms m 2 T9\r\nhi\r\nbad\r\n"
    whole = machine.client.feed(text)
    assert b"".join(other.client.feed(text[at : at + 1]) for at in range(len(text))) == whole
    assert b"VALUE k 5 4\r\na\r\nb\r\nEND\r\n" in whole


@pytest.mark.parametrize("seed", range(20))
def test_random_cuts_leave_the_same_items(seed: int) -> None:
    """Replies may differ where one that waits changes what incr does; items' sizes may not."""
    draw = random.Random(seed)
    text = b"".join(Grammar(seed, deltas=False).conversation(60))
    whole, parts = Machine(), Machine()
    expected = whole.client.feed(text)
    got = b""
    at = 0
    while at < len(text):
        size = draw.choice([1, 2, 17, 300, 5000])
        got += parts.client.feed(text[at : at + size])
        at += size
    if not (whole.client.closing or parts.client.closing) and b"x" * 251 not in text:
        assert got == expected
        asked = questions()
        assert parts.cache.connect().feed(asked) == whole.cache.connect().feed(asked)
    for machine in (whole, parts):
        machine.cache.disconnect(machine.client)
        check(machine.store)


@pytest.mark.parametrize("seed", range(30))
def test_junk_never_breaks_it(seed: int) -> None:
    draw = random.Random(seed)
    machine = Machine(memory_limit=4 << 20)
    for _ in range(50):
        client = machine.cache.connect()
        for _ in range(20):
            size = draw.randrange(400)
            alphabet = draw.choice(
                [bytes(range(256)), b"mgsdane k01\r\n bvtTNRF", b"set add 0123\r\n"]
            )
            client.feed(bytes(draw.choices(alphabet, k=size)))
        machine.cache.disconnect(client)
    check(machine.store)


def test_replies_wait_while_a_value_is_coming(machine: Machine) -> None:
    machine.set(b"k")
    assert machine.client.feed(b"mg k v\r\nset a 0 0 3\r\nab") == b""
    assert machine.client.feed(b"c\r\n") == b"VA 1\r\nv\r\nSTORED\r\n"


def test_a_value_of_a_megabyte_in_small_pieces_takes_linear_time(machine: Machine) -> None:
    assert machine.client.feed(b"set k 0 0 1000000\r\n") == b""
    for _ in range(100_000):
        assert machine.client.feed(b"0123456789") == b""
    assert machine.client.feed(b"\r\n") == b"STORED\r\n"
    check(machine.store)


def test_a_line_without_an_end_closes_the_connection(machine: Machine) -> None:
    assert machine.client.feed(b"x" * 2048) == b""
    assert not machine.client.closing
    machine.client.feed(b"x")
    assert machine.client.closing


@pytest.mark.parametrize("name", [b"get ", b"gets ", b"  get "])
def test_a_multiget_may_be_of_any_length(machine: Machine, name: bytes) -> None:
    machine.set(b"k")
    for _ in range(1000):
        machine.client.feed(name + b"absent " * 30)
        name = b""
    assert machine.client.feed(b" k\r\n").endswith(b"v\r\nEND\r\n")
    assert not machine.client.closing


def test_the_binary_protocol_is_not_spoken(machine: Machine) -> None:
    assert machine.client.feed(b"\x80\x00\x00\x01" + b"\0" * 20) == b""
    assert machine.client.closing


def test_a_client_that_goes_gives_its_chunks_back(machine: Machine) -> None:
    machine.client.feed(b"set k 0 0 600000\r\n" + b"x" * 580_000)
    assert sum(slab.used for slab in machine.store.slabs.classes) == 3
    machine.cache.disconnect(machine.client)
    assert sum(slab.used for slab in machine.store.slabs.classes) == 0
    check(machine.store)


def test_with_a_limit_the_rest_comes_at_the_next_call(machine: Machine) -> None:
    machine.set(b"k", b"v" * 1000)
    first = machine.client.feed(b"get k\r\n" * 200, 10_000)
    assert machine.client.more
    assert len(first) < 60_000
    rest = b""
    while machine.client.more:
        rest += machine.client.feed(b"", 10_000)
    assert (first + rest).count(b"END\r\n") == 200


def test_two_clients_see_the_same_items(machine: Machine) -> None:
    other = machine.cache.connect()
    machine.set(b"k", b"mine")
    assert other.feed(b"get k\r\n") == b"VALUE k 0 4\r\nmine\r\nEND\r\n"
    unique = other.feed(b"gets k\r\n").split()[4]
    machine.set(b"k", b"new")
    assert other.feed(b"cas k 0 0 1 %b\r\nx\r\n" % unique) == b"EXISTS\r\n"


def test_quit_ends_it(machine: Machine) -> None:
    assert machine.client.feed(b"get k\r\nquit\r\nget k\r\n") == b"END\r\n"
    assert machine.client.closing
    assert machine.client.feed(b"get k\r\n") == b""


def test_a_client_that_goes_holds_no_item(machine: Machine) -> None:
    """A reply that waits keeps incr from writing in place; one that nobody takes does not."""
    machine.set(b"n", b"10")
    other = machine.cache.connect()
    assert other.feed(b"mg n v\r\nset k 0 0 5\r\nab") == b""
    machine.cache.disconnect(other)
    assert machine.say(b"decr n 1", b"mg n s") == [b"9", b"HD s2"]
