"""Radix tree: order, contents, and how many nodes Redis would need."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.structures.radix import Radix

# few different bytes at few places, so that keys share beginnings of every length
keys = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 2)), max_size=4).map(
    lambda parts: sum(byte << 8 * place for place, byte in dict(parts).items())
) | st.integers(0, 2**128 - 1)


@given(st.lists(st.tuples(st.booleans(), keys), max_size=80))
def test_any_sequence_of_changes_keeps_order_contents_and_the_number_of_nodes(
    changes: list[tuple[bool, int]],
) -> None:
    ours: Radix[int] = Radix()
    model: dict[int, int] = {}
    for number, (adding, key) in enumerate(changes):
        if adding:
            ours.set(key, number)
            model[key] = number
        elif key in ours:
            assert ours.remove(key) == model.pop(key)
        ours.check()
        assert list(ours.walk(0)) == sorted(model.items())
        assert ours.get(key) == model.get(key)


def test_nodes_are_those_measured_on_the_real_server() -> None:
    tree: Radix[None] = Radix()
    assert tree.nodes == 1
    tree.set(1 << 64 | 1, None)
    assert tree.nodes == 2
    tree.set(2 << 64 | 1, None)
    assert tree.nodes == 6
    assert tree.memory == 2 * 16 + 6 * 244


def test_keys_that_differ_in_their_last_byte_alone_hang_on_one_choice() -> None:
    tree: Radix[None] = Radix()
    for key in range(5):
        tree.set(key, None)
    assert tree.nodes == 1 + 1 + 5


@given(st.sets(keys, max_size=30), keys)
def test_a_walk_begins_at_the_first_key_that_is_not_below(some: set[int], start: int) -> None:
    tree: Radix[None] = Radix()
    for key in some:
        tree.set(key, None)
    assert [key for key, _ in tree.walk(start)] == sorted(key for key in some if key >= start)
    below = sorted(key for key in some if key <= start)
    assert tree.floor(start) == len(below) - 1


def test_a_clone_goes_its_own_way() -> None:
    tree: Radix[str] = Radix()
    tree.set(1, "one")
    copy = tree.clone()
    copy.set(2, "two")
    copy.remove(1)
    assert list(tree.walk(0)) == [(1, "one")]
    tree.check()
    copy.check()
